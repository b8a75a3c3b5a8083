//! How many events a second leave for one account, and for all of them together, over all processes
//! of the user.

use std::time::Duration;

use crate::engine::Engine;
use crate::error::{Fault, Kind};
use crate::ledger::outbox::Place;

/// The longest that a batch waits for its turn; no queue of ours is longer.
const PATIENCE: Duration = Duration::from_secs(3600);

/// Events a second; none for as fast as it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate(pub Option<u32>);

impl Rate {
    /// `2000` or `off`.
    ///
    /// # Errors
    /// The right form.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.trim() {
            "off" => Ok(Self(None)),
            number => match number.parse::<u32>() {
                Ok(number) if number > 0 => Ok(Self(Some(number))),
                _ => Err("write events a second such as 1000, or off".to_owned()),
            },
        }
    }
}

/// What holds the events of one account back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rates {
    /// Its own rate.
    pub(super) account: Rate,
    /// That of all accounts together.
    pub(super) total: Rate,
}

impl Engine {
    /// The rate that settings give an account; none when they say nothing.
    pub(super) fn rate(&self, place: &Place) -> Option<Rate> {
        let Place { provider, account, .. } = place;
        self.rate_setting(&format!("integrations.{provider}.accounts.{account}.rate"))
    }

    /// The rate that settings give all accounts together.
    pub(super) fn total_rate(&self) -> Rate {
        self.rate_setting("outbox.total_rate").unwrap_or(Rate(None))
    }

    fn rate_setting(&self, key: &str) -> Option<Rate> {
        let value = &self.settings.get(key)?.value;
        Rate::parse(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)).ok()
    }
}

/// Waits until so many events of a place may leave.
///
/// # Errors
/// `rate_limited` when that is not within any reasonable time.
pub(super) async fn admit(
    engine: &Engine,
    place: &Place,
    rates: Rates,
    events: usize,
) -> Result<(), Fault> {
    let Place { provider, account, .. } = place;
    let turns = [
        (rates.total, "*/@events".to_owned(), "all accounts together", "--total-rate"),
        (rates.account, format!("{provider}/{account}/@events"), account.as_str(), "--rate"),
    ];
    let mut wait = Duration::ZERO;
    for (Rate(rate), queue, whose, flag) in turns {
        let Some(rate) = rate else { continue };
        let turn = engine.governor.admit(&queue, events, rate, PATIENCE);
        wait = wait.max(turn.map_err(|wait| late(whose, rate, flag, wait))?);
    }
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    Ok(())
}

fn late(whose: &str, rate: u32, flag: &str, wait: Duration) -> Fault {
    let seconds = wait.as_secs_f64();
    let message =
        format!("the next events of {whose} may leave in {seconds:.0} s, at {rate} a second");
    let mut fault =
        Fault::new(Kind::RateLimited, message).hint(format!("raise the rate with {flag}, or wait"));
    fault.extra.retry_after = Some(wait);
    fault
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_or_off() {
        assert_eq!(Rate::parse("250"), Ok(Rate(Some(250))));
        assert_eq!(Rate::parse("off"), Ok(Rate(None)));
        for wrong in ["0", "-1", "fast", "", "1/second"] {
            assert!(Rate::parse(wrong).is_err(), "{wrong}");
        }
    }
}
