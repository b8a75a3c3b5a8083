//! Entries in every form.

use super::*;

fn entry(written: &Value) -> Entry {
    let path = Path::new("/p/.mcp.json");
    Entry::read("s", written, Source::Project, path, Path::new("/p"))
}

#[test]
fn every_spelling_of_an_entry_is_understood() {
    let Ok(Reach::Stdio { command, args, env, .. }) = entry(&json!({
        "command": ["npx", "-y"], "args": ["x", 1], "environment": {"A": "b", "N": 1}
    }))
    .reach
    else {
        panic!("no stdio server")
    };
    assert_eq!((command.as_str(), args.join(" ").as_str()), ("npx", "-y x 1"));
    assert_eq!((env["A"].as_str(), env["N"].as_str()), ("b", "1"));
    assert_eq!(entry(&json!({"serverUrl": "https://x"})).kind(), "http");
    assert_eq!(entry(&json!({"type": "local", "url": "https://x"})).kind(), "http");
    assert_eq!(
        entry(&json!({"type": "stdio", "url": "https://x", "command": "c"})).kind(),
        "stdio"
    );
}

#[test]
fn what_is_wrong_is_kept_and_said() {
    for (written, word) in [
        (json!([]), "an object"),
        (json!({}), "missing a command"),
        (json!({"command": 5}), "`command` is a text"),
        (json!({"command": "c", "args": "x"}), "`args` is a list"),
        (json!({"command": "c", "env": [1]}), "`env` is an object"),
        (json!({"type": "sse", "url": "https://x"}), "unsupported transport 'sse'"),
        (json!({"type": "http"}), "needs a `url`"),
    ] {
        let fault = entry(&written).reach.unwrap_err();
        assert!(fault.message.contains(word), "{}", fault.message);
    }
}

#[test]
fn times_and_switches_have_every_form() {
    let secs = |written| entry(&written).timeout.as_secs();
    assert_eq!(secs(json!({"timeoutSeconds": "5"})), 5);
    assert_eq!(secs(json!({"timeout": -1})), 30);
    assert_eq!(secs(json!({"timeout": 1e300})), 30);
    let on = |written| entry(&written).enabled;
    assert!(on(json!({"enabled": "on"})) && on(json!({})));
    assert!(!on(json!({"enabled": false})) && !on(json!({"disabled": true})));
}

#[test]
fn a_changed_script_of_the_project_changes_the_fingerprint() {
    let root = tempfile::tempdir().unwrap();
    let script = root.path().join("server.py");
    std::fs::write(&script, "1").unwrap();
    let written = json!({"command": "python3", "args": ["server.py"]});
    let print = |written: &Value| {
        let path = root.path().join(".mcp.json");
        Entry::read("s", written, Source::Project, &path, root.path()).fingerprint()
    };
    let before = print(&written);
    assert_eq!(before, print(&written));
    std::fs::write(&script, "2").unwrap();
    assert_ne!(before, print(&written));
    assert_ne!(print(&json!({"command": "python3"})), print(&json!({"command": "python"})));
}
