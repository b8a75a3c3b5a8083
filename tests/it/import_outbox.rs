//! Imports that queue a file instead of sending it: what arrives, what stays, what is said of both.

use std::collections::BTreeMap;
use std::time::Duration;

use kosmo::emulator::Emulator;
use serde_json::{Value, json};

use crate::emulator::{WRITE_KEY, failing};
use crate::nats_server::Nats;
use crate::support::{Kosmo, kosmo};

const IMPORT: [&str; 6] =
    ["segment:import", "e.jsonl", "--force", "--json", "--delivery", "outbox"];
const LATER: [&str; 2] = ["--flush-timeout", "0"];
const FLUSH: [&str; 5] = ["outbox:flush", "--wait", "--rate", "off", "--json"];

/// An import whose account lives at the emulator.
fn import(emulator: &Emulator, rows: impl AsRef<[u8]>) -> Kosmo {
    kosmo(IMPORT)
        .env("SEGMENT_URL", emulator.url())
        .env("SEGMENT_WRITE_KEY", WRITE_KEY)
        .file("e.jsonl", rows)
}

/// JSON Lines of `count` events; every third has an id of its own.
fn lines(count: usize) -> String {
    let line = |n| {
        let mut event = json!({"type": "track", "event": "E", "userId": format!("u-{}", n % 500),
            "properties": {"n": n}});
        if n % 3 == 0 {
            event["messageId"] = json!(format!("own \"{n}\" é"));
        }
        event.to_string() + "\n"
    };
    (0..count).map(line).collect()
}

/// How often each number arrived, by the id it came under.
fn arrived(emulator: &Emulator) -> BTreeMap<(u64, String), usize> {
    let mut arrived = BTreeMap::new();
    for event in emulator.events() {
        let number = event["message"]["properties"]["n"].as_u64().unwrap();
        let id = event["message"]["messageId"].as_str().unwrap().to_owned();
        *arrived.entry((number, id)).or_default() += 1;
    }
    arrived
}

/// Every number below `count` arrived once, under one id, in the order of its person.
fn has_all(emulator: &Emulator, count: u64) {
    let arrived = arrived(emulator);
    let numbers: Vec<u64> = arrived.keys().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (0..count).collect::<Vec<_>>());
    assert!(arrived.values().all(|times| *times == 1), "something came twice");
    for (number, id) in arrived.keys().filter(|(number, _)| number % 3 == 0) {
        assert_eq!(*id, format!("own \"{number}\" é"));
    }
    let events = emulator.events();
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for event in &events {
        let number = event["message"]["properties"]["n"].as_u64().unwrap();
        let before = last.insert(event["message"]["userId"].as_str().unwrap(), number);
        assert!(before.is_none_or(|before| before < number), "{number} after {before:?}");
    }
}

#[test]
fn a_file_is_queued_and_sent_by_the_run_itself() {
    let emulator = failing(&[]);
    let run = import(&emulator, lines(6_000)).and(["--rate", "off"]);
    let told = run.run().code(0).json();
    assert_eq!(
        (&told["queued"], &told["total_queued"]),
        (&json!(6_000), &json!(6_000)),
        "{told:#}"
    );
    assert_eq!((&told["sent"], &told["total_sent"]), (&json!(0), &json!(0)));
    assert_eq!(told["delivery"], json!({"sent": 6_000, "queued": 0, "refused": 0}));
    assert_eq!((&told["success"], &told["complete"]), (&json!(true), &json!(true)));
    has_all(&emulator, 6_000);

    let again = run.run().code(0).json();
    assert_eq!((&again["already_imported"], &again["queued"]), (&json!(true), &json!(0)));
    assert_eq!((&again["total_queued"], &again["delivery"]), (&json!(6_000), &Value::Null));
    assert_eq!(emulator.events().len(), 6_000);

    let runs = run.then(["runs:list", "--json"]).run().code(0).json().to_string();
    assert_eq!(runs.matches("\"queued\"").count(), 1, "one entry for the whole file: {runs}");
}

#[test]
fn a_file_may_be_left_to_others() {
    let emulator = failing(&[]);
    let run = import(&emulator, lines(3_000)).and(LATER);
    let told = run.run().code(0).json();
    assert_eq!(told["delivery"], json!({"sent": 0, "queued": 3_000, "refused": 0}));
    assert!(emulator.events().is_empty());
    let run = run.then(FLUSH);
    assert_eq!(run.run().code(0).json()["sent"], 3_000);
    has_all(&emulator, 3_000);
    // What was added since is queued, and nothing else.
    std::fs::write(run.home().join("e.jsonl"), lines(3_003)).unwrap();
    let run = run.then(IMPORT);
    let told = run.run().code(0).json();
    assert_eq!((&told["queued"], &told["delivery"]["sent"]), (&json!(3), &json!(3)));
    has_all(&emulator, 3_003);
}

