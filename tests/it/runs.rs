//! Past runs: every call can be looked up by its id, found by what it was, seen as it went over the
//! wire, and none of that shows a secret.

use serde_json::Value;

use super::support::{CANARY, Kosmo, Ran, kosmo};

const ACCOUNT: &str =
    "[integrations.segment.accounts.default]\nwrite_key = \"env:KEY\"\napi_token = \"env:KEY\"\n";

/// The emulator with an account whose credential is the canary.
fn at_home(args: &[&str]) -> Kosmo {
    kosmo(args.iter().copied())
        .env("KOSMO_EMULATOR", "1")
        .env("KEY", CANARY)
        .file("config.toml", ACCOUNT)
}

fn again(kosmo: Kosmo, args: &[&str]) -> (Kosmo, Ran) {
    let kosmo = kosmo.then(args.iter().copied());
    let ran = kosmo.run();
    assert!(!format!("{ran:?}").contains(CANARY), "{ran:?}");
    (kosmo, ran)
}

const TRACK: &[&str] = &[
    "integrations:segment",
    "track",
    "--userId=u1",
    "--event=Paid",
    "--json",
    "--meta=job=nightly",
];

fn id(ran: &Ran) -> String {
    ran.json()["meta"]["run_id"].as_str().unwrap().to_owned()
}

#[test]
fn what_was_said_and_answered_is_remembered_without_secrets() {
    let kosmo = at_home(TRACK);
    let run = id(&kosmo.run().code(0));
    let (kosmo, shown) = again(kosmo, &["runs", "show", &run, "--details", "--json"]);
    let shown = shown.code(0).json()["run"].clone();
    assert_eq!(shown["meta"]["job"], "nightly");
    assert_eq!(shown["details"]["input"]["event"], "Paid");
    let exchange = &shown["details"]["exchanges"][0];
    assert_eq!(exchange["request"]["method"], "POST");
    assert!(exchange["request"]["url"].as_str().unwrap().ends_with("/v1/track"), "{exchange}");
    assert_eq!(exchange["request"]["body"]["event"], "Paid");
    assert_eq!(exchange["request"]["body"]["writeKey"], "[redacted]");
    assert_eq!(exchange["request"]["headers"]["Authorization"], "Basic [redacted]");
    assert_eq!(exchange["response"]["status"], 200);
    assert_eq!(exchange["response"]["body"]["success"], true);
    let (kosmo, log) = again(kosmo, &["action-run-log", "get", &run, "--details", "--json"]);
    let log = log.code(0).json();
    assert_eq!(log["status"], "success");
    assert_eq!(log["action"]["id"], "segment.track_event");
    assert_eq!(log["connection"]["key"], "default");
    assert_eq!(log["input"]["userId"], "u1");
    assert_eq!(log["output"]["success"], true);
    assert_eq!(log["details"]["request"]["method"], "POST");
    let (kosmo, log) = again(kosmo, &["action-run-log", "get", &run, "--json"]);
    assert!(log.json().get("details").is_none());
    let database = std::fs::read(kosmo.home().join("data/kosmo.db"))
        .or_else(|_| std::fs::read(kosmo.home().join("kosmo.db")));
    let database = database.unwrap();
    assert!(!database.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()));
}

