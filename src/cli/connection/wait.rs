//! Waiting until a connection changes: another program writes its key, or a check ends.

use std::time::Duration;

use super::record::{Record, State};
use crate::error::Fault;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// What tells the time and lets it pass.
pub(super) trait Clock {
    /// Time since some beginning.
    fn now(&self) -> Duration;
    /// Lets time pass.
    fn pass(&self, time: Duration);
}

/// The clock of the machine.
pub(super) struct Real(std::time::Instant);

impl Real {
    /// Begins now.
    pub(super) fn start() -> Self {
        Self(std::time::Instant::now())
    }
}

impl Clock for Real {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn pass(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// Looks until the state is another one than at first, or time is up; whether it was. A connection
/// that is ready, or that waiting does not mend, is not waited for.
///
/// # Errors
/// When a look fails.
pub(super) fn until_changed(
    clock: &impl Clock,
    timeout: Duration,
    mut look: impl FnMut() -> Result<Record, Fault>,
) -> Result<(Record, bool), Fault> {
    let began = clock.now();
    let first = look()?;
    if !matches!(first.state, State::Building | State::ClientAction) {
        return Ok((first, false));
    }
    let message = |record: &Record| record.fault.as_ref().map(|fault| fault.message.clone());
    let mut record = first.clone();
    while record.state == first.state && message(&record) == message(&first) {
        let left = timeout.saturating_sub(clock.now().saturating_sub(began));
        if left.is_zero() {
            return Ok((record, true));
        }
        clock.pass(PAUSE.min(left));
        record = look()?;
    }
    Ok((record, false))
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;
    use crate::cli::connection::Place;
    use crate::error::Kind;

    /// A clock that stands still until it is told to go on.
    #[derive(Default)]
    struct Fake(Cell<Duration>);

    impl Clock for Fake {
        fn now(&self) -> Duration {
            self.0.get()
        }

        fn pass(&self, time: Duration) {
            self.0.set(self.0.get() + time);
        }
    }

    fn record(state: State, message: &str) -> Record {
        let fault = Fault::new(Kind::MissingCredential, message);
        Record::blank(Place::new("segment", "default"), state, Some(fault))
    }

    /// Waits through these looks; what came of it, whether it was late, and when it ended.
    fn waited(looks: Vec<Record>, seconds: u64) -> (State, bool, Duration) {
        let clock = Fake::default();
        let last = looks.last().unwrap().clone();
        let looks = RefCell::new(looks.into_iter());
        let look = || Ok(looks.borrow_mut().next().unwrap_or_else(|| last.clone()));
        let (record, late) = until_changed(&clock, Duration::from_secs(seconds), look).unwrap();
        (record.state, late, clock.now())
    }

    #[test]
    fn what_is_settled_is_not_waited_for() {
        for state in [State::Ready, State::Configuration, State::Setup] {
            let none = (state, false, Duration::ZERO);
            assert_eq!(waited(vec![record(state, "")], 30), none);
        }
    }

    #[test]
    fn a_change_of_state_or_of_reason_ends_the_wait() {
        let missing = || record(State::ClientAction, "missing");
        let looks = vec![missing(), missing(), missing(), record(State::Ready, "")];
        assert_eq!(waited(looks, 30), (State::Ready, false, 3 * PAUSE));
        let looks = vec![missing(), record(State::ClientAction, "refused")];
        assert_eq!(waited(looks, 30), (State::ClientAction, false, PAUSE));
        let looks = vec![record(State::Building, ""), record(State::Configuration, "")];
        assert_eq!(waited(looks, 30), (State::Configuration, false, PAUSE));
    }

    #[test]
    fn time_runs_out_to_the_moment() {
        let looks = vec![record(State::ClientAction, "missing")];
        assert_eq!(waited(looks, 1), (State::ClientAction, true, Duration::from_secs(1)));
    }
}
