//! How far each import has come, so that one which was killed goes on where it was. Knows nothing of
//! files and events; it keeps the record it is given, and lets only one process at a time have it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::outbox::LANES;
use super::{Ledger, cannot_open, explain};
use crate::error::{Fault, Kind};
use crate::settings::edit::create_private_folder;

/// A place in a source: bytes and lines before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Mark {
    /// Bytes before it.
    pub offset: u64,
    /// Lines before it.
    pub line: u64,
}

/// What is known of one import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its id; the ids of its events are made from it.
    pub id: String,
    /// What is imported, as a person would name it.
    pub source: String,
    /// Whose events they become.
    pub account: String,
    /// A fingerprint of the beginning of the source.
    pub head: String,
    /// A fingerprint of how rows become events.
    pub mapping: String,
    /// Rows before it that belong to the lane are settled, by lane.
    pub settled: [Mark; LANES as usize],
    /// Refused rows before it are recorded.
    pub seen: Mark,
    /// The length of the file with refused rows when this was written.
    pub refused_bytes: u64,
    /// Events the service took.
    pub sent: u64,
    /// Events that were handed to the outbox.
    #[serde(default)]
    pub queued: u64,
    /// Rows that will never be taken.
    pub refused: u64,
    /// Whether its end was reached.
    pub done: bool,
    /// When it began, RFC 3339.
    pub began: String,
    /// When this was written, RFC 3339.
    pub at: String,
}

impl Record {
    /// Where to read on: everything before it is settled.
    pub fn low_water(&self) -> Mark {
        self.settled.iter().copied().min().unwrap_or_default()
    }
}

/// The record of one import, held by this process alone until it is dropped.
#[derive(Debug)]
pub struct Checkpoint {
    key: String,
    path: PathBuf,
    ledger: Ledger,
    /// What the ledger holds.
    pub record: Option<Record>,
    _lock: File,
}

/// Opens the record named `key` in the ledger at `path`.
///
/// # Errors
/// `import_running` when another process has it; a ledger that cannot be written.
pub fn open(path: &Path, key: &str) -> Result<Checkpoint, Fault> {
    let lock = lock(path, key)?;
    let ledger = Ledger::open(path)?;
    let record = {
        let text = ledger
            .connection
            .query_row("SELECT record FROM imports WHERE key = ?1", [key], |row| {
                row.get::<_, String>(0)
            })
            .optional()
            .map_err(|error| explain(path, &error))?;
        text.map(|text| read(path, &text)).transpose()?
    };
    Ok(Checkpoint { key: key.to_owned(), path: path.to_owned(), ledger, record, _lock: lock })
}

/// Every import that is remembered, the newest first.
///
/// # Errors
/// A ledger that cannot be read.
pub fn list(path: &Path) -> Result<Vec<Record>, Fault> {
    let Some(ledger) = Ledger::open_to_read(path)? else { return Ok(Vec::new()) };
    let texts = |connection: &rusqlite::Connection| -> rusqlite::Result<Vec<String>> {
        let mut query = connection.prepare("SELECT record FROM imports")?;
        query.query_map([], |row| row.get(0))?.collect()
    };
    let texts = texts(&ledger.connection).map_err(|error| explain(path, &error))?;
    let mut records =
        texts.iter().map(|text| read(path, text)).collect::<Result<Vec<Record>, _>>()?;
    records.sort_by(|a, b| b.began.cmp(&a.began));
    Ok(records)
}

fn read(path: &Path, text: &str) -> Result<Record, Fault> {
    serde_json::from_str(text).map_err(|_| {
        Fault::new(Kind::Io, format!("{} holds a broken record of an import", path.display()))
            .code("damaged_ledger")
            .hint("begin the import anew with --again")
    })
}

fn lock(path: &Path, key: &str) -> Result<File, Fault> {
    let folder = path.with_file_name("imports");
    let name: String =
        Sha256::digest(key.as_bytes()).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let file = folder.join(format!("{name}.lock"));
    let io = |error: &std::io::Error| cannot_open(&file, error);
    create_private_folder(&folder).map_err(|error| io(&error))?;
    let open = File::options().create(true).truncate(false).write(true).open(&file);
    let lock = open.map_err(|error| io(&error))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => {
            Err(Fault::new(Kind::Conflict, "another process is importing this")
                .code("import_running")
                .hint("wait for it, or stop it and run this again: it goes on from there"))
        }
        Err(TryLockError::Error(error)) => Err(io(&error)),
    }
}

impl Checkpoint {
    /// Keeps the record.
    ///
    /// # Errors
    /// A ledger that cannot be written.
    pub fn save(&mut self, record: &Record) -> Result<(), Fault> {
        let text = serde_json::to_string(record)
            .map_err(|why| Fault::new(Kind::Internal, format!("an import's record: {why}")))?;
        self.ledger
            .connection
            .prepare_cached("INSERT OR REPLACE INTO imports (key, record) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute(params![self.key, text]))
            .map_err(|error| explain(&self.path, &error))?;
        self.record = Some(record.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str) -> Record {
        Record {
            id: id.to_owned(),
            source: "events.jsonl".to_owned(),
            account: "default".to_owned(),
            head: String::new(),
            mapping: String::new(),
            settled: [Mark { offset: 9, line: 3 }; LANES as usize],
            seen: Mark::default(),
            refused_bytes: 0,
            sent: 3,
            queued: 0,
            refused: 0,
            done: false,
            began: "2026-01-01T00:00:00Z".to_owned(),
            at: "2026-01-01T00:00:00Z".to_owned(),
        }
    }

    #[test]
    fn a_record_outlives_its_process_and_has_one_owner_at_a_time() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("kosmo.db");
        let mut first = open(&path, "a").unwrap();
        assert_eq!(first.record, None);
        first.save(&record("1")).unwrap();
        let second = open(&path, "a").unwrap_err();
        assert_eq!(second.code, "import_running");
        assert_eq!(second.exit(), 6);
        open(&path, "b").unwrap();
        drop(first);
        assert_eq!(open(&path, "a").unwrap().record, Some(record("1")));
        assert_eq!(list(&path).unwrap(), [record("1")]);
    }

    #[test]
    fn reading_goes_on_where_the_slowest_lane_is() {
        let mut record = record("1");
        record.settled[3] = Mark { offset: 4, line: 1 };
        assert_eq!(record.low_water(), Mark { offset: 4, line: 1 });
    }
}
