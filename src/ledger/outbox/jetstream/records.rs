//! What was settled, lane by lane: a record for each batch, written when it is with the service and
//! before its events are acknowledged. A lane's records are a chain that grows under its own last
//! sequence only, so nothing is counted twice; and what a record names is never sent again, even if
//! its acknowledgement was lost with the courier or the server.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use async_nats::{HeaderMap, Message};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::api::{self, Stored, failed};
use super::inquiry::Walk;
use super::lanes::{id, lost};
use super::names::{self, ONCE};
use super::server::{DUPLICATES, Server};
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
    /// The sequence of the last record before the server was started.
    #[serde(default)]
    earlier: u64,
    /// The server's name for itself, another one each time it is started.
    server: String,
}

impl Record {
    /// Reads a record; one that cannot be understood names nothing.
    pub(super) fn of(stored: &Stored) -> Self {
        serde_json::from_slice(&stored.payload).unwrap_or_default()
    }
}

/// Where the chain of a lane ends: its last record.
#[derive(Debug, Clone, Default)]
struct Tail {
    sequence: u64,
    total: u64,
    earlier: u64,
    server: String,
}

/// The end that an event found.
#[derive(Debug, Clone, Copy)]
struct End {
    /// When, in nanoseconds since 1970.
    at: i64,
    sent: bool,
}

/// Why an event that was given out is not to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    /// Its acknowledgement was lost.
    Known,
    /// It was appended once more under its id, and the server had forgotten that it had it.
    Twice { sent: bool },
}

/// A claimed lane.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Events read and not settled.
    pub(super) messages: VecDeque<Message>,
    tail: Tail,
    /// Events settled already that the server may still have, or be given again.
    settled: HashMap<String, End>,
    /// The server that all of this is about.
    server: String,
}

impl Held {
    fn learn(&mut self, record: Record, at: i64) {
        let ends = [(record.sent, true), (record.buried, false)];
        for (ids, sent) in ends {
            for id in ids {
                self.settled.entry(id).or_insert(End { at, sent });
            }
        }
    }

    /// Whether and how an event found its end before; one that was queued again since then by
    /// somebody who wanted that has not.
    fn over(&self, message: &Message) -> Option<Over> {
        let headers = message.headers.as_ref();
        let id = id(headers);
        let end = self.settled.get(&id)?;
        let stamp = api::stamp(message);
        let under = headers.and_then(|headers| headers.get(ONCE)).map(|once| once.as_str());
        match under == Some(&*id) {
            _ if stamp < end.at => Some(Over::Known),
            true if stamp - end.at < nanoseconds_of(DUPLICATES) => {
                Some(Over::Twice { sent: end.sent })
            }
            _ => None,
        }
    }

    /// Lets everything be read anew.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
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
        let Some(newest) = self.api.get(&self.settled, &newest).await? else { return Ok(held) };
        let (record, at) = (Record::of(&newest), nanoseconds(&newest));
        let here = record.server == held.server;
        // Of the acknowledgements of this server only the last one can be lost, with its courier.
        let mut next = if here { record.earlier } else { record.before };
        let (total, earlier, server) = (record.total, record.earlier, record.server.clone());
        held.tail = Tail { sequence: newest.sequence, total, earlier, server };
        held.learn(record, at);
        // One that was killed may have forgotten those of more than one record, and ids it had.
        let mut until = at - nanoseconds_of(DUPLICATES);
        while next > 0 {
            let Some(stored) = self.api.get(&self.settled, &json!({"seq": next})).await? else {
                break;
            };
            let (record, at) = (Record::of(&stored), nanoseconds(&stored));
            if at < until {
                break;
            }
            until = until.max(at - FORGOTTEN);
            next = record.before;
            held.learn(record, at);
        }
        Ok(held)
    }

    /// Those of the events given out that are still to be sent. The others are acknowledged.
    pub(super) async fn unsettled(
        &self,
        word: &str,
        held: &Held,
        found: Vec<Message>,
    ) -> Result<Vec<Message>, Fault> {
        let (mut new, mut old, mut again) = (Vec::new(), Vec::new(), Record::default());
        for message in found {
            let Some(over) = held.over(&message) else {
                new.push(message);
                continue;
            };
            if let Over::Twice { sent } = over {
                let ids = if sent { &mut again.sent } else { &mut again.buried };
                ids.push(id(message.headers.as_ref()));
            }
            old.push(message);
        }
        if !(again.sent.is_empty() && again.buried.is_empty()) {
            // Beside the chain, so that nothing is counted twice: who appended it again waits for it.
            self.note_aside(word, &again).await?;
        }
        self.api.acknowledge(&old).await?;
        Ok(new)
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
        let earlier = if held.tail.server == server { held.tail.earlier } else { before };
        let tail = Tail { sequence: 0, total, earlier, server: server.clone() };
        let record = Record { sent, buried, total, before, earlier, server };
        let subject = self.names.settled(&names::place(&claim.place), claim.lane);
        let sequence = self.note(subject, &record, Some(before)).await?.ok_or_else(lost)?;
        held.tail = Tail { sequence, ..tail };
        Ok(())
    }

    /// Notes what somebody buried by hand, for whoever waits for it.
    pub(super) async fn note_buried(&self, word: &str, ids: Vec<String>) -> Result<(), Fault> {
        self.note_aside(word, &Record { buried: ids, ..Record::default() }).await
    }

    /// Notes the end of events for whoever waits for them, outside of the chains that count.
    async fn note_aside(&self, word: &str, record: &Record) -> Result<(), Fault> {
        self.note(self.names.settled_aside(word), record, None).await.map(drop)
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

fn nanoseconds_of(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

/// When a message was stored.
fn nanoseconds(stored: &Stored) -> i64 {
    let at = stored.time.parse::<Timestamp>().unwrap_or_default();
    i64::try_from(at.as_nanosecond()).unwrap_or_default()
}
