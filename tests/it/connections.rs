//! Tests of connections: how an account stands, what is to be done about it, and how it changes.

use std::process::Stdio;
use std::sync::Arc;

use kosmo::catalogue::Catalogue;
use kosmo::emulator::{Emulator, Setup};
use serde_json::{Value, json};

use crate::support::{CANARY, Kosmo, Ran, kosmo};
use crate::tokens::run_guide;

/// A Segment of the test's own, which knows the emulator's credentials.
pub fn segment(faults: &[&str]) -> Emulator {
    let faults = faults.iter().map(|&fault| fault.to_owned()).collect();
    let setup = Setup { faults, ..Setup::default() };
    Emulator::start(Arc::new(Catalogue::new(Vec::new())), setup).unwrap()
}

/// A home whose accounts `default` and `work` lead to that Segment.
pub fn home(emulator: &Emulator) -> Kosmo {
    let url = emulator.url();
    let account = |name: &str| {
        format!(
            "[integrations.segment.accounts.{name}]\nurl = \"{url}\"\napi_url = \"{url}\"\n\
             profile_url = \"{url}\"\ncdn_url = \"{url}\"\n"
        )
    };
    kosmo([] as [&str; 0]).file("config.toml", account("default") + &account("work"))
}

fn run(home: Kosmo, args: &[&str]) -> (Kosmo, Ran) {
    let home = home.then(args.iter().chain(&["--json"]));
    let ran = home.run();
    (home, ran)
}

#[track_caller]
fn state(answer: &Value) -> &str {
    answer["state"].as_str().unwrap_or_else(|| panic!("no state in {answer}"))
}

#[test]
fn an_address_leads_to_the_one_connection_and_says_what_is_missing() {
    let mut home = kosmo([] as [&str; 0]);
    for app in [
        "https://segment.com",
        "segment.com",
        "HTTPS://App.Segment.com/goto?x=1#y",
        "https://user@segment.com:443/",
        "api.segment.io",
        "segment",
        "segment.default",
        "Segment",
    ] {
        let ran;
        (home, ran) = run(home, &["connection", "ensure", app]);
        let answer = ran.code(3).json();
        assert_eq!(answer["id"], "segment", "{app}");
        assert_eq!(state(&answer), "CLIENT_ACTION_REQUIRED");
        assert_eq!(answer["clientAction"]["type"], "connect");
        let says = answer["clientAction"]["agentInstructions"].as_str().unwrap();
        assert!(says.contains("kosmo connect segment --browser --detach"), "{says}");
        assert!(answer["clientAction"]["uiUrl"].is_null());
    }
    assert_eq!(std::fs::read_dir(home.home()).unwrap().count(), 0, "looking writes nothing");
    let (_, ran) = run(home, &["connection", "list"]);
    assert_eq!(ran.code(0).json()["items"], json!([]), "what was never begun is not listed");
}

#[test]
fn a_named_connection_is_begun_once_and_stays_the_same() {
    let line = ["connection", "ensure", "segment.com", "--connectionKey", "staging"];
    let (home, ran) = run(kosmo([] as [&str; 0]), &line);
    let first = ran.code(3).json();
    assert_eq!((&first["id"], &first["key"]), (&json!("segment.staging"), &json!("staging")));
    let before = std::fs::read(home.home().join("config.toml")).unwrap();
    let (home, ran) = run(home, &line);
    assert_eq!(ran.code(3).json(), first);
    assert_eq!(std::fs::read(home.home().join("config.toml")).unwrap(), before);
    for name in ["staging", "segment.staging"] {
        let home = kosmo(["connection", "get", name, "--json"])
            .file("config.toml", &before)
            .env("KOSMO_SEGMENT_STAGING_WRITE_KEY", CANARY);
        let ran = home.run().code(0);
        assert_eq!(state(&ran.json()), "READY");
        assert_eq!(ran.json()["credentials"], json!(["write_key"]));
        assert_eq!(ran.json()["verified"], false);
        assert!(!ran.stdout.contains(CANARY));
    }
    let (_, ran) = run(home, &["integrations:status"]);
    assert_eq!(ran.json()["providers"]["segment"]["accounts"], json!(["default", "staging"]));
}

#[test]
fn hostile_names_lead_nowhere_and_write_nothing() {
    let long = "a".repeat(5000);
    for name in [
        "../../etc/passwd",
        "segment.../x",
        "segment.Prod",
        "segment.track",
        "segment.a.b",
        "segment.com.evil.example",
        "https://evil.example/segment.com",
        "https://segment.com@evil.example",
        "notsegment.com",
        "a\nb",
        "",
        " ",
        ".",
        "segment.'; DROP TABLE facts; --",
        &long,
    ] {
        for verb in ["ensure", "get", "test", "delete", "restore"] {
            let home = kosmo(["connection", verb, name, "--json"]);
            let ran = home.run();
            assert!(ran.code == 2 || ran.code == 5, "{verb} {name:?}: {ran:?}");
            assert_eq!(ran.json()["success"], false);
            assert_eq!(std::fs::read_dir(home.home()).unwrap().count(), 0, "{verb} {name:?}");
        }
    }
}

