//! Sending what a run queues while it queues more of it. The courier that has begun goes on to the
//! end: what waits for its turn then has taken it already.

use std::thread;
use std::time::Instant;

use tokio::sync::watch;
use tokio::time::timeout;

use super::{GRACE, Invocation, LISTED, LOOK, Progress, Sending, Sent, sum_up};
use crate::cli::invocation::event_loop;
use crate::cli::signal::Signals;
use crate::engine::Engine;
use crate::engine::courier::{Aim, Courier, Ended, Wait};
use crate::error::{Fault, Kind};
use crate::ledger::outbox::{Mine, Outbox, Which};

/// Says that the work is over, and since when; also when it panics.
struct Ending(watch::Sender<Option<Instant>>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.send_replace(Some(Instant::now()));
    }
}

impl Sending {
    /// Does work that queues events, and sends them meanwhile. When it is over, waits for them as
    /// [`Self::end`] does, whose answer is the second one.
    ///
    /// # Errors
    /// When there is no engine.
    pub(in crate::cli) fn accompany<T>(
        &self,
        invocation: &Invocation,
        work: impl FnOnce() -> T,
    ) -> Result<(T, Result<Option<Sent>, Fault>), Fault> {
        let engine = invocation.runtime()?.engine();
        if self.patience_with(engine).is_zero() {
            let done = work();
            return Ok((done, self.end(invocation, true)));
        }
        let outbox = &*engine.outgoing.outbox;
        let (over, ended) = watch::channel(None);
        let (done, carried) = thread::scope(|threads| {
            let courier = threads.spawn(move || {
                event_loop().and_then(|event_loop| event_loop.block_on(self.carry(engine, ended)))
            });
            let done = {
                let _ending = Ending(over);
                work()
            };
            let queued = outbox.appended() > 0;
            let _waiting = queued.then(|| Progress::start(invocation.printer(), "sending", None));
            (done, courier.join())
        });
        let carried = carried.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let sent = invocation.wait(async {
            if outbox.appended() == 0 {
                return Ok(None);
            }
            sum_up(outbox, came_of_it(outbox, carried).await, true).await.map(Some)
        });
        Ok((done, sent.flatten()))
    }

    /// Sends from when something was queued here (before that nobody has agreed to anything) until
    /// all of it is settled, time is up or a signal comes. Returns why it is not.
    async fn carry(
        &self,
        engine: &Engine,
        mut over: watch::Receiver<Option<Instant>>,
    ) -> Result<Option<Fault>, Fault> {
        let outbox = &*engine.outgoing.outbox;
        let mut signals = Signals::listen()?;
        while outbox.appended() == 0 {
            let waited = timeout(LOOK, over.wait_for(Option::is_some)).await;
            if waited.is_ok() && outbox.appended() == 0 {
                return Ok(None);
            }
        }
        let patience = self.patience_with(engine);
        let grace = GRACE.min(patience);
        let (stop, stopped) = watch::channel(false);
        let mut ended = over.clone();
        let ending = async {
            let late = async {
                ended.wait_for(Option::is_some).await.ok();
                tokio::time::sleep(patience.saturating_sub(grace)).await;
            };
            tokio::select! {
                _ = signals.next() => {}
                () = late => {}
            }
            stop.send_replace(true);
            std::future::pending::<()>().await;
        };
        let sending = async {
            let courier = Courier::new(engine, outbox).at(self.rate);
            let aim = Aim { grace, ..Aim::default() };
            let is_over = |_: &_| over.borrow().is_some();
            let ended = courier.run_until(&aim, stopped.clone(), true, is_over).await?;
            let flushed = match ended {
                Ended::Stopped(flushed) => flushed,
                Ended::Stale => {
                    let until = over.borrow().and_then(|over| over.checked_add(patience));
                    let aim = Aim { wait: Wait::Mine, until, afresh: true, ..aim };
                    courier.drain(&aim, stopped).await?
                }
            };
            Ok(flushed.failed.into_iter().next().map(|(_, fault)| fault))
        };
        tokio::select! {
            why = sending => why,
            () = ending => Ok(None),
        }
    }
}

/// What became of the events of this process, and why not all of them were sent.
///
/// # Errors
/// When the outbox cannot be looked at.
async fn came_of_it(
    outbox: &dyn Outbox,
    carried: Result<Option<Fault>, Fault>,
) -> Result<(Mine, Option<Fault>), Fault> {
    let mine = outbox.mine(LISTED).await?;
    let why = match carried.unwrap_or_else(Some) {
        None if mine.queued > 0 => {
            let states = outbox.state(&Which::default()).await?;
            let paused = states.into_values().find_map(|state| state.paused);
            paused.map(|(why, _)| Fault::new(Kind::Unavailable, why))
        }
        why => why,
    };
    Ok((mine, why))
}
