//! Emptying an outbox: several batches in flight, until nothing is left that can be sent, time is
//! up or somebody says stop. What is in flight then is settled or given back.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use futures_util::future::FutureExt as _;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::watch;

use super::flushed::Flushed;
use super::{Courier, IN_FLIGHT, needs_action};
use crate::error::Fault;
use crate::ledger::outbox::{Claim, State, Which};

/// How often to look whether another courier is done with a lane: at first, and at most.
const LOOKS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));

/// Of the time of a flush, at most one part in so many is spent asking whether it is over.
const ASKING: u32 = 10;

/// What to wait for when nothing is left that can be sent at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wait {
    /// Nothing.
    #[default]
    No,
    /// Until everything is settled, by whichever courier; not for a place that needs action.
    All,
    /// Until that is so for what was queued by this process.
    Mine,
}

/// What is to be emptied, and for how long.
#[derive(Debug, Clone, Default)]
pub struct Aim {
    /// Which events.
    pub which: Which,
    /// What to wait for.
    pub wait: Wait,
    /// When to leave the rest; never when absent.
    pub until: Option<Instant>,
    /// Whether places that wait for somebody are tried again: who asks may have done what was needed.
    pub afresh: bool,
    /// How long what is in flight may take after somebody said stop.
    pub grace: Duration,
}

/// Tells a courier to stop, by becoming true. One whose sender is gone never does.
pub type Stop = watch::Receiver<bool>;

/// A stop that never comes.
pub fn never() -> Stop {
    watch::channel(false).1
}

/// Comes when somebody says stop.
pub(super) async fn stopped(stop: &mut Stop) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn come(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}

/// Lanes that are being sent.
type Flight<'a> = FuturesUnordered<Pin<Box<dyn Future<Output = Result<(), Fault>> + 'a>>>;

