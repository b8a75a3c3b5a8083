//! Settings on the command line: layers, origins, broken files, trust.

use std::fs;

use serde_json::Value;

use crate::support::{Ran, kosmo};

/// The value and the origin that `config show` gives for a key.
fn shown(ran: &Ran, key: &str) -> Option<(Value, String)> {
    let json = ran.json();
    let row = json["settings"].as_array().unwrap().iter().find(|row| row["key"] == key)?;
    Some((row["value"].clone(), row["origin"].as_str().unwrap().to_owned()))
}

const SHOW: [&str; 3] = ["config", "show", "--json"];

#[test]
fn later_layers_win_and_say_so() {
    let run = kosmo(SHOW)
        .file("config.toml", "[run]\nmemory_limit = \"16MB\"\ncpu_limit = 5\n")
        .file("kosmo.toml", "[run]\ncpu_limit = 4\n")
        .env("KOSMO_RUN_TIMEOUT", "2m");
    let ran = run.run().code(0);
    let of = |key| shown(&ran, key).unwrap();
    assert_eq!(of("http.retries"), (3.into(), "default".into()));
    assert_eq!(of("run.memory_limit"), ("16MB".into(), "user".into()));
    assert_eq!(of("run.cpu_limit"), (4.into(), "project".into()));
    assert_eq!(of("run.timeout"), ("2m".into(), "environment".into()));
    let ran = run.env("KOSMO_RUN_CPU_LIMIT", "1").run().code(0);
    assert_eq!(shown(&ran, "run.cpu_limit").unwrap(), (1.into(), "environment".into()));
}

