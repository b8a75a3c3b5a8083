//! Tests of tokens: what one allows, that it holds everywhere, and how it ends.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use kosmo::access::{Access, Link};
use serde_json::{Value, json};

use crate::support::{Kosmo, Ran, kosmo};

const PLACE: &str = "{\"slug\": \"my-workspace\"}";

fn mint(home: Kosmo, args: &[&str]) -> (Kosmo, Value) {
    let home = home.then(["token", "mint", "--json"].iter().chain(args));
    let answer = home.run().code(0).json();
    (home, answer)
}

fn text(answer: &Value, key: &str) -> String {
    answer[key].as_str().unwrap_or_else(|| panic!("no {key} in {answer}")).to_owned()
}

/// A home and a token in it.
fn minted(args: &[&str]) -> (Kosmo, String) {
    let (home, answer) = mint(kosmo([] as [&str; 0]), args);
    (home, text(&answer, "token"))
}

fn call(home: Kosmo, token: &str, function: &str, args: &str) -> (Kosmo, Ran) {
    let line = ["integrations:call", function, args, "--emulator", "--force", "--json"];
    let home = home.then(line.into_iter().chain(["--token", token]));
    let ran = home.run();
    (home, ran)
}

#[track_caller]
fn refused(ran: Ran, exit: i32, code: &str) -> Value {
    let answer = ran.code(exit).json();
    assert_eq!(answer["error_detail"]["code"], code, "{answer}");
    answer
}

#[test]
fn a_token_covers_what_it_says_and_nothing_else() {
    let (home, answer) = mint(
        kosmo([] as [&str; 0]),
        &["--allow", "segment.get_*", "--allow", "track", "--account", "work,default"],
    );
    assert_eq!(answer["scope"]["functions"], json!(["segment.get_*", "segment.track_event"]));
    assert_eq!(answer["scope"]["accounts"], json!(["*.work", "*.default"]));
    assert_eq!(answer["scope"]["effects"], json!(["read"]), "the mildest unless more is asked for");
    let token = text(&answer, "token");
    let (home, ran) = call(home, &token, "get_workspace", PLACE);
    assert_eq!(ran.code(0).json()["data"]["slug"], "my-workspace");
    let (home, ran) = call(home, &token, "list_sources", PLACE);
    let answer = refused(ran, 4, "token_scope");
    assert_eq!(answer["error"], "the token does not cover `segment.list_sources`");
    let event = r#"{"userId": "u", "event": "e"}"#;
    let (home, ran) = call(home, &token, "track", event);
    assert!(refused(ran, 4, "token_scope")["error"].as_str().unwrap().contains("effect `write`"));
    let line = ["integrations:call", "get_workspace", PLACE, "--emulator", "--json"];
    let elsewhere = ["--account", "staging", "--token", &token];
    let home = home.then(line.into_iter().chain(elsewhere));
    refused(home.run(), 4, "token_scope");
    let home =
        home.then(["request", "work", "/sources", "--emulator", "--json", "--token", &token]);
    refused(home.run(), 4, "token_scope");
    let home = home.then(["request", "work", "/", "--emulator", "--json", "--token", &token]);
    home.run().code(0);
}