#[test]
fn states_follow_what_is_configured() {
    let account = "[integrations.segment.accounts.default]\n";
    for (text, expected, says) in [
        ("write_key = \"env:NOT_SET\"", "CLIENT_ACTION_REQUIRED", "NOT_SET"),
        ("api_token = \"file:/nowhere/x\"", "CLIENT_ACTION_REQUIRED", "/nowhere/x"),
        ("write_key = \"canary-1\"\nregion = \"mars\"", "CONFIGURATION_ERROR", "region"),
        (
            "write_key = \"canary-1\"\nurl = \"http://a.example\"",
            "CONFIGURATION_ERROR",
            "plain http",
        ),
        ("config_token = \"canary-1\"\nregion = \"eu\"", "CONFIGURATION_ERROR", "does not exist"),
        ("write_key = \"canary-1\"\nregion = \"eu\"", "READY", ""),
        ("write_key = \"cmd:exit 7\"", "READY", ""),
    ] {
        let home = kosmo(["connection", "get", "segment", "--json"])
            .file("config.toml", format!("{account}{text}"));
        let ran = home.run();
        let answer = ran.json();
        assert_eq!(state(&answer), expected, "{text}");
        assert_eq!(ran.code, if expected == "READY" { 0 } else { 3 });
        assert!(answer["error"].as_str().unwrap_or_default().contains(says), "{text}: {answer}");
        assert!(!ran.stdout.contains("canary"));
    }
    let off = "[integrations.segment]\nenabled = false\n";
    let ran = kosmo(["connection", "get", "segment", "--json"]).file("config.toml", off).run();
    assert!(ran.code(3).stdout.contains("--enable"));
    let broken = kosmo(["connection", "list", "--json"])
        .file("providers/broken/provider.toml", "name = 7")
        .run();
    let items = broken.code(0).json()["items"].clone();
    assert_eq!((state(&items[0]), &items[0]["id"]), ("SETUP_FAILED", &json!("broken")));
}

#[test]
fn a_check_tells_good_credentials_from_bad_ones_and_is_remembered() {
    let emulator = segment(&[]);
    let home = home(&emulator)
        .env("SEGMENT_WRITE_KEY", "emulator-write-key")
        .env("SEGMENT_API_TOKEN", "emulator-api-token")
        .env("KOSMO_SEGMENT_WORK_API_TOKEN", "canary-wrong-token");
    let (home, ran) = run(home, &["connection", "test", "segment"]);
    let answer = ran.code(0).json();
    assert_eq!((state(&answer), &answer["verified"]), ("READY", &json!(true)));
    assert_eq!(answer["workspace"]["slug"], "my-workspace");
    let (home, ran) = run(home, &["connection", "test", "work"]);
    assert!(!ran.stdout.contains("canary"));
    let answer = ran.code(3).json();
    assert_eq!(state(&answer), "CLIENT_ACTION_REQUIRED");
    assert_eq!(answer["error_detail"]["code"], "authentication_failed");
    let (home, ran) = run(home, &["connection", "get", "work"]);
    assert_eq!(state(&ran.code(3).json()), "CLIENT_ACTION_REQUIRED", "remembered");
    let home = home.env("KOSMO_SEGMENT_WORK_API_TOKEN", "emulator-api-token");
    let (home, ran) = run(home, &["connection", "get", "work"]);
    assert_eq!(state(&ran.code(0).json()), "READY", "another token has another chance");
    let (_, ran) = run(home, &["connection", "get", "segment"]);
    assert_eq!(ran.code(0).json()["verified"], true);
    let events = emulator.events().len();
    assert_eq!(events, 0, "nothing was sent");
}

