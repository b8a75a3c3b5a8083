//! The thread that writes entries: it gathers what arrives within a moment and puts it into one
//! transaction.

use std::fmt;
use std::path::PathBuf;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Transaction;

use super::journal::{COLUMNS, Details, Entry, Retention};
use super::{Ledger, details, explain, forget};
use crate::error::Fault;

/// Entries that are worth a transaction at once.
const GROUP: usize = 500;

/// How long an entry may wait for others to share its transaction. A process that is killed loses
/// at most what came in this time.
const GATHER: Duration = Duration::from_millis(20);

/// What the thread and its owner share.
#[derive(Debug, Default)]
struct Desk {
    tray: Mutex<Tray>,
    bell: Condvar,
}

/// An entry and what makes its details.
struct Slip {
    entry: Entry,
    details: Option<Details>,
}

impl fmt::Debug for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entry.fmt(f)
    }
}

/// What has arrived and is not written yet.
#[derive(Debug, Default)]
struct Tray {
    entries: Vec<Slip>,
    /// Who wants to be told, with the warning if there is one, when all of it is written.
    waiting: Vec<Sender<Option<String>>>,
    closed: bool,
}

impl Tray {
    fn urgent(&self) -> bool {
        self.closed || !self.waiting.is_empty() || self.entries.len() >= GROUP
    }
}

impl Desk {
    fn tray(&self) -> MutexGuard<'_, Tray> {
        self.tray.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the tray; the thread is only woken when there is reason to, since waking it costs
    /// more than an entry does.
    fn change(&self, change: impl FnOnce(&mut Tray)) {
        let mut tray = self.tray();
        let idle = tray.entries.is_empty();
        change(&mut tray);
        if tray.urgent() || (idle && !tray.entries.is_empty()) {
            self.bell.notify_one();
        }
    }

    /// Waits for work, then a little for more of it. The next is gathered in `room`, which is empty.
    fn take(&self, room: Vec<Slip>) -> Tray {
        let mut tray = self.tray();
        while tray.entries.is_empty() && !tray.urgent() {
            tray = self.bell.wait(tray).unwrap_or_else(PoisonError::into_inner);
        }
        let until = Instant::now() + GATHER;
        while !tray.urgent() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.bell.wait_timeout(tray, left);
            tray = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let next = Tray { entries: room, closed: tray.closed, ..Tray::default() };
        std::mem::replace(&mut tray, next)
    }
}

/// The thread's owner; dropping it waits for the thread to finish its work.
#[derive(Debug)]
pub(super) struct Writer {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(path: PathBuf, retention: Retention) -> Self {
        let desk = Arc::new(Desk::default());
        let theirs = Arc::clone(&desk);
        let thread = thread::Builder::new()
            .name("journal".into())
            .spawn(move || Clerk::open(path, retention).work(&theirs))
            .ok();
        Self { desk, thread }
    }

    pub(super) fn write(&self, entry: Entry, details: Option<Details>) {
        self.desk.change(|tray| tray.entries.push(Slip { entry, details }));
    }

    pub(super) fn flush(&self) -> Option<String> {
        let gone = || Some("the journal's thread is gone; calls were not remembered".to_owned());
        if self.thread.as_ref().is_none_or(JoinHandle::is_finished) {
            return gone();
        }
        let (answer, wait) = mpsc::channel();
        self.desk.change(|tray| tray.waiting.push(answer));
        wait.recv().unwrap_or_else(|_| gone())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.desk.change(|tray| tray.closed = true);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing more to write.
            thread.join().ok();
        }
    }
}

/// Drops what nobody will write any more, so that nobody waits for it.
struct Leaving<'a>(&'a Desk);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.tray().waiting.clear();
    }
}

/// The thread's side.
struct Clerk {
    path: PathBuf,
    retention: Retention,
    ledger: Result<Ledger, Fault>,
    lost: usize,
    why: Option<String>,
}

impl Clerk {
    fn open(path: PathBuf, retention: Retention) -> Self {
        let ledger = Ledger::open(&path);
        Self { path, retention, ledger, lost: 0, why: None }
    }

