//! Tests of what agents read: the command line as data, and the page that teaches its use.

use serde_json::Value;

use super::support::kosmo;

/// What an agent may be asked to read before it begins.
const AFFORDABLE: usize = 2_500;

fn described() -> Value {
    kosmo(["schema", "cli", "--json"]).run().code(0).json()
}

#[test]
fn the_command_line_is_described_as_its_schema_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/cli.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator
        .iter_errors(&described())
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_command_of_the_help_is_described_and_every_flag_is_taken() {
    let described = described();
    let help = kosmo(["help"]).run().code(0).stdout;
    let words = kosmo(["help", "membrane"]).run().code(0).stdout;
    for command in described["commands"].as_array().unwrap() {
        let name = command["name"].as_str().unwrap();
        let page = if command["family"] == "Words of another tool" { &words } else { &help };
        assert!(page.contains(&format!("  {name} ")), "the help lacks {name}");
        let own = kosmo(name.split(' ').chain(["--help"])).run().code(0).stdout;
        assert!(own.contains("Examples:"), "{name}");
        for flag in command["flags"].as_array().unwrap() {
            let long = flag["long"].as_str().unwrap_or_default();
            assert!(own.contains(long), "{name} {long}");
        }
    }
    let list = &described["commands"][0]["flags"];
    let account = list.as_array().unwrap().iter().find(|flag| flag["long"] == "--memory-limit");
    assert_eq!(account.unwrap()["type"], "size");
    let form = described["common_flags"].as_array().unwrap();
    let form = form.iter().find(|flag| flag["long"] == "--output").unwrap();
    assert_eq!(form["choices"], serde_json::json!(["json", "jsonl", "table", "tsv"]));
}

#[test]
fn an_agent_can_afford_to_learn_kosmo() {
    let tokenizer = tiktoken_rs::o200k_base().unwrap();
    for words in [&["skill"][..], &["skill", "segment"]] {
        let page = kosmo(words.iter().copied()).run().code(0).stdout;
        let tokens = tokenizer.encode_ordinary(&page).len();
        assert!(tokens < AFFORDABLE, "{words:?} costs {tokens} tokens");
        let (front, body) = page.strip_prefix("---\n").unwrap().split_once("\n---\n").unwrap();
        let keys: Vec<&str> = front.lines().map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(keys, ["name", "description"]);
        assert!(front.lines().all(|line| line.len() < 1024), "{front}");
        assert!(body.contains("0 done") && body.contains("--dry-run"), "{body}");
    }
}

/// What the page tells an agent to do works as it is written.
#[test]
fn every_line_of_the_skill_runs() {
    let page = kosmo(["skill", "segment"]).run().code(0).stdout;
    let commands: Vec<&str> = page
        .split('`')
        .filter(|code| code.starts_with("kosmo "))
        .filter(|code| !code.contains("ID") && !code.contains("NAME"))
        .collect();
    assert!(commands.len() >= 7, "{commands:?}");
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_kosmo")).parent().unwrap();
    let home = kosmo(["--version"]);
    std::fs::write(home.home().join("script.lua"), snippet(&page)).unwrap();
    for line in commands {
        let line =
            line.replace("GROUP", "segment.sources").replace("FUNCTION", "segment.track_event");
        let line = line.replace(r#"{"key": "value"}"#, r#"{"userId": "u", "event": "e"}"#);
        let output = std::process::Command::new("sh")
            .args(["-c", &line])
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", binary.display()))
            .env("KOSMO_HOME", home.home())
            .env("KOSMO_EMULATOR", "1")
            .current_dir(home.home())
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

fn snippet(page: &str) -> &str {
    page.split("```lua\n").nth(1).unwrap().split("```").next().unwrap()
}

#[test]
fn functions_in_the_skill_are_ones_that_exist() {
    let page = kosmo(["skill", "segment"]).run().code(0).stdout;
    let named: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("- `segment.")).collect();
    assert!(named.len() >= 8, "{page}");
    for line in named {
        let name = line.split('(').next().unwrap();
        kosmo(["integrations:schema", &format!("segment.{name}")]).run().code(0);
    }
    assert!(page.contains("segment.track_event(event, userId|anonymousId"), "{page}");
    kosmo(["skill", "nowhere"]).run().code(5);
}

#[test]
fn the_version_says_what_the_program_is_made_of() {
    let version = kosmo(["version", "--json"]).run().code(0).json();
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    assert!(version["lua"].as_str().unwrap().starts_with("Luau"), "{version}");
    assert!(version["sqlite"].as_str().unwrap().starts_with("3."), "{version}");
    assert!(version["target"].as_str().unwrap().matches('-').count() >= 2, "{version}");
    assert!(version["features"].is_array() && version.get("commit").is_some(), "{version}");
}

#[test]
fn help_knows_topics_pages_and_families() {
    for (words, text) in [
        (&["help", "exit-codes"][..], "`policy_denied`"),
        (&["help", "exit", "codes"], "`policy_denied`"),
        (&["help", "environment"], "`KOSMO_PAGER`"),
        (&["help", "config"], "`http.timeout`"),
        (&["help", "accounts"], "`write_key`"),
        (&["help", "output"], "JSONPath"),
        (&["help", "segment.track_event"], "| Name |"),
        (&["help", "runs"], "runs list"),
        (&["help", "runs", "list"], "--failed"),
        (&["runs"], "runs list"),
    ] {
        let page = kosmo(words.iter().copied()).run().code(0).stdout;
        assert!(page.contains(text), "{words:?} {page}");
    }
    kosmo(["help", "nonsense"]).run().code(2);
}
