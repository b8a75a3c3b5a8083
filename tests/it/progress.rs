//! Tests of progress: a spinner on a terminal for work that takes a while, and nothing anywhere else.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use rexpect::session::{PtySession, spawn_command};

use kosmo::catalogue::Catalogue;
use kosmo::emulator::{Emulator, Setup};

use super::support::{Kosmo, kosmo};

/// A stand-in that takes its time.
fn slow() -> Emulator {
    let faults = vec!["GET /sources=delay:1500".to_owned()];
    let catalogue = std::sync::Arc::new(Catalogue::new(Vec::new()));
    Emulator::start(catalogue, Setup { faults, ..Setup::default() }).unwrap()
}

fn list(emulator: &Emulator, more: &[&str]) -> Kosmo {
    kosmo(["integrations:segment", "list_sources", "--slug", "my-workspace"])
        .and(more.iter().copied())
        .env("SEGMENT_API_TOKEN", "emulator-api-token")
        .env("SEGMENT_API_URL", emulator.url())
        .env("TERM", "xterm")
}

fn open(home: &Kosmo) -> PtySession {
    spawn_command(home.command(), Some(20_000)).unwrap()
}

#[test]
fn long_work_shows_that_it_goes_on() {
    let emulator = slow();
    let home = list(&emulator, &[]);
    let mut session = open(&home);
    session.exp_regex("segment.list_sources.*00:00:01").unwrap();
    session.exp_string("abc123").unwrap();
    session.exp_eof().unwrap();
}

#[test]
fn a_list_in_lines_counts_and_says_how_fast_it_was() {
    let emulator = slow();
    let home = list(&emulator, &["--output", "jsonl"]);
    let mut session = open(&home);
    session.exp_string("listing segment.list_sources").unwrap();
    session.exp_string("abc123").unwrap();
    session.exp_regex(r"4 items in \d\.\d s").unwrap();
    session.exp_eof().unwrap();
}

#[test]
fn nothing_is_drawn_where_nobody_looks() {
    let emulator = slow();
    for more in [&["--json"][..], &["--quiet"]] {
        let home = list(&emulator, more);
        let said = open(&home).exp_eof().unwrap();
        assert!(said.contains("abc123") && !said.contains('\u{1b}'), "{said}");
    }
    let home = list(&emulator, &[]).env("CI", "1");
    assert!(!open(&home).exp_eof().unwrap().contains('\u{1b}'));
    assert_eq!(list(&emulator, &[]).run().code(0).stderr, "");
}
