//! Tests of `integrations:lua` and `mcp:lua` as commands: where the code comes from, the envelope,
//! the exit status, signals.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::kosmo;

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Runs a script given by `--eval` and returns its envelope.
fn eval(code: &str, exit: i32) -> Value {
    kosmo(["integrations:lua", "--emulator", "--json", "--eval", code]).run().code(exit).json()
}

#[test]
fn the_envelope_has_its_documented_keys_in_order() {
    let documented = [
        "success",
        "output",
        "result",
        "error",
        "execution_time_ms",
        "memory_usage",
        "call_log",
        "meta",
    ];
    let good = eval(
        "print('a', 1) print() dump({1}) \
         return app.integrations.segment.track{userId = 'u', event = 'e'}.success",
        0,
    );
    assert_eq!(keys(&good), documented);
    assert_eq!(good["output"], "a\t1\n\n[\n  1\n]");
    assert_eq!(good["result"], true);
    assert_eq!(good["error"], Value::Null);
    assert!(good["execution_time_ms"].is_f64() && good["memory_usage"].is_u64());
    let call = &good["call_log"][0];
    let entry = ["function", "tool", "account", "status", "duration_ms", "run_id"];
    assert_eq!(keys(call), entry);
    assert_eq!(call["function"], "app.integrations.segment.track_event");
    assert_eq!(call["tool"], "segment_track");
    assert_eq!(call["status"], "ok");
    assert_eq!(keys(&good["meta"]), ["permission_bypassed", "dry_run", "run_id"]);
    let bad = eval("print('kept') app.integrations.segment.track{userId = 'u'}", 12);
    let with_detail = [&documented[..4], &["error_detail"], &documented[4..]].concat();
    assert_eq!(keys(&bad), with_detail);
    assert_eq!(bad["output"], "kept");
    assert_eq!(bad["error_detail"]["code"], "event_not_defined");
    assert_eq!(bad["call_log"][0]["status"], "error");
}

#[test]
fn every_end_has_its_exit_status_and_its_envelope() {
    for (code, exit, named) in [
        ("error('boo')", 1, "script_error"),
        ("x = = 1", 1, "syntax_error"),
        ("while true do end", 11, "cpu_limit"),
        ("local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end", 11, "memory_limit"),
        ("task.wait(60)", 11, "time_limit"),
        ("for _ = 1, 9 do app.integrations.segment.list_users() end", 11, "call_limit"),
        ("app.integrations.segment.nope()", 5, "unknown_function"),
        ("app.integrations.segment.get_source{slug = 'my-workspace', id = 'nope'}", 5, "not_found"),
        ("app.integrations.segment.track{usr = 1}", 2, "unknown_parameter"),
    ] {
        let line = ["integrations:lua", "--emulator", "--json", "-e", code];
        // Only who waits is to meet the end of the time.
        let time = if named == "time_limit" { "--timeout=1s" } else { "--timeout=60s" };
        let limits = ["--cpu-limit=0.3", time, "--max-calls=3", "--memory-limit=8MB"];
        let ran = kosmo(line).and(limits).run();
        assert_eq!(ran.code, exit, "{code}: {ran:#?}");
        assert_eq!(ran.json()["success"], false, "{code}");
        assert_eq!(ran.json()["error_detail"]["code"], named, "{code}: {}", ran.json()["error"]);
    }
}

#[test]
fn the_code_comes_from_eval_file_or_stdin() {
    let json = |args: &[&str], stdin: &str| {
        let run = kosmo(args.iter().copied()).and(["--json"]).file("f.lua", "return 'file'");
        run.stdin(stdin).run().code(0).json()["result"].clone()
    };
    assert_eq!(json(&["integrations:lua", "-e", "return 'eval'"], "return 'stdin'"), "eval");
    assert_eq!(json(&["integrations:lua", "f.lua"], "return 'stdin'"), "file");
    assert_eq!(json(&["integrations:lua", "-"], "return 'stdin'"), "stdin");
    assert_eq!(json(&["integrations:lua"], "return 'stdin'"), "stdin");
    assert_eq!(json(&["integrations", "lua"], "\u{feff}#!/usr/bin/kosmo\nreturn 'x'"), "x");
}

#[test]
fn mcp_lua_has_no_integrations() {
    let line = ["mcp:lua", "--json", "--eval", "return json.encode({1}, {pretty = false})"];
    assert_eq!(kosmo(line).run().code(0).json()["result"], "[1]");
    let line = ["mcp:lua", "--json", "--eval", "return app.integrations.segment"];
    assert_eq!(kosmo(line).run().json()["success"], false);
}

#[test]
fn a_script_is_given_its_input_and_its_arguments() {
    let line = ["integrations:lua", "--json", "-e", "return {input.a, arg[1], #arg}"];
    let want = json!([[1, 2], "--x", 2]);
    for input in ["{\"a\":[1,2]}", "@in.json", "-"] {
        let run = kosmo(line).and(["--input", input, "--", "--x", "y"]);
        let run = run.file("in.json", "{\"a\":[1,2]}").stdin("{\"a\":[1,2]}");
        assert_eq!(run.run().code(0).json()["result"], want, "{input}");
    }
}

