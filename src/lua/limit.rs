//! What can end a script from outside, and what the user is told of it. Noticing that a limit is
//! reached is left to `meter` and `watchdog`.

use std::time::Duration;

use super::Limits;
use crate::error::{Fault, Kind};

/// What ended a script from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Limit {
    Cpu = 1,
    Memory,
    Wall,
    Calls,
    Stopped,
}

impl Limit {
    pub(super) const ALL: [Self; 5] =
        [Self::Cpu, Self::Memory, Self::Wall, Self::Calls, Self::Stopped];

    /// The fault that names the limit, its value and the flag that raises it.
    pub(super) fn fault(self, limits: &Limits) -> Fault {
        let (code, what, flag) = match self {
            Self::Cpu => (
                "cpu_limit",
                format!("CPU limit of {}", seconds(limits.cpu)),
                "--cpu-limit SECONDS",
            ),
            Self::Memory => (
                "memory_limit",
                format!("memory limit of {}", bytes(limits.memory)),
                "--memory-limit BYTES",
            ),
            Self::Wall => {
                let wall = seconds(limits.wall.unwrap_or_default());
                ("time_limit", format!("time limit of {wall}"), "--timeout SECONDS")
            }
            Self::Calls => {
                let calls = limits.calls.unwrap_or_default();
                ("call_limit", format!("limit of {calls} calls"), "--max-calls N")
            }
            Self::Stopped => return Fault::new(Kind::Interrupted, "interrupted"),
        };
        Fault::new(Kind::ScriptLimit, format!("the script reached its {what}"))
            .code(code)
            .hint(format!("raise it with {flag}"))
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

fn bytes(count: usize) -> String {
    match count {
        0 => "0 bytes".to_owned(),
        n if n.is_multiple_of(1 << 20) => format!("{} MiB", n >> 20),
        n => format!("{n} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_names_its_value_and_its_flag() {
        let limits =
            Limits { cpu: Duration::from_millis(1500), calls: Some(3), ..Limits::default() };
        let fault = Limit::Cpu.fault(&limits);
        assert_eq!(fault.message, "the script reached its CPU limit of 1.5 s");
        assert_eq!(fault.hint.unwrap(), "raise it with --cpu-limit SECONDS");
        let memory = Limit::Memory.fault(&limits);
        assert_eq!(memory.message, "the script reached its memory limit of 32 MiB");
        assert_eq!(Limit::Calls.fault(&limits).code, "call_limit");
        assert_eq!(Limit::Stopped.fault(&limits).exit(), 130);
    }
}
