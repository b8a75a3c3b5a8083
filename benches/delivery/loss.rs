//! How many events are lost when the sender's process ends: at once after the last call, and killed
//! in the middle. An event counts as lost when its call had returned and it never arrives, even
//! after what a user can do about it.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::contestants::{Contestant, Run};
use crate::stage::{SinkProcess, Stage};

/// Calls in a run that is cut short.
const CALLS: u64 = 20_000;

/// What was lost, of how many; none where there is no such thing.
#[derive(Debug, Default)]
pub(crate) struct Loss {
    pub(crate) left: Option<(u64, u64)>,
    pub(crate) killed: Option<(u64, u64)>,
}

pub(crate) fn measure(stage: &Stage, contestant: &Contestant) -> Loss {
    Loss {
        left: contestant.leave.map(|leave| left(stage, contestant, leave)),
        killed: contestant.say.map(|say| killed(stage, contestant, say)),
    }
}

/// The process ends at once after the last call.
fn left(stage: &Stage, contestant: &Contestant, leave: fn(&Run<'_>) -> Command) -> (u64, u64) {
    let sink = SinkProcess::start("thorough");
    let run = Run { stage, sink: &sink, events: CALLS, home: stage.home() };
    let output = leave(&run).stdin(Stdio::null()).output().unwrap();
    // What is still queued is no failure here.
    assert!(matches!(output.status.code(), Some(0 | 10)), "{}: {output:?}", contestant.name);
    (missing(contestant, &run, CALLS), CALLS)
}

/// The process is killed when half of the calls have returned, or half of a file has arrived.
fn killed(stage: &Stage, contestant: &Contestant, say: fn(&Run<'_>) -> Command) -> (u64, u64) {
    let sink = SinkProcess::start("thorough");
    let run = Run { stage, sink: &sink, events: CALLS * 10, home: stage.home() };
    let mut command = say(&run);
    let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = piped.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let acknowledged = if contestant.leave.is_some() {
        let mut said = lines.map_while(Result::ok).filter_map(|line| line.parse::<u64>().ok());
        said.find(|calls| *calls >= CALLS / 2).unwrap_or_default()
    } else {
        // A file is its own receipt: all of it was promised.
        while sink.report().unique < run.events / 2 && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        run.events
    };
    child.kill().unwrap();
    child.wait().unwrap();
    (missing(contestant, &run, acknowledged), acknowledged)
}

/// What has not arrived of the first calls, after everything that can be done about it.
fn missing(contestant: &Contestant, run: &Run<'_>, calls: u64) -> u64 {
    if let Some(recover) = contestant.recover {
        let output = recover(run).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{}: {output:?}", contestant.name);
    }
    // What was on its way still arrives.
    let mut before = u64::MAX;
    loop {
        let report = run.sink.report();
        if report.requests == before {
            break;
        }
        before = report.requests;
        std::thread::sleep(Duration::from_millis(300));
    }
    run.sink.ask(&format!("missing?upto={calls}"))["missing"].as_u64().unwrap()
}
