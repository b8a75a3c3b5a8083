//! Imports of what people have: files with broken rows of every sort, two of them at once, accounts that
//! change or fail on the way.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use kosmo::emulator::Emulator;
use serde_json::{Value, json};

use crate::emulator::{WRITE_KEY, failing};
use crate::service::{Seen, Service};
use crate::support::{Kosmo, kosmo};

fn import(url: &str, file: &str) -> Kosmo {
    kosmo(["segment:import", file, "--force", "--rate", "off", "--json"])
        .env("SEGMENT_URL", url)
        .env("SEGMENT_WRITE_KEY", WRITE_KEY)
}

fn lines(count: usize) -> String {
    (0..count)
        .map(|n| {
            json!({"type": "track", "event": "E", "userId": format!("u{n}"), "properties": {"n": n}})
                .to_string()
                + "\n"
        })
        .collect()
}

/// How many different events, and how many ids for them.
fn arrived(emulator: &Emulator) -> (usize, usize) {
    let events = emulator.events();
    let different = |values: Vec<String>| {
        values.into_iter().collect::<std::collections::BTreeSet<String>>().len()
    };
    (
        different(events.iter().map(|e| e["message"]["properties"]["n"].to_string()).collect()),
        different(events.iter().map(|e| e["message_id"].to_string()).collect()),
    )
}

#[test]
fn two_imports_of_one_file_at_once_send_it_once() {
    let emulator = failing(&["POST /v1/batch=delay:150"]);
    let run = import(&emulator.url(), "e.jsonl").file("e.jsonl", lines(20_000));
    let begin = || {
        let mut command = run.command();
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let both: Vec<_> =
        [begin(), begin()].into_iter().map(|c| c.wait_with_output().unwrap()).collect();
    let mut codes: Vec<i32> = both.iter().map(|output| output.status.code().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 6], "{both:?}");
    let told = |code: i32| -> Value {
        let one = both.iter().find(|output| output.status.code() == Some(code)).unwrap();
        serde_json::from_slice(&one.stdout).unwrap()
    };
    assert_eq!(told(0)["sent"], 20_000);
    assert_eq!(told(6)["error_detail"]["code"], "import_running");
    assert_eq!(told(6)["error_detail"]["effect"], "none");
    assert_eq!((emulator.events().len(), arrived(&emulator)), (20_000, (20_000, 20_000)));
}

#[test]
fn the_same_file_by_another_name_is_the_same_import() {
    let emulator = failing(&[]);
    let run = import(&emulator.url(), "e.jsonl").file("e.jsonl", lines(20));
    run.run().code(0);
    let path = run.home().join("e.jsonl").display().to_string();
    std::os::unix::fs::symlink(&path, run.home().join("link.jsonl")).unwrap();
    let mut run = run;
    for name in ["./e.jsonl", &path, "link.jsonl"] {
        run = run.then(["segment:import", name, "--force", "--rate", "off", "--json"]);
        assert_eq!(run.run().code(0).json()["already_imported"], true, "{name}");
    }
    assert_eq!(emulator.events().len(), 20);
}

/// What was set aside: line, code.
fn refused(run: &Kosmo, file: &str) -> Vec<(u64, String)> {
    let side = std::fs::read_to_string(run.home().join(format!("{file}.refused.jsonl"))).unwrap();
    side.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|row| {
            assert!(row["source"].as_str().unwrap().ends_with(file), "{row}");
            assert!(!row["message"].as_str().unwrap().is_empty(), "{row}");
            (row["line"].as_u64().unwrap(), row["code"].as_str().unwrap().to_owned())
        })
        .collect()
}

#[test]
fn bytes_that_are_no_rows_are_set_aside_and_the_rest_goes_on() {
    let good =
        |n: u32| format!(r#"{{"type":"track","event":"E","userId":"u","properties":{{"n":{n}}}}}"#);
    let mut bytes = Vec::new();
    let mut row = |line: &[u8], ending: &[u8]| {
        bytes.extend_from_slice(line);
        bytes.extend_from_slice(ending);
    };
    row(&[b"\xef\xbb\xbf", good(0).as_bytes()].concat(), b"\r\n");
    row(b"{\"type\":\"track\",\"event\":\"\xff\xfe\",\"userId\":\"u\"}", b"\n");
    row(b"\0\0\0\0", b"\n");
    row(b"", b"\n");
    row(b"   ", b"\n");
    row(good(1).as_bytes(), b"\r\n");
    row(&[b"[".repeat(100_000), b"]".repeat(100_000)].concat(), b"\n");
    row(&[b"\"".as_slice(), &b"x".repeat(9_000_000), b"\""].concat(), b"\n");
    row(format!("{} {}", good(7), good(8)).as_bytes(), b"\n");
    row(br#"{"type":"track","event":"E","userId":"u","userId":"v"}"#, b"\n");
    row(good(2).as_bytes(), b"\n");
    // The last one was cut off.
    row(&good(9).as_bytes()[..30], b"");
    let emulator = failing(&[]);
    let run = import(&emulator.url(), "e.jsonl").file("e.jsonl", bytes);
    let summary = run.run().code(10).json();
    let aside = refused(&run, "e.jsonl");
    let lines: Vec<u64> = aside.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 3, 7, 8, 9, 12], "{aside:?}");
    assert_eq!(summary["refused"], 6);
    assert_eq!(summary["sent"], 4, "three, and one that names a field twice: {summary}");
    let numbers: Vec<Value> = emulator
        .events()
        .iter()
        .map(|event| event["message"]["properties"]["n"].clone())
        .filter(|n| !n.is_null())
        .collect();
    assert_eq!(numbers.len(), 3, "{numbers:?}");
}

