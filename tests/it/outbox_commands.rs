//! The commands about the outbox, run as a person or a service manager runs them.

mod guide;
mod run;

use kosmo::emulator::Emulator;
use kosmo::ledger::outbox::local::{Habits, Local};
use kosmo::ledger::outbox::{Item, Outbox as _, Place, lane_of};
use kosmo::runtime::Runtime;
use serde_json::{Value, json};

use super::courier::{account, event, wait};
use super::emulator::wire::ask;
use super::emulator::{WRITE_KEY, failing};
use super::support::{Kosmo, Ran, kosmo};

/// A home with an account, and the emulator it leads to.
pub(crate) struct Stage {
    pub(crate) emulator: Emulator,
    home: Kosmo,
}

impl Stage {
    pub(crate) fn new(faults: &[&str]) -> Self {
        let emulator = failing(faults);
        let home = kosmo(["version"])
            .env("SEGMENT_WRITE_KEY", WRITE_KEY)
            .env("SEGMENT_URL", emulator.url());
        Self { emulator, home }
    }

    fn outbox(&self) -> Local {
        Local::beside(Some(self.home.home().join("kosmo.db")), Habits::default())
    }

    fn place(&self) -> Place {
        let runtime: std::sync::Arc<Runtime> = account(&self.emulator.url());
        runtime.engine().place("segment", None).unwrap()
    }

    /// Queues an event for each of these ids, each of a person of its own.
    pub(crate) fn queue(&self, ids: &[&str]) {
        let items = ids.iter().map(|id| Item {
            message_id: (*id).to_owned(),
            lane: lane_of(id),
            body: event(&format!("user-{id}"), id).into_bytes(),
        });
        let outbox = self.outbox();
        wait(outbox.append(&self.place(), items.collect())).unwrap();
    }

    /// Lets faults befall from now on, and no others.
    pub(crate) fn fail(&self, faults: &[&str]) {
        ask("DELETE", "/__emulator/faults").send(&self.emulator).status(200);
        ask("POST", "/__emulator/faults").json(&json!({"fail": faults})).send(&self.emulator);
    }

    /// Runs a command in this home.
    pub(crate) fn run(self, line: &str) -> (Self, Ran) {
        self.run_args(&line.split(' ').collect::<Vec<_>>())
    }

    fn run_args(self, args: &[&str]) -> (Self, Ran) {
        let home = self.home.then(args.iter().copied());
        let ran = home.run();
        (Self { emulator: self.emulator, home }, ran)
    }

    /// The command, for tests that need more than `run`.
    pub(crate) fn command(self, line: &str) -> (Self, std::process::Command) {
        let home = self.home.then(line.split(' '));
        let command = home.command();
        (Self { emulator: self.emulator, home }, command)
    }

    /// Changes a variable of the account.
    fn with(self, name: &str, value: &str) -> Self {
        Self { home: self.home.env(name, value), ..self }
    }
}

#[test]
fn an_outbox_that_was_never_used_is_empty_and_leaves_no_trace() {
    let stage = Stage::new(&[]);
    let (stage, ran) = stage.run("outbox:list");
    assert_eq!(ran.code(0).stdout, "The outbox is empty.\n");
    let (stage, ran) = stage.run("outbox:flush --json");
    let json = ran.code(0).json();
    assert_eq!((&json["sent"], &json["queued"]), (&json!(0), &json!(0)));
    let (stage, ran) = stage.run("outbox:export");
    assert_eq!(ran.code(0).stdout, "");
    let (stage, ran) = stage.run("outbox:show nothing --json");
    assert_eq!(ran.code(5).json()["error_detail"]["code"], "not_found");
    assert!(!stage.home.home().join("kosmo.db").exists());
}

