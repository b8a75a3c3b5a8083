//! Clients that others have written, over both transports: the command line of the official Inspector
//! and the official TypeScript and Python libraries, each through the whole of what a gateway does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use kosmo::emulator::{Emulator, Setup};
use serde_json::{Value, json};

use super::agent::text;
use super::http::{Served, serve};
use crate::mcp_peers::{node, python};
use crate::peer_library::{fixture, npm};
use crate::peers::skip_or_fail;
use crate::support::{Kosmo, kosmo};

/// The last line of releases that runs on Node 20.
const INSPECTOR: &str = "@modelcontextprotocol/inspector@1.0.3";

const LIST: &str = "integration__segment__list_sources";
const TRACK: &str = "integration__segment__track_event";

const GATEWAY: [&str; 5] =
    ["mcp:serve", "--pin", "segment.list_sources", "--pin", "segment.track_event"];

/// How a client reaches the gateway.
enum Way {
    /// It starts it, in this environment.
    Pipes(Kosmo),
    /// It listens already, and lets in who has this token.
    Http(Box<Served>, String),
}

/// An emulator that policy takes for the real thing, and a gateway for it.
struct Stage {
    emulator: Emulator,
    way: Way,
}

impl Stage {
    fn new(arguments: &[&str]) -> Self {
        let catalogue = Arc::new(kosmo::catalogue::Catalogue::new(Vec::new()));
        let emulator = Emulator::start(catalogue, Setup::default()).unwrap();
        let gateway = kosmo(GATEWAY.iter().chain(arguments).copied().collect::<Vec<_>>())
            .env("SEGMENT_URL", emulator.url())
            .env("SEGMENT_API_URL", emulator.url())
            .env("SEGMENT_WRITE_KEY", "emulator-write-key")
            .env("SEGMENT_API_TOKEN", "emulator-api-token");
        let way = match arguments.is_empty() {
            true => Way::Pipes(gateway),
            false => {
                let served = serve(gateway);
                let token = served.minted(&["--allow", "*", "--effects", "all"]);
                Way::Http(Box::new(served), token)
            }
        };
        Self { emulator, way }
    }

    fn pipes() -> Self {
        Self::new(&[])
    }

    fn http() -> Self {
        Self::new(&["--http", "127.0.0.1:0"])
    }

    /// The events that arrived.
    fn events(&self) -> Vec<Value> {
        self.emulator.events().iter().map(|event| event["message"]["event"].clone()).collect()
    }

    /// What a script prints that drives the gateway with one of the libraries.
    fn seen(&self, program: &Path, script: &Path) -> Value {
        let mut command = Command::new(program);
        command.arg(script);
        match &self.way {
            Way::Pipes(gateway) => {
                let gateway = gateway.command();
                command.env_clear().envs(gateway.get_envs().filter_map(|(k, v)| Some((k, v?))));
                command.arg("stdio").arg(gateway.get_program()).args(gateway.get_args())
            }
            Way::Http(served, token) => command.args(["http", &served.url, token]),
        };
        let (code, said, why) = ended(&mut command);
        assert_eq!(code, Some(0), "{said}\n{why}");
        serde_json::from_str(&said).unwrap_or_else(|wrong| panic!("{wrong}: {said}\n{why}"))
    }

    /// What the Inspector's command line prints, and says besides.
    fn inspected(&self, inspector: &Path, words: &[&str]) -> (Option<i32>, Value, String) {
        let mut command = Command::new(inspector);
        command.arg("--cli");
        match &self.way {
            Way::Pipes(gateway) => {
                let gateway = gateway.command();
                command.env_clear().envs(gateway.get_envs().filter_map(|(k, v)| Some((k, v?))));
                command.arg(gateway.get_program()).args(gateway.get_args());
            }
            Way::Http(served, token) => {
                let bearer = format!("Authorization: Bearer {token}");
                command.args([&served.url, "--transport", "http", "--header", &bearer]);
            }
        }
        let (code, said, why) = ended(command.arg("--method").args(words));
        (code, serde_json::from_str(&said).unwrap_or_default(), why)
    }
}

