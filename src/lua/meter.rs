//! What is known of one script's time, shared by the script and its watchdog: the script itself only
//! loads a flag at every interrupt point and looks at the clock when the watchdog has raised it.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use super::Limits;
use super::limit::Limit;

use Ordering::SeqCst;

/// What is known of one script's time, shared by the script and its watchdog.
#[derive(Debug)]
pub(super) struct Meter {
    pub(super) start: Instant,
    pub(super) cpu: u64,
    pub(super) wall: Option<Duration>,
    /// Set when the script has to look at the clock or to end.
    pub(super) alarm: AtomicBool,
    tripped: AtomicU8,
    /// Wall time (1 or more) of the last time the CPU clock was read inside the VM; 0 outside it.
    pub(super) entered: AtomicU64,
    /// The thread's CPU clock at that moment.
    entered_cpu: AtomicU64,
    /// CPU time used until that moment.
    pub(super) used: AtomicU64,
    waker: Mutex<Option<Waker>>,
    pub(super) over: Mutex<bool>,
    pub(super) bell: Condvar,
}

impl Meter {
    pub(super) fn new(limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            cpu: nanos(limits.cpu),
            wall: limits.wall,
            alarm: AtomicBool::new(false),
            tripped: AtomicU8::new(0),
            entered: AtomicU64::new(0),
            entered_cpu: AtomicU64::new(0),
            used: AtomicU64::new(0),
            waker: Mutex::new(None),
            over: Mutex::new(false),
            bell: Condvar::new(),
        })
    }

    /// The limit that ended the script.
    pub(super) fn tripped(&self) -> Option<Limit> {
        let code = self.tripped.load(SeqCst);
        Limit::ALL.into_iter().find(|limit| *limit as u8 == code)
    }

    /// Ends the script: every interrupt from now on is an error. The first limit counts.
    pub(super) fn trip(&self, limit: Limit) {
        let _ = self.tripped.compare_exchange(0, limit as u8, SeqCst, SeqCst);
        self.alarm.store(true, SeqCst);
        if let Some(waker) = self.waker.lock().unwrap_or_else(PoisonError::into_inner).take() {
            waker.wake();
        }
    }

    /// Called at every interrupt point; an error means that the script is over.
    pub(super) fn check(&self) -> mlua::Result<()> {
        if self.alarm.load(Ordering::Relaxed) { self.answer() } else { Ok(()) }
    }

    /// Wall time since the start.
    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn answer(&self) -> mlua::Result<()> {
        self.alarm.store(false, SeqCst);
        self.account(self.now());
        if self.tripped.load(SeqCst) == 0 {
            return Ok(());
        }
        self.alarm.store(true, SeqCst);
        Err(mlua::Error::runtime("the script was ended"))
    }

    /// Adds the CPU time since the last look; `next` becomes the time of the last look.
    fn account(&self, next: u64) {
        if self.entered.load(SeqCst) == 0 {
            return;
        }
        let clock = thread_cpu();
        let spent = clock.saturating_sub(self.entered_cpu.swap(clock, SeqCst));
        let used = self.used.fetch_add(spent, SeqCst) + spent;
        self.entered.store(next, SeqCst);
        if used >= self.cpu {
            self.trip(Limit::Cpu);
        }
    }

    fn enter(&self) {
        self.entered_cpu.store(thread_cpu(), SeqCst);
        self.entered.store(self.now(), SeqCst);
    }

    fn leave(&self) {
        self.account(0);
    }

    fn now(&self) -> u64 {
        nanos(self.start.elapsed()).max(1)
    }
}

pub(super) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn thread_cpu() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000
        + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// A future whose polls are on the meter. Ready with nothing as soon as a limit is reached.
pub(super) struct Metered<'a, F> {
    meter: &'a Meter,
    inner: Pin<Box<F>>,
}

impl<'a, F: Future> Metered<'a, F> {
    pub(super) fn new(meter: &'a Meter, inner: F) -> Self {
        Self { meter, inner: Box::pin(inner) }
    }
}

impl<F: Future> Future for Metered<'_, F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let meter = self.meter;
        *meter.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.waker().clone());
        if meter.tripped().is_some() {
            return Poll::Ready(None);
        }
        meter.enter();
        let polled = self.inner.as_mut().poll(context);
        meter.leave();
        match polled {
            _ if meter.tripped().is_some() => Poll::Ready(None),
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Ends a script from another thread, for example on Ctrl-C. Clones stop the same script.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<StopState>);

#[derive(Debug, Default)]
struct StopState {
    asked: AtomicBool,
    meter: Mutex<Weak<Meter>>,
}

impl Stop {
    /// Ends the script that runs, or the next one when none does.
    pub fn stop(&self) {
        let meter = self.0.meter.lock().unwrap_or_else(PoisonError::into_inner);
        match meter.upgrade() {
            Some(meter) => meter.trip(Limit::Stopped),
            None => self.0.asked.store(true, SeqCst),
        }
    }

    /// From now on `stop` means this one.
    pub(super) fn attach(&self, meter: &Arc<Meter>) {
        let mut attached = self.0.meter.lock().unwrap_or_else(PoisonError::into_inner);
        *attached = Arc::downgrade(meter);
        if self.0.asked.swap(false, SeqCst) {
            meter.trip(Limit::Stopped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits { cpu: Duration::from_millis(1500), calls: Some(3), ..Limits::default() }
    }

    #[test]
    fn the_first_limit_counts_and_every_check_after_it_fails() {
        let meter = Meter::new(&limits());
        assert!(meter.check().is_ok());
        meter.trip(Limit::Calls);
        meter.trip(Limit::Wall);
        assert_eq!(meter.tripped(), Some(Limit::Calls));
        assert!(meter.check().is_err());
        assert!(meter.check().is_err());
    }

    #[test]
    fn an_alarm_is_answered_by_looking_at_the_clock() {
        let meter = Meter::new(&limits());
        meter.enter();
        meter.alarm.store(true, SeqCst);
        assert!(meter.check().is_ok(), "the budget is not used up");
        assert!(!meter.alarm.load(SeqCst));
        meter.used.store(nanos(Duration::from_secs(2)), SeqCst);
        meter.alarm.store(true, SeqCst);
        assert!(meter.check().is_err());
        assert_eq!(meter.tripped(), Some(Limit::Cpu));
    }

    #[test]
    fn a_stop_before_the_start_counts() {
        let stop = Stop::default();
        stop.stop();
        let meter = Meter::new(&limits());
        stop.attach(&meter);
        assert_eq!(meter.tripped(), Some(Limit::Stopped));
        let next = Meter::new(&limits());
        stop.attach(&next);
        assert_eq!(next.tripped(), None);
        stop.stop();
        assert_eq!(next.tripped(), Some(Limit::Stopped));
        let last = Meter::new(&limits());
        stop.attach(&last);
        assert_eq!(last.tripped(), None, "a stop ends one script");
    }
}
