//! The face for scripts: a sandboxed Luau VM whose `app.integrations` calls the engine.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::engine::Run;
use crate::error::Fault;
use crate::runtime::Runtime;

/// What ends a script.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of VM memory.
    pub memory: usize,
    /// CPU time of the script; waiting for the network does not count.
    pub cpu: Duration,
    /// Wall-clock time, none for no limit.
    pub wall: Option<Duration>,
    /// Calls in all, none for no limit.
    pub calls: Option<u64>,
    /// Bytes of captured output; more is cut with a marker.
    pub output: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 32 << 20,
            cpu: Duration::from_secs(30),
            wall: None,
            calls: None,
            output: 16 << 20,
        }
    }
}

/// A script and the circumstances it runs in.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// Its source.
    pub code: String,
    /// What errors call it (`workflow.lua`, `eval`).
    pub name: String,
    /// The global `input`.
    pub input: Option<Value>,
    /// The global `arg`.
    pub args: Vec<String>,
    /// Its limits.
    pub limits: Limits,
    /// The account meant where a script names none.
    pub account: Option<String>,
    /// Nothing is sent.
    pub dry_run: bool,
    /// `ask` counts as `allow`.
    pub force: bool,
    /// Whether `app.integrations` exists (not in `mcp:lua`).
    pub integrations: bool,
}

/// One line of the call log.
#[derive(Debug, Clone)]
pub struct CallLine {
    /// `app.integrations.segment.track_event`.
    pub function: String,
    /// `segment_track`.
    pub tool: Option<String>,
    /// The account used.
    pub account: String,
    /// `ok` or `error`.
    pub status: &'static str,
    /// How long it took.
    pub duration_ms: f64,
    /// The run in the journal.
    pub run_id: String,
    /// The error's text.
    pub error: Option<String>,
}

/// What came of a script.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// What was printed, lines joined by newline.
    pub output: String,
    /// What was returned: a list when several values, null when none.
    pub result: Value,
    /// Why it failed.
    pub error: Option<Fault>,
    /// Wall-clock time.
    pub took: Duration,
    /// Peak bytes of VM memory.
    pub memory: usize,
    /// The calls it made, in order.
    pub calls: Vec<CallLine>,
    /// The id of the whole run.
    pub run_id: String,
}

/// Where printed lines go as they come, besides the report.
pub type Sink = Box<dyn Fn(&str) + Send>;

/// Called on the watchdog's thread with what is known when a script cannot be stopped; it must
/// end the process (command line) or the script's own process.
pub type Stuck = Box<dyn FnOnce(Report) + Send>;

/// Runs a script to its end, whatever that is.
pub async fn run(
    _runtime: Arc<Runtime>,
    _script: Script,
    _sink: Option<Sink>,
    _stuck: Stuck,
) -> Report {
    let _: Option<Run> = None;
    Report::default()
}
