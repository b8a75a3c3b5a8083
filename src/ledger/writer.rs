//! The thread that writes entries: it takes whatever has arrived since it last looked and puts it
//! into one transaction.

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Transaction, params_from_iter};

use super::journal::{COLUMNS, Entry};
use super::{Ledger, explain};
use crate::error::Fault;

/// Most entries in one transaction.
const GROUP: usize = 500;

enum Order {
    Write(Box<Entry>),
    /// Answer when everything before this is written, with the warning if there is one.
    Flush(Sender<Option<String>>),
}

/// The thread's owner; dropping it waits for the thread to finish its work.
#[derive(Debug)]
pub(super) struct Writer {
    orders: Option<Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(path: PathBuf, keep_days: Option<u32>) -> Self {
        let (orders, inbox) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("journal".into())
            .spawn(move || Desk::open(path, keep_days).work(&inbox))
            .ok();
        Self { orders: Some(orders), thread }
    }

    pub(super) fn write(&self, entry: Entry) {
        self.send(Order::Write(Box::new(entry)));
    }

    pub(super) fn flush(&self) -> Option<String> {
        let (answer, wait) = mpsc::channel();
        self.send(Order::Flush(answer));
        wait.recv().unwrap_or_else(|_| {
            Some("the journal's thread is gone; calls were not remembered".into())
        })
    }

    fn send(&self, order: Order) {
        if let Some(orders) = &self.orders {
            // Without a thread the order is dropped, and `flush` says so.
            orders.send(order).ok();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing more to write.
            thread.join().ok();
        }
    }
}

/// The thread's side.
struct Desk {
    path: PathBuf,
    keep_days: Option<u32>,
    ledger: Result<Ledger, Fault>,
    lost: usize,
    why: Option<String>,
}

impl Desk {
    fn open(path: PathBuf, keep_days: Option<u32>) -> Self {
        let ledger = Ledger::open(&path);
        Self { path, keep_days, ledger, lost: 0, why: None }
    }

    fn work(mut self, inbox: &Receiver<Order>) {
        let mut group = Vec::new();
        while let Ok(order) = inbox.recv() {
            let mut next = Some(order);
            while let Some(order) = next {
                match order {
                    Order::Write(entry) => group.push(*entry),
                    Order::Flush(answer) => {
                        self.write(&mut group);
                        // Who asked may have stopped waiting.
                        answer.send(self.warning()).ok();
                    }
                }
                next = if group.len() < GROUP { inbox.try_recv().ok() } else { None };
            }
            self.write(&mut group);
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
