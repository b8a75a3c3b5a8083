//! What is to be delivered, from the moment a caller was told "queued" until it is settled. This
//! module says what an outbox is; each way of keeping one has a module of its own. Nothing here
//! knows how events are made or sent.
//!
//! Events that belong together (those of one person) share a *lane*, and a lane is delivered in
//! order by one courier at a time, so what is settled in a lane is a prefix of it.

#[cfg(test)]
pub(crate) mod contract;
pub mod jetstream;
pub mod local;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::error::Fault;

/// A future of an outbox; boxed, so that every kind of outbox fits behind one reference.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

/// How many lanes a place has. More would allow more batches in flight, and smaller ones.
pub const LANES: u8 = 8;

/// Where events belong. They are sent there and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The provider (`segment`).
    pub provider: String,
    /// The account.
    pub account: String,
    /// The service (`tracking`).
    pub service: String,
    /// A fingerprint of the base URL and the credential when the events were queued: who has changed
    /// them since must say that the queued events are meant for the new place too. Never a secret.
    pub mark: String,
}

/// One event to be kept.
#[derive(Debug, Clone)]
pub struct Item {
    /// The id it is deduplicated by.
    pub message_id: String,
    /// Its lane, below [`LANES`]: see [`lane_of`].
    pub lane: u8,
    /// The event as it stands in a batch: one JSON object, with its type, id and timestamp.
    pub body: Vec<u8>,
}

/// The lane of whoever an event is about.
pub fn lane_of(subject: &str) -> u8 {
    (crc32fast::hash(subject.as_bytes()) % u32::from(LANES)) as u8
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Kept, not sent yet.
    Queued,
    /// The service took it.
    Sent,
    /// It will not be sent unless somebody says `retry`.
    Buried {
        /// Why.
        reason: Reason,
    },
    /// There is no record of it: never queued here, or settled longer ago than receipts are kept.
    Unknown,
}

impl Status {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Buried { .. } => "buried",
            Self::Unknown => "unknown",
        }
    }

    /// Why it was buried.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Buried { reason } => Some(reason),
            Self::Queued | Self::Sent | Self::Unknown => None,
        }
    }
}

/// Why an event was buried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The code of the failure.
    pub code: String,
    /// The failure in words, redacted.
    pub message: String,
    /// The service's status, when it gave one.
    pub http_status: Option<u16>,
}

/// What is known of one event.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Its id.
    pub message_id: String,
    /// Where it belongs, when it is known.
    pub place: Option<Place>,
    /// What became of it.
    pub status: Status,
    /// Since when, RFC 3339, when it is known.
    pub at: Option<String>,
    /// The event itself, while it is kept.
    pub body: Option<Vec<u8>>,
}

impl Receipt {
    /// The receipt as every face shows it, without its event.
    pub fn to_json(&self) -> Map<String, Value> {
        let reason = self.status.reason().map(|reason| {
            json!({"code": reason.code, "message": reason.message, "http_status": reason.http_status})
        });
        let of = |part: fn(&Place) -> &String| self.place.as_ref().map(|place| part(place).clone());
        Map::from_iter([
            ("message_id".to_owned(), json!(self.message_id)),
            ("status".to_owned(), json!(self.status.word())),
            ("provider".to_owned(), json!(of(|place| &place.provider))),
            ("account".to_owned(), json!(of(|place| &place.account))),
            ("at".to_owned(), json!(self.at)),
            ("reason".to_owned(), json!(reason)),
        ])
    }
}

/// A lane of a place, held by one courier for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Whose events.
    pub place: Place,
    /// Which of them.
    pub lane: u8,
    /// Who holds it: unique to one claim, so that a courier which lost its lease cannot settle.
    pub token: String,
}

/// An event read from a claimed lane.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its id.
    pub message_id: String,
    /// The event as it was appended.
    pub body: Vec<u8>,
}

/// Which events are meant. What is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// Those of this provider.
    pub provider: Option<String>,
    /// Those of this account.
    pub account: Option<String>,
    /// Those with these ids; empty for any. A lane is taken whole: [`Outbox::claim`] heeds only what
    /// is said of places.
    pub message_ids: Vec<String>,
    /// But not those of these places.
    pub except: Vec<Place>,
}

/// How much of what there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events kept and not sent yet.
    pub queued: u64,
    /// Events sent, as far back as receipts are kept.
    pub sent: u64,
    /// Events buried.
    pub buried: u64,
    /// The bytes of those queued.
    pub bytes: u64,
}

