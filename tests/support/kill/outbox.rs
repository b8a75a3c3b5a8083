//! Producers and couriers of an outbox are killed. What a call had returned a receipt for must
//! arrive, and its receipt must say so.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use super::{Stage, Tally};

/// Calls of one producer.
const CALLS: u64 = 3_000;
/// Receipts that are asked for one by one; all of them are asked for together besides.
const SHOWN: u64 = 12;

/// A loop that tells each receipt as soon as it has it.
const LOOP: &str = r#"
local track = app.integrations.segment.track_event
for n = tonumber(arg[1]), tonumber(arg[2]) do
    local receipt = track { userId = "user-" .. n % 50, event = "Looped", properties = { n = n } }
    print(n .. " " .. receipt.message_id)
end
"#;

/// A running loop and the receipts it has told so far.
pub(super) struct Producer {
    pub(super) child: Child,
    told: Receiver<(u64, String)>,
    /// The number of the last event that was told.
    last: Option<u64>,
    done: bool,
    pub(super) receipts: Vec<String>,
}

impl Producer {
    fn start(stage: &Stage, wait: &str) -> Self {
        std::fs::write(stage.home().join("loop.lua"), LOOP).unwrap();
        let last = CALLS.to_string();
        let mut command = stage.kosmo(&["integrations:lua", "loop.lua", "--force"]);
        command.args(["--delivery", "outbox", "--flush-timeout", wait, "--", "1", &last]);
        Self::watch(command)
    }

    /// Starts a loop that tells its receipts.
    pub(super) fn watch(mut command: Command) -> Self {
        let mut child = command.stderr(std::process::Stdio::null()).spawn().unwrap();
        let (send, told) = channel();
        let out: ChildStdout = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let Some((n, id)) = line.split_once(' ') else { continue };
                // A line that the kill cut short is no receipt.
                if id.len() == 36 && send.send((n.parse().unwrap(), id.to_owned())).is_err() {
                    return;
                }
            }
        });
        Self { child, told, last: None, done: false, receipts: Vec::new() }
    }

    /// Reads until so many receipts are there, or there will be no more.
    pub(super) fn until(&mut self, receipts: u64) {
        while (self.receipts.len() as u64) < receipts {
            let Ok((n, id)) = self.told.recv() else {
                self.done = true;
                return;
            };
            self.receipts.push(id);
            assert!(self.last.is_none_or(|last| n == last + 1), "receipts come in order");
            self.last = Some(n);
        }
    }

    /// Whether there will be no more receipts.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }
}

pub(super) fn killed(stage: &Stage, tally: &mut Tally) -> Result<(), String> {
    let mut producer = Producer::start(stage, "30");
    producer.until(stage.chance(CALLS));
    stage.kill(&mut producer.child, Duration::from_millis(30), tally);
    producer.until(CALLS);
    // Whoever carries on may be killed too.
    for _ in 0..stage.chance(3) {
        let mut courier = stage.kosmo(&["outbox:flush", "--wait"]).spawn().unwrap();
        let requests = stage.sink.report().requests + stage.chance(4);
        if Stage::until(&mut courier, || stage.sink.report().requests >= requests) {
            stage.kill(&mut courier, Duration::from_millis(20), tally);
        }
    }
    settled(stage, &producer.receipts, tally)
}

pub(super) fn two_couriers(stage: &Stage, tally: &mut Tally) -> Result<(), String> {
    let run = || {
        stage
            .kosmo(&["outbox:run"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut couriers = [run(), run()];
    let mut producer = Producer::start(stage, "0");
    for turn in 0..2 + stage.chance(3) {
        producer.until(stage.chance(CALLS / 4) + producer.receipts.len() as u64);
        let victim = &mut couriers[usize::try_from(turn % 2).unwrap()];
        stage.kill(victim, Duration::from_millis(30), tally);
        *victim = run();
    }
    if stage.chance(2) == 0 {
        stage.kill(&mut producer.child, Duration::from_millis(30), tally);
    }
    producer.until(CALLS);
    producer.child.wait().unwrap();
    let flushed = settled(stage, &producer.receipts, tally);
    for courier in &mut couriers {
        let status = Stage::end(courier);
        if flushed.is_ok() && !matches!(status.code(), Some(0 | 143)) {
            return Err(format!("a courier asked to end ended with {status:?}"));
        }
    }
    flushed
}

/// Everything is flushed, has arrived, and every receipt says so.
fn settled(stage: &Stage, receipts: &[String], tally: &mut Tally) -> Result<(), String> {
    let output = stage.insist(&["outbox:flush", "--wait", "--json"], tally)?;
    let flushed: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    if flushed["queued"] != 0 || flushed["refused"] != 0 {
        return Err(format!("not everything was sent: {output:?}"));
    }
    stage.holds(receipts.len() as u64, tally)?;
    let gone = stage
        .sink
        .counted(|count| receipts.iter().find(|id| !count.held.contains_key(id.as_str())).cloned());
    if let Some(id) = gone {
        return Err(format!("{id} was promised and never arrived"));
    }
    say_sent(stage, receipts, tally, |args| stage.kosmo(args))
}

/// Some receipts, asked for one by one, say that their events were sent.
pub(super) fn say_sent(
    stage: &Stage,
    receipts: &[String],
    tally: &mut Tally,
    kosmo: impl Fn(&[&str]) -> Command,
) -> Result<(), String> {
    for _ in 0..SHOWN.min(receipts.len() as u64) {
        let at = usize::try_from(stage.chance(receipts.len() as u64)).unwrap();
        let output = kosmo(&["outbox:show", &receipts[at], "--json"]).output().unwrap();
        let shown: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        if !shown.to_string().contains(r#""status":"sent""#) {
            return Err(format!("the receipt {} does not say sent: {output:?}", receipts[at]));
        }
        tally.receipts += 1;
    }
    Ok(())
}