fn ended(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn typescript() -> Option<(PathBuf, PathBuf)> {
    let script = node()?.join("mcp-client.mjs");
    fs::copy(fixture("mcp-client.mjs"), &script).unwrap();
    Some(("node".into(), script))
}

fn snake() -> Option<(PathBuf, PathBuf)> {
    Some((python()?.join("venv/bin/python"), fixture("mcp-client.py")))
}

/// What a library's client has to have seen, whichever library it is and whichever way it went.
fn check(stage: &Stage, seen: &Value) {
    assert_eq!(seen["server"], "kosmo");
    let tools = ["search", "docs_read", "run_lua", "run_lua_write", LIST, TRACK];
    assert_eq!(seen["tools"], json!(tools));
    assert_eq!(seen["read"]["structuredContent"]["sources"][0]["id"], "abc123", "{seen:#}");
    assert_eq!(seen["read"]["isError"], false);
    assert_eq!(seen["script"]["structuredContent"]["result"], 42);

    // Who cannot be asked gets the plan, and nothing is sent.
    let plan = &seen["plan"];
    assert_eq!(plan["isError"], true, "{plan:#}");
    assert_eq!(plan["structuredContent"]["plan"][0]["request"]["body"]["event"], "Planned");
    let approve = plan["structuredContent"]["approve"].as_str().unwrap();
    assert!(approve.starts_with("kosmo integrations:call segment.track_event "), "{approve}");
    // Who can be asked decides.
    let asked = seen["asked"].as_array().unwrap();
    assert_eq!(asked.len(), 2, "{asked:#?}");
    assert!(asked[0].as_str().unwrap().contains("\"event\": \"Accepted\""), "{asked:#?}");
    assert_eq!(seen["accepted"]["isError"], false, "{:#}", seen["accepted"]);
    assert_eq!(seen["declined"]["isError"], true);
    assert_eq!(seen["declined"]["structuredContent"]["error_detail"]["code"], "declined");
    assert_eq!(stage.events(), ["Accepted"]);

    assert_eq!(seen["wrong"]["isError"], true);
    assert_eq!(seen["wrong"]["structuredContent"]["error_detail"]["param"], "event", "{seen:#}");
    assert_eq!(seen["unknown"]["code"], -32602);
    assert!(seen["unknown"]["message"].as_str().unwrap().contains("unknown tool `serach`"));

    let uris = seen["resources"].as_array().unwrap();
    assert!(uris.contains(&json!("kosmo://docs/segment")) && uris.len() > 20, "{uris:?}");
    assert_eq!(seen["templates"], json!(["kosmo://docs/{page}", "kosmo://results/{handle}"]));
    let page = seen["page"]["contents"][0]["text"].as_str().unwrap();
    assert!(page.starts_with("# segment.track_event"), "{page}");
    assert_eq!(seen["no_page"]["code"], -32002, "{}", seen["no_page"]);
    assert!(seen["prompts"].as_array().unwrap().contains(&json!("quickstart")));
    let prompt = seen["prompt"]["messages"][0]["content"]["text"].as_str().unwrap();
    assert!(prompt.contains("Count them") && prompt.contains("```lua"), "{prompt}");
}

#[test]
fn the_typescript_library_drives_it_over_pipes() {
    let Some((program, script)) = typescript() else { return };
    let stage = Stage::pipes();
    check(&stage, &stage.seen(&program, &script));
}

#[test]
fn the_typescript_library_drives_it_over_http() {
    let Some((program, script)) = typescript() else { return };
    let stage = Stage::http();
    check(&stage, &stage.seen(&program, &script));
}

#[test]
fn the_python_library_drives_it_over_pipes() {
    let Some((program, script)) = snake() else { return };
    let stage = Stage::pipes();
    check(&stage, &stage.seen(&program, &script));
}

#[test]
fn the_python_library_drives_it_over_http() {
    let Some((program, script)) = snake() else { return };
    let stage = Stage::http();
    check(&stage, &stage.seen(&program, &script));
}

/// What the Inspector has to show, whichever way it goes.
fn inspect(stage: &Stage) {
    let installed = npm("mcp-inspector", &[INSPECTOR]).inspect_err(|why| skip_or_fail(why));
    let Ok(folder) = installed else { return };
    let inspector = folder.join("node_modules/.bin/mcp-inspector");
    let ask = |words: &[&str]| {
        let (code, said, why) = stage.inspected(&inspector, words);
        assert_eq!(code, Some(0), "{words:?}: {said:#}\n{why}");
        said
    };
    let tools = ask(&["tools/list"]);
    assert_eq!(tools["tools"].as_array().unwrap().len(), 6, "{tools:#}");
    assert_eq!(tools["tools"][5]["annotations"]["readOnlyHint"], false, "{tools:#}");
    let call = |tool: &str, arguments: &[&str]| {
        let words = ["tools/call", "--tool-name", tool, "--tool-arg"];
        ask(&[&words, arguments].concat())
    };
    let read = call(LIST, &["slug=my-workspace"]);
    assert_eq!(read["structuredContent"]["sources"][0]["id"], "abc123", "{read:#}");
    let plan = call(TRACK, &["userId=u", "event=Planned"]);
    assert_eq!(plan["isError"], true, "{plan:#}");
    assert!(text(&plan).contains("Nothing was sent."), "{plan:#}");
    assert_eq!(stage.events(), [Value::Null; 0]);
    let resources = ask(&["resources/list"]);
    assert_eq!(resources["resources"][0]["uri"], "kosmo://docs/index");
    let page = ask(&["resources/read", "--uri", "kosmo://docs/segment.track_event"]);
    assert!(page["contents"][0]["text"].as_str().unwrap().starts_with("# segment.track_event"));
    let prompt = ask(&["prompts/get", "--prompt-name", "quickstart", "--prompt-args", "task=Go"]);
    assert!(prompt["messages"][0]["content"]["text"].as_str().unwrap().contains("Go"));
    let unknown = ["tools/call", "--tool-name", "serach"];
    let (code, _, why) = stage.inspected(&inspector, &unknown);
    assert_ne!(code, Some(0));
    assert!(why.contains("unknown tool `serach`"), "{why}");
}

#[test]
fn the_inspector_drives_it_over_pipes() {
    inspect(&Stage::pipes());
}

#[test]
fn the_inspector_drives_it_over_http() {
    inspect(&Stage::http());
}

#[test]
fn the_libraries_are_told_what_token_is_missing() {
    let Some((program, script)) = typescript() else { return };
    let stage = Stage::http();
    let Way::Http(served, _) = &stage.way else { panic!("it is reached over HTTP") };
    let (code, _, why) = ended(Command::new(program).arg(script).args(["http", &served.url, "no"]));
    assert_ne!(code, Some(0));
    assert!(why.contains("401") || why.contains("token_invalid"), "{why}");
}
