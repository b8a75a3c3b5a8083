//! Four tools that know everything, and the names that agents of other programs use.

use serde_json::{Value, json};

use super::agent::{Agent, text};
use crate::support::kosmo;

fn emulated() -> Agent {
    Agent::start(&kosmo(["mcp:serve", "--emulator"]))
}

#[test]
fn four_tools_are_listed_in_under_two_thousand_tokens() {
    let mut agent = emulated();
    let tools = agent.tools();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["search", "docs_read", "run_lua", "run_lua_write"]);
    let wire = serde_json::to_string(&tools).unwrap();
    let tokens = tiktoken_rs::o200k_base().unwrap().encode_ordinary(&wire).len();
    assert!(tokens < 2000, "{tokens}");
    assert_eq!(tools[2]["annotations"]["readOnlyHint"], true);
    assert_eq!(tools[3]["annotations"]["readOnlyHint"], false);
}

#[test]
fn what_is_found_can_be_read_about_and_called() {
    let mut agent = emulated();
    let found = agent.call("search", json!({"query": "log a conversion", "limit": 3}));
    let hit = &found["structuredContent"]["hits"][0];
    assert_eq!(hit["function"], "segment.track_event", "{found}");
    assert_eq!(hit["effect"], "write");
    let page = agent.call("docs_read", json!({"page": "segment.track_event"}));
    assert!(text(&page).contains("userId"), "{page}");
    let code =
        "print('hi') return #app.integrations.segment.list_sources{slug = input.slug}.sources";
    let ran = agent.call("run_lua", json!({"code": code, "input": {"slug": "my-workspace"}}));
    assert_eq!(ran["structuredContent"]["output"], "hi");
    assert!(ran["structuredContent"]["result"].as_u64().unwrap() >= 1, "{ran}");
    assert_eq!(ran["structuredContent"]["calls"][0]["status"], "ok");
}

#[test]
fn run_lua_changes_nothing_and_says_what_does() {
    let mut agent = emulated();
    let code = "app.integrations.segment.track_event{userId = 'u', event = 'E'}";
    let ran = agent.call("run_lua", json!({"code": code}));
    assert_eq!(ran["isError"], true);
    assert!(text(&ran).contains("run_lua_write"), "{ran}");
    let ran = agent.call("run_lua_write", json!({"code": code}));
    assert_eq!(ran["isError"], false, "{ran}");
    let raw = "return app.integrations.segment.track_event";
    assert_eq!(
        agent.call("run_lua", json!({"code": raw}))["isError"],
        true,
        "a function is no value"
    );
}

#[test]
fn every_limit_of_a_script_is_named() {
    let kosmo = kosmo(["mcp:serve", "--emulator"])
        .env("KOSMO_RUN_CPU_LIMIT", "300ms")
        .env("KOSMO_RUN_MEMORY_LIMIT", "8MB")
        .env("KOSMO_RUN_MAX_CALLS", "2");
    let mut agent = Agent::start(&kosmo);
    let call = "app.integrations.segment.list_sources{slug = 'my-workspace'}";
    let cases = [
        ("while true do end".to_owned(), "cpu_limit", "run.cpu_limit"),
        (
            "local t = {} while true do t[#t + 1] = string.rep('x', 1e5) .. #t end".to_owned(),
            "memory_limit",
            "run.memory_limit",
        ),
        (format!("for n = 1, 5 do {call} end"), "call_limit", "run.max_calls"),
    ];
    for (code, limit, setting) in cases {
        let ran = agent.call("run_lua", json!({"code": code}));
        let fault = &ran["structuredContent"]["error_detail"];
        assert_eq!(fault["code"], limit, "{ran}");
        assert!(text(&ran).contains(setting), "{ran}");
    }
    let ran = agent.call("run_lua", json!({"code": "task.wait(60)", "timeout": 0.2}));
    assert_eq!(ran["structuredContent"]["error_detail"]["code"], "time_limit", "{ran}");
}

#[test]
fn a_failure_keeps_what_was_printed_and_called() {
    let mut agent = emulated();
    let code =
        "print('before') app.integrations.segment.list_sources{slug = 'my-workspace'} error('no')";
    let ran = agent.call("run_lua", json!({"code": code}));
    assert_eq!(ran["isError"], true);
    assert_eq!(ran["structuredContent"]["output"], "before");
    assert_eq!(ran["structuredContent"]["calls"].as_array().unwrap().len(), 1);
    assert!(text(&ran).contains("before"), "{ran}");
}

#[test]
fn a_long_output_is_cut_and_docs_read_reads_on() {
    let mut agent = Agent::start(&kosmo(["mcp:serve", "--emulator", "--max-result-chars=2000"]));
    let ran = agent.call("run_lua", json!({"code": "return string.rep('0123456789', 1000)"}));
    let handle = ran["structuredContent"]["_cut"]["handle"].as_str().unwrap().to_owned();
    let next = agent.call("docs_read", json!({"page": format!("{handle}:2")}));
    assert_eq!(text(&next).len(), 2000);
    let lost = agent.call("docs_read", json!({"page": "result:0000"}));
    assert_eq!(lost["structuredContent"]["error_detail"]["code"], "unknown_result");
}

