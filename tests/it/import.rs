//! Imports as commands, against an emulator: what arrives, what is refused and why, and what a second
//! run does.

use kosmo::emulator::Emulator;
use serde_json::{Value, json};

use crate::emulator::{WRITE_KEY, failing};
use crate::support::{Kosmo, kosmo};

/// A run whose account lives at the emulator and may send as fast as it can.
fn import(emulator: &Emulator, args: &[&str]) -> Kosmo {
    kosmo(["segment:import"])
        .and(args.iter().copied())
        .and(["--force", "--rate", "off", "--json"])
        .env("SEGMENT_URL", emulator.url())
        .env("SEGMENT_WRITE_KEY", WRITE_KEY)
}

/// JSON Lines of `count` events by as many people.
fn lines(count: usize) -> String {
    (0..count)
        .map(|n| {
            json!({"type": "track", "event": "E", "userId": format!("u-{n}"), "properties": {"n": n}})
                .to_string()
                + "\n"
        })
        .collect()
}

fn messages(emulator: &Emulator) -> Vec<Value> {
    emulator.events().into_iter().map(|mut event| event["message"].take()).collect()
}

/// The numbers that arrived, sorted, each as often as it did.
fn numbers(emulator: &Emulator) -> Vec<u64> {
    let mut numbers: Vec<u64> =
        messages(emulator).iter().map(|event| event["properties"]["n"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn all_imports_together_take_turns_where_that_is_wanted() {
    let emulator = failing(&[]);
    let run = import(&emulator, &["e.jsonl", "--total-rate", "900"]).file("e.jsonl", lines(3));
    run.run().code(0);
    let ledger = rusqlite::Connection::open(run.home().join("kosmo.db")).unwrap();
    let turns = "SELECT count(*) FROM turns WHERE queue = '*/@events'";
    assert_eq!(ledger.query_row(turns, [], |row| row.get(0)), Ok(1));
}

#[test]
fn what_nobody_can_have_meant_is_sent_and_counted() {
    let emulator = failing(&[]);
    let rows = r#"{"type":"track","event":"E","userId":"u"}
{"type":"track","event":"E","userId":"undefined"}
{"type":"track","event":"E","userId":"u","timestamp":"1970-01-20T10:00:00Z"}
{"type":"track","event":"E","userId":"u","timestamp":"2999-01-20T10:00:00Z"}
"#;
    let summary = import(&emulator, &["e.jsonl"]).file("e.jsonl", rows).run().code(0).json();
    assert_eq!((&summary["sent"], &summary["warned"]), (&json!(4), &json!(3)));
}

#[test]
fn everything_arrives_once_and_a_second_run_has_nothing_to_do() {
    let emulator = failing(&[]);
    let run = import(&emulator, &["e.jsonl"]).file("e.jsonl", lines(3_000));
    let first = run.run().code(0).json();
    assert_eq!((&first["sent"], &first["complete"]), (&json!(3000), &json!(true)));
    assert!(first["run_id"].as_str().is_some_and(|id| !id.is_empty()));
    assert_eq!(numbers(&emulator), (0..3_000).collect::<Vec<_>>());
    let mut ids: Vec<String> =
        messages(&emulator).iter().map(|event| event["messageId"].to_string()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3_000);

    let second = run.run().code(0).json();
    assert_eq!((&second["sent"], &second["already_imported"]), (&json!(0), &json!(true)));
    assert_eq!(second["import"], first["import"]);
    assert_eq!(emulator.events().len(), 3_000);

    // What was added since is sent, and nothing else.
    let path = run.home().join("e.jsonl");
    std::fs::write(&path, lines(3_005)).unwrap();
    assert_eq!(run.run().code(0).json()["sent"], 5);
    assert_eq!(numbers(&emulator), (0..3_005).collect::<Vec<_>>());

    let again = run.then(["segment:import", "e.jsonl", "--again", "--force", "--json"]);
    let again = again.and(["--rate", "off"]).run().code(0).json();
    assert_eq!(again["sent"], 3005);
    assert_ne!(again["import"], first["import"]);
}

#[test]
fn an_import_that_failed_goes_on_where_it_was() {
    // One batch meets a wall; those before it in its lane, and those of other lanes, are settled.
    let emulator = failing(&["POST /v1/batch=status:401,holding:\"n\":20000},next:1"]);
    let run = import(&emulator, &["e.jsonl"]).file("e.jsonl", lines(24_000));
    let first = run.run().code(3).json();
    let (sent, success) = (first["total_sent"].as_u64().unwrap(), &first["success"]);
    assert_eq!(success, &json!(false));
    assert_eq!(first["complete"], false);
    assert!((1..24_000).contains(&sent), "{first:#}");
    let settled = emulator.events().len() as u64;
    assert!(settled >= sent);
    let last = run.run().code(0).json();
    assert_eq!((&last["resumed"], &last["complete"]), (&json!(true), &json!(true)));
    assert_eq!(last["total_sent"], 24_000, "{last:#}");
    let mut arrived = numbers(&emulator);
    // A batch that was taken while another one failed may come twice, under the same ids.
    let mut ids: Vec<String> =
        messages(&emulator).iter().map(|event| event["messageId"].to_string()).collect();
    ids.sort_unstable();
    ids.dedup();
    arrived.dedup();
    assert_eq!(arrived.len(), 24_000);
    assert_eq!(ids.len(), 24_000);
}

#[test]
fn rows_that_are_wrong_are_set_aside_with_their_reasons() {
    let emulator = failing(&[]);
    let text = format!(
        "{}not json\n{}\n[1]\n{}\n{}\n{}",
        lines(2),
        json!({"type": "track", "event": "E"}),
        json!({"type": "track", "event": "E", "userId": "u", "properties": {"n": 2}, "propertis": 1}),
        json!({"type": "nonsense", "userId": "u"}),
        json!({"type": "track", "event": "x".repeat(40_000), "userId": "u"}),
    );
    let run = import(&emulator, &["e.jsonl"]).file("e.jsonl", &text);
    let summary = run.run().code(10).json();
    assert_eq!((&summary["sent"], &summary["refused"]), (&json!(2), &json!(6)));
    assert_eq!(summary["refused_by_code"]["no_user_anon_id"], 1);
    let side = std::fs::read_to_string(run.home().join("e.jsonl.refused.jsonl")).unwrap();
    let side: Vec<Value> = side.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let found: Vec<(u64, &str)> = side
        .iter()
        .map(|row| (row["line"].as_u64().unwrap(), row["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            (3, "invalid_json"),
            (4, "no_user_anon_id"),
            (5, "event_not_object"),
            (6, "unknown_parameter"),
            (7, "type_unknown"),
            (8, "message_too_large")
        ]
    );
    assert_eq!(side[0]["row"], "not json");
    assert_eq!(numbers(&emulator), [0, 1]);
    // Nothing is set aside twice.
    run.run().code(10);
    let again = std::fs::read_to_string(run.home().join("e.jsonl.refused.jsonl")).unwrap();
    assert_eq!(again.lines().count(), 6);
}

#[test]
fn what_the_service_refuses_is_found_and_set_aside_alone() {
    let emulator = failing(&["POST /v1/batch=status:400,holding:\"n\":1234}"]);
    let run = import(&emulator, &["e.jsonl"]).file("e.jsonl", lines(4_000));
    let summary = run.run().code(10).json();
    assert_eq!((&summary["sent"], &summary["refused"]), (&json!(3999), &json!(1)), "{summary:#}");
    let side = std::fs::read_to_string(run.home().join("e.jsonl.refused.jsonl")).unwrap();
    let row: Value = serde_json::from_str(side.trim()).unwrap();
    assert_eq!((&row["line"], &row["row"]["properties"]["n"]), (&json!(1235), &json!(1234)));
    assert_eq!(numbers(&emulator).len(), 3_999);
}

#[test]
fn columns_become_events() {
    let emulator = failing(&[]);
    let table = "\u{feff}customer,created,amount,zip,note,secret\r\n\
                 007,2026-01-31,19.90,01234,\"two\r\nlines\",x\r\n\
                 user-2,1767225600,5,1,,x\r\n";
    let mapping = "type = \"track\"\n[set]\nevent = \"Order Completed\"\n\"context.ip\" = \"0.0.0.0\"\n\
                   [columns]\ncustomer = \"userId\"\nsecret = false\n\
                   amount = { to = \"properties.revenue\", as = \"number\" }\n";
    let summary =
        import(&emulator, &["o.csv", "--mapping", "m.toml", "--map", "created=timestamp"])
            .file("o.csv", table)
            .file("m.toml", mapping)
            .run()
            .code(0)
            .json();
    assert_eq!(summary["sent"], 2);
    let mut events = messages(&emulator);
    events.sort_by_key(|event| event["userId"].to_string());
    let first = &events[0];
    assert_eq!(first["userId"], "007");
    assert_eq!(first["timestamp"], "2026-01-31T00:00:00.000Z");
    assert_eq!(first["event"], "Order Completed");
    assert_eq!(first["context"]["ip"], "0.0.0.0");
    assert_eq!(
        first["properties"].to_string(),
        json!({"revenue": 19.90, "zip": "01234", "note": "two\r\nlines"})
            .to_string()
            .replace("19.9,", "19.90,")
    );
    assert_eq!(events[1]["properties"].to_string(), r#"{"revenue":5,"zip":1}"#);
}

#[test]
fn columns_that_are_named_like_fields_need_no_mapping() {
    let emulator = failing(&[]);
    let table = "type\tuser_id\tevent\ttraits.email\tcontext.ip\tplan\n\
                 identify\tu-1\t\ta@example.com\t1.2.3.4\tpro\n\
                 track\tu-2\tE\t\t\tpro\n";
    import(&emulator, &["o.tsv"]).file("o.tsv", table).run().code(0);
    let mut events = messages(&emulator);
    events.sort_by_key(|event| event["userId"].to_string());
    assert_eq!(events[0]["traits"], json!({"email": "a@example.com", "plan": "pro"}));
    assert_eq!(events[0]["context"]["ip"], "1.2.3.4");
    assert_eq!(events[1]["properties"], json!({"plan": "pro"}));
}

#[test]
fn a_quick_look_and_the_rules_come_to_the_same() {
    let odd = [
        json!({"type": "track", "event": "E", "userId": "u", "timestamp": "2026-01-01T00:00:00Z"}),
        json!({"type": "track", "event": "E", "userId": "u", "timestamp": "2026-02-30T00:00:00Z"}),
        json!({"type": "track", "event": "", "userId": "u"}),
        json!({"type": "track", "event": "E", "userId": 7}),
        json!({"type": "track", "event": "E", "anonymousId": "a", "messageId": "m-1"}),
        json!({"type": "track", "event": "E", "userId": "u", "messageId": "m".repeat(101)}),
        json!({"type": "track", "event": "E", "userId": "u", "context": {"device": {"advertisingId": 1}}}),
        json!({"type": "track", "event": "E", "userId": "u", "integrations": {"All": false}}),
        json!({"type": "identify", "userId": "u", "traits": {"email": "x"}}),
        json!({"type": "identify", "userId": "u", "traits": "x"}),
        json!({"type": "group", "userId": "u", "groupId": "g"}),
        json!({"type": "group", "userId": "u", "groupId": ""}),
        json!({"type": "group", "userId": "u", "groupId": "g".repeat(501)}),
        json!({"type": "alias", "userId": "u", "previousId": "p"}),
        json!({"type": "page", "userId": "u", "name": 3}),
        json!({"type": "screen", "userId": "u", "name": "n"}),
        json!({"type": "track_event", "event": "E", "user_id": "u"}),
    ];
    let text: String = odd.iter().map(|row| row.to_string() + "\n").collect();
    // With a mapping that maps nothing every row is judged by the rules.
    let [quick, ruled] = [&["--again"][..], &["--rest", "drop"]].map(|flags| {
        let emulator = failing(&[]);
        let run = import(&emulator, &["e.jsonl"]).and(flags.iter().copied());
        let summary = run.file("e.jsonl", &text).run().json();
        let mut events = messages(&emulator);
        for event in &mut events {
            let event = event.as_object_mut().unwrap();
            event.remove("context");
            event.remove("sentAt");
            event.sort_keys();
            if !event["messageId"].as_str().unwrap().starts_with('m') {
                event.remove("messageId");
            }
            if event["timestamp"].as_str().is_some_and(|time| !time.starts_with("2026-01-01")) {
                event.remove("timestamp");
            }
        }
        events.sort_by_key(Value::to_string);
        (summary["sent"].clone(), summary["refused_by_code"].clone(), events)
    });
    assert_eq!(quick, ruled);
    assert!(quick.0.as_u64().unwrap() >= 8, "{quick:#?}");
}

#[test]
fn a_check_sends_nothing_and_remembers_nothing() {
    let emulator = failing(&[]);
    let run = import(&emulator, &["e.jsonl"]).file("e.jsonl", lines(10) + "x\n");
    let checked = run.command().arg("--dry-run").output().unwrap();
    let summary: Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!((&summary["sent"], &summary["refused"]), (&json!(10), &json!(1)));
    assert_eq!(summary["refusals"][0]["line"], 11);
    assert!(emulator.events().is_empty());
    assert!(!run.home().join("e.jsonl.refused.jsonl").exists());
    assert_eq!(run.run().json()["sent"], 10);
}

#[test]
fn standard_input_is_read_as_it_comes() {
    let emulator = failing(&[]);
    let run = import(&emulator, &["-", "--format", "jsonl"]).stdin(lines(50));
    assert_eq!(run.run().code(0).json()["sent"], 50);
    assert_eq!(numbers(&emulator).len(), 50);
}

#[test]
fn packed_files_are_unpacked() {
    use std::io::Write as _;
    let emulator = failing(&[]);
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(lines(50).as_bytes()).unwrap();
    let run = import(&emulator, &["e.jsonl.gz"]).file("e.jsonl.gz", packer.finish().unwrap());
    assert_eq!(run.run().code(0).json()["sent"], 50);
    assert_eq!(numbers(&emulator).len(), 50);
}

#[test]
fn one_file_is_imported_by_one_process_at_a_time() {
    let emulator = failing(&[]);
    let run = import(&emulator, &["e.jsonl"]).file("e.jsonl", lines(5));
    run.run().code(0);
    let folder = run.home().join("imports");
    let locks: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|_| panic!("{}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    let held = std::fs::File::options().write(true).open(&locks[0]).unwrap();
    held.lock().unwrap();
    let second = run.run().code(6).json();
    assert_eq!(second["error_detail"]["code"], "import_running");
}

#[test]
fn a_file_or_mapping_that_changed_is_a_conflict() {
    let emulator = failing(&["POST /v1/batch=status:401,holding:\"n\":8000}"]);
    let run = import(&emulator, &["e.jsonl"]).file("e.jsonl", lines(9_000));
    run.run().code(3);
    let other = run.command().args(["--type", "track"]).output().unwrap();
    assert_eq!(other.status.code(), Some(6));
    std::fs::write(run.home().join("e.jsonl"), lines(9_000).replace("u-1", "v-1")).unwrap();
    assert_eq!(run.run().code(6).json()["error_detail"]["code"], "import_changed");
}

#[test]
fn what_cannot_be_remembered_is_not_begun() {
    let emulator = failing(&[]);
    let run = import(&emulator, &["e.jsonl"]).file("e.jsonl", lines(5)).file("imports", "a file");
    let fault = run.run().json();
    assert_eq!(fault["success"], false, "{fault:#}");
    assert!(emulator.events().is_empty());
}

#[test]
fn policy_is_asked_before_anything_is_read() {
    let emulator = failing(&[]);
    let run = kosmo(["segment:import", "e.jsonl", "--json"])
        .file("e.jsonl", lines(5))
        .env("SEGMENT_URL", emulator.url())
        .env("SEGMENT_WRITE_KEY", WRITE_KEY);
    assert_eq!(run.run().code(4).json()["error_detail"]["code"], "policy_denied");
    assert!(emulator.events().is_empty());
}

#[test]
fn what_is_wrong_with_the_wish_is_said_at_once() {
    for (args, code, says) in [
        (&["none.jsonl"][..], 5, "none.jsonl"),
        (&["."], 2, "folder"),
        (&["e.bin"], 2, "--format"),
        (&["e.csv", "--map", "nmae=userId"], 2, "`name`"),
        (&["e.csv", "--map", "name=userId:date"], 2, "time"),
        (&["e.csv", "--map", "name"], 2, "--map"),
        (&["e.csv", "--set", "a:={"], 2, "JSON"),
        (&["e.csv", "--mapping", "m.toml"], 2, "line 2"),
        (&["e.csv", "--rate", "fast"], 2, "1000"),
        (&["e.csv", "--total-rate", "0"], 2, "1000"),
    ] {
        let ran = kosmo(["segment:import"])
            .and(args.iter().copied())
            .and(["--emulator"])
            .file("e.bin", "")
            .file("e.csv", "name\n")
            .file("m.toml", "type = \"track\"\ncolums = 1\n")
            .run()
            .code(code);
        assert!(ran.stderr.contains(says), "{args:?}: {}", ran.stderr);
        assert!(ran.stdout.is_empty(), "{args:?}");
    }
}
