//! The servers of others before any is started: files and which of them counts, trust, secrets, and
//! what is never printed.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::{Kosmo, Ran, kosmo};

/// A repository, and a home.
struct Place {
    project: tempfile::TempDir,
    home: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let (project, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(project.path().join(".git")).unwrap();
        Self { project, home }
    }

    fn kosmo(&self, words: &[&str]) -> Kosmo {
        kosmo(words.iter().copied())
            .within(self.project.path())
            .env("KOSMO_HOME", self.home.path())
            .env("HOME", self.home.path())
    }

    fn run(&self, words: &[&str]) -> Ran {
        self.kosmo(words).run()
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.project.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.project.path().join(file)).unwrap()
    }
}

fn server(command: &str) -> String {
    json!({"mcpServers": {"s": {"command": command}}}).to_string()
}

#[test]
fn of_two_entries_of_one_name_the_later_file_counts() {
    let place = Place::new();
    let counts = |command: &str, source: &str| {
        let list = place.run(&["mcp:list", "--json"]).code(0).json();
        assert_eq!(list["servers"]["s"]["command"], command);
        assert_eq!(list["servers"]["s"]["source"], source);
    };
    fs::write(place.home.path().join("mcp.json"), server("user")).unwrap();
    counts("user", "user");
    place.write(".vscode/mcp.json", r#"{"servers": {"s": {"command": "vscode"}}} // mine"#);
    counts("vscode", "project-vscode");
    place.write(".cursor/mcp.json", &server("cursor"));
    counts("cursor", "project-cursor");
    place.write(".mcp.json", &server("project"));
    counts("project", "project");
    let list = place.run(&["mcp:list", "--json"]).json();
    assert_eq!(list["sources"].as_array().unwrap().len(), 4);
    assert_eq!(list["sources"][1]["schema"], "servers");
}

#[test]
fn the_folders_of_kosmokrator_are_read_when_the_home_is_the_usual_one() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join(".kosmokrator")).unwrap();
    fs::write(home.path().join(".kosmokrator/mcp.json"), server("old")).unwrap();
    let run = kosmo(["mcp:list", "--json"]);
    let list = run
        .env("HOME", home.path())
        .env("KOSMO_HOME", "")
        .env("XDG_CONFIG_HOME", home.path().join("c"))
        .run()
        .code(0)
        .json();
    assert_eq!(list["servers"]["s"]["source"], "global-legacy");
}

#[test]
fn a_broken_file_is_said_with_its_place_and_hides_nothing() {
    let place = Place::new();
    place.write(".mcp.json", &server("good"));
    place.write(".cursor/mcp.json", "{\n  \"mcpServers\": {\n    \"s\": }\n}");
    let ran = place.run(&["mcp:list", "--json"]).code(0);
    assert!(ran.stderr.contains(".cursor/mcp.json:3:10:"), "{}", ran.stderr);
    assert_eq!(ran.json()["servers"]["s"]["command"], "good");
    assert_eq!(ran.json()["problems"][0]["code"], "invalid_json");
    // The unknown server may well be in the file that cannot be read.
    place.run(&["mcp:status", "other"]).code(2);
    for text in [r#"{"mcpServers": ["x"]}"#, r#"{"mcpServers": {"": {}, "1": 5, "call": []}}"#] {
        place.write(".cursor/mcp.json", text);
        place.run(&["mcp:list", "--json"]).code(0);
        place.run(&["version"]).code(0);
    }
}

