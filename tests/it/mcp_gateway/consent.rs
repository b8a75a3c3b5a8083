//! Before something is changed: the person behind the client is asked where that can be done, and
//! told how to approve it where it cannot.

use kosmo::emulator::{Emulator, Setup};
use serde_json::{Value, json};
use std::sync::Arc;

use super::agent::{Agent, text};
use crate::support::{Kosmo, kosmo};

/// An emulator that policy takes for the real thing, and a gateway for it.
fn real(arguments: &[&str]) -> (Emulator, Kosmo) {
    let catalogue = Arc::new(kosmo::catalogue::Catalogue::new(Vec::new()));
    let emulator = Emulator::start(catalogue, Setup::default()).unwrap();
    let all = ["mcp:serve"].iter().chain(arguments).copied();
    let gateway = kosmo(all.collect::<Vec<_>>())
        .env("SEGMENT_URL", emulator.url())
        .env("SEGMENT_WRITE_KEY", "emulator-write-key");
    (emulator, gateway)
}

fn events(emulator: &Emulator) -> usize {
    let ran = kosmo(["emulator:events", "--json", "--url", &emulator.url()]).run().code(0);
    usize::try_from(ran.json()["count"].as_u64().unwrap()).unwrap()
}

const SCRIPT: &str = "local s = app.integrations.segment \
    s.track_event{userId = 'u', event = 'One'} s.track_event{userId = 'u', event = 'Two'} return 'done'";

fn event() -> Value {
    json!({"userId": "u", "event": "E"})
}

const TRACK: &str = "integration__segment__track_event";

fn elicits() -> Value {
    json!({"elicitation": {}})
}

fn reply(agent: &mut Agent, question: &Value, action: &str) {
    let line = json!({"jsonrpc": "2.0", "id": question["id"], "result": {"action": action, "content": {}}});
    agent.line(&line.to_string());
}

#[test]
fn without_anybody_to_ask_the_plan_is_returned_with_how_to_approve_it() {
    let (emulator, gateway) = real(&["--tools=direct", "--write=allow"]);
    let mut agent = Agent::start(&gateway);
    let refused = agent.call(TRACK, event());
    assert_eq!(refused["isError"], true);
    let told = &refused["structuredContent"];
    assert_eq!(told["plan"][0]["request"]["method"], "POST", "{refused}");
    let command = told["approve"].as_str().unwrap();
    assert!(command.starts_with("kosmo integrations:call segment.track_event "), "{command}");
    assert!(text(&refused).contains("integrations:configure segment --write allow"), "{refused}");
    assert_eq!(events(&emulator), 0);

    let (emulator, gateway) = real(&[]);
    let mut agent = Agent::start(&gateway);
    let refused = agent.call("run_lua_write", json!({"code": SCRIPT}));
    let told = &refused["structuredContent"];
    assert_eq!(told["plan"].as_array().unwrap().len(), 2, "{refused}");
    assert!(
        told["approve"].as_str().unwrap().starts_with("kosmo integrations:lua --force"),
        "{told}"
    );
    assert_eq!(events(&emulator), 0, "a plan sends nothing");
}

#[test]
fn a_person_is_asked_once_for_a_call_and_once_for_a_script() {
    let (emulator, gateway) = real(&["--pin", "segment.track_event"]);
    let mut agent = Agent::able(&gateway, elicits());
    for (action, sent) in [("decline", 0), ("cancel", 0), ("accept", 1)] {
        let id = agent.send("tools/call", json!({"name": TRACK, "arguments": event()}));
        let question = agent.asked();
        assert_eq!(question["method"], "elicitation/create");
        let message = question["params"]["message"].as_str().unwrap();
        assert!(
            message.contains("segment.track_event (write") && message.contains("/v1/track"),
            "{message}"
        );
        reply(&mut agent, &question, action);
        let result = agent.answer(id)["result"].clone();
        assert_eq!(result["isError"], action != "accept", "{action}: {result}");
        assert_eq!(events(&emulator), sent, "{action}");
    }
    let id =
        agent.send("tools/call", json!({"name": "run_lua_write", "arguments": {"code": SCRIPT}}));
    let question = agent.asked();
    let message = question["params"]["message"].as_str().unwrap();
    assert!(message.contains("One") && message.contains("Two"), "{message}");
    reply(&mut agent, &question, "accept");
    let result = agent.answer(id)["result"].clone();
    assert_eq!(result["structuredContent"]["result"], "done", "{result}");
    assert_eq!(events(&emulator), 3);
}

