//! One point: a home, a sink that goes wrong by the seed, and chance that is the seed's too.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::sink_server::faults::mix;
use crate::sink_server::{Faults, Look, Sink};

/// Of a thousand requests so many go wrong.
const PER_MILLE: u64 = 300;
/// A command that takes longer than this hangs.
const HANGS: Duration = Duration::from_secs(180);

/// As fast as it goes; and whatever a killed courier had is had by others soon.
const CONFIG: &str = "outbox.lease = 4\n[integrations.segment.accounts.default]\nrate = \"off\"\n";

/// Where a point takes place.
#[derive(Debug)]
pub struct Stage {
    pub(super) sink: Sink,
    home: tempfile::TempDir,
    state: Cell<u64>,
}

/// What was seen at some points.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub points: u64,
    pub kills: u64,
    /// Runs of the command that goes on where the killed one was.
    pub resumed: u64,
    /// Events that arrived, and how many of them again.
    pub events: u64,
    pub again: u64,
    /// Receipts that were asked for and told the truth.
    pub receipts: u64,
    pub faults: BTreeMap<String, u64>,
}

impl Tally {
    pub(super) fn add(&mut self, other: &Self) {
        self.points += other.points;
        self.kills += other.kills;
        self.resumed += other.resumed;
        self.events += other.events;
        self.again += other.again;
        self.receipts += other.receipts;
        for (name, times) in &other.faults {
            *self.faults.entry(name.clone()).or_default() += times;
        }
    }
}

impl Stage {
    /// A fresh home, and a sink whose faults the seed decides.
    pub fn new(seed: u64) -> Self {
        let delay = Duration::from_millis(30);
        let faults = Faults { seed, per_mille: PER_MILLE, delay, retry_after: 0 };
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("config.toml"), CONFIG).unwrap();
        let sink = Sink::start(Look::Thorough, faults);
        Self { sink, home, state: Cell::new(mix(seed)) }
    }

    /// A number below the limit, by the seed.
    pub(super) fn chance(&self, below: u64) -> u64 {
        self.state.set(mix(self.state.get()));
        self.state.get() % below.max(1)
    }

    pub(super) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The program on a machine of its own.
    pub(super) fn machine(&self, name: &str, args: &[&str]) -> Command {
        let home = self.home().join(name);
        std::fs::create_dir_all(&home).unwrap();
        std::fs::write(home.join("config.toml"), CONFIG).unwrap();
        let mut command = self.kosmo(args);
        command.env("HOME", &home).env("KOSMO_HOME", &home).current_dir(&home);
        command
    }

    /// The program, with an account whose events go to the sink.
    pub(super) fn kosmo(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kosmo"));
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("KOSMO_HOME", self.home())
            .env("SEGMENT_WRITE_KEY", "kill-test-write-key")
            .env("SEGMENT_URL", self.sink.url())
            .current_dir(self.home())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Waits until something is so, or the process has ended; whether it still runs.
    pub(super) fn until(child: &mut Child, mut so: impl FnMut() -> bool) -> bool {
        let began = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if so() {
                return true;
            }
            assert!(began.elapsed() < HANGS, "nothing happens: {child:?}");
            std::thread::sleep(Duration::from_micros(200));
        }
        false
    }

    /// Lets a process go on for some moments that the seed decides, and kills it.
    pub(super) fn kill(&self, child: &mut Child, within: Duration, tally: &mut Tally) {
        let longest = u64::try_from(within.as_micros()).unwrap();
        std::thread::sleep(Duration::from_micros(self.chance(longest)));
        if child.try_wait().unwrap().is_none() {
            tally.kills += 1;
        }
        child.kill().ok();
        child.wait().unwrap();
    }

    /// Asks a process to end, and waits until it has.
    pub(super) fn end(child: &mut Child) -> ExitStatus {
        let pid = rustix::process::Pid::from_child(child);
        // It may have ended already.
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).ok();
        child.wait().unwrap()
    }

    /// Runs a command again and again, as its user would, until it is content.
    pub(super) fn insist(&self, args: &[&str], tally: &mut Tally) -> Result<Output, String> {
        self.insist_on(|| self.kosmo(args), tally)
    }

    /// The same with a command of any kind.
    pub(super) fn insist_on(
        &self,
        command: impl Fn() -> Command,
        tally: &mut Tally,
    ) -> Result<Output, String> {
        const TRIES: u32 = 20;
        let mut said = String::new();
        for _ in 0..TRIES {
            tally.resumed += 1;
            let output = ended(command().spawn().unwrap())?;
            match output.status.code() {
                Some(0) => return Ok(output),
                // Partly done, or nobody there for the moment: worth another try.
                Some(7..=10) => said = format!("{output:?}"),
                _ => return Err(format!("{:?}: {output:?}", command())),
            }
        }
        Err(format!("{:?} is not content after {TRIES} runs: {said}", command()))
    }

    /// The sink holds the events numbered from 1 to this, each under one id, none that Segment
    /// would not keep; more of them may follow without a gap.
    pub(super) fn holds(&self, least: u64, tally: &mut Tally) -> Result<u64, String> {
        let report = self.sink.report();
        if report.bad > 0 || report.without_id > 0 {
            return Err(format!("not what Segment takes: {report:?}"));
        }
        tally.events += report.unique;
        tally.again += report.duplicates;
        for (name, times) in report.faults.as_object().into_iter().flatten() {
            *tally.faults.entry(name.clone()).or_default() += times.as_u64().unwrap_or_default();
        }
        self.sink.counted(|count| {
            let number = |event: &Value| event["properties"]["n"].as_u64();
            let numbers: Vec<u64> =
                count.held.values().filter_map(|held| number(&held.event)).collect();
            let different: BTreeSet<u64> = numbers.iter().copied().collect();
            if numbers.len() as u64 != report.unique || different.len() != numbers.len() {
                let (ids, events) = (report.unique, different.len());
                return Err(format!("{ids} message ids for {events} events"));
            }
            let most = different.last().copied().unwrap_or_default();
            if most < least || different.len() as u64 != most {
                let gone: Vec<u64> =
                    (1..=most.max(least)).filter(|n| !different.contains(n)).take(10).collect();
                return Err(format!("of {least} events these never arrived: {gone:?} …"));
            }
            Ok(most)
        })
    }
}

/// Waits for the end of a process that must not hang.
fn ended(mut child: Child) -> Result<Output, String> {
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let reader = |pipe: Option<Box<dyn std::io::Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
            bytes
        })
    };
    let stdout = reader(out.map(|pipe| Box::new(pipe) as _));
    let stderr = reader(err.map(|pipe| Box::new(pipe) as _));
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > HANGS {
            child.kill().ok();
            child.wait().ok();
            let said = stderr.join().unwrap();
            return Err(format!("hangs: {}", String::from_utf8_lossy(&said)));
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    Ok(Output { status, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() })
}
