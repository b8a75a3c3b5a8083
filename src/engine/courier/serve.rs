//! Sending for as long as somebody lets it: what comes into the outbox is sent as it comes. While
//! there is nothing to do, looks become rare.

use std::time::Duration;

use super::drain::stopped;
use super::{Aim, Courier, Flushed, News, Stop};
use crate::error::Fault;

/// Time between two looks at an idle outbox: at first, and at most. A look costs a fraction of a
/// millisecond.
const LOOKS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// Time between two tries while the outbox cannot be reached: at first, and at most.
const TRIES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// Why it ended.
#[derive(Debug)]
pub enum Ended {
    /// Somebody said stop.
    Stopped(Flushed),
    /// What the courier knows of accounts is out of date.
    Stale,
}

impl Courier<'_> {
    /// Sends whatever comes until somebody says stop, or `stale` says that accounts and settings have
    /// to be read again; that is asked between two rounds.
    ///
    /// An outbox that goes away is waited for, if it was there before (`known`: before this courier
    /// began); what was in flight is sent again under the same ids.
    ///
    /// # Errors
    /// When the outbox itself fails, or could not be reached in the first place.
    pub async fn run_until(
        &self,
        aim: &Aim,
        mut stop: Stop,
        known: bool,
        stale: impl Fn(&Flushed) -> bool,
    ) -> Result<Ended, Fault> {
        let (mut look, mut away, mut met) = (LOOKS.0, None, known);
        loop {
            let flushed = match self.round(aim, stop.clone()).await {
                Ok(flushed) => flushed,
                Err(_) if *stop.borrow() && met => {
                    return Ok(Ended::Stopped(Flushed { cut: true, ..Flushed::default() }));
                }
                Err(fault) if met && fault.retryable() => {
                    if away.is_none() {
                        (self.tell)(&News::Away(fault));
                    }
                    let wait = away.map_or(TRIES.0, |wait: Duration| (wait * 2).min(TRIES.1));
                    away = Some(wait);
                    tokio::select! {
                        () = stopped(&mut stop) => {
                            return Ok(Ended::Stopped(Flushed::default()));
                        }
                        () = tokio::time::sleep(wait) => continue,
                    }
                }
                Err(fault) => return Err(fault),
            };
            met = true;
            if away.take().is_some() {
                (self.tell)(&News::Back);
            }
            if *stop.borrow() {
                return Ok(Ended::Stopped(flushed));
            }
            if stale(&flushed) {
                return Ok(Ended::Stale);
            }
            look = if flushed.settled() > 0 { LOOKS.0 } else { (look * 2).min(LOOKS.1) };
            tokio::select! {
                () = stopped(&mut stop) => return Ok(Ended::Stopped(flushed)),
                () = tokio::time::sleep(look) => {}
            }
        }
    }
}
