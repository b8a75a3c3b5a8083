//! How many events a second leave for one account, over all processes of the user.

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

impl Engine {
    /// The rate that settings give an account; none when they say nothing.
    pub(super) fn rate(&self, place: &Place) -> Option<Rate> {
        let Place { provider, account, .. } = place;
        let setting =
            self.settings.get(&format!("integrations.{provider}.accounts.{account}.rate"));
        let value = &setting?.value;
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
    rate: Rate,
    events: usize,
) -> Result<(), Fault> {
    let Rate(Some(rate)) = rate else { return Ok(()) };
    let queue = format!("{}/{}/@events", place.provider, place.account);
    match engine.governor.admit(&queue, events, rate, PATIENCE) {
        Ok(Duration::ZERO) => Ok(()),
        Ok(wait) => {
            tokio::time::sleep(wait).await;
            Ok(())
        }
        Err(wait) => {
            let message = format!(
                "account '{}' may send again in {:.0} s: {rate} events a second are allowed",
                place.account,
                wait.as_secs_f64()
            );
            let mut fault =
                Fault::new(Kind::RateLimited, message).hint("raise the rate with --rate, or wait");
            fault.extra.retry_after = Some(wait);
            Err(fault)
        }
    }
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
