//! An import is killed, once or several times, and begun again.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;

use super::{Stage, Tally};

/// Rows of the file: some forty requests of hundreds of events.
const ROWS: u64 = 12_000;

/// The file, in the home.
fn write_rows(stage: &Stage) {
    let mut file = String::new();
    for n in 1..=ROWS {
        let user = n % 50;
        let filler = "x".repeat(usize::try_from(n % 600).unwrap());
        writeln!(
            file,
            r#"{{"type":"track","userId":"user-{user}","event":"Imported","timestamp":"2026-01-02T03:04:05.678Z","properties":{{"n":{n},"filler":"{filler}"}}}}"#
        )
        .unwrap();
    }
    std::fs::write(stage.home().join("events.jsonl"), file).unwrap();
}

/// Goes on to the end, where the summary has to say that every row was taken.
fn ended(stage: &Stage, args: &[&str], taken: &str, tally: &mut Tally) -> Result<(), String> {
    let output = stage.insist(args, tally)?;
    let summary: Value = serde_json::from_slice(&output.stdout)
        .map_err(|why| format!("no summary: {why}: {output:?}"))?;
    let is = |field: &str, wanted: u64| summary[field].as_u64() == Some(wanted);
    let complete = summary["success"] == true && summary["complete"] == true;
    if !(complete && is(taken, ROWS) && is("total_refused", 0)) {
        return Err(format!("not what was imported: {summary}"));
    }
    Ok(())
}

pub(super) fn killed(stage: &Stage, tally: &mut Tally) -> Result<(), String> {
    write_rows(stage);
    let args = ["segment:import", "events.jsonl", "--force", "--json"];
    for _ in 0..=stage.chance(3) {
        let mut child = stage.kosmo(&args).spawn().unwrap();
        let requests = stage.sink.report().requests + stage.chance(10);
        if Stage::until(&mut child, || stage.sink.report().requests >= requests) {
            stage.kill(&mut child, Duration::from_millis(30), tally);
        }
    }
    ended(stage, &args, "total_sent", tally)?;
    let most = stage.holds(ROWS, tally)?;
    if most == ROWS { Ok(()) } else { Err(format!("{most} events of {ROWS} rows")) }
}

/// The same through the outbox, whose courier is the import itself, or somebody later.
pub(super) fn killed_queueing(stage: &Stage, tally: &mut Tally) -> Result<(), String> {
    write_rows(stage);
    let wait = if stage.chance(2) == 0 { "0" } else { "30" };
    let args = ["segment:import", "events.jsonl", "--force", "--json", "--delivery", "outbox"];
    let args = [&args[..], &["--flush-timeout", wait]].concat();
    for _ in 0..=stage.chance(3) {
        let mut child = stage.kosmo(&args).spawn().unwrap();
        let requests = stage.sink.report().requests + stage.chance(10) + 1;
        if wait == "0" {
            stage.kill(&mut child, Duration::from_millis(1_500), tally);
        } else if Stage::until(&mut child, || stage.sink.report().requests >= requests) {
            stage.kill(&mut child, Duration::from_millis(30), tally);
        }
    }
    ended(stage, &args, "total_queued", tally)?;
    let output = stage.insist(&["outbox:flush", "--wait", "--json"], tally)?;
    let flushed: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    if flushed["queued"] != 0 || flushed["refused"] != 0 {
        return Err(format!("not all was sent: {flushed}"));
    }
    let most = stage.holds(ROWS, tally)?;
    if most == ROWS { Ok(()) } else { Err(format!("{most} events of {ROWS} rows")) }
}
