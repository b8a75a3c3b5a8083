//! Actions: found by what somebody wants, run by every name, and rows of a user's own, which every
//! face has at once and which may do no more than they say.

use std::fs;

use serde_json::Value;

use super::support::{Kosmo, Ran, kosmo};

const BY_ID: &str = "name = \"Source by id\"\ntype = \"request\"\n\n# Where it goes.\n[config.request]\npath = \"/sources/{id}\" # one\n";
const COUNT: &str = "type = \"lua\"\neffect = \"read\"\n[config]\ncode = '''\nreturn #app.integrations.segment.list_sources{slug=\"my-workspace\"}.sources\n'''\n";

fn at_home<const N: usize>(args: [&str; N]) -> Kosmo {
    kosmo(args).env("KOSMO_EMULATOR", "1")
}

fn with_actions<const N: usize>(args: [&str; N]) -> Kosmo {
    at_home(args).file("actions/source-by-id.toml", BY_ID).file("actions/count-sources.toml", COUNT)
}

fn json<const N: usize>(args: [&str; N]) -> Value {
    with_actions(args).and(["--json"]).run().code(0).json()
}

#[test]
fn the_best_fit_comes_first_and_nothing_is_better_than_a_bad_one() {
    let found = json(["action", "list", "--intent", "log a conversion", "--limit", "3"]);
    assert_eq!(found["items"][0]["key"], "track-event");
    assert!(found["items"][0]["confidence"].as_f64().unwrap() > 0.7, "{found}");
    assert_eq!(found["items"][0]["inputSchema"]["type"], "object");
    let none = json(["action", "list", "--intent", "book a flight to berlin"]);
    assert_eq!(
        (none["items"].as_array().unwrap().len(), &none["abstained"]),
        (0, &Value::Bool(true))
    );
    let all = json(["action", "list", "--limit", "5"]);
    assert_eq!(all["items"][0]["key"], "count-sources", "one's own come first");
    assert_eq!(all["cursor"], "5");
    with_actions(["action", "list", "--connectionKey", "nobody"]).run().code(5);
}