#[test]
fn a_write_key_is_looked_up_and_never_tried_out() {
    let emulator = segment(&[]);
    let home = home(&emulator)
        .env("SEGMENT_WRITE_KEY", "emulator-write-key")
        .env("KOSMO_SEGMENT_WORK_WRITE_KEY", "canary-foreign-key")
        .env("KOSMO_SEGMENT_WORK_API_TOKEN", "emulator-api-token");
    let (home, ran) = run(home, &["connection", "test", "segment"]);
    let answer = ran.code(0).json();
    assert_eq!(answer["checks"][0]["field"], "write_key");
    assert_eq!((&answer["checks"][0]["ok"], &answer["verified"]), (&json!(true), &json!(true)));
    let (home, ran) = run(home, &["connection", "test", "work"]);
    assert!(!ran.stdout.contains("canary"));
    let answer = ran.code(3).json();
    assert_eq!(answer["error_detail"]["code"], "key_foreign");
    assert_eq!(state(&answer), "CLIENT_ACTION_REQUIRED");
    let (_, ran) = run(home, &["connection", "get", "work"]);
    assert_eq!(ran.code(3).json()["error_detail"]["code"], "key_foreign", "remembered");
    assert_eq!(emulator.events().len(), 0, "nothing was sent");
}

#[test]
fn a_service_that_is_down_says_nothing_about_credentials() {
    let emulator = segment(&["GET /=status:503,next:99"]);
    let home = home(&emulator).env("SEGMENT_API_TOKEN", "emulator-api-token");
    let (home, ran) = run(home, &["connection", "test", "segment", "-q"]);
    let answer = ran.code(8).json();
    assert_eq!((state(&answer), &answer["success"]), ("READY", &json!(false)));
    let (_, ran) = run(home, &["connection", "get", "segment"]);
    assert_eq!(ran.code(0).json()["verified"], false);
}

#[test]
fn deleting_puts_away_and_only_purging_forgets() {
    let home = kosmo(["integrations:configure", "segment", "--account", "work"]).and([
        "--set",
        "write_key=canary-1",
        "--set",
        "region=eu",
    ]);
    home.run().code(0);
    let before = std::fs::read(home.home().join("credentials.toml")).unwrap();
    let (home, ran) = run(home, &["connection", "delete", "segment.work"]);
    assert_eq!(ran.code(0).json()["purged"], false);
    assert_eq!(std::fs::read(home.home().join("credentials.toml")).unwrap(), before);
    let call = ["integrations:call", "track", "--event", "e", "--userId", "u", "--dry-run"];
    let home = home.then(call.iter().chain(&["--account", "work", "--json"]));
    let ran = home.run().code(5);
    assert_eq!(ran.json()["error_detail"]["code"], "archived_account");
    let (home, ran) = run(home, &["connection", "list"]);
    assert_eq!(ran.json()["items"], json!([]));
    let (home, ran) = run(home, &["connection", "list", "--archived"]);
    assert_eq!(ran.json()["items"][0]["id"], "segment.work");
    let (home, ran) = run(home, &["connection", "ensure", "segment.work"]);
    assert!(ran.code(3).stdout.contains("kosmo connection restore segment.work"));
    let (home, ran) = run(home, &["connection", "restore", "segment.work"]);
    let answer = ran.code(0).json();
    assert_eq!((state(&answer), &answer["region"]), ("READY", &json!("eu")));
    let (home, ran) = run(home, &["connection", "delete", "segment.work", "--purge"]);
    let refused = ran.code(4).json();
    assert!(refused["error_detail"]["hint"].as_str().unwrap().ends_with("--purge --yes"));
    let (home, ran) = run(home, &["connection", "delete", "segment.work", "--purge", "--yes"]);
    assert_eq!(ran.code(0).json()["purged"], true);
    for file in ["config.toml", "credentials.toml"] {
        let text = std::fs::read_to_string(home.home().join(file)).unwrap();
        assert!(!text.contains("work") && !text.contains("canary"), "{file}: {text}");
    }
    let (_, ran) = run(home, &["connection", "restore", "segment.work"]);
    ran.code(5);
}

#[test]
fn the_account_that_always_exists_can_be_put_away_too() {
    let home = kosmo([] as [&str; 0]).env("SEGMENT_WRITE_KEY", CANARY);
    let (home, ran) = run(home, &["connection", "delete", "segment"]);
    ran.code(0);
    let call = ["integrations:call", "track", "--event", "e", "--userId", "u", "--dry-run"];
    let home = home.then(call);
    assert!(home.run().code(5).stderr.contains("kosmo connection restore segment"));
    let (home, ran) = run(home, &["connection", "restore", "segment"]);
    assert_eq!(state(&ran.code(0).json()), "READY");
    let home = home.then(call);
    home.run().code(0);
}

