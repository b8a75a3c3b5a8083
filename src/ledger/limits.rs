//! Turns at a limited operation, taken by all processes of the user from one queue. A turn is a
//! point in time; waiting for it is the caller's business, and so is knowing the limits.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{OptionalExtension as _, TransactionBehavior, params};

use super::Ledger;

/// How far the times of two processes may be apart that look at the clock at the same time, one of them
/// having waited for the ledger since then; in microseconds.
const DISAGREEMENT: i64 = 10_000_000;

/// How fast turns follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Time between two turns in the long run.
    pub interval: Duration,
    /// Turns that may be taken at once after a pause.
    pub burst: u32,
}

/// The queues. Kept in the ledger, so that parallel jobs share them; where there is no ledger to
/// write to, each process keeps its own.
#[derive(Debug)]
pub struct Limits {
    path: Option<PathBuf>,
    place: Mutex<Place>,
}

#[derive(Debug)]
enum Place {
    Unopened,
    Shared(Ledger),
    Alone(HashMap<String, Last>),
}

impl Limits {
    /// Queues kept in the ledger at `path`. Opens nothing yet.
    pub fn at(path: Option<PathBuf>) -> Self {
        Self { path, place: Mutex::new(Place::Unopened) }
    }

    /// Takes the next turn in the queue `key`: how long after `now` (microseconds since the epoch)
    /// it comes. A turn that would come later than `patience` is not taken.
    ///
    /// # Errors
    /// The wait that would have been necessary.
    pub fn take(
        &self,
        key: &str,
        pace: Pace,
        now: i64,
        patience: Duration,
    ) -> Result<Duration, Duration> {
        self.change(key, now, |last| turn(last, pace, now, patience))
    }

    /// Lets nobody have a turn in the queue `key` for so long after `now` (microseconds since the
    /// epoch).
    pub fn hold(&self, key: &str, pace: Pace, now: i64, time: Duration) {
        let burst = micros(pace.interval) * i64::from(pace.burst.saturating_sub(1));
        let until = now.saturating_add(micros(time)).saturating_add(burst);
        self.change(key, now, |last| (Some(last.unwrap_or(0).max(until)), ()));
    }

    fn change<T>(&self, key: &str, now: i64, step: impl Fn(Option<i64>) -> (Option<i64>, T)) -> T {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*place, Place::Unopened) {
            let opened = self.path.as_deref().and_then(|path| Ledger::open(path).ok());
            *place = opened.map_or_else(|| Place::Alone(HashMap::new()), Place::Shared);
        }
        if let Place::Shared(ledger) = &mut *place {
            match shared(ledger, key, now, &step) {
                Ok(result) => return result,
                // A ledger that has become unusable must not stop calls.
                Err(_) => *place = Place::Alone(HashMap::new()),
            }
        }
        let Place::Alone(queues) = &mut *place else { return step(None).1 };
        let (next, result) = step(queues.get(key).map(|last| last.seen_at(now)));
        if let Some(next) = next {
            queues.insert(key.to_owned(), Last { next, at: now });
        }
        result
    }
}

/// Where a queue stood when somebody had a turn in it.
#[derive(Debug, Clone, Copy)]
struct Last {
    /// When the queue is empty again.
    next: i64,
    /// When that was said.
    at: i64,
}

impl Last {
    /// When the queue is empty again, for a clock that may have been put back since then: nobody waits
    /// any longer for that.
    fn seen_at(self, now: i64) -> i64 {
        let back = self.at.saturating_sub(now);
        if back > DISAGREEMENT { self.next.saturating_sub(back) } else { self.next }
    }
}

fn shared<T>(
    ledger: &mut Ledger,
    key: &str,
    now: i64,
    step: impl Fn(Option<i64>) -> (Option<i64>, T),
) -> rusqlite::Result<T> {
    let change = ledger.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let last = change
        .prepare_cached("SELECT next, at FROM turns WHERE queue = ?1")?
        .query_row([key], |row| Ok(Last { next: row.get(0)?, at: row.get(1)? }))
        .optional()?;
    let (next, result) = step(last.map(|last| last.seen_at(now)));
    if let Some(next) = next {
        change
            .prepare_cached("INSERT OR REPLACE INTO turns (queue, next, at) VALUES (?1, ?2, ?3)")?
            .execute(params![key, next, now])?;
    }
    change.commit()?;
    Ok(result)
}

/// The generic cell rate algorithm. `last` is the time at which the queue is empty again; a turn
/// may be `burst` intervals ahead of it.
fn turn(
    last: Option<i64>,
    pace: Pace,
    now: i64,
    patience: Duration,
) -> (Option<i64>, Result<Duration, Duration>) {
    let interval = micros(pace.interval);
    let ahead = interval * i64::from(pace.burst.saturating_sub(1));
    let empty = last.unwrap_or(now).max(now);
    let wait = Duration::from_micros(u64::try_from(empty - ahead - now).unwrap_or(0));
    if wait > patience { (None, Err(wait)) } else { (Some(empty + interval), Ok(wait)) }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { interval: Duration::from_millis(100), burst: 2 };
    const LONG: Duration = Duration::from_secs(3600);

    fn waits(limits: &Limits, now: i64, times: usize) -> Vec<u128> {
        (0..times).map(|_| limits.take("q", PACE, now, LONG).unwrap().as_millis()).collect()
    }

    #[test]
    fn turns_follow_one_another_after_a_burst() {
        let limits = Limits::at(None);
        assert_eq!(waits(&limits, 0, 5), [0, 0, 100, 200, 300]);
        assert_eq!(waits(&limits, 350_000, 1), [50], "the queue is shared in time");
        assert_eq!(waits(&limits, 5_000_000, 3), [0, 0, 100], "a pause earns a burst and no more");
    }

    #[test]
    fn processes_share_a_queue_through_the_ledger() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("kosmo.db");
        let (one, other) = (Limits::at(Some(path.clone())), Limits::at(Some(path)));
        let mut all = waits(&one, 0, 2);
        all.extend(waits(&other, 0, 2));
        all.extend(waits(&one, 0, 1));
        assert_eq!(all, [0, 0, 100, 200, 300]);
    }

    #[test]
    fn a_turn_beyond_patience_is_left_to_others() {
        let limits = Limits::at(None);
        waits(&limits, 0, 3);
        let refused = limits.take("q", PACE, 0, Duration::from_millis(50));
        assert_eq!(refused, Err(Duration::from_millis(200)));
        assert_eq!(waits(&limits, 0, 1), [200], "the refused turn was not used up");
    }

    #[test]
    fn a_clock_that_was_put_back_makes_nobody_wait_longer() {
        let hour = 3_600_000_000;
        let home = tempfile::tempdir().unwrap();
        for limits in [Limits::at(None), Limits::at(Some(home.path().join("kosmo.db")))] {
            limits.hold("held", PACE, hour, Duration::from_secs(1));
            assert_eq!(waits(&limits, hour, 4), [0, 0, 100, 200]);
            assert_eq!(waits(&limits, 0, 2), [300, 400], "as if no time had passed");
            assert_eq!(limits.take("held", PACE, 0, LONG), Ok(Duration::from_secs(1)));
            assert_eq!(waits(&limits, hour, 1), [0], "and forward again");
        }
    }

    #[test]
    fn a_hold_stops_everybody_until_its_time() {
        let limits = Limits::at(None);
        limits.hold("q", PACE, 0, Duration::from_secs(1));
        assert_eq!(waits(&limits, 0, 2), [1000, 1100]);
        assert_eq!(limits.take("other", PACE, 0, LONG), Ok(Duration::ZERO));
    }
}
