//! What an outbox has to live through besides a full disk: a ledger that cannot be used, clocks that
//! jump, a token that is taken away, another region, events that are too large. No event is lost, and
//! what is said is true.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::emulator::wire::ask;
use crate::emulator::{WRITE_KEY, failing};
use crate::service::{Seen, Service};
use crate::support::{Kosmo, Ran, kosmo};

const TRACK: [&str; 7] = [
    "integrations:segment",
    "track_event",
    "--userId=u",
    "--event=E",
    "--force",
    "--json",
    "--delivery=outbox",
];

const LATER: &str = "--flush-timeout=0";

fn at(url: &str) -> Kosmo {
    kosmo(["version"]).env("SEGMENT_URL", url).env("SEGMENT_WRITE_KEY", WRITE_KEY)
}

/// Everything below a folder, with its bytes, but for what a look at a database leaves beside it.
fn snapshot(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .flat_map(|entry| match entry.file_type().unwrap().is_dir() {
            true => snapshot(&entry.path()),
            false => {
                let name = entry.path().display().to_string();
                vec![(name, std::fs::read(entry.path()).unwrap())]
            }
        })
        .filter(|(name, _)| !name.ends_with("-shm") && !name.ends_with("-wal"))
        .filter(|(name, _)| !name.contains("/.couriers/") && !name.ends_with(".lock"))
        .collect();
    all.sort();
    all
}

/// Every command that needs the ledger says what is wrong with it and changes nothing; events are
/// still kept, and it is said that they wait.
fn says_so_and_moves_nothing(mut run: Kosmo, code: &str, words: &str) -> Kosmo {
    let before = snapshot(run.home());
    for line in [
        "outbox:list",
        "outbox:list --queued",
        "outbox:show m-1",
        "outbox:flush",
        "outbox:flush --wait",
        "outbox:bury m-1 --reason no",
        "outbox:retry --account default",
        "outbox:run",
        "segment:import e.jsonl --force",
        "runs list",
    ] {
        run = run.then(line.split(' ')).and(["--json"]);
        let ran = run.run().code(1);
        let last = ran.stdout.trim().rsplit("\n{").next().unwrap();
        let told = if line == "outbox:run" { ran.stderr.clone() + last } else { last.to_owned() };
        assert!(told.contains(code) && told.contains(words), "{line}: {ran:?}");
    }
    assert!(snapshot(run.home()) == before, "something was moved");
    // The call keeps its event without the ledger, and the run cannot send it.
    run = run.then(TRACK);
    let told = run.run().code(10).json();
    assert_eq!(told["data"]["status"], "queued");
    let delivery = &told["meta"]["delivery"];
    assert_eq!((&delivery["sent"], &delivery["queued"]), (&json!(0), &json!(1)));
    assert!(delivery["error"].as_str().unwrap().contains(words), "{told}");
    run = run.then(["integrations:lua", "--force", "--json", "--delivery=outbox", "-e"]);
    let told = run
        .and(["return app.integrations.segment.track_event{ userId = 'u', event = 'E' }.status"]);
    let script = told.run().code(10).json();
    assert_eq!(
        (&script["result"], &script["meta"]["delivery"]["queued"]),
        (&json!("queued"), &json!(1))
    );
    told
}