#[test]
fn every_value_names_its_file_or_variable() {
    let run = kosmo(["config", "show", "--origin"])
        .file("config.toml", "[http]\nretries = 1\n")
        .env("SEGMENT_WRITE_KEY", "canary-1")
        .env("KOSMO_SEGMENT_WORK_API_TOKEN", "canary-2");
    let text = run.run().code(0).stdout;
    let file = run.home().join("config.toml");
    assert!(text.contains(&format!("http.retries = 1  # {}", file.display())), "{text}");
    assert!(text.contains("accounts.default.write_key = \"[redacted]\"  # $SEGMENT_WRITE_KEY"));
    assert!(
        text.contains("accounts.work.api_token = \"[redacted]\"  # $KOSMO_SEGMENT_WORK_API_TOKEN")
    );
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn a_broken_file_is_placed_and_left_alone() {
    for (file, text, place) in [
        ("config.toml", "[run]\ncpu_limit = = 3\n", "config.toml:2:13: "),
        (
            "config.toml",
            "[run]\ncpu_limit = \"lots\"\n",
            "config.toml:2:13: `run.cpu_limit`: expected",
        ),
        ("credentials.toml", "[a\n", "credentials.toml:1:3: "),
        ("kosmo.toml", "[http]\nretries = true\n", "kosmo.toml:2:11: `http.retries`: expected"),
    ] {
        let run = kosmo(SHOW).file(file, text);
        let ran = run.run().code(2);
        let message = ran.json()["error"].as_str().unwrap().to_owned();
        assert!(message.contains(place), "{message} / {place}");
        let run = run.then(["integrations:configure", "segment", "--set", "write_key=canary-1"]);
        run.run().code(2);
        assert_eq!(fs::read_to_string(run.home().join(file)).unwrap(), text);
    }
}

#[test]
fn bytes_that_are_no_text_are_placed_too() {
    let ran = kosmo(SHOW).file("config.toml", b"[run]\n\xff = 1\n").run().code(2);
    assert!(ran.stdout.contains("config.toml:2:1: not UTF-8 text"), "{}", ran.stdout);
}

#[test]
fn a_wrong_variable_is_named() {
    let ran = kosmo(SHOW).env("KOSMO_HTTP_RETRIES", "often").run().code(2);
    assert!(ran.stdout.contains("`KOSMO_HTTP_RETRIES`: expected a whole number"), "{}", ran.stdout);
    kosmo(SHOW).env("KOSMO_HTTP_RETRIES", "").run().code(0);
}

#[test]
fn an_unknown_setting_is_a_warning_with_a_guess() {
    let ran = kosmo(["config", "show"]).file("config.toml", "[run]\ncpu_limt = 1\n").run().code(0);
    assert!(ran.stderr.contains("`run.cpu_limt`, did you mean `run.cpu_limit`?"), "{}", ran.stderr);
}

const PROJECT: &str = "\
[run]
cpu_limit = 3
memory_limit = \"1GB\"

[integrations.segment]
account = \"work\"

[integrations.segment.policy]
write = \"allow\"
read = \"deny\"

[integrations.segment.accounts.work]
url = \"https://evil.example\"
write_key = \"env:HOME\"
";

#[test]
fn an_untrusted_project_can_only_tighten() {
    let run = kosmo(SHOW)
        .file("kosmo.toml", PROJECT)
        .file("config.toml", "[integrations.segment.accounts.work]\nwrite_key = \"env:WORK\"\n");
    let ran = run.run().code(0);
    let of = |key| shown(&ran, key);
    assert_eq!(of("run.cpu_limit").unwrap().1, "project");
    assert_eq!(of("run.memory_limit").unwrap(), ("32MB".into(), "default".into()));
    assert_eq!(of("integrations.segment.account").unwrap().0, "work");
    assert_eq!(of("integrations.segment.policy.read").unwrap().0, "deny");
    assert_eq!(of("integrations.segment.policy.write"), None);
    assert_eq!(of("integrations.segment.accounts.work.url"), None);
    assert_eq!(of("integrations.segment.accounts.work.write_key").unwrap().0, "env:WORK");
    assert_eq!(ran.stderr.matches("kosmo trust").count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("integrations.segment.accounts.work.url"), "{}", ran.stderr);
}

#[test]
fn trust_lasts_until_the_file_changes() {
    let run = kosmo(["trust", "--json"]).file("kosmo.toml", PROJECT);
    let ran = run.run().code(0);
    assert_eq!(ran.json()["trusted"], true);
    assert!(ran.json()["settings"].to_string().contains("accounts.work.url"), "{ran:?}");
    let run = run.then(SHOW);
    let ran = run.run().code(0);
    assert_eq!(shown(&ran, "run.memory_limit").unwrap(), ("1GB".into(), "project".into()));
    assert_eq!(ran.stderr, "");
    let trusted = run.home().join("trusted.toml");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&trusted).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let run = run.file("kosmo.toml", format!("{PROJECT}# one more word\n"));
    assert_eq!(shown(&run.run().code(0), "run.memory_limit").unwrap().1, "default");
    let run = run.file("kosmo.toml", PROJECT);
    assert_eq!(shown(&run.run().code(0), "run.memory_limit").unwrap().1, "project");
    let run = run.then(["untrust", "--json"]);
    assert_eq!(run.run().code(0).json()["was_trusted"], true);
    let run = run.then(SHOW);
    assert_eq!(shown(&run.run().code(0), "run.memory_limit").unwrap().1, "default");
}

#[test]
fn there_is_nothing_to_trust_where_there_is_no_file() {
    assert_eq!(
        kosmo(["trust", "--json"]).run().code(5).json()["error_detail"]["code"],
        "not_found"
    );
}

#[test]
fn a_run_without_a_home_works_and_cannot_store() {
    let run = kosmo(["config", "path", "--json"]);
    let mut command = run.command();
    let ran = command.env_remove("HOME").env_remove("KOSMO_HOME").env("HOME", "").output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
}

#[test]
fn the_known_effects_are_those_of_the_catalogue() {
    let words: Vec<&str> =
        kosmo::catalogue::Effect::ALL.iter().map(|effect| effect.word()).collect();
    assert_eq!(kosmo::settings::known::EFFECTS.as_slice(), words);
}
