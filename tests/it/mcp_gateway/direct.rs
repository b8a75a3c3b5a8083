//! One tool a function: what is listed, and what calling it gives.

use serde_json::{Value, json};

use super::agent::{Agent, text};
use crate::support::{CANARY, kosmo};

fn names(tools: &[Value]) -> Vec<&str> {
    tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

#[test]
fn reads_are_listed_and_writes_only_where_they_are_allowed() {
    let mut agent = Agent::start(&kosmo(["mcp:serve", "--tools", "direct"]));
    let tools = agent.tools();
    assert!(tools.len() > 100, "more than one page");
    assert!(names(&tools).contains(&"integration__segment__list_sources"));
    assert!(!names(&tools).contains(&"integration__segment__create_source"));
    for tool in tools.iter().filter(|tool| tool["name"] != "read_result") {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        assert_eq!(tool["annotations"]["destructiveHint"], false, "{tool}");
    }
    assert_eq!(names(&tools), names(&agent.tools()), "the order is the same each time");
    let hidden = agent.ask("tools/call", json!({"name": "integration__segment__create_source"}));
    assert_eq!(hidden["error"]["code"], -32602);
    assert!(
        hidden["error"]["data"]["hint"].as_str().unwrap().starts_with("did you mean"),
        "{hidden}"
    );

    let mut agent = Agent::start(&kosmo(["mcp:serve", "--tools=direct", "--write=allow"]));
    let tools = agent.tools();
    assert!(names(&tools).contains(&"integration__segment__create_source"));
    assert!(!names(&tools).contains(&"integration__segment__delete_source"), "that destroys");

    let all = ["mcp:serve", "--tools=direct", "--write=allow", "--allow-destructive"];
    let mut agent = Agent::start(&kosmo(all));
    let tools = agent.tools();
    let delete = tools.iter().find(|tool| tool["name"] == "integration__segment__delete_source");
    assert_eq!(delete.unwrap()["annotations"]["destructiveHint"], true);
}

#[test]
fn a_call_gives_the_result_twice_and_both_are_the_same() {
    let kosmo = kosmo(["mcp:serve", "--tools", "direct", "--emulator"]);
    let mut agent = Agent::start(&kosmo);
    let result = agent.call("integration__segment__list_sources", json!({"slug": "my-workspace"}));
    let shown: Value = serde_json::from_str(text(&result)).unwrap();
    assert_eq!(shown, result["structuredContent"]);
    assert_eq!(shown["sources"][0]["id"], "abc123");
    assert_eq!(result["isError"], false);
    assert!(result["_meta"]["kosmo/run_id"].is_string());
}

#[test]
fn every_result_is_as_its_schema_says() {
    let arguments = ["mcp:serve", "--tools=direct", "--emulator", "--write=allow"];
    let mut agent = Agent::start(&kosmo(arguments));
    let catalogue = kosmo::catalogue::Catalogue::new(Vec::new());
    let mut seen = 0;
    for tool in agent.tools() {
        let name = tool["name"].as_str().unwrap().to_owned();
        let Some(function) = name.strip_prefix("integration__segment__") else { continue };
        let example = catalogue.find(&format!("segment.{function}")).unwrap().example.clone();
        let result = agent.call(&name, Value::Object(example));
        let schema = jsonschema::validator_for(&tool["outputSchema"]).unwrap();
        if result["isError"] == false {
            let content = &result["structuredContent"];
            let wrong = schema.iter_errors(content).next().map(|why| why.to_string());
            assert_eq!(wrong, None, "{name}: {content}");
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen} calls succeeded");
}

#[test]
fn the_gateways_own_arguments_choose_the_account_and_show_the_request() {
    let kosmo = kosmo(["mcp:serve", "--tools=direct", "--write=allow"])
        .env("SEGMENT_WRITE_KEY", CANARY)
        .env("KOSMO_SEGMENT_WORK_WRITE_KEY", "other");
    let mut agent = Agent::start(&kosmo);
    let arguments = json!({
        "userId": "u", "event": "E", "_account": "work", "_dry_run": true,
    });
    let result = agent.call("integration__segment__track_event", arguments);
    assert_eq!(result["structuredContent"]["method"], "POST", "{result}");
    assert!(!result.to_string().contains("other"), "secrets are masked");
    let arguments = json!({"userId": "u", "event": "E", "_account": "wrok", "_dry_run": true});
    let result = agent.call("integration__segment__track_event", arguments);
    assert_eq!(result["isError"], true);
    assert!(text(&result).contains("work"), "{result}");
    let arguments = json!({"userId": "u", "event": "E", "_dry_run": "yes"});
    let result = agent.call("integration__segment__track_event", arguments);
    assert_eq!(result["structuredContent"]["error_detail"]["param"], "_dry_run");
}

#[test]
fn a_missing_secret_keeps_no_tool_from_being_listed_and_the_call_says_what_is_missing() {
    let mut agent = Agent::start(&kosmo(["mcp:serve", "--tools=direct"]));
    assert!(!agent.tools().is_empty());
    let result = agent.call("integration__segment__list_sources", json!({"slug": "w"}));
    assert_eq!(result["isError"], true);
    let fault = &result["structuredContent"]["error_detail"];
    assert!(fault["hint"].as_str().unwrap().contains("SEGMENT_"), "{fault}");
}

#[test]
fn an_argument_of_the_wrong_type_is_named() {
    let kosmo = kosmo(["mcp:serve", "--tools=direct", "--write=allow", "--emulator"]);
    let mut agent = Agent::start(&kosmo);
    let arguments = json!({"userId": "u", "event": "E", "properties": "text"});
    let result = agent.call("integration__segment__track_event", arguments);
    assert_eq!(result["structuredContent"]["error_detail"]["param"], "properties", "{result}");
    let result =
        agent.call("integration__segment__track_event", json!({"userID": "u", "evnt": "E"}));
    assert!(text(&result).contains("evnt"), "{result}");
}

#[test]
fn a_profile_narrows_functions_and_accounts_and_a_flag_wins_over_its_file() {
    let profile = "tools = \"direct\"\nfunctions = [\"segment.list_*\"]\naccounts = [\"work\"]\n";
    let kosmo = kosmo(["mcp:serve", "--emulator", "--profile", "few"])
        .file("profiles/few.toml", profile)
        .env("KOSMO_SEGMENT_WORK_API_TOKEN", "t");
    let mut agent = Agent::start(&kosmo);
    let tools = agent.tools();
    assert!(
        names(&tools).iter().all(|name| {
            name.starts_with("integration__segment__list_") || *name == "read_result"
        })
    );
    let result = agent.call("integration__segment__list_sources", json!({"slug": "my-workspace"}));
    assert_eq!(result["structuredContent"]["error_detail"]["code"], "profile_scope", "{result}");
    let arguments = json!({"slug": "my-workspace", "_account": "work"});
    let result = agent.call("integration__segment__list_sources", arguments);
    assert_eq!(result["isError"], false, "{result}");

    let mut agent = Agent::start(&kosmo.and(["--function", "segment.get_source"]));
    assert_eq!(names(&agent.tools()), ["integration__segment__get_source", "read_result"]);
}

#[test]
fn a_result_over_the_cap_is_summed_up_and_read_on_with() {
    let kosmo = kosmo(["mcp:serve", "--tools=direct", "--emulator", "--max-result-chars=1000"]);
    let mut agent = Agent::start(&kosmo);
    let result = agent.call("integration__segment__get_sources_catalog", json!({}));
    let cut = &result["structuredContent"]["_cut"];
    let pages = cut["pages"].as_u64().unwrap_or_else(|| panic!("{result}"));
    let handle = cut["handle"].as_str().unwrap().to_owned();
    assert!(pages > 1 && text(&result).contains(&format!("{handle}:2")), "{result}");
    let mut whole = String::new();
    for page in 1..=pages {
        let next = agent.call("read_result", json!({"handle": format!("{handle}:{page}")}));
        whole += text(&next);
    }
    let whole: Value = serde_json::from_str(&whole).unwrap();
    assert!(whole.is_object() || whole.is_array());
    let uri = format!("kosmo://results/{handle}:2");
    let read = agent.ask("resources/read", json!({"uri": uri}));
    assert!(read["result"]["contents"][0]["text"].is_string(), "{read}");
}