/// The state of one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// How much there is.
    pub counts: Counts,
    /// When the oldest queued event came in, RFC 3339.
    pub oldest: Option<String>,
    /// Why nothing is sent for the moment, and until when (milliseconds since 1970).
    pub paused: Option<(String, i64)>,
    /// What cannot be read, and stays where it is: one line each, with the file.
    pub damaged: Vec<String>,
}

/// What became of the events that were appended through one outbox since it was opened.
#[derive(Debug, Clone, Default)]
pub struct Mine {
    /// Those the service took.
    pub sent: u64,
    /// Those not sent yet.
    pub queued: u64,
    /// Those buried.
    pub refused: u64,
    /// The first of those buried, as receipts.
    pub listed: Vec<Receipt>,
}

/// What was written more milliseconds than this from now was written before the clock was put back.
const CLOCKS_DIFFER: i64 = 10_000;

/// Keeps events until they are settled. Everything that returns `Ok` is done and survives the death
/// of the process; [`Outbox::sync`] makes it survive the death of the machine too.
pub trait Outbox: Send + Sync {
    /// Keeps events, in order. When it fails, none of them counts as queued.
    fn append<'a>(&'a self, place: &'a Place, items: Vec<Item>) -> Later<'a, ()>;

    /// Returns when what was appended so far is on stable storage.
    fn sync(&self) -> Later<'_, ()>;

    /// How many events were appended here so far, whatever became of them. Asks nobody.
    fn appended(&self) -> u64;

    /// What became of the events appended here so far, with at most so many of those refused.
    fn mine(&self, most: usize) -> Later<'_, Mine>;

    /// Takes a lane that has something to send, is not held by another courier and whose place is not
    /// paused; none when there is none. The lease ends by itself after `lease`.
    fn claim<'a>(&'a self, which: &'a Which, lease: Duration) -> Later<'a, Option<Claim>>;

    /// Makes the lease last `lease` from now on.
    ///
    /// Fails with the code `lease_lost` when somebody else has the lane by now.
    fn renew<'a>(&'a self, claim: &'a Claim, lease: Duration) -> Later<'a, ()>;

    /// The next unsettled events of a claimed lane, at most so many and of so many bytes together
    /// (but always one, when there is one). Reading again without settling gives the same.
    fn read<'a>(&'a self, claim: &'a Claim, most: usize, bytes: usize) -> Later<'a, Vec<Kept>>;

    /// Settles the first `count` events that [`Outbox::read`] gave: sent, but for those buried, by
    /// their index.
    ///
    /// Fails with the code `lease_lost` when somebody else has the lane by now.
    fn settle<'a>(
        &'a self,
        claim: &'a Claim,
        count: usize,
        buried: Vec<(usize, Reason)>,
    ) -> Later<'a, ()>;

    /// Gives a lane back.
    fn release<'a>(&'a self, claim: &'a Claim) -> Later<'a, ()>;

    /// Lets nobody send for a place until a time (milliseconds since 1970); a time in the past lifts
    /// it.
    fn pause<'a>(&'a self, place: &'a Place, until: i64, why: &'a str) -> Later<'a, ()>;

    /// Every place that anything is known of.
    fn state<'a>(&'a self, which: &'a Which) -> Later<'a, BTreeMap<Place, State>>;

    /// What became of one event.
    fn look<'a>(&'a self, message_id: &'a str) -> Later<'a, Receipt>;

    /// Receipts of what is queued or buried, oldest first, at most so many after the id `cursor`.
    fn list<'a>(
        &'a self,
        which: &'a Which,
        buried: bool,
        cursor: Option<&'a str>,
        most: usize,
    ) -> Later<'a, Vec<Receipt>>;

    /// Puts buried events back into their lanes; how many there were.
    fn retry<'a>(&'a self, which: &'a Which) -> Later<'a, u64>;

    /// Buries queued events; how many there were.
    fn bury<'a>(&'a self, which: &'a Which, reason: Reason) -> Later<'a, u64>;

    /// Lets the queued events of one place count as those of another mark of the same account; how
    /// many there were.
    fn adopt<'a>(&'a self, place: &'a Place, mark: &'a str) -> Later<'a, u64>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_spread_over_the_lanes_and_each_keeps_one() {
        let mut seen = [0; LANES as usize];
        for n in 0..8_000 {
            let subject = format!("user-{n}");
            assert_eq!(lane_of(&subject), lane_of(&subject));
            seen[usize::from(lane_of(&subject))] += 1;
        }
        assert!(seen.iter().all(|count| (700..1_300).contains(count)), "{seen:?}");
    }
}
