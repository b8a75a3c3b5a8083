//! What every contestant finds: a sink in a process of its own, the input in a file, and the same
//! events as prepared batches.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::floor;
use crate::sink::control::ask;
use crate::sink::{Faults, Look, Report, Sink};

/// The first argument that makes this program a sink.
pub(crate) const SINK: &str = "--sink";

/// The credential that all of them use.
pub(crate) const KEY: &str = "bench-write-key";

/// A sink in a process of its own, ended when it is no longer needed.
#[derive(Debug)]
pub(crate) struct SinkProcess {
    child: Child,
    pub(crate) url: String,
}

impl SinkProcess {
    pub(crate) fn start(look: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([SINK, look])
            .stdout(Stdio::piped())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim().to_owned() }
    }

    pub(crate) fn ask(&self, what: &str) -> serde_json::Value {
        ask(&self.url, what)
    }

    pub(crate) fn report(&self) -> Report {
        serde_json::from_value(self.ask("report")).unwrap()
    }
}

impl Drop for SinkProcess {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The process of a sink: it ends when its standard input does.
pub(crate) fn sink(thorough: bool) {
    let look = if thorough { Look::Thorough } else { Look::Quick };
    let sink = Sink::start(look, Faults::NONE);
    println!("{}", sink.url());
    std::io::stdin().lines().for_each(drop);
}

/// Everything that is made ready before the first run.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) sink: SinkProcess,
    folder: tempfile::TempDir,
    pub(crate) events: u64,
    pub(crate) event_bytes: u64,
    pub(crate) packed_bytes: u64,
}

impl Stage {
    pub(crate) fn new(events: u64) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let bytes = input(&folder.path().join("events.jsonl"), 1, events);
        let packed_bytes = floor::prepare(&folder.path().join("batches"), events);
        let sink = SinkProcess::start("quick");
        Self { sink, folder, events, event_bytes: bytes / events, packed_bytes }
    }

    /// A file of events numbered from `first`, made when it is not there yet.
    pub(crate) fn input(&self, first: u64, count: u64) -> PathBuf {
        let whole = (first, count) == (1, self.events);
        let name = if whole { "events.jsonl".to_owned() } else { format!("{first}-{count}.jsonl") };
        let path = self.folder.path().join(name);
        if !path.exists() {
            input(&path, first, count);
        }
        path
    }

    /// The events as prepared batches.
    pub(crate) fn batches(&self) -> PathBuf {
        self.folder.path().join("batches")
    }

    /// A fresh home for kosmo: nothing queued, and no rate but the machine's.
    pub(crate) fn home(&self) -> PathBuf {
        let home = tempfile::tempdir_in(self.folder.path()).unwrap().keep();
        let config = "[integrations.segment.accounts.default]\nrate = \"off\"\n";
        std::fs::write(home.join("config.toml"), config).unwrap();
        home
    }
}

/// Writes events as JSON Lines; how many bytes that are.
fn input(path: &Path, first: u64, count: u64) -> u64 {
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    let mut bytes = 0;
    let mut line = String::new();
    for n in first..first + count {
        line.clear();
        event(&mut line, n);
        bytes += line.len() as u64;
        line.push('\n');
        file.write_all(line.as_bytes()).unwrap();
    }
    file.flush().unwrap();
    bytes
}

/// The event that the loops in `tests/fixtures/peers` make, with the time that an import needs.
pub(crate) fn event(out: &mut String, n: u64) {
    let (second, milli) = (n / 1000 % 60, n % 1000);
    write!(
        out,
        r#"{{"type":"track","userId":"user-{user}","event":"Order Completed","timestamp":"2026-01-02T03:04:{second:02}.{milli:03}Z","properties":{{"n":{n},"orderId":"order-{n}","revenue":{whole}.{cents:02},"currency":"EUR","coupon":"SPRING","shipping":4.99,"products":[{{"productId":"p-{p}","name":"Monopoly: 3rd Edition","price":19,"quantity":1,"category":"Games"}},{{"productId":"p-{q}","name":"Uno Card Game","price":8.5,"quantity":2,"category":"Games"}}],"url":"https://www.example.com/orders/{n}","referrer":"https://www.example.com/checkout"}}}}"#,
        user = n % 5000,
        whole = n % 10_000 / 100,
        cents = n % 100,
        p = n % 97,
        q = n % 89,
    )
    .unwrap();
}
