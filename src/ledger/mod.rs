//! What must survive a crash: one SQLite file, opened when first needed and by nobody else. Knows
//! nothing of calls; it keeps the entries it is given.

mod carried;
mod desk;
mod details;
pub mod facts;
mod forget;
pub mod imports;
pub mod journal;
pub mod limits;
mod log;
pub mod outbox;
pub mod replays;
pub mod tokens;
mod writer;

use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::{Fault, Kind};
use crate::settings::edit::create_private_folder;

/// The SQLite this program keeps its ledger with.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// The steps that bring an empty file to the newest form; `user_version` counts those taken.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE runs (
        id TEXT PRIMARY KEY, parent TEXT, at TEXT NOT NULL, function TEXT NOT NULL,
        account TEXT NOT NULL, effect TEXT NOT NULL, origin TEXT NOT NULL, status TEXT NOT NULL,
        http_status INTEGER, attempts INTEGER NOT NULL, duration_ms REAL NOT NULL, error TEXT,
        request TEXT, emulated INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX runs_by_parent ON runs (parent) WHERE parent IS NOT NULL;
    CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
",
    "
    CREATE TABLE turns (queue TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
",
    "
    CREATE TABLE imports (key TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
",
    "
    CREATE TABLE tokens (
        id TEXT PRIMARY KEY, parent TEXT, name TEXT, made INTEGER NOT NULL,
        expires INTEGER NOT NULL, scope TEXT NOT NULL, calls INTEGER, used INTEGER NOT NULL,
        revoked INTEGER
    ) WITHOUT ROWID;
",
    "
    CREATE TABLE outbox_leases (
        place TEXT NOT NULL, lane INTEGER NOT NULL, token TEXT NOT NULL, until INTEGER NOT NULL,
        PRIMARY KEY (place, lane)
    ) WITHOUT ROWID;
    CREATE TABLE outbox_pauses (
        place TEXT PRIMARY KEY, until INTEGER NOT NULL, why TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE outbox_progress (
        segment TEXT PRIMARY KEY, frame INTEGER NOT NULL, record INTEGER NOT NULL,
        settled INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE outbox_skips (
        segment TEXT NOT NULL, frame INTEGER NOT NULL, record INTEGER NOT NULL,
        PRIMARY KEY (segment, frame, record)
    ) WITHOUT ROWID;
    CREATE TABLE outbox_buried (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, place TEXT NOT NULL, lane INTEGER NOT NULL,
        segment TEXT NOT NULL, message_id TEXT NOT NULL, at INTEGER NOT NULL, code TEXT NOT NULL,
        message TEXT NOT NULL, http_status INTEGER, body BLOB NOT NULL
    );
    CREATE INDEX outbox_buried_by_id ON outbox_buried (message_id);
    CREATE INDEX outbox_buried_by_place ON outbox_buried (place);
    CREATE TABLE outbox_settled (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, place TEXT NOT NULL, at INTEGER NOT NULL,
        count INTEGER NOT NULL, bytes INTEGER NOT NULL, ids BLOB NOT NULL, names TEXT NOT NULL
    );
",
    "
    ALTER TABLE runs ADD COLUMN meta TEXT;
    CREATE TABLE details (
        number INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL,
        content TEXT NOT NULL
    );
",
    "
    CREATE TABLE replays (
        key TEXT PRIMARY KEY, print TEXT NOT NULL, run TEXT NOT NULL, worker TEXT NOT NULL,
        at INTEGER NOT NULL, status INTEGER, body BLOB
    ) WITHOUT ROWID;
",
    "
    CREATE INDEX replays_by_age ON replays (at);
",
    "
    ALTER TABLE turns ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox_pauses ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
",
];

const NEWEST: u32 = MIGRATIONS.len() as u32;

/// What to do about a damaged ledger, and what it costs.
const DAMAGED: &str = "keep a copy and move it away, with its -wal and -shm, to begin a new one; lost \
                       are past runs, tokens, refused events and receipts, and how far imports came; \
                       queued events stay, and some may be sent again under their ids";

/// What to do where nothing can be written.
const WRITABLE: &str = "point KOSMO_HOME at a folder that can be written";

/// How long to wait for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long until the next try where SQLite itself does not wait.
const AGAIN: Duration = Duration::from_millis(2);

/// An open ledger.
#[derive(Debug)]
pub(crate) struct Ledger {
    connection: Connection,
}

impl Ledger {
    /// Opens the ledger for writing, making it and its folder when they do not exist.
    ///
    /// # Errors
    /// When it cannot be opened, is damaged, or was written by a newer version of the program.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        create_private_file(path).map_err(|error| cannot_open(path, &error))?;
        let mut ledger = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        ledger.prepare().map_err(|error| explain(path, &error))?;
        ledger.migrate(path)?;
        Ok(ledger)
    }

    /// Opens the ledger for reading; none when there is none yet.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub(crate) fn open_to_read(path: &Path) -> Result<Option<Self>, Fault> {
        if !path.exists() {
            return Ok(None);
        }
        let ledger = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let version = ledger.version().map_err(|error| explain(path, &error))?;
        check_version(path, version)?;
        match version {
            // Nothing of ours in it yet: made, but never written to.
            0 => Ok(None),
            NEWEST => Ok(Some(ledger)),
            _ => Self::open(path).map(Some),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the ledger")]
    fn connect(path: &Path, mode: OpenFlags) -> Result<Self, Fault> {
        let flags = mode | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(path, flags).map_err(|error| explain(path, &error))?;
        connection.busy_timeout(PATIENCE).map_err(|error| explain(path, &error))?;
        Ok(Self { connection })
    }

    fn prepare(&self) -> rusqlite::Result<()> {
        self.log_ahead()?;
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        // Folding the log into the file costs a flush to disk, which a short run should not pay on
        // its way out; a long run does it whenever the log has grown to 1000 pages.
        self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        Ok(())
    }

    /// Of several processes that find a new file, one changes its form; SQLite turns the others
    /// away at once, however patient they are.
    fn log_ahead(&self) -> rusqlite::Result<()> {
        let began = Instant::now();
        loop {
            match self.connection.pragma_update(None, "journal_mode", "WAL") {
                Err(error) if is_busy(&error) && began.elapsed() < PATIENCE => {
                    std::thread::sleep(AGAIN);
                }
                done => return done,
            }
        }
    }

    fn version(&self) -> rusqlite::Result<u32> {
        version(&self.connection)
    }

    fn migrate(&mut self, path: &Path) -> Result<(), Fault> {
        let explain = |error| explain(path, &error);
        let found = self.version().map_err(explain)?;
        check_version(path, found)?;
        if found == NEWEST {
            return Ok(());
        }
        // Another process may be at it too: who gets the lock first does the work.
        let change = self
            .connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(explain)?;
        for step in MIGRATIONS.iter().skip(version(&change).map_err(explain)? as usize) {
            change.execute_batch(step).map_err(explain)?;
        }
        change.pragma_update(None, "user_version", NEWEST).map_err(explain)?;
        change.commit().map_err(explain)
    }
}

fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn check_version(path: &Path, version: u32) -> Result<(), Fault> {
    if version <= NEWEST {
        return Ok(());
    }
    let message = format!(
        "{} was written by a newer version of kosmo (form {version}, this one knows {NEWEST})",
        path.display()
    );
    Err(Fault::new(Kind::Io, message)
        .code("newer_ledger")
        .hint("use the newer version, or move the file away to begin a new one"))
}

fn create_private_file(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        create_private_folder(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    // SQLite gives its log and index the mode of the file they belong to.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// That a file of the ledger's cannot be opened or made.
fn cannot_open(path: &Path, error: &std::io::Error) -> Fault {
    let fault = Fault::io(format!("cannot open {}", path.display()), error);
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem | ErrorKind::NotADirectory => {
            fault.hint(WRITABLE)
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => fault.hint("make some room"),
        _ => fault,
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// A database error as a fault: what a person can do about it depends on what it is.
pub(crate) fn explain(path: &Path, error: &rusqlite::Error) -> Fault {
    let file = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            Fault::new(Kind::Io, format!("{file} is damaged or not a database"))
                .code("damaged_ledger")
                .hint(DAMAGED)
        }
        Some(ErrorCode::ReadOnly) => {
            Fault::new(Kind::Io, format!("{file} cannot be written")).hint(WRITABLE)
        }
        Some(ErrorCode::DiskFull) => {
            Fault::new(Kind::Io, format!("{file}: the disk is full")).hint("make some room")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Fault::new(Kind::Io, format!("{file}: another program holds it locked"))
        }
        _ => Fault::new(Kind::Io, format!("{file}: {error}")),
    }
}
