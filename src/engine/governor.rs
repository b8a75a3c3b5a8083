//! Pacing calls to the limits their rows document, across all processes of the user, so that
//! parallel jobs do not earn refusals; and holding everybody back while a service says so. The
//! queues are the ledger's.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::hooks::Scene;
use crate::error::{Fault, Kind};
use crate::ledger::limits::{Limits, Pace};

/// The share of an allowance that may be used at once. Long-run pace and burst together stay
/// within what a service counts in any window of its own.
const BURST_SHARE: f64 = 0.05;

/// The share of the rest that is used: requests bunch up on their way.
const USED_SHARE: f64 = 0.97;

/// The pace of what has no documented limit: none, until the service asks for a wait.
const FREE: Pace = Pace { interval: Duration::ZERO, burst: 1 };

/// Paces calls.
#[derive(Debug)]
pub struct Governor {
    limits: Limits,
    /// Waits for what has no documented limit. Not shared: it is not worth a look at the disk
    /// before every call.
    held: Limits,
}

/// A queue that a request waits in.
struct Queue<'a> {
    key: String,
    limit: &'a str,
    pace: Pace,
}

impl Governor {
    /// A governor over these queues.
    pub fn new(limits: Limits) -> Self {
        Self { limits, held: Limits::at(None) }
    }

    /// Takes a turn for a request of an operation: the time to wait for it. Zero where no limit is
    /// documented.
    ///
    /// # Errors
    /// `rate_limited` when the turn would come later than `patience`; nothing is used up.
    pub fn turn(&self, scene: Scene<'_>, patience: Duration) -> Result<Duration, Fault> {
        let queues = queues(scene);
        let mut wait = Duration::ZERO;
        for Queue { key, limit, pace } in &queues {
            let turn = self.limits.take(key, *pace, now(), patience);
            wait = wait.max(turn.map_err(|wait| {
                let text = format!("`{}` is limited to {limit}", scene.operation.full_name());
                late(&text, wait)
            })?);
        }
        if queues.is_empty() {
            let turn = self.held.take(&own(scene), FREE, now(), patience);
            wait = turn.map_err(|wait| {
                let text = format!(
                    "{} asked to wait with `{}`",
                    scene.provider.title,
                    scene.operation.full_name()
                );
                late(&text, wait)
            })?;
        }
        Ok(wait)
    }

    /// Takes a turn for many events at once in a queue of this rate (events a second): the time to
    /// wait for it. Who comes next waits until these would have been sent one by one.
    ///
    /// # Errors
    /// The wait that would have been necessary, when it is longer than `patience`; nothing is used up.
    pub fn admit(
        &self,
        queue: &str,
        events: usize,
        rate: u32,
        patience: Duration,
    ) -> Result<Duration, Duration> {
        let events = u32::try_from(events).unwrap_or(u32::MAX);
        let interval = Duration::from_secs(1).saturating_mul(events) / rate.max(1);
        self.limits.take(queue, Pace { interval, burst: 1 }, now(), patience)
    }

    /// Lets nobody call an operation for a while, because the service said so. What the emulator
    /// says holds nobody back.
    pub fn hold(&self, scene: Scene<'_>, time: Duration) {
        if scene.account.emulated {
            return;
        }
        let now = now();
        let queues = queues(scene);
        for Queue { key, pace, .. } in &queues {
            self.limits.hold(key, *pace, now, time);
        }
        if queues.is_empty() {
            self.held.hold(&own(scene), FREE, now, time);
        }
    }
}

fn late(text: &str, wait: Duration) -> Fault {
    let seconds = wait.as_secs_f64();
    let message = format!("{text}; its next turn comes in {seconds:.1} s");
    let mut fault = Fault::new(Kind::RateLimited, message)
        .hint("allow more time with --timeout, or make fewer calls at once");
    fault.extra.retry_after = Some(wait);
    fault
}

/// The operation's queue and the one that all operations of its service share, where limits are
/// documented.
fn queues(scene: Scene<'_>) -> Vec<Queue<'_>> {
    let service = &scene.route.service;
    let shared = scene.provider.services[service].limit.as_deref();
    let whose = format!("{}/{}", scene.account.provider, scene.account.name);
    let operation = scene.operation.limit.as_deref().map(|limit| (own(scene), limit));
    let shared = shared.map(|limit| (format!("{whose}/@{service}"), limit));
    let limits = operation.into_iter().chain(shared);
    limits.filter_map(|(key, limit)| Some(Queue { key, limit, pace: pace(limit)? })).collect()
}

fn own(scene: Scene<'_>) -> String {
    format!("{}/{}/{}", scene.account.provider, scene.account.name, scene.operation.name)
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
