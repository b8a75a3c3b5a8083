//! Pacing calls to the limits their rows document, across all processes of the user, so that
//! parallel jobs do not earn refusals; and holding everybody back while a service says so. The
//! queues are the ledger's.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::account::Account;
use crate::catalogue::Operation;
use crate::error::{Fault, Kind};
use crate::ledger::limits::{Limits, Pace};

/// The share of an allowance that may be used at once. Long-run pace and burst together stay
/// within what a service counts in any window of its own.
const BURST_SHARE: f64 = 0.05;

/// The share of the rest that is used: requests bunch up on their way.
const USED_SHARE: f64 = 0.97;

/// Paces calls.
#[derive(Debug)]
pub struct Governor {
    limits: Limits,
}

impl Governor {
    /// A governor over these queues.
    pub fn new(limits: Limits) -> Self {
        Self { limits }
    }

    /// Takes a turn for an operation: the time to wait for it. Zero where no limit is documented.
    ///
    /// # Errors
    /// `rate_limited` when the turn would come later than `patience`; nothing is used up.
    pub fn turn(
        &self,
        operation: &Operation,
        account: &Account,
        patience: Duration,
    ) -> Result<Duration, Fault> {
        let Some(limit) = operation.limit.as_deref() else { return Ok(Duration::ZERO) };
        let Some(pace) = pace(limit) else { return Ok(Duration::ZERO) };
        self.limits.take(&queue(operation, account), pace, now(), patience).map_err(|wait| {
            let seconds = wait.as_secs_f64();
            let name = operation.full_name();
            let mut fault = Fault::new(
                Kind::RateLimited,
                format!("`{name}` is limited to {limit}; its next turn comes in {seconds:.1} s"),
            )
            .hint("allow more time with --timeout, or make fewer calls at once");
            fault.extra.retry_after = Some(wait);
            fault
        })
    }

    /// Lets nobody call an operation for a while, because the service said so.
    pub fn hold(&self, operation: &Operation, account: &Account, time: Duration) {
        let Some(pace) = operation.limit.as_deref().and_then(pace) else { return };
        let time = i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 4);
        self.limits.hold(&queue(operation, account), pace, now().saturating_add(time));
    }
}

fn queue(operation: &Operation, account: &Account) -> String {
    format!("{}/{}/{}", operation.provider, account.name, operation.name)
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_micros()).unwrap_or(i64::MAX)
}

/// A documented limit (`60/minute`, `120/day`) as a pace; none when it is written otherwise.
pub fn pace(limit: &str) -> Option<Pace> {
    let (count, window) = limit.split_once('/')?;
    let count: f64 = count.trim().parse().ok().filter(|count| *count >= 1.0)?;
    let window = match window.trim().trim_end_matches('s') {
        "second" | "sec" => 1.0,
        "minute" | "min" => 60.0,
        "hour" => 3_600.0,
        "day" => 86_400.0,
        _ => return None,
    };
    let burst = (count * BURST_SHARE).floor().max(1.0);
    // A window holds the burst and what follows it; the first of the burst is part of the pace.
    let steady = (count - (burst - 1.0)) * USED_SHARE;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a twentieth of a documented limit is a small positive number"
    )]
    Some(Pace { interval: Duration::from_secs_f64(window / steady), burst: burst as u32 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_limits_are_understood() {
        for limit in ["2/minute", "60/minute", "600/min", "120/day", "1000/second"] {
            assert!(pace(limit).is_some(), "{limit}");
        }
        assert_eq!(pace("often"), None);
        assert_eq!(pace("0/minute"), None);
    }

    #[test]
    fn no_window_sees_more_than_the_limit_and_nine_tenths_are_used() {
        for (limit, count, window) in
            [("600/minute", 600.0, 60.0), ("20/minute", 20.0, 60.0), ("2/minute", 2.0, 60.0)]
        {
            let pace = pace(limit).unwrap();
            let steady = window / pace.interval.as_secs_f64();
            assert!(steady.ceil() + f64::from(pace.burst - 1) <= count, "{limit}: {steady}");
            assert!(steady >= count * 0.9, "{limit}: {steady}");
        }
    }
}
