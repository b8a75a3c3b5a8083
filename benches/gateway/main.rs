//! The gateway for agents: how soon it answers after its start, what a tool call costs over the bare
//! call, and whether its memory stays flat through a long day.
//!
//! `cargo bench --bench gateway [-- --calls N] [--soak N]` prints every target beside its figure.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a benchmark prints, opens its own connections, and ends at the first failure"
)]

mod client;
#[path = "../shared/mod.rs"]
#[expect(dead_code, reason = "the other benchmarks use more of it")]
mod shared;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use kosmo::engine::{Args, Call, Options, Origin};
use kosmo::runtime::{Opening, Runtime};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use serde_json::{Value, json};

use client::Client;
use shared::{block_on, median};

/// The first argument that makes this program make bare calls and print what they cost.
const BARE: &str = "--bare";

const TRACK: &str = "integration__segment__track_event";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |flag: &str, usual: u64| {
        let at = args.iter().position(|word| word == flag);
        at.and_then(|at| args.get(at + 1)?.replace('_', "").parse().ok()).unwrap_or(usual)
    };
    if args.first().is_some_and(|word| word == BARE) {
        println!("{}", bare(number(BARE, 1)));
        return;
    }
    let home = tempfile::tempdir().unwrap();
    cold_start(home.path());
    overhead(home.path(), number("--calls", 20_000));
    soak(home.path(), number("--soak", 200_000));
}

/// From the start of the process to its answer to `tools/list`.
fn cold_start(home: &Path) {
    println!("(a) cold start to the answer to tools/list, 41 starts");
    for (name, arguments) in
        [("code mode", &[][..]), ("one tool a function", &["--tools=direct", "--write=allow"][..])]
    {
        let mut figures = Vec::new();
        for round in 0..=41 {
            let began = Instant::now();
            let mut client = Client::start(home, arguments);
            let tools = client.ask("tools/list", &json!({}));
            let took = began.elapsed().as_secs_f64() * 1e3;
            assert!(tools["result"]["tools"].as_array().is_some_and(|all| all.len() >= 4));
            // The first round warms the caches.
            if round > 0 {
                figures.push(took);
            }
        }
        figures.sort_by(f64::total_cmp);
        let (middle, worst) = (figures[figures.len() / 2], figures[figures.len() * 95 / 100]);
        println!(
            "    {name:<20} {middle:>7.2} ms, 95 of 100 within {worst:.2} ms (target: under 30)"
        );
    }
}

fn event(number: u64) -> Value {
    json!({"userId": "user-42", "event": "Order Completed", "properties": {"order": number}})
}

/// Calls of the engine without a gateway; the CPU time of one in µs.
fn bare(calls: u64) -> f64 {
    let runtime = Runtime::open(Opening::default()).unwrap();
    let call = |number: u64| Call {
        function: "segment.track_event".to_owned(),
        args: Args::Named(event(number).as_object().unwrap().clone()),
        origin: Origin::Mcp,
        options: Options { dry_run: true, ..Options::default() },
        ..Call::default()
    };
    let cpu = || {
        let used = getrusage(UsageWho::RUSAGE_SELF).unwrap();
        (used.user_time().num_microseconds() + used.system_time().num_microseconds()) as f64
    };
    block_on(async {
        assert!(runtime.engine().call(call(0)).await.result.is_ok());
        let before = cpu();
        for number in 0..calls {
            assert!(runtime.engine().call(call(number)).await.result.is_ok());
        }
        (cpu() - before) / calls as f64
    })
}

/// A dry run through the gateway.
fn track(client: &mut Client, number: u64) {
    let mut arguments = event(number);
    arguments["_dry_run"] = json!(true);
    let done = client.ask("tools/call", &json!({"name": TRACK, "arguments": arguments}));
    assert_eq!(done["result"]["isError"], false, "{done}");
}

/// What a tool call costs over the same call without a gateway, in CPU time of the gateway.
fn overhead(home: &Path, calls: u64) {
    println!("(b) a tool call over the bare call, dry runs of segment.track_event, {calls} each");
    let (mut bares, mut tools) = (Vec::new(), Vec::new());
    // In turn, so that a slow moment hits both.
    for _ in 0..3 {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([BARE, &calls.to_string()]).envs(client::environment(home));
        let output = command.output().unwrap();
        bares.push(String::from_utf8_lossy(&output.stdout).trim().parse::<f64>().unwrap());

        let mut client = Client::start(home, &["--pin=segment.track_event"]);
        track(&mut client, 0);
        let before = client.cpu_us();
        (0..calls).for_each(|number| track(&mut client, number));
        tools.push((client.cpu_us() - before) / calls as f64);
    }
    let (bare, tool) = (median(bares), median(tools));
    println!("    bare {bare:.1} µs, through the gateway {tool:.1} µs");
    println!("    overhead {:.1} µs CPU a call (target: under 200)", tool - bare);
}

/// One of many kinds of request, and whether it is meant to succeed.
fn mixed(number: u64) -> (&'static str, Value, bool) {
    let tool = |name: &str, arguments: Value| json!({"name": name, "arguments": arguments});
    let call = "tools/call";
    match number % 10 {
        0 => (call, tool("search", json!({"query": "list every source"})), true),
        1 => (call, tool("docs_read", json!({"page": "segment.track_event"})), true),
        2 => (call, tool("run_lua", json!({"code": format!("return {number} * 2")})), true),
        3 => ("resources/read", json!({"uri": "kosmo://docs/segment.sources"}), true),
        4 => (call, tool(TRACK, json!({"userId": "u", "event": 7})), true),
        5 => (call, tool("no_such_tool", json!({})), false),
        6 => ("prompts/get", json!({"name": "quickstart"}), true),
        7 => ("tools/list", json!({}), true),
        // A result that is cut and kept.
        8 => (call, tool("run_lua", json!({"code": "return string.rep('x', 60000)"})), true),
        _ => {
            let mut arguments = event(number);
            arguments["_dry_run"] = json!(true);
            (call, tool(TRACK, arguments), true)
        }
    }
}

/// Many calls of many kinds, and the memory of the gateway meanwhile.
fn soak(home: &Path, calls: u64) {
    println!("(c) memory of the gateway through {calls} calls of ten kinds");
    let mut client = Client::start(home, &["--pin=segment.track_event"]);
    let began = Instant::now();
    let mut figures = Vec::new();
    let look = |client: &Client, after: u64, figures: &mut Vec<f64>| {
        let memory = client.memory_mb();
        println!("    after {after:>7} calls {memory:>7.1} MB");
        figures.push(memory);
    };
    look(&client, 0, &mut figures);
    for number in 0..calls {
        let (method, params, good) = mixed(number);
        let answer = client.ask(method, &params);
        assert_eq!(answer.get("result").is_some(), good, "{method} {params}: {answer}");
        if (number + 1) % (calls / 4).max(1) == 0 {
            look(&client, number + 1, &mut figures);
        }
    }
    let rate = calls as f64 / began.elapsed().as_secs_f64();
    let growth = figures[figures.len() - 1] / figures[1] * 100.0 - 100.0;
    println!(
        "    {rate:.0} calls/s, one after the other; from the first quarter to the end {growth:+.1} % (target: flat, within 5)"
    );
}
