//! Tests of consent: where policy says `ask`, the person at the terminal is asked, and nobody else.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use rexpect::session::{PtySession, spawn_command};

use super::support::{Kosmo, kosmo};

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
    session.exp_string("Sign Up").unwrap();
    session.exp_string("Go ahead? [y/N] ").unwrap();
    session.send_line("n").unwrap();
    session.exp_string("error:").unwrap();
    session.exp_eof().unwrap();
}

#[test]
fn a_yes_sends_it() {
    let home = event();
    let mut session = open(&home);
    session.exp_string("[y/N] ").unwrap();
    session.send_line("y").unwrap();
    session.exp_string("Failed to connect to Segment API").unwrap();
    session.exp_eof().unwrap();
}

#[test]
fn nobody_is_asked_where_nobody_may_answer() {
    for home in [event().and(["--no-input"]), event().env("CI", "true")] {
        let mut session = open(&home);
        let said = session.exp_eof().unwrap();
        assert!(said.contains("requires approval") && !said.contains("[y/N]"), "{said}");
    }
    assert!(event().run().code(4).stderr.contains("requires approval"));
}
