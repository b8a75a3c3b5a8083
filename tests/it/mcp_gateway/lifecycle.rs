//! How a gateway lives and ends: several calls at once, what takes long, what is given up, and the
//! end of the input.

use std::time::{Duration, Instant};

use serde_json::json;

use super::agent::{Agent, text};
use crate::support::kosmo;

fn emulated() -> Agent {
    Agent::start(&kosmo(["mcp:serve", "--emulator"]))
}

#[test]
fn calls_overlap_and_each_gets_its_own_answer() {
    let mut agent = emulated();
    let began = Instant::now();
    let ids: Vec<(u64, u64)> = (0..10)
        .map(|n| {
            let code = format!("task.wait(0.5) return {n}");
            (n, agent.send("tools/call", json!({"name": "run_lua", "arguments": {"code": code}})))
        })
        .collect();
    let quick = agent.ask("ping", json!({}));
    assert!(quick.get("result").is_some());
    assert!(began.elapsed() < Duration::from_millis(450), "a quick one waits for none");
    for (n, id) in ids.into_iter().rev() {
        assert_eq!(agent.answer(id)["result"]["structuredContent"]["result"], n);
    }
    assert!(began.elapsed() < Duration::from_secs(4), "one after the other they take five seconds");
}

#[test]
fn what_takes_long_says_so_and_can_be_given_up() {
    let mut agent = emulated();
    let call = json!({
        "name": "run_lua", "arguments": {"code": "task.wait(60)"}, "_meta": {"progressToken": "t"},
    });
    let id = agent.send("tools/call", call);
    let note = agent.read().unwrap();
    assert_eq!(note["method"], "notifications/progress", "{note}");
    assert_eq!(note["params"]["progressToken"], "t");
    assert!(note["params"]["progress"].as_f64().unwrap() >= 1.0);
    agent.tell("notifications/cancelled", json!({"requestId": id, "reason": "enough"}));
    assert_eq!(agent.ask("ping", json!({}))["result"], json!({}));
    let (rest, code) = agent.end();
    assert_eq!(code, 0);
    assert!(
        rest.iter().all(|message| message["id"] != id),
        "no answer to what was cancelled: {rest:?}"
    );
}

#[test]
fn at_the_end_of_the_input_calls_in_flight_are_finished() {
    let mut agent = emulated();
    let code = "task.wait(0.7) return 'finished'";
    let id = agent.send("tools/call", json!({"name": "run_lua", "arguments": {"code": code}}));
    let (rest, code) = agent.end();
    assert_eq!(code, 0);
    let answer = rest.iter().find(|message| message["id"] == id).expect("an answer");
    assert_eq!(answer["result"]["structuredContent"]["result"], "finished");
}

#[test]
fn a_last_message_without_the_end_of_its_line_counts() {
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let ran = kosmo(["mcp:serve"]).stdin(ping).run().code(0);
    assert_eq!(ran.stdout, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
    assert_eq!(kosmo(["mcp:serve"]).run().code(0).stdout, "");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_after_what_is_in_flight() {
    let mut agent = emulated();
    let code = "print('begun') task.wait(0.7) return 'finished'";
    let id = agent.send("tools/call", json!({"name": "run_lua", "arguments": {"code": code}}));
    agent.ask("ping", json!({}));
    let process = rustix::process::Pid::from_raw(i32::try_from(agent.id()).unwrap()).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
    assert_eq!(agent.answer(id)["result"]["structuredContent"]["result"], "finished");
    assert_eq!(agent.read(), None, "nothing else is said");
    assert_eq!(agent.end().1, 0);
}

#[test]
fn a_client_that_reads_nothing_holds_no_one_and_ends_all_the_same() {
    let mut agent = emulated();
    for _ in 0..300 {
        agent.send("tools/call", json!({"name": "docs_read", "arguments": {"page": "segment"}}));
    }
    let first = agent.call("docs_read", json!({"page": "index"}));
    assert!(text(&first).starts_with("# kosmo"));
}
