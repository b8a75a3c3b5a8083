//! What things are called on the server. Ids and accounts may hold anything, subjects may not, so
//! both travel as hashes; what they stand for travels in headers and bodies.

use sha2::{Digest as _, Sha256};

use crate::ledger::outbox::Place;

/// The header that carries the id of an event, whatever it was published under.
pub(super) const ID: &str = "Kosmo-Id";
/// The header that carries the lane of a buried event.
pub(super) const LANE: &str = "Kosmo-Lane";
/// The header with why an event was buried, as JSON.
pub(super) const REASON: &str = "Kosmo-Reason";
/// The header by which the server knows a message it has already.
pub(super) const ONCE: &str = "Nats-Msg-Id";

fn hash(text: &[&str], bytes: usize) -> String {
    let mut hash = Sha256::new();
    for part in text {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

/// The word that stands for a place.
pub(super) fn place(place: &Place) -> String {
    hash(&[&place.provider, &place.account, &place.service, &place.mark], 8)
}

/// The word that stands for an event.
pub(super) fn event(message_id: &str) -> String {
    hash(&[message_id], 12)
}

/// The words of one outbox.
#[derive(Debug, Clone)]
pub(super) struct Names {
    name: String,
}

impl Names {
    /// The words of the outbox of that name; what is no plain word is made one.
    pub(super) fn new(name: &str) -> Self {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        Self { name: name.chars().map(plain).collect() }
    }

    /// The stream for one purpose.
    pub(super) fn stream(&self, purpose: &str) -> String {
        format!("{}_{purpose}", self.name)
    }

    /// Every subject for one purpose.
    pub(super) fn all(&self, purpose: &str) -> String {
        format!("{}.{purpose}.>", self.name)
    }

    /// The subject of the last word on something.
    pub(super) fn word(&self, key: &str) -> String {
        format!("{}.words.{key}", self.name)
    }

    /// The subject of a queued event.
    pub(super) fn queued(&self, place: &str, lane: u8, event: &str) -> String {
        format!("{}.queued.{place}.{lane}.{event}", self.name)
    }

    /// The subjects of everything queued for a place.
    pub(super) fn queued_for(&self, place: &str) -> String {
        format!("{}.queued.{place}.>", self.name)
    }

    /// The subjects of a lane.
    pub(super) fn lane(&self, place: &str, lane: u8) -> String {
        format!("{}.queued.{place}.{lane}.*", self.name)
    }

    /// The consumer of a lane.
    pub(super) fn consumer(place: &str, lane: u8) -> String {
        format!("{place}-{lane}")
    }

    /// The key of a lane's holder.
    pub(super) fn holder(place: &str, lane: u8) -> String {
        format!("lane.{place}.{lane}")
    }

    /// The key of a place.
    pub(super) fn key(place: &str) -> String {
        format!("place.{place}")
    }

    /// The subject of a buried event.
    pub(super) fn buried(&self, place: &str, event: &str) -> String {
        format!("{}.buried.{place}.{event}", self.name)
    }

    /// The subjects of everything buried for a place.
    pub(super) fn buried_for(&self, place: &str) -> String {
        format!("{}.buried.{place}.*", self.name)
    }

    /// The subject of the records of a lane.
    pub(super) fn settled(&self, place: &str, lane: u8) -> String {
        format!("{}.settled.{place}.{lane}", self.name)
    }

    /// The subject of records that count for no lane.
    pub(super) fn settled_aside(&self, place: &str) -> String {
        format!("{}.settled.{place}.aside", self.name)
    }

    /// The subjects of all records of a place.
    pub(super) fn settled_for(&self, place: &str) -> String {
        format!("{}.settled.{place}.*", self.name)
    }

    /// The key that says that an event was taken back before anybody was told that it was kept.
    pub(super) fn taken_back(place: &str, event: &str) -> String {
        format!("back.{place}.{event}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_an_id_holds_its_subject_is_plain() {
        let names = Names::new("a b.c");
        let subject = names.queued("p", 3, &event("id with blanks.*>"));
        assert!(subject.starts_with("a_b_c.queued.p.3."));
        assert!(subject.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'_'));
        assert_ne!(event("a"), event("b"));
    }
}
