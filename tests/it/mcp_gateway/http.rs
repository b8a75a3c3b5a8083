//! The gateway over HTTP: who is let in, what of the protocol's revisions is spoken, and how it ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Kosmo, kosmo};

/// A gateway that listens.
pub struct Served {
    child: Child,
    /// `http://127.0.0.1:PORT/mcp`.
    pub url: String,
    /// What it runs in.
    pub kosmo: Kosmo,
}

/// Starts a gateway on a free port.
pub fn served(arguments: &[&str]) -> Served {
    let all = ["mcp:serve", "--http", "127.0.0.1:0", "--emulator"].iter().chain(arguments).copied();
    serve(kosmo(all.collect::<Vec<_>>()))
}

/// Starts this gateway, which listens on a port of its own.
pub fn serve(kosmo: Kosmo) -> Served {
    let mut child = kosmo.command().stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    said.read_line(&mut line).unwrap();
    let url = line.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(url.starts_with("http://127.0.0.1:"), "{line}");
    // Whoever writes there later is not to be stopped.
    std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
    Served { child, url, kosmo }
}

/// What came back.
struct Answer {
    status: u16,
    session: Option<String>,
    /// The last message in the body, whichever way it came.
    message: Value,
    body: String,
}

impl Served {
    fn host(&self) -> &str {
        self.url.trim_start_matches("http://").split('/').next().unwrap()
    }

    fn raw(&self, head: &str, body: &str) -> Answer {
        self.announced(head, body.len(), body)
    }

    /// Sends a body that is announced to be so long.
    fn announced(&self, head: &str, length: usize, body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.host()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(stream, "{head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
            .unwrap();
        let mut all = Vec::new();
        // A connection that is cut off after a refusal has said what it had to say.
        let _ = stream.read_to_end(&mut all);
        let all = String::from_utf8_lossy(&all).into_owned();
        let status = all.split(' ').nth(1).and_then(|code| code.parse().ok());
        let session = all.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("mcp-session-id").then(|| value.trim().to_owned())
        });
        let mut lines = all.lines().map(|line| line.strip_prefix("data: ").unwrap_or(line));
        let message = lines.rfind(|line| line.starts_with('{'));
        let message = message.and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
        Answer { status: status.unwrap_or_else(|| panic!("{all}")), session, message, body: all }
    }

    /// Posts a message with these headers.
    fn post(&self, path: &str, headers: &[(&str, &str)], message: &str) -> Answer {
        let mut head = format!("POST {path} HTTP/1.1");
        let usual = [
            ("Host", self.host()),
            ("Content-Type", "application/json"),
            ("Accept", "application/json, text/event-stream"),
        ];
        let given = |name: &str| headers.iter().any(|(have, _)| *have == name);
        for (name, value) in usual.iter().filter(|(name, _)| !given(name)).chain(headers) {
            head += &format!("\r\n{name}: {value}");
        }
        self.raw(&head, message)
    }

    fn hello(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        }});
        self.post(path, headers, &hello.to_string())
    }

    /// A token that lets in whoever has it.
    pub fn minted(&self, arguments: &[&str]) -> String {
        let mut command = self.kosmo.command();
        let program = command.get_program().to_owned();
        let mut mint = std::process::Command::new(program);
        mint.env_clear().env("HOME", self.kosmo.home()).env("KOSMO_HOME", self.kosmo.home());
        mint.args(["token", "mint", "--json"]).args(arguments);
        command.arg("--help");
        let output = mint.output().unwrap();
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        said["token"].as_str().unwrap_or_else(|| panic!("{said}")).to_owned()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn call(id: u64, tool: &str, arguments: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call",
        "params": {"name": tool, "arguments": arguments}})
    .to_string()
}

#[test]
fn a_session_is_kept_and_both_paths_serve_it() {
    let gateway = served(&["--no-token"]);
    for path in ["/", "/mcp"] {
        let hello = gateway.hello(path, &[]);
        assert_eq!(hello.status, 200, "{}", hello.body);
        assert_eq!(hello.message["result"]["protocolVersion"], "2025-11-25", "{}", hello.body);
        let session = hello.session.expect("a session");
        let headers =
            [("Mcp-Session-Id", session.as_str()), ("MCP-Protocol-Version", "2025-11-25")];
        let list = r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#;
        let listed = gateway.post(path, &headers, list);
        assert_eq!(
            listed.message["result"]["tools"].as_array().unwrap().len(),
            4,
            "{}",
            listed.body
        );
        let ran =
            gateway.post(path, &headers, &call(3, "run_lua", &json!({"code": "return 6 * 7"})));
        assert_eq!(ran.message["result"]["structuredContent"]["result"], 42, "{}", ran.body);
        let lost = gateway.post(path, &[("Mcp-Session-Id", "nobody")], list);
        assert_eq!(lost.status, 404, "{}", lost.body);
    }
    assert_eq!(gateway.hello("/elsewhere", &[]).status, 404);
}

