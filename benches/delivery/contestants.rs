//! Who takes part: one row each. A row says how a number of events is sent to the end, and how the
//! same program is left at once or killed.

use std::path::PathBuf;
use std::process::Command;

use crate::peers;
use crate::shared::KOSMO;
use crate::stage::{KEY, SinkProcess, Stage};

/// One way of sending events.
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    /// Of the events that the whole run is about it sends one in so many.
    pub(crate) share: u64,
    /// It runs once, not in every round.
    pub(crate) slow: bool,
    /// Installs what it needs; why that cannot be had.
    pub(crate) ready: fn(&Stage) -> Result<(), String>,
    /// Sends all events and ends when they are delivered.
    pub(crate) flush: fn(&Run<'_>) -> Command,
    /// Ends at once after the last call.
    pub(crate) leave: Option<fn(&Run<'_>) -> Command>,
    /// Prints how many calls have returned, every now and then; it will be killed.
    pub(crate) say: Option<fn(&Run<'_>) -> Command>,
    /// What a user does afterwards so that nothing is lost.
    pub(crate) recover: Option<fn(&Run<'_>) -> Command>,
}

impl std::fmt::Debug for Contestant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// One run of a contestant.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) sink: &'a SinkProcess,
    pub(crate) events: u64,
    pub(crate) home: PathBuf,
}

pub(crate) const FLOOR: &str = "floor: prepared batches";
pub(crate) const IMPORT: &str = "kosmo segment:import";
pub(crate) const QUEUED: &str = "kosmo segment:import, outbox";
pub(crate) const OUTBOX: &str = "kosmo loop, outbox";
pub(crate) const BATCHES: &str = "kosmo batches of 1,000, outbox";
pub(crate) const NODE: &str = "@segment/analytics-node";
pub(crate) const PYTHON: &str = "segment-analytics-python";

pub(crate) static ALL: &[Contestant] = &[
    Contestant { flush: floor, leave: None, say: None, recover: None, ..row(FLOOR) },
    Contestant { flush: import, say: Some(import), recover: Some(import), ..row(IMPORT) },
    Contestant {
        flush: queued_import,
        say: Some(queued_import),
        recover: Some(queued_import_and_flush),
        ..row(QUEUED)
    },
    Contestant { flush: two_imports, ..row("kosmo segment:import, 2 workers") },
    Contestant {
        flush: |run| kosmo_loop(run, "outbox", "600", None),
        leave: Some(|run| kosmo_loop(run, "outbox", "0", None)),
        say: Some(|run| kosmo_loop(run, "outbox", "0", Some("say"))),
        recover: Some(flush),
        ..row(OUTBOX)
    },
    Contestant {
        flush: |run| kosmo_loop(run, "outbox", "600", Some("batch")),
        leave: Some(|run| kosmo_loop(run, "outbox", "0", Some("batch"))),
        recover: Some(flush),
        ..row(BATCHES)
    },
    Contestant { flush: two_couriers, ..row("kosmo loop, outbox, 2 workers") },
    Contestant {
        share: 20,
        slow: true,
        flush: |run| kosmo_loop(run, "direct", "0", None),
        leave: Some(|run| kosmo_loop(run, "direct", "0", None)),
        say: Some(|run| kosmo_loop(run, "direct", "0", Some("say"))),
        ..row("kosmo loop, direct")
    },
    Contestant {
        slow: true,
        ready: |_| peers::node().map(drop),
        flush: |run| node(run, "flush", None),
        leave: Some(|run| node(run, "leave", None)),
        say: Some(|run| node(run, "say", None)),
        ..row(NODE)
    },
    Contestant {
        slow: true,
        ready: |_| peers::node().map(drop),
        flush: |run| node(run, "flush", Some("500")),
        leave: Some(|run| node(run, "leave", Some("500"))),
        say: Some(|run| node(run, "say", Some("500"))),
        ..row("@segment/analytics-node, flushAt 500")
    },
    Contestant {
        slow: true,
        ready: |_| peers::python().map(drop),
        flush: |run| python(run, "flush"),
        leave: Some(|run| python(run, "leave")),
        say: Some(|run| python(run, "say")),
        ..row(PYTHON)
    },
    Contestant {
        ready: |_| built_crate().map(drop),
        flush: |run| segment_crate(run, "flush"),
        leave: Some(|run| segment_crate(run, "leave")),
        say: Some(|run| segment_crate(run, "say")),
        ..row("the segment crate")
    },
];

const fn row(name: &'static str) -> Contestant {
    Contestant {
        name,
        share: 1,
        slow: false,
        ready: |_| Ok(()),
        flush: floor,
        leave: None,
        say: None,
        recover: None,
    }
}

fn floor(run: &Run<'_>) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([crate::floor::FLOOR, &run.sink.url]).arg(run.stage.batches());
    command
}

fn with_account(mut command: Command, run: &Run<'_>) -> Command {
    command.env("KOSMO_HOME", &run.home);
    command.env("SEGMENT_WRITE_KEY", KEY).env("SEGMENT_URL", &run.sink.url);
    command
}

pub(crate) fn kosmo(run: &Run<'_>, args: &[&str]) -> Command {
    let mut command = Command::new(KOSMO);
    command.args(args);
    with_account(command, run)
}

const QUEUEING: [&str; 4] = ["--delivery", "outbox", "--flush-timeout", "600"];

fn import(run: &Run<'_>) -> Command {
    let file = run.stage.input(1, run.events).display().to_string();
    kosmo(run, &["segment:import", &file, "--force", "--json", "--rate", "off"])
}

/// The file through the outbox; the import's own courier empties it.
fn queued_import(run: &Run<'_>) -> Command {
    let mut command = import(run);
    command.args(QUEUEING);
    command
}

/// The import goes on, and then whatever is left in the outbox is sent.
fn queued_import_and_flush(run: &Run<'_>) -> Command {
    let import = queued_import(run);
    let mut command = Command::new("sh");
    command.args(["-ec", &format!("\"$@\"; {KOSMO} outbox:flush --wait --rate off"), "sh"]);
    command.arg(import.get_program()).args(import.get_args());
    with_account(command, run)
}

/// Two processes with half of the file each, on one home.
fn two_imports(run: &Run<'_>) -> Command {
    let half = run.events / 2;
    let halves = [run.stage.input(1, half), run.stage.input(half + 1, run.events - half)];
    let [one, two] = halves
        .map(|file| format!("{KOSMO} segment:import {} --force --json --rate off", file.display()));
    let mut command = Command::new("sh");
    command.args(["-ec", &format!("{one} & first=$!; {two}; wait $first")]);
    with_account(command, run)
}

/// The loop in Lua. Its limits are lifted: they are for scripts of strangers.
pub(crate) fn kosmo_loop(run: &Run<'_>, delivery: &str, wait: &str, how: Option<&str>) -> Command {
    let script = peers::fixture("loop.lua").display().to_string();
    let events = run.events.to_string();
    let mut command = kosmo(run, &["integrations:lua", &script, "--force", "--cpu-limit", "3600"]);
    command.args(["--delivery", delivery, "--flush-timeout", wait, "--", &events]);
    command.args(how);
    command
}

/// The loop fills the outbox, and two other processes empty it.
fn two_couriers(run: &Run<'_>) -> Command {
    let script = peers::fixture("loop.lua").display().to_string();
    let fill = format!(
        "{KOSMO} integrations:lua {script} --force --cpu-limit 3600 --delivery outbox \
         --flush-timeout 0 -- {}",
        run.events
    );
    let empty = format!("{KOSMO} outbox:flush --wait");
    let mut command = Command::new("sh");
    // What is still queued when the loop ends is no failure: that is what the others are for.
    let work = format!("{fill} || [ $? = 10 ]; {empty} & first=$!; {empty}; wait $first");
    command.args(["-ec", &work]);
    with_account(command, run)
}

fn flush(run: &Run<'_>) -> Command {
    kosmo(run, &["outbox:flush", "--wait"])
}

fn node(run: &Run<'_>, how: &str, flush_at: Option<&str>) -> Command {
    let folder = peers::node().unwrap();
    std::fs::copy(peers::fixture("loop.mjs"), folder.join("loop.mjs")).unwrap();
    let mut command = Command::new("node");
    command.arg(folder.join("loop.mjs")).args([&run.sink.url, KEY, &run.events.to_string(), how]);
    command.args(flush_at);
    command
}

fn python(run: &Run<'_>, how: &str) -> Command {
    let mut command = Command::new(peers::python().unwrap().join("venv/bin/python"));
    command.arg(peers::fixture("loop.py"));
    command.args([&run.sink.url, KEY, &run.events.to_string(), how]);
    command
}

fn segment_crate(run: &Run<'_>, how: &str) -> Command {
    let folder = built_crate().unwrap();
    let mut command = Command::new(folder.join("release/segment-loop"));
    command.args([&run.sink.url, KEY, &run.events.to_string(), how]);
    command
}

/// The loop with the `segment` crate, built.
fn built_crate() -> Result<PathBuf, String> {
    let source = peers::fixture("segment-crate");
    peers::install("segment-crate", "segment 0.2.6", |folder| {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--release", "--locked", "--quiet", "--target-dir"]).arg(folder);
        peers::run(cargo.current_dir(&source))
    })
}
