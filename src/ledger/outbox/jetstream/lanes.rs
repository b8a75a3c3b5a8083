//! Who has a lane, and what is done with it. The holder's entry is changed under its revision only, so
//! whoever lost a lane cannot settle anything in it.

use std::time::Duration;

use async_nats::{HeaderMap, Message};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::api::{self, failed};
use super::names::{self, ID, LANE, Names, ONCE, REASON};
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
    /// Events sent from the lane so far.
    pub(super) sent: u64,
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

fn lost() -> Fault {
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
            if card.paused.is_some_and(|(_, until)| until > now()) {
                continue;
            }
            for lane in 0..LANES {
                if let Some(claim) = server.take(&word, &place, lane, lease).await? {
                    return Ok(Some(claim));
                }
            }
        }
        Ok(None)
    }

    pub(super) async fn keep_lane(&self, claim: &Claim, lease: Duration) -> Result<(), Fault> {
        let change = |holder: &mut Holder| holder.until = after(lease);
        self.server().await?.change(claim, change).await
    }

    pub(super) async fn give_back(&self, claim: &Claim) -> Result<(), Fault> {
        self.held.lock().await.remove(&claim.token);
        let free = |holder: &mut Holder| holder.token.clear();
        match self.server().await?.change(claim, free).await {
            Err(fault) if fault.code == "lease_lost" => Ok(()),
            other => other,
        }
    }

    pub(super) async fn read_on(
        &self,
        claim: &Claim,
        most: usize,
        bytes: usize,
    ) -> Result<Vec<Kept>, Fault> {
        let server = self.server().await?;
        let mut all = self.held.lock().await;
        let held = all.entry(claim.token.clone()).or_default();
        let most = most.clamp(1, MOST_PENDING);
        if held.len() < most {
            let consumer = Names::consumer(&names::place(&claim.place), claim.lane);
            let wanted = most - held.len();
            for message in server.api.fetch(&server.queue, &consumer, wanted).await? {
                let sequence = api::sequence(&message);
                match held.iter_mut().find(|old| api::sequence(old) == sequence) {
                    // The server has lost patience and gives it out again.
                    Some(old) => *old = message,
                    None => held.push_back(message),
                }
            }
        }
        let mut room = bytes;
        let mut taken = Vec::new();
        for message in held.iter().take(most) {
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
        let mut all = self.held.lock().await;
        let held = all.entry(claim.token.clone()).or_default();
        let first: Vec<Message> = held.iter().take(count).cloned().collect();
        let word = names::place(&claim.place);
        let sent = (first.len() - buried.len().min(first.len())) as u64;
        // The lane's own entry says whether it is still ours, before anything else is written.
        server.change(claim, |holder| holder.sent += sent).await?;
        for (index, reason) in &buried {
            let Some(message) = first.get(*index) else { continue };
            let (id, body) = (id(message.headers.as_ref()), message.payload.clone());
            server.inter(&word, claim.lane, &id, body, reason.clone()).await?;
        }
        let refused = |index: usize| buried.iter().any(|(at, _)| *at == index);
        let ids: Vec<String> = first
            .iter()
            .enumerate()
            .filter(|(index, _)| !refused(*index))
            .map(|(_, message)| id(message.headers.as_ref()))
            .collect();
        if !ids.is_empty() {
            server.record(&word, &ids).await?;
        }
        server.api.acknowledge(&first).await?;
        held.drain(..first.len());
        let mut own = locked(&self.own);
        for (index, message) in first.iter().enumerate() {
            let id = id(message.headers.as_ref());
            if own.open.remove(&id) {
                if refused(index) { own.buried.push(id) } else { own.sent += 1 }
            }
        }
        Ok(())
    }
}

/// The id of an event.
pub(super) fn id(headers: Option<&HeaderMap>) -> String {
    headers.and_then(|headers| headers.get(ID)).map(|id| id.as_str().to_owned()).unwrap_or_default()
}

impl Server {
    /// Takes a lane, if it has something to send and nobody has it.
    async fn take(
        &self,
        word: &str,
        place: &Place,
        lane: u8,
        lease: Duration,
    ) -> Result<Option<Claim>, Fault> {
        if self.waiting(word, lane).await? == 0 {
            return Ok(None);
        }
        let key = Names::holder(word, lane);
        let entry = self.entry::<Holder>(&key).await?;
        let claim = Claim { place: place.clone(), lane, token: Uuid::new_v4().to_string() };
        let ours = |sent| Holder { token: claim.token.clone(), until: after(lease), sent };
        let taken = match entry {
            None => self.update(&key, &ours(0), 0).await?,
            Some((holder, _)) if holder.holds() => false,
            Some((holder, revision)) => self.update(&key, &ours(holder.sent), revision).await?,
        };
        if !taken {
            return Ok(None);
        }
        self.restart(word, lane).await?;
        Ok(Some(claim))
    }

    /// Changes the entry of a lane that is still the claim's.
    async fn change(&self, claim: &Claim, change: impl Fn(&mut Holder)) -> Result<(), Fault> {
        let key = Names::holder(&names::place(&claim.place), claim.lane);
        let Some((mut holder, revision)) = self.entry::<Holder>(&key).await? else {
            return Err(lost());
        };
        if holder.token != claim.token {
            return Err(lost());
        }
        change(&mut holder);
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
        self.write(self.names.buried(word, &names::event(id)), headers, body).await
    }

    /// Remembers what was sent, one id a line.
    async fn record(&self, word: &str, ids: &[String]) -> Result<(), Fault> {
        let mut headers = HeaderMap::new();
        // The same events settled twice, after a lost answer, are remembered once.
        let first = ids.first().map(String::as_str).unwrap_or_default();
        headers.insert(ONCE, format!("{}-{}", names::event(first), ids.len()).as_str());
        let ids: Vec<u8> = serde_json::to_vec(ids).unwrap_or_default();
        self.write(self.names.settled(word), headers, ids.into()).await
    }

    async fn write(
        &self,
        subject: String,
        headers: HeaderMap,
        body: bytes::Bytes,
    ) -> Result<(), Fault> {
        let kept = self.api.publish(subject, headers, body).await?;
        kept.map(drop).ok_or_else(|| failed("settle an event", &"it was not taken"))
    }
}