#[test]
fn a_script_cannot_get_around_its_token() {
    let (home, token) = minted(&["--allow", "track_event", "--effects", "write", "--calls", "3"]);
    let code = r#"
        local segment = app.integrations.segment
        local seen = {}
        for i = 1, 5 do
            local ok, e = pcall(segment.track, {userId = "u", event = "e" .. i})
            seen[#seen + 1] = ok and "ok" or e.code
        end
        local ok, e = pcall(segment.work.identify, {userId = "u"})
        seen[#seen + 1] = ok and "ok" or e.code
        return seen
    "#;
    let home = home
        .then(["integrations:lua", "--emulator", "--force", "--json", "-e", code])
        .env("KOSMO_TOKEN", &token);
    let answer = home.run().code(0).json();
    let expected = json!(["ok", "ok", "ok", "token_spent", "token_spent", "token_scope"]);
    assert_eq!(answer["result"], expected);
    let code = "app.integrations.segment.track{userId = 'u', event = 'e'}";
    let home = home.then(["integrations:lua", "--emulator", "--json", "-e", code]);
    refused(home.run(), 4, "token_spent");
}

#[test]
fn what_is_only_shown_or_wrong_costs_nothing() {
    let (home, token) = minted(&["--allow", "track", "--effects", "write", "--calls", "1"]);
    let event = r#"{"userId": "u", "event": "e"}"#;
    let line = ["integrations:call", "track", event, "--dry-run", "--emulator", "--json"];
    let home = home.then(line.into_iter().chain(["--token", &token]));
    home.run().code(0);
    home.run().code(0);
    let (home, ran) = call(home, &token, "track", r#"{"userId": "u"}"#);
    ran.code(12);
    let (home, ran) = call(home, &token, "track", event);
    ran.code(0);
    let (_, ran) = call(home, &token, "track", event);
    refused(ran, 4, "token_spent");
}

#[test]
fn a_budget_is_one_for_all_processes_and_all_that_was_narrowed() {
    let (home, answer) =
        mint(kosmo([] as [&str; 0]), &["--allow", "get_workspace", "--calls", "7"]);
    let parent = text(&answer, "token");
    let (home, answer) = mint(home, &["--from", &parent, "--calls", "5"]);
    let child = text(&answer, "token");
    assert_eq!(answer["scope"]["functions"], json!(["segment.get_workspace"]), "taken over");
    let code = "local n = 0 for i = 1, 4 do \
                n = n + (pcall(app.integrations.segment.get_workspace, {slug = 'my-workspace'}) \
                and 1 or 0) end return n";
    let home = home.then(["integrations:lua", "--emulator", "--json", "-e", code]);
    let made: i64 = std::thread::scope(|scope| {
        let runs: Vec<_> = [&parent, &child, &parent, &child]
            .into_iter()
            .map(|token| {
                let mut command = home.command();
                command.env("KOSMO_TOKEN", token).stdin(std::process::Stdio::null());
                scope.spawn(move || {
                    let output = command.output().unwrap();
                    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
                    answer["result"].as_i64().unwrap()
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    assert_eq!(made, 7);
    let home = home.then(["token", "list", "--json"]);
    let tokens = home.run().code(0).json()["tokens"].clone();
    let used = |at: usize| tokens[at]["used"].as_i64().unwrap();
    assert_eq!(used(1), 7, "{tokens}");
    assert!(used(0) <= 5, "{tokens}");
    assert_eq!(tokens[1]["state"], "spent");
}

#[test]
fn narrowing_takes_away_and_never_gives() {
    let scope = ["--allow", "segment.*source*", "--effects", "read,write", "--account", "work"];
    let (home, answer) = mint(
        kosmo([] as [&str; 0]),
        &[&scope[..], &["--calls", "9", "--expires-in", "1h"]].concat(),
    );
    let parent = text(&answer, "token");
    for wider in [
        &["--calls", "10"][..],
        &["--expires-in", "2h"],
        &["--effects", "all"],
        &["--account", "default"],
        &["--account", "*"],
    ] {
        let line = ["token", "mint", "--json", "--from", &parent];
        let ran = kosmo([] as [&str; 0]).then(line.iter().chain(wider));
        // In a home of its own the parent is a stranger.
        refused(ran.run(), 3, "token_invalid");
        let again = home.command_with(line.iter().chain(wider));
        refused(again, 4, "token_wider");
    }
    let empty = ["token", "mint", "--json", "--from", &parent, "--allow", "list_users"];
    refused(home.command_with(empty.iter()), 2, "token_empty");
    let (home, answer) = mint(home, &["--from", &parent, "--allow", "*", "--effects", "read"]);
    let child = text(&answer, "token");
    let list = ["integrations:call", "list_users", "--emulator", "--json", "--account", "work"];
    let ran = home.command_with(list.iter().chain(&["--token", &child]));
    refused(ran, 4, "token_scope");
    let list = ["integrations:call", "list_sources", PLACE, "--emulator", "--account", "work"];
    home.command_with(list.iter().chain(&["--token", &child])).code(0);
}

impl Kosmo {
    /// Another command in the same home.
    fn command_with<'a>(&self, args: impl IntoIterator<Item = &'a &'a str>) -> Ran {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_kosmo"));
        let output = command
            .args(args)
            .env_clear()
            .env("KOSMO_HOME", self.home())
            .current_dir(self.home())
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

#[test]
fn a_revoked_token_ends_and_so_does_what_was_made_of_it() {
    let (home, answer) =
        mint(kosmo([] as [&str; 0]), &["--allow", "get_workspace", "--name", "nightly"]);
    let parent = text(&answer, "token");
    let (home, answer) = mint(home, &["--from", &parent]);
    let child = text(&answer, "token");
    let (home, ran) = call(home, &child, "get_workspace", PLACE);
    ran.code(0);
    let home = home.then(["token", "revoke", "nightly"]);
    home.run().code(0);
    for token in [&parent, &child] {
        let line = ["integrations:call", "get_workspace", PLACE, "--emulator", "--json", "--token"];
        refused(home.command_with(line.iter().chain(&[token.as_str()])), 3, "token_revoked");
    }
    let list = home.command_with(["token", "list", "--json"].iter()).code(0).json();
    assert_eq!(list["tokens"][0]["state"], "revoked");
    refused(
        home.command_with(["token", "revoke", "stranger", "--json"].iter()),
        5,
        "unknown_token",
    );
    let (home, answer) = mint(home, &["--allow", "get_workspace"]);
    let other = text(&answer, "token");
    home.command_with(["token", "revoke", "--all"].iter()).code(0);
    let (_, ran) = call(home, &other, "get_workspace", PLACE);
    refused(ran, 3, "token_invalid");
}

/// A token whose time is over, made as the program would have made it then.
fn expired(home: &Path) -> String {
    let any = || vec!["*".to_owned()];
    let (functions, accounts, effects) = (any(), any(), vec!["read".to_owned()]);
    let link = Link {
        id: "old".into(),
        name: None,
        functions,
        accounts,
        effects,
        calls: None,
        until: kosmo::access::now() - 60,
    };
    let access = Access::new(Some(home), Some(&home.join("kosmo.db")));
    let (token, _) = access.mint(&link, None, kosmo::access::now() - 3600).unwrap();
    token.expose().to_owned()
}

#[test]
fn what_is_no_token_or_none_any_more_is_refused_without_repeating_it() {
    let home = kosmo([] as [&str; 0]);
    let token = expired(home.home());
    let (home, ran) = call(home, &token, "get_workspace", PLACE);
    refused(ran, 3, "token_expired");
    let (mut home, good) = {
        let (home, answer) = mint(home, &["--allow", "*"]);
        (home, text(&answer, "token"))
    };
    let parts: Vec<&str> = good.split('.').collect();
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]);
    for bad in ["canary-not-a-token", &unsigned, &format!("{}.{}.AAAA", parts[0], parts[1]), "@"] {
        let ran;
        (home, ran) = call(home, bad, "get_workspace", PLACE);
        assert!(!ran.stdout.contains("canary") && !ran.stderr.contains("canary"), "{ran:?}");
        assert!(ran.code == 3 || bad == "@" && ran.code == 2, "{bad}: {ran:?}");
    }
    let docs = ["integrations:docs", "segment.track", "--token", "canary"];
    home.command_with(docs.iter()).code(0);
}

#[test]
fn whoever_is_limited_cannot_change_the_limits() {
    let (home, token) = minted(&["--allow", "segment.list_*", "--effects", "read"]);
    for line in [
        &["integrations:configure", "segment", "--write", "allow"][..],
        &["trust"],
        &["connect", "segment", "--set", "write_key=env:KEY"],
        &["connection", "ensure", "segment.com", "--connectionKey", "new"],
        &["connection", "patch", "segment", "--data", "{}"],
        &["connection", "delete", "segment"],
        &["connection", "restore", "segment"],
        &["outbox:flush"],
        &["outbox:run"],
        &["outbox:export"],
        &["token", "list"],
        &["token", "revoke", "--all"],
    ] {
        let ran = home.command_with(line.iter().chain(&["--json", "--token", &token]));
        refused(ran, 4, "token_scope");
    }
    let wider = ["token", "mint", "--allow", "*", "--effects", "all", "--json", "--token", &token];
    refused(home.command_with(wider.iter()), 4, "token_wider");
    let same = ["token", "mint", "--allow", "list_sources", "--json", "--token", &token];
    let answer = home.command_with(same.iter()).code(0).json();
    assert!(answer["from"].is_string(), "made within the token of the run: {answer}");
}

#[test]
fn an_import_is_a_call_for_each_batch() {
    let line = |n: usize| format!("{{\"type\":\"track\",\"event\":\"e{n}\",\"userId\":\"u\"}}\n");
    let events: String = (0..6000).map(line).collect();
    for delivery in ["direct", "outbox"] {
        let import = |token: &str, home: Kosmo| {
            let home = home.then(["segment:import", "events.jsonl", "--emulator", "--json", "-q"]);
            let home = home.and(["--delivery", delivery, "--token", token]);
            let home = home.file("events.jsonl", &events);
            let ran = home.run();
            (home, ran)
        };
        let (home, none) = minted(&["--allow", "track", "--effects", "write"]);
        let (home, ran) = import(&none, home);
        refused(ran, 4, "token_scope");
        let (home, answer) =
            mint(home, &["--allow", "batch", "--effects", "write", "--calls", "1"]);
        let (home, ran) = import(&text(&answer, "token"), home);
        assert_eq!(ran.code, 4, "{ran:?}");
        assert!(ran.stdout.contains("token_spent"), "{ran:?}");
        let (home, answer) =
            mint(home, &["--allow", "batch", "--effects", "write", "--calls", "50"]);
        let (_, ran) = import(&text(&answer, "token"), home);
        ran.code(0);
    }
}

#[test]
fn an_event_that_is_kept_is_one_call_and_its_batch_none() {
    let (home, token) = minted(&["--allow", "track", "--effects", "write", "--calls", "1"]);
    let line = ["integrations:call", "track", "--event=e", "--userId=u", "--delivery=outbox"];
    let home = home.then(line.iter().chain(&["--emulator", "--json", "--token", &token]));
    let answer = home.run().code(0).json();
    assert_eq!(answer["meta"]["delivery"], json!({"sent": 1, "queued": 0, "refused": 0}));
    refused(home.run(), 4, "token_spent");
}

#[test]
fn nothing_on_the_disk_gives_a_token_away() {
    let (home, token) = minted(&["--allow", "get_workspace"]);
    let (home, ran) = call(home, &token, "get_workspace", PLACE);
    ran.code(0);
    let key = home.home().join("token.key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let tag = token.rsplit('.').next().unwrap().as_bytes();
    for file in std::fs::read_dir(home.home()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(tag.len()).any(|window| window == tag);
        assert!(!found, "{} holds the token", path.display());
    }
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (_, ran) = call(home, &token, "get_workspace", PLACE);
    refused(ran, 2, "exposed_key");
}

#[test]
fn what_can_be_in_no_token_is_refused_with_a_hint() {
    for (line, exit, says) in [
        (&[][..], 2, "at least one function"),
        (&["--allow", "segment.nothing_*"], 5, "no function fits"),
        (&["--allow", "trakc"], 5, "trakc"),
        (&["--allow", "../../*"], 2, "a pattern has letters"),
        (&["--allow", "track"], 2, "--effects write"),
        (&["--allow", "*", "--effects", "fly"], 2, "not an effect"),
        (&["--allow", "*", "--account", "a/../b"], 2, "cannot be an account"),
        (&["--allow", "*", "--expires-in", "2400h"], 2, "90 days"),
        (&["--allow", "*", "--calls", "0"], 2, "--calls"),
        (&["--allow", "*", "--name", " "], 2, "name of a token"),
    ] {
        let home = kosmo(["token", "mint"].iter().chain(line));
        let ran = home.run().code(exit);
        assert!(ran.stderr.contains(says), "{line:?}: {ran:?}");
        assert_eq!(std::fs::read_dir(home.home()).unwrap().count(), 0, "{line:?} wrote something");
    }
}

/// Runs every shell block of a guide as a script of its own, in a fresh home, on the emulator.
pub fn run_guide(name: &str, blocks: usize) {
    let guide = std::fs::read_to_string(format!("{}/docs/{name}.md", env!("CARGO_MANIFEST_DIR")));
    let guide = guide.unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_kosmo")).parent().unwrap();
    let parts = guide.split("\n```bash\n").skip(1).map(|part| part.split("\n```").next().unwrap());
    let mut count = 0;
    for script in parts {
        let home = kosmo(["--version"]);
        let output = std::process::Command::new("sh")
            .args(["-ec", script])
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", binary.display()))
            .env("KOSMO_HOME", home.home())
            .env("KOSMO_EMULATOR", "1")
            .current_dir(home.home())
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}:\n{script}\n{stderr}");
        count += 1;
    }
    assert_eq!(count, blocks, "{name}");
}

#[test]
fn the_guide_says_what_can_be_done() {
    run_guide("tokens", 2);
}
