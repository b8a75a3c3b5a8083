//! Two workers on one stream are killed in turn, and so are the producer and the NATS server itself,
//! which comes back on the same store. Nothing that was told to be queued may be missing then.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::outbox::{Producer, say_sent};
use super::{Stage, Tally};
use crate::nats_server::{MISSING, Nats};

/// Events of one producer.
const EVENTS: u64 = 2_000;
/// Between two kills so many events are queued, at most.
const STRIDE: u64 = 200;
/// The longest that the server is away.
const AWAY: u64 = 1_200;

/// How a command ends that cannot reach the server when it begins, or looks a last time.
const AWAY_AT_FIRST: i32 = 8;

/// A loop that offers each event until it is taken, under an id of its own making, and goes on where
/// an earlier one was killed.
const LOOP: &str = r#"
local track = app.integrations.segment.track_event
for n = tonumber(arg[1]), tonumber(arg[2]) do
    local id = string.format("00000000-0000-4000-8000-%012d", n)
    local event = { userId = "user-" .. n % 50, event = "Looped", messageId = id, properties = { n = n } }
    local taken, receipt
    for _ = 1, 20 do
        taken, receipt = pcall(track, event)
        if taken then break end
    end
    assert(taken, receipt)
    print(n .. " " .. receipt.message_id)
end
"#;

/// The machines that share the stream.
struct Machines<'s> {
    stage: &'s Stage,
    nats: Nats,
}

impl Machines<'_> {
    fn kosmo(&self, name: &str, args: &[&str]) -> Command {
        let mut command = self.stage.machine(name, args);
        command.args(["--outbox", &self.nats.url()]);
        command
    }

    fn worker(&self, name: &str) -> Child {
        let mut command = self.kosmo(name, &["outbox:run"]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Starts a worker again that ended because the server was away when it began, as whoever runs a
    /// service would.
    fn keep(&self, name: &str, worker: &mut Child) -> Result<(), String> {
        match worker.try_wait().unwrap().map(|status| status.code()) {
            None => Ok(()),
            Some(Some(AWAY_AT_FIRST)) => {
                *worker = self.worker(name);
                Ok(())
            }
            Some(code) => Err(format!("worker {name} ended by itself with {code:?}")),
        }
    }

    fn producer(&self, from: u64) -> Producer {
        std::fs::write(self.stage.home().join("loop.lua"), LOOP).unwrap();
        let script = self.stage.home().join("loop.lua");
        let mut command = self.kosmo("producer", &["integrations:lua"]);
        command.arg(script).args(["--force", "--delivery", "outbox", "--flush-timeout", "0"]);
        command.args(["--", &(from + 1).to_string(), &EVENTS.to_string()]);
        Producer::watch(command)
    }
}

pub(super) fn killed(stage: &Stage, tally: &mut Tally) -> Result<(), String> {
    let nats = Nats::start().ok_or(MISSING)?;
    let mut machines = Machines { stage, nats };
    let names = ["one", "two"];
    let mut workers = names.map(|name| machines.worker(name));
    let mut producer = machines.producer(0);
    let mut receipts = Vec::new();
    for turn in 0.. {
        let told = receipts.len() as u64;
        producer.until(stage.chance(STRIDE) + 1);
        receipts.append(&mut producer.receipts);
        if receipts.len() as u64 == told && producer.is_done() {
            break;
        }
        for (name, worker) in names.iter().zip(&mut workers) {
            machines.keep(name, worker)?;
        }
        match (turn + stage.chance(2)) % 4 {
            0 => {
                tally.kills += 1;
                machines.nats.restart(Duration::from_millis(stage.chance(AWAY)));
            }
            which @ (1 | 2) => {
                let which = usize::from(which == 2);
                stage.kill(&mut workers[which], Duration::from_millis(30), tally);
                workers[which] = machines.worker(names[which]);
            }
            _ => {
                stage.kill(&mut producer.child, Duration::from_millis(10), tally);
                producer.until(EVENTS);
                receipts.append(&mut producer.receipts);
                producer = machines.producer(receipts.len() as u64);
            }
        }
    }
    let code = producer.child.wait().unwrap().code();
    // All was told before the server went away: then its last look at the outbox fails.
    let late = code == Some(AWAY_AT_FIRST) && receipts.len() as u64 == EVENTS;
    if !(code == Some(0) || late) {
        return Err(format!("the producer ended with {code:?} after {} events", receipts.len()));
    }
    let settled = settled(&machines, &receipts, tally);
    for worker in &mut workers {
        let status = Stage::end(worker);
        if settled.is_ok() && !matches!(status.code(), Some(0 | 143 | AWAY_AT_FIRST)) {
            return Err(format!("a worker asked to end ended with {status:?}"));
        }
    }
    settled
}

/// Everything is flushed, has arrived, and every receipt says so.
fn settled(machines: &Machines<'_>, receipts: &[String], tally: &mut Tally) -> Result<(), String> {
    let stage = machines.stage;
    let flush = || machines.kosmo("three", &["outbox:flush", "--wait", "--json"]);
    let output = stage.insist_on(flush, tally)?;
    let flushed: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    if flushed["queued"] != 0 || flushed["refused"] != 0 || receipts.len() as u64 != EVENTS {
        return Err(format!("of {} events not all were sent: {output:?}", receipts.len()));
    }
    let most = stage.holds(EVENTS, tally)?;
    if most != EVENTS {
        return Err(format!("{most} events arrived of {EVENTS}"));
    }
    let output = machines.kosmo("three", &["outbox:list", "--json"]).output().unwrap();
    let list: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let place = &list["places"][0];
    if place["sent"] != EVENTS || place["queued"] != 0 || place["buried"] != 0 {
        return Err(format!("not what was sent: {list}"));
    }
    say_sent(stage, receipts, tally, |args| machines.kosmo("three", args))
}
