//! Servers that others have written: the reference server of the protocol's makers, and small ones of
//! the official TypeScript and Python libraries, over standard input and output and over HTTP.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::peer_library::{fixture, install, npm, run};
use crate::peers::skip_or_fail;
use crate::support::{Ran, kosmo};

const EVERYTHING: &str = "@modelcontextprotocol/server-everything@2026.8.31";
const PYTHON: &str = "mcp<2";

/// The packages of the protocol's makers for Node.
pub fn node() -> Option<PathBuf> {
    let packages = [EVERYTHING, "@modelcontextprotocol/sdk@1", "zod@3"];
    npm("mcp", &packages).inspect_err(|why| skip_or_fail(why)).ok()
}

/// The library of the protocol's makers for Python.
pub fn python() -> Option<PathBuf> {
    let installed = install("mcp-python", PYTHON, |folder| {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder.join("venv")))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PYTHON];
        run(Command::new(folder.join("venv/bin/python")).args(pip))
    });
    installed.inspect_err(|why| skip_or_fail(why)).ok()
}

fn everything(folder: &Path) -> PathBuf {
    folder.join("node_modules/@modelcontextprotocol/server-everything/dist/index.js")
}

/// A home with one server called `s`.
struct Place(tempfile::TempDir);

impl Place {
    fn with(entry: &Value) -> Self {
        let home = tempfile::tempdir().unwrap();
        let file = json!({"mcpServers": {"s": entry}});
        fs::write(home.path().join("mcp.json"), file.to_string()).unwrap();
        Self(home)
    }

    fn run(&self, words: &[&str]) -> Ran {
        kosmo(words.iter().copied()).env("KOSMO_HOME", self.0.path()).within(self.0.path()).run()
    }

    fn data(&self, words: &[&str]) -> Value {
        let words = [words, &["--force", "--json"]].concat();
        self.run(&words).code(0).json()["data"].take()
    }
}

/// A service on a port of its own, ended when the test is.
struct Service(Child, u16);

