//! Who has a lane, and what is done with it. The holder's entry is changed under its revision only,
//! and so is what is written down of the lane: whoever lost it cannot settle anything in it.

use std::sync::Arc;
use std::time::Duration;

use async_nats::{HeaderMap, Message};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::api::failed;
use super::names::{self, ID, LANE, Names, REASON};
use super::records::Held;
use super::server::{MOST_PENDING, Server};
use super::{JetStream, locked};
use crate::error::{Fault, Kind};
use crate::ledger::outbox::{Claim, Kept, LANES, Place, Reason, Which};

/// A lease that ends later than this from now was written by a clock that was wrong.
const LONGEST_LEASE: i64 = 24 * 3_600_000;

/// Who has a lane. Machines that share an outbox must agree about the time within a lease.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Holder {
    token: String,
    until: i64,
}

/// A reason as it travels.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Epitaph {
    code: String,
    message: String,
    http_status: Option<u16>,
}

impl From<Reason> for Epitaph {
    fn from(Reason { code, message, http_status }: Reason) -> Self {
        Self { code, message, http_status }
    }
}

impl From<Epitaph> for Reason {
    fn from(Epitaph { code, message, http_status }: Epitaph) -> Self {
        Self { code, message, http_status }
    }
}

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

fn after(lease: Duration) -> i64 {
    now().saturating_add(i64::try_from(lease.as_millis()).unwrap_or(LONGEST_LEASE))
}

impl Holder {
    fn holds(&self) -> bool {
        !self.token.is_empty() && (now()..now() + LONGEST_LEASE).contains(&self.until)
    }
}

pub(super) fn lost() -> Fault {
    Fault::new(Kind::Conflict, "another courier has the lane by now").code("lease_lost")
}

impl JetStream {
    pub(super) async fn take_lane(
        &self,
        which: &Which,
        lease: Duration,
    ) -> Result<Option<Claim>, Fault> {
        let server = self.server().await?;
        for (word, (place, card)) in server.places(which).await? {
            if card.paused().is_some() {
                continue;
            }
            for lane in 0..LANES {
                let Some(claim) = self.take(server, &word, &place, lane, lease).await? else {
                    continue;
                };
                match server.begin(&word, lane).await {
                    Ok(held) => {
                        let held = Arc::new(tokio::sync::Mutex::new(held));
                        locked(&self.held).insert(claim.token.clone(), held);
                        return Ok(Some(claim));
                    }
                    Err(fault) => {
                        locked(&self.given_up).insert(claim.token);
                        return Err(fault);
                    }
                }
            }
        }
        Ok(None)
    }

    /// Takes a lane, if it has something to send and nobody has it.
    async fn take(
        &self,
        server: &Server,
        word: &str,
        place: &Place,
        lane: u8,
        lease: Duration,
    ) -> Result<Option<Claim>, Fault> {
        if server.waiting(word, lane).await? == 0 {
            return Ok(None);
        }
        let key = Names::holder(word, lane);
        let claim = Claim { place: place.clone(), lane, token: Uuid::new_v4().to_string() };
        let ours = Holder { token: claim.token.clone(), until: after(lease) };
        let revision = match server.entry::<Holder>(&key).await? {
            None => 0,
            Some((holder, _)) if holder.holds() && !self.has_given_up(&holder) => return Ok(None),
            Some((_, revision)) => revision,
        };
        // Whatever comes of it: if it was written, it was not for nothing.
        let taken = server.update(&key, &ours, revision).await;
        if taken.is_err() {
            locked(&self.given_up).insert(claim.token.clone());
        }
        Ok(taken?.then_some(claim))
    }

    /// What is at hand of a claimed lane.
    fn held(&self, claim: &Claim) -> Result<Arc<tokio::sync::Mutex<Held>>, Fault> {
        locked(&self.held).get(&claim.token).cloned().ok_or_else(lost)
    }

    /// Whether a lane is written down as ours, and is not: the server was away when it was given back.
    fn has_given_up(&self, holder: &Holder) -> bool {
        locked(&self.given_up).contains(&holder.token)
    }

    pub(super) async fn keep_lane(&self, claim: &Claim, lease: Duration) -> Result<(), Fault> {
        let change = |holder: &mut Holder| holder.until = after(lease);
        self.server().await?.change(claim, change).await
    }

    pub(super) async fn give_back(&self, claim: &Claim) -> Result<(), Fault> {
        locked(&self.held).remove(&claim.token);
        let free = |holder: &mut Holder| holder.token.clear();
        let server = self.server().await?;
        let told = match server.api.is_connected() {
            true => server.change(claim, free).await,
            false => Err(failed("give a lane back", &"there is no connection")),
        };
        if told.is_err_and(|fault| fault.code != "lease_lost") {
            // Others have it when its lease is over, this process may at once.
            locked(&self.given_up).insert(claim.token.clone());
        }
        Ok(())
    }

