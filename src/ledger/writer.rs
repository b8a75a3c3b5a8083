//! The thread that writes entries: it gathers what arrives within a moment and puts it into one
//! transaction.

use std::path::PathBuf;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Transaction, params_from_iter};

use super::journal::{COLUMNS, Entry};
use super::{Ledger, explain};
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

/// What has arrived and is not written yet.
#[derive(Debug, Default)]
struct Tray {
    entries: Vec<Entry>,
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

    /// Waits for work, then a little for more of it.
    fn take(&self) -> Tray {
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
        let closed = tray.closed;
        Tray { closed, ..std::mem::take(&mut tray) }
    }
}

/// The thread's owner; dropping it waits for the thread to finish its work.
#[derive(Debug)]
pub(super) struct Writer {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(path: PathBuf, keep_days: Option<u32>) -> Self {
        let desk = Arc::new(Desk::default());
        let theirs = Arc::clone(&desk);
        let thread = thread::Builder::new()
            .name("journal".into())
            .spawn(move || Clerk::open(path, keep_days).work(&theirs))
            .ok();
        Self { desk, thread }
    }

    pub(super) fn write(&self, entry: Entry) {
        self.desk.change(|tray| tray.entries.push(entry));
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
    keep_days: Option<u32>,
    ledger: Result<Ledger, Fault>,
    lost: usize,
    why: Option<String>,
}

impl Clerk {
    fn open(path: PathBuf, keep_days: Option<u32>) -> Self {
        let ledger = Ledger::open(&path);
        Self { path, keep_days, ledger, lost: 0, why: None }
    }

    fn work(mut self, desk: &Desk) {
        let _leaving = Leaving(desk);
        loop {
            let mut tray = desk.take();
            self.write(&mut tray.entries);
            for answer in tray.waiting {
                // Who asked may have stopped waiting.
                answer.send(self.warning()).ok();
            }
            if tray.closed {
                return;
            }
        }
    }

    fn write(&mut self, group: &mut Vec<Entry>) {
        let Some(last) = group.last() else { return };
        let now = last.at.clone();
        let written = match &mut self.ledger {
            Ok(ledger) => commit(ledger, group, &now, self.keep_days)
                .map_err(|error| explain(&self.path, &error)),
            Err(fault) => Err(fault.clone()),
        };
        if let Err(fault) = written {
            self.lost += group.len();
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
    group: &[Entry],
    now: &str,
    keep_days: Option<u32>,
) -> rusqlite::Result<()> {
    let change = ledger.connection.transaction()?;
    insert(&change, group)?;
    if let Some(days) = keep_days {
        forget(&change, now, days)?;
    }
    change.commit()
}

fn insert(change: &Transaction<'_>, group: &[Entry]) -> rusqlite::Result<()> {
    let sql =
        format!("INSERT OR REPLACE INTO runs ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    let mut insert = change.prepare_cached(&sql)?;
    group.iter().try_for_each(|entry| insert.execute(params_from_iter(entry.values())).map(drop))
}

/// Deletes what is too old by the clock of the newest entry, unless that was done that day or later.
fn forget(change: &Transaction<'_>, now: &str, keep_days: u32) -> rusqlite::Result<()> {
    let Ok(at) = now.parse::<Timestamp>() else { return Ok(()) };
    let Ok(limit) = at.checked_sub(SignedDuration::from_hours(24 * i64::from(keep_days))) else {
        return Ok(());
    };
    let today = at.to_string().chars().take(10).collect::<String>();
    let new_day = change.execute(
        "INSERT INTO facts VALUES ('forgot', ?1)
         ON CONFLICT (name) DO UPDATE SET value = ?1 WHERE value < ?1",
        [&today],
    )?;
    if new_day > 0 {
        change.execute("DELETE FROM runs WHERE at < ?", [limit.to_string()])?;
    }
    Ok(())
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
        let journal = Journal::at(path).keep_days(Some(30));
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
