//! The entry that starts the gateway, printed and written into the files of clients.

use std::fs;

use serde_json::{Value, json};

use super::agent::Agent;
use crate::support::{CANARY, Kosmo, kosmo};

/// Files of clients as they are found in homes and projects, and the key that their entries are under.
const CLIENTS: [(&str, &str, &str); 4] = [
    (
        ".mcp.json",
        "mcpServers",
        "{\"mcpServers\": {\"github\": {\"type\": \"http\", \"url\": \"https://x.test/mcp\", \"headers\": {\"Authorization\": \"Bearer ${TOKEN}\"}}}}",
    ),
    (
        ".cursor/mcp.json",
        "mcpServers",
        "{\"mcpServers\": {\"fs\": {\"command\": \"npx\", \"args\": [\"-y\", \"fs\", \"/\"], \"env\": {\"N\": \"1\"}}}, \"other\": 1.50}",
    ),
    (
        ".vscode/mcp.json",
        "servers",
        "{\"inputs\": [{\"id\": \"k\", \"type\": \"promptString\"}], \"servers\": {\"a\": {\"command\": \"a\"}}}",
    ),
    (
        "Library/Application Support/Claude/claude_desktop_config.json",
        "mcpServers",
        "{\"globalShortcut\": \"\", \"mcpServers\": {}}",
    ),
];

fn install(path: &str, key: &str) -> Kosmo {
    let mut words = vec!["mcp:gateway:install", "--path", path, "--json"];
    if key == "servers" {
        words.extend(["--format", "vscode"]);
    }
    kosmo(words).env("SEGMENT_WRITE_KEY", CANARY)
}

#[test]
fn the_entry_is_added_and_nothing_else_is_touched() {
    for (path, key, before) in CLIENTS {
        let run = install(path, key).file(path, before);
        let file = run.home().join(path);
        let said = run.run().code(0).json();
        assert_eq!(said["path"], path, "{said:#}");
        let after = fs::read_to_string(&file).unwrap();
        let entry: Value = serde_json::from_str::<Value>(&after).unwrap()[key]["kosmo"].clone();
        assert_eq!(entry, json!({"type": "stdio", "command": "kosmo", "args": ["mcp:serve"]}));
        assert_eq!(said["config"][key]["kosmo"], entry);
        let mut rest: Value = serde_json::from_str(&after).unwrap();
        rest[key].as_object_mut().unwrap().shift_remove("kosmo");
        let untouched: Value = serde_json::from_str(before).unwrap();
        assert_eq!(rest.to_string(), untouched.to_string(), "{path}: order and numbers too");
        assert!(!after.contains(CANARY), "{after}");
        // The same again changes nothing.
        run.run().code(0);
        assert_eq!(fs::read_to_string(&file).unwrap(), after, "{path}");
    }
}

#[test]
fn a_file_that_is_not_understood_is_left_alone() {
    for broken in
        ["{\"mcpServers\": ", "[]", "{\"mcpServers\": []}", "{ // mine\n\"mcpServers\": {}}"]
    {
        let run = install(".mcp.json", "mcpServers").file(".mcp.json", broken);
        let ran = run.run().code(2);
        assert!(ran.json()["error"].as_str().unwrap().contains(".mcp.json"), "{ran:#?}");
        assert_eq!(fs::read_to_string(run.home().join(".mcp.json")).unwrap(), broken);
    }
}

#[test]
fn a_file_is_made_where_there_is_none_and_keeps_who_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let run = install("new/.mcp.json", "mcpServers");
    run.run().code(0);
    let file = run.home().join("new/.mcp.json");
    for mode in [0o644, 0o600] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        run.run().code(0);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, mode);
    }
    // What a link points to is written, and the link stays one.
    let link = run.home().join("new/link.json");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let run = run.then(["mcp:gateway:install", "--path", "new/link.json", "--name", "second"]);
    run.run().code(0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&file).unwrap().contains("\"second\""));
}

#[test]
fn what_is_exported_starts_the_gateway_that_was_asked_for() {
    let flags = ["--tools=direct", "--function=segment.get_source", "--max-result-chars=2000"];
    let export = [&["mcp:gateway:export", "--json"][..], &flags].concat();
    let said = kosmo(export).run().code(0).json();
    let entry = &said["config"]["mcpServers"]["kosmo"];
    assert_eq!(entry["command"], "kosmo");
    let words = entry["args"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
    let mut agent = Agent::start(&kosmo(words.collect::<Vec<_>>()));
    assert_eq!(agent.tools().len(), 2);
    let bare = kosmo(["mcp:gateway:export", "--format", "vscode"]).run().code(0);
    assert_eq!(bare.json()["servers"]["kosmo"]["args"], json!(["mcp:serve"]));
    kosmo(["mcp:gateway:export", "--profile", "nobody"]).run().code(5);
}
