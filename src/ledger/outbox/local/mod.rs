//! The outbox on this machine: files hold what is queued, SQLite holds what became of it. To append
//! costs one write to a file and no database; couriers of any number of processes share the rest.

mod changes;
mod drain;
mod folder;
mod frame;
mod graves;
mod holder;
mod inquiry;
mod listing;
mod producer;
mod receipts;
mod registry;
mod retire;
mod settle;
mod sync;
mod trouble;
mod walk;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;
use tempfile::TempDir;

use self::drain::Held;
use self::holder::Holder;
use self::producer::{Producer, Target};
use self::sync::{Desk, Syncer};
use self::trouble::{Trouble, disk, homeless};
use super::{Claim, Item, Kept, Later, Mine, Outbox, Place, Reason, Receipt, State, Which};
use crate::error::{Fault, Kind};
use crate::ledger::Ledger;

/// When an appended event is brought to the disk itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sync {
    /// Together with others, a moment later and at the end of a run.
    #[default]
    Group,
    /// Before its caller is told that it is kept.
    Each,
}

/// How to keep events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habits {
    /// When they are brought to the disk.
    pub sync: Sync,
    /// For how many days receipts of sent events are kept.
    pub keep_days: u32,
    /// How many bytes of receipts are kept; an event takes 16.
    pub keep_bytes: u64,
}

impl Default for Habits {
    fn default() -> Self {
        Self { sync: Sync::Group, keep_days: 7, keep_bytes: 64 << 20 }
    }
}

/// Where the outbox lives.
enum Home {
    /// Beside the ledger.
    Beside(PathBuf),
    /// In a folder of its own that goes with the process: for events that are nobody's.
    Passing(OnceLock<Result<TempDir, Fault>>),
    /// Nowhere.
    Nowhere,
}

/// The outbox on this machine.
pub struct Local {
    home: Home,
    habits: Habits,
    producer: Mutex<Producer>,
    desk: Arc<Desk>,
    syncer: OnceLock<Syncer>,
    registry: Mutex<Option<Ledger>>,
    held: Mutex<HashMap<String, Held>>,
    holder: OnceLock<Holder>,
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Local").field("habits", &self.habits).finish_non_exhaustive()
    }
}

impl Local {
    /// The outbox beside the ledger at that path; none refuses every event. Opens nothing yet.
    pub fn beside(ledger: Option<PathBuf>, habits: Habits) -> Self {
        Self::at(ledger.map_or(Home::Nowhere, Home::Beside), habits)
    }

    /// An outbox that nobody else sees and that is gone with the process.
    pub fn passing(habits: Habits) -> Self {
        Self::at(Home::Passing(OnceLock::new()), habits)
    }

    fn at(home: Home, habits: Habits) -> Self {
        Self {
            home,
            habits,
            producer: Mutex::default(),
            desk: Arc::default(),
            syncer: OnceLock::new(),
            registry: Mutex::default(),
            held: Mutex::default(),
            holder: OnceLock::new(),
        }
    }

    /// The ledger's path.
    fn ledger(&self) -> Result<PathBuf, Fault> {
        match &self.home {
            Home::Beside(ledger) => Ok(ledger.clone()),
            Home::Passing(folder) => {
                let make = || {
                    let folder = tempfile::Builder::new().prefix("kosmo-outbox-").tempdir();
                    folder.map_err(|error| Fault::io("cannot make a temporary outbox", &error))
                };
                folder
                    .get_or_init(make)
                    .as_ref()
                    .map(|folder| folder.path().join("kosmo.db"))
                    .map_err(Clone::clone)
            }
            Home::Nowhere => Err(homeless()),
        }
    }

    /// The folder of the outbox.
    fn root(&self) -> Result<PathBuf, Fault> {
        Ok(self.ledger()?.with_file_name("outbox"))
    }

    /// Whether nothing was ever kept here: then there is no need to open anything.
    fn is_untouched(&self) -> bool {
        match &self.home {
            Home::Beside(ledger) => !ledger.with_file_name("outbox").exists() && !ledger.exists(),
            Home::Passing(folder) => folder.get().is_none(),
            Home::Nowhere => true,
        }
    }

    fn producer(&self) -> MutexGuard<'_, Producer> {
        self.producer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does work on the folder of the outbox and its registry, which is opened at the first need.
    fn work<T>(
        &self,
        work: impl FnOnce(&Path, &mut Connection) -> Result<T, Trouble>,
    ) -> Result<T, Fault> {
        let path = self.ledger()?;
        let root = path.with_file_name("outbox");
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let ledger = match registry.take() {
            Some(ledger) => ledger,
            None => Ledger::open(&path)?,
        };
        let connection = &mut registry.insert(ledger).connection;
        work(&root, connection).map_err(|trouble| trouble.explain(&root, &path))
    }

