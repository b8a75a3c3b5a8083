//! Tests of seeds: the reference page this program grew from. Every command line and every snippet of
//! it, kept in `tests/fixtures/seed-001`, runs unchanged on the emulator.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::support::{Ran, kosmo};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/seed-001")
}

/// Runs a snippet in the folder of the page.
fn snippet(name: &str) -> Ran {
    kosmo(["integrations:lua", name]).env("KOSMO_EMULATOR", "1").within(folder()).run()
}

#[test]
fn every_command_line_ends_as_it_should() {
    let table = std::fs::read_to_string(folder().join("commands.tsv")).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_kosmo")).parent().unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(rows.len(), 5);
    for row in rows {
        let [exit, expected, line]: [&str; 3] =
            row.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let home = kosmo(["x"]).env("KOSMO_EMULATOR", "1").within(folder());
        let path = format!("{}:/usr/bin:/bin", program.display());
        // The lines are for a shell, quotes and all.
        let mut command = Command::new("sh");
        command.args(["-c", line]).env("PATH", path).env("KOSMO_EMULATOR", "1");
        command.env("KOSMO_HOME", home.home()).current_dir(folder()).stdin(Stdio::null());
        let ran = command.output().unwrap();
        let text = String::from_utf8(ran.stdout).unwrap();
        assert_eq!(ran.status.code().unwrap().to_string(), exit, "{line}\n{text}");
        let envelope: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(envelope["success"], exit == "0", "{line}");
        assert!(envelope.to_string().contains(expected), "{line}\n{envelope}");
    }
}

#[test]
fn events_are_sent() {
    for name in ["identify.lua", "track.lua", "page.lua", "group.lua"] {
        let ran = snippet(name).code(0);
        assert_eq!((&ran.stdout[..], &ran.stderr[..]), ("", ""), "{name}");
    }
}

#[test]
fn reads_print_what_the_page_promises() {
    let lines = |name: &str| -> Vec<String> {
        snippet(name).code(0).stdout.lines().map(str::to_owned).collect()
    };
    let workspace = lines("get_workspace.lua");
    assert_eq!(workspace.len(), 2);
    assert!(workspace.iter().all(|line| !line.is_empty() && line != "nil"), "{workspace:?}");
    let sources = lines("list_sources.lua");
    assert!(sources.iter().any(|line| line.ends_with(" (abc123)")), "{sources:?}");
    let source = lines("get_source.lua");
    assert_eq!(source.len(), 2);
    assert!(source.iter().all(|line| !line.is_empty() && line != "nil"), "{source:?}");
    let user = lines("get_current_user.lua");
    assert!(user[0].starts_with("Authenticated as: ") && user[0].contains('@'), "{user:?}");
}

#[test]
fn a_placeholder_of_a_wrong_type_is_refused_with_the_right_form() {
    for name in ["workflow.lua", "wrong_traits.lua"] {
        let ran = snippet(name).code(12);
        assert!(ran.stderr.contains("`traits` must be an object"), "{ran:#?}");
        assert!(ran.stderr.contains("hint: "), "{ran:#?}");
    }
}

/// `{...}` stands for arguments of the reader's; as it is, it is an empty table.
#[test]
fn elided_arguments_are_missing_arguments() {
    let ran = snippet("multi_account.lua").code(12);
    assert!(ran.stderr.contains("multi_account.lua:2: "), "{ran:#?}");
    assert!(ran.stderr.contains("userId"), "{ran:#?}");
}

/// The accounts the page names exist on the emulator, each in its own right.
#[test]
fn every_account_of_the_page_can_be_called() {
    for account in ["default", "production", "staging", "work"] {
        let code = format!(
            "return app.integrations.segment.{account}.track{{userId = 'u', event = 'e'}}.success"
        );
        let ran = kosmo(["integrations:lua", "--emulator", "--json", "--eval", &code]).run();
        assert_eq!(ran.json()["call_log"][0]["account"], account, "{ran:#?}");
        assert_eq!(ran.json()["result"], true);
    }
}
