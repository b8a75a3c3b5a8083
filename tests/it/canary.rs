//! No secret leaves: many commands run with the canary as a credential, from every place a credential
//! can come from, and neither what they print nor what they write holds it in any form.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::lists::with;
use crate::service::{Seen, Service};
use crate::support::{CANARY, Kosmo, kosmo};

/// Every command line that could show a credential, if anything could.
const COMMANDS: &[&[&str]] = &[
    &["integrations:status", "--json"],
    &["integrations:status"],
    &["integrations:list", "--json"],
    &["integrations:fields", "segment", "--json"],
    &["integrations:fields", "segment", "--account", "work"],
    &["integrations:doctor", "segment", "--json"],
    &["integrations:doctor"],
    &["config", "show", "--origin"],
    &["config", "show", "--json"],
    &["integrations:configure", "segment", "--set", "nonsense=canary-Zx81-write-key"],
    &["integrations:configure", "segment", "--set", "canary-Zx81-write-key"],
    &["integrations:configure", "segment", "--set", "url=canary-Zx81-write-key", "--json"],
    &["integrations:configure", "segment", "--account", "work", "--read", "allow", "--json"],
    &[
        "integrations:call",
        "segment.track_event",
        "--event",
        "e",
        "--userId",
        "u",
        "--dry-run",
        "--json",
    ],
    &[
        "integrations:call",
        "segment.track_event",
        "--event",
        "e",
        "--userId",
        "u",
        "--dry-run",
        "-v",
    ],
    &[
        "integrations:call",
        "segment.track_event",
        "--event",
        "e",
        "--userId",
        "u",
        "--force",
        "--json",
    ],
    &["integrations:call", "segment.track_event", "--event", "e", "--userId", "u", "--force", "-v"],
    &["integrations:call", "segment.get_current_user", "--account", "work", "--json"],
    &[
        "integrations:lua",
        "--force",
        "--json",
        "--eval",
        "print(app.integrations.segment); local ok, e = pcall(app.integrations.segment.track, {event='e', userId='u'}); print(e, e.hint); error(e)",
    ],
    &[
        "integrations:lua",
        "--dry-run",
        "--json",
        "--eval",
        "return app.integrations.segment.track({event='e', userId='u'})",
    ],
    &["runs", "list", "--json"],
    &["runs", "export", "--details"],
    &["runs", "export", "--details", "--json"],
];

/// Nothing listens on this port: a call fails after the credential was put to use.
const NOWHERE: &str = "http://127.0.0.1:9";

fn forms() -> Vec<String> {
    let encoded = CANARY.replace('-', "%2D");
    let basic = |text: String| STANDARD.encode(text).trim_end_matches('=').to_owned();
    vec![CANARY.to_owned(), encoded, basic(format!("{CANARY}:")), basic(CANARY.to_owned())]
}

fn search(text: &[u8], place: &str) {
    let text = String::from_utf8_lossy(text);
    for form in forms() {
        assert!(!text.contains(&form), "{place} shows the credential as {form}");
    }
}

fn search_files(folder: &Path, except: &[&str]) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            search_files(&path, except);
        } else if !except.contains(&name.as_str()) {
            search(&fs::read(&path).unwrap(), &format!("file {name}"));
        }
    }
}

/// Runs every command in one home and searches whatever comes of it.
fn all_commands(mut run: Kosmo, holders: &[&str]) {
    run = run.env("SEGMENT_URL", NOWHERE).env("SEGMENT_API_URL", NOWHERE);
    run = run.env("KOSMO_SEGMENT_WORK_API_URL", NOWHERE).env("KOSMO_HTTP_RETRIES", "0");
    let mut failed_calls = 0;
    for command in COMMANDS {
        run = run.then(command.iter().copied());
        let ran = run.run();
        failed_calls += u32::from(ran.code == 8);
        search(ran.stdout.as_bytes(), &format!("stdout of {command:?}"));
        search(ran.stderr.as_bytes(), &format!("stderr of {command:?}"));
    }
    assert!(failed_calls >= 2, "the credential was never put to use");
    let ledger = fs::read(run.home().join("kosmo.db")).unwrap();
    assert!(ledger.starts_with(b"SQLite format 3"), "no journal was written");
    search_files(run.home(), holders);
}

#[test]
fn a_credential_in_the_environment_stays_there() {
    let run = kosmo(["version"])
        .env("SEGMENT_WRITE_KEY", CANARY)
        .env("KOSMO_SEGMENT_WORK_API_TOKEN", CANARY);
    all_commands(run, &[]);
}

#[test]
fn a_stored_credential_stays_in_its_file() {
    let mut run = kosmo(["integrations:configure", "segment", "--set", "write_key=-"])
        .stdin(format!("{CANARY}\n"));
    search(run.run().code(0).stdout.as_bytes(), "stdout of configure");
    run = run.then([
        "integrations:configure",
        "segment",
        "--account",
        "work",
        "--set",
        "api_token=-",
        "--json",
    ]);
    search(run.run().code(0).stdout.as_bytes(), "stdout of configure");
    all_commands(run, &["credentials.toml"]);
}

#[test]
fn a_credential_behind_a_reference_stays_behind_it() {
    let config = "[integrations.segment.accounts.default]\nwrite_key = \"cmd:cat hidden\"\n\
                  [integrations.segment.accounts.work]\napi_token = \"file:hidden\"\n";
    let run = kosmo(["version"]).file("hidden", CANARY).file("config.toml", config);
    all_commands(run, &["hidden"]);
}

#[test]
fn a_credential_written_into_the_settings_is_masked() {
    let config = format!(
        "[integrations.segment.accounts.default]\nwrite_key = \"{CANARY}\"\n\
         [integrations.segment.accounts.work]\napi_token = \"{CANARY}\"\nunheard_of = \"{CANARY}\"\n"
    );
    all_commands(kosmo(["version"]).file("config.toml", config), &["config.toml"]);
}

/// A key that no account has, in the path of a request: it is written down nowhere.
#[test]
fn a_key_in_an_address_is_kept_out_of_what_is_remembered() {
    const OTHER: &str = "another-Qk27-write-key";
    let service = Service::start(|_, seen: &Seen| match seen.what() {
        "GET /" => (200, json!({"data": {"workspace": {"id": "w", "slug": "acme"}}})),
        _ => (404, json!({"errors": [{"type": "NotFound", "message": "no"}]})),
    });
    let named = format!("--writeKey={OTHER}");
    let path = format!("/sources/abc123/writekey/{OTHER}");
    for (words, code) in [
        (
            &["integrations:segment", "remove_write_key_from_source", "--sourceId=abc123", &named]
                [..],
            5,
        ),
        (&["request", "default", &path, "-X", "DELETE"], 5),
    ] {
        for flag in ["--json", "--dry-run", "--curl", "-vvv"] {
            let run = with(&service, &[words, &["--force", flag]].concat());
            let shows = matches!(flag, "--dry-run" | "--curl");
            let ran = run.run().code(if shows { 0 } else { code });
            assert!(!ran.stdout.contains(OTHER) && !ran.stderr.contains(OTHER), "{flag}: {ran:#?}");
            search_files(run.home(), &[]);
            for file in fs::read_dir(run.home()).unwrap() {
                let bytes = fs::read(file.unwrap().path()).unwrap_or_default();
                let found = bytes.windows(OTHER.len()).any(|part| part == OTHER.as_bytes());
                assert!(!found, "{words:?} {flag}");
            }
        }
    }
    assert!(service.lines().iter().any(|line| line.ends_with(OTHER)), "it was sent after all");
}