#[test]
fn a_secret_of_the_answer_is_hidden_too() {
    let kosmo = at_home(&[
        "integrations:segment",
        "get_source",
        "--slug=my-workspace",
        "--id=abc123",
        "--json",
    ]);
    let ran = kosmo.run().code(0);
    let keys = ran.json()["data"].to_string();
    assert!(keys.contains("writeKeys"), "the answer has a secret to hide: {keys}");
    let run = id(&ran);
    let (_, shown) = again(kosmo, &["runs", "show", &run, "--details", "--json"]);
    let shown = shown.json().to_string();
    assert!(shown.contains(r#""writeKeys":["[redacted]"]"#), "{shown}");
}

#[test]
fn a_run_becomes_a_curl_command_again() {
    let kosmo = at_home(TRACK);
    let run = id(&kosmo.run());
    let (kosmo, curl) = again(kosmo, &["runs", "show", &run, "--curl"]);
    let line = curl.code(0).stdout;
    assert!(line.starts_with("curl --request POST "), "{line}");
    assert!(line.contains("--user \"$") && line.contains("\"event\":\"Paid\""), "{line}");
    assert!(line.contains("\"writeKey\":\"'\"$"), "the shell puts the key in: {line}");
    let (_, none) = again(kosmo, &["runs", "show", "nothing", "--curl"]);
    none.code(5);
}

#[test]
fn runs_are_found_by_what_they_were() {
    let kosmo = at_home(TRACK);
    kosmo.run().code(0);
    let (kosmo, failed) = again(
        kosmo,
        &["integrations:segment", "get_source", "--slug=my-workspace", "--id=nope", "--json"],
    );
    let failed = failed.code(5);
    let list = |kosmo: Kosmo, filter: &[&str]| {
        let args = [&["runs", "list", "--json"], filter].concat();
        let (kosmo, ran) = again(kosmo, &args);
        let runs = ran.code(0).json()["runs"].as_array().unwrap().clone();
        (kosmo, runs)
    };
    let cases: [(&[&str], usize); 15] = [
        (&[], 2),
        (&["--failed"], 1),
        (&["--status", "ok"], 1),
        (&["--status", "error"], 1),
        (&["--status", "not_found"], 1),
        (&["--status", "timeout"], 0),
        (&["--function", "page.track"], 9),
        (&["--function", "track"], 1),
        (&["--account", "default"], 2),
        (&["--account", "other"], 0),
        (&["--since", "1h"], 2),
        (&["--since", "2h", "--until", "1h"], 0),
        (&["--until", "2020-01-01"], 0),
        (&["--meta", "job=nightly"], 1),
        (&["--meta", "job=weekly"], 0),
    ];
    let mut kosmo = kosmo;
    for (filter, count) in cases {
        if count == 9 {
            // No such function is no empty list.
            let args = [&["runs", "list"], filter].concat();
            let (back, ran) = again(kosmo, &args);
            ran.code(5);
            kosmo = back;
            continue;
        }
        let (back, runs) = list(kosmo, filter);
        kosmo = back;
        assert_eq!(runs.len(), count, "{filter:?}: {runs:?}");
    }
    let (_, runs) = list(kosmo, &["--failed"]);
    assert_eq!(runs[0]["id"].as_str().unwrap(), id(&failed));
}

#[test]
fn runs_are_exported_for_other_programs() {
    let kosmo = at_home(TRACK);
    kosmo.run().code(0);
    let (kosmo, _) = again(kosmo, TRACK);
    let (kosmo, lines) = again(kosmo, &["runs", "export"]);
    let lines: Vec<Value> =
        lines.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0]["at"].as_str() <= lines[1]["at"].as_str(), "the oldest first");
    let (kosmo, table) = again(kosmo, &["runs", "export", "--csv", "--since", "1h"]);
    let rows: Vec<&str> = table.stdout.lines().collect();
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(rows[0].starts_with("id,parent,at,function,account"), "{}", rows[0]);
    let (_, with) = again(kosmo, &["runs", "export", "--details", "--json", "--limit", "1"]);
    assert_eq!(with.json()["runs"][0]["details"]["input"]["event"], "Paid");
}

