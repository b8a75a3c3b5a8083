//! Servers that hang, crash, babble and lie: each fails the call that was made of it, says what
//! happened, and leaves nothing behind. The server is `tests/fixtures/peers/mcp-hostile.py`.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::peer_library::fixture;
use crate::support::{Kosmo, Ran, kosmo};

struct Place {
    home: tempfile::TempDir,
    notes: PathBuf,
}

/// A home with one server that misbehaves in this way.
fn place(mode: &str) -> Place {
    let home = tempfile::tempdir().unwrap();
    let notes = home.path().join("notes");
    let script = fixture("mcp-hostile.py");
    let entry = json!({
        "command": "python3", "args": [script, mode, notes], "timeout": 10,
        "env": {"HOSTILE_TOKEN": "canary-of-the-server"},
    });
    fs::write(home.path().join("mcp.json"), json!({"mcpServers": {"h": entry}}).to_string())
        .unwrap();
    Place { home, notes }
}

impl Place {
    fn kosmo(&self, words: &[&str]) -> Kosmo {
        kosmo(words.iter().copied())
            .env("KOSMO_HOME", self.home.path())
            .within(self.home.path())
            .env("SEGMENT_WRITE_KEY", "canary-of-segment")
    }

    fn run(&self, words: &[&str]) -> Ran {
        self.kosmo(words).run()
    }

    /// A call of a tool, as the envelope says it.
    fn call(&self, tool: &str, more: &[&str]) -> (i32, Value) {
        let words = [&["mcp:call", tool, "--json"], more].concat();
        let ran = self.run(&words);
        (ran.code, ran.json())
    }

    fn notes(&self) -> String {
        fs::read_to_string(&self.notes).unwrap_or_default()
    }
}

fn alive(pid: &str) -> bool {
    // A process that has ended and that nobody has asked after is none any more.
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    !status.is_empty() && !status.contains("State:\tZ")
}

fn pids<'a>(notes: &'a str, word: &str) -> Vec<&'a str> {
    notes.lines().filter_map(|line| line.strip_prefix(word)).map(str::trim).collect()
}

#[test]
fn what_goes_wrong_is_said_in_the_documented_words() {
    let table = [
        ("crash", 8, "exited before responding"),
        ("crash-call", 8, "exited before responding"),
        ("closes", 8, "exited before responding"),
        ("malformed", 8, "wrote invalid JSON to stdout."),
        ("no-message", 8, "wrote JSON to stdout that is no message."),
        ("oversized", 8, "wrote a message of more than 64 MiB."),
        ("noise", 8, "writes text to stdout, which is for messages only."),
        ("revision", 8, "speaks the protocol revision `1999-01-01`."),
        ("endless", 8, "does not come to the end of its tools."),
        ("fails", 1, "no such thing"),
        ("refuses", 1, "not today"),
    ];
    for (mode, code, words) in table {
        let place = place(mode);
        let (exit, envelope) = place.call("h.look", &[]);
        let error = envelope["error"].as_str().unwrap_or_default();
        assert!(error.contains(words), "{mode}: {envelope:#}");
        assert_eq!(exit, code, "{mode}: {envelope:#}");
        assert_eq!(envelope["meta"]["server"], "h", "{mode}");
        assert!(envelope["meta"]["run_id"].is_string(), "{mode}");
        assert!(!envelope.to_string().contains("canary"), "{mode}: {envelope:#}");
        for pid in pids(&place.notes(), "started ") {
            assert!(!alive(pid), "{mode} is still running");
        }
    }
}

#[test]
fn the_last_words_of_a_server_are_passed_on_without_its_secrets() {
    let (_, envelope) = place("crash").call("h.look", &[]);
    let error = envelope["error"].as_str().unwrap();
    assert!(error.contains("Stderr: cannot find my way, token is [redacted]"), "{error}");
}

#[test]
fn a_server_that_hangs_costs_its_time_and_no_more() {
    for mode in ["hang", "hang-call"] {
        let place = place(mode);
        let began = Instant::now();
        let (exit, envelope) = place.call("h.look", &["--timeout", "1"]);
        assert_eq!(exit, 9, "{envelope:#}");
        assert_eq!(envelope["error"], "MCP server 'h' timed out after 1s.");
        assert!(began.elapsed() < Duration::from_secs(8), "{mode}");
        for pid in pids(&place.notes(), "started ") {
            assert!(!alive(pid), "{mode}");
        }
    }
    // Whoever is not waited for is told so.
    let place = place("hang-call");
    place.call("h.look", &["--timeout", "1"]);
    assert!(place.notes().contains("notifications/cancelled"), "{}", place.notes());
}

#[test]
fn what_a_server_has_started_ends_with_it() {
    let place = place("stubborn");
    let (exit, _) = place.call("h.look", &[]);
    assert_eq!(exit, 0);
    let notes = place.notes();
    for pid in [pids(&notes, "started "), pids(&notes, "child ")].concat() {
        assert!(!alive(pid), "{pid} is still running");
    }
}

