//! One redacted line a call. Entries are written by a thread of their own, in groups, so that a
//! call never waits for the disk; a ledger that cannot be opened costs a warning and nothing else.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rusqlite::{OptionalExtension as _, Row, Statement, ToSql, params, params_from_iter};
use serde_json::{Value, json};

pub use super::forget::Retention;
use super::writer::Writer;
use super::{Ledger, explain};
use crate::error::Fault;

/// One call as it is remembered. Everything in it is already redacted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// The run id.
    pub id: String,
    /// The script or command run it belongs to.
    pub parent: Option<String>,
    /// When it began, RFC 3339.
    pub at: String,
    /// The canonical function name.
    pub function: String,
    /// The account.
    pub account: String,
    /// The effect's word.
    pub effect: Cow<'static, str>,
    /// The face that asked.
    pub origin: Cow<'static, str>,
    /// `ok`, or the fault's code.
    pub status: Cow<'static, str>,
    /// The service's status.
    pub http_status: Option<u16>,
    /// Requests sent.
    pub attempts: u32,
    /// How long it took.
    pub duration_ms: f64,
    /// The fault's message.
    pub error: Option<String>,
    /// Where it went, as JSON.
    pub request: Option<String>,
    /// Whether it went to the emulator.
    pub emulated: bool,
    /// What the caller wanted to find it by.
    pub meta: Option<Value>,
}

/// What an entry's details say, made on the journal's own thread when they are written; none when
/// there is nothing to keep. What it makes must be redacted.
pub type Details = Box<dyn FnOnce() -> Option<String> + Send>;

/// The columns, in the order that [`Entry::insert`] and [`entry`] use.
pub(super) const COLUMNS: &str = "id, parent, at, function, account, effect, origin, status, \
                                  http_status, attempts, duration_ms, error, request, emulated, meta";

impl Entry {
    /// The entry as every face shows it.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "parent": self.parent,
            "at": self.at,
            "function": self.function,
            "account": self.account,
            "operation": Some(&self.effect).filter(|effect| !effect.is_empty()),
            "origin": self.origin,
            "status": self.status,
            "http_status": self.http_status,
            "attempts": self.attempts,
            "duration_ms": self.duration_ms,
            "error": self.error,
            "request": self.request(),
            "emulated": self.emulated,
            "meta": self.meta,
        })
    }

    /// Where it went.
    pub fn request(&self) -> Option<Value> {
        self.request.clone().map(read_json)
    }

    /// Runs the statement that puts it into [`COLUMNS`].
    pub(super) fn insert(&self, statement: &mut Statement<'_>) -> rusqlite::Result<()> {
        let inserted = statement.execute(params![
            self.id,
            self.parent,
            self.at,
            self.function,
            self.account,
            self.effect,
            self.origin,
            self.status,
            self.http_status,
            self.attempts,
            self.duration_ms,
            self.error,
            self.request,
            self.emulated,
            self.meta.as_ref().map(Value::to_string),
        ]);
        inserted.map(drop)
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        id: row.get(0)?,
        parent: row.get(1)?,
        at: row.get(2)?,
        function: row.get(3)?,
        account: row.get(4)?,
        effect: row.get::<_, String>(5)?.into(),
        origin: row.get::<_, String>(6)?.into(),
        status: row.get::<_, String>(7)?.into(),
        http_status: row.get(8)?,
        attempts: row.get(9)?,
        duration_ms: row.get(10)?,
        error: row.get(11)?,
        request: row.get(12)?,
        emulated: row.get(13)?,
        meta: row.get::<_, Option<String>>(14)?.map(read_json),
    })
}

fn read_json(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

/// Which entries are wanted. What is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The script or command run they belong to.
    pub parent: Option<String>,
    /// The canonical function name.
    pub function: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// Only those that failed.
    pub failed: bool,
    /// `ok`, or a fault's code.
    pub status: Option<String>,
    /// Only those that began at this time or later, RFC 3339 in UTC.
    pub since: Option<String>,
    /// Only those that began before this time.
    pub until: Option<String>,
    /// Only those whose `meta` has this text at this key.
    pub meta: Option<(String, String)>,
    /// At most so many, the newest.
    pub limit: Option<u32>,
}

/// What calls left behind.
#[derive(Debug)]
pub struct Journal {
    path: Option<PathBuf>,
    retention: Retention,
    writer: Mutex<Option<Writer>>,
}

impl Journal {
    /// A journal kept in the ledger at `path`; none keeps nothing. Opens nothing yet.
    pub fn at(path: Option<PathBuf>) -> Self {
        Self { path, retention: Retention::default(), writer: Mutex::default() }
    }

    /// The same journal, forgetting what is older; it looks at most once a day.
    #[must_use]
    pub fn keep(self, retention: Retention) -> Self {
        Self { retention, ..self }
    }

