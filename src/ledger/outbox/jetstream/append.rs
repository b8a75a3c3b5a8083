//! Keeping events: published one by one, acknowledged together.

use async_nats::HeaderMap;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use tokio::task::unconstrained;
use uuid::Uuid;

use super::api::{Ack, failed};
use super::names::{self, ID, Names, ONCE};
use super::server::Server;
use super::{JetStream, locked};
use crate::error::Fault;
use crate::ledger::outbox::{Item, Place};

/// How often an event is offered before the server counts as gone. Its id makes that harmless.
const TRIES: usize = 3;

/// Events published before their acknowledgements are waited for.
const AT_ONCE: usize = 256;

/// What became of events that were published.
#[derive(Debug, Default)]
struct Kept {
    /// Those that are new to the server, with where they are.
    fresh: Vec<(String, u64)>,
    /// Those it had before, with where they would be queued; they may be settled already.
    known: Vec<(String, String)>,
}

impl JetStream {
    pub(super) async fn keep(&self, place: &Place, items: Vec<Item>) -> Result<(), Fault> {
        let server = self.server().await?;
        if !locked(&self.places).contains(place) {
            server.introduce(place).await?;
            let last = server.api.size(&server.settled).await?.last;
            locked(&self.own).seen.get_or_insert(last);
            locked(&self.places).insert(place.clone());
        }
        let word = names::place(place);
        let mut kept = Kept::default();
        for group in items.chunks(AT_ONCE) {
            if let Err(fault) = server.publish(&word, group, &mut kept).await {
                // None of them counts as queued. What cannot be taken back is sent under its own id.
                for (id, sequence) in kept.fresh {
                    let _ = server.take_back(&word, &id, sequence).await;
                }
                return Err(fault);
            }
        }
        let mut own = locked(&self.own);
        own.doubtful.extend(kept.known);
        own.open.extend(items.into_iter().map(|item| item.message_id));
        Ok(())
    }
}

impl Server {
    /// Publishes a group and adds what became of it.
    async fn publish(&self, place: &str, group: &[Item], kept: &mut Kept) -> Result<(), Fault> {
        let mut left: Vec<&Item> = group.iter().collect();
        let mut last = None;
        for _ in 0..TRIES {
            let mut offers = FuturesOrdered::new();
            for item in &left {
                offers.push_back(self.offer_once(place, item));
            }
            // One that gives way to other tasks would be overtaken by those behind it.
            let answers: Vec<_> = unconstrained(offers.collect()).await;
            let mut again = Vec::new();
            for (item, answer) in left.into_iter().zip(answers) {
                let id = || item.message_id.clone();
                match answer {
                    Ok(Ack { duplicate: false, sequence }) => kept.fresh.push((id(), sequence)),
                    Ok(Ack { duplicate: true, .. }) => {
                        kept.known.push((id(), self.subject(place, item)));
                    }
                    Err(fault) => {
                        last = Some(fault);
                        again.push(item);
                    }
                }
            }
            left = again;
            if left.is_empty() {
                return Ok(());
            }
        }
        Err(last.unwrap_or_else(|| failed("keep an event", &"no answer")))
    }

    /// Publishes one event under its id, by which the server knows whether it has had it; one that was
    /// taken back it has had and has not.
    async fn offer_once(&self, place: &str, item: &Item) -> Result<Ack, Fault> {
        let ack = self.offer(place, item, None).await?;
        if !ack.duplicate {
            return Ok(ack);
        }
        let back = Names::taken_back(place, &names::event(&item.message_id));
        match self.entry::<bool>(&back).await? {
            Some((true, _)) => {
                let once = format!("again-{}", Uuid::new_v4());
                let ack = self.offer(place, item, Some(&once)).await?;
                self.put(&back, &false).await?;
                Ok(ack)
            }
            _ => Ok(ack),
        }
    }

    /// Deletes an event whose keeping failed as a whole. That it was is written down before: the server
    /// goes on knowing its id.
    async fn take_back(&self, place: &str, id: &str, sequence: u64) -> Result<(), Fault> {
        let back = Names::taken_back(place, &names::event(id));
        self.put(&back, &true).await?;
        if !self.api.delete(&self.queue, sequence).await? {
            // It was settled already.
            self.put(&back, &false).await?;
        }
        Ok(())
    }

    fn subject(&self, place: &str, item: &Item) -> String {
        self.names.queued(place, item.lane, &names::event(&item.message_id))
    }

    /// Publishes one event; `once` when it goes under another name than its id.
    pub(super) async fn offer(
        &self,
        place: &str,
        item: &Item,
        once: Option<&str>,
    ) -> Result<Ack, Fault> {
        let subject = self.subject(place, item);
        let mut headers = HeaderMap::new();
        headers.insert(ID, item.message_id.as_str());
        headers.insert(ONCE, once.unwrap_or(&item.message_id));
        let ack = self.api.publish(subject, headers, item.body.clone().into()).await?;
        ack.ok_or_else(|| failed("keep an event", &"it was not taken"))
    }
}
