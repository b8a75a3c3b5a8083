//! Tests of output: one mechanism gives every command its forms, its selection and its pager.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::support::{Ran, kosmo};

fn sources(more: &[&str]) -> Ran {
    let words = ["integrations:segment", "list_sources", "--slug", "my-workspace", "--emulator"];
    kosmo(words).and(more.iter().copied()).run()
}

#[test]
fn a_list_has_every_form() {
    let all = sources(&["--output", "json"]).code(0).json();
    let ids: Vec<&str> =
        all["sources"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 4);

    let lines = sources(&["--output", "jsonl"]).code(0).stdout;
    let first: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().into())
        .collect();
    assert_eq!(first, ids);

    let tsv = sources(&["--output", "tsv"]).code(0).stdout;
    let cells: Vec<Vec<&str>> = tsv.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!((cells.len(), cells[0][0]), (5, "id"));
    assert!(cells.iter().all(|row| row.len() == cells[0].len()), "{tsv}");
    assert_eq!(cells[1][0], ids[0]);

    let table = sources(&["--output", "table"]).code(0).stdout;
    assert!(ids.iter().all(|id| table.contains(id)) && !table.contains('{'), "{table}");
}

#[test]
fn a_selection_is_about_the_data_in_every_form() {
    let path = "$.sources[?@.enabled == false].id";
    let bare = sources(&["--select", path]).code(0).stdout;
    let id = bare.trim_end();
    assert!(!id.is_empty() && !id.contains(['"', '\n']), "{bare}");
    assert_eq!(sources(&["--select", path, "--output", "json"]).json(), json!([id]));
    assert_eq!(sources(&["--select", path, "--output", "jsonl"]).json(), json!(id));
    assert_eq!(sources(&["--select", path, "--output", "tsv"]).stdout, format!("value\n{id}\n"));
    let envelope = sources(&["--select", path, "--json"]).code(0).json();
    assert_eq!((&envelope["success"], &envelope["data"]), (&json!(true), &json!([id])));

    let none = sources(&["--select", "$.nothing"]).code(0);
    assert_eq!(none.stdout, "");
    let wrong = sources(&["--select", "$.["]).code(2);
    assert!(wrong.stdout.is_empty() && wrong.stderr.contains("RFC 9535"), "{wrong:?}");
}

#[test]
fn what_is_no_call_has_the_same_forms() {
    let found = kosmo(["integrations:search", "log a conversion", "--select", "$[0].name"]).run();
    assert_eq!(found.stdout, "segment.track_event\n");
    let json =
        kosmo(["integrations:search", "log a conversion", "--json", "--select", "$[0].name"]);
    let json = json.run().code(0).json();
    assert_eq!(json["functions"], json!(["segment.track_event"]));

    let script = ["integrations:lua", "-e", "return {{id = 'a'}, {id = 'b'}}"];
    assert_eq!(kosmo(script).and(["--output", "tsv"]).run().stdout, "id\na\nb\n");
    let version = kosmo(["--output", "tsv", "version", "--select", "$.version"]).run().code(0);
    assert_eq!(version.stdout, format!("value\n{}\n", env!("CARGO_PKG_VERSION")));
    let providers = kosmo(["integrations:status", "--select", "$[*].name"]).run().code(0);
    assert_eq!(providers.stdout, "segment\n");
}

#[test]
fn a_failure_keeps_its_own_form() {
    for form in ["json", "jsonl", "tsv", "table"] {
        let ran = kosmo(["integrations:docs", "nowhere", "--output", form]).run().code(5);
        assert!(ran.stdout.is_empty() && ran.stderr.starts_with("error: "), "{ran:?}");
    }
    let both = kosmo(["runs", "list", "--json", "--output", "tsv"]).run().code(2);
    assert_eq!(both.json()["error_detail"]["hint"], "choose one of them");
    kosmo(["runs", "list", "--json", "--output", "json"]).run().code(0).json();
}

#[test]
fn every_command_of_the_guide_runs() {
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/output.md"));
    let guide = guide.unwrap();
    let block = guide.split("```bash\n").nth(1).unwrap().split("```").next().unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_kosmo")).parent().unwrap();
    let home = kosmo(["--version"]);
    for line in block.lines() {
        let output = Command::new("sh")
            .args(["-c", line])
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", binary.display()))
            .env("KOSMO_HOME", home.home())
            .env("KOSMO_EMULATOR", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!output.stdout.is_empty(), "{line}");
    }
}
