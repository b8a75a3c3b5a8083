//! Tests of call: every way to write one, and the envelope that is the same whatever happens.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::{Ran, kosmo};

/// The body that a dry run of `track_event` would send, without what is made up for each event.
fn body(ran: &Ran) -> Value {
    let mut body = ran.json()["data"]["body"].clone();
    let map = body.as_object_mut().unwrap();
    for made_up in ["messageId", "timestamp", "sentAt", "context", "writeKey"] {
        map.remove(made_up);
    }
    body
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

const PAYLOAD: &str = r#"{"userId":"007","event":"Sign Up","properties":{"plan":"pro"}}"#;

/// Every one of them means the same.
const WAYS: &[&[&str]] = &[
    &["integrations:call", "segment.track_event", PAYLOAD],
    &["integrations:call", "app.integrations.segment.track", PAYLOAD],
    &["integrations:call", "segment_track", "@payload.json"],
    &["integrations:call", "segment.track_event", "-"],
    &["integrations:call", "segment.track_event"],
    &["integrations", "call", "segment.track_event", PAYLOAD],
    &["integrations:segment", "track_event", PAYLOAD],
    &["integrations", "segment", "track", PAYLOAD],
    &["--json", "integrations:segment", "track", PAYLOAD],
    &["integrations:segment", "--dry-run", "track", PAYLOAD],
    &["integrations:segment", "track", "--", PAYLOAD],
    &[
        "integrations:segment",
        "track",
        "--userId=007",
        "--event=Sign Up",
        "--properties",
        r#"{"plan":"pro"}"#,
    ],
    &[
        "integrations:segment",
        "track",
        "--user-id",
        "007",
        "--event",
        "Sign Up",
        "--properties.plan=pro",
    ],
    &[
        "integrations:segment",
        "track",
        "--USER_ID=007",
        "--event=Sign Up",
        "--properties.plan:=\"pro\"",
    ],
    &["integrations:segment", "track", PAYLOAD, "--userId=007"],
    &[
        "integrations:segment",
        "track",
        r#"{"user_id":"x","event":"Sign Up"}"#,
        "--userId=007",
        "--properties.plan=pro",
    ],
    &[
        "integrations:segment",
        "track",
        "--arg",
        "userId=007",
        "--arg=event=Sign Up",
        "--arg",
        "properties.plan=pro",
    ],
];

#[test]
fn every_way_of_writing_a_call_makes_the_same_request() {
    let want = json!({"userId": "007", "event": "Sign Up", "properties": {"plan": "pro"}});
    for line in WAYS {
        let mut line = line.to_vec();
        let dashes = line.iter().position(|word| *word == "--").unwrap_or(line.len());
        line.splice(dashes..dashes, ["--json", "--dry-run", "--emulator"]);
        let ran = kosmo(line.clone()).file("payload.json", PAYLOAD).stdin(PAYLOAD).run();
        assert_eq!(ran.code, 0, "{line:?} {ran:#?}");
        assert_eq!(body(&ran), want, "{line:?}");
    }
}

#[test]
fn success_and_failure_have_one_envelope() {
    let documented = ["function", "success", "data", "error", "meta", "duration_ms"];
    let meta = [
        "dry_run",
        "operation",
        "permission_bypassed",
        "account",
        "run_id",
        "attempts",
        "backend",
        "waited_ms",
        "effect",
        "next_cursor",
    ];
    let good = kosmo(["integrations:segment", "list_sources", "--slug=my-workspace"])
        .env("KOSMO_EMULATOR", "1")
        .and(["--json"])
        .run()
        .code(0)
        .json();
    assert_eq!(keys(&good), documented);
    assert_eq!(keys(&good["meta"]), meta);
    assert_eq!(good["function"], "segment.list_sources");
    assert_eq!(good["meta"]["operation"], "read");
    assert_eq!(good["meta"]["backend"], "public");
    assert!(good["meta"]["attempts"].as_u64().unwrap() >= 1);
    assert!(good["meta"]["run_id"].is_string() && good["duration_ms"].is_f64());
    let with_detail =
        ["function", "success", "data", "error", "error_detail", "meta", "duration_ms"];
    let failures: &[(&[&str], i32, &str)] = &[
        (&["segment.trak_event"], 5, "unknown_function"),
        (&["nobody.track"], 5, "unknown_function"),
        (&["segment.track", "--evnt=x"], 2, "unknown_parameter"),
        (&["segment.track", "{\"event\" 1}"], 2, "invalid_json"),
        (&["segment.track", "@nowhere.json"], 2, "file_not_found"),
        (&["segment.track", "--userId=u", "--event="], 12, "event_not_defined"),
        (&["segment.get_source", "--slug=my-workspace", "--id=nope"], 5, "not_found"),
        (
            &["segment.get_source", "--slug=my-workspace", "--id=a", "--account=nobody"],
            5,
            "unknown_account",
        ),
    ];
    for (words, code, named) in failures {
        let line = [&["integrations:call", "--json", "--emulator"], *words].concat();
        let ran = kosmo(line.clone()).run();
        assert_eq!(ran.code, *code, "{line:?} {ran:#?}");
        let bad = ran.json();
        assert_eq!(keys(&bad), with_detail, "{line:?}");
        assert_eq!(keys(&bad["meta"]), meta, "{line:?}");
        assert_eq!(bad["success"], false);
        assert_eq!(bad["data"], Value::Null);
        assert_eq!(bad["error"], bad["error_detail"]["message"]);
        assert!(
            bad["error_detail"]["code"].as_str().unwrap().ends_with(named),
            "{line:?}: {}",
            bad["error_detail"]["code"]
        );
    }
}

#[test]
fn without_json_data_goes_to_stdout_and_errors_to_stderr() {
    let good =
        kosmo(["integrations:segment", "get_workspace", "--slug=my-workspace", "--emulator"]);
    let good = good.run().code(0);
    assert_eq!(good.json()["slug"], "my-workspace");
    assert_eq!(good.stderr, "");
    let bad = kosmo(["integrations:segment", "trak_event"]).run().code(5);
    assert_eq!(bad.stdout, "");
    assert!(
        bad.stderr.starts_with("error: Unknown integration function: segment.trak_event\nhint: ")
    );
    assert!(bad.stderr.contains("segment.track_event"));
}

#[test]
fn policy_refuses_a_write_unless_it_is_forced() {
    let line = ["integrations:segment", "track", "--userId=u", "--event=x", "--json"];
    let account =
        kosmo(line).env("SEGMENT_WRITE_KEY", "k").env("SEGMENT_URL", "http://127.0.0.1:9");
    let refused = account.run().code(4).json();
    assert_eq!(refused["error_detail"]["code"], "policy_denied");
    assert!(refused["error_detail"]["hint"].as_str().unwrap().contains("--force"));
    let forced = account.and(["--force", "--timeout=2s"]).run();
    assert_ne!(forced.code, 4, "{forced:#?}");
    assert_eq!(forced.json()["meta"]["permission_bypassed"], true);
}

#[test]
fn an_open_silent_stdin_never_hangs_a_call() {
    for (words, code) in [
        (["list_sources", "--slug=my-workspace"], 0),
        (["list_users", "--json"], 0),
        (["track_event", "--json"], 12),
    ] {
        let line = [&["integrations:segment", "--emulator"], &words[..]].concat();
        let began = Instant::now();
        let home = kosmo(line.clone());
        let mut child = home
            .command()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Held open until the program has ended.
        let silent = child.stdin.take();
        let status = child.wait().unwrap();
        drop(silent);
        assert_eq!(status.code(), Some(code), "{line:?}");
        assert!(began.elapsed() < Duration::from_secs(20), "{line:?}");
    }
}

#[test]
fn help_of_a_function_lists_its_parameters() {
    let help = kosmo(["integrations:segment", "track_event", "--help"]).run().code(0).stdout;
    for expected in ["segment.track_event", "--userId", "--event", "required", "--dry-run"] {
        assert!(help.contains(expected), "{expected} is missing from\n{help}");
    }
}