#[test]
fn text_between_messages_large_ones_and_questions_are_taken_as_they_come() {
    for mode in ["babble", "asks"] {
        let (exit, envelope) = place(mode).call("h.look", &[]);
        assert_eq!(exit, 0, "{mode}: {envelope:#}");
    }
    let (exit, envelope) = place("big").call("h.look", &[]);
    assert_eq!((exit, envelope["data"].as_str().unwrap().len()), (0, 3_000_000));
    let tools = place("pages").run(&["mcp:tools", "h", "--json"]).code(0).json();
    assert_eq!(tools["tools"].as_array().unwrap().len(), 3);
    // News of progress gives the call its time anew; a time of one's own is kept.
    let slow = place("progress");
    fs::write(
        slow.home.path().join("mcp.json"),
        fs::read_to_string(slow.home.path().join("mcp.json"))
            .unwrap()
            .replace("\"timeout\":10", "\"timeout\":1"),
    )
    .unwrap();
    assert_eq!(slow.call("h.look", &[]).0, 0);
    assert_eq!(slow.call("h.look", &["--timeout", "1"]).0, 9);
}

#[test]
fn a_script_goes_on_after_a_server_broke_and_gets_a_new_one() {
    let place = place("crash-once");
    let code = "local ok, e = pcall(app.mcp.h.look, {})\n\
                print(ok, e.code, e.effect)\n\
                print(json.encode(app.mcp.h.look({ n = 1 }), { pretty = false }))";
    let ran = place.run(&["mcp:lua", "-e", code]).code(0);
    assert_eq!(ran.stdout, "false\tunavailable\tnone\n{\"n\":1}\n");
    assert_eq!(pids(&place.notes(), "started ").len(), 2, "{}", place.notes());
}

