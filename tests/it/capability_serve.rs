//! Capability files that are served: their routes and their tools on ports of their own, against the
//! emulator and against a service that says what it was asked.

use std::process::{Child, Stdio};

use serde_json::{Map, Value, json};

use super::capability::SEGMENT;
use super::capability_rows::{TWELVE, mirror};
use super::rest::{Answer, send};
use super::service::{Reply, Service};
use super::support::{Kosmo, kosmo};

/// A file that is served.
struct Served {
    child: Child,
    _home: Kosmo,
    faces: Value,
}

fn serve(flags: &[&str], prepare: impl FnOnce(Kosmo) -> Kosmo) -> Served {
    let line = ["capability", "serve", "c.yaml", "--rest-port", "0", "--mcp-port", "0", "--json"];
    let home = kosmo(line.iter().chain(flags).copied().collect::<Vec<_>>());
    start(prepare(home.file("c.yaml", SEGMENT)))
}

fn start(home: Kosmo) -> Served {
    let mut child = home.command().stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let stdout = child.stdout.as_mut().unwrap();
    // The object is printed over several lines, and the program goes on after it.
    let mut objects = serde_json::Deserializer::from_reader(stdout).into_iter::<Value>();
    let faces = objects.next().unwrap().unwrap()["faces"].clone();
    Served { child, _home: home, faces }
}

impl Served {
    fn host(&self, kind: &str) -> String {
        let face = self.faces.as_array().unwrap().iter().find(|face| face["type"] == kind);
        let url = face.unwrap()["url"].as_str().unwrap().to_owned();
        url["http://".len()..].trim_end_matches("/mcp").to_owned()
    }

    fn rest(&self, line: &str, headers: &str, body: &str) -> Answer {
        self.say("rest", line, headers, body)
    }

