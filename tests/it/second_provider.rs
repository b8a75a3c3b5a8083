//! A provider is a folder of rows: every face serves `pebble`, which has no line of Rust.

use serde_json::json;

use super::support::{Kosmo, kosmo};

const FOLDERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/providers");

fn pebble<const N: usize>(args: [&str; N]) -> Kosmo {
    kosmo(args).env("KOSMO_CATALOGUE_FOLDERS", FOLDERS)
}

#[test]
fn scripts_call_it() {
    let code = r#"return app.integrations.pebble.polish{id = "p-1", grit = 800}"#;
    let ran = pebble(["integrations:lua", "--emulator", "--json", "-e", code]).run().code(0).json();
    assert_eq!(ran["result"]["path"], "/pebbles/p-1/polish");
    assert_eq!(ran["result"]["body"], json!({"grit": 800}));
    assert_eq!(ran["call_log"][0]["function"], "app.integrations.pebble.polish_pebble");
    assert_eq!(ran["call_log"][0]["tool"], "pebble_polish");
}

#[test]
fn commands_call_it() {
    let ran =
        pebble(["integrations:pebble", "list_pebbles", "--colour=grey", "--emulator", "--json"])
            .run()
            .code(0)
            .json();
    assert_eq!(ran["function"], "pebble.list_pebbles");
    assert_eq!(ran["data"]["query"]["colour"], "grey");
}

#[test]
fn its_arguments_are_checked() {
    let ran = pebble([
        "integrations:call",
        "pebble.polish",
        "--id=p",
        "--grit=9",
        "--emulator",
        "--json",
    ])
    .run()
    .code(2)
    .json();
    assert!(ran["error"].as_str().unwrap().contains("between 40 and 3000"), "{ran:#}");
}

#[test]
fn its_credential_is_asked_for_by_name() {
    let ran = pebble(["integrations:call", "pebble.list_pebbles", "--json"]).run().code(3).json();
    assert!(ran["error_detail"]["hint"].as_str().unwrap().contains("PEBBLE_TOKEN"), "{ran:#}");
}

#[test]
fn docs_search_schema_and_settings_know_it() {
    let page = pebble(["integrations:docs", "pebble.polish_pebble"]).run().code(0);
    assert!(page.stdout.contains("grit"), "{page:?}");
    let help = pebble(["integrations:pebble", "polish", "--help"]).run().code(0);
    assert!(help.stdout.contains("--grit"), "{help:?}");
    let found = pebble(["integrations:search", "make a stone shine"]).run().code(0);
    assert!(found.stdout.contains("pebble.polish_pebble"), "{found:?}");
    let schema = pebble(["integrations:schema", "pebble.polish_pebble"]).run().code(0).json();
    assert_eq!(schema["properties"]["grit"]["maximum"], 3000);
    let fields = pebble(["integrations:fields", "pebble", "--json"]).run().code(0).json();
    assert_eq!(fields["fields"][0]["key"], "token");
}

#[test]
fn rows_that_are_wrong_are_named_with_file_and_field() {
    let head = std::fs::read_to_string(format!("{FOLDERS}/pebble/provider.toml")).unwrap();
    let table = [
        ("route = \"FETCH /x\"", "gravel.toml: `x`: field `route`"),
        ("route = \"GET /{id}\"", "gravel.toml: `x`: field `route`: `{id}` is not a parameter"),
        ("route = \"GET /x\"\ncolour = 1", "gravel.toml:10"),
        ("route = \"GET /x\"\nwith = [\"nobody\"]", "gravel.toml: `x`: field `with`"),
    ];
    for (route, complaint) in table {
        let row = format!(
            "group = \"g\"\ntitle = \"G\"\nservice = \"shop\"\n\n[[operation]]\nname = \"x\"\n\
             title = \"X\"\nabout = \"x\"\neffect = \"read\"\n{route}\n"
        );
        let ran = kosmo(["integrations:call", "pebble.x", "--json"])
            .file("providers/pebble/provider.toml", &head)
            .file("providers/pebble/gravel.toml", row)
            .run()
            .code(2)
            .json();
        let said = ran["error"].as_str().unwrap();
        assert!(said.contains(complaint), "{said}\n{complaint}");
    }
}
