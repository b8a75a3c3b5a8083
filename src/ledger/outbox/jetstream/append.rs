//! Keeping events: published one by one, acknowledged together.

use async_nats::HeaderMap;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;

use super::api::{Ack, failed};
use super::names::{self, ID, ONCE};
use super::server::Server;
use super::{JetStream, locked};
use crate::error::Fault;
use crate::ledger::outbox::{Item, Place};

/// How often an event is offered before the server counts as gone. Its id makes that harmless.
const TRIES: usize = 3;

/// Events published before their acknowledgements are waited for.
const AT_ONCE: usize = 256;

impl JetStream {
    pub(super) async fn keep(&self, place: &Place, items: Vec<Item>) -> Result<(), Fault> {
        let server = self.server().await?;
        if !locked(&self.places).contains(place) {
            server.introduce(place).await?;
            locked(&self.places).insert(place.clone());
        }
        let word = names::place(place);
        let mut kept = Vec::new();
        for group in items.chunks(AT_ONCE) {
            if let Err(fault) = server.publish(&word, group, &mut kept).await {
                // None of them counts as queued. What cannot be taken back is sent under its own id.
                for sequence in kept {
                    let _ = server.api.delete(&server.queue, sequence).await;
                }
                return Err(fault);
            }
        }
        locked(&self.own).open.extend(items.into_iter().map(|item| item.message_id));
        Ok(())
    }
}

impl Server {
    /// Publishes a group and adds where each went.
    async fn publish(&self, place: &str, group: &[Item], kept: &mut Vec<u64>) -> Result<(), Fault> {
        let mut left: Vec<&Item> = group.iter().collect();
        let mut last = None;
        for _ in 0..TRIES {
            let mut offers = FuturesOrdered::new();
            for item in &left {
                offers.push_back(self.offer(place, item, None));
            }
            let answers: Vec<_> = offers.collect().await;
            let mut again = Vec::new();
            for (item, answer) in left.into_iter().zip(answers) {
                match answer {
                    Ok(ack) => kept.extend((!ack.duplicate).then_some(ack.sequence)),
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

    /// Publishes one event; `once` when it goes under another name than its id.
    pub(super) async fn offer(
        &self,
        place: &str,
        item: &Item,
        once: Option<&str>,
    ) -> Result<Ack, Fault> {
        let subject = self.names.queued(place, item.lane, &names::event(&item.message_id));
        let mut headers = HeaderMap::new();
        headers.insert(ID, item.message_id.as_str());
        headers.insert(ONCE, once.unwrap_or(&item.message_id));
        let ack = self.api.publish(subject, headers, item.body.clone().into()).await?;
        ack.ok_or_else(|| failed("keep an event", &"it was not taken"))
    }
}