#[test]
fn what_is_no_script_ends_with_an_envelope_too() {
    for (args, exit, words) in [
        (&["nothere.lua"][..], 2, "Lua file not found: nothere.lua"),
        (&["."], 2, "Lua file is a directory: ."),
        (&["bad.lua"], 2, "bad.lua is not UTF-8: byte 7, line 1"),
        (&["-e", ""], 2, "Provide a Lua file, --eval code, or pipe Lua code on stdin."),
        (&[], 2, "Provide a Lua file, --eval code, or pipe Lua code on stdin."),
        (&["-e", "return 1", "--input", "{x}"], 2, "--input is not JSON: key must be a string"),
        (&["-e", "app.integrations.segment.list_users()", "--account", "nobody"], 5, "nobody"),
    ] {
        let run = kosmo(["integrations:lua", "--json", "--emulator"]).and(args.iter().copied());
        let ran = run.file("bad.lua", b"return \xff").run();
        assert_eq!(ran.code, exit, "{args:?} {ran:#?}");
        let envelope = ran.json();
        assert!(envelope["error"].as_str().unwrap().contains(words), "{args:?} {envelope}");
        assert!(envelope.get("call_log").is_some(), "{args:?}");
    }
}

#[test]
fn without_json_results_go_to_stdout_and_errors_to_stderr() {
    let shown = |code: &str| kosmo(["integrations:lua", "-e", code]).run().code(0).stdout;
    assert_eq!(shown("print('a') return 'text'"), "a\ntext\n");
    assert_eq!(shown("return {1, {b = 2}}"), "[\n    1,\n    {\n        \"b\": 2\n    }\n]\n");
    assert_eq!(shown("local x = 1"), "");
    assert_eq!(shown("return 1, 'two'"), "[\n    1,\n    \"two\"\n]\n");
    let bad = kosmo(["integrations:lua", "-e", "print('a')\nerror('boo')"]).run().code(1);
    assert_eq!((&bad.stdout[..], &bad.stderr[..]), ("a\n", "error: eval:2: boo\n"));
}

#[test]
fn printed_lines_arrive_as_they_are_printed() {
    let code = "print('first') task.wait(30)";
    let home = kosmo(["integrations:lua", "-e", code]);
    let mut child = home.command().stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "first\n");
    assert_eq!(child.try_wait().unwrap(), None, "it is still waiting");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_signal_ends_a_script_with_what_was_done_so_far() {
    for (code, signal, exit) in [
        ("print('ready') while true do end", "INT", 130),
        ("print('ready') task.wait(30)", "INT", 130),
        ("print('ready') task.wait(30)", "TERM", 143),
        ("print('ready') pcall(function() while true do end end) return 1", "TERM", 143),
    ] {
        for json in [false, true] {
            let home = kosmo(["integrations:lua", "-e", code]);
            let home = if json { home.and(["--json"]) } else { home };
            let mut child = home
                .command()
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut stdout = BufReader::new(child.stdout.take().unwrap());
            let mut text = String::new();
            if json {
                wait_until_busy(child.id());
            } else {
                stdout.read_line(&mut text).unwrap();
            }
            kill(child.id(), signal);
            stdout.read_to_string(&mut text).unwrap();
            let status = child.wait().unwrap();
            assert_eq!(status.code(), Some(exit), "{code} {signal} {text}");
            if json {
                let envelope: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(envelope["success"], false, "{code}");
                assert_eq!(envelope["error_detail"]["code"], "interrupted", "{code}");
            }
        }
    }
}

/// Waits until the program runs a script; by then it listens for signals.
fn wait_until_busy(id: u32) {
    let since = Instant::now();
    loop {
        let names = std::fs::read_dir(format!("/proc/{id}/task"))
            .into_iter()
            .flatten()
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
            .collect::<Vec<_>>();
        if names.iter().any(|name| name.trim() == "watchdog") {
            return;
        }
        assert!(since.elapsed() < Duration::from_secs(20), "{names:?}");
        std::thread::yield_now();
    }
}

fn kill(id: u32, signal: &str) {
    let id = id.to_string();
    assert!(
        std::process::Command::new("kill").args(["-s", signal, &id]).status().unwrap().success()
    );
}

#[test]
fn an_open_silent_stdin_is_no_script() {
    let home = kosmo(["integrations:lua", "--json"]);
    let mut child = home.command().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let silent = child.stdin.take().unwrap();
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
    drop(silent);
    let envelope: Value = serde_json::from_str(&text).unwrap();
    assert!(envelope["error_detail"]["hint"].as_str().unwrap().contains("silent"));
}

#[test]
fn a_named_stdin_is_waited_for() {
    let home = kosmo(["integrations:lua", "-"]);
    let mut child = home.command().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // Longer than an unnamed one would be.
    std::thread::sleep(Duration::from_millis(2500));
    stdin.write_all(b"return 'late'").unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "late\n");
}