#[test]
fn an_action_runs_by_every_name_with_both_envelopes() {
    for args in [
        vec!["action", "run", "list-warehouses"],
        vec!["action", "run", "segment.list_warehouses", "--connectionId=default"],
        vec!["act", "--key", "list-warehouses", "--connectionKey", "segment.default"],
        vec!["act", "--id", "segment.list_warehouses", "--integrationKey", "segment"],
        vec!["act", "--api", r#"{"path": "/warehouses"}"#],
        vec!["act", "--code", "return membrane.act{key='list-warehouses'}"],
    ] {
        let ran = kosmo(&args).env("KOSMO_EMULATOR", "1").and(["--json"]).run().code(0).json();
        assert_eq!(ran["output"], ran["data"], "{args:?}");
        assert_eq!(ran["actionRunId"], ran["meta"]["run_id"], "{args:?}");
        assert!(ran["output"].to_string().contains("warehouses"), "{args:?}: {ran}");
    }
    at_home(["act", "--key", "a", "--id", "b"]).run().code(2);
    at_home(["act"]).run().code(2);
    let nameless = at_home(["action", "run", "--intent", "list sources"]).run().code(2);
    assert!(nameless.stderr.contains("list-sources"), "{nameless:?}");
}

#[test]
fn a_failure_has_its_run_as_well() {
    for (args, code) in [
        (vec!["action", "run", "get-warehouse", "--input", r#"{"warehouseId": "nope"}"#], 5),
        (vec!["action", "run", "get-warehouse", "--input", "{broken"], 2),
        (vec!["action", "run", "nothing-like-it"], 5),
        (vec!["act", "--api", r#"{"path": "/nope"}"#], 5),
        (vec!["act", "--api", r#"{"nope": 1}"#], 2),
        (vec!["act", "--code", "error('x')"], 1),
        (vec!["act", "--code", "module.exports = ({input}) => input"], 2),
    ] {
        let kosmo = kosmo(&args).env("KOSMO_EMULATOR", "1").and(["--json"]);
        let ran = kosmo.run().code(code).json();
        let run = ran["actionRunId"].as_str().unwrap().to_owned();
        let log = kosmo.then(["action-run-log", "get", &run, "--json"]).run().code(0).json();
        assert_eq!(log["status"], "error", "{args:?}");
    }
}

#[test]
fn an_action_of_ones_own_is_on_every_face() {
    let input = r#"{"id": "abc123"}"#;
    let ran = json(["action", "run", "source-by-id", "--input", input]);
    assert_eq!(ran["output"]["source"]["id"], "abc123");
    assert_eq!(ran["function"], "segment.source_by_id");
    let call = json(["integrations:call", "segment.source_by_id", "--id", "abc123"]);
    assert_eq!(call["data"], ran["output"]);
    let code = "return app.integrations.segment.source_by_id{id='abc123'}.source.id, app.integrations.segment.count_sources()";
    let lua = json(["integrations:lua", "-e", code]);
    assert_eq!(lua["result"][0], "abc123");
    assert!(lua["result"][1].as_i64().unwrap() > 0);
    let docs = with_actions(["integrations:docs", "segment.source_by_id"]).run().code(0).stdout;
    assert!(docs.contains("GET /sources/{id}"), "{docs}");
    let search = json(["integrations:search", "source by id"]);
    assert_eq!(search["functions"][0]["name"], "segment.source_by_id");
    let schema = json(["integrations:schema", "segment.source_by_id"]);
    assert_eq!(schema["required"][0], "id");
    let completed =
        with_actions(["__complete", "--", "integrations:call", "segment.source_b"]).run();
    assert!(completed.stdout.contains("source_by_id"), "{completed:?}");
}

#[test]
fn a_script_does_no_more_than_it_says_and_obeys_its_caller() {
    let sneaky = "type = \"lua\"\neffect = \"read\"\n[config]\ncode = \"return app.integrations.segment.track{userId='u', event='e'}\"\n";
    let ran =
        at_home(["action", "run", "sneaky", "--json"]).file("actions/sneaky.toml", sneaky).run();
    let ran = ran.code(4).json();
    assert!(ran["error"].as_str().unwrap().contains("declared as read only"), "{ran}");
    let honest = sneaky.replace("effect = \"read\"\n", "");
    let account = "[integrations.segment.accounts.default]\nwrite_key = \"k-123456\"\nurl = \"http://127.0.0.1:9\"\n";
    let refused = kosmo(["action", "run", "honest", "--json"])
        .file("actions/honest.toml", &honest)
        .file("config.toml", account);
    refused.run().code(4);
    let dry = refused.then(["action", "run", "honest", "--dry-run", "--json"]).run().code(0).json();
    assert_eq!(dry["output"]["calls"][0]["status"], "ok");
    assert_eq!(dry["output"]["result"]["method"], "POST", "{dry}");
    let endless = "type = \"lua\"\neffect = \"read\"\n[config]\ncode = \"while true do end\"\n";
    let kosmo = at_home(["action", "run", "endless", "--json"])
        .file("actions/endless.toml", endless)
        .env("KOSMO_RUN_CPU_LIMIT", "300ms");
    kosmo.run().code(11);
    let again = "type = \"lua\"\neffect = \"read\"\n[config]\ncode = \"return app.integrations.segment.again()\"\n";
    let deep =
        at_home(["action", "run", "again", "--json"]).file("actions/again.toml", again).run();
    assert!(deep.code(11).json()["error"].as_str().unwrap().contains("deep"));
    let calls = "type = \"lua\"\neffect = \"read\"\n[config]\ncode = \"for n = 1, 9 do app.integrations.segment.list_sources{slug='my-workspace'} end\"\n";
    let many = at_home([
        "integrations:lua",
        "--max-calls",
        "5",
        "-e",
        "app.integrations.segment.calls()",
        "--json",
    ])
    .file("actions/calls.toml", calls)
    .run();
    many.code(11);
}

#[test]
fn the_effect_of_a_request_is_that_of_the_place_it_goes_to() {
    let lie = "type = \"request\"\neffect = \"read\"\n[config.request]\nmethod = \"DELETE\"\npath = \"/{what}/{id}\"\n";
    let account = "[integrations.segment.accounts.default]\napi_token = \"k-123456\"\napi_url = \"http://127.0.0.1:9\"\n";
    let ran = kosmo([
        "action",
        "run",
        "lie",
        "--input",
        r#"{"what": "sources", "id": "abc123"}"#,
        "--json",
    ])
    .file("actions/lie.toml", lie)
    .file("config.toml", account)
    .run();
    assert_eq!(ran.code(4).json()["meta"]["operation"], "destroy");
}

#[test]
fn files_are_written_whole_and_comments_stay() {
    let kosmo = with_actions(["action", "update", "source-by-id", "--data"]).and([
        r#"{"description": "One.", "config": {"request": {"query": {"x": "1"}}}, "name": null}"#,
        "--json",
    ]);
    let record = kosmo.run().code(0).json();
    assert_eq!((&record["description"], &record["state"]), (&"One.".into(), &"READY".into()));
    let file = kosmo.home().join("actions/source-by-id.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("# Where it goes.") && text.contains("# one"), "{text}");
    assert!(!text.contains("Source by id"), "null takes away: {text}");
    let bad = ["action", "update", "source-by-id", "--data", r#"{"type": "nope"}"#];
    let kosmo = kosmo.then(bad);
    let refused = kosmo.run().code(2);
    assert!(refused.stderr.contains("source-by-id.toml:"), "{refused:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text, "nothing was saved");
    let whole = r#"{"type": "request", "config": {"request": {"path": "/warehouses"}}}"#;
    let kosmo = kosmo.then(["action", "replace", "segment.source_by_id", "--data", whole]);
    kosmo.run().code(0);
    assert!(!fs::read_to_string(&file).unwrap().contains("/sources/"));
    let kosmo = kosmo.then(["action", "delete", "source-by-id"]);
    kosmo.run().code(0);
    assert!(!file.exists());
    let kosmo = kosmo.then(["action", "run", "source-by-id"]);
    kosmo.run().code(5);
    let kosmo = kosmo.then(["action", "restore", "source-by-id"]);
    kosmo.run().code(0);
    let kosmo = kosmo.then(["action", "run", "source-by-id"]);
    kosmo.run().code(0);
    kosmo.then(["action", "delete", "list-sources"]).run().code(2);
}

#[test]
fn an_action_is_made_from_what_is_given_and_not_by_guessing() {
    let config = r#"{"request": {"method": "GET", "path": "/sources/{id}"}}"#;
    let schema = r#"{"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "description": "x"}}}"#;
    let kosmo = at_home(["action", "create", "--key", "one-source", "--name", "One source"]).and([
        "--type",
        "api-request-to-external-app",
        "--config",
        config,
        "--inputSchema",
        schema,
        "--integrationKey",
        "segment",
        "--json",
    ]);
    let made = kosmo.run().code(0).json();
    assert_eq!((&made["key"], &made["state"]), (&"one-source".into(), &"READY".into()));
    kosmo.run().code(6);
    let kosmo =
        kosmo.then(["act", "--key", "one-source", "--input", r#"{"id": "abc123"}"#, "--json"]);
    assert_eq!(kosmo.run().code(0).json()["output"]["source"]["id"], "abc123");
    let kosmo = kosmo.then(["act", "--key", "one-source", "--input", "{}"]);
    kosmo.run().code(2);
    let near = kosmo.then(["action", "create", "--intent", "delete a warehouse", "--json"]).run();
    let near = near.code(0).json();
    assert_eq!((&near["created"], &near["key"]), (&Value::Bool(false), &"delete-warehouse".into()));
    at_home(["action", "create", "--intent", "book a flight to berlin"]).run().code(5);
    for (args, code) in [
        (vec!["--key", "Bad Key", "--type", "request", "--config", config], 2),
        (vec!["--key", "list-sources", "--type", "request", "--config", config], 2),
        (vec!["--key", "js", "--type", "run-javascript", "--config", r#"{"code": "1"}"#], 2),
        (vec!["--key", "js", "--type", "lua", "--config", r#"{"code": "let x = () => 1"}"#], 2),
        (vec!["--type", "request", "--config", config], 2),
    ] {
        at_home(["action", "create"]).and(&args).run().code(code);
    }
}

#[test]
fn a_broken_file_takes_nothing_down() {
    let kosmo = with_actions(["integrations:call", "segment.count_sources", "--json"])
        .file("actions/broken.toml", "type = \"request\"\n[config.request]\npath = 7\n")
        .file("actions/list-sources.toml", BY_ID)
        .file("actions/binary.toml", [0xff, 0xfe]);
    let ran: Ran = kosmo.run().code(0);
    for said in ["broken.toml:3:8", "list-sources.toml", "binary.toml:1:"] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    let ran = kosmo.then(["action", "get", "broken", "--json"]).run();
    assert!(ran.stdout.contains("broken.toml:3:8"), "{ran:?}");
}

#[test]
fn a_projects_actions_count_once_they_are_trusted_as_they_are() {
    let project = tempfile::tempdir().unwrap();
    fs::create_dir(project.path().join("actions")).unwrap();
    fs::write(project.path().join("kosmo.toml"), "").unwrap();
    let file = project.path().join("actions/source-by-id.toml");
    fs::write(&file, BY_ID).unwrap();
    let run = ["action", "run", "source-by-id", "--input", r#"{"id": "abc123"}"#];
    let kosmo = at_home(run).within(project.path());
    let ran = kosmo.run().code(5);
    assert!(ran.stderr.contains("not trusted"), "{ran:?}");
    let kosmo = kosmo.then(["trust"]);
    kosmo.run().code(0);
    let kosmo = kosmo.then(run);
    kosmo.run().code(0);
    fs::write(&file, BY_ID.replace("/sources/", "/warehouses/")).unwrap();
    kosmo.run().code(5);
    let own = [
        "action",
        "create",
        "--key",
        "mine",
        "--type",
        "lua",
        "--config",
        r#"{"code": "return 1"}"#,
    ];
    let kosmo = kosmo.then(own);
    kosmo.run().code(0);
    assert!(project.path().join("actions/mine.toml").exists(), "a project's action by default");
    let kosmo = kosmo.then(["act", "--key", "mine"]);
    kosmo.run().code(0);
}
