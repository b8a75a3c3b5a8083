//! Moving events between queue and graves, and from one place to another. An event that is moved is
//! written first and deleted afterwards: dying between the two leaves it twice, under one id.

use uuid::Uuid;

use super::JetStream;
use super::api::Stored;
use super::inquiry::lane;
use super::lanes::id;
use super::names;
use super::server::Server;
use crate::error::Fault;
use crate::ledger::outbox::{Item, Place, Reason, Which};

impl JetStream {
    pub(super) async fn unbury(&self, which: &Which) -> Result<u64, Fault> {
        let server = self.server().await?;
        let mut count = 0;
        for word in server.places(which).await?.into_keys() {
            let mut walk = server.walk(&word, true);
            while let Some(message) = walk.next().await? {
                if meant(which, &message) {
                    server.requeue(&word, &message, lane(&message)).await?;
                    server.api.delete(&server.graves, message.sequence).await?;
                    count += 1;
                }
            }
        }
        Ok(count)
    }

    pub(super) async fn bury_queued(&self, which: &Which, reason: Reason) -> Result<u64, Fault> {
        let server = self.server().await?;
        let mut count = 0;
        for word in server.places(which).await?.into_keys() {
            let mut walk = server.walk(&word, false);
            while let Some(message) = walk.next().await? {
                if meant(which, &message) {
                    let id = id(Some(&message.headers));
                    let body = message.payload.clone();
                    server.inter(&word, queued_lane(&message), &id, body, reason.clone()).await?;
                    server.note_buried(&word, vec![id]).await?;
                    server.api.delete(&server.queue, message.sequence).await?;
                    count += 1;
                }
            }
        }
        Ok(count)
    }

    pub(super) async fn move_to(&self, place: &Place, mark: &str) -> Result<u64, Fault> {
        let server = self.server().await?;
        let new = Place { mark: mark.to_owned(), ..place.clone() };
        server.introduce(&new).await?;
        let (old, new) = (names::place(place), names::place(&new));
        if old == new {
            return Ok(0);
        }
        let mut count = 0;
        let mut walk = server.walk(&old, false);
        while let Some(message) = walk.next().await? {
            server.requeue(&new, &message, queued_lane(&message)).await?;
            server.api.delete(&server.queue, message.sequence).await?;
            count += 1;
        }
        Ok(count)
    }
}

impl Server {
    /// Queues an event once more; the server has seen its id, so it goes under another.
    async fn requeue(&self, word: &str, message: &Stored, lane: u8) -> Result<(), Fault> {
        let item =
            Item { message_id: id(Some(&message.headers)), lane, body: message.payload.to_vec() };
        let once = format!("again-{}", Uuid::new_v4());
        self.offer(word, &item, Some(&once)).await.map(drop)
    }
}

fn meant(which: &Which, message: &Stored) -> bool {
    which.message_ids.is_empty() || which.message_ids.contains(&id(Some(&message.headers)))
}

/// The lane of a queued event: the last word but one of its subject.
fn queued_lane(message: &Stored) -> u8 {
    message.subject.rsplit('.').nth(1).and_then(|lane| lane.parse().ok()).unwrap_or_default()
}