#[test]
fn what_is_kept_is_the_users_choice() {
    let kosmo = at_home(TRACK).env("KOSMO_JOURNAL_BODY_BYTES", "0");
    let run = id(&kosmo.run());
    let (_, shown) = again(kosmo, &["runs", "show", &run, "--details", "--json"]);
    let details = shown.json()["run"]["details"].clone();
    assert_eq!(details["exchanges"][0]["request"]["body"], "[not kept]");
    assert_eq!(details["exchanges"][0]["response"]["status"], 200);
    assert_eq!(details["input"], "[not kept]");

    let kosmo = at_home(TRACK).env("KOSMO_JOURNAL_DETAILS", "false");
    let run = id(&kosmo.run());
    let (kosmo, shown) = again(kosmo, &["runs", "show", &run, "--details", "--json"]);
    assert_eq!(shown.json()["run"]["details"], Value::Null);
    let (_, curl) = again(kosmo, &["runs", "show", &run, "--curl"]);
    curl.code(5);

    let kosmo = at_home(TRACK).env("KOSMO_JOURNAL_BODY_BYTES", "20");
    let run = id(&kosmo.run());
    let (kosmo, shown) = again(kosmo, &["runs", "show", &run, "--details", "--json"]);
    let body = shown.json()["run"]["details"]["exchanges"][0]["request"]["body"].clone();
    assert!(body.as_str().unwrap().contains("bytes in all]"), "{body}");
    let (_, curl) = again(kosmo, &["runs", "show", &run, "--curl"]);
    assert!(curl.stdout.starts_with("# not all of the body"), "{}", curl.stdout);
}

/// Calls that fail in every way a call can, and where the run's id stands in the answer.
const FAILURES: &[(&[&str], i32, &str)] = &[
    (&["integrations:segment", "track", "--event=x"], 12, "/meta/run_id"),
    (&["integrations:segment", "track", "--event=x", "--nonsense=1"], 2, "/meta/run_id"),
    (&["integrations:call", "segment.track", "{broken"], 2, "/meta/run_id"),
    (&["integrations:call", "segment.nothing_like_it", "{}"], 5, "/meta/run_id"),
    (
        &["integrations:segment", "get_source", "--slug=my-workspace", "--id=nope"],
        5,
        "/meta/run_id",
    ),
    (&["integrations:segment", "list_sources", "--account=nobody"], 5, "/meta/run_id"),
    (&["request", "default", "/sources/nope"], 5, "/meta/run_id"),
    (&["request", "default", "/sources", "-X", "BREW"], 2, "/meta/run_id"),
    (&["request", "default", "/sources", "--query", "broken"], 2, "/meta/run_id"),
    (
        &[
            "integrations:lua",
            "-e",
            "app.integrations.segment.get_source{slug='my-workspace', id='nope'}",
        ],
        5,
        "/error_detail/run_id",
    ),
    (
        &["integrations:lua", "-e", "app.integrations.segment.track({event=print})"],
        2,
        "/error_detail/run_id",
    ),
    (
        &["integrations:lua", "-e", "app.integrations.segment.track({event='x'}, {})"],
        2,
        "/error_detail/run_id",
    ),
];

#[test]
fn every_failure_of_every_face_has_a_run_that_can_be_looked_up() {
    for (args, code, place) in FAILURES {
        let kosmo = at_home(args).and(["--json"]);
        let ran = kosmo.run();
        let answer = ran.json();
        let run = answer.pointer(place).and_then(Value::as_str);
        let run = run.unwrap_or_else(|| panic!("no run id at {place}: {answer}")).to_owned();
        assert!(ran.code != 0, "{args:?}");
        assert!(ran.code == *code || args[0] == "integrations:lua", "{args:?}: {ran:?}");
        let (_, shown) = again(kosmo, &["runs", "show", &run, "--json"]);
        let shown = shown.code(0).json();
        assert_ne!(shown["run"]["status"], "ok", "{args:?}: {shown}");
        assert_eq!(shown["run"]["id"].as_str(), Some(&*run));
    }
}

#[test]
fn a_script_knows_the_runs_it_made() {
    let code = "local s = app.integrations.segment s.track{userId='u', event='a'} s.track{userId='u', event='b'}";
    let kosmo = at_home(&["integrations:lua", "--json", "-e", code]);
    let script = kosmo.run().code(0).json()["meta"]["run_id"].as_str().unwrap().to_owned();
    let (kosmo, listed) = again(kosmo, &["runs", "list", "--script", &script, "--json"]);
    assert_eq!(listed.json()["runs"].as_array().unwrap().len(), 2);
    let (_, shown) = again(kosmo, &["runs", "show", &script, "--details", "--json"]);
    let events: Vec<Value> = shown.json()["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["details"]["input"]["event"].clone())
        .collect();
    assert_eq!(events, ["a", "b"], "in the order of the script");
}
