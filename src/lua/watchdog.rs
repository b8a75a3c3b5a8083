//! The watchdog: a thread that sleeps until a script may have reached a limit of time, makes the script
//! look at the clock, and reports the one that no longer comes to an interrupt point.

use std::path::PathBuf;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::limit::Limit;
use super::meter::{Meter, nanos};

/// CPU time a script may burn without coming to an interrupt point once it was told to stop.
const GRACE: Duration = Duration::from_millis(30);
/// The shortest sleep of the watchdog.
const TICK: Duration = Duration::from_millis(2);

/// The watchdog of one script; dropping it sends the thread home.
pub(super) struct Watchdog(Arc<Meter>);

impl Watchdog {
    /// Watches over the thread that calls this.
    pub(super) fn start(
        meter: &Arc<Meter>,
        stuck: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<Self> {
        let clock = ThreadClock::of_this_thread();
        let watched = Arc::clone(meter);
        std::thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || watched.watch(&clock, stuck))?;
        Ok(Self(Arc::clone(meter)))
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        *self.0.over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.bell.notify_all();
    }
}

impl Meter {
    /// The watchdog's work until the script is over. `stuck` is called once when the script burns
    /// CPU time without coming to an interrupt point.
    fn watch(&self, clock: &ThreadClock, stuck: impl FnOnce()) {
        let mut suspect: Option<(u64, Duration)> = None;
        loop {
            let verdict = self.look(&mut suspect, clock);
            let over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
            if *over {
                return;
            }
            let pause = match verdict {
                Verdict::Sleep(pause) => pause,
                Verdict::Stuck => {
                    // Before the script can be over: what it then finds is that it was ended.
                    self.trip(Limit::Cpu);
                    drop(over);
                    return stuck();
                }
            };
            let (over, _) =
                self.bell.wait_timeout(over, pause).unwrap_or_else(PoisonError::into_inner);
            if *over {
                return;
            }
        }
    }

    fn look(&self, suspect: &mut Option<(u64, Duration)>, clock: &ThreadClock) -> Verdict {
        let elapsed = self.start.elapsed();
        let wall_left = self.wall.map(|wall| wall.saturating_sub(elapsed));
        if wall_left == Some(Duration::ZERO) {
            self.trip(Limit::Wall);
        }
        let entered = self.entered.load(SeqCst);
        if entered == 0 {
            *suspect = None;
        } else if self.alarm.load(SeqCst) {
            // Told already: has it answered, or does it burn on?
            let told = match *suspect {
                Some((stamp, told)) if stamp == entered || self.tripped().is_some() => told,
                _ => clock.read(),
            };
            *suspect = Some((entered, told));
            if clock.read().saturating_sub(told) >= GRACE {
                return Verdict::Stuck;
            }
            return Verdict::Sleep(2 * TICK);
        }
        let since = if entered == 0 { 0 } else { nanos(elapsed).saturating_sub(entered) };
        let left = self.cpu.saturating_sub(self.used.load(SeqCst) + since);
        if left == 0 && entered != 0 {
            *suspect = Some((entered, clock.read()));
            self.alarm.store(true, SeqCst);
            return Verdict::Sleep(2 * TICK);
        }
        let pause = Duration::from_nanos(left).min(wall_left.unwrap_or(Duration::MAX));
        Verdict::Sleep(pause.max(TICK))
    }
}

enum Verdict {
    Sleep(Duration),
    Stuck,
}

/// CPU time of the script's thread as another thread can read it: the kernel's count where it
/// shows one, else the whole process's, which is never less.
struct ThreadClock(Option<PathBuf>);

impl ThreadClock {
    fn of_this_thread() -> Self {
        let thread = std::fs::read_link("/proc/thread-self").ok();
        Self(thread.map(|thread| PathBuf::from("/proc").join(thread).join("schedstat")))
    }

    fn read(&self) -> Duration {
        let counted = self.0.as_deref().and_then(|path| std::fs::read_to_string(path).ok());
        let first = counted.as_deref().and_then(|text| text.split(' ').next()?.parse().ok());
        first.map_or_else(
            || {
                let time = clock_gettime(ClockId::ProcessCPUTime);
                Duration::new(
                    u64::try_from(time.tv_sec).unwrap_or(0),
                    u32::try_from(time.tv_nsec).unwrap_or(0),
                )
            },
            Duration::from_nanos,
        )
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::lua::Limits;
    use crate::lua::meter::Metered;

    #[tokio::test]
    async fn waiting_costs_no_cpu_time() {
        let limits = Limits { cpu: Duration::from_millis(50), ..Limits::default() };
        let meter = Meter::new(&limits);
        let _dog = Watchdog::start(&meter, || panic!("not stuck")).unwrap();
        let waited = Metered::new(&meter, tokio::time::sleep(Duration::from_millis(120))).await;
        assert_eq!(waited, Some(()));
    }

    #[tokio::test]
    async fn the_wall_clock_ends_a_wait() {
        let limits = Limits { wall: Some(Duration::from_millis(30)), ..Limits::default() };
        let meter = Meter::new(&limits);
        let _dog = Watchdog::start(&meter, || panic!("not stuck")).unwrap();
        let waited = Metered::new(&meter, std::future::pending::<()>()).await;
        assert_eq!(waited, None);
        assert_eq!(meter.tripped(), Some(Limit::Wall));
    }

    #[tokio::test]
    async fn code_that_never_looks_is_reported_as_stuck() {
        let limits = Limits { cpu: Duration::from_millis(20), ..Limits::default() };
        let meter = Meter::new(&limits);
        let called = Arc::new(AtomicBool::new(false));
        let report = Arc::clone(&called);
        let _dog = Watchdog::start(&meter, move || report.store(true, SeqCst)).unwrap();
        let seen = Arc::clone(&called);
        let burnt = Metered::new(&meter, async move {
            while !seen.load(SeqCst) {
                std::hint::spin_loop();
            }
        });
        assert_eq!(burnt.await, None);
        assert_eq!(meter.tripped(), Some(Limit::Cpu));
    }
}
