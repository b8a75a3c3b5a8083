//! The outbox on NATS JetStream, for senders on many machines: a work-queue stream holds what is
//! queued and forgets an event once it is acknowledged, another one who has which lane. The only
//! module that knows NATS.
//!
//! An event is published under its `messageId`, so appending it twice keeps it once. A lane is a
//! consumer with explicit acknowledgement; who takes a lane over makes the consumer anew, so that
//! whatever a courier had and did not acknowledge comes again, in order.

mod api;
mod append;
mod changes;
mod inquiry;
mod lanes;
mod mine;
mod names;
mod records;
mod server;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;

use self::mine::Own;
use self::records::Held;
use self::server::Server;
use super::{Claim, Item, Kept, Later, Mine, Outbox, Place, Reason, Receipt, State, Which};
use crate::error::Fault;
use crate::redact::Secret;

/// Where the server is, and how to be let in.
#[derive(Debug, Clone)]
pub struct Address {
    /// `nats://[user:password@]host:port[/name]`; a name keeps outboxes on one server apart.
    pub url: Secret,
    /// A file with credentials.
    pub credentials: Option<std::path::PathBuf>,
    /// For how many days receipts of sent events are kept.
    pub keep_days: u32,
}

/// The outbox on a NATS server.
pub struct JetStream {
    address: Address,
    server: OnceCell<Server>,
    /// The claimed lanes, by the claim's token. Each has a lock of its own: who works at one waits for
    /// the server meanwhile, and others must not wait for that.
    held: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Held>>>>,
    /// Tokens of claims that are over, though the server may not have been told.
    given_up: Mutex<HashSet<String>>,
    /// What became of the events appended here.
    own: Mutex<Own>,
    /// Places the server is known to know.
    places: Mutex<HashSet<Place>>,
}

impl std::fmt::Debug for JetStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JetStream").finish_non_exhaustive()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl JetStream {
    /// The outbox at an address. Connects when it is first used.
    pub fn at(address: Address) -> Self {
        Self {
            address,
            server: OnceCell::new(),
            held: Mutex::default(),
            given_up: Mutex::default(),
            own: Mutex::default(),
            places: Mutex::default(),
        }
    }

    async fn server(&self) -> Result<&Server, Fault> {
        self.server.get_or_try_init(|| Server::connect(&self.address)).await
    }
}

impl Outbox for JetStream {
    fn append<'a>(&'a self, place: &'a Place, items: Vec<Item>) -> Later<'a, ()> {
        Box::pin(self.keep(place, items))
    }

    fn sync(&self) -> Later<'_, ()> {
        // The server answered every append from its own storage.
        Box::pin(async { Ok(()) })
    }

    fn appended(&self) -> u64 {
        locked(&self.own).appended()
    }

    fn mine(&self, most: usize) -> Later<'_, Mine> {
        Box::pin(self.mine_now(most))
    }

    fn claim<'a>(&'a self, which: &'a Which, lease: Duration) -> Later<'a, Option<Claim>> {
        Box::pin(self.take_lane(which, lease))
    }

    fn renew<'a>(&'a self, claim: &'a Claim, lease: Duration) -> Later<'a, ()> {
        Box::pin(self.keep_lane(claim, lease))
    }

    fn read<'a>(&'a self, claim: &'a Claim, most: usize, bytes: usize) -> Later<'a, Vec<Kept>> {
        Box::pin(self.read_on(claim, most, bytes))
    }

    fn settle<'a>(
        &'a self,
        claim: &'a Claim,
        count: usize,
        buried: Vec<(usize, Reason)>,
    ) -> Later<'a, ()> {
        Box::pin(self.settle_first(claim, count, buried))
    }

    fn release<'a>(&'a self, claim: &'a Claim) -> Later<'a, ()> {
        Box::pin(self.give_back(claim))
    }

    fn pause<'a>(&'a self, place: &'a Place, until: i64, why: &'a str) -> Later<'a, ()> {
        Box::pin(self.hold_up(place, until, why))
    }

    fn state<'a>(&'a self, which: &'a Which) -> Later<'a, BTreeMap<Place, State>> {
        Box::pin(self.survey(which))
    }

    fn look<'a>(&'a self, message_id: &'a str) -> Later<'a, Receipt> {
        Box::pin(self.look_up(message_id))
    }

    fn list<'a>(
        &'a self,
        which: &'a Which,
        buried: bool,
        cursor: Option<&'a str>,
        most: usize,
    ) -> Later<'a, Vec<Receipt>> {
        Box::pin(self.page(which, buried, cursor, most))
    }

    fn retry<'a>(&'a self, which: &'a Which) -> Later<'a, u64> {
        Box::pin(self.unbury(which))
    }

    fn bury<'a>(&'a self, which: &'a Which, reason: Reason) -> Later<'a, u64> {
        Box::pin(self.bury_queued(which, reason))
    }

    fn adopt<'a>(&'a self, place: &'a Place, mark: &'a str) -> Later<'a, u64> {
        Box::pin(self.move_to(place, mark))
    }
}
