//! What there is, and what became of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use super::JetStream;
use super::api::{Api, Stored};
use super::lanes::{Epitaph, id};
use super::names::{self, LANE, Names, REASON};
use super::records::Record;
use super::server::{Card, Server};
use crate::error::Fault;
use crate::ledger::outbox::{Counts, LANES, Place, Receipt, State, Status, Which};

impl JetStream {
    pub(super) async fn hold_up(&self, place: &Place, until: i64, why: &str) -> Result<(), Fault> {
        let server = self.server().await?;
        server.introduce(place).await?;
        let card = Card::new(place).pausing(why, until);
        server.put(&Names::key(&names::place(place)), &card).await
    }

    pub(super) async fn survey(&self, which: &Which) -> Result<BTreeMap<Place, State>, Fault> {
        let server = self.server().await?;
        let mut states = BTreeMap::new();
        for (word, (place, card)) in server.places(which).await? {
            let mut counts =
                Counts { queued: server.waiting_for(&word).await?, ..Counts::default() };
            for lane in 0..LANES {
                counts.sent += server.sent_from(&word, lane).await?;
            }
            counts.buried =
                server.api.count(&server.graves, &server.names.buried_for(&word)).await?;
            let mut queue = Walk::over(&server.api, &server.queue, server.names.queued_for(&word));
            let oldest = queue.next().await?;
            // The server knows the bytes of all places together.
            let size = server.api.size(&server.queue).await?;
            counts.bytes = size.bytes.saturating_mul(counts.queued) / size.messages.max(1);
            let (oldest, paused) = (oldest.as_ref().map(at), card.paused());
            states.insert(place, State { counts, oldest, paused, damaged: Vec::new() });
        }
        Ok(states)
    }

    pub(super) async fn look_up(&self, message_id: &str) -> Result<Receipt, Fault> {
        let server = self.server().await?;
        let event = names::event(message_id);
        let places = server.places(&Which::default()).await?;
        for (word, (place, _)) in &places {
            for lane in 0..LANES {
                let subject = server.names.queued(word, lane, &event);
                if let Some(message) = server.last(&server.queue, &subject).await? {
                    return Ok(receipt(&message, place, Status::Queued));
                }
            }
            let subject = server.names.buried(word, &event);
            if let Some(message) = server.last(&server.graves, &subject).await? {
                return Ok(receipt(&message, place, buried(&message)));
            }
        }
        for (word, (place, _)) in &places {
            let mut records =
                Walk::over(&server.api, &server.settled, server.names.settled_for(word));
            while let Some(record) = records.next().await? {
                if Record::of(&record).sent.iter().any(|id| id == message_id) {
                    let body = None;
                    return Ok(Receipt {
                        message_id: message_id.to_owned(),
                        body,
                        ..receipt(&record, place, Status::Sent)
                    });
                }
            }
        }
        Ok(Receipt {
            message_id: message_id.to_owned(),
            place: None,
            status: Status::Unknown,
            at: None,
            body: None,
        })
    }

    pub(super) async fn page(
        &self,
        which: &Which,
        buried: bool,
        cursor: Option<&str>,
        most: usize,
    ) -> Result<Vec<Receipt>, Fault> {
        let server = self.server().await?;
        let mut found = Vec::new();
        let mut passed = cursor.is_none();
        for (word, (place, _)) in server.places(which).await? {
            let mut walk = server.walk(&word, buried);
            while let Some(message) = walk.next().await? {
                let id = id(Some(&message.headers));
                if !passed {
                    passed = cursor == Some(&*id);
                    continue;
                }
                if !which.message_ids.is_empty() && !which.message_ids.contains(&id) {
                    continue;
                }
                if found.len() == most {
                    return Ok(found);
                }
                let status = if buried { self::buried(&message) } else { Status::Queued };
                found.push(receipt(&message, &place, status));
            }
        }
        Ok(found)
    }
}

impl Server {
    /// The last message of a subject.
    pub(super) async fn last(&self, stream: &str, subject: &str) -> Result<Option<Stored>, Fault> {
        self.api.get(stream, &json!({"last_by_subj": subject})).await
    }

    /// What is queued, or buried, for a place, in order.
    pub(super) fn walk(&self, place: &str, buried: bool) -> Walk<'_> {
        match buried {
            true => Walk::over(&self.api, &self.graves, self.names.buried_for(place)),
            false => Walk::over(&self.api, &self.queue, self.names.queued_for(place)),
        }
    }
}

/// The messages of some subjects of a stream, one after the other.
pub(super) struct Walk<'a> {
    api: &'a Api,
    stream: &'a str,
    subject: String,
    next: u64,
}

impl<'a> Walk<'a> {
    pub(super) fn over(api: &'a Api, stream: &'a str, subject: String) -> Self {
        Self { api, stream, subject, next: 1 }
    }

    /// Goes on behind a sequence.
    pub(super) fn skip(&mut self, sequence: u64) {
        self.next = self.next.max(sequence + 1);
    }

    /// The next one, none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Stored>, Fault> {
        let which = json!({"seq": self.next, "next_by_subj": self.subject});
        let found = self.api.get(self.stream, &which).await?;
        if let Some(message) = &found {
            self.next = message.sequence + 1;
        }
        Ok(found)
    }
}

fn at(message: &Stored) -> String {
    let at = message.time.parse::<Timestamp>();
    at.map(|at| format!("{at:.3}")).unwrap_or_default()
}

fn buried(message: &Stored) -> Status {
    let reason = message.headers.get(REASON).map(|reason| reason.as_str()).unwrap_or_default();
    let reason = serde_json::from_str::<Epitaph>(reason);
    Status::Buried { reason: reason.map(Into::into).unwrap_or_else(|_| unreadable()) }
}

fn unreadable() -> crate::ledger::outbox::Reason {
    crate::ledger::outbox::Reason {
        code: "unknown".to_owned(),
        message: "the reason cannot be read".to_owned(),
        http_status: None,
    }
}

/// The lane of a buried event.
pub(super) fn lane(message: &Stored) -> u8 {
    message.headers.get(LANE).and_then(|lane| lane.as_str().parse().ok()).unwrap_or_default()
}

fn receipt(message: &Stored, place: &Place, status: Status) -> Receipt {
    Receipt {
        message_id: id(Some(&message.headers)),
        place: Some(place.clone()),
        status,
        at: Some(at(message)),
        body: Some(message.payload.to_vec()),
    }
}