#[test]
fn a_patch_changes_what_is_no_secret() {
    let home = kosmo([] as [&str; 0]).env("KOSMO_SEGMENT_WORK_WRITE_KEY", CANARY);
    let data = r#"{"name": "The \"work\" one", "input": {"region": "EU"}}"#;
    let (mut home, ran) = run(home, &["connection", "patch", "work", "--data", data]);
    let answer = ran.code(0).json();
    assert_eq!((&answer["name"], &answer["region"]), (&json!("The \"work\" one"), &json!("eu")));
    let before = std::fs::read(home.home().join("config.toml")).unwrap();
    for (wrong, says) in [
        (r#"{"input": {"write_key": "canary-2"}}"#, "secret"),
        (r#"{"input": {"nothing": "x"}}"#, "no field"),
        (r#"{"input": {"region": 7}}"#, "text or null"),
        (r#"{"input": []}"#, "wrong type"),
        (r#"{"key": "other"}"#, "do not change"),
        (r#"{"nmae": "x"}"#, "cannot be changed"),
        (r#"{"name": ""}"#, "name of a connection"),
        ("[]", "object"),
        ("{", "JSON"),
    ] {
        let ran;
        (home, ran) = run(home, &["connection", "patch", "work", "--data", wrong]);
        let ran = ran.code(2);
        assert!(ran.stdout.contains(says), "{wrong}: {}", ran.stdout);
        assert!(!ran.stdout.contains("canary"));
        assert_eq!(std::fs::read(home.home().join("config.toml")).unwrap(), before, "{wrong}");
    }
    let data = r#"{"input": {"region": null, "api_token": "env:TOKEN"}}"#;
    let (_, ran) = run(home, &["connection", "patch", "work", "--data", data]);
    assert_eq!(ran.code(3).json()["region"], "us", "the token's variable is not set");
}

#[test]
fn a_wait_ends_when_another_program_writes_the_key() {
    let home = kosmo(["connection", "get", "segment", "--wait", "--timeout", "60", "--json"]);
    let waiting = home.command().stdout(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
    let line = ["integrations:configure", "segment", "--set", "write_key=canary-1"];
    let home = home.then(line);
    let mut configure = home.command();
    assert!(configure.stdin(Stdio::null()).status().unwrap().success());
    let output = waiting.wait_with_output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((state(&answer), output.status.code()), ("READY", Some(0)));
    let late = kosmo(["connection", "get", "segment", "--wait", "--timeout", "300ms", "--json"]);
    let answer = late.run().code(9).json();
    assert_eq!(state(&answer), "CLIENT_ACTION_REQUIRED");
    assert_eq!(answer["error_detail"]["code"], "timeout");
}

#[test]
fn connecting_takes_references_and_checks_them() {
    let emulator = segment(&[]);
    let home = home(&emulator).env("TOKEN", "emulator-api-token").env("BAD", "canary-bad");
    let (home, ran) = run(
        home,
        &["connect", "segment", "--connectionKey", "work", "--set", "api_token=env:TOKEN"],
    );
    let answer = ran.code(0).json();
    assert_eq!((state(&answer), &answer["verified"]), ("READY", &json!(true)));
    assert_eq!(answer["checks"][0]["ok"], true);
    let (home, ran) =
        run(home, &["connect", "--connectionId", "segment.work", "--set", "api_token=env:BAD"]);
    assert_eq!(state(&ran.code(3).json()), "CLIENT_ACTION_REQUIRED");
    let (home, ran) = run(home, &["connect", "--intent", "my Segment workspace"]);
    assert_eq!(ran.code(3).json()["id"], "segment", "nobody is there to be asked");
    let (_, ran) = run(home, &["connect", "--intent", "a shop for pebbles"]);
    ran.code(5);
}

#[test]
fn what_a_person_types_is_not_shown() {
    let emulator = segment(&[]);
    let home = home(&emulator).then(["connect", "segment", "--name", "Mine"]);
    let mut command = home.command();
    command.env("TERM", "xterm");
    let mut session = rexpect::session::spawn_command(command, Some(20_000)).unwrap();
    session.exp_string("Write Key: ").unwrap();
    session.send_line("emulator-write-key").unwrap();
    let shown = session.exp_string("Public API Token: ").unwrap();
    assert!(!shown.contains("emulator-write-key"), "{shown:?}");
    session.send_line("emulator-api-token").unwrap();
    session.exp_string("Profile API Token: ").unwrap();
    session.send_line("").unwrap();
    session.exp_string("Space: ").unwrap();
    session.send_line("").unwrap();
    session.exp_string("Region (us, eu) [us]: ").unwrap();
    session.send_line("").unwrap();
    let rest = session.exp_eof().unwrap();
    assert!(rest.contains("READY") && rest.contains("Mine"), "{rest}");
    assert!(!rest.contains("emulator-api-token"), "{rest}");
    let text = std::fs::read_to_string(home.home().join("credentials.toml")).unwrap();
    assert!(text.contains("emulator-write-key") && text.contains("emulator-api-token"));
}

#[test]
fn the_guide_says_what_can_be_done() {
    run_guide("connections", 2);
}
