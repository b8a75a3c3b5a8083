//! What was settled, lane by lane: a record for each batch, written when it is with the service and
//! before its events are acknowledged. A lane's records are a chain that grows under its own last
//! sequence only, so nothing is counted twice; and what a record names is never sent again, even if
//! its acknowledgement was lost with the courier or the server.

use std::collections::{HashMap, VecDeque};

use async_nats::{HeaderMap, Message};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::api::{self, Stored, failed};
use super::inquiry::Walk;
use super::lanes::{id, lost};
use super::names;
use super::server::Server;
use crate::error::Fault;
use crate::ledger::outbox::Claim;

/// How far back a lane's records are read after the server was started again: what it forgets when
/// it is killed is younger than that, in nanoseconds.
const FORGOTTEN: i64 = 600 * 1_000_000_000;

/// What was settled at once.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Record {
    /// The ids of those sent.
    pub(super) sent: Vec<String>,
    /// The ids of those buried.
    pub(super) buried: Vec<String>,
    /// How many were sent from the lane, these included.
    total: u64,
    /// The sequence of the record before.
    before: u64,
    /// The server's name for itself, another one each time it is started.
    server: String,
}

impl Record {
    /// Reads a record; one that cannot be understood names nothing.
    pub(super) fn of(stored: &Stored) -> Self {
        serde_json::from_slice(&stored.payload).unwrap_or_default()
    }
}

/// Where the chain of a lane ends.
#[derive(Debug, Clone, Copy, Default)]
struct Tail {
    sequence: u64,
    total: u64,
}

/// A claimed lane.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Events read and not settled.
    pub(super) messages: VecDeque<Message>,
    tail: Tail,
    /// Events settled already that the server may still have, and when they were.
    settled: HashMap<String, i64>,
    /// The server that all of this is about.
    server: String,
}

impl Held {
    /// Whether an event was settled before; one that was queued again since then was not.
    pub(super) fn is_settled(&self, message: &Message) -> bool {
        let at = self.settled.get(&id(message.headers.as_ref()));
        at.is_some_and(|at| api::stamp(message) < *at)
    }

    /// Adds events that the server gave out, in the order of the queue.
    pub(super) fn take_in(&mut self, messages: Vec<Message>) {
        for message in messages {
            let sequence = api::sequence(&message);
            let last = self.messages.back().map_or(0, api::sequence);
            let known = (sequence <= last)
                .then(|| self.messages.iter_mut().find(|old| api::sequence(old) == sequence));
            match known.flatten() {
                // The server has lost patience and gives it out again.
                Some(old) => *old = message,
                None => self.messages.push_back(message),
            }
        }
    }
}

impl Server {
    /// Begins with a lane that was just claimed: what was out comes again, and what was settled is
    /// known.
    pub(super) async fn begin(&self, word: &str, lane: u8) -> Result<Held, Fault> {
        let server = self.api.server();
        self.restart(word, lane).await?;
        let mut held = Held { server, ..Held::default() };
        let newest = json!({"last_by_subj": self.names.settled(word, lane)});
        let mut next = self.api.get(&self.settled, &newest).await?;
        let mut since = None;
        while let Some(stored) = next {
            let (record, at) = (Record::of(&stored), nanoseconds(&stored));
            if since.is_none() {
                held.tail = Tail { sequence: stored.sequence, total: record.total };
            }
            for id in record.sent.into_iter().chain(record.buried) {
                held.settled.entry(id).or_insert(at);
            }
            // A server that was killed may have forgotten acknowledgements of more than one record.
            let enough = record.server == held.server || at < *since.get_or_insert(at) - FORGOTTEN;
            if enough || record.before == 0 {
                break;
            }
            next = self.api.get(&self.settled, &json!({"seq": record.before})).await?;
        }
        Ok(held)
    }

    /// Whether a lane was begun with at the server that is there now.
    pub(super) fn knows(&self, held: &Held) -> bool {
        self.api.server() == held.server
    }

    /// Adds to the records of a lane.
    ///
    /// # Errors
    /// `lease_lost` when somebody else did so in the meantime.
    pub(super) async fn record(
        &self,
        claim: &Claim,
        held: &mut Held,
        sent: Vec<String>,
        buried: Vec<String>,
    ) -> Result<(), Fault> {
        let total = held.tail.total + sent.len() as u64;
        // The one that the lane was begun at: what another one has forgotten is still to be looked for.
        let (before, server) = (held.tail.sequence, held.server.clone());
        let record = Record { sent, buried, total, before, server };
        let subject = self.names.settled(&names::place(&claim.place), claim.lane);
        let sequence = self.note(subject, &record, Some(before)).await?.ok_or_else(lost)?;
        held.tail = Tail { sequence, total };
        Ok(())
    }

    /// Notes what somebody buried by hand, for whoever waits for it.
    pub(super) async fn note_buried(&self, word: &str, ids: Vec<String>) -> Result<(), Fault> {
        let record = Record { buried: ids, ..Record::default() };
        self.note(self.names.settled_by_hand(word), &record, None).await.map(drop)
    }

    async fn note(
        &self,
        subject: String,
        record: &Record,
        after: Option<u64>,
    ) -> Result<Option<u64>, Fault> {
        let mut headers = HeaderMap::new();
        if let Some(after) = after {
            headers.insert("Nats-Expected-Last-Subject-Sequence", after.to_string());
        }
        let record = serde_json::to_vec(record).map_err(|why| failed("settle an event", &why))?;
        let ack = self.api.publish(subject, headers, record.into()).await?;
        Ok(ack.map(|ack| ack.sequence))
    }

    /// How many events were sent from a lane, as far back as its records are kept.
    pub(super) async fn sent_from(&self, word: &str, lane: u8) -> Result<u64, Fault> {
        let subject = self.names.settled(word, lane);
        let last = self.api.get(&self.settled, &json!({"last_by_subj": subject})).await?;
        let Some(last) = last else { return Ok(0) };
        let first = Walk::over(&self.api, &self.settled, subject).next().await?;
        let first = first.map(|first| Record::of(&first)).unwrap_or_default();
        Ok(Record::of(&last).total.saturating_sub(first.total) + first.sent.len() as u64)
    }
}

/// When a message was stored.
fn nanoseconds(stored: &Stored) -> i64 {
    let at = stored.time.parse::<Timestamp>().unwrap_or_default();
    i64::try_from(at.as_nanosecond()).unwrap_or_default()
}
