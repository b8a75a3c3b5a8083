//! What goes wrong, by a schedule that a seed decides: the nth request of a run always meets the
//! same fate, whatever else happens.

use std::time::Duration;

/// How many requests go wrong. How they do is drawn evenly from all the ways there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    /// Decides which requests, and how.
    pub seed: u64,
    /// Of a thousand requests so many go wrong.
    pub per_mille: u64,
    /// The longest delay.
    pub delay: Duration,
    /// What a throttled request is told to wait, in seconds.
    pub retry_after: u64,
}

/// The fate of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing is taken, the connection closed.
    Drop,
    /// Nothing is taken, and this is answered, with what to wait.
    Refuse(u16, Option<u64>),
    /// Everything is taken, the connection closed without an answer.
    Lose,
    /// Everything is taken, the answer ends in the middle of its head.
    Cut,
    /// Everything is taken and answered, and the connection closed unannounced.
    HangUp,
    /// Everything is taken, and the answer says that it was not.
    FailLate(u16),
    /// Everything is taken, late.
    Delay(Duration),
}

impl Fault {
    /// What it is counted as.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Drop => "dropped",
            Self::Refuse(429, _) => "throttled",
            Self::Refuse(..) => "failed",
            Self::Lose | Self::Cut => "answer lost",
            Self::HangUp => "hung up",
            Self::FailLate(_) => "taken, then failed",
            Self::Delay(_) => "delayed",
        }
    }
}

impl Faults {
    /// Nothing goes wrong.
    pub const NONE: Self = Self { seed: 0, per_mille: 0, delay: Duration::ZERO, retry_after: 0 };

    pub(super) fn draw(&self, ordinal: u64) -> Option<Fault> {
        let drawn = mix(self.seed ^ mix(ordinal));
        if drawn % 1000 >= self.per_mille {
            return None;
        }
        let longest = u64::try_from(self.delay.as_millis()).unwrap_or(u64::MAX);
        let ways = [
            Fault::Drop,
            Fault::Lose,
            Fault::Cut,
            Fault::HangUp,
            Fault::Refuse(429, Some(self.retry_after)),
            Fault::Refuse(500, None),
            Fault::Refuse(503, None),
            Fault::FailLate(500),
            Fault::Delay(Duration::from_millis((drawn >> 32) % longest.max(1))),
        ];
        Some(ways[usize::try_from((drawn >> 16) % ways.len() as u64).unwrap_or_default()])
    }
}

/// A number that looks like chance, from one that does not (`SplitMix64`).
pub const fn mix(number: u64) -> u64 {
    let a = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let b = (a ^ (a >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let c = (b ^ (b >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    c ^ (c >> 31)
}
