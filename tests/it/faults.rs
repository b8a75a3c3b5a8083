//! Tests of faults: a walk through bad input and hostile surroundings. Wherever it leads, there is
//! no panic, no hang, the right exit status, and with `--json` exactly one object.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::support::{Kosmo, Ran, kosmo};

const EVENT: [&str; 5] =
    ["integrations:segment", "track_event", "--userId=u", "--event=e", "--emulator"];

fn output(mut command: Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

#[track_caller]
fn calm(ran: &Ran) {
    assert!(!ran.stderr.contains("internal error"), "{ran:#?}");
    assert!(!ran.stderr.contains("panicked"), "{ran:#?}");
}

#[test]
fn wrong_command_lines_are_usage_errors_with_a_hint() {
    for (line, words) in [
        (&["integrations:luaa"][..], "did you mean `integrations:lua`"),
        (&["integration:lua"], "did you mean `integrations:lua`"),
        (&["nonsense"], "kosmo help"),
        (&["integrations", "nonsense"], "kosmo help"),
        (&["integrations:lua", "--jsn"], "`--json`"),
        (&["integrations:lua", "--memory-limit=lots"], "64MB"),
        (&["integrations:lua", "--memory-limit", "0"], "more than zero"),
        (&["integrations:lua", "--cpu-limit=soon"], "250ms"),
        (&["integrations:lua", "--timeout=-1"], "250ms"),
        (&["integrations:lua", "--max-calls=few"], "--max-calls"),
        (&["integrations:lua", "a.lua", "b.lua"], "b.lua"),
        (&["integrations:lua", "a.lua", "-e", "x"], "cannot be used with"),
        (&["integrations:lua", "--repl", "--json"], "cannot be used with"),
        (&["integrations:call"], "no function is named"),
        (&["integrations:call", "segment.track", "{}", "{}"], "unexpected word"),
        (&["integrations:call", "segment.track", "--arg", "x"], "key=value"),
        (&["integrations:schema"], "<FUNCTION>"),
        (&["completions", "powershel"], "bash"),
        (&["emulator:serve", "--port=99999"], "--port"),
        (&["emulator:events", "--url=ftp://x"], "not the URL"),
        (&["--json"], "no command"),
    ] {
        let plain = kosmo(line.iter().copied()).run();
        calm(&plain);
        let object = kosmo(line.iter().copied()).and(["--json"]).run();
        calm(&object);
        let json = object.json();
        assert_eq!(object.code, 2, "{line:?} {object:#?}");
        assert_eq!(json["success"], false, "{line:?}");
        let told = format!("{} {}", json["error"], json["error_detail"]["hint"]);
        let words = words.replace('"', "\\\"");
        assert!(told.contains(&words), "{line:?}: {words} is not in {told}");
        if !line.contains(&"--json") {
            assert_eq!((plain.code, &plain.stdout[..]), (2, ""), "{line:?}");
            assert!(plain.stderr.starts_with("error: "), "{plain:#?}");
        }
    }
}

#[test]
fn arguments_that_are_not_text_are_refused() {
    use std::os::unix::ffi::OsStringExt as _;
    let bad = std::ffi::OsString::from_vec(b"--event=\xff".to_vec());
    for words in [vec!["integrations:segment", "track"], vec!["integrations:lua", "-e"]] {
        let run = kosmo(words).and([bad.clone()]).and(["--json"]).run();
        calm(&run);
        assert_eq!(run.code, 2, "{run:#?}");
        assert_eq!(run.json()["success"], false);
    }
}

#[test]
fn a_reader_that_went_away_is_nobodys_error() {
    for line in [
        &["integrations:lua", "-e", "for i = 1, 20000 do print(i) end"][..],
        &["integrations:docs", "segment"],
        &["help"],
    ] {
        let home = kosmo(line.iter().copied());
        let mut child = home
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ran = child.wait_with_output().unwrap();
        assert_eq!(ran.status.code(), Some(0), "{line:?}");
        assert_eq!(String::from_utf8_lossy(&ran.stderr), "", "{line:?}");
    }
}

#[test]
fn a_full_disk_under_stdout_is_an_error() {
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for line in [&["help"][..], &["integrations:lua", "-e", "print(1)"], &["version", "--json"]] {
        let home = kosmo(line.iter().copied());
        let mut command = home.command();
        command.stdin(Stdio::null()).stdout(full()).stderr(Stdio::piped());
        let ran = command.spawn().unwrap().wait_with_output().unwrap();
        assert_eq!(ran.status.code(), Some(1), "{line:?}");
        let told = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(told.contains("cannot write to standard output"), "{line:?} {told}");
    }
}

#[test]
fn closed_descriptors_do_no_harm() {
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let script = format!("\"$0\" integrations:lua --emulator -e 'print(1)' {closed}");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_kosmo")]);
        let home = kosmo(["x"]);
        command.env("KOSMO_HOME", home.home());
        assert_eq!(output(command).status.code(), Some(0), "{closed}");
    }
}