    fn say(&self, kind: &str, line: &str, headers: &str, body: &str) -> Answer {
        let (host, length) = (self.host(kind), body.len());
        let own =
            if headers.contains("Host:") { String::new() } else { format!("Host: {host}\r\n") };
        let request = format!(
            "{line} HTTP/1.1\r\n{own}Connection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        );
        send(&host, request.as_bytes())
    }

    /// One message of the stateless revision, whose answer needs no session.
    fn mcp(&self, path: &str, method: &str, mut params: Value) -> Value {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        params["_meta"] = meta;
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let name = params["name"].as_str().unwrap_or_default();
        let name = if name.is_empty() { String::new() } else { format!("Mcp-Name: {name}\r\n") };
        let headers = format!(
            "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {method}\r\n{name}"
        );
        let answer = self.say("mcp", &format!("POST {path}"), &headers, &message.to_string());
        let mut lines = answer.body.lines().map(|line| line.strip_prefix("data: ").unwrap_or(line));
        let last =
            lines.rfind(|line| line.starts_with('{')).unwrap_or_else(|| panic!("{answer:?}"));
        serde_json::from_str(last).unwrap()
    }

    fn tool(&self, name: &str, arguments: &str) -> Value {
        let arguments: Value = serde_json::from_str(arguments).unwrap();
        self.mcp("/mcp", "tools/call", json!({"name": name, "arguments": arguments}))["result"]
            .clone()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn at(service: &Service) -> impl FnOnce(Kosmo) -> Kosmo {
    let address = service.address.clone();
    move |home| home.env("SEGMENT_TOKEN", "the-config-token").env("SEGMENT_CONFIG_URL", address)
}

/// A function of the twelve as a request to its route: line and body.
fn request(args: &str, sent: &str) -> (String, String) {
    let args: Map<String, Value> = serde_json::from_str(args).unwrap();
    let body = args.get("body").map(Value::to_string).unwrap_or_default();
    (sent.replace("/v1beta", ""), body)
}

#[test]
fn nf_22_nf_23_and_nf_32_twelve_routes_and_twelve_tools_send_and_give_back_the_same() {
    let service = Service::start(|_, seen| mirror(seen));
    let served = serve(&["--force", "--allow-destructive"], at(&service));
    for (name, args, sent) in TWELVE {
        let (line, body) = request(args, sent);
        let answer = served.rest(&line, "", &body);
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
        assert!(answer.headers["x-kosmo-run-id"].len() > 20);
        let by_rest = answer.json();
        assert_eq!(by_rest["did"], sent, "{name}");
        let by_tool = served.tool(name, args);
        assert_eq!(by_tool["structuredContent"], by_rest, "{name}: {by_tool}");
        let text = by_tool["content"][0]["text"].as_str().unwrap();
        assert_eq!(serde_json::from_str::<Value>(text).unwrap(), by_rest, "{name}");
        assert_eq!(by_tool["isError"], false);
        let seen = service.seen();
        let mut pair = seen.iter().filter(|seen| seen.what() == sent);
        let (one, other) = (pair.next().unwrap(), pair.next().unwrap());
        assert_eq!((&one.body, &one.authorization), (&other.body, &other.authorization), "{name}");
        assert_eq!(one.authorization, "Bearer the-config-token");
    }
}

#[test]
fn nf_26_nf_27_and_nf_28_tools_are_those_of_the_file_in_its_order_with_its_hints() {
    let served = serve(&["--emulator"], |home| home);
    let listed = served.mcp("/", "tools/list", json!({}))["result"]["tools"].clone();
    assert_eq!(listed, served.mcp("/mcp", "tools/list", json!({}))["result"]["tools"]);
    let tools = listed.as_array().unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, TWELVE.map(|(name, ..)| name));
    for tool in tools {
        let name = tool["name"].as_str().unwrap();
        let hints = match &name[..3] {
            "get" | "lis" => [true, false, true],
            "del" => [false, true, true],
            _ => [false, false, false],
        };
        let [read, destroys, again] = hints;
        let hints =
            json!({"readOnlyHint": read, "destructiveHint": destroys, "idempotentHint": again});
        assert_eq!(tool["annotations"], hints, "{name}");
        let input = &tool["inputSchema"];
        assert_eq!(input["additionalProperties"], false, "{name}");
        assert_eq!(input["required"][0], "workspaceName", "{name}: {input}");
        let writes = name.starts_with("create") || name.starts_with("update");
        assert_eq!(input["properties"]["body"].is_object(), writes, "{name}: {input}");
        assert_eq!(tool["outputSchema"]["type"], "object", "{name}");
        assert!(tool.get("title").is_none(), "the file gives no label");
    }
    assert_eq!(tools[11]["description"], "Create tracking plan");
    let paged = &tools[1]["inputSchema"]["properties"];
    assert!(paged["page_size"].is_object() && paged["page_token"].is_object(), "NF-9: {paged}");
}

#[test]
fn the_file_answers_on_every_face_against_the_emulator() {
    let served = serve(&["--emulator"], |home| home);
    let sources = "/workspaces/my-workspace/sources";
    let body = r#"{"source": {"name": "shop", "catalog_name": "catalog/sources/ios"}}"#;
    let made = served.rest(&format!("POST {sources}"), "", body);
    assert_eq!(made.status, 200, "{made:?}");
    assert_eq!(made.json()["name"], "workspaces/my-workspace/sources/shop");
    let (workspace, source) = (r#""workspaceName": "my-workspace""#, r#""sourceName": "shop""#);
    let tool = |name: &str, more: &str| {
        let answer = served.tool(name, &format!("{{{workspace}{more}}}"));
        assert_eq!(answer["isError"], false, "{name}: {answer}");
        answer["structuredContent"].clone()
    };
    let shop = tool("getsource", &format!(", {source}"));
    assert_eq!(shop, served.rest(&format!("GET {sources}/shop"), "", "").json());
    assert_eq!(tool("listsources", "")["sources"].as_array().unwrap().len(), 5);
    let destination = r#"{"destination": {"name": "google-analytics", "enabled": false}}"#;
    tool("createdestination", &format!(", {source}, \"body\": {destination}"));
    let place = format!("{sources}/shop/destinations");
    let all = served.rest(&format!("GET {place}"), "", "").json();
    assert_eq!(all["destinations"].as_array().unwrap().len(), 1, "{all}");
    let one = format!(", {source}, \"destinationName\": \"google-analytics\"");
    let on = r#"{"destination": {"enabled": true}}"#;
    let patched = served.rest(&format!("PATCH {place}/google-analytics"), "", on);
    assert_eq!(patched.json()["enabled"], true, "{patched:?}");
    assert_eq!(tool("getdestination", &one)["enabled"], true);
    tool("deletedestination", &one);
    assert_eq!(served.rest(&format!("GET {place}/google-analytics"), "", "").status, 404);
    let plan = r#"{"tracking_plan": {"display_name": "Checkout", "rules": {"events": []}}}"#;
    let plans = "/workspaces/my-workspace/tracking-plans";
    let made = served.rest(&format!("POST {plans}"), "", plan);
    assert_eq!(made.json()["display_name"], "Checkout", "{made:?}");
    assert_eq!(tool("listtrackingplans", "")["tracking_plans"].as_array().unwrap().len(), 2);
    assert_eq!(tool("getworkspace", "")["name"], "workspaces/my-workspace");
    let gone = served.rest(&format!("DELETE {sources}/shop"), "", "");
    assert!(matches!(gone.status, 200 | 204), "{gone:?}");
    assert_eq!(served.rest(&format!("GET {sources}/shop"), "", "").status, 404);
}

#[test]
fn nf_13_nf_18_nf_23_and_nf_30_failures_are_told_as_the_service_tells_them() {
    let service = Service::start(|_, seen| match seen.what() {
        "GET /v1beta/workspaces/gone" => Reply::Json(404, json!({"error": "no", "code": 5})),
        "DELETE /v1beta/workspaces/w/sources/s" => Reply::Raw(204, "text/plain", Vec::new()),
        _ => Reply::With(
            429,
            vec!["Retry-After: 7200".to_owned()],
            json!({"error": "slow", "code": 8}),
        ),
    });
    let served = serve(&["--force", "--allow-destructive"], at(&service));
    let gone = served.rest("GET /workspaces/gone", "", "");
    let problem = gone.problem(404, "not_found");
    assert_eq!(problem["facts"]["code"], 5);
    let by_tool = served.tool("getworkspace", r#"{"workspaceName": "gone"}"#);
    assert_eq!(
        (&by_tool["isError"], &by_tool["structuredContent"]["error_detail"]["http_status"]),
        (&json!(true), &json!(404)),
        "{by_tool}"
    );
    assert!(by_tool["_meta"]["kosmo/run_id"].is_string(), "{by_tool}");
    let empty = served.rest("DELETE /workspaces/w/sources/s", "", "");
    assert_eq!((empty.status, empty.body.as_str()), (204, ""));
    let empty = served.tool("deletesource", r#"{"workspaceName": "w", "sourceName": "s"}"#);
    assert_eq!((&empty["isError"], &empty["content"][0]["text"]), (&json!(false), &json!("null")));
    let slow = served.rest("GET /workspaces/w", "", "");
    assert_eq!((slow.status, slow.headers["retry-after"].as_str()), (429, "7200"), "{slow:?}");

    let bare = serve(&[], |home| home);
    let all = bare.mcp("/", "tools/list", json!({}))["result"]["tools"].clone();
    assert_eq!(all.as_array().unwrap().len(), 12, "without a secret everything is listed");
    let missing = bare.tool("getworkspace", r#"{"workspaceName": "w"}"#);
    assert_eq!(missing["structuredContent"]["error_detail"]["code"], "missing_credential");
    assert!(missing.to_string().contains("SEGMENT_TOKEN"), "{missing}");
    let missing = bare.rest("GET /workspaces/w", "", "").json();
    assert_eq!(missing["code"], "missing_credential");
}

#[test]
fn nf_22_what_no_route_takes_is_refused_precisely() {
    let service = Service::start(|_, seen| mirror(seen));
    let served = serve(&["--force"], at(&service));
    let ask = |line: &str, body: &str| served.rest(line, "", body);
    let other = ask("PUT /workspaces/w/sources", "");
    other.problem(405, "method_not_allowed");
    assert_eq!(other.headers["allow"], "GET, HEAD, POST");
    assert_eq!(ask("OPTIONS /workspaces/w/sources", "").status, 204);
    ask("GET /workspace/w", "").problem(404, "unknown_route");
    ask("GET /workspaces/w?pagesize=1", "").problem(400, "unknown_parameter");
    ask("GET /workspaces/w/sources?page_size=many", "").problem(400, "wrong_type");
    ask("POST /workspaces/w/sources", "{\"source\": }").problem(400, "invalid_json");
    ask("POST /workspaces/w/sources", "[1]").problem(400, "wrong_type");
    ask("POST /workspaces/w/sources?body=1", "{}").problem(400, "invalid_argument");
    ask("GET /workspaces/%FF", "").problem(400, "invalid_path");
    ask("GET /workspaces/%2E%2E", "").problem(400, "invalid_argument");
    let unasked = served.tool("getworkspace", r#"{"workspaceName": "w", "extra": 1}"#);
    assert_eq!(unasked["isError"], true);
    assert_eq!(service.lines(), [] as [&str; 0], "nothing of it was sent");
    let deeper = ask("GET /workspaces/w%2Fv", "");
    assert_eq!(deeper.status, 200);
    let head = ask("HEAD /workspaces/w", "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}

#[test]
fn nf_24_nobody_else_gets_in() {
    let served = serve(&["--emulator"], |home| home);
    for kind in ["rest", "mcp"] {
        let ask = |headers: &str| served.say(kind, "GET /workspaces/w", headers, "").status;
        assert_eq!(ask("Host: evil.example\r\n"), 421, "{kind}");
        assert_eq!(ask("Origin: https://evil.example\r\n"), 403, "{kind}");
    }
    let guarded = serve(&["--emulator", "--require-token"], |home| home);
    guarded.rest("GET /workspaces/my-workspace", "", "").problem(401, "token_missing");
    assert_eq!(guarded.faces[0]["token"], true);
    let open = SEGMENT.replace("    port: 8080\n", "    port: 8080\n    address: 0.0.0.0\n");
    let everywhere = serve(&["--emulator"], |home| home.file("c.yaml", open));
    let faces = everywhere.faces.as_array().unwrap();
    assert_eq!((&faces[0]["token"], &faces[1]["token"]), (&json!(true), &json!(false)));
    everywhere.rest("GET /workspaces/my-workspace", "", "").problem(401, "token_missing");
}

#[test]
fn nf_31_only_what_the_file_shows_is_let_through_and_no_more_than_was_allowed() {
    let service = Service::start(|_, seen| mirror(seen));
    let source = r#"{"workspaceName": "w", "sourceName": "s"}"#;
    let served = serve(&["--force"], at(&service));
    let destroys = served.tool("deletesource", source);
    assert_eq!(destroys["structuredContent"]["error_detail"]["code"], "profile_scope");
    assert!(destroys.to_string().contains("--allow-destructive"), "{destroys}");
    served.rest("DELETE /workspaces/w/sources/s", "", "").problem(403, "profile_scope");
    let other = served.mcp("/mcp", "tools/call", json!({"name": "run_lua", "arguments": {}}));
    assert_eq!(other["error"]["data"]["code"], "unknown_tool", "{other}");
    let reads = serve(&["--read-only"], at(&service));
    reads.rest("POST /workspaces/w/sources", "", "{}").problem(403, "profile_scope");
    let asks = serve(&[], at(&service));
    let refused = asks.rest("POST /workspaces/w/sources", "", r#"{"source": {}}"#);
    refused.problem(403, "policy_denied");
    let refused = asks.tool("createsource", r#"{"workspaceName": "w", "body": {"source": {}}}"#);
    assert_eq!(refused["isError"], true, "{refused}");
    assert_eq!(service.lines(), [] as [&str; 0]);
}

#[test]
fn nf_25_a_port_that_is_taken_is_named_with_its_face() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = held.local_addr().unwrap().port().to_string();
    let home = kosmo(["capability", "serve", "c.yaml", "--rest-port", "0", "--mcp-port", &port]);
    let ran = home.file("c.yaml", SEGMENT).run();
    assert_eq!(ran.code, 1, "{ran:?}");
    for part in ["the mcp face `segment-mcp`", &format!("127.0.0.1:{port}"), "process"] {
        assert!(ran.stderr.contains(part), "{part}: {ran:?}");
    }
    let far = kosmo(["capability", "serve", "c.yaml", "--port-offset", "60000"]);
    far.file("c.yaml", SEGMENT).run().code(2);
}

#[test]
fn what_cannot_be_served_is_said() {
    let serve = |text: &str| kosmo(["capability", "serve", "c.yaml"]).file("c.yaml", text).run();
    let yaml = serve("naftiko: 1.0.0-alpha2\ncapability: [\n").code(2);
    assert!(yaml.stderr.contains("c.yaml:3:1"), "{yaml:?}");
    let nothing = SEGMENT.split("  exposes:").next().unwrap();
    let nothing = serve(nothing).code(2);
    assert!(nothing.stderr.contains("shows nothing over REST or MCP"), "{nothing:?}");
    kosmo(["capability", "serve", "none.yaml"]).run().code(5);
    let stdio = include_str!("../fixtures/capabilities/steps/02-call.yaml");
    let stdio = serve(stdio).code(2);
    assert!(stdio.stderr.contains("--mcp-port"), "{stdio:?}");
}

#[test]
fn a_file_that_was_added_is_served_by_its_name() {
    let home = kosmo(["capability", "serve", "ship", "--mcp-port", "0", "--json", "--emulator"]);
    let text = include_str!("../fixtures/capabilities/steps/05-steps.yaml");
    let served = start(home.file("capabilities/ship.yaml", text));
    let tools = served.mcp("/mcp", "tools/list", json!({}))["result"]["tools"].clone();
    assert_eq!(tools[0]["name"], "who-commands");
    assert_eq!(tools[0]["inputSchema"]["required"], json!(["imo"]));
}

#[test]
fn a_signal_ends_all_faces() {
    let mut served = serve(&["--emulator"], |home| home);
    let id = served.child.id().to_string();
    assert!(
        std::process::Command::new("kill").args(["-s", "TERM", &id]).status().unwrap().success()
    );
    assert_eq!(served.child.wait().unwrap().code(), Some(143));
}