fn queued_three(emulator: &str) -> Kosmo {
    let mut run = at(emulator).file("e.jsonl", r#"{"type":"track","event":"E","userId":"u"}"#);
    for id in ["--messageId=m-1", "--messageId=m-2", "--messageId=m-3"] {
        run = run.then(TRACK).and([LATER, id]);
        run.run().code(0);
    }
    run
}

fn flushed(run: Kosmo, sent: u64) -> Kosmo {
    let run = run.then(["outbox:flush", "--json"]);
    let told = run.run().code(0).json();
    assert_eq!((&told["sent"], &told["queued"]), (&json!(sent), &json!(0)), "{told}");
    run
}

#[test]
fn a_damaged_ledger_is_told_and_its_events_wait_for_another() {
    let emulator = failing(&[]);
    let run = queued_three(&emulator.url());
    let ledger = run.home().join("kosmo.db");
    for beside in ["kosmo.db-wal", "kosmo.db-shm"] {
        let _ = std::fs::remove_file(run.home().join(beside));
    }
    std::fs::write(&ledger, "this was a database once\n".repeat(400)).unwrap();
    let run = says_so_and_moves_nothing(run, "damaged_ledger", "is damaged or not a database");
    assert!(emulator.events().is_empty());
    let hint = run.then(["outbox:list", "--json"]);
    let told = hint.run().code(1).json();
    assert!(told["error_detail"]["hint"].as_str().unwrap().contains("queued events stay"));
    // What the hint says is true.
    std::fs::rename(&ledger, hint.home().join("kept.db")).unwrap();
    flushed(hint, 5);
    assert_eq!(emulator.events().len(), 5);
}

#[test]
fn a_ledger_of_a_newer_version_is_left_to_it() {
    let emulator = failing(&[]);
    let run = queued_three(&emulator.url());
    let change = |version: Option<u32>| {
        let ledger = rusqlite::Connection::open(run.home().join("kosmo.db")).unwrap();
        let before: u32 =
            ledger.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        ledger.pragma_update(None, "user_version", version.unwrap_or(before + 1)).unwrap();
        ledger.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        before
    };
    let before = change(None);
    let home = run.home().to_owned();
    let run = says_so_and_moves_nothing(run, "newer_ledger", "was written by a newer version");
    assert!(emulator.events().is_empty());
    let ledger = rusqlite::Connection::open(home.join("kosmo.db")).unwrap();
    ledger.pragma_update(None, "user_version", before).unwrap();
    drop(ledger);
    flushed(run, 5);
    assert_eq!(emulator.events().len(), 5);
}

/// Runs under a clock that is wrong by so much.
fn by_clock(run: &Kosmo, wrong: &str) -> Ran {
    let command = run.command();
    let mut wrapped = Command::new("faketime");
    wrapped.args(["-f", wrong]).arg(command.get_program()).args(command.get_args()).env_clear();
    wrapped.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    // Time passes as it does; only what it is called is wrong.
    wrapped.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").current_dir(run.home());
    let output = wrapped.output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn clocks_that_jump_lose_nothing_and_let_nobody_wait() {
    if !Command::new("faketime").arg("--version").output().is_ok_and(|ran| ran.status.success()) {
        return crate::peers::skip_or_fail("faketime is not installed (apt-get install faketime)");
    }
    let emulator = failing(&[]);
    let mut run = at(&emulator.url());
    let clocks = ["+0", "+5h", "+0", "-5h", "+20d", "-20d", "+0"];
    for (count, pair) in clocks.windows(2).enumerate() {
        let [kept, sent] = pair else { unreachable!() };
        run = run.then(TRACK).and([LATER]);
        by_clock(&run, kept).code(0);
        // A service that is away lets everybody pause, by the clock of then.
        let faults = |method| ask(method, "/__emulator/faults");
        faults("POST")
            .json(&json!({"fail": ["POST /v1/batch=status:429,retry-after:120"]}))
            .send(&emulator);
        run = run.then(["outbox:flush", "--json"]);
        let paused = by_clock(&run, kept).code(10).json();
        assert_eq!((&paused["queued"], paused["paused"].is_null()), (&json!(1), false), "{paused}");
        faults("DELETE").send(&emulator).status(200);
        let told = by_clock(&run, sent);
        let flushed = told.json();
        let at = format!("kept at {kept}, sent at {sent}: {flushed:#}");
        assert_eq!(
            (told.code, &flushed["sent"], &flushed["queued"]),
            (0, &json!(1), &json!(0)),
            "{at}"
        );
        assert_eq!(emulator.events().len(), count + 1, "{at}");
    }
}

const MANY: &str = r#"local events = {}
for n = 1, 20000 do
  events[n] = { type = "track", event = "E", userId = "u" .. n, messageId = "m-" .. n }
end
return app.integrations.segment.batch(events).status"#;

#[test]
fn a_token_that_is_taken_away_midway_leaves_the_rest_queued() {
    let revoked = Arc::new(AtomicBool::new(false));
    let (batches, here) = (AtomicUsize::new(0), Arc::clone(&revoked));
    let service = Service::start(move |_, seen: &Seen| {
        if seen.line.contains("/token") {
            return match here.load(Ordering::SeqCst) {
                true => (401, json!({"error": "invalid_client"})),
                false => {
                    (200, json!({"access_token": "t", "token_type": "Bearer", "expires_in": 600}))
                }
            };
        }
        // The third batch finds the token gone, and so does whoever asks for another.
        if batches.fetch_add(1, Ordering::SeqCst) == 2 {
            here.store(true, Ordering::SeqCst);
        }
        match here.load(Ordering::SeqCst) {
            true => (401, json!({"error": "token revoked"})),
            false => (200, json!({"success": true})),
        }
    });
    let run = at(&service.address)
        .env("SEGMENT_OAUTH_URL", &service.address)
        .env("SEGMENT_OAUTH_APP_ID", "app")
        .env("SEGMENT_OAUTH_KEY_ID", "key")
        .env("SEGMENT_OAUTH_PRIVATE_KEY", include_str!("../fixtures/oauth-test-key.pem"))
        .then(["integrations:lua", "--force", "--json", "--delivery=outbox", LATER, "-e", MANY]);
    assert_eq!(run.run().code(0).json()["meta"]["delivery"]["queued"], 20_000);
    let run = run.then(["outbox:flush", "--rate=off", "--json"]);
    let told = run.run().code(3).json();
    let sent = told["sent"].as_u64().unwrap();
    assert!((1..20_000).contains(&sent), "{told}");
    assert_eq!((&told["queued"], &told["refused"]), (&json!(20_000 - sent), &json!(0)));
    assert_eq!(told["paused"][0]["needs_action"], true);
    let run = run.then(["outbox:list", "--json"]);
    let place = run.run().code(0).json()["places"][0].clone();
    assert_eq!((&place["state"], &place["buried"]), (&json!("needs action"), &json!(0)));
    assert!(!place.to_string().contains("PRIVATE KEY"));
    // While it is gone, events are taken as before.
    let run = run.then(TRACK).and([LATER]);
    run.run().code(0);
    revoked.store(false, Ordering::SeqCst);
    flushed(
        run.then(["version"]).env("KOSMO_INTEGRATIONS_SEGMENT_ACCOUNTS_DEFAULT_RATE", "off"),
        20_001 - sent,
    );
}

#[test]
fn another_region_gets_nothing_that_was_not_meant_for_it() {
    let us = kosmo(TRACK).and([LATER]).env("SEGMENT_WRITE_KEY", WRITE_KEY);
    us.run().code(0);
    let eu = us.then(["outbox:list", "--json"]).env("SEGMENT_REGION", "eu");
    assert_eq!(eu.run().code(0).json()["places"][0]["state"], "moved");
    let us = eu.env("SEGMENT_REGION", "us");
    assert_eq!(us.run().code(0).json()["places"][0]["state"], "queued");
    let eu = us.then(["outbox:flush", "--json"]).env("SEGMENT_REGION", "eu");
    let told = eu.run().code(3).json();
    assert_eq!(told["error_detail"]["code"], "place_changed");
    assert_eq!((&told["sent"], &told["queued"]), (&json!(0), &json!(1)));
    let nowhere = eu.then(TRACK).and([LATER]).env("SEGMENT_REGION", "moon");
    let told = nowhere.run().code(2).json();
    assert!(told["error"].as_str().unwrap().contains("us, eu"), "{told}");
}

/// Around the limit an event is either refused before it is kept, or delivered: none is buried later.
#[test]
fn an_event_is_too_large_before_it_is_kept_or_not_at_all() {
    let emulator = failing(&[]);
    let code = r#"local kept, refused = 0, {}
    for size = 31900, 32768, 16 do
      local event = { userId = "u", event = "E", properties = { x = string.rep("x", size) } }
      local ok, why = pcall(app.integrations.segment.track_event, event)
      if ok then kept = kept + 1 else refused[why.code] = (refused[why.code] or 0) + 1 end
    end
    local fine = { type = "track", userId = "u", event = "E" }
    local large = { type = "track", userId = "u", event = "E", properties = { x = string.rep("x", 40000) } }
    local ok, why = pcall(app.integrations.segment.batch, { fine, large, fine })
    return { kept = kept, refused = refused, whole = ok, why = tostring(why) }"#;
    let run = at(&emulator.url()).then([
        "integrations:lua",
        "--force",
        "--json",
        "--delivery=outbox",
        "-e",
        code,
    ]);
    let told = run.run().code(0).json();
    let (kept, result) = (&told["result"]["kept"], &told["result"]);
    assert_eq!(told["meta"]["delivery"], json!({"sent": kept, "queued": 0, "refused": 0}));
    let refused: Vec<&String> = result["refused"].as_object().unwrap().keys().collect();
    assert_eq!(refused, ["message_too_large"]);
    assert!(kept.as_u64().unwrap() > 5, "{told}");
    assert_eq!(result["whole"], false, "a batch is kept as a whole or not at all");
    assert!(result["why"].as_str().unwrap().contains('2'), "which of them: {result}");
    let taken = emulator.events();
    assert_eq!(json!(taken.len()), *kept);
    assert!(taken.iter().all(|event| event["status"] == "delivered"), "{:?}", taken.first());
    let largest = taken.iter().map(|event| event["message"].to_string().len()).max().unwrap();
    assert!((32_000..=33_500).contains(&largest), "{largest}");
    let none: Option<&Value> = taken.iter().find(|event| event["message_id"].is_null());
    assert_eq!(none, None);
}