#[test]
fn broken_tables_say_which_line() {
    let table = "type,userId,event,n\n\
                 track,u1,E,1\n\
                 track,u2\n\
                 track,u3,\"two\nlines\",3\n\
                 track,u4,E,4,5\n\
                 track,,E,6\n\
                 track,u7,E,7\n\
                 track,u8,\"never closed,8\ntrack,u9,E,9\n";
    let emulator = failing(&[]);
    let run = import(&emulator.url(), "e.csv").file("e.csv", table);
    let summary = run.run().code(10).json();
    let aside = refused(&run, "e.csv");
    let lines: Vec<u64> = aside.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 6, 7, 9], "{aside:?}");
    assert_eq!(summary["sent"], 3, "{summary}");
}

#[test]
fn a_packed_file_that_was_cut_off_is_no_success() {
    use std::io::Write as _;
    let emulator = failing(&[]);
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(lines(5_000).as_bytes()).unwrap();
    let mut packed = packer.finish().unwrap();
    packed.truncate(packed.len() / 2);
    let run = import(&emulator.url(), "e.jsonl.gz").file("e.jsonl.gz", packed);
    let ran = run.run();
    let told = ran.json();
    assert_ne!(ran.code, 0, "{told}");
    assert_eq!((&told["success"], &told["complete"]), (&json!(false), &json!(false)), "{told}");
}

#[test]
fn a_token_that_is_taken_away_midway_stops_an_import_that_goes_on_later() {
    let revoked = Arc::new(AtomicBool::new(false));
    let here = Arc::clone(&revoked);
    let batches = AtomicUsize::new(0);
    let service = Service::start(move |_, seen: &Seen| {
        if !seen.line.contains("/token") && batches.fetch_add(1, Ordering::SeqCst) == 3 {
            here.store(true, Ordering::SeqCst);
        }
        match (here.load(Ordering::SeqCst), seen.line.contains("/token")) {
            (true, _) => (401, json!({"error": "invalid_client"})),
            (false, true) => {
                (200, json!({"access_token": "t", "token_type": "Bearer", "expires_in": 600}))
            }
            (false, false) => (200, json!({"success": true})),
        }
    });
    let run = import(&service.address, "e.jsonl")
        .env("SEGMENT_OAUTH_URL", &service.address)
        .env("SEGMENT_OAUTH_APP_ID", "app")
        .env("SEGMENT_OAUTH_KEY_ID", "key")
        .env("SEGMENT_OAUTH_PRIVATE_KEY", include_str!("../fixtures/oauth-test-key.pem"))
        .file("e.jsonl", lines(40_000));
    let told = run.run().code(3).json();
    let sent = told["sent"].as_u64().unwrap();
    assert!((1..40_000).contains(&sent), "{told}");
    assert_eq!((&told["complete"], &told["refused"]), (&json!(false), &json!(0)), "{told}");
    revoked.store(false, Ordering::SeqCst);
    let told = run.run().code(0).json();
    assert_eq!((&told["resumed"], &told["total_sent"]), (&json!(true), &json!(40_000)), "{told}");
    assert_eq!(told["sent"], 40_000 - sent);
}

#[test]
fn an_import_that_was_begun_for_one_place_is_not_finished_at_another() {
    let emulator = failing(&["POST /v1/batch=status:401,holding:\"n\":7000}"]);
    let other = failing(&[]);
    let run = import(&emulator.url(), "e.jsonl").file("e.jsonl", lines(8_000));
    run.run().code(3);
    let run = run.env("SEGMENT_URL", other.url());
    let told = run.run().code(6).json();
    assert_eq!(told["error_detail"]["code"], "import_changed");
    assert!(other.events().is_empty());
    let nowhere = kosmo(["segment:import", "e.jsonl", "--force", "--json"])
        .file("e.jsonl", lines(5))
        .env("SEGMENT_WRITE_KEY", WRITE_KEY)
        .env("SEGMENT_REGION", "moon");
    assert_eq!(nowhere.run().code(2).json()["error_detail"]["code"], "invalid_settings");
}

#[test]
fn an_import_needs_a_ledger_it_can_use() {
    let emulator = failing(&[]);
    let run = import(&emulator.url(), "e.jsonl")
        .file("e.jsonl", lines(5))
        .file("kosmo.db", "no database".repeat(500));
    let told = run.run().code(1).json();
    assert_eq!(told["error_detail"]["code"], "damaged_ledger");
    assert!(emulator.events().is_empty());
    assert_eq!(
        std::fs::read(run.home().join("kosmo.db")).unwrap(),
        "no database".repeat(500).as_bytes()
    );
}