#[test]
fn what_is_added_by_hand_is_trusted_until_it_changes() {
    let place = Place::new();
    let added = place.run(&["mcp:add", "s", "npx", "--json", "--", "-y", "x"]).code(0).json();
    assert_eq!(added["scope"], "project");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&place.read(".mcp.json")).unwrap(),
        json!({"mcpServers": {"s": {"command": "npx", "args": ["-y", "x"]}}})
    );
    let status = || {
        let status = place.run(&["mcp:status", "s", "--json"]).code(0).json();
        status["servers"]["s"]["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status(), "configured");
    place.run(&["mcp:disable", "s"]).code(0);
    assert_eq!(status(), "disabled");
    place.run(&["mcp:enable", "s"]).code(0);
    assert_eq!(status(), "configured");
    place.write(".mcp.json", &place.read(".mcp.json").replace("-y", "-n"));
    assert_eq!(status(), "untrusted");
    // What was not trusted is not trusted because it was switched.
    place.run(&["mcp:disable", "s"]).code(0);
    place.run(&["mcp:enable", "s"]).code(0);
    assert_eq!(status(), "untrusted");
    place.run(&["mcp:trust", "s", "--project", "--json"]).code(0);
    assert_eq!(status(), "configured");
    place.run(&["mcp:untrust", "s"]).code(0);
    assert_eq!(status(), "untrusted");
    let inside = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    assert!(!inside(&place.project.path().join("kosmo.toml")).contains("trust"));
}

#[test]
fn trust_in_one_project_is_none_in_another() {
    let (one, other) = (Place::new(), Place::new());
    one.write(".mcp.json", &server("x"));
    other.write(".mcp.json", &server("x"));
    one.run(&["mcp:trust", "s"]).code(0);
    let status = other.kosmo(&["mcp:status", "s", "--json"]).env("KOSMO_HOME", one.home.path());
    assert_eq!(status.run().code(0).json()["servers"]["s"]["status"], "untrusted");
}

#[test]
fn adding_does_not_run_over_what_is_there() {
    let place = Place::new();
    place.write(".mcp.json", "{\n\t\"other\": [1.0],\n\t\"mcpServers\": {}\n}\n");
    place.run(&["mcp:add", "s", "a"]).code(0);
    assert!(place.read(".mcp.json").starts_with("{\n\t\"other\": [\n\t\t1.0\n\t],"));
    place.run(&["mcp:add", "s", "a"]).code(0);
    place.run(&["mcp:add", "s", "b"]).code(6);
    place.run(&["mcp:add", "s", "b", "--replace"]).code(0);
    place.run(&["mcp:add", "t", "b", "--read", "maybe"]).code(2);
    place.run(&["mcp:add", "t", "https://x", "--env", "A"]).code(2);
    place.run(&["mcp:add", "a.b", "c"]).code(2);
    place.run(&["mcp:add", "t"]).code(2);
    assert!(!place.read(".mcp.json").contains("\"t\""));
    place.run(&["mcp:remove", "s"]).code(0);
    place.run(&["mcp:remove", "s"]).code(5);
    place.run(&["mcp:enable", "s"]).code(5);
}

#[test]
fn a_project_may_ask_for_less_but_not_for_more() {
    let place = Place::new();
    place.run(&["mcp:add", "s", "a", "--write", "ask"]).code(0);
    let write = || {
        let list = place.run(&["mcp:list", "--json"]).code(0).json();
        list["servers"]["s"]["permissions"]["write"].as_str().unwrap().to_owned()
    };
    place.write("kosmo.toml", "[mcp.servers.s.permissions]\nwrite = \"allow\"\n");
    assert_eq!(write(), "ask");
    place.write("kosmo.toml", "[mcp.servers.s.permissions]\nwrite = \"deny\"\n");
    assert_eq!(write(), "deny");
}

#[test]
fn secrets_are_kept_where_nobody_else_looks_and_never_printed() {
    let place = Place::new();
    let set = ["mcp:secret:set", "s", "token", "--stdin", "--json"];
    let ran = place.kosmo(&set).stdin("hush-hush-42\n").run().code(0);
    assert_eq!(
        ran.json(),
        json!({"success": true, "server": "s", "key": "mcp.s.token", "configured": true})
    );
    let list = place.run(&["mcp:secret:list", "s", "--json"]).code(0);
    assert_eq!(list.json()["secrets"][0]["key"], "mcp.s.token");
    assert!(!list.stdout.contains("hush-hush"));
    let shown = place.run(&["config", "show"]).code(0);
    assert!(!shown.stdout.contains("hush-hush"), "{}", shown.stdout);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = place.home.path().join("credentials.toml").metadata().unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    place.run(&["mcp:secret:unset", "s", "token"]).code(0);
    assert_eq!(place.run(&["mcp:secret:list", "--json"]).json()["secrets"], json!([]));
    for (words, text) in [
        (vec!["mcp:secret:set", "s"], "Server and key are required."),
        (vec!["mcp:secret:set", "s", "k"], "Provide a value, --stdin, or --env."),
    ] {
        assert!(place.run(&words).code(2).stderr.contains(text));
    }
    let with_secrets = json!({"mcpServers": {
        "s": {"command": "x", "args": ["--api-key", "hush-1234", "--token=hush-5678"]},
        "t": {"url": "https://me:hush-9999@h/mcp?key=hush-0000", "headers": {"Authorization": "hush-1111"}},
    }});
    place.write(".mcp.json", &with_secrets.to_string());
    for words in [
        vec!["mcp:list", "--json"],
        vec!["mcp:list"],
        vec!["mcp:status", "s"],
        vec!["mcp:trust", "t"],
    ] {
        let ran = place.run(&words).code(0);
        assert!(!ran.stdout.contains("hush") && !ran.stderr.contains("hush"), "{ran:#?}");
    }
}

#[test]
fn files_of_other_programs_come_in_whole_and_go_out_whole() {
    let place = Place::new();
    place.write(
        "other.json",
        r#"{"mcpServers": {"a": {"command": "x", "cwd": "/tmp", "mine": 1}}}"#,
    );
    let ran = place.run(&["mcp:import", "other.json", "--json"]).code(0).json();
    assert_eq!((&ran["imported"], &ran["trusted"]), (&json!(["a"]), &json!(false)));
    assert!(place.read(".mcp.json").contains("\"mine\": 1"));
    let status = place.run(&["mcp:status", "a", "--json"]).json();
    assert_eq!(status["servers"]["a"]["status"], "untrusted");
    let out = place.run(&["mcp:export", "--format", "vscode"]).code(0).json();
    assert_eq!(out["servers"]["a"]["type"], "stdio");
    assert_eq!(out["servers"]["a"]["mine"], 1);
    place
        .write("differs.json", r#"{"mcpServers": {"a": {"command": "y"}, "b": {"command": "z"}}}"#);
    place.run(&["mcp:import", "differs.json"]).code(6);
    assert!(!place.read(".mcp.json").contains("\"b\""));
    for (text, code, says) in [
        ("[]", 2, "Input must be a JSON object."),
        ("{}", 2, "No mcpServers or servers object found."),
        ("{", 2, "bad.json:1:1:"),
    ] {
        place.write("bad.json", text);
        let ran = place.run(&["mcp:import", "bad.json"]).code(code);
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    }
    assert!(
        place
            .run(&["mcp:import", "none.json"])
            .code(5)
            .stderr
            .contains("File not found: none.json")
    );
    assert!(
        place.run(&["mcp:preset", "add", "fetsh"]).code(5).stderr.contains("did you mean `fetch`")
    );
    assert!(place.run(&["mcp:preset", "drop"]).code(2).stderr.contains("Unknown action [drop]."));
}
