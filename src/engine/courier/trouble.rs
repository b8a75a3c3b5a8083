//! What is done about a failure that is an account's and not an event's: nothing is sent there for a
//! while, by any process, and longer each time. Nothing is buried for it.

use std::time::Duration;

use super::{Courier, News};
use crate::engine::retry;
use crate::error::Fault;
use crate::ledger::outbox::Place;

/// How pauses that wait for somebody begin, so that a look at the outbox tells them from others.
const ACTION: &str = "needs action: ";

/// The first pause after a failure that passes, and the longest.
const PASSING: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(300));

/// The same for a failure that waits for somebody: looking again costs a request at most.
const WAITING: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(600));

/// Whether a pause waits for somebody to do something about the account.
pub fn needs_action(why: &str) -> bool {
    why.starts_with(ACTION)
}

/// How long to pause after so many failures in a row (counted from 1). `jitter` is from 0 to 1;
/// who is asked to wait longer waits longer.
fn pause(failures: u32, passes: bool, jitter: f64, asked: Option<Duration>) -> Duration {
    let (first, most) = if passes { PASSING } else { WAITING };
    let doubled = first.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(most);
    // Between half of it and all of it: never at once, and not all couriers together.
    let drawn = doubled.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0);
    drawn.max(asked.unwrap_or_default())
}

impl Courier<'_> {
    /// Lets nobody send to a place for a while.
    ///
    /// # Errors
    /// When the outbox cannot keep that.
    pub(super) async fn put_off(&self, place: &Place, fault: Fault) -> Result<(), Fault> {
        if self.book().failed.contains_key(place) {
            return Ok(());
        }
        {
            let mut book = self.book();
            book.failed.insert(place.clone(), fault.clone());
            book.working.remove(place);
        }
        let passes = fault.retryable();
        let failures = self.failures(place) + 1;
        self.engine.facts.set(&fact(place), &failures.to_string());
        let time = pause(failures, passes, retry::jitter(), fault.extra.retry_after);
        let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let why = if passes { fault.message } else { format!("{ACTION}{}", fault.message) };
        self.outbox.pause(place, super::millis().saturating_add(millis), &why).await?;
        (self.tell)(&News::Paused { place: place.clone(), why, hint: fault.hint, millis });
        Ok(())
    }

    /// Notes that a place takes events.
    pub(super) fn works(&self, place: &Place) {
        if self.book().working.insert(place.clone()) && self.failures(place) > 0 {
            self.engine.facts.set(&fact(place), "0");
            (self.tell)(&News::Recovered { place: place.clone() });
        }
    }

    /// Failures in a row, counted over all processes.
    fn failures(&self, place: &Place) -> u32 {
        self.engine.facts.get(&fact(place)).and_then(|count| count.parse().ok()).unwrap_or(0)
    }
}

fn fact(place: &Place) -> String {
    format!("outbox/{}/{}/{}/failures", place.provider, place.account, place.mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_most_and_are_drawn_from_their_upper_half() {
        let seconds = |failures, passes, jitter| pause(failures, passes, jitter, None).as_secs();
        assert_eq!([1, 2, 3, 9, 99].map(|n| seconds(n, true, 1.0)), [2, 4, 8, 300, 300]);
        assert_eq!([1, 2, 99].map(|n| seconds(n, false, 1.0)), [30, 60, 600]);
        assert_eq!([1, 2, 3].map(|n| seconds(n, true, 0.0)), [1, 2, 4]);
    }

    #[test]
    fn a_wait_that_is_asked_for_is_the_least() {
        let asked = Some(Duration::from_secs(120));
        assert_eq!(pause(1, true, 1.0, asked), Duration::from_secs(120));
        assert_eq!(pause(20, true, 1.0, asked), Duration::from_secs(300));
    }
}
