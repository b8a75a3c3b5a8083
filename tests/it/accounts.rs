//! Accounts: where their fields come from, and the commands that look after them.

mod lookup;

use std::fs;

use serde_json::{Value, json};

use crate::support::{Kosmo, kosmo};

fn configure(args: &[&str]) -> Kosmo {
    kosmo(["integrations:configure", "segment", "--json"].into_iter().chain(args.iter().copied()))
}

fn read(run: &Kosmo, file: &str) -> String {
    fs::read_to_string(run.home().join(file)).unwrap_or_default()
}

#[test]
fn a_secret_goes_to_its_own_file_and_the_rest_to_the_settings() {
    let run = configure(&["--set", "write_key=-", "--set", "region=EU"])
        .file("config.toml", "# mine\n[http]\nretries = 1 # few\n")
        .stdin("canary-1\n");
    let json = run.run().code(0).json();
    assert_eq!(json["credentials_set"], json!(["write_key", "region"]));
    assert_eq!(json["configured"], true);
    assert_eq!(
        read(&run, "credentials.toml"),
        "[integrations.segment.accounts.default]\nwrite_key = \"canary-1\"\n"
    );
    let config = read(&run, "config.toml");
    assert!(config.starts_with("# mine\n[http]\nretries = 1 # few\n"), "{config}");
    assert!(config.ends_with("[integrations.segment.accounts.default]\nregion = \"eu\"\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = fs::metadata(run.home().join("credentials.toml")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_reference_replaces_a_stored_secret_and_the_other_way_round() {
    let run = configure(&["--set", "write_key=canary-1"]);
    run.run().code(0);
    let run = run.then(["integrations:configure", "segment", "--set", "write_key=env:KEY"]);
    run.run().code(0);
    assert!(!read(&run, "credentials.toml").contains("canary"));
    assert!(read(&run, "config.toml").contains("write_key = \"env:KEY\""));
    let run = run.then(["integrations:configure", "segment", "--set", "write_key=canary-2"]);
    run.run().code(0);
    assert_eq!(read(&run, "config.toml"), "");
    let run = run.then(["integrations:configure", "segment", "--unset", "write_key"]);
    run.run().code(0);
    assert_eq!(read(&run, "credentials.toml"), "");
}

#[test]
fn what_cannot_be_right_changes_nothing() {
    let table: [(&[&str], &str); 13] = [
        (&["--set", "writ_key=x"], "did you mean `write_key`?"),
        (&["--unset", "nothing_like_it"], "there are: write_key"),
        (&["--set", "write_key"], "takes KEY=VALUE"),
        (&["--set", "write_key="], "--unset write_key"),
        (&["--set", "write_key=two words"], "no blanks"),
        (&["--set", "region=mars"], "must be one of: us, eu"),
        (&["--set", "url=api.segment.io"], "not a URL"),
        (&["--set", "url=http://api.segment.io"], "plain http"),
        (&["--set", "write_key=env:"], "names no place"),
        (&["--account", "track"], "names the function `segment.track_event`"),
        (&["--account", "Prod"], "cannot be the name of an account"),
        (&["--write", "maybe"], "Invalid permission 'write:maybe'"),
        (&["--permissions", "read:allow,fly:allow"], "Invalid permission 'fly:allow'"),
    ];
    for (wrong, expected) in table {
        let good = ["--set", "workspace=acme", "--set", "api_token=canary-1"];
        let run = configure(&[&good, wrong].concat());
        let ran = run.run().code(2);
        assert!(ran.stdout.contains(expected), "{wrong:?}: {}", ran.stdout);
        assert!(!ran.stdout.contains("canary"), "{}", ran.stdout);
        assert_eq!(fs::read_dir(run.home()).unwrap().count(), 0, "{wrong:?} wrote something");
    }
    configure(&[]).run().code(2);
    configure(&["--enable", "--disable"]).run().code(2);
    configure(&["--set", "write_key=-"]).run().code(2);
    kosmo(["integrations:configure", "sgment", "--enable"]).run().code(5);
}

#[test]
fn json_on_standard_input_says_the_same() {
    let payload = json!({
        "account": "work", "set": {"write_key": "canary-1"}, "enabled": true,
        "permissions": {"read": "ask", "write": "deny"},
    });
    let run = configure(&["--stdin-json", "--read", "allow"]).stdin(payload.to_string());
    let json = run.run().code(0).json();
    assert_eq!(json["account"], "work");
    assert_eq!(json["permissions"]["read"], "allow");
    assert_eq!(json["permissions"]["write"], "deny");
    assert!(read(&run, "credentials.toml").contains("accounts.work]\nwrite_key = \"canary-1\""));
    assert!(read(&run, "config.toml").contains("[integrations.segment.accounts.work.policy]"));
    for wrong in ["{", "[]", r#"{"set": {"write_key": {"a": 1}}}"#, r#"{"sett": {}}"#] {
        let ran = configure(&["--stdin-json"]).stdin(wrong).run().code(2);
        assert_eq!(ran.json()["error"], "Invalid JSON supplied on stdin.", "{wrong}");
    }
}

#[test]
fn replace_and_destroy_go_with_write_until_they_go_their_own_way() {
    let policies = |run: &Kosmo| {
        let permissions = run.run().code(0).json()["permissions"].clone();
        ["write", "replace", "destroy", "erase"]
            .map(|effect| permissions[effect].as_str().unwrap().to_owned())
            .join(" ")
    };
    let run = configure(&["--write", "allow"]);
    assert_eq!(policies(&run), "allow allow allow ask");
    let head = ["integrations:configure", "segment", "--json"];
    let run = run.then(head.into_iter().chain(["--write", "ask", "--destroy", "deny"]));
    assert_eq!(policies(&run), "ask ask deny ask");
    let run = run.then(head.into_iter().chain(["--write", "allow"]));
    assert_eq!(policies(&run), "allow allow deny ask");
}

#[test]
fn a_projects_file_takes_policy_and_references_but_no_secret() {
    let run = configure(&["--project", "--set", "write_key=canary-1"]);
    assert_eq!(run.run().code(2).json()["error_detail"]["code"], "secret_in_project");
    let args = ["--project", "--set", "write_key=env:KEY", "--write", "allow", "--json"];
    let run = run.then(["integrations:configure", "segment"].into_iter().chain(args));
    let json = run.run().code(0).json();
    assert_eq!(json["scope"], "project");
    assert_eq!(json["notes"], json!([]), "what one writes oneself is trusted");
    assert_eq!(json["permissions"]["write"], "allow");
    assert!(read(&run, "kosmo.toml").contains("write_key = \"env:KEY\""));
    assert_eq!(read(&run, "config.toml"), "");
}

#[test]
fn what_another_layer_overrules_is_said() {
    let run = configure(&["--set", "write_key=canary-1"]).env("SEGMENT_WRITE_KEY", "canary-2");
    let json = run.run().code(0).json();
    assert_eq!(json["notes"], json!(["`write_key` comes from $SEGMENT_WRITE_KEY, which wins"]));
}

#[test]
fn credentials_make_a_provider_active_unless_it_is_switched_off() {
    let status = |run: &Kosmo| {
        let json = run.run().code(0).json();
        let segment = &json["providers"]["segment"];
        (segment["active"] == true, segment["configured"] == true, segment["accounts"].clone())
    };
    let run = kosmo(["integrations:status", "--json"]);
    assert_eq!(status(&run), (false, false, json!(["default"])));
    let run = run
        .env("KOSMO_SEGMENT_EU_API_URL_API_URL", "https://x")
        .env("KOSMO_SEGMENT_EU_WRITE_KEY", "canary-1");
    assert_eq!(status(&run), (true, true, json!(["default", "eu", "eu_api_url"])));
    let run = run.file("config.toml", "[integrations.segment]\nenabled = false\n");
    assert!(!status(&run).0);
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_documented_keys_of_fields_and_functions_keep_their_order() {
    let fields = kosmo(["integrations:fields", "segment", "--json"]).run().code(0).json();
    assert_eq!(
        keys(&fields),
        [
            "success",
            "provider",
            "account",
            "accounts",
            "cli_setup_supported",
            "cli_runtime_supported",
            "auth_strategy",
            "compatibility_summary",
            "fields",
            "example"
        ]
    );
    assert_eq!(
        keys(&fields["fields"][0])[..6],
        ["key", "label", "type", "required", "configured", "description"]
    );
    let list = kosmo(["integrations:list", "--json"]).run().code(0).json();
    assert_eq!(
        keys(&list["providers"]["segment"]["functions"][0]),
        [
            "provider",
            "function",
            "name",
            "slug",
            "title",
            "description",
            "operation",
            "active",
            "configured",
            "accounts",
            "auth",
            "auth_strategy",
            "host_availability",
            "runtime_requirements",
            "compatibility",
            "compatibility_summary",
            "cli_setup_supported",
            "cli_runtime_supported",
            "input_schema"
        ]
    );
}

#[test]
fn the_documented_keys_of_the_doctor_keep_their_order() {
    let doctor = kosmo(["integrations:doctor", "segment", "--json"]).run().code(0).json();
    assert_eq!(
        keys(&doctor)[..18],
        [
            "provider",
            "locally_runnable",
            "cli_setup_supported",
            "cli_runtime_supported",
            "auth_strategy",
            "host_availability",
            "runtime_requirements",
            "compatibility",
            "compatibility_summary",
            "enabled",
            "configured",
            "active",
            "missing_credentials",
            "accounts",
            "permissions",
            "function_count",
            "example_functions",
            "next_commands"
        ]
    );
}

#[test]
fn the_doctor_sees_what_is_wrong() {
    let run = kosmo(["integrations:doctor", "segment", "--json"]).file(
        "config.toml",
        "[integrations.segment]\naccount = \"nobody\"\n\
             [integrations.segment.accounts.default]\nwrite_key = \"canary-1\"\nworkspce = \"x\"\n\
             config_token = \"env:NOT_SET\"\nregion = \"eu\"\n\
             [integrations.segment.accounts.files]\napi_token = \"file:missing\"\n\
             [integrations.sgment]\nenabled = true\n",
    );
    let json = run.run().code(0).json();
    let found: Vec<&str> = json["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|check| check["message"].as_str())
        .collect();
    let text = found.join("\n");
    for expected in [
        "config.toml holds secrets and others may read it",
        "a provider `sgment`, which does not exist",
        "`workspce` in ",
        "NOT_SET is not set",
        "there is no ",
        "`integrations.segment.account` names no account: nobody",
        "can use the Tracking API",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let next = json["next_commands"].to_string();
    assert!(next.contains("chmod 600"), "{next}");
}

#[test]
fn the_doctor_asks_the_service_when_told_to() {
    let run = kosmo(["integrations:doctor", "segment", "--online", "--emulator", "--json"]);
    let checks = run.run().code(0).json()["checks"].to_string();
    assert!(checks.contains("the token works for my-workspace"), "{checks}");
}

/// A call that ends in the account's fault.
fn call(function: &str) -> Kosmo {
    kosmo(["integrations:call", function, r#"{"userId":"u","event":"e"}"#, "--force", "--json"])
}

#[test]
fn a_missing_secret_names_its_service_its_variable_and_its_command() {
    let detail = call("segment.track_event").run().code(3).json()["error_detail"].clone();
    assert_eq!(detail["code"], "missing_credential");
    assert_eq!(
        detail["message"],
        "Segment write key is not configured for account 'default'; the Tracking API needs it"
    );
    let hint = detail["hint"].as_str().unwrap();
    assert!(hint.contains("SEGMENT_WRITE_KEY"), "{hint}");
    assert!(hint.contains("kosmo integrations:configure segment --set write_key=-"), "{hint}");
    let run = call("segment.track_event").env("SEGMENT_API_TOKEN", "canary-1");
    let detail = run.run().code(3).json()["error_detail"].clone();
    assert!(detail["hint"].to_string().contains("only the public API token"), "{detail}");
    assert!(!detail.to_string().contains("canary"));
}

#[test]
fn a_wrong_account_is_answered_with_the_list() {
    let run = call("segment.track_event")
        .env("KOSMO_SEGMENT_PRODUCTION_WRITE_KEY", "canary-1")
        .env("KOSMO_INTEGRATIONS_SEGMENT_ACCOUNT", "prodution");
    let detail = run.run().code(5).json()["error_detail"].clone();
    assert_eq!(detail["code"], "unknown_account");
    assert_eq!(detail["hint"], "did you mean `production`? there are: default, production");
}

#[test]
fn a_provider_that_is_switched_off_stays_off() {
    let run = call("segment.track_event").env("KOSMO_INTEGRATIONS_SEGMENT_ENABLED", "no");
    assert_eq!(run.run().code(3).json()["error_detail"]["code"], "not_active");
}

#[test]
fn a_reference_that_leads_nowhere_says_where_it_stands() {
    for (reference, expected) in [
        ("env:NOT_SET", "NOT_SET is not set"),
        ("file:missing", "cannot read "),
        ("cmd:echo canary >&2; exit 3", "failed (exit status: 3)"),
    ] {
        let run = call("segment.track_event").env("SEGMENT_WRITE_KEY", reference);
        let detail = run.run().code(3).json()["error_detail"].clone();
        assert_eq!(detail["code"], "credential_unavailable", "{detail}");
        let message = detail["message"].as_str().unwrap();
        assert!(message.contains(expected) && message.contains("$SEGMENT_WRITE_KEY"), "{message}");
    }
}

#[test]
fn credentials_do_not_travel_in_clear() {
    let run = call("segment.track_event")
        .env("SEGMENT_WRITE_KEY", "canary-1")
        .env("SEGMENT_URL", "http://segment.example");
    let detail = run.run().code(2).json()["error_detail"].clone();
    assert_eq!(detail["code"], "bad_url", "{detail}");
}

#[test]
fn a_key_of_several_lines_is_read_to_its_end() {
    let pem = "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n";
    let run = configure(&["--set", "oauth_private_key=-", "--set", "write_key=-"])
        .stdin(format!("{pem}canary-1\n"));
    run.run().code(0);
    let stored: toml::Table = read(&run, "credentials.toml").parse().unwrap();
    let default = &stored["integrations"]["segment"]["accounts"]["default"];
    assert_eq!(default["oauth_private_key"].as_str(), Some(pem.trim()));
    assert_eq!(default["write_key"].as_str(), Some("canary-1"));
}

#[cfg(unix)]
#[test]
fn what_is_typed_at_a_terminal_is_not_shown() {
    let run = kosmo(["integrations:configure", "segment", "--set", "write_key=-"]);
    let mut terminal = rexpect::session::spawn_command(run.command(), Some(10_000)).unwrap();
    terminal.exp_string("write_key: ").unwrap();
    terminal.send_line("canary-1").unwrap();
    let shown = terminal.exp_eof().unwrap();
    assert!(shown.contains("Configured segment") && !shown.contains("canary"), "{shown}");
    assert!(read(&run, "credentials.toml").contains("canary-1"));
}