#[test]
fn tools_that_change_are_seen_when_they_have_changed() {
    let code = "print(pcall(function() return app.mcp.h.fresh end))\n\
                app.mcp.h.look()\n\
                app.mcp.h.fresh()";
    let ran = place("changes").run(&["mcp:lua", "--force", "-e", code]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(ran.stdout.contains("Unknown MCP function: h.fresh"), "{}", ran.stdout);
}

#[test]
fn effects_and_policy_are_those_of_the_row() {
    let place = place("plain");
    let tools = place.run(&["mcp:tools", "h", "--json"]).code(0).json();
    let effects: Vec<&str> = tools["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["effect"].as_str().unwrap())
        .collect();
    assert_eq!(effects, ["read", "write", "destroy", "read", "read"]);
    assert_eq!(place.call("h.look", &[]).0, 0);
    let (exit, envelope) = place.call("h.write", &[]);
    assert_eq!(exit, 4);
    assert!(
        envelope["error"].as_str().unwrap().starts_with("MCP server 'h' write requires approval."),
        "{envelope:#}"
    );
    let (exit, envelope) = place.call("h.write", &["--force"]);
    assert_eq!((exit, &envelope["meta"]["permission_bypassed"]), (0, &json!(true)));
    let (exit, envelope) = place.call("h.write", &["--dry-run"]);
    assert_eq!((exit, &envelope["data"]["policy"]), (0, &json!("ask")));
    assert_eq!(envelope["data"]["body"]["name"], "write");
    place.run(&["mcp:permit", "h", "--write", "allow"]).code(0);
    assert_eq!(place.call("h.drop", &[]).0, 0);
    place.run(&["mcp:permit", "h", "--write", "deny", "--read", "deny"]).code(0);
    let before = place.notes();
    let (exit, envelope) = place.call("h.look", &["--force"]);
    assert_eq!((exit, &envelope["error"]), (4, &json!("MCP server 'h' read access denied.")));
    assert_eq!(place.notes(), before, "a server of which nothing may be used was started");
}

#[test]
fn wrong_arguments_are_named_before_anything_is_sent() {
    let place = place("crash-call");
    for (words, code, says) in [
        (vec![], "missing_parameter", "userId"),
        (vec!["--user-id", "a", "--count", "x"], "wrong_type", "count"),
        (vec!["--user-id", "a", "--cuont", "1"], "unknown_parameter", "count"),
        (vec!["--user-id", "a", "--deep.x:=\"y\""], "invalid_argument", "deep.x"),
    ] {
        let (exit, envelope) = place.call("h.strict", &words);
        assert_eq!((exit, &envelope["error_detail"]["code"]), (2, &json!(code)), "{envelope:#}");
        assert!(envelope["error_detail"].to_string().contains(says), "{envelope:#}");
    }
}

#[test]
fn nothing_untrusted_is_ever_started() {
    let place = place("plain");
    let entry = fs::read_to_string(place.home.path().join("mcp.json")).unwrap();
    fs::remove_file(place.home.path().join("mcp.json")).unwrap();
    fs::write(place.home.path().join(".mcp.json"), entry).unwrap();
    let script = "for name, tools in pairs(app.mcp) do print(name) end\n\
                  for _, f in { function() return app.mcp.h.look end, function() return mcp.tools('h') end,\n\
                    function() return mcp.call('h.look') end, function() return mcp.resources('h') end } do\n\
                    local ok, e = pcall(f)\n  print(ok, e.code)\nend\nprint(#mcp.tools())";
    let ran = place.run(&["mcp:lua", "--force", "-e", script]).code(0);
    assert_eq!(ran.stdout, format!("h\n{}0\n", "false\tuntrusted_server\n".repeat(4)));
    for words in [
        vec!["mcp:tools", "h"],
        vec!["mcp:schema", "h.look"],
        vec!["mcp:schema", "mcp.h.look"],
        vec!["mcp:call", "h.look", "--force"],
        vec!["mcp:h", "look", "--force"],
        vec!["mcp:resources", "h", "--force"],
        vec!["mcp:resource", "h", "x:", "--force"],
        vec!["mcp:prompts", "h", "--force"],
        vec!["mcp:prompt", "h", "p", "--force"],
    ] {
        let ran = place.run(&words).code(4);
        assert!(ran.stderr.contains("Project MCP server 'h' is not trusted."), "{ran:#?}");
    }
    for words in [
        vec!["mcp:tools"],
        vec!["mcp:doctor"],
        vec!["mcp:list"],
        vec!["integrations:lua", "-e", "return 1"],
    ] {
        place.run(&words).code(0);
    }
    assert_eq!(place.notes(), "", "it was started");
    place.run(&["mcp:trust", "h"]).code(0);
    assert_eq!(place.call("h.look", &[]).0, 0);
}

#[test]
fn a_server_sees_what_its_entry_gives_it_and_no_more() {
    let place = place("plain");
    let (_, envelope) = place.call("h.env", &[]);
    let data = envelope["data"].as_object().unwrap();
    assert_eq!(data["HOSTILE_TOKEN"], "[redacted]");
    for name in ["SEGMENT_WRITE_KEY", "KOSMO_HOME"] {
        assert!(!data.contains_key(name), "{name}");
    }
    let all = place.kosmo(&["mcp:call", "h.env", "--json"]).env("KOSMO_MCP_INHERIT_ENV", "1").run();
    assert!(all.json()["data"].get("KOSMO_HOME").is_some());
    assert!(!all.stdout.contains("canary-of-the-server"));
}

#[test]
fn scripts_find_tools_by_name_and_start_servers_when_they_use_them() {
    let place = place("plain");
    let script = "print(mcp.servers().h.type)\n\
                  return mcp.schema('h.strict').parameters[1].name";
    place
        .run(&["mcp:lua", "-e", "print(app.mcp); for name in pairs(app.mcp) do print(name) end"])
        .code(0);
    assert_eq!(place.notes(), "", "looking at names started a server");
    let ran = place.run(&["mcp:lua", "-e", script]).code(0);
    assert_eq!(ran.stdout, "stdio\nuserId\n");
    let script = "local names = {}\nfor name in pairs(app.mcp.h) do names[#names + 1] = name end\n\
                  print(table.concat(names, ' '))\nprint(pcall(function() return app.mcp.h.loook end))\n\
                  print(pcall(function() return app.mcp.hh end))\n\
                  local all = task.map({1, 2, 3}, function(n) return app.mcp.h.look{ n = n }.n end)\n\
                  print(all[1], all[2], all[3])\nprint(mcp.call('app.mcp.h.strict', { user_id = 'x' }).userId)";
    let ran = place.run(&["integrations:lua", "--json", "-e", script]).code(0).json();
    let lines: Vec<&str> = ran["output"].as_str().unwrap().lines().collect();
    assert_eq!(lines[0], "look write drop env strict");
    assert!(lines[1].contains("Unknown MCP function: h.loook"), "{lines:?}");
    assert!(lines[2].contains("Unknown MCP server: hh"), "{lines:?}");
    assert_eq!(&lines[3..], ["1\t2\t3", "x"]);
    assert_eq!(ran["call_log"][0]["function"], "app.mcp.h.look");
    assert_eq!(ran["call_log"][0]["tool"], "mcp_h__look");
    let runs = place.run(&["runs", "list", "--json"]).code(0);
    assert!(runs.stdout.contains("mcp.h.strict"), "{}", runs.stdout);
}

#[test]
fn a_server_that_hangs_does_not_outlive_a_scripts_limit() {
    let place = place("hang");
    let began = Instant::now();
    let ran = place.run(&["mcp:lua", "--timeout", "1", "-e", "return app.mcp.h.look"]).code(11);
    assert!(ran.stderr.contains("time"), "{}", ran.stderr);
    assert!(began.elapsed() < Duration::from_secs(8));
    for pid in pids(&place.notes(), "started ") {
        assert!(!alive(pid));
    }
}
