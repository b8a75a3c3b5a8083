//! Segment's own libraries talk to the emulator unchanged. They are installed from their registries
//! into `target/peers`; where that cannot be done the test says why and passes, unless
//! `KOSMO_TEST_REQUIRE_PEERS=1` is set, in which case it fails.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails as the test does")]

use std::path::{Path, PathBuf};
use std::process::Command;

use kosmo::emulator::Emulator;
use kosmo::engine::Options;
use serde_json::{Value, json};

use crate::emulator::{API_TOKEN, WRITE_KEY, failing};
use crate::engine::{Stage, stage};
use crate::peer_library::{self, fixture, run};

const PUBLIC: &str = "@segment/public-api-sdk-typescript@47.0.0-b8398";
const OLDER: &str = "older-client@npm:@segment/public-api-sdk-typescript@38.1.0-b7944";

/// A skipped test must not look like one that passed where the libraries are known to be at hand.
#[expect(clippy::disallowed_methods, reason = "the switch is for tests and no setting")]
#[expect(clippy::print_stderr, reason = "says why nothing was tested")]
pub fn skip_or_fail(why: &str) {
    let wanted = std::env::var_os("KOSMO_TEST_REQUIRE_PEERS").is_some_and(|set| set == "1");
    assert!(!wanted, "{why}");
    eprintln!("skipped: {why}");
}

/// What was installed, or a word on why the test is skipped.
fn have(installed: Result<PathBuf, String>) -> Option<PathBuf> {
    installed.inspect_err(|why| skip_or_fail(why)).ok()
}

/// Sends with the Node library, whose modules are looked for beside the script.
fn send_with_node(folder: &Path, emulator: &Emulator) {
    std::fs::copy(fixture("node.mjs"), folder.join("node.mjs")).unwrap();
    let mut command = Command::new("node");
    command.current_dir(folder).args(["node.mjs", &emulator.url(), WRITE_KEY]);
    run(&mut command).unwrap_or_else(|why| panic!("{why}"));
}

fn send_with_python(folder: &Path, emulator: &Emulator, extra: &[&str]) {
    let mut command = Command::new(folder.join("venv/bin/python"));
    command.arg(fixture("python.py")).args([&emulator.url(), WRITE_KEY]).args(extra);
    run(&mut command).unwrap_or_else(|why| panic!("{why}"));
}

/// The Public API's own client.
fn client() -> Option<PathBuf> {
    let folder = have(peer_library::npm("public-api", &[PUBLIC, OLDER]))?;
    for script in ["models.mjs", "public-api.mjs", "public-api-bodies.mjs"] {
        std::fs::copy(fixture(script), folder.join(script)).unwrap();
    }
    Some(folder)
}

/// Every row of the Public API with its example, and the request that a dry run of it shows, one
/// JSON document a line.
fn rows(stage: &Stage, file: &Path) {
    let mut lines = String::new();
    for row in stage.runtime.catalogue().operations() {
        if row.route().service != "public" {
            continue;
        }
        let options = Options { dry_run: true, confirm: Some(1), ..Options::default() };
        let example = Value::Object(row.example.clone());
        let request = stage.run(&row.full_name(), example, options).result.unwrap().value;
        let line = json!({
            "name": row.name, "method": row.route().method, "path": row.route().path,
            "stability": row.stability, "example": row.example, "request": request,
        });
        lines += &format!("{line}\n");
    }
    std::fs::write(file, lines).unwrap();
}

/// Runs a script of the client's to its end; the summary it prints.
#[expect(clippy::print_stderr, reason = "says how much was checked, to who wants to see it")]
fn summary(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{why}");
    eprintln!("{said}");
    serde_json::from_str(&said).unwrap()
}

