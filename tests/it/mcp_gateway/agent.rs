//! A client over pipes that writes and reads plain lines, so that nothing of the protocol is taken
//! from the library under test.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::support::Kosmo;

/// A client and the gateway it started.
pub struct Agent {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    next: u64,
    /// What came while something else was awaited.
    early: VecDeque<Value>,
}

impl Agent {
    /// Starts a gateway and says nothing yet.
    pub fn silent(kosmo: &Kosmo) -> Self {
        let mut command = kosmo.command();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output, next: 1, early: VecDeque::new() }
    }

    /// Starts a gateway and shakes hands, able to do what `capabilities` says.
    pub fn able(kosmo: &Kosmo, capabilities: Value) -> Self {
        let mut agent = Self::silent(kosmo);
        let hello = agent.ask(
            "initialize",
            json!({
                "protocolVersion": "2025-11-25", "capabilities": capabilities,
                "clientInfo": {"name": "test", "version": "1"},
            }),
        );
        assert_eq!(hello["result"]["protocolVersion"], "2025-11-25", "{hello}");
        agent.tell("notifications/initialized", json!({}));
        agent
    }

    /// Starts a gateway and shakes hands.
    pub fn start(kosmo: &Kosmo) -> Self {
        Self::able(kosmo, json!({}))
    }

    /// Sends a line as it is.
    pub fn line(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(line.as_bytes()).unwrap();
        input.write_all(b"\n").unwrap();
        input.flush().unwrap();
    }

    /// Sends a notification.
    pub fn tell(&mut self, method: &str, params: Value) {
        self.line(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string());
    }

    /// Sends a request; its id.
    pub fn send(&mut self, method: &str, params: Value) -> u64 {
        let id = self.next;
        self.next += 1;
        let line = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        self.line(&line.to_string());
        id
    }

    /// The next message, whatever it is; none at the end.
    pub fn read(&mut self) -> Option<Value> {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        if line.is_empty() {
            return None;
        }
        Some(serde_json::from_str(&line).unwrap_or_else(|why| panic!("{why}: {line}")))
    }

    /// The answer to a request.
    #[track_caller]
    pub fn answer(&mut self, id: u64) -> Value {
        let is = |message: &Value| message["id"] == id && message.get("method").is_none();
        if let Some(at) = self.early.iter().position(is) {
            return self.early.remove(at).unwrap();
        }
        loop {
            let message = self.read().expect("the gateway ended");
            if is(&message) {
                return message;
            }
            self.early.push_back(message);
        }
    }

    /// The next request of the gateway's own.
    pub fn asked(&mut self) -> Value {
        loop {
            let message = self.read().expect("the gateway ended");
            if message.get("method").is_some() && message.get("id").is_some() {
                return message;
            }
            self.early.push_back(message);
        }
    }

    /// Sends a request and waits for its answer.
    #[track_caller]
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        self.answer(id)
    }

    /// Calls a tool; its result.
    #[track_caller]
    pub fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let answer = self.ask("tools/call", json!({"name": tool, "arguments": arguments}));
        assert!(answer.get("result").is_some(), "{answer}");
        answer["result"].clone()
    }

    /// The names of all tools, page by page.
    pub fn tools(&mut self) -> Vec<Value> {
        let mut all = Vec::new();
        let mut cursor = Value::Null;
        loop {
            let params = if cursor.is_null() { json!({}) } else { json!({"cursor": cursor}) };
            let page = self.ask("tools/list", params)["result"].clone();
            all.extend(page["tools"].as_array().unwrap().iter().cloned());
            cursor = page["nextCursor"].clone();
            if cursor.is_null() {
                return all;
            }
        }
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Closes its input.
    pub fn close(&mut self) {
        self.input = None;
    }

    /// Reads what is left and returns it with the exit status.
    pub fn end(mut self) -> (Vec<Value>, i32) {
        self.close();
        let mut rest: Vec<Value> = self.early.drain(..).collect();
        while let Some(message) = self.read() {
            rest.push(message);
        }
        let status = self.child.wait().unwrap();
        (rest, status.code().unwrap_or(-1))
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The text of a result.
pub fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}