/// Whether the run did its work whatever it had to say about its surroundings.
#[track_caller]
fn works(home: &Kosmo, change: impl Fn(&mut Command)) {
    let mut command = home.command();
    change(&mut command);
    let ran = output(command);
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(0), "{told}");
    assert!(!told.contains("internal error"), "{told}");
    let value: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(value["success"], true);
}

#[test]
fn a_call_needs_no_home_no_locale_and_no_terminal() {
    let event = || kosmo(EVENT).and(["--json"]);
    works(&event(), |_| {});
    works(&event(), |command| {
        command.env_remove("HOME").env_remove("KOSMO_HOME");
    });
    works(&event(), |command| {
        command.env("LC_ALL", "C").env("LANG", "C").env("TERM", "dumb");
    });
    works(&event(), |command| {
        command.env("CI", "1").env("NO_COLOR", "1");
    });
    works(&event(), |command| {
        command.env("KOSMO_HOME", "/dev/null/nowhere");
    });
}

#[test]
fn a_home_that_cannot_be_written_costs_a_warning_at_most() {
    let home = kosmo(EVENT).and(["--json"]);
    let mode = |mode| fs::set_permissions(home.home(), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o555);
    works(&home, |_| {});
    mode(0o755);
}

#[test]
fn quiet_says_nothing_and_colour_only_when_asked() {
    let bad = ["integrations:segment", "trak"];
    let colored = kosmo(bad).and(["--color=always"]).run();
    assert!(colored.stderr.starts_with("\u{1b}[1;31merror:\u{1b}[0m "), "{colored:#?}");
    for plain in [kosmo(bad), kosmo(bad).and(["--color", "never"]), kosmo(bad).and(["--quiet"])] {
        assert!(plain.run().stderr.starts_with("error: "));
    }
}

#[test]
fn broken_settings_are_told_with_their_place_and_left_alone() {
    let broken = "[run]\ncpu_limit = = 3\n";
    let home = kosmo(["integrations:lua", "--json", "-e", "return 1"]).file("config.toml", broken);
    let ran = home.run().code(2);
    assert!(ran.json()["error"].as_str().unwrap().contains("config.toml:2"), "{ran:#?}");
    let path = home.home().join("config.toml");
    assert_eq!(fs::read_to_string(path).unwrap(), broken);
}

#[test]
fn help_and_version_need_nothing() {
    for line in [
        &[][..],
        &["help"],
        &["--help"],
        &["-h"],
        &["--version"],
        &["-V"],
        &["version"],
        &["help", "integrations", "lua"],
        &["help", "integrations:lua"],
        &["integrations"],
        &["integrations:lua", "--help"],
        &["integrations", "call", "-h"],
        &["man"],
        &["completions", "bash"],
    ] {
        let home = kosmo(line.iter().copied());
        let ran = home.run();
        assert_eq!((ran.code, &ran.stderr[..]), (0, ""), "{line:?}");
        assert!(!ran.stdout.is_empty(), "{line:?}");
        assert_eq!(fs::read_dir(home.home()).unwrap().count(), 0, "{line:?} left something");
    }
}
