//! Servers that a profile passes on: what is exposed and what is not, and that none of them, whatever
//! it does, takes the gateway down. The servers are `tests/fixtures/peers/mcp-hostile.py`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::agent::{Agent, text};
use crate::peer_library::fixture;
use crate::support::{Kosmo, kosmo};

/// A gateway whose user has servers that misbehave in these ways, each named after its way.
fn gateway(modes: &[&str], arguments: &[&str]) -> Kosmo {
    let all = ["mcp:serve", "--emulator"].iter().chain(arguments).copied();
    let gateway = kosmo(all.collect::<Vec<_>>());
    let entries = modes.iter().map(|mode| {
        let notes = gateway.home().join(format!("notes-{mode}"));
        let words = json!([fixture("mcp-hostile.py"), mode, notes]);
        ((*mode).to_owned(), json!({"command": "python3", "args": words, "timeout": 4}))
    });
    let entries: serde_json::Map<String, Value> = entries.collect();
    let file = json!({"mcpServers": entries}).to_string();
    gateway.file("mcp.json", file)
}

fn names(tools: &[Value]) -> Vec<&str> {
    tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

#[test]
fn an_exposed_server_is_listed_and_called_as_the_profile_allows() {
    let arguments = ["--tools=direct", "--function=segment.get_source", "--upstream=none"];
    let gateway = gateway(&["none", "other"], &arguments);
    let mut agent = Agent::start(&gateway);
    let tools = agent.tools();
    assert_eq!(
        names(&tools),
        [
            "integration__segment__get_source",
            "read_result",
            "mcp__none__look",
            "mcp__none__env",
            "mcp__none__strict",
        ],
        "what writes is not listed"
    );
    assert_eq!(tools[4]["inputSchema"]["required"], json!(["userId"]));
    assert_eq!(tools[2]["annotations"]["readOnlyHint"], true);
    let looked = agent.call("mcp__none__look", json!({"a": 1}));
    assert_eq!(looked["structuredContent"], json!({"a": 1}), "{looked}");
    assert!(looked["_meta"]["kosmo/run_id"].is_string(), "it is remembered as a run");
    let wrong = agent.call("mcp__none__strict", json!({"userId": 7}));
    assert_eq!(wrong["structuredContent"]["error_detail"]["param"], "userId", "{wrong}");
    for (name, hint) in [
        ("mcp__none__write", "tools/list"),
        ("mcp__none__lok", "did you mean mcp__none__look?"),
        ("mcp__other__look", ""),
    ] {
        let unknown = agent.ask("tools/call", json!({"name": name, "arguments": {}}));
        assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
        let said = unknown["error"]["data"]["hint"].as_str().unwrap_or_default();
        assert!(said.contains(hint), "{unknown}");
    }
}

#[test]
fn what_a_passed_on_tool_writes_is_asked_about() {
    let gateway = gateway(&["none"], &["--pin=mcp.none.*", "--upstream=none"]);
    let mut agent = Agent::start(&gateway);
    let listed = agent.tools();
    let listed = names(&listed);
    assert_eq!(listed.len(), 4 + 5, "{listed:?}");
    let refused = agent.call("mcp__none__write", json!({"a": 1}));
    assert_eq!(refused["isError"], true);
    assert_eq!(
        refused["structuredContent"]["approve"], "kosmo mcp:call none.write '{\"a\":1}' --force",
        "{refused}"
    );
    let mut agent = Agent::able(&gateway, json!({"elicitation": {}}));
    for (action, done) in [("decline", false), ("accept", true)] {
        let id =
            agent.send("tools/call", json!({"name": "mcp__none__write", "arguments": {"a": 1}}));
        let question = agent.asked();
        assert!(question["params"]["message"].as_str().unwrap().contains("mcp.none.write (write"));
        let answer = json!({"jsonrpc": "2.0", "id": question["id"], "result": {"action": action, "content": {}}});
        agent.line(&answer.to_string());
        let result = agent.answer(id)["result"].clone();
        assert_eq!(result["isError"], !done, "{result}");
    }
}

#[test]
fn scripts_reach_exposed_servers_only_and_start_no_other() {
    let gateway = gateway(&["none", "stubborn"], &["--upstream=none"]);
    let mut agent = Agent::start(&gateway);
    assert_eq!(agent.tools().len(), 4, "nothing of a server is listed in code mode");
    let ran = agent.call(
        "run_lua",
        json!({"code": "return { app.mcp.none.look{ b = 2 }, #mcp.tools('none') }"}),
    );
    assert_eq!(ran["structuredContent"]["result"], json!([{"b": 2}, 5]), "{ran}");
    let shown = agent.call(
        "run_lua",
        json!({"code": "local t = {} for k in pairs(mcp.servers()) do t[#t + 1] = k end return t"}),
    );
    assert_eq!(shown["structuredContent"]["result"], json!(["none"]), "{shown}");
    for code in [
        "app.mcp.stubborn.look()",
        "return mcp.tools('stubborn')",
        "return mcp.schema('stubborn.look')",
    ] {
        let refused = agent.call("run_lua", json!({"code": code}));
        assert!(text(&refused).contains("the MCP server `stubborn`"), "{code}: {refused}");
    }
    let writes = agent.call("run_lua", json!({"code": "app.mcp.none.write()"}));
    assert_eq!(writes["isError"], true, "{writes}");
    assert!(!gateway.home().join("notes-stubborn").exists(), "it was started");
    // Without a word about servers there are none.
    let gateway = self::gateway(&["none"], &[]);
    let mut agent = Agent::start(&gateway);
    let refused = agent.call("run_lua", json!({"code": "app.mcp.none.look()"}));
    assert!(text(&refused).contains("--upstream none"), "{refused}");
}

#[test]
fn servers_that_misbehave_cost_their_own_calls_and_nothing_else() {
    let modes =
        ["none", "crash", "babble", "endless", "malformed", "crash-call", "noise", "closes"];
    let arguments = ["--tools=direct", "--function=segment.list_sources", "--upstream=*"];
    let gateway = gateway(&modes, &arguments);
    let mut agent = Agent::start(&gateway);
    let tools = agent.tools();
    let listed = names(&tools);
    assert!(listed.contains(&"mcp__none__look"), "{listed:?}");
    assert!(!listed.iter().any(|name| name.contains("__crash__") || name.contains("__endless__")));
    for mode in ["crash", "malformed", "crash_call", "noise", "closes"] {
        let name = format!("mcp__{mode}__look");
        let failed = agent.call(&name, json!({}));
        assert_eq!(failed["isError"], true, "{name}: {failed}");
        assert!(text(&failed).contains("MCP server '"), "{name}: {failed}");
        let fine = agent.call("mcp__none__look", json!({"n": 1}));
        assert_eq!(fine["structuredContent"], json!({"n": 1}), "after {name}");
    }
    let own = agent.call("integration__segment__list_sources", json!({"slug": "my-workspace"}));
    assert_eq!(own["isError"], false, "{own}");
    assert_eq!(agent.end().1, 0);
}

#[test]
fn a_server_that_hangs_is_waited_for_a_moment_and_no_more() {
    let arguments = ["--tools=direct", "--function=segment.list_sources", "--upstream=*"];
    let gateway = gateway(&["none", "hang"], &arguments);
    let mut agent = Agent::start(&gateway);
    let began = Instant::now();
    let listed = agent.tools();
    assert!(names(&listed).contains(&"mcp__none__look"));
    let again = agent.tools();
    assert_eq!(listed, again);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    // Others are served while somebody waits for it.
    let slow = agent.send("tools/call", json!({"name": "mcp__hang__look", "arguments": {}}));
    let fine = agent.call("integration__segment__list_sources", json!({"slug": "my-workspace"}));
    assert_eq!(fine["isError"], false);
    let slow = agent.answer(slow)["result"].clone();
    assert_eq!(slow["structuredContent"]["error_detail"]["code"], "timeout", "{slow}");
}

#[test]
fn a_server_of_the_project_that_nobody_trusts_is_not_started() {
    let gateway = kosmo(["mcp:serve", "--tools=direct", "--upstream=s"]);
    let entry = json!({"command": "touch", "args": [gateway.home().join("started")]});
    let project = gateway.home().join("project");
    std::fs::create_dir_all(project.join(".git")).unwrap();
    std::fs::write(project.join(".mcp.json"), json!({"mcpServers": {"s": entry}}).to_string())
        .unwrap();
    let gateway = gateway.within(&project);
    let mut agent = Agent::start(&gateway);
    assert!(!names(&agent.tools()).iter().any(|name| name.starts_with("mcp__")));
    let refused = agent.call("mcp__s__look", json!({}));
    assert_eq!(
        refused["structuredContent"]["error_detail"]["code"], "untrusted_server",
        "{refused}"
    );
    assert!(!gateway.home().join("started").exists());
}

#[test]
fn a_gateway_passes_on_no_gateway_and_knows_the_names() {
    let gateway =
        kosmo(["mcp:serve", "--tools=direct", "--upstream=*", "--function=segment.get_source"]);
    let entry =
        json!({"command": env!("CARGO_BIN_EXE_kosmo"), "args": ["mcp:serve", "--upstream=*"]});
    let gateway = gateway.file("mcp.json", json!({"mcpServers": {"kosmo": entry}}).to_string());
    let mut agent = Agent::start(&gateway);
    assert_eq!(names(&agent.tools()), ["integration__segment__get_source", "read_result"]);
    let ran = kosmo(["mcp:serve", "--upstream=nobody"]).run().code(5);
    assert!(ran.stderr.contains("Unknown MCP server: nobody"), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
}