impl Courier<'_> {
    /// Sends what can be sent, and says what came of it. Failures of an account are part of that.
    ///
    /// # Errors
    /// When the outbox itself fails.
    pub async fn drain(&self, aim: &Aim, stop: Stop) -> Result<Flushed, Fault> {
        let mut flushed = self.round(aim, stop).await?;
        flushed.look(self.outbox.state(&aim.which).await?);
        Ok(flushed)
    }

    /// The same without a look at what is left, which costs the more the more there is.
    ///
    /// # Errors
    /// When the outbox itself fails.
    pub(super) async fn round(&self, aim: &Aim, mut stop: Stop) -> Result<Flushed, Fault> {
        self.begin();
        if aim.afresh {
            self.lift(&aim.which).await?;
        }
        let mut flight: Flight<'_> = FuturesUnordered::new();
        let (mut trouble, mut cut, mut look) = (None, aim.until, LOOKS.0);
        loop {
            if trouble.is_none() && !self.book().ending {
                match self.fill(&mut flight, &aim.which).await {
                    Ok(true) => look = LOOKS.0,
                    Ok(false) => {}
                    Err(fault) => trouble = Some(fault),
                }
            }
            self.book().ending |= trouble.is_some();
            if flight.is_empty() && self.book().ending {
                break;
            }
            let pause = match flight.is_empty() {
                false => None,
                true => match self.patience(aim, cut, look).await {
                    Ok(Some(pause)) => Some(Instant::now() + pause),
                    Ok(None) => break,
                    Err(fault) => {
                        trouble = Some(fault);
                        break;
                    }
                },
            };
            let ending = self.book().ending;
            tokio::select! {
                Some(carried) = flight.next() => {
                    match self.is_enough(aim, carried).await {
                        Ok(enough) => self.book().ending |= enough,
                        Err(fault) => trouble = trouble.or(Some(fault)),
                    }
                }
                () = self.spared.notified() => {}
                () = stopped(&mut stop), if !ending => {
                    self.book().ending = true;
                    let last = Instant::now() + aim.grace;
                    cut = Some(cut.map_or(last, |cut| cut.min(last)));
                    self.book().flushed.stopped = true;
                }
                () = come(cut) => {
                    self.book().flushed.cut = !flight.is_empty();
                    break;
                }
                () = come(pause) => look = (look * 2).min(LOOKS.1),
            }
        }
        drop(flight);
        self.end(trouble).await
    }

    /// Begins to send what can be had; whether that was anything.
    async fn fill<'a>(&'a self, flight: &mut Flight<'a>, which: &Which) -> Result<bool, Fault> {
        let mut any = false;
        while flight.len() < IN_FLIGHT {
            let Some(claim) = self.next(which).await? else { break };
            any = true;
            flight.push(Box::pin(self.carry(claim)));
            // It may gather other lanes before they are taken one by one.
            if let Some(Some(carried)) = flight.next().now_or_never() {
                carried?;
            }
        }
        Ok(any)
    }

    /// Whether the work may end now that some of it is done: what others have queued is no reason to
    /// stay.
    async fn is_enough(&self, aim: &Aim, carried: Result<(), Fault>) -> Result<bool, Fault> {
        carried?;
        let due = self.book().due;
        if aim.wait != Wait::Mine || due.is_some_and(|due| Instant::now() < due) {
            return Ok(false);
        }
        let asked = Instant::now();
        let enough = self.outbox.mine(0).await?.queued == 0;
        // Where the answer is dear, it is asked for rarely.
        self.book().due = Some(Instant::now() + asked.elapsed() * ASKING);
        Ok(enough)
    }

    fn begin(&self) {
        let mut book = self.book();
        book.failed.clear();
        book.working.clear();
        book.ending = false;
        book.due = None;
        book.flushed = Flushed::default();
    }

    /// Gives everything back and sums up.
    async fn end(&self, trouble: Option<Fault>) -> Result<Flushed, Fault> {
        self.book().spare.clear();
        let held = self.book().held.clone();
        let given = self.give_back(held).await;
        if let Some(fault) = trouble {
            return Err(fault);
        }
        given?;
        let mut flushed = std::mem::take(&mut self.book().flushed);
        flushed.failed = self.book().failed.drain().collect();
        Ok(flushed)
    }

    /// A lane to be sent: one at hand, or another.
    async fn next(&self, which: &Which) -> Result<Option<Claim>, Fault> {
        let spare = self.book().spare.pop();
        match spare {
            Some(claim) => Ok(Some(claim)),
            None => self.claim(which).await,
        }
    }

    /// Takes a lane.
    pub(super) async fn claim(&self, which: &Which) -> Result<Option<Claim>, Fault> {
        let claim = self.outbox.claim(which, self.lease).await?;
        if let Some(claim) = &claim {
            let mut book = self.book();
            book.held.push(claim.clone());
            // Its pause is over, or it could not be had.
            book.failed.remove(&claim.place);
        }
        Ok(claim)
    }

    /// Gives lanes back, as far as they are still held.
    pub(super) async fn give_back(&self, claims: Vec<Claim>) -> Result<(), Fault> {
        for claim in claims {
            let held = {
                let mut book = self.book();
                let before = book.held.len();
                book.held.retain(|held| *held != claim);
                book.held.len() < before
            };
            if held {
                self.outbox.release(&claim).await?;
            }
        }
        Ok(())
    }

    /// Ends the pauses that wait for somebody.
    async fn lift(&self, which: &Which) -> Result<(), Fault> {
        for (place, state) in self.outbox.state(which).await? {
            if state.paused.is_some_and(|(why, _)| needs_action(&why)) {
                self.outbox.pause(&place, 0, "").await?;
            }
        }
        Ok(())
    }

    /// How long to wait before looking again; none when there is nothing to wait for, or no time.
    async fn patience(
        &self,
        aim: &Aim,
        cut: Option<Instant>,
        look: Duration,
    ) -> Result<Option<Duration>, Fault> {
        match aim.wait {
            Wait::No => return Ok(None),
            Wait::Mine if self.outbox.mine(0).await?.queued == 0 => return Ok(None),
            Wait::All | Wait::Mine => {}
        }
        let states = self.outbox.state(&aim.which).await?;
        let waits = states.values().filter_map(|state| self.wait_of(state, look));
        let left = cut.map(|cut| cut.saturating_duration_since(Instant::now()));
        Ok(waits.min().filter(|wait| left.is_none_or(|left| *wait < left)))
    }

    /// When something may happen at a place; none when nothing is to be expected.
    fn wait_of(&self, state: &State, look: Duration) -> Option<Duration> {
        if state.counts.queued == 0 {
            return None;
        }
        match &state.paused {
            Some((why, _)) if needs_action(why) => None,
            Some((_, until)) => {
                let millis = until.saturating_sub(super::millis()).max(1);
                Some(Duration::from_millis(millis.unsigned_abs()))
            }
            None if !state.damaged.is_empty() => None,
            None => Some(look),
        }
    }
}