    fn append_now(&self, place: &Place, items: &[Item]) -> Result<(), Fault> {
        let root = self.root()?;
        if let Some(item) = items.iter().find(|item| item.message_id.len() > usize::from(u16::MAX))
        {
            let message = format!("an id of {} bytes is too long", item.message_id.len());
            return Err(Fault::new(Kind::EventInvalid, message));
        }
        // What a group was refused later is told to the next one.
        if let Some(error) = self.desk.failure() {
            return Err(disk(&root, &error));
        }
        let target = Target { root: &root, place, at: now(), desk: &self.desk };
        let appended = self.producer().append(target, items);
        appended.map_err(|error| disk(&root, &error))?;
        self.start_syncing();
        Ok(())
    }

    fn start_syncing(&self) {
        self.syncer.get_or_init(|| Syncer::start(Arc::clone(&self.desk)));
    }

    async fn sync_now(&self) -> Result<(), Fault> {
        let Some(syncer) = self.syncer.get() else { return Ok(()) };
        let gone = || (io::ErrorKind::Other, "the thread that syncs is gone".to_owned());
        let synced = syncer.ask().await.unwrap_or_else(|_| Err(gone()));
        let root = self.root()?;
        synced.map_err(|(kind, text)| disk(&root, &io::Error::new(kind, text)))
    }
}

/// Milliseconds since 1970.
fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// Such a time as RFC 3339.
fn rfc3339(millis: i64) -> Option<String> {
    Timestamp::from_millisecond(millis).ok().map(|at| format!("{at:.3}"))
}

impl Outbox for Local {
    fn append<'a>(&'a self, place: &'a Place, items: Vec<Item>) -> Later<'a, ()> {
        Box::pin(async move {
            self.append_now(place, &items)?;
            if self.habits.sync == Sync::Each { self.sync_now().await } else { Ok(()) }
        })
    }

    fn sync(&self) -> Later<'_, ()> {
        Box::pin(self.sync_now())
    }

    fn appended(&self) -> u64 {
        self.producer().own().iter().map(|own| own.appended).sum()
    }

    fn mine(&self, most: usize) -> Later<'_, Mine> {
        Box::pin(async move { self.mine_now(most) })
    }

    fn claim<'a>(&'a self, which: &'a Which, lease: Duration) -> Later<'a, Option<Claim>> {
        Box::pin(async move { self.claim_now(which, lease) })
    }

    fn renew<'a>(&'a self, claim: &'a Claim, lease: Duration) -> Later<'a, ()> {
        Box::pin(async move { self.renew_now(claim, lease) })
    }

    fn read<'a>(&'a self, claim: &'a Claim, most: usize, bytes: usize) -> Later<'a, Vec<Kept>> {
        Box::pin(async move { self.read_now(claim, most, bytes) })
    }

    fn settle<'a>(
        &'a self,
        claim: &'a Claim,
        count: usize,
        buried: Vec<(usize, Reason)>,
    ) -> Later<'a, ()> {
        Box::pin(async move { self.settle_now(claim, count, &buried) })
    }

    fn release<'a>(&'a self, claim: &'a Claim) -> Later<'a, ()> {
        Box::pin(async move { self.release_now(claim) })
    }

    fn pause<'a>(&'a self, place: &'a Place, until: i64, why: &'a str) -> Later<'a, ()> {
        Box::pin(async move { self.pause_now(place, until, why) })
    }

    fn state<'a>(&'a self, which: &'a Which) -> Later<'a, BTreeMap<Place, State>> {
        Box::pin(async move { self.state_now(which) })
    }

    fn look<'a>(&'a self, message_id: &'a str) -> Later<'a, Receipt> {
        Box::pin(async move { self.look_now(message_id) })
    }

    fn list<'a>(
        &'a self,
        which: &'a Which,
        buried: bool,
        cursor: Option<&'a str>,
        most: usize,
    ) -> Later<'a, Vec<Receipt>> {
        Box::pin(async move { self.list_now(which, buried, cursor, most) })
    }

    fn retry<'a>(&'a self, which: &'a Which) -> Later<'a, u64> {
        Box::pin(async move { self.retry_now(which) })
    }

    fn bury<'a>(&'a self, which: &'a Which, reason: Reason) -> Later<'a, u64> {
        Box::pin(async move { self.bury_now(which, &reason) })
    }

    fn adopt<'a>(&'a self, place: &'a Place, mark: &'a str) -> Later<'a, u64> {
        Box::pin(async move { self.adopt_now(place, mark) })
    }
}