#[test]
fn what_is_queued_is_listed_sent_and_then_known_to_be_sent() {
    let stage = Stage::new(&[]);
    stage.queue(&["a", "b", "c"]);
    let (stage, ran) = stage.run("outbox:list --json");
    let place = ran.code(0).json()["places"][0].clone();
    let told = ["provider", "account", "service", "state"].map(|key| place[key].clone());
    assert_eq!(told, ["segment", "default", "tracking", "queued"].map(|text| json!(text)));
    assert_eq!((&place["queued"], &place["buried"]), (&json!(3), &json!(0)));
    assert!(place["oldest"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    let (stage, ran) = stage.run("outbox:list --queued --limit 2 --json");
    let json = ran.code(0).json();
    assert_eq!((json["events"].as_array().unwrap().len(), &json["more"]), (2, &json!(true)));
    let (stage, ran) = stage.run("outbox:flush");
    assert_eq!(ran.code(0).stdout, "3 events sent, 0 queued, 0 refused.\n");
    assert_eq!(stage.emulator.events().len(), 3);
    let (stage, ran) = stage.run("outbox:show b --json");
    let receipt = &ran.code(0).json()["receipt"];
    assert_eq!((&receipt["status"], &receipt["account"]), (&json!("sent"), &json!("default")));
    let (_, ran) = stage.run("outbox:list");
    assert!(ran.code(0).stdout.contains("idle"));
}

#[test]
fn a_refused_event_is_shown_exported_and_sent_again() {
    let stage = Stage::new(&["POST /v1/batch=status:400,holding:bad"]);
    stage.queue(&["good", "bad", "fine"]);
    let (stage, ran) = stage.run("outbox:flush --json");
    let json = ran.code(10).json();
    assert_eq!(
        (&json["success"], &json["sent"], &json["refused"]),
        (&json!(false), &json!(2), &json!(1))
    );
    assert_eq!(json["listed"][0]["message_id"], "bad");
    assert_eq!(json["error_detail"]["code"], "partial");
    let (stage, ran) = stage.run("outbox:show bad");
    let text = ran.code(0).stdout;
    assert!(text.contains("buried") && text.contains("Segment API error (400)"), "{text}");
    assert!(text.contains("\"userId\": \"user-bad\""), "the event itself: {text}");
    let (stage, ran) = stage.run("outbox:list --buried");
    assert!(ran.code(0).stdout.contains("Segment API error (400)"));
    let (stage, ran) = stage.run("outbox:export --buried");
    assert_eq!(ran.code(0).stdout.trim(), event("user-bad", "bad"));
    let (stage, ran) = stage.run("outbox:export --buried --receipts");
    let line: Value = serde_json::from_str(ran.code(0).stdout.trim()).unwrap();
    assert_eq!(line["reason"]["http_status"], 400);
    assert_eq!(line["event"]["userId"], "user-bad");
    stage.fail(&[]);
    let (stage, ran) = stage.run("outbox:retry bad good nobody --json");
    let json = ran.code(10).json();
    assert_eq!((&json["queued"], &json["success"]), (&json!(1), &json!(false)));
    assert_eq!(json["skipped"][0], json!({"message_id": "good", "status": "sent"}));
    assert_eq!(json["skipped"][1]["status"], "unknown");
    let (stage, ran) = stage.run("outbox:retry good");
    assert!(ran.code(5).stderr.contains("good is sent"));
    let (stage, ran) = stage.run("outbox:flush");
    assert!(ran.code(0).stdout.starts_with("1 event sent"));
    assert_eq!(stage.emulator.events().len(), 3);
}

#[test]
fn queued_events_can_be_buried_and_brought_back() {
    let stage = Stage::new(&[]);
    stage.queue(&["a", "b", "c"]);
    let (stage, ran) = stage.run_args(&["outbox:bury", "b", "--reason", "a mistake"]);
    assert_eq!(ran.code(0).stdout, "1 event buried. kosmo outbox:retry takes that back.\n");
    let (stage, ran) = stage.run("outbox:show b --json");
    let receipt = ran.code(0).json()["receipt"].clone();
    assert_eq!(receipt["reason"]["code"], "buried_by_hand");
    assert_eq!(receipt["reason"]["message"], "a mistake");
    let (stage, ran) = stage.run("outbox:flush --json");
    assert_eq!(ran.code(0).json()["sent"], 2);
    let (stage, ran) = stage.run("outbox:retry --account default");
    assert!(ran.code(0).stdout.starts_with("1 event queued again."));
    let (_, ran) = stage.run("outbox:flush --json");
    assert_eq!(ran.code(0).json()["sent"], 1);
}

#[test]
fn what_is_meant_has_to_be_said() {
    for (line, says) in [
        ("outbox:retry", "which events to retry"),
        ("outbox:bury --reason x", "which events to bury"),
        ("outbox:bury a", "--reason"),
        ("outbox:retry --all a", "exclude one another"),
        ("outbox:retry a --as-is", "about an account"),
        ("outbox:list --provider pebbel", "pebbel"),
        ("outbox:list --queued --buried", "cannot be used with"),
        ("outbox:flush --rate fast", "events a second"),
        ("outbox:export --json", "one a line"),
        ("outbox:show", "MESSAGE_ID"),
    ] {
        let ran = kosmo(line.split(' ')).run();
        assert!(matches!(ran.code, 2 | 5), "{line}: {ran:?}");
        assert!((ran.stderr.clone() + &ran.stdout).contains(says), "{line}: {ran:?}");
    }
}

#[test]
fn an_account_that_fails_is_paused_and_says_why() {
    let stage = Stage::new(&["POST /v1/batch=status:501,body:text"]);
    stage.queue(&["a", "b"]);
    let (stage, ran) = stage.run("outbox:flush");
    let ran = ran.code(3);
    assert!(ran.stdout.starts_with("0 events sent, 2 queued"), "{ran:?}");
    assert!(ran.stderr.contains("needs action") && ran.stderr.contains("501"), "{ran:?}");
    let (stage, ran) = stage.run("outbox:list --json");
    let place = ran.code(0).json()["places"][0].clone();
    assert_eq!(place["paused"]["needs_action"], true);
    assert_eq!(place["state"], "needs action");
    stage.fail(&[]);
    let (stage, ran) = stage.run("outbox:flush --json");
    assert_eq!(ran.code(0).json()["sent"], 2);
    let (_, ran) = stage.run("outbox:list --json");
    assert_eq!(ran.code(0).json()["places"][0]["paused"], Value::Null);
}

#[test]
fn a_flush_that_waits_keeps_to_its_time() {
    let stage = Stage::new(&["POST /v1/batch=status:429,retry-after:120"]);
    stage.queue(&["a"]);
    let (stage, ran) = stage.run("outbox:flush --wait --timeout 2s --json");
    let json = ran.code(10).json();
    assert_eq!((&json["queued"], &json["paused"][0]["needs_action"]), (&json!(1), &json!(false)));
    stage.fail(&[]);
    let (stage, ran) = stage.run("outbox:flush --json");
    assert_eq!(ran.code(10).json()["sent"], 0, "what the service asked for is respected");
    let (_, ran) = stage.run("outbox:list");
    assert!(ran.code(0).stdout.contains("paused"));
}

#[test]
fn events_of_an_account_that_moved_are_adopted_on_demand_only() {
    let stage = Stage::new(&[]);
    stage.queue(&["a", "b"]);
    let stage = stage.with("SEGMENT_WRITE_KEY", "a-new-key");
    let (stage, ran) = stage.run("outbox:flush --json");
    let detail = ran.code(3).json()["error_detail"].clone();
    assert_eq!(detail["code"], "place_changed");
    assert!(detail["hint"].as_str().unwrap().contains("outbox:retry --account default --as-is"));
    let (stage, ran) = stage.run("outbox:list --json");
    assert_eq!(ran.code(0).json()["places"][0]["state"], "moved");
    let (stage, ran) = stage.run("outbox:retry --account default --as-is --json");
    assert_eq!(ran.code(0).json()["adopted"], 2);
    let (stage, ran) = stage.run("outbox:flush --json");
    assert_eq!(ran.code(0).json()["sent"], 2);
    assert_eq!(stage.emulator.events()[0]["reason"], "unknown_write_key");
}

#[test]
fn a_long_export_streams_every_event_once() {
    let stage = Stage::new(&[]);
    let ids: Vec<String> = (0..1_203).map(|n| format!("id-{n:05}")).collect();
    stage.queue(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let (_, ran) = stage.run("outbox:export");
    let text = ran.code(0).stdout;
    let mut found: Vec<String> = text
        .lines()
        .map(|line| {
            let event: Value = serde_json::from_str(line).unwrap();
            event["messageId"].as_str().unwrap().to_owned()
        })
        .collect();
    found.sort();
    assert_eq!(found, ids);
}

#[test]
fn the_key_is_in_no_output() {
    let stage = Stage::new(&["POST /v1/batch=status:403"]);
    stage.queue(&["a"]);
    let mut stage = stage;
    for line in ["outbox:flush", "outbox:flush --json", "outbox:list --json", "outbox:show a"] {
        let (next, ran) = stage.run(line);
        assert!(!(ran.stdout + &ran.stderr).contains(WRITE_KEY), "{line}");
        stage = next;
    }
}

#[test]
fn a_run_says_why_its_events_wait_and_tries_again_what_waits_for_somebody() {
    let mut stage = Stage::new(&["POST /v1/batch=status:403"]);
    let line = "integrations:segment track --userId=u --event=E --delivery outbox --force";
    for _ in 0..2 {
        let (next, ran) = stage.run(line);
        let ran = ran.code(10);
        assert!(ran.stderr.contains("still queued (Segment API error (403)"), "{ran:?}");
        stage = next;
    }
    stage.fail(&["POST /v1/batch=status:429,retry-after:120"]);
    let (stage, ran) = stage.run(line);
    assert!(ran.code(10).stderr.contains("429"));
    let (stage, ran) = stage.run(line);
    assert!(ran.code(10).stderr.contains("429"), "it pauses, and says why without asking");
    stage.fail(&[]);
    wait(stage.outbox().pause(&stage.place(), 0, "")).unwrap();
    let (stage, ran) = stage.run(line);
    ran.code(0);
    assert_eq!(stage.emulator.events().len(), 5);
}