#[test]
fn a_person_is_told_what_was_queued_and_what_became_of_it() {
    let emulator = failing(&[]);
    let run = import(&emulator, lines(10));
    let import = ["segment:import", "e.jsonl", "--force", "--delivery=outbox"];
    let run = run.then(import).and(LATER);
    let told = run.run().code(0);
    assert!(told.stdout.starts_with("queued 10, refused 0, in "), "{}", told.stdout);
    assert!(
        told.stderr.contains("0 sent, 10 still queued; `kosmo outbox:flush"),
        "{}",
        told.stderr
    );
    let told = run.then(import).run().code(0);
    assert!(told.stdout.contains("imported already: 0 sent, 10 queued, 0 refused"), "{told:?}");
}

#[test]
fn rows_that_are_wrong_are_set_aside_and_the_others_queued() {
    let emulator = failing(&[]);
    let rows = format!("{}not json\n{{\"type\":\"track\",\"event\":\"E\"}}\n", lines(20));
    let run = import(&emulator, rows);
    let told = run.run().code(10).json();
    assert_eq!((&told["queued"], &told["refused"]), (&json!(20), &json!(2)));
    assert_eq!(told["delivery"], json!({"sent": 20, "queued": 0, "refused": 0}));
    let side = std::fs::read_to_string(run.home().join("e.jsonl.refused.jsonl")).unwrap();
    assert_eq!(side.lines().count(), 2);
    has_all(&emulator, 20);
}

#[test]
fn what_the_service_refuses_is_buried_with_its_reason() {
    let emulator = failing(&["POST /v1/batch=status:400,holding:\"n\":1234}"]);
    let run = import(&emulator, lines(2_000)).and(["--rate", "off"]);
    let told = run.run().code(10).json();
    let delivery = &told["delivery"];
    assert_eq!((&told["queued"], &told["refused"]), (&json!(2_000), &json!(0)), "{told:#}");
    assert_eq!((&delivery["sent"], &delivery["refused"]), (&json!(1_999), &json!(1)));
    assert_eq!(delivery["listed"][0]["http_status"], 400);
    let buried = run.then(["outbox:list", "--buried", "--json"]).run().code(0).json();
    assert!(buried.to_string().contains(delivery["listed"][0]["message_id"].as_str().unwrap()));
    assert_eq!(emulator.events().len(), 1_999);
}

#[test]
fn a_service_that_is_away_costs_nothing_but_time() {
    let emulator = failing(&["POST /v1/batch=status:503"]);
    let run = import(&emulator, lines(500)).and(["--flush-timeout", "300ms"]);
    let told = run.run().code(10).json();
    assert_eq!((&told["queued"], &told["complete"]), (&json!(500), &json!(true)));
    assert_eq!(told["delivery"]["queued"], 500);
    assert!(emulator.events().is_empty());
    let list = run.then(["outbox:list", "--json"]).run().code(0).json();
    assert_eq!(list["places"][0]["queued"], 500);
}

#[test]
fn an_import_that_could_not_send_goes_on_by_queueing() {
    let emulator = failing(&["POST /v1/batch=status:401,holding:\"n\":20000},next:1"]);
    let run = import(&emulator, lines(24_000));
    let run = run.then(["segment:import", "e.jsonl", "--force", "--json", "--rate", "off"]);
    let first = run.run().code(3).json();
    let sent = first["total_sent"].as_u64().unwrap();
    let run = run.then(IMPORT).and(LATER);
    let told = run.run().code(0).json();
    assert_eq!((&told["resumed"], &told["total_sent"]), (&json!(true), &json!(sent)), "{told:#}");
    assert_eq!((&told["queued"], &told["total_queued"]), (&json!(24_000 - sent), &told["queued"]));
    run.then(FLUSH).run().code(0);
    // A batch that was taken while another one failed may come twice, under the same ids.
    let numbers: Vec<u64> = arrived(&emulator).into_keys().map(|(number, _)| number).collect();
    assert_eq!(numbers, (0..24_000).collect::<Vec<_>>());
}

