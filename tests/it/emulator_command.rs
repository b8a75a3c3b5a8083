//! Tests of `emulator:serve` and `emulator:events` as commands.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::support::{Kosmo, kosmo};

/// A running emulator and its URL.
fn serve(home: &Kosmo) -> (Child, String) {
    let mut child = home
        .command()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(url.starts_with("http://127.0.0.1:"), "{line}");
    (child, url)
}

fn end(mut child: Child, signal: &str) {
    let id = child.id().to_string();
    let kill = Command::new("kill").args(["-s", signal, &id]).status().unwrap();
    assert!(kill.success());
    assert_eq!(child.wait().unwrap().code(), Some(0), "it ends cleanly");
}

#[test]
fn a_served_emulator_takes_events_and_lists_them() {
    let home = kosmo(["emulator:serve", "--port", "0"]);
    let (child, url) = serve(&home);
    let sent = kosmo(["integrations:segment", "track", "--userId=u-1", "--event=Sign Up"])
        .and(["--force", "--json"])
        .env("SEGMENT_URL", &url)
        .env("SEGMENT_WRITE_KEY", "emulator-write-key")
        .run()
        .code(0);
    assert_eq!(sent.json()["success"], true);
    let text = kosmo(["emulator:events", "--url", &url]).run().code(0).stdout;
    assert!(
        text.starts_with("track ") && text.contains("u-1") && text.contains("Sign Up"),
        "{text}"
    );
    let json = kosmo(["emulator:events", "--json", "--url", &url]).run().code(0).json();
    assert_eq!(json["count"], 1);
    assert_eq!(json["events"][0]["message"]["event"], "Sign Up");
    end(child, "INT");
}

#[test]
fn it_says_where_it_listens_in_json_and_ends_on_sigterm() {
    let home = kosmo(["emulator:serve", "--port=0", "--json"]);
    let mut child = home.command().stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    while !text.ends_with("}\n") {
        lines.read_line(&mut text).unwrap();
    }
    let ready: Value = serde_json::from_str(&text).unwrap();
    assert!(ready["url"].as_str().unwrap().starts_with("http://"));
    end(child, "TERM");
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "one object is enough");
}

#[test]
fn faults_are_acted_out_and_wrong_ones_refused() {
    let home = kosmo(["emulator:serve", "--port=0", "--fail", "POST /v1/track=status:403"]);
    let (child, url) = serve(&home);
    let refused = kosmo(["integrations:segment", "track", "--userId=u", "--event=e", "--force"])
        .env("SEGMENT_URL", &url)
        .env("SEGMENT_WRITE_KEY", "emulator-write-key")
        .run();
    assert_eq!(refused.code, 4, "{refused:#?}");
    end(child, "TERM");
    let wrong = kosmo(["emulator:serve", "--port=0", "--fail=nonsense", "--json"]).run().code(2);
    assert_eq!(wrong.json()["success"], false);
}

#[test]
fn where_there_is_none_it_says_how_to_start_one() {
    let ran = kosmo(["emulator:events", "--url=http://127.0.0.1:9"]).run().code(8);
    assert!(ran.stderr.contains("kosmo emulator:serve"), "{ran:#?}");
}

#[test]
fn a_signal_ends_a_call_with_its_envelope() {
    for (words, effect, signal, exit) in [
        (["track", "--userId=u", "--event=e"], "unknown", "INT", 130),
        (["get_workspace", "--slug=my-workspace", "--force"], "none", "TERM", 143),
    ] {
        let home = kosmo(["emulator:serve", "--port=0", "--fail", "*=delay:60000"]);
        let (server, url) = serve(&home);
        let home = kosmo(["integrations:segment"]).and(words).and(["--force", "--json"]);
        let home = ["SEGMENT_URL", "SEGMENT_API_URL"].iter().fold(home, |h, key| h.env(key, &url));
        let home = home.env("SEGMENT_WRITE_KEY", "k").env("SEGMENT_API_TOKEN", "t");
        let call = home.command().stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        wait_for_request(&url);
        let id = call.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        let output = call.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(exit));
        let envelope: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(envelope["error_detail"]["code"], "interrupted");
        assert_eq!(envelope["error_detail"]["effect"], effect);
        assert!(envelope.get("meta").is_some());
        end(server, "TERM");
    }
}

/// Waits until a request has reached the emulator.
fn wait_for_request(url: &str) {
    use std::io::Write as _;
    let address = url.strip_prefix("http://").unwrap();
    loop {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(stream, "GET /__emulator/stats HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let body = answer.split("\r\n\r\n").nth(1).unwrap();
        let stats: Value = serde_json::from_str(body).unwrap();
        if stats["in_flight"].as_u64() > Some(0) {
            return;
        }
        std::thread::yield_now();
    }
}
