//! Whether to send a request again, and when: a pure function, but for the dice. Waiting is left to the caller.

use std::time::Duration;

use crate::catalogue::operation::Repeat;

/// What went wrong with one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No connection came about, so nothing can have arrived.
    NotSent,
    /// The connection was lost, or the answer cut off, after bytes may have arrived.
    Lost,
    /// An answer that reports a failure.
    Status {
        /// Its status.
        status: u16,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
}

/// How patient to be.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Attempts after the first.
    pub retries: u32,
    /// The first backoff, doubled each time.
    pub base: Duration,
    /// The longest backoff.
    pub cap: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { retries: 3, base: Duration::from_millis(250), cap: Duration::from_secs(10) }
    }
}

/// A number from 0 to 1, each as likely as any other.
pub fn jitter() -> f64 {
    f64::from(uuid::Uuid::new_v4().as_fields().0) / f64::from(u32::MAX)
}

/// How long to wait before the next attempt; none to give up.
///
/// `attempt` counts from 1, `jitter` is drawn evenly from 0 to 1, `left` is the time until the
/// call's deadline. A service that asks to wait is obeyed exactly or not at all.
pub fn wait(
    repeat: Repeat,
    trouble: Trouble,
    attempt: u32,
    patience: Patience,
    jitter: f64,
    left: Duration,
) -> Option<Duration> {
    may_repeat(repeat, trouble).then(|| pause(trouble, attempt, patience, jitter, left)).flatten()
}

/// How long to wait before the next attempt at what may be repeated; none to give up. The arguments
/// are those of [`wait`].
pub fn pause(
    trouble: Trouble,
    attempt: u32,
    patience: Patience,
    jitter: f64,
    left: Duration,
) -> Option<Duration> {
    if attempt > patience.retries {
        return None;
    }
    let pause = match trouble {
        Trouble::Status { retry_after: Some(asked), .. } => asked,
        _ => {
            let doubled = patience.base.saturating_mul(1 << (attempt - 1).min(16));
            doubled.min(patience.cap).mul_f64(jitter.clamp(0.0, 1.0))
        }
    };
    (pause < left).then_some(pause)
}

fn may_repeat(repeat: Repeat, trouble: Trouble) -> bool {
    match trouble {
        // A refusal for rate comes before the request is acted on.
        Trouble::NotSent | Trouble::Status { status: 429, .. } => true,
        Trouble::Lost => repeat == Repeat::Safe,
        Trouble::Status { status: 501 | 505, .. } => false,
        Trouble::Status { status: 408 | 500..=599, .. } => repeat == Repeat::Safe,
        Trouble::Status { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    fn status(status: u16) -> Trouble {
        Trouble::Status { status, retry_after: None }
    }

    #[test]
    fn what_is_repeated_is_a_table() {
        use Repeat::{Never, Safe};
        let table = [
            (Safe, Trouble::NotSent, true),
            (Never, Trouble::NotSent, true),
            (Safe, Trouble::Lost, true),
            (Never, Trouble::Lost, false),
            (Safe, status(429), true),
            (Never, status(429), true),
            (Safe, status(500), true),
            (Safe, status(503), true),
            (Never, status(503), false),
            (Safe, status(408), true),
            (Safe, status(501), false),
            (Safe, status(505), false),
            (Safe, status(400), false),
            (Safe, status(401), false),
            (Safe, status(404), false),
        ];
        for (repeat, trouble, again) in table {
            let pause = wait(repeat, trouble, 1, Patience::default(), 0.5, LONG);
            assert_eq!(pause.is_some(), again, "{repeat:?} {trouble:?}");
        }
    }

    #[test]
    fn backoff_doubles_up_to_its_cap_and_then_ends() {
        let patience = Patience { retries: 9, ..Patience::default() };
        let pause = |attempt| wait(Repeat::Safe, Trouble::Lost, attempt, patience, 1.0, LONG);
        assert_eq!(pause(1), Some(Duration::from_millis(250)));
        assert_eq!(pause(2), Some(Duration::from_millis(500)));
        assert_eq!(pause(9), Some(Duration::from_secs(10)));
        assert_eq!(pause(10), None);
    }

    #[test]
    fn jitter_is_full() {
        let pause =
            |jitter| wait(Repeat::Safe, Trouble::Lost, 1, Patience::default(), jitter, LONG);
        assert_eq!(pause(0.0), Some(Duration::ZERO));
        assert_eq!(pause(0.5), Some(Duration::from_millis(125)));
    }

    #[test]
    fn a_wait_that_was_asked_for_is_obeyed_or_nothing_is() {
        let asked = |seconds| Trouble::Status {
            status: 429,
            retry_after: Some(Duration::from_secs(seconds)),
        };
        let pause = |trouble| wait(Repeat::Never, trouble, 1, Patience::default(), 0.0, LONG);
        assert_eq!(pause(asked(7)), Some(Duration::from_secs(7)));
        assert_eq!(pause(asked(31)), None);
    }
}