    pub(super) async fn read_on(
        &self,
        claim: &Claim,
        most: usize,
        bytes: usize,
    ) -> Result<Vec<Kept>, Fault> {
        let server = self.server().await?;
        let held = self.held(claim)?;
        let mut held = held.lock().await;
        let most = most.clamp(1, MOST_PENDING);
        if let Err(fault) = server.fill(claim, &mut held, most).await {
            // What came of it is out at the server and not here: it has to come again, in order.
            locked(&self.held).remove(&claim.token);
            return Err(fault);
        }
        let mut room = bytes;
        let mut taken = Vec::new();
        for message in held.messages.iter().take(most) {
            if !taken.is_empty() && message.payload.len() > room {
                break;
            }
            room = room.saturating_sub(message.payload.len());
            taken.push(Kept {
                message_id: id(message.headers.as_ref()),
                body: message.payload.to_vec(),
            });
        }
        Ok(taken)
    }

    pub(super) async fn settle_first(
        &self,
        claim: &Claim,
        count: usize,
        buried: Vec<(usize, Reason)>,
    ) -> Result<(), Fault> {
        let server = self.server().await?;
        // Before anything is written: is the lane still ours?
        server.holder(claim).await?;
        let held = self.held(claim)?;
        let mut held = held.lock().await;
        let first: Vec<Message> = held.messages.iter().take(count).cloned().collect();
        let word = names::place(&claim.place);
        for (index, reason) in &buried {
            let Some(message) = first.get(*index) else { continue };
            let (id, body) = (id(message.headers.as_ref()), message.payload.clone());
            server.inter(&word, claim.lane, &id, body, reason.clone()).await?;
        }
        let refused = |index: usize| buried.iter().any(|(at, _)| *at == index);
        let ids = |wanted: bool| -> Vec<String> {
            let these = first.iter().enumerate().filter(|(index, _)| refused(*index) == wanted);
            these.map(|(_, message)| id(message.headers.as_ref())).collect()
        };
        server.record(claim, &mut held, ids(false), ids(true)).await?;
        held.messages.drain(..first.len());
        {
            let mut own = locked(&self.own);
            for (index, message) in first.iter().enumerate() {
                own.end(&id(message.headers.as_ref()), !refused(index));
            }
        }
        // They are settled. What the server was not told comes again, and is known then.
        if server.api.acknowledge(&first).await.is_err() {
            held.forget();
        }
        Ok(())
    }
}

/// The id of an event.
pub(super) fn id(headers: Option<&HeaderMap>) -> String {
    headers.and_then(|headers| headers.get(ID)).map(|id| id.as_str().to_owned()).unwrap_or_default()
}

impl Server {
    /// Reads on in a lane until so many events are at hand, or there are no more.
    async fn fill(&self, claim: &Claim, held: &mut Held, most: usize) -> Result<(), Fault> {
        let word = names::place(&claim.place);
        let consumer = Names::consumer(&word, claim.lane);
        loop {
            if !self.knows(held) {
                *held = self.begin(&word, claim.lane).await?;
            }
            let wanted = most.saturating_sub(held.messages.len());
            if wanted == 0 {
                return Ok(());
            }
            let found = self.api.fetch(&self.queue, &consumer, wanted).await?;
            if !self.knows(held) {
                // Another server gave them out, which may have forgotten what was settled.
                continue;
            }
            let all = found.len();
            let new = self.unsettled(&word, held, found).await?;
            let enough = all < wanted || new.len() == all;
            held.take_in(new);
            if enough {
                return Ok(());
            }
        }
    }

    /// The entry of a lane that is still the claim's, with its revision.
    async fn holder(&self, claim: &Claim) -> Result<(Holder, u64), Fault> {
        let key = Names::holder(&names::place(&claim.place), claim.lane);
        let entry = self.entry::<Holder>(&key).await?;
        entry.filter(|(holder, _)| holder.token == claim.token).ok_or_else(lost)
    }

    /// Changes the entry of a lane that is still the claim's.
    async fn change(&self, claim: &Claim, change: impl Fn(&mut Holder)) -> Result<(), Fault> {
        let (mut holder, revision) = self.holder(claim).await?;
        change(&mut holder);
        let key = Names::holder(&names::place(&claim.place), claim.lane);
        if self.update(&key, &holder, revision).await? { Ok(()) } else { Err(lost()) }
    }

    /// Buries an event.
    pub(super) async fn inter(
        &self,
        word: &str,
        lane: u8,
        id: &str,
        body: bytes::Bytes,
        reason: Reason,
    ) -> Result<(), Fault> {
        let mut headers = HeaderMap::new();
        headers.insert(ID, id);
        headers.insert(LANE, lane.to_string());
        let reason = serde_json::to_string(&Epitaph::from(reason)).unwrap_or_default();
        headers.insert(REASON, reason.as_str());
        let kept = self.api.publish(self.names.buried(word, &names::event(id)), headers, body);
        kept.await?.map(drop).ok_or_else(|| failed("bury an event", &"it was not taken"))
    }
}
