//! What is no message, no method, no tool: each is answered as JSON-RPC says, and the gateway goes on.

use serde_json::{Value, json};

use super::agent::Agent;
use crate::support::kosmo;

#[test]
fn what_is_no_message_is_answered_and_the_connection_goes_on() {
    let mut agent = Agent::start(&kosmo(["mcp:serve", "--emulator"]));
    let deep = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":{}", "[".repeat(5000));
    let long = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{}\"}}", "x".repeat(17 << 20));
    let cases: [(&str, i64, Value); 8] = [
        ("garbage", -32700, Value::Null),
        ("{\"jsonrpc\":\"2.0\",", -32700, Value::Null),
        (&deep, -32700, Value::Null),
        ("\u{0}", -32700, Value::Null),
        ("[]", -32600, Value::Null),
        ("{\"id\":7,\"method\":1}", -32600, json!(7)),
        ("{\"jsonrpc\":\"1.0\",\"id\":\"a\",\"method\":\"ping\"}", -32600, json!("a")),
        (&long, -32600, Value::Null),
    ];
    for (line, code, id) in cases {
        agent.line(line);
        let answer = agent.read().unwrap();
        let shown = &line[..line.len().min(60)];
        assert_eq!(answer["error"]["code"], code, "{shown}: {answer}");
        assert_eq!(answer["id"], id, "{shown}: {answer}");
        assert!(answer.as_object().unwrap().contains_key("id"), "{answer}");
    }
    agent.line("");
    agent.line("  ");
    assert_eq!(agent.ask("ping", json!({}))["result"], json!({}));
}

#[test]
fn params_that_are_wrong_are_named() {
    let mut agent = Agent::start(&kosmo(["mcp:serve", "--emulator"]));
    let cases = [
        ("tools/call", json!({}), -32602, "params.name"),
        ("tools/call", json!({"name": 7}), -32602, "params.name"),
        ("tools/call", json!({"name": "search", "arguments": [1]}), -32602, "params.arguments"),
        ("tools/call", json!({"name": "serach"}), -32602, "unknown tool `serach`"),
        ("tools/list", json!({"cursor": "nope"}), -32602, "`nope` is no cursor"),
        ("resources/read", json!({}), -32602, "params.uri"),
        ("prompts/get", json!({}), -32602, "params.name"),
        ("nope/nope", json!({}), -32601, "Method not found: nope/nope"),
    ];
    for (method, params, code, part) in cases {
        let answer = agent.ask(method, params);
        assert_eq!(answer["error"]["code"], code, "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(part), "{answer}");
    }
    let near = agent.ask("tools/call", json!({"name": "serach"}));
    assert_eq!(near["error"]["data"]["hint"], "did you mean search?", "{near}");
}

#[test]
fn arguments_of_the_tools_that_know_everything_are_checked_too() {
    let mut agent = Agent::start(&kosmo(["mcp:serve", "--emulator"]));
    let cases = [
        ("search", json!({"query": 7}), "query"),
        ("search", json!({"query": "x", "limit": 0}), "limit"),
        ("search", json!({"query": "x", "limit": 51}), "limit"),
        ("docs_read", json!({"page": ["x"]}), "page"),
        ("run_lua", json!({}), "code"),
        ("run_lua", json!({"code": 1}), "code"),
        ("run_lua", json!({"code": "x", "timeout": "soon"}), "timeout"),
        ("run_lua", json!({"code": "x", "acount": "x"}), "acount"),
        ("execute_lua", json!({"code": "x", "memoryLimit": -1}), "memoryLimit"),
    ];
    for (tool, arguments, param) in cases {
        let result = agent.call(tool, arguments);
        assert_eq!(result["isError"], true, "{result}");
        assert_eq!(result["structuredContent"]["error_detail"]["param"], param, "{result}");
    }
}

#[test]
fn revisions_are_negotiated_and_never_made_up() {
    let hello = |version: &str| json!({"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let gateway = kosmo(["mcp:serve"]);
    for (asked, answered) in [
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2024-11-05", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
    ] {
        let mut agent = Agent::silent(&gateway);
        let answer = agent.ask("initialize", hello(asked));
        assert_eq!(answer["result"]["protocolVersion"], answered, "{asked}");
    }
    let mut agent = Agent::silent(&gateway);
    let meta = |version: &str| {
        json!({"_meta": {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }})
    };
    let found = agent.ask("server/discover", meta("2026-07-28"));
    let versions = found["result"]["supportedVersions"].to_string();
    assert!(versions.contains("2026-07-28") && versions.contains("2025-03-26"), "{found}");
    let wrong = agent.ask("tools/list", meta("2031-01-01"));
    assert_eq!(wrong["error"]["code"], -32022, "{wrong}");
    let listed = agent.ask("tools/list", meta("2026-07-28"));
    assert_eq!(listed["result"]["tools"].as_array().unwrap().len(), 4, "{listed}");
    let bare = agent.ask("tools/list", json!({}));
    assert_eq!(bare["error"]["code"], -32602, "each request says its revision: {bare}");
}

#[test]
fn whoever_begins_with_something_else_is_told_so_and_may_begin_again() {
    let mut agent = Agent::silent(&kosmo(["mcp:serve"]));
    agent.tell("notifications/initialized", json!({}));
    agent.line("{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}");
    assert_eq!(agent.ask("ping", json!({}))["result"], json!({}));
    assert_eq!(agent.ask("tools/list", json!({}))["error"]["code"], -32602);
    let wrong = agent.ask("initialize", json!({"protocolVersion": 1}));
    assert_eq!(wrong["error"]["code"], -32602);
    let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    assert_eq!(agent.ask("initialize", hello)["result"]["serverInfo"]["name"], "kosmo");
}

#[test]
fn what_keeps_a_gateway_from_starting_is_said_before_a_word_of_protocol() {
    let cases: [(&[&str], &str, &str, i32); 5] = [
        (&["--profile", "nobody"], "", "cannot read the profile", 5),
        (&["--profile", "p.toml"], "tools = \"both\"", "unknown variant", 3),
        (&["--profile", "p.toml"], "functoins = []", "functoins", 3),
        (&["--max-result-chars", "10"], "", "at least 1000", 3),
        (&["--write", "ask"], "", "ask", 2),
    ];
    for (arguments, profile, part, _) in cases {
        let all = ["mcp:serve"].iter().chain(arguments).copied().collect::<Vec<_>>();
        let ran = kosmo(all).file("p.toml", profile).run();
        assert_ne!(ran.code, 0);
        assert_eq!(ran.stdout, "", "{arguments:?}");
        assert!(ran.stderr.contains(part), "{arguments:?}: {}", ran.stderr);
    }
}
