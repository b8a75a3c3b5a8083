//! Tests of words: what those who come from another tool type, beyond the lines of its pages, and the
//! mistakes that must not pass for something else.

use serde_json::Value;

use super::support::kosmo;

#[test]
fn a_tenant_is_the_account_that_is_meant_where_none_is_named() {
    let line = ["action", "run", "list-users", "--emulator", "--json", "--tenantKey"];
    let ran = kosmo(line).and(["production"]).run().code(0);
    assert_eq!(ran.json()["meta"]["account"], Value::Null);
    let log = ran.json()["actionRunId"].as_str().unwrap().to_owned();
    assert!(!log.is_empty());
    let stranger = kosmo(line).and(["nobody"]).run().code(5);
    assert_eq!(stranger.json()["error_detail"]["code"], "unknown_account");
}

#[test]
fn the_run_of_a_tenant_is_recorded_under_its_account() {
    let home = kosmo(["integrations:call", "list_users", "--emulator", "--tenantKey", "staging"]);
    home.run().code(0);
    let listed = home.then(["runs", "list", "--json"]).run().code(0).json();
    assert_eq!(listed["runs"][0]["account"], "staging");
}

#[test]
fn a_workspace_is_taken_and_changes_nothing() {
    let ran = kosmo(["connection", "list", "--workspaceKey", "w"]).run().code(0);
    assert!(ran.stderr.contains("--workspaceKey changes nothing"), "{ran:#?}");
    let quiet = kosmo(["connection", "list", "--workspaceKey", "w", "-q"]).run().code(0);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn the_token_of_a_tenant_is_for_its_account_alone() {
    let home = kosmo(["membrane", "token", "--tenantKey", "production"]).env("KOSMO_EMULATOR", "1");
    let token = home.run().code(0).stdout.trim().to_owned();
    let home = home.env("KOSMO_TOKEN", &token);
    let call = |home: super::support::Kosmo, account: &str| {
        home.then(["integrations:call", "list_users", "--account", account, "--json"])
    };
    let home = call(home, "production");
    home.run().code(0);
    let home = call(home, "staging");
    assert_eq!(home.run().code(4).json()["error_detail"]["code"], "token_scope");
    let home = home.then(["integrations:call", "delete_source", "--account", "production"]);
    let home = home.and(["--sourceId", "abc123", "--json"]);
    assert_eq!(home.run().code(4).json()["error_detail"]["code"], "token_scope");
    // What is made under it has no more than it has.
    let narrower = home.then(["membrane", "token", "--manager"]).run().code(4);
    assert!(narrower.stderr.contains("hint: "), "{narrower:#?}");
}

#[test]
fn what_cannot_be_done_here_is_not_said_to_be_done() {
    for line in ["agent-session create --message x", "integration create --key github"] {
        let ran = kosmo(line.split(' ')).and(["--json"]).run().code(5);
        assert_eq!(ran.json()["error_detail"]["code"], "not_here", "{line}");
    }
    let ran = kosmo(["login", "--tenant", "--clientName", "claude", "--json"]).run().code(0);
    assert_eq!((&ran.json()["success"], &ran.json()["done"]), (&true.into(), &false.into()));
}

#[test]
fn an_integration_is_never_taken_for_an_account() {
    for line in [
        "connect --integrationKey github --connectionKey dev",
        "connection-request create --integrationKey github",
        "connection ensure github",
        "connection list --integrationKey github",
    ] {
        let home = kosmo(line.split(' ')).and(["--json"]);
        assert_eq!(home.run().code(5).json()["error_detail"]["code"], "unknown_app", "{line}");
        let home = home.then(["connection", "list", "--json"]);
        assert_eq!(home.run().code(0).json()["items"], serde_json::json!([]), "{line}");
    }
}

#[test]
fn a_family_with_flags_but_no_command_is_a_mistake() {
    let ran = kosmo(["runs", "--limit", "3"]).run().code(2);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("runs list"), "{ran:#?}");
    kosmo(["runs", "--help"]).run().code(0);
    let ran = kosmo(["connection", "request"]).run().code(2);
    assert!(ran.stderr.contains("`connection-request create`"), "{ran:#?}");
}

#[test]
fn flags_may_stand_on_either_side_of_the_prefix() {
    for line in ["--json membrane status", "membrane --json status", "membrane status --json"] {
        let status = kosmo(line.split(' ')).run().code(3).json();
        assert_eq!((&status["ready"], &status["next"]), (&false.into(), &"kosmo connect".into()));
        let ready = kosmo(line.split(' ')).env("KOSMO_EMULATOR", "1").run().code(0).json();
        assert_eq!(ready["connections"][0]["state"], "READY");
    }
}

#[test]
fn credentials_are_lines_for_a_shell_and_never_secrets() {
    let ran = kosmo(["credentials", "--shell"])
        .env("SEGMENT_WRITE_KEY", super::support::CANARY)
        .env("SEGMENT_API_TOKEN", super::support::CANARY)
        .run()
        .code(0);
    assert!(!ran.stdout.contains(super::support::CANARY));
    let harmless = |line: &str| line.starts_with("export MEMBRANE_") || line.starts_with("# ");
    assert!(ran.stdout.lines().all(harmless), "{ran:#?}");
}
