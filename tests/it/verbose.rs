//! Tests of what is told on the way: requests with `-v`, headers and bodies with `-vv`, the inside with
//! `-vvv` and `KOSMO_LOG`; never a secret, and never a word on standard output.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::sync::Arc;

use kosmo::catalogue::Catalogue;
use kosmo::emulator::{Emulator, Setup};
use rexpect::session::spawn_command;

use super::support::{CANARY, Kosmo, Ran, kosmo};

fn stand_in() -> Emulator {
    Emulator::start(Arc::new(Catalogue::new(Vec::new())), Setup::default()).unwrap()
}

/// A source is made, whose answer holds a new write key.
fn create(emulator: &Emulator, more: &[&str]) -> Kosmo {
    let body = r#"{"slug": "made", "enabled": true, "metadataId": "IqDTy1TpoU", "settings": {"apiKey": "hush-123"}}"#;
    kosmo(["integrations:segment", "create_source", body, "--force"])
        .and(more.iter().copied())
        .env("SEGMENT_API_TOKEN", "emulator-api-token")
        .env("SEGMENT_API_URL", emulator.url())
}

fn run(more: &[&str]) -> Ran {
    create(&stand_in(), more).run()
}

#[test]
fn a_line_tells_of_each_request() {
    let told = run(&["-v", "--json"]);
    let lines: Vec<&str> = told.stderr.lines().collect();
    let request = lines.iter().find(|line| line.starts_with("POST http://127.0.0.1:")).unwrap();
    assert!(request.contains("/sources 20") && request.ends_with(" ms"), "{told:#?}");
    assert!(lines.iter().any(|line| line.contains(", run 0")), "{told:#?}");
    assert!(!told.stderr.contains("Authorization"), "{told:#?}");
    assert_eq!(run(&[]).stderr.find("POST"), None);
}

#[test]
fn headers_and_bodies_come_without_their_secrets() {
    let told = run(&["-vv", "--json"]).stderr;
    for words in
        ["> Authorization: Bearer [redacted]", "> Content-Type: ", "\n< 20", "\n> {", "\n< {"]
    {
        assert!(told.contains(words), "{words:?} in {told}");
    }
    assert!(!told.contains("emulator-api-token") && !told.contains("hush-123"), "{told}");
    assert!(told.contains(r#""writeKeys":["[redacted]"]"#), "{told}");
}

#[test]
fn the_inside_is_told_on_demand() {
    let inside = run(&["-vvv", "--json"]);
    assert!(inside.stderr.contains("DEBUG kosmo::engine: calling"), "{inside:#?}");
    inside.json();
    let asked = create(&stand_in(), &["--json"]).env("KOSMO_LOG", "debug").run();
    assert!(asked.stderr.contains("DEBUG kosmo::engine: policy"), "{asked:#?}");
    let wrong = create(&stand_in(), &[]).env("KOSMO_LOG", "kosmo=loud").run().code(2);
    assert!(wrong.stderr.contains("KOSMO_LOG"), "{wrong:#?}");
}

#[test]
fn a_secret_in_a_url_or_a_header_of_ones_own_is_masked_too() {
    let words = ["request", "segment", &format!("/sources?x={CANARY}"), "--force", "-vvv"];
    let told = kosmo(words)
        .and(["--header", "X-Api-Key: other-secret"])
        .env("SEGMENT_API_TOKEN", CANARY)
        .env("SEGMENT_API_URL", stand_in().url())
        .run();
    assert!(told.stderr.contains("GET http"), "{told:#?}");
    assert!(!told.stderr.contains(CANARY) && !told.stderr.contains("other-secret"), "{told:#?}");
}

#[test]
fn long_text_goes_to_the_pager_of_a_terminal_only() {
    let docs = || kosmo(["integrations:docs", "segment"]).env("TERM", "xterm").env("LINES", "20");
    let paged = docs().env("KOSMO_PAGER", "sed 's/^/| /' | head -3");
    let said = spawn_command(paged.command(), Some(20_000)).unwrap().exp_eof().unwrap();
    assert!(said.starts_with("| #") && said.lines().count() < 6, "{said}");
    assert!(!paged.run().code(0).stdout.contains("| #"), "a pipe is no terminal");
    for whole in [
        paged.and(["--no-pager"]),
        docs().env("PAGER", "cat"),
        docs().env("PAGER", "no-such-pager"),
        docs().env("LINES", "10000").env("PAGER", "true"),
        docs().env("CI", "1").env("PAGER", "true"),
    ] {
        let said = spawn_command(whole.command(), Some(20_000)).unwrap().exp_eof().unwrap();
        assert!(said.contains("# Segment") && said.lines().count() > 60, "{said}");
    }
}