#[test]
fn a_pinned_function_has_a_tool_of_its_own() {
    let mut agent =
        Agent::start(&kosmo(["mcp:serve", "--emulator", "--pin", "segment.list_sources"]));
    let tools = agent.tools();
    assert_eq!(tools.len(), 5);
    assert_eq!(tools[4]["name"], "integration__segment__list_sources");
}

#[test]
fn a_gateway_that_denies_writing_has_no_tool_for_it() {
    let mut agent = Agent::start(&kosmo(["mcp:serve", "--emulator", "--write", "deny"]));
    assert_eq!(agent.tools().len(), 3);
    let refused =
        agent.ask("tools/call", json!({"name": "run_lua_write", "arguments": {"code": "x"}}));
    assert_eq!(refused["error"]["code"], -32602, "{refused}");
    let code = "app.integrations.segment.track_event{userId = 'u', event = 'E'}";
    let ran = agent.call("execute_lua", json!({"code": code}));
    assert_eq!(ran["isError"], true);
    assert!(text(&ran).contains("the gateway"), "{ran}");
    let found = agent.call("search", json!({"query": "create a source"}));
    let hits = found["structuredContent"]["hits"].as_array().unwrap();
    assert!(hits.iter().all(|hit| hit["effect"] == "read"), "{found}");
}

#[test]
fn the_names_of_other_programs_are_accepted() {
    let mut agent = emulated();
    let list = agent.call("lua_list_docs", json!({}));
    assert!(
        text(&list).starts_with("Available Lua API namespaces:\n\n**app.integrations.segment** — ")
    );
    let list = agent.call("lua_list_docs", json!({"namespace": "nope"}));
    assert!(text(&list).starts_with("Namespace 'nope' not found. Available: "), "{list}");
    let found = agent.call("lua_search_docs", json!({"query": "list sources"}));
    assert!(text(&found).starts_with("Found 8 result(s) for 'list sources':"), "{found}");
    let none = agent.call("lua_search_docs", json!({"query": "qqqqq"}));
    assert_eq!(text(&none), "No results found for 'qqqqq'.");
    let page = agent.call("lua_read_doc", json!({"page": "integrations.segment"}));
    assert!(text(&page).contains("track_event"));
    let code = "print('hi') return {a = 1}";
    let ran =
        agent.call("execute_lua", json!({"code": code, "memoryLimit": 8 << 20, "cpuLimit": 5}));
    let lines = text(&ran);
    assert!(lines.starts_with("Output:\nhi\nReturn value: {"), "{lines}");
    for part in ["Execution time: ", "ms\nMemory: ", "Integration calls: 0"] {
        assert!(lines.contains(part), "{lines}");
    }
    let blank = agent.call("execute_lua", json!({"code": " "}));
    assert!(text(&blank).starts_with("Missing required parameter \"code\"."), "{blank}");
    let blank = agent.call("lua_search_docs", json!({}));
    assert!(text(&blank).starts_with("Missing required parameter \"query\"."), "{blank}");
}

#[test]
fn documentation_and_workflows_are_served() {
    let mut agent = emulated();
    let listed = agent.ask("resources/list", json!({}))["result"].clone();
    let uris: Vec<&str> = listed["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["uri"].as_str().unwrap())
        .collect();
    assert!(
        uris.contains(&"kosmo://docs/segment.sources") && uris.contains(&"kosmo://docs/errors")
    );
    for uri in uris.iter().copied().chain(["kosmo://docs/segment.track_event"]) {
        let read = agent.ask("resources/read", json!({"uri": uri}));
        assert!(read["result"]["contents"][0]["text"].as_str().unwrap().len() > 20, "{read}");
    }
    let lost = agent.ask("resources/read", json!({"uri": "kosmo://docs/segment.trak_event"}));
    assert!(lost["error"]["message"].as_str().unwrap().contains("segment.track_event"), "{lost}");
    let templates = agent.ask("resources/templates/list", json!({}));
    assert_eq!(templates["result"]["resourceTemplates"].as_array().unwrap().len(), 2);
    let prompts = agent.ask("prompts/list", json!({}))["result"]["prompts"].clone();
    for prompt in prompts.as_array().unwrap() {
        let name = prompt["name"].as_str().unwrap();
        assert!(!prompt["description"].as_str().unwrap().is_empty());
        let got =
            agent.ask("prompts/get", json!({"name": name, "arguments": {"task": "only mine"}}));
        let said = got["result"]["messages"][0]["content"]["text"].as_str().unwrap().to_owned();
        assert!(said.contains("only mine") && said.contains("```lua"), "{said}");
    }
    let lost = agent.ask("prompts/get", json!({"name": "quickstrat"}));
    assert!(lost["error"]["message"].as_str().unwrap().contains("quickstart"), "{lost}");
    let bare = Value::Null;
    assert_eq!(agent.ask("ping", json!({}))["error"], bare);
}