#[test]
fn only_the_flag_queues_a_file() {
    let emulator = failing(&[]);
    let settings = "delivery = \"outbox\"\n[integrations.segment]\ndelivery = \"outbox\"\n";
    let run = import(&emulator, lines(5)).file("config.toml", settings);
    let run = run.env("KOSMO_DELIVERY", "outbox").then(["segment:import", "e.jsonl", "--force"]);
    let told = run.and(["--json"]).run().code(0).json();
    assert_eq!((&told["sent"], &told["queued"]), (&json!(5), &json!(0)));
    assert_eq!(told["delivery"], Value::Null);
}

#[test]
fn nothing_is_queued_that_nobody_agreed_to_and_nothing_sent_meanwhile() {
    let emulator = failing(&[]);
    let run = import(&emulator, lines(5)).and(LATER);
    run.run().code(0);
    // What waits there already is not sent by an import that is refused, or only looks.
    std::fs::write(run.home().join("f.jsonl"), lines(9)).unwrap();
    let refused = ["segment:import", "f.jsonl", "--json", "--delivery=outbox"];
    let run = run.then(refused);
    assert_eq!(run.run().code(4).json()["error_detail"]["code"], "policy_denied");
    let run = run.then(refused).and(["--dry-run"]);
    let told = run.run().code(0).json();
    assert_eq!(
        (&told["sent"], &told["queued"], &told["dry_run"]),
        (&json!(9), &json!(0), &json!(true))
    );
    assert!(emulator.events().is_empty());
    let list = run.then(["outbox:list", "--json"]).run().code(0).json();
    assert_eq!(list["places"][0]["queued"], 5);
}

#[test]
fn the_rate_is_that_of_the_courier_and_needs_one() {
    let emulator = failing(&[]);
    let run = import(&emulator, lines(5)).and(LATER).and(["--rate", "500"]);
    let told = run.run().code(2).json();
    assert!(told["error_detail"]["hint"].as_str().unwrap().contains("--flush-timeout"), "{told}");
    let list = run.then(["outbox:list", "--json"]);
    assert_eq!(list.run().code(0).json()["places"], json!([]));
    let import = ["segment:import", "e.jsonl", "--force", "--json", "--delivery=outbox"];
    let run = list.then(import).and(["--rate", "1", "--flush-timeout", "200ms"]);
    std::fs::write(run.home().join("e.jsonl"), lines(5_000)).unwrap();
    let told = run.run().code(10).json();
    assert!(told["delivery"]["queued"].as_u64().unwrap() > 0, "one event a second: {told:#}");
}

#[test]
fn a_stream_keeps_a_file_for_other_machines() {
    let Some(nats) = Nats::start() else {
        return crate::peers::skip_or_fail(crate::nats_server::MISSING);
    };
    let emulator = failing(&[]);
    let run = import(&emulator, lines(2_000)).and(LATER).and(["--outbox", &nats.url()]);
    let told = run.run().code(0).json();
    assert_eq!(told["delivery"], json!({"sent": 0, "queued": 2_000, "refused": 0}));
    assert!(emulator.events().is_empty());
    let other = import(&emulator, "").then(FLUSH).and(["--outbox", &nats.url()]);
    assert_eq!(other.run().code(0).json()["sent"], 2_000);
    has_all(&emulator, 2_000);
    // Another file, waited for.
    let run = import(&emulator, lines(2_500)).and(["--outbox", &nats.url(), "--rate", "off"]);
    let told = run.run().code(0).json();
    assert_eq!(told["delivery"], json!({"sent": 2_500, "queued": 0, "refused": 0}));
}

#[test]
fn a_stream_that_is_away_takes_nothing_and_the_file_waits() {
    let emulator = failing(&[]);
    let Some(mut nats) = Nats::start() else {
        return crate::peers::skip_or_fail(crate::nats_server::MISSING);
    };
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let away = format!("nats://127.0.0.1:{port}");
    let run = import(&emulator, lines(100)).and(LATER).and(["--outbox", &away]);
    let told = run.run().code(8).json();
    assert_eq!(told["error_detail"]["code"], "outbox_unavailable");
    assert_eq!((&told["queued"], &told["complete"]), (&json!(0), &json!(false)), "{told:#}");
    let run = run.then(IMPORT).and(LATER).and(["--outbox", &nats.url()]);
    assert_eq!(run.run().code(0).json()["queued"], 100);
    nats.restart(Duration::ZERO);
    let run = run.then(FLUSH).and(["--outbox", &nats.url()]);
    assert_eq!(run.run().code(0).json()["sent"], 100);
    has_all(&emulator, 100);
}