    fn work(mut self, desk: &Desk) {
        let _leaving = Leaving(desk);
        let mut room = Vec::new();
        loop {
            let mut tray = desk.take(room);
            self.write(&mut tray.entries);
            for answer in tray.waiting {
                // Who asked may have stopped waiting.
                answer.send(self.warning()).ok();
            }
            if tray.closed {
                return;
            }
            room = tray.entries;
        }
    }

    /// Writes a group and leaves its room.
    fn write(&mut self, group: &mut Vec<Slip>) {
        let Some(last) = group.last() else { return };
        let now = last.entry.at.clone();
        let count = group.len();
        let written = match &mut self.ledger {
            Ok(ledger) => commit(ledger, group, &now, self.retention)
                .map_err(|error| explain(&self.path, &error)),
            Err(fault) => Err(fault.clone()),
        };
        if let Err(fault) = written {
            self.lost += count;
            self.why.get_or_insert_with(|| fault.to_string());
        }
        group.clear();
    }

    fn warning(&mut self) -> Option<String> {
        let lost = std::mem::take(&mut self.lost);
        let why = self.why.take().filter(|_| lost > 0)?;
        let calls = if lost == 1 { "1 call was".to_owned() } else { format!("{lost} calls were") };
        Some(format!("{calls} not written to the journal: {why}"))
    }
}

fn commit(
    ledger: &mut Ledger,
    group: &mut [Slip],
    now: &str,
    retention: Retention,
) -> rusqlite::Result<()> {
    // Made before the transaction begins, so that other processes do not wait for it.
    let made = |slip: &mut Slip| slip.details.take().and_then(|details| details());
    let made: Vec<Option<String>> = group.iter_mut().map(made).collect();
    let told = group.iter().zip(&made);
    let told = told.filter_map(|(slip, made)| Some((slip.entry.id.as_str(), made.as_deref()?)));
    let change = ledger.connection.transaction()?;
    insert(&change, group)?;
    details::insert(&change, told, retention.details_bytes)?;
    forget::old(&change, now, retention)?;
    change.commit()
}

fn insert(change: &Transaction<'_>, group: &[Slip]) -> rusqlite::Result<()> {
    let sql =
        format!("INSERT OR REPLACE INTO runs ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    let mut insert = change.prepare_cached(&sql)?;
    group.iter().try_for_each(|slip| slip.entry.insert(&mut insert))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::journal::{Filter, Journal};

    fn entry(id: &str, at: &str) -> Entry {
        Entry { id: id.into(), at: at.into(), status: "ok".into(), ..Entry::default() }
    }

    fn ids(journal: &Journal) -> Vec<String> {
        journal.recent(&Filter::default()).unwrap().into_iter().map(|entry| entry.id).collect()
    }

    #[test]
    fn what_is_old_is_forgotten_once_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let path = Some(folder.path().join("kosmo.db"));
        let journal = Journal::at(path).keep(Retention { days: Some(30), ..Retention::default() });
        journal.record(entry("1", "2026-01-01T12:00:00Z"));
        journal.record(entry("2", "2026-01-20T12:00:00Z"));
        assert_eq!(journal.flush(), None);
        assert_eq!(ids(&journal), ["2", "1"]);
        journal.record(entry("3", "2026-02-10T12:00:00Z"));
        assert_eq!(journal.flush(), None);
        assert_eq!(ids(&journal), ["3", "2"]);
        // The same day: an old entry stays until tomorrow.
        journal.record(entry("0", "2025-01-01T00:00:00Z"));
        journal.record(entry("4", "2026-02-10T13:00:00Z"));
        journal.flush();
        assert_eq!(ids(&journal), ["4", "3", "2", "0"]);
    }

    #[test]
    fn dropping_the_journal_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = Some(folder.path().join("kosmo.db"));
        let journal = Journal::at(path.clone());
        for n in 0..1200 {
            journal.record(entry(&format!("{n:04}"), "2026-01-01T12:00:00Z"));
        }
        drop(journal);
        assert_eq!(ids(&Journal::at(path)).len(), 1200);
    }
}
