//! Tests of repl: on a real terminal, and from a pipe.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use rexpect::session::{PtySession, spawn_command};

use super::support::{Kosmo, kosmo};

const PATIENCE: u64 = 20_000;

fn open(home: &Kosmo) -> PtySession {
    let mut command = home.command();
    command.env("TERM", "xterm");
    spawn_command(command, Some(PATIENCE)).unwrap()
}

/// Types a line once the program is ready for it.
fn say(session: &mut PtySession, line: &str) {
    session.exp_string("lua> ").unwrap();
    session.send_line(line).unwrap();
}

/// Types keys that do not end a line.
fn press(session: &mut PtySession, keys: &str) {
    session.send(keys).unwrap();
    session.flush().unwrap();
}

/// Ends the session as a user does.
fn leave(session: &mut PtySession) {
    session.exp_string("lua> ").unwrap();
    session.send_control('d').unwrap();
    session.exp_eof().unwrap();
}

fn repl() -> Kosmo {
    kosmo(["integrations:lua", "--repl", "--emulator"])
}

#[test]
fn state_is_kept_and_results_are_printed() {
    let home = repl();
    let mut session = open(&home);
    say(&mut session, "x = 20");
    say(&mut session, "x + 22");
    session.exp_string("42").unwrap();
    say(&mut session, "app.integrations.segment.get_workspace{slug = 'my-workspace'}.slug");
    session.exp_regex(r"\nmy-workspace").unwrap();
    say(&mut session, "error('boo')");
    session.exp_string("error:").unwrap();
    session.exp_string("boo").unwrap();
    say(&mut session, ":quit");
    session.exp_eof().unwrap();
}

#[test]
fn what_is_left_open_is_continued() {
    let home = repl();
    let mut session = open(&home);
    say(&mut session, "function double(n)");
    session.exp_string("...> ").unwrap();
    session.send_line("return n * 2 end").unwrap();
    say(&mut session, "double(21)");
    session.exp_string("42").unwrap();
    say(&mut session, "for i = 1, 2 do");
    session.exp_string("...> ").unwrap();
    session.send_control('c').unwrap();
    say(&mut session, "'still ' .. 'here'");
    session.exp_regex(r"\nstill here").unwrap();
    leave(&mut session);
}

#[test]
fn tab_completes_from_the_catalogue() {
    let home = repl();
    let mut session = open(&home);
    session.exp_string("lua> ").unwrap();
    press(&mut session, "app.integrations.seg\t");
    session.exp_string("app.integrations.segment").unwrap();
    press(&mut session, ".track_e\t{us\t");
    session.exp_string("track_event{userId = ").unwrap();
    session.send_control('c').unwrap();
    leave(&mut session);
}

#[test]
fn ctrl_c_stops_what_runs_and_not_the_session() {
    let home = repl();
    let mut session = open(&home);
    say(&mut session, "print('run' .. 'ning') while true do end");
    session.exp_string("running").unwrap();
    session.send_control('c').unwrap();
    session.exp_string("interrupted").unwrap();
    say(&mut session, "20 + 22");
    session.exp_string("42").unwrap();
    leave(&mut session);
}

#[test]
fn history_outlives_the_session() {
    let home = repl();
    let mut session = open(&home);
    say(&mut session, "'remembered ' .. 1");
    session.exp_string("remembered 1").unwrap();
    leave(&mut session);
    let mut again = open(&home);
    again.exp_string("lua> ").unwrap();
    // Arrow up.
    press(&mut again, "\u{1b}[A");
    again.exp_string("'remembered ' .. 1").unwrap();
    again.send_control('c').unwrap();
    leave(&mut again);
}

#[test]
fn a_pipe_will_do_for_a_terminal() {
    let lines = "x = 1\nx + 1\nfunction f()\n\treturn 5\nend\n\nf()\nprint('p')\n'text'\n";
    let ran = repl().stdin(lines).run().code(0);
    assert_eq!((&ran.stdout[..], &ran.stderr[..]), ("2\n5\np\ntext\n", ""));
    let ran = repl().stdin("error('boo')\n:wat\nfor i = 1, 2 do").run().code(0);
    assert_eq!(ran.stdout, "");
    for words in ["boo", "unknown command `:wat`", "Expected 'end'"] {
        assert!(ran.stderr.contains(words), "{ran:#?}");
    }
    assert_eq!(repl().stdin("1\n:quit\n2\n").run().code(0).stdout, "1\n");
}

#[test]
fn limits_and_force_hold_for_every_line() {
    let lines = "while true do end\n1 + 1\nwhile true do end\n";
    let ran = repl().and(["--cpu-limit=0.1"]).stdin(lines).run().code(0);
    assert_eq!(ran.stdout, "2\n");
    assert_eq!(ran.stderr.matches("CPU limit").count(), 2, "{ran:#?}");
    let write = "app.integrations.segment.track{userId = 'u', event = 'e'}\n";
    let account = kosmo(["integrations:lua", "--repl"])
        .env("SEGMENT_WRITE_KEY", "k")
        .env("SEGMENT_URL", "http://127.0.0.1:9");
    assert!(account.stdin(write).run().stderr.contains("requires approval"));
    let dry = repl().and(["--dry-run"]).stdin(write).run().code(0);
    assert!(dry.stdout.contains("/v1/track"), "{dry:#?}");
}