/// What each library was told to send, whatever it adds of its own.
fn check(emulator: &Emulator, user: &str, library: &str) {
    let events = emulator.events();
    let delivered: Vec<&Value> =
        events.iter().filter(|event| event["status"] == "delivered").collect();
    let message = |kind: &str| -> &Value {
        let of: Vec<_> = delivered.iter().filter(|event| event["type"] == kind).collect();
        let [only] = of.as_slice() else { panic!("{kind}: {} times in {events:#?}", of.len()) };
        &only["message"]
    };
    let expected = [
        ("identify", json!({"traits": {"plan": "pro", "seats": 3}})),
        (
            "track",
            json!({"event": "Order Completed", "properties": {"revenue": 99.99, "items": ["a", "b"]}}),
        ),
        ("page", json!({"name": "Pricing", "category": "Docs"})),
        ("screen", json!({"name": "Home", "properties": {"dark": true}})),
        ("group", json!({"groupId": "acme", "traits": {"name": "Acme"}})),
        ("alias", json!({"previousId": "anonymous-1"})),
    ];
    assert_eq!(delivered.len(), expected.len(), "{events:#?}");
    for (kind, fields) in expected {
        let message = message(kind);
        for (key, value) in fields.as_object().unwrap() {
            assert_eq!(message[key], *value, "{kind}: {key}");
        }
        assert_eq!(message["userId"], user, "{kind}");
        assert_eq!(message["context"]["library"]["name"], library, "{kind}");
        let sent: jiff::Timestamp = message["timestamp"].as_str().unwrap().parse().unwrap();
        assert_eq!(sent.to_string(), "2026-01-02T03:04:05.678Z", "{kind}");
    }
    for event in &events {
        assert_eq!(event["source"], "abc123", "{event:#}");
    }
}

#[test]
fn the_node_library_delivers_every_call_once() {
    let Some(folder) = have(peer_library::node()) else { return };
    let emulator = failing(&[]);
    send_with_node(&folder, &emulator);
    check(&emulator, "node-user", "@segment/analytics-node");
    assert_eq!(emulator.events().len(), 6, "nothing came twice");

    // A lost answer makes it send again under the same ids, and they arrive once all the same.
    let shaky = failing(&["POST /v1/batch=drop:after,next:1", "POST /v1/batch=status:503,next:1"]);
    send_with_node(&folder, &shaky);
    check(&shaky, "node-user", "@segment/analytics-node");
    assert!(shaky.events().len() > 6, "the library sent nothing again");
}

#[test]
fn the_python_library_delivers_every_call_once() {
    let Some(folder) = have(peer_library::python()) else { return };
    for extra in [&[][..], &["gzip"]] {
        let emulator = failing(&[]);
        send_with_python(&folder, &emulator, extra);
        check(&emulator, "python-user", "analytics-python");
        assert_eq!(emulator.events().len(), 6, "nothing came twice");
    }
    let shaky = failing(&["POST /v1/batch=drop:after,next:1", "POST /v1/batch=status:503,next:1"]);
    send_with_python(&folder, &shaky, &[]);
    check(&shaky, "python-user", "analytics-python");
    assert!(shaky.events().len() > 6, "the library sent nothing again");
}

#[test]
fn the_public_apis_own_client_finds_every_call_it_has_on_the_emulator() {
    let Some(folder) = client() else { return };
    let stage = stage(&[]);
    rows(&stage, &folder.join("rows.jsonl"));
    let mut command = Command::new("node");
    command.current_dir(&folder).args([
        "public-api.mjs",
        &stage.emulator.url(),
        API_TOKEN,
        "rows.jsonl",
    ]);
    let found = summary(&mut command);
    assert!(found["called"].as_u64().unwrap() > 140, "{found:#}");
}

#[test]
fn the_public_apis_own_models_know_every_body_we_send() {
    let Some(folder) = client() else { return };
    let stage = stage(&[]);
    rows(&stage, &folder.join("bodies.jsonl"));
    let mut command = Command::new("node");
    command.current_dir(&folder).args(["public-api-bodies.mjs", "bodies.jsonl"]);
    let found = summary(&mut command);
    assert!(found["checked"].as_u64().unwrap() > 50, "{found:#}");
}