impl Service {
    fn start(command: impl FnOnce(u16) -> Command) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = command(port);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let until = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "the service does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self(child, port)
    }

    fn entry(&self) -> Value {
        json!({"type": "http", "url": format!("http://127.0.0.1:{}/mcp", self.1)})
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// What the reference server has to do, however it is reached.
fn exercise_everything(entry: &Value) {
    let place = Place::with(entry);
    let tools = place.run(&["mcp:tools", "s", "--json"]).code(0).json();
    let rows = tools["tools"].as_array().unwrap();
    assert!(rows.len() >= 10, "{tools:#}");
    for row in rows {
        assert_eq!(row["schema"]["type"], "object", "{row:#}");
        let schema = place_free_schema(row);
        assert!(jsonschema::validator_for(&schema).is_ok(), "{row:#}");
    }
    assert_eq!(place.data(&["mcp:call", "s.echo", "--message", "größe"]), "Echo: größe");
    assert_eq!(
        place.data(&["mcp:s", "get-sum", "--a", "2", "--b", "40"]),
        "The sum of 2 and 40 is 42."
    );
    let structured = place.data(&["mcp:call", "s.get_structured_content", "--location", "Chicago"]);
    assert!(structured["temperature"].is_number(), "{structured:#}");
    let image = place.data(&["mcp:call", "s.get_tiny_image"]);
    assert!(image.as_array().unwrap().iter().any(|part| part["type"] == "image"), "{image:#}");
    let long = ["mcp:call", "s.trigger_long_running_operation", "--duration", "2", "--steps", "4"];
    assert!(place.data(&long).as_str().unwrap().contains("completed"));
    let ran = place.run(&["mcp:call", "s.get_sum", "{\"a\": \"x\", \"b\": 1}", "--json"]).code(2);
    assert_eq!(ran.json()["error_detail"]["param"], "a");
    let resources = place.run(&["mcp:resources", "s"]).code(0).json();
    let uri = resources["resources"][0]["uri"].as_str().unwrap();
    let resource = place.run(&["mcp:resource", "s", uri]).code(0).json();
    assert!(resource["resource"]["contents"][0]["text"].is_string(), "{resource:#}");
    place.run(&["mcp:resource", "s", "demo://no/such"]).code(2);
    let prompt = place.run(&["mcp:prompt", "s", "args-prompt", "{\"city\": \"Paris\"}"]).code(0);
    assert!(prompt.stdout.contains("Paris"));
    let script = "local t = app.mcp.s\nlocal sum = t.get_sum{ a = 1, b = 2 }\n\
                  local list = mcp.prompts('s')\nreturn { sum, #list > 2, #mcp.resources('s') > 2 }";
    let ran = place.run(&["mcp:lua", "--json", "-e", script]).code(0).json();
    assert_eq!(ran["result"], json!(["The sum of 1 and 2 is 3.", true, true]));
    let doctor = place.run(&["mcp:doctor"]).code(0).json();
    assert_eq!(doctor["servers"][0]["connection"]["server"]["name"], "mcp-servers/everything");
}

/// A row's schema without the name of its dialect, which some have and some have not.
fn place_free_schema(row: &Value) -> Value {
    let mut schema = row["schema"].clone();
    schema.as_object_mut().unwrap().remove("$schema");
    schema
}

#[test]
fn the_reference_server_works_over_its_pipes() {
    let Some(folder) = node() else { return };
    exercise_everything(
        &json!({"command": "node", "args": [everything(&folder), "stdio"], "timeout": 60}),
    );
}

#[test]
fn the_reference_server_works_over_http() {
    let Some(folder) = node() else { return };
    let service = Service::start(|port| {
        let mut command = Command::new("node");
        command.arg(everything(&folder)).arg("streamableHttp").env("PORT", port.to_string());
        command
    });
    exercise_everything(&service.entry());
}

#[test]
fn a_tool_that_a_typescript_server_adds_is_found() {
    let Some(folder) = node() else { return };
    fs::copy(fixture("mcp-grow.mjs"), folder.join("mcp-grow.mjs")).unwrap();
    let place = Place::with(
        &json!({"command": "node", "args": ["mcp-grow.mjs"], "cwd": folder, "timeout": 60}),
    );
    let script = "app.mcp.s.grow()\nreturn app.mcp.s.grown()";
    let ran = place.run(&["mcp:lua", "--force", "--json", "-e", script]).code(0).json();
    assert_eq!(ran["result"], "grown");
}

fn exercise_fast(entry: &Value) {
    let place = Place::with(entry);
    assert_eq!(place.data(&["mcp:call", "s.add", "--a", "41"]), json!({"result": 42}));
    assert_eq!(place.data(&["mcp:call", "s.count", "--to", "3"]), json!({"result": "done"}));
    let ran = place.run(&["mcp:call", "s.fail", "--json"]).code(1).json();
    assert!(ran["error"].as_str().unwrap().contains("on purpose"), "{ran:#}");
    assert_eq!(ran["error_detail"]["code"], "tool_error");
    let templates = place.run(&["mcp:resources", "s", "--templates"]).code(0).json();
    assert_eq!(templates["templates"][0]["uriTemplate"], "note://{name}");
    let note = place.run(&["mcp:resource", "s", "note://ada"]).code(0).json();
    assert_eq!(note["resource"]["contents"][0]["text"], "note of ada");
    let prompt = place.run(&["mcp:prompt", "s", "greet", "{\"name\": \"Ada\"}"]).code(0);
    assert!(prompt.stdout.contains("Say hello to Ada"));
}

#[test]
fn a_python_server_works_over_its_pipes() {
    let Some(folder) = python() else { return };
    let program = folder.join("venv/bin/python");
    exercise_fast(&json!({"command": program, "args": [fixture("mcp-fast.py")], "timeout": 60}));
}

#[test]
fn a_python_server_works_over_http() {
    let Some(folder) = python() else { return };
    let service = Service::start(|port| {
        let mut command = Command::new(folder.join("venv/bin/python"));
        command.arg(fixture("mcp-fast.py")).arg(port.to_string());
        command
    });
    exercise_fast(&service.entry());
}

#[test]
fn a_service_that_is_none_says_so() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{closed}/mcp");
    let place = Place::with(&json!({"url": url, "timeout": 5}));
    let ran = place.run(&["mcp:tools", "s", "--json"]).code(8);
    assert_eq!(ran.json()["error_detail"]["code"], "network_error", "{ran:#?}");
}