    /// Opens the ledger in the background, so that the first entry need not wait for it. Worth
    /// doing when a request is about to be sent.
    pub fn warm_up(&self) {
        self.with_writer(|_| ());
    }

    /// Remembers a call. Returns at once.
    pub fn record(&self, entry: Entry) {
        self.with_writer(|writer| writer.write(entry, None));
    }

    /// The same, with what it said and was told. Returns at once.
    pub fn record_with(&self, entry: Entry, details: Details) {
        self.with_writer(|writer| writer.write(entry, Some(details)));
    }

    /// Waits until everything recorded is on disk; the warning when it could not be, once.
    pub fn flush(&self) -> Option<String> {
        let writer = self.writer.lock().ok()?;
        writer.as_ref()?.flush()
    }

    fn with_writer<T>(&self, use_it: impl FnOnce(&Writer) -> T) -> Option<T> {
        let path = self.path.as_ref()?;
        let mut writer = self.writer.lock().ok()?;
        let writer = writer.get_or_insert_with(|| Writer::start(path.clone(), self.retention));
        Some(use_it(writer))
    }

    /// The newest entries that pass the filter, newest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn recent(&self, filter: &Filter) -> Result<Vec<Entry>, Fault> {
        let mut conditions = vec!["1"];
        let mut values: Vec<&dyn ToSql> = Vec::new();
        for (condition, value) in [
            ("parent = ?", &filter.parent),
            ("function = ?", &filter.function),
            ("account = ?", &filter.account),
            ("status = ?", &filter.status),
            ("at >= ?", &filter.since),
            ("at < ?", &filter.until),
        ] {
            if let Some(value) = value {
                conditions.push(condition);
                values.push(value);
            }
        }
        if filter.failed {
            conditions.push("status NOT IN ('ok', 'queued')");
        }
        if let Some((key, value)) = &filter.meta {
            conditions.push(
                "EXISTS (SELECT 1 FROM json_each(runs.meta) WHERE key = ? AND CAST(value AS TEXT) = ?)",
            );
            values.push(key);
            values.push(value);
        }
        let limit = filter.limit.map_or(-1, i64::from);
        values.push(&limit);
        let conditions = conditions.join(" AND ");
        // Ids begin with their time, so their order is that of the calls.
        self.select(&format!("WHERE {conditions} ORDER BY id DESC LIMIT ?"), &values)
    }

    /// The entry whose id starts with `prefix`.
    ///
    /// # Errors
    /// `not_found` when there is none, usage when there are several, or when the ledger cannot be
    /// read.
    pub fn get(&self, prefix: &str) -> Result<Entry, Fault> {
        let prefix = prefix.to_ascii_lowercase();
        let tail = "WHERE ?1 <> '' AND substr(id, 1, length(?1)) = ?1 ORDER BY id LIMIT 3";
        let mut found = self.select(tail, &[&prefix])?;
        match found.len() {
            0 => Err(Fault::not_found(format!("no run `{prefix}` is remembered"))
                .hint("`kosmo runs list` shows those that are")),
            1 => Ok(found.swap_remove(0)),
            _ => {
                let ids: Vec<_> = found.into_iter().map(|entry| entry.id).collect();
                Err(Fault::usage(format!("`{prefix}` begins the ids of several runs"))
                    .hint(format!("say more of it: {}", ids.join(", "))))
            }
        }
    }

    /// What a call said and was told, as far as that was kept.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn details(&self, id: &str) -> Result<Option<Value>, Fault> {
        let Some(path) = self.path.as_deref() else { return Ok(None) };
        let Some(ledger) = Ledger::open_to_read(path)? else { return Ok(None) };
        let sql = "SELECT content FROM details WHERE run = ?1";
        let found: Option<String> = ledger
            .connection
            .query_row(sql, [id], |row| row.get(0))
            .optional()
            .map_err(|error| explain(path, &error))?;
        Ok(found.and_then(|text| serde_json::from_str(&text).ok()))
    }

    fn select(&self, tail: &str, values: &[&dyn ToSql]) -> Result<Vec<Entry>, Fault> {
        let Some(path) = self.path.as_deref() else { return Ok(Vec::new()) };
        let Some(ledger) = Ledger::open_to_read(path)? else { return Ok(Vec::new()) };
        read(&ledger, tail, values).map_err(|error| explain(path, &error))
    }

    /// Where the ledger is.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

fn read(ledger: &Ledger, tail: &str, values: &[&dyn ToSql]) -> rusqlite::Result<Vec<Entry>> {
    let mut query = ledger.connection.prepare(&format!("SELECT {COLUMNS} FROM runs {tail}"))?;
    query.query_map(params_from_iter(values), entry)?.collect()
}
