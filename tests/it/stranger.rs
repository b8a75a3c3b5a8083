//! Tests of strangers: what somebody types who has not read the manual, or who means harm, and the line
//! that is to bring them on their way. Each was a dead end once.

use serde_json::{Value, json};

use super::service::Service;
use super::support::{Kosmo, kosmo};

fn emulated(line: &[&str]) -> Kosmo {
    kosmo(line.iter().copied()).env("KOSMO_EMULATOR", "1")
}

/// The hint that a mistake earns, and the exit status.
#[track_caller]
fn hint(line: &[&str], exit: i32) -> String {
    let ran = emulated(line).and(["--json"]).run().code(exit).json();
    ran["error_detail"]["hint"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_function_where_a_command_goes_is_told_how_it_is_called() {
    for line in [
        &["segment.track_event", "--userId", "u"][..],
        &["track_event", "--userId", "u"],
        &["segment", "track_event"],
        &["segment:track"],
        &["segment_track"],
    ] {
        let wanted = "did you mean `kosmo integrations:call segment.track_event`?";
        assert_eq!(hint(line, 2), wanted, "{line:?}");
    }
}

#[test]
fn a_typo_in_an_option_of_a_call_is_told_from_a_parameter() {
    let call = ["integrations:call", "segment.track_event", "--userId", "u", "--event", "e"];
    for (typo, meant) in [
        ("--acount=default", "did you mean `--account`?"),
        ("--dry-rnu", "did you mean `--dry-run`?"),
        ("--outptu=tsv", "did you mean `--output`?"),
        ("--evnt=x", "did you mean `event`?"),
    ] {
        assert_eq!(hint(&[&call[..], &[typo]].concat(), 2), meant);
    }
}

#[test]
fn a_hint_names_what_is_near_and_nothing_else() {
    for (line, exit, meant) in [
        ("integrations:segmnt track_event", 2, "did you mean `integrations:segment`?"),
        ("conection list", 2, "did you mean `connection list` or `connection test`?"),
        ("schema nope", 2, "there are: schema cli"),
        ("action-run-log nope", 2, "there are: action-run-log get"),
        ("connection ensure segmnt", 5, "did you mean `segment`?"),
        ("config show htp.timeout", 5, "did you mean `http.timeout`?"),
        ("untrust", 5, "name one: kosmo untrust PATH"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(hint(&words, exit), meant, "{line}");
    }
    let ran = emulated(&["--versio"]).run().code(2);
    assert!(ran.stderr.contains("did you mean `--version`?"), "{ran:#?}");
}

#[test]
fn nothing_found_is_said_and_not_shown_as_nothing() {
    let ran = emulated(&["integrations:search", "qqqq"]).run().code(0);
    assert!(ran.stdout.is_empty() && ran.stderr.starts_with("nothing fits `qqqq`;"), "{ran:#?}");
    let home = emulated(&["runs", "list"]);
    assert_eq!(home.run().code(0).stdout, "No runs are remembered.\n");
    let home = home.then(["runs", "list", "--status", "nope"]);
    assert_eq!(home.run().code(0).stdout, "No run that is remembered fits.\n");
    // A variable of a script that is not set names no run, also where there is only one.
    let home = home.then(["integrations:call", "segment.get_workspace"]);
    home.run().code(0);
    home.then(["runs", "show", ""]).run().code(5);
}

#[test]
fn a_manual_page_is_asked_for_by_the_name_of_its_command() {
    let home = emulated(&["man", "runs", "list"]);
    assert!(home.run().code(0).stdout.contains(".TH kosmo-runs-list 1"));
    let home = home.then(["man", "integrations:lua"]);
    assert!(home.run().code(0).stdout.contains(".TH kosmo-integrations-lua 1"));
    assert!(!home.home().join("integrations:lua").exists());
}

#[test]
fn the_help_lists_a_shortcut_once_and_where_it_belongs() {
    let help = emulated(&["--help"]).run().code(0).stdout;
    assert_eq!(help.matches("integrations:<PROVIDER>").count(), 1);
    assert_eq!(help.matches("mcp:<SERVER>").count(), 1);
}

#[test]
fn a_number_that_is_none_is_told_in_plain_words() {
    let ran = emulated(&["runs", "list", "--limit", "many"]).run().code(2);
    assert!(ran.stderr.contains("write a whole number"), "{ran:#?}");
}

#[test]
fn whoever_holds_a_token_leaves_others_actions_alone() {
    let config = r#"{"code": "return 1"}"#;
    let home =
        emulated(&["action", "create", "--key", "mine", "--type", "lua", "--config", config]);
    home.run().code(0);
    let home = home.then(["token", "mint", "--allow", "*", "--effects", "all", "-q"]);
    let token = home.run().code(0).stdout.trim().to_owned();
    let mut home = home.env("KOSMO_TOKEN", token);
    let other = r#"{"config": {"code": "return 2"}}"#;
    for line in [
        &["action", "create", "--key", "new", "--type", "lua", "--config", config][..],
        &["action", "update", "mine", "--data", other],
        &["action", "replace", "mine", "--data", other],
        &["action", "delete", "mine"],
        &["action", "restore", "mine"],
    ] {
        home = home.then([line, &["--json"]].concat());
        assert_eq!(home.run().code(4).json()["error_detail"]["code"], "token_scope", "{line:?}");
    }
    // Looking for one and running one stay what they were.
    home = home.then(["action", "create", "--intent", "delete a source"]);
    home.run().code(0);
    home = home.then(["act", "--key", "mine", "--json"]);
    assert_eq!(home.run().code(0).json()["output"], 1);
}

#[test]
fn a_script_given_to_act_does_what_its_token_covers_and_no_more() {
    let home = emulated(&["token", "mint", "--allow", "segment.list_sources", "-q"]);
    let token = home.run().code(0).stdout.trim().to_owned();
    let home = home.env("KOSMO_TOKEN", token);
    let act = |home: Kosmo, code: &str| home.then(["act", "--code", code, "--json"]);
    let home = act(home, "return #membrane.api{ path = '/sources' }.data.sources");
    assert!(home.run().code(0).json()["output"].as_u64().unwrap() > 0);
    let mut home = home;
    for code in [
        "return membrane.api{ path = '/warehouses' }",
        "return app.integrations.segment.list_warehouses{}",
        "return membrane.act{ key = 'list-warehouses' }",
    ] {
        home = act(home, code);
        let ran = home.run().code(4).json();
        assert_eq!(ran["error_detail"]["code"], "token_scope", "{code}");
        assert!(ran["actionRunId"].is_string(), "{code}");
    }
}

#[test]
fn a_script_given_to_act_asks_as_every_call_does() {
    // Reads are free, and what writes asks for itself: the script by itself is nobody's permission.
    let segment = Service::start(|_, _| (200, json!({"success": true})));
    let act = |code: &str, more: &[&str]| {
        let line = ["act", "--json", "--code", code].into_iter().chain(more.iter().copied());
        segment
            .account()
            .into_iter()
            .fold(kosmo(line), |run, (key, value)| run.env(key, value))
            .run()
    };
    let write = "return app.integrations.segment.track_event{ event = 'e', userId = 'u' }";
    let refused = act(write, &[]).code(4).json();
    assert_eq!(refused["error_detail"]["code"], "policy_denied");
    assert_eq!(segment.seen().len(), 0);
    act("return 1 + 1", &[]).code(0);
    act(write, &["--force"]).code(0);
    assert_eq!(segment.seen().len(), 1);
}

#[test]
fn an_action_of_ones_own_has_an_example_that_can_be_run() {
    let config = r#"{"code": "return input"}"#;
    let schema = r#"{"type": "object", "required": ["name", "at", "tags", "plan"], "properties": {
        "name": {"type": "string"}, "at": {"type": "string", "format": "date-time"},
        "tags": {"type": "array", "items": {"type": "string"}}, "note": {"type": "string"},
        "plan": {"type": "object", "required": ["seats"], "properties": {
            "seats": {"type": "integer", "minimum": 3}, "kind": {"enum": ["a", "b"]}}}}}"#;
    let line = ["action", "create", "--key", "typed", "--type", "lua", "--config", config];
    let home = emulated(&line).and(["--inputSchema", schema]);
    home.run().code(0);
    let home = home.then(["integrations:examples", "segment.typed", "--json"]);
    let example = home.run().code(0).json();
    let arguments = &example["arguments"];
    assert_eq!(arguments["plan"]["seats"], 3);
    assert_eq!(arguments["note"], Value::Null);
    let home = home.then(["integrations:call", "segment.typed"]).and([arguments.to_string()]);
    let ran = home.and(["--json"]).run().code(0).json();
    assert_eq!(&ran["data"], arguments);
}

#[test]
fn the_doctor_finds_nothing_wrong_with_an_account_in_europe() {
    let home = kosmo(["integrations:configure", "segment", "--set", "region=eu"])
        .and(["--set", "write_key=abc"]);
    home.run().code(0);
    let report = home.then(["integrations:doctor", "segment", "--json"]).run().code(0).json();
    let checks = report["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["level"] != "problem"), "{checks:#?}");
    let reach = checks[0]["message"].as_str().unwrap();
    assert!(reach.contains("can use the Tracking API"), "{reach}");
    assert!(reach.contains("Objects API is not in its region"), "{reach}");
}

#[test]
fn settings_that_are_changed_by_many_at_once_all_stay() {
    let home = kosmo(["integrations:configure", "segment", "--set", "region=eu", "--account"]);
    let change = |number: usize| {
        let mut command = home.command();
        command.arg(format!("a{number}")).stdout(std::process::Stdio::null());
        command.spawn().unwrap()
    };
    // The home is new: nothing is there yet that they could meet at.
    let all: Vec<_> = (0..12).map(change).collect();
    for mut child in all {
        assert!(child.wait().unwrap().success());
    }
    let home = home.then(["integrations:status", "--json", "--select", "$[*].accounts"]);
    let listed = home.run().code(0).stdout;
    for number in 0..12 {
        assert!(listed.contains(&format!("\"a{number}\"")), "a{number} is lost: {listed}");
    }
}

#[test]
fn an_action_that_two_create_at_once_is_one_of_them() {
    let home = kosmo(["action", "create", "--key", "mine", "--type", "lua", "--config"]);
    let create = |number: usize| {
        let mut command = home.command();
        let (null, other) = (std::process::Stdio::null(), std::process::Stdio::null());
        command.arg(format!(r#"{{"code": "return {number}"}}"#)).stdout(null).stderr(other);
        command.spawn().unwrap()
    };
    let all: Vec<_> = (0..6).map(create).collect();
    let codes: Vec<_> = all.into_iter().map(|mut child| child.wait().unwrap().code()).collect();
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == Some(6)).count(), 5, "{codes:?}");
}

#[test]
fn every_listing_is_rows_where_rows_are_asked_for() {
    let home = emulated(&["token", "mint", "--allow", "*", "--name", "t"]);
    home.run().code(0);
    let mut home = home;
    for (line, first) in [
        (&["token", "list"][..], "id\t"),
        (&["connection", "list"], "id\t"),
        (&["mcp:preset", "list"], "name\t"),
        (&["action", "list"], "id\t"),
        (&["runs", "list"], ""),
    ] {
        home = home.then([line, &["--output", "tsv"]].concat());
        let ran = home.run().code(0);
        assert!(ran.stdout.starts_with(first), "{line:?}: {}", ran.stdout);
    }
}
