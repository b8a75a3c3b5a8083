//! The face for scripts: a sandboxed Luau VM whose `app.integrations` calls the engine. The names
//! scripts see are given in `lua/prelude.lua`; what is printed of a [`Report`] is left to the
//! command line.

pub mod actions;
mod app;
mod arguments;
mod errors;
mod globals;
mod host;
mod limit;
mod meter;
mod record;
mod sandbox;
mod servers;
mod session;
mod started;
mod tasks;
mod value;
mod watchdog;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use actions::Place;
pub use meter::Stop;
pub use session::Session;

use crate::access::Grant;
use crate::engine::action::Within;
use crate::engine::call::PlanCheck;
use crate::engine::{Delivery, Warning};
use crate::error::Fault;
use crate::runtime::Runtime;
use crate::settings::Settings;

/// The Luau this program runs scripts with, as it calls itself.
pub fn version() -> String {
    mlua::Lua::new().globals().get("_VERSION").unwrap_or_default()
}

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

impl Limits {
    /// The limits that the settings say.
    pub fn from_settings(settings: &Settings) -> Self {
        let usual = Self::default();
        let memory = settings.bytes("run.memory_limit").and_then(|bytes| bytes.try_into().ok());
        Self {
            memory: memory.unwrap_or(usual.memory),
            cpu: settings.duration("run.cpu_limit").unwrap_or(usual.cpu),
            wall: settings.duration("run.timeout"),
            calls: settings.bytes("run.max_calls"),
            output: usual.output,
        }
    }
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
    /// The tracking plan that events are held to; none for the account's own.
    pub plan: Option<String>,
    /// How strictly; none for what the account says.
    pub plan_check: Option<PlanCheck>,
    /// How events are delivered where a call does not say; none for the account's habit.
    pub delivery: Option<Delivery>,
    /// Whether `app.integrations` exists (not in `mcp:lua`).
    pub integrations: bool,
    /// What the token of who runs it allows; none for who needs none.
    pub grant: Option<Grant>,
    /// Where it runs, for the script of an action.
    pub place: Option<Place>,
    /// The id of its run, when it is one already.
    pub run_id: Option<String>,
    /// What the scripts around it hand down.
    pub within: Within,
    /// Ends it from another thread.
    pub stop: Stop,
}

/// One line of the call log. There may be many, so what they have in common is shared.
#[derive(Debug, Clone)]
pub struct CallLine {
    /// `app.integrations.segment.track_event`.
    pub function: Arc<str>,
    /// `segment_track`.
    pub tool: Option<Arc<str>>,
    /// The account used.
    pub account: Arc<str>,
    /// `ok`, `queued` or `error`.
    pub status: &'static str,
    /// How long it took.
    pub duration_ms: f64,
    /// The run in the journal.
    pub run_id: Box<str>,
    /// The error's text.
    pub error: Option<Box<str>>,
    /// What is to be known of it although it was made.
    pub warnings: Box<[Warning]>,
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

impl Report {
    /// The error's text as it is printed: the message, after the script's name and line.
    pub fn error_text(&self) -> Option<String> {
        self.error.as_ref().map(Fault::placed)
    }
}

/// Where printed lines go as they come, besides the report.
pub type Sink = Box<dyn Fn(&str) + Send>;

/// Called on the watchdog's thread with what is known when a script cannot be stopped; it must
/// end the process (command line) or the script's own process.
pub type Stuck = Box<dyn FnOnce(Report) + Send>;

/// Runs a script to its end, whatever that is.
pub async fn run(
    runtime: Arc<Runtime>,
    mut script: Script,
    sink: Option<Sink>,
    stuck: Stuck,
) -> Report {
    let code = std::mem::take(&mut script.code);
    match Session::new(runtime, script, sink, stuck) {
        Ok(session) => session.run(&code).await,
        Err(fault) => {
            let run_id = uuid::Uuid::now_v7().to_string();
            Report { error: Some(fault), run_id, ..Report::default() }
        }
    }
}
