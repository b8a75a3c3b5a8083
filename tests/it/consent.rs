//! Tests of consent: where policy says `ask`, the person at the terminal is asked, and nobody else.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use rexpect::session::{PtySession, spawn_command};

use super::support::{CANARY, Kosmo, kosmo};

fn event() -> Kosmo {
    kosmo(["integrations:segment", "track", "--userId=u", "--event=Sign Up", "--timeout=1s"])
        .env("SEGMENT_WRITE_KEY", "k")
        .env("SEGMENT_URL", "http://127.0.0.1:9")
}

fn open(home: &Kosmo) -> PtySession {
    spawn_command(home.command(), Some(20_000)).unwrap()
}

#[test]
fn the_person_at_the_terminal_is_shown_the_call_and_asked() {
    let home = event();
    let mut session = open(&home);
    session.exp_string("segment.track_event (write, account default)").unwrap();
    session.exp_string("POST http://127.0.0.1:9/v1/track").unwrap();
    session.exp_string("Sign Up").unwrap();
    session.exp_string("Go ahead? ").unwrap();
    session.send_line("n").unwrap();
    session.exp_string("error:").unwrap();
    session.exp_eof().unwrap();
}

#[test]
fn a_yes_sends_it() {
    let home = event();
    let mut session = open(&home);
    session.exp_string("Go ahead? ").unwrap();
    session.send_line("y").unwrap();
    session.exp_string("Failed to connect to Segment API").unwrap();
    session.exp_eof().unwrap();
}

#[test]
fn nobody_is_asked_where_nobody_may_answer() {
    for home in [event().and(["--no-input"]), event().env("CI", "true")] {
        let mut session = open(&home);
        let said = session.exp_eof().unwrap();
        assert!(said.contains("requires approval") && !said.contains("Go ahead"), "{said}");
    }
    assert!(event().run().code(4).stderr.contains("requires approval"));
}

#[test]
fn the_request_is_shown_as_curl_without_its_secret() {
    let home = event().env("SEGMENT_WRITE_KEY", CANARY);
    let mut session = open(&home);
    session.exp_string("Go ahead? ").unwrap();
    session.send_line("maybe").unwrap();
    session.exp_string("`maybe` is none of the answers").unwrap();
    session.send_line("c").unwrap();
    session.exp_string("curl --request POST").unwrap();
    let shown = session.exp_string("$SEGMENT_WRITE_KEY").unwrap();
    session.send_line("").unwrap();
    let rest = session.exp_eof().unwrap();
    assert!(!shown.contains(CANARY) && !rest.contains(CANARY), "{shown} {rest}");
    assert!(rest.contains("requires approval"), "{rest}");
}

#[test]
fn always_counts_for_the_run_and_for_the_function() {
    let script = "local segment = app.integrations.segment \
                  for i = 1, 3 do pcall(segment.track, {userId = 'u', event = 'e' .. i}) end \
                  print('tracked') segment.identify({userId = 'u'})";
    let home = kosmo(["integrations:lua", "-e", script])
        .env("SEGMENT_WRITE_KEY", "k")
        .env("KOSMO_HTTP_RETRIES", "0")
        .env("SEGMENT_URL", "http://127.0.0.1:9");
    let mut session = open(&home);
    session.exp_string("Go ahead? ").unwrap();
    session.send_line("a").unwrap();
    let meanwhile = session.exp_string("tracked").unwrap();
    assert!(!meanwhile.contains("Go ahead"), "{meanwhile}");
    session.exp_string("segment.identify_user (write, account default)").unwrap();
    session.send_line("n").unwrap();
    session.exp_string("requires approval").unwrap();
    session.exp_eof().unwrap();
}

#[test]
fn ctrl_c_at_the_question_ends_the_run() {
    let home = event();
    let mut session = open(&home);
    session.exp_string("as [c]url: ").unwrap();
    session.send_control('c').unwrap();
    session.exp_string("interrupted").unwrap();
    session.exp_eof().unwrap();
    let status = session.process().wait().unwrap();
    assert!(format!("{status:?}").contains("130"), "{status:?}");
}