#[test]
fn the_revision_without_sessions_is_served_request_by_request() {
    let gateway = served(&["--no-token"]);
    let meta = |version: &str| {
        json!({
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        })
    };
    let ask = |version: &str, method: &str, named: &str| {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": meta(version)}});
        let headers = [("MCP-Protocol-Version", version), ("Mcp-Method", named)];
        gateway.post("/mcp", &headers, &message.to_string())
    };
    let found = ask("2026-07-28", "server/discover", "server/discover");
    assert!(found.message.to_string().contains("2026-07-28"), "{}", found.body);
    let listed = ask("2026-07-28", "tools/list", "tools/list");
    assert_eq!(listed.message["result"]["tools"].as_array().unwrap().len(), 4, "{}", listed.body);
    assert_eq!(listed.session, None);
    let wrong = ask("2026-07-28", "tools/list", "tools/call");
    assert_eq!(wrong.status, 400, "the header says something else: {}", wrong.body);
    let wrong = ask("2031-01-01", "tools/list", "tools/list");
    assert_eq!(wrong.status, 400, "{}", wrong.body);
}

#[test]
fn a_token_is_needed_and_narrows_what_its_holder_may_do() {
    let gateway = served(&["--tools=direct", "--function", "segment.*_source*"]);
    let refused = gateway.hello("/mcp", &[]);
    assert_eq!(refused.status, 401, "{}", refused.body);
    assert!(refused.body.to_lowercase().contains("www-authenticate: bearer"), "{}", refused.body);
    let forged = gateway.hello("/mcp", &[("Authorization", "Bearer e30.e30.e30")]);
    assert_eq!(forged.status, 401, "{}", forged.body);
    let token = gateway.minted(&["--allow", "segment.get_source"]);
    let bearer = format!("Bearer {token}");
    let hello = gateway.hello("/mcp", &[("Authorization", &bearer)]);
    let session = hello.session.unwrap_or_else(|| panic!("{}", hello.body));
    let headers = [("Authorization", bearer.as_str()), ("Mcp-Session-Id", session.as_str())];
    let one = call(
        2,
        "integration__segment__get_source",
        &json!({"slug": "my-workspace", "id": "abc123"}),
    );
    let one = gateway.post("/mcp", &headers, &one);
    assert_eq!(one.message["result"]["isError"], false, "{}", one.body);
    let all = call(3, "integration__segment__list_sources", &json!({"slug": "my-workspace"}));
    let all = gateway.post("/mcp", &headers, &all);
    let fault = &all.message["result"]["structuredContent"]["error_detail"];
    assert_eq!(fault["code"], "token_scope", "{}", all.body);
}

#[test]
fn pages_elsewhere_are_let_in_under_no_name() {
    let gateway = served(&["--no-token"]);
    let rebound = gateway.hello("/mcp", &[("Host", "evil.example")]);
    assert_eq!(rebound.status, 421, "{}", rebound.body);
    let elsewhere = gateway.hello("/mcp", &[("Origin", "https://evil.example")]);
    assert_eq!(elsewhere.status, 403, "{}", elsewhere.body);
    assert_eq!(gateway.hello("/mcp", &[]).status, 200);
}

#[test]
fn what_is_no_message_or_too_long_is_refused_and_others_are_served() {
    let gateway = served(&["--no-token"]);
    for wrong in ["garbage", "[]", "{}", "\"text\""] {
        let refused = gateway.post("/mcp", &[], wrong);
        assert!((400..500).contains(&refused.status), "{wrong}: {}", refused.body);
    }
    let head = format!("POST /mcp HTTP/1.1\r\nHost: {}", gateway.host());
    assert_eq!(gateway.announced(&head, 17 << 20, "").status, 413);
    // One that never finishes what it says holds nobody.
    let mut slow = TcpStream::connect(gateway.host()).unwrap();
    slow.write_all(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Le").unwrap();
    let began = Instant::now();
    assert_eq!(gateway.hello("/mcp", &[]).status, 200);
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn nobody_beyond_this_machine_is_served_without_a_token_and_a_taken_port_is_named() {
    let open = kosmo(["mcp:serve", "--http", "0.0.0.0:0", "--no-token"]).run().code(2);
    assert!(open.stderr.contains("anybody who reaches 0.0.0.0"), "{}", open.stderr);
    let gateway = served(&["--no-token"]);
    let taken = kosmo(["mcp:serve", "--http", gateway.host()]).run();
    assert_ne!(taken.code, 0);
    assert!(
        taken.stderr.contains(gateway.host()) && taken.stderr.contains("taken"),
        "{}",
        taken.stderr
    );
    assert!(taken.stderr.contains("kosmo"), "says by whom: {}", taken.stderr);
    assert_eq!(taken.stdout, "");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_after_the_calls_in_flight() {
    let mut gateway = served(&["--no-token"]);
    let hello = gateway.hello("/mcp", &[]);
    let session = hello.session.unwrap();
    let process =
        rustix::process::Pid::from_raw(i32::try_from(gateway.child.id()).unwrap()).unwrap();
    let ended = std::thread::scope(|scope| {
        let calls = scope.spawn(|| {
            let code = json!({"code": "task.wait(1) return 'finished'"});
            gateway.post("/mcp", &[("Mcp-Session-Id", &session)], &call(2, "run_lua", &code))
        });
        // The call is under way once another one is answered that came after it.
        for _ in 0..3 {
            gateway.post(
                "/mcp",
                &[("Mcp-Session-Id", &session)],
                r#"{"jsonrpc":"2.0","id":9,"method":"ping"}"#,
            );
        }
        rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
        calls.join().unwrap()
    });
    assert_eq!(
        ended.message["result"]["structuredContent"]["result"], "finished",
        "{}",
        ended.body
    );
    assert!(gateway.child.wait().unwrap().success());
}