#[test]
fn a_script_that_does_something_else_than_it_planned_is_asked_about_again() {
    let (emulator, gateway) = real(&[]);
    let mut agent = Agent::able(&gateway, elicits());
    // In the plan nothing was sent, so the answer is the request; for real it is not.
    let sly = "local s = app.integrations.segment local r = s.track_event{userId = 'u', event = 'Small'} \
        if not r.method then s.track_event{userId = 'u', event = 'Big'} end return 1";
    let id = agent.send("tools/call", json!({"name": "run_lua_write", "arguments": {"code": sly}}));
    let question = agent.asked();
    assert!(!question.to_string().contains("Big"));
    reply(&mut agent, &question, "accept");
    let question = agent.asked();
    assert!(question.to_string().contains("Big"), "{question}");
    reply(&mut agent, &question, "decline");
    let result = agent.answer(id)["result"].clone();
    assert_eq!(result["isError"], true, "{result}");
    assert_eq!(events(&emulator), 1);
}

#[test]
fn where_a_call_ends_with_its_question_the_same_call_with_the_answer_goes_on() {
    let (emulator, gateway) = real(&["--pin", "segment.track_event"]);
    let mut agent = Agent::silent(&gateway);
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
    });
    let calls = [(TRACK, event(), 1), ("run_lua_write", json!({"code": SCRIPT}), 3)];
    for (tool, arguments, sent) in calls {
        let call = json!({"name": tool, "arguments": arguments, "_meta": meta});
        let asked = agent.ask("tools/call", call.clone())["result"].clone();
        assert_eq!(asked["resultType"], "input_required", "{asked}");
        let question = &asked["inputRequests"]["approve"];
        assert_eq!(question["method"], "elicitation/create", "{asked}");
        let mut again = call.clone();
        again["requestState"] = asked["requestState"].clone();
        again["inputResponses"] = json!({"approve": {"action": "accept", "content": {}}});
        let done = agent.ask("tools/call", again.clone())["result"].clone();
        assert_eq!(done["isError"], false, "{done}");
        assert_eq!(events(&emulator), sent, "{tool}");
        let twice = agent.ask("tools/call", again)["result"].clone();
        assert_eq!(twice["structuredContent"]["error_detail"]["code"], "unknown_request_state");
        assert_eq!(events(&emulator), sent, "an answer counts once");
        let asked = agent.ask("tools/call", call.clone())["result"].clone();
        let mut no = call;
        no["requestState"] = asked["requestState"].clone();
        no["inputResponses"] = json!({"approve": {"action": "decline"}});
        let refused = agent.ask("tools/call", no)["result"].clone();
        assert_eq!(refused["structuredContent"]["error_detail"]["code"], "declined");
    }
}

#[test]
fn force_asks_nobody_and_never_lifts_a_denial() {
    let (emulator, gateway) = real(&["--force", "--pin=segment.track_event"]);
    let mut agent = Agent::start(&gateway);
    assert_eq!(agent.call(TRACK, event())["isError"], false);
    assert_eq!(agent.call("run_lua_write", json!({"code": SCRIPT}))["isError"], false);
    assert_eq!(events(&emulator), 3);
    let gateway = gateway.file("config.toml", "[integrations.segment.policy]\nwrite = \"deny\"\n");
    let mut agent = Agent::able(&gateway, elicits());
    let refused = agent.call(TRACK, event());
    assert!(text(&refused).contains("access denied"), "{refused}");
    let refused = agent.call("run_lua_write", json!({"code": SCRIPT}));
    assert!(text(&refused).contains("access denied"), "{refused}");
    assert_eq!(events(&emulator), 3);
}
