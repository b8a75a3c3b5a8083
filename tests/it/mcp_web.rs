//! MCP servers over HTTP that end sessions, want other credentials, or would have secrets sent in clear.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::{Kosmo, kosmo};

/// What a server does with a request: a status, a session it gives, and a body.
type Act = fn(&mut State, &Value) -> (u16, Option<String>, Value);

/// What a server remembers.
#[derive(Default)]
struct State {
    /// How often somebody has begun.
    begun: usize,
    /// The session that counts.
    session: String,
    /// The session of the request at hand.
    given: String,
    calls: usize,
    authorization: String,
}

struct Web {
    url: String,
    state: Arc<Mutex<State>>,
}

impl Web {
    fn start(act: Act) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        // It ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || answer(stream.unwrap(), &shared, act));
            }
        });
        Self { url, state }
    }

    fn entry(&self) -> Value {
        json!({"url": self.url, "timeout": 20, "headers": {"Authorization": "Bearer canary-of-web"}})
    }
}

fn answer(stream: TcpStream, state: &Mutex<State>, act: Act) {
    let mut reader = BufReader::new(stream);
    let (mut length, mut first) = (0, String::new());
    let (mut given, mut authorization) = (String::new(), String::new());
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) <= 2 {
            break;
        }
        let (name, value) = line.trim().split_once(':').unwrap();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap(),
            "mcp-session-id" => value.trim().clone_into(&mut given),
            "authorization" => value.trim().clone_into(&mut authorization),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (status, session, body) = match first.starts_with("POST") {
        false => (405, None, Value::Null),
        true => {
            let mut state = state.lock().unwrap();
            (state.given, state.authorization) = (given, authorization);
            match message.get("id") {
                None => (202, None, Value::Null),
                Some(_) => act(&mut state, &message),
            }
        }
    };
    let session = session.map_or_else(String::new, |id| format!("Mcp-Session-Id: {id}\r\n"));
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let _ = write!(
        reader.get_mut(),
        "HTTP/1.1 {status} X\r\n{session}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}

fn result(message: &Value, result: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": message["id"], "result": result})
}

/// Forgets its session after every call.
fn forgetful(state: &mut State, message: &Value) -> (u16, Option<String>, Value) {
    if message["method"] == "initialize" {
        state.begun += 1;
        state.session = format!("session-{}", state.begun);
        let hello = json!({
            "protocolVersion": "2025-11-25", "capabilities": {"tools": {}},
            "serverInfo": {"name": "forgetful", "version": "1"},
        });
        return (200, Some(state.session.clone()), result(message, &hello));
    }
    if state.given != state.session {
        return (404, None, Value::Null);
    }
    match message["method"].as_str() {
        Some("tools/list") => {
            let tools = json!([{"name": "look", "inputSchema": {"type": "object"},
                "annotations": {"readOnlyHint": true}}]);
            (200, None, result(message, &json!({"tools": tools})))
        }
        _ => {
            state.calls += 1;
            state.session = "forgotten".to_owned();
            let text = format!("look {}", state.calls);
            (200, None, result(message, &json!({"content": [{"type": "text", "text": text}]})))
        }
    }
}

/// Wants other credentials.
fn locked(_: &mut State, _: &Value) -> (u16, Option<String>, Value) {
    (401, None, Value::Null)
}

fn with(entry: &Value, words: &[&str]) -> Kosmo {
    let file = json!({"mcpServers": {"s": entry}}).to_string();
    kosmo(words.iter().copied()).file("mcp.json", file)
}

#[test]
fn a_session_that_the_server_has_ended_is_begun_anew() {
    let web = Web::start(forgetful);
    let script = "return { app.mcp.s.look(), app.mcp.s.look(), app.mcp.s.look() }";
    let ran = with(&web.entry(), &["mcp:lua", "--json", "-e", script]).run().code(0).json();
    assert_eq!(ran["result"], json!(["look 1", "look 2", "look 3"]));
    let state = web.state.lock().unwrap();
    assert_eq!((state.begun, state.calls), (3, 3), "no call was made twice");
    assert_eq!(state.authorization, "Bearer canary-of-web");
}

#[test]
fn refused_credentials_are_the_users_business_and_never_shown() {
    let web = Web::start(locked);
    let ran = with(&web.entry(), &["mcp:tools", "s", "--json"]).run().code(3);
    let fault = &ran.json()["error_detail"];
    assert_eq!(fault["http_status"], 401, "{fault:#}");
    assert!(fault["hint"].as_str().unwrap().contains("Authorization"), "{fault:#}");
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("canary-of-web"), "{ran:#?}");
}

#[test]
fn secrets_are_not_sent_in_clear_to_other_machines() {
    let clear = "http://mcp.example.invalid/mcp";
    for entry in [
        json!({"url": clear, "headers": {"Authorization": "Bearer canary-of-web"}}),
        json!({"url": format!("{clear}?key=canary-of-web")}),
    ] {
        let ran = with(&entry, &["mcp:tools", "s", "--json"]).run().code(2);
        assert_eq!(ran.json()["error_detail"]["code"], "plain_http", "{ran:#?}");
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("canary-of-web"), "{ran:#?}");
    }
    // Without secrets it is tried, and is not there.
    with(&json!({"url": clear, "timeout": 5}), &["mcp:tools", "s", "--json"]).run().code(8);
}
