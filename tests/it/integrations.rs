//! The documented shapes of the `integrations:*` commands: keys, their order, tables, schemas.

use kosmo::catalogue::{Catalogue, schema::input_schema};
use serde_json::{Value, json};

use crate::support::{Ran, kosmo};

const FUNCTION: &[&str] = &[
    "provider",
    "function",
    "name",
    "slug",
    "title",
    "description",
    "operation",
    "active",
    "configured",
    "accounts",
    "auth",
    "auth_strategy",
    "host_availability",
    "runtime_requirements",
    "compatibility",
    "compatibility_summary",
    "cli_setup_supported",
    "cli_runtime_supported",
    "input_schema",
];

#[track_caller]
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap_or_else(|| panic!("{value}")).keys().map(String::as_str).collect()
}

fn run(line: &[&str]) -> Ran {
    kosmo(line).env("KOSMO_SEGMENT_WORK_WRITE_KEY", "canary-1").run()
}

#[test]
fn objects_have_the_documented_keys_in_the_documented_order() {
    let list = run(&["integrations:list", "--json"]).code(0).json();
    assert_eq!(keys(&list), ["success", "providers"]);
    let segment = &list["providers"]["segment"];
    let head = ["active", "configured", "auth_strategy", "cli_setup_supported"];
    assert_eq!(keys(segment)[..4], head);
    assert_eq!(keys(&segment["functions"][0]), FUNCTION);
    assert_eq!(segment["functions"][0]["accounts"], json!(["work"]), "named ones only");
    let status = run(&["integrations:status", "--json"]).code(0).json();
    let segment = &status["providers"]["segment"];
    assert_eq!(
        keys(segment)[..5],
        ["active", "configured", "accounts", "functions", "auth_strategy"]
    );
    assert_eq!(segment["accounts"], json!(["default", "work"]));
    let search = run(&["integrations:search", "track event", "--json"]).code(0).json();
    assert_eq!(keys(&search), ["success", "query", "functions"]);
    assert_eq!(search["query"], "track event");
    assert_eq!(keys(&search["functions"][0]), FUNCTION);
    assert_eq!(search["functions"][0]["name"], "segment.track_event");
    assert!(search["functions"].as_array().unwrap().len() <= 20);
    let fields = run(&["integrations:fields", "segment", "--json"]).code(0).json();
    let head = ["success", "provider", "account", "accounts", "cli_setup_supported"];
    assert_eq!(keys(&fields)[..5], head);
    let field = ["key", "label", "type", "required", "configured", "description"];
    assert_eq!(keys(&fields["fields"][0])[..6], field);
    let doctor = run(&["integrations:doctor", "segment", "--json"]).code(0).json();
    let head = ["provider", "locally_runnable", "cli_setup_supported", "cli_runtime_supported"];
    assert_eq!(keys(&doctor)[..4], head);
    for key in ["missing_credentials", "permissions", "function_count", "next_commands"] {
        assert!(!doctor[key].is_null(), "{key}");
    }
    let every = run(&["integrations:doctor", "--json"]).code(0).json();
    assert_eq!(keys(&every), ["segment"]);
    let line = ["integrations:configure", "segment", "--read", "allow", "--json"];
    let configured = run(&line).code(0).json();
    let head = ["success", "provider", "account", "scope", "credentials_set", "credentials_unset"];
    assert_eq!(keys(&configured)[..6], head);
}

#[test]
fn tables_have_the_documented_columns() {
    for (line, columns) in [
        (
            &["integrations:list"][..],
            &["Provider", "Functions", "Status", "Compatibility", "Examples"][..],
        ),
        (
            &["integrations:status"],
            &["Provider", "Active", "Configured", "Accounts", "Compatibility", "Functions"],
        ),
        (
            &["integrations:search", "track event"],
            &["Function", "Operation", "Status", "Description"],
        ),
        (&["integrations:fields", "segment"], &["Key", "Label", "Type", "Configured"]),
    ] {
        let shown = run(line).code(0).stdout;
        let header = shown.lines().nth(1).unwrap();
        let cells: Vec<&str> = header.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells[..columns.len()], *columns, "{line:?}");
    }
    let list = run(&["integrations:list"]).stdout;
    assert!(list.contains("identify_user, track_event, "), "the best known first: {list}");
    assert_eq!(run(&["integrations:search", "zzz qqq"]).code(0).stdout, "");
}

#[test]
fn a_page_comes_in_three_forms() {
    let page = |form: &[&str]| {
        let line = [&["integrations:docs", "segment.track_event"], form].concat();
        run(&line).code(0).stdout
    };
    let text = page(&[]);
    assert!(text.starts_with("# segment.track_event\n"));
    assert_eq!(page(&["--format", "text"]), text);
    assert_eq!(page(&["--format=markdown"]), text);
    assert_eq!(page(&["--format", "json"]), page(&["--json"]));
    run(&["integrations:docs", "--format", "pdf"]).code(2);
}

#[test]
fn examples_are_those_of_a_function_or_of_a_provider() {
    let one = run(&["integrations:examples", "track", "--json"]).code(0).json();
    assert_eq!(keys(&one)[..4], ["success", "function", "arguments", "lua"]);
    let all = run(&["integrations:examples", "segment", "--json"]).code(0).json();
    assert_eq!(all["examples"].as_array().unwrap().len(), 8);
    assert_eq!(all["examples"][1]["lua"], one["lua"]);
    let text = run(&["integrations:examples", "segment"]).code(0).stdout;
    assert!(text.contains("app.integrations.segment.get_current_user"));
    run(&["integrations:examples", "nowhere"]).code(5);
}

#[test]
fn every_schema_is_valid_and_closed_all_the_way_down() {
    let catalogue = Catalogue::new(Vec::new());
    let mut inner = 0;
    for operation in catalogue.operations() {
        let schema = input_schema(operation);
        let name = operation.full_name();
        jsonschema::draft202012::meta::validate(&schema)
            .unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["type"], "object", "{name}");
        let judge = jsonschema::draft202012::new(&schema).unwrap();
        assert!(!judge.is_valid(&json!({"no_such_parameter": 1})), "{name}");
        inner += closed(&schema, &name);
    }
    assert!(inner > 50, "only {inner} objects within objects");
}

/// Demands that whatever names its keys takes no others; how many such objects are inside.
fn closed(schema: &Value, path: &str) -> usize {
    let mut count = 0;
    if let Some(properties) = schema["properties"].as_object() {
        assert_eq!(schema["additionalProperties"], false, "{path}");
        assert!(schema["required"].is_null() || schema["required"].is_array(), "{path}");
        for (name, inner) in properties {
            let path = format!("{path}.{name}");
            for part in [inner, &inner["items"]] {
                count += closed(part, &path);
                count += usize::from(part["properties"].is_object());
            }
        }
    }
    count
}
