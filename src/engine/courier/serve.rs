//! Sending for as long as somebody lets it: what comes into the outbox is sent as it comes. While
//! there is nothing to do, looks become rare.

use std::time::Duration;

use super::drain::stopped;
use super::{Aim, Courier, Flushed, Stop};
use crate::error::Fault;

/// Time between two looks at an idle outbox: at first, and at most. A look costs a fraction of a
/// millisecond.
const LOOKS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

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
    /// # Errors
    /// When the outbox itself fails.
    pub async fn run_until(
        &self,
        aim: &Aim,
        mut stop: Stop,
        stale: impl Fn(&Flushed) -> bool,
    ) -> Result<Ended, Fault> {
        let mut look = LOOKS.0;
        loop {
            let flushed = self.round(aim, stop.clone()).await?;
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
