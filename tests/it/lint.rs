//! `segment:lint`: whatever a file holds, every event in it is judged and told by its line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use serde_json::{Value, json};

use super::support::{Ran, kosmo};

const GOOD: &str = r#"{"type": "track", "userId": "u", "event": "E"}"#;

fn lint(text: impl Into<Vec<u8>>, more: &[&str]) -> Ran {
    kosmo(["segment:lint", "-"]).and(more.iter().copied()).stdin(text).run()
}

/// `line level code path` of each finding.
fn found(ran: &Ran) -> Vec<String> {
    let lines = ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .map(|one| {
            let word = |key: &str| one[key].as_str().unwrap().to_owned();
            format!("{} {} {} {}", one["line"], word("level"), word("code"), word("path"))
        })
        .collect()
}

#[test]
fn good_events_pass_in_silence() {
    let ran = lint(format!("\u{feff}{GOOD}\r\n\r\n{GOOD}"), &[]).code(0);
    assert_eq!((&*ran.stdout, &*ran.stderr), ("", "2 events: 0 failed, 0 warnings\n"));
    let none = lint("", &[]).code(0);
    assert_eq!(none.stderr, "0 events: 0 failed, 0 warnings\n");
}

#[test]
fn a_broken_line_is_told_and_the_rest_goes_on() {
    let mut text = b"oops\n{\"type\": \"track\"\n[1]\n\n\"x\"\n{\"a\": \"\xff\"}\n".to_vec();
    text.extend_from_slice(format!("{{\"x\": \"{}\"}}\n{GOOD}\n", "y".repeat(5 << 20)).as_bytes());
    text.extend_from_slice(br#"{"type": "track", "userId": 7, "event": "E"}"#);
    let ran = lint(text, &["--output", "jsonl"]).code(12);
    assert_eq!(
        found(&ran),
        [
            "1 error invalid_json ",
            "2 error invalid_json ",
            "3 error event_not_object ",
            "5 error event_not_object ",
            "6 error invalid_utf8 ",
            "7 error line_too_long ",
            "9 error id_not_string userId",
        ]
    );
    assert!(ran.stderr.starts_with("8 events: 7 failed"), "{}", ran.stderr);
}

#[test]
fn people_read_the_place_the_code_and_the_reason() {
    let text = r#"{"type": "track", "user_id": "u", "event": "E"}"#;
    let ran = kosmo(["segment:lint", "a.jsonl", "b.jsonl"])
        .file("a.jsonl", GOOD)
        .file("b.jsonl", format!("{GOOD}\n{text}\n"))
        .run()
        .code(12);
    let want = "\
b.jsonl:2: warning unknown_field user_id: `user_id` means nothing in a track event (did you mean `userId`?)
b.jsonl:2: error no_user_anon_id userId: the event has none of userId, anonymousId
";
    assert_eq!(ran.stdout, want);
}

#[test]
fn warnings_alone_do_not_fail() {
    let text = r#"{"type": "identify", "userId": "undefined"}"#;
    let ran = lint(text, &["--json"]).code(0).json();
    assert_eq!(ran["success"], true);
    assert_eq!(ran["summary"]["codes"], json!({"id_placeholder": 1}));
    assert_eq!(lint(text, &["--errors-only"]).code(0).stdout, "");
}

#[test]
fn one_object_lists_the_first_thousand() {
    let text = "{}\n".repeat(1_005);
    let all = lint(text, &["--json"]).code(12).json();
    assert_eq!(all["findings"].as_array().unwrap().len(), 1_000);
    assert_eq!(all["findings_left_out"], 5);
    assert_eq!(
        all["summary"],
        json!({"events": 1_005, "ok": 0, "failed": 1_005, "warnings": 0,
               "codes": {"type_unknown": 1_005}})
    );
}

#[test]
fn a_list_in_one_document_gets_the_cure() {
    let ran = lint("[\n  {\"type\": \"track\"}\n]\n", &[]).code(12);
    assert!(ran.stdout.lines().next().unwrap().contains("jq -c '.[]'"), "{}", ran.stdout);
}

#[test]
fn files_that_cannot_be_read_say_so() {
    let missing = kosmo(["segment:lint", "nothing.jsonl"]).run().code(2);
    assert!(missing.stderr.contains("cannot read nothing.jsonl"), "{}", missing.stderr);
    let folder = kosmo(["segment:lint", "."]).run().code(2);
    assert!(folder.stderr.contains("cannot read .:"), "{}", folder.stderr);
    kosmo(["segment:lint"]).run().code(2);
    kosmo(["segment:lint", "-", "--unplanned", "warn"]).run().code(2);
}

#[test]
fn memory_stays_flat_however_long_the_file_is() {
    const LINES: usize = 100_000;
    let mut child = kosmo(["segment:lint", "-", "--output", "jsonl"])
        .command()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // Each of them fails, so that there is a line of output to wait for.
    let line = format!("{{\"type\": \"track\", \"event\": \"{}\"}}\n", "e".repeat(500));
    let writer = std::thread::spawn(move || {
        for _ in 0..LINES {
            input.write_all(line.as_bytes()).unwrap();
        }
        input.flush().unwrap();
        input
    });
    let output = BufReader::new(child.stdout.take().unwrap());
    assert_eq!(output.lines().map_while(Result::ok).take(LINES).count(), LINES);
    // It has read everything and waits for more.
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: usize = peak.trim().trim_end_matches(" kB").parse().unwrap();
    drop(writer.join().unwrap());
    child.wait().unwrap();
    assert!(peak < 48 * 1024, "{peak} kB for 50 MB of events");
}
