//! Lanes of one place sent together: small ones share a batch, a full one has it for itself. Each
//! lane is read, sent and settled in order, and held by a lease that is renewed meanwhile.

use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{Either, select};

use super::{Courier, Delivered, News, Refusal, Sender};
use crate::error::Fault;
use crate::ledger::outbox::{Claim, Kept, Place, Reason, Which};

/// A lane with the next of its events.
struct Hand {
    claim: Claim,
    events: Vec<Kept>,
}

/// The room that is left in a batch.
#[derive(Clone, Copy)]
struct Room {
    events: usize,
    bytes: usize,
}

impl Room {
    fn less(self, events: &[Kept]) -> Self {
        let bytes: usize = events.iter().map(|event| event.body.len()).sum();
        Self {
            events: self.events.saturating_sub(events.len()),
            bytes: self.bytes.saturating_sub(bytes),
        }
    }

    /// Whether it is worth looking for more.
    fn is_worth_it(self, of: Self) -> bool {
        self.events > of.events / 2 && self.bytes > of.bytes / 2
    }
}

impl Courier<'_> {
    /// Sends what a lane holds, and what other lanes of its place have to add, until they are empty,
    /// the place fails or the work ends.
    ///
    /// # Errors
    /// When the outbox itself fails.
    pub(super) async fn carry(&self, first: Claim) -> Result<(), Fault> {
        let place = first.place.clone();
        let mut claims = vec![first];
        let sender = match self.sender(&place) {
            Ok(sender) => sender,
            Err(fault) => {
                self.put_off(&place, fault).await?;
                return self.give_back(claims).await;
            }
        };
        while !claims.is_empty() && !self.stops_at(&place) {
            let hands = self.gather(&sender, std::mem::take(&mut claims)).await?;
            if hands.is_empty() {
                break;
            }
            let fault = self.send(&sender, &hands).await?;
            claims = hands.into_iter().map(|hand| hand.claim).collect();
            claims.retain(|claim| self.book().held.contains(claim));
            if let Some(fault) = fault {
                self.put_off(&place, fault).await?;
            }
        }
        self.give_back(claims).await
    }

    /// Whether nothing more is to be sent to a place.
    fn stops_at(&self, place: &Place) -> bool {
        let book = self.book();
        book.ending || book.failed.contains_key(place)
    }

    /// Reads as much as one batch holds: from these lanes, then from others of the same place. Those
    /// that are empty are given back, those that no room is left for are spare.
    async fn gather(&self, sender: &Sender<'_>, claims: Vec<Claim>) -> Result<Vec<Hand>, Fault> {
        let whole = Room { events: sender.limits().most, bytes: sender.room() };
        let (mut room, mut hands) = (whole, Vec::new());
        let mut claims = claims.into_iter();
        loop {
            let claim = match claims.next() {
                Some(claim) if hands.is_empty() || room.is_worth_it(whole) => claim,
                Some(claim) => {
                    self.spare(claim);
                    continue;
                }
                None if hands.is_empty() || !room.is_worth_it(whole) => break,
                None => match self.another(sender.place()).await? {
                    Some(claim) => claim,
                    None => break,
                },
            };
            let events = match self.outbox.read(&claim, room.events, room.bytes).await {
                Ok(events) => events,
                Err(fault) if fault.code == "lease_lost" => {
                    self.lost(&claim);
                    continue;
                }
                Err(fault) => return Err(fault),
            };
            if events.is_empty() {
                self.give_back(vec![claim]).await?;
                continue;
            }
            room = room.less(&events);
            hands.push(Hand { claim, events });
        }
        Ok(hands)
    }

    /// Another lane of a place, when there is one.
    async fn another(&self, place: &Place) -> Result<Option<Claim>, Fault> {
        let which = Which {
            provider: Some(place.provider.clone()),
            account: Some(place.account.clone()),
            ..Which::default()
        };
        let Some(claim) = self.claim(&which).await? else { return Ok(None) };
        if claim.place == *place {
            return Ok(Some(claim));
        }
        self.spare(claim);
        Ok(None)
    }

    /// Sends one batch and settles what can be settled of it; the failure of the rest.
    async fn send(&self, sender: &Arc<Sender<'_>>, hands: &[Hand]) -> Result<Option<Fault>, Fault> {
        let bodies: Vec<&[u8]> =
            hands.iter().flat_map(|hand| hand.events.iter().map(|event| &*event.body)).collect();
        let (delivered, fault) = {
            let sending = pin!(sender.advance(&bodies));
            match select(sending, pin!(self.keep(hands))).await {
                Either::Left((done, _)) => done,
                Either::Right((never, _)) => match never {},
            }
        };
        if delivered.settled() > 0 {
            self.works(sender.place());
        }
        self.settle(sender.place(), hands, &delivered).await?;
        Ok(fault)
    }

    /// Renews the leases of lanes for as long as it is waited for.
    async fn keep(&self, hands: &[Hand]) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(self.lease / 3).await;
            for hand in hands {
                // One that is lost is noticed when it is settled. What was sent is out in any case.
                let _ = self.outbox.renew(&hand.claim, self.lease).await;
            }
        }
    }

    /// Settles the first events of a batch, each with its lane.
    async fn settle(&self, place: &Place, hands: &[Hand], done: &Delivered) -> Result<(), Fault> {
        let (mut before, settled) = (0, done.settled());
        let mut taken = Delivered { requests: done.requests, ..Delivered::default() };
        for hand in hands {
            let count = settled.saturating_sub(before).min(hand.events.len());
            let buried: Vec<(usize, Reason)> = done
                .refused
                .iter()
                .filter(|(index, _)| (before..before + count).contains(index))
                .map(|(index, reason)| (index - before, reason.clone()))
                .collect();
            before += hand.events.len();
            if count == 0 {
                continue;
            }
            match self.outbox.settle(&hand.claim, count, buried.clone()).await {
                Ok(()) => {
                    taken.sent += count - buried.len();
                    self.note_buried(place, hand, &buried);
                    taken.refused.extend(buried);
                }
                Err(fault) if fault.code == "lease_lost" => self.lost(&hand.claim),
                Err(fault) => return Err(fault),
            }
        }
        self.book().flushed.sent += taken.sent as u64;
        if taken.settled() > 0 {
            let (sent, buried, requests) = (taken.sent, taken.refused.len(), taken.requests);
            (self.tell)(&News::Settled { place: place.clone(), sent, buried, requests });
        }
        Ok(())
    }

    fn note_buried(&self, place: &Place, hand: &Hand, buried: &[(usize, Reason)]) {
        for (index, reason) in buried {
            let Some(event) = hand.events.get(*index) else { continue };
            let (place, message_id) = (place.clone(), event.message_id.clone());
            let reason = reason.clone();
            (self.tell)(&News::Buried {
                place: place.clone(),
                message_id: message_id.clone(),
                reason: reason.clone(),
            });
            self.book().flushed.refuse(Refusal { place, message_id, reason });
        }
    }

    /// Somebody else has a lane by now.
    fn lost(&self, claim: &Claim) {
        self.book().held.retain(|held| held != claim);
        (self.tell)(&News::LeaseLost { place: claim.place.clone(), lane: claim.lane });
    }
}
