//! Tracking plans: fetched, kept, and what is sent held to them.

use serde_json::{Value, json};

use super::support::{Kosmo, kosmo};

const PLAN: &str = r#"{"plan": {"id": "tp_9", "name": "Till", "slug": "till"}, "rules": [
  {"type": "TRACK", "key": "Paid", "version": 1, "jsonSchema": {"type": "object", "properties": {
    "properties": {"type": "object", "properties": {"amount": {"type": "number"}},
                   "required": ["amount"]}}, "required": ["properties"]}}
]}"#;

fn track(more: &[&str]) -> Kosmo {
    kosmo(["integrations:segment", "track_event", "--userId=u", "--emulator"])
        .and(more.iter().copied())
        .file("till.json", PLAN)
        .file("plans/till.json", PLAN)
}

#[test]
fn a_plan_is_fetched_kept_and_found_again() {
    let home = kosmo(["plan:pull", "shop", "--emulator", "--json"]);
    let pulled = home.run().code(0).json();
    assert_eq!((&pulled["name"], &pulled["rules"]), (&json!("shop"), &json!(1)));
    let kept: Value =
        serde_json::from_slice(&std::fs::read(home.home().join("plans/shop.json")).unwrap())
            .unwrap();
    assert_eq!(kept["pulled"]["region"], "emulator");
    assert_eq!(kept["rules"][0]["key"], "Order Completed");
    for wanted in ["Shop", "tp_2mFq8ZrT5wKx1NcY7bLvDs"] {
        let home = kosmo(["plan:pull", wanted, "--emulator"]);
        home.run().code(0);
        let listed = home.then(["plan:list", "--json"]).run().code(0).json();
        assert_eq!(listed["plans"][0]["name"], "shop", "{wanted}");
    }
    let home = home.then(["plan:show", "shop", "--json"]);
    assert_eq!(home.run().code(0).json()["broken"], json!([]));
    let event = r#"{"type": "track", "userId": "u", "event": "Order Completed", "properties": {"revenue": "9"}}"#;
    let home = home.then(["segment:lint", "-", "--plan", "shop"]).stdin(event);
    let lint = home.run().code(12);
    assert!(lint.stdout.starts_with("stdin:1: error plan_violation properties.revenue"));
    // And again over itself, which is no conflict.
    home.then(["plan:pull", "shop", "--emulator"]).run().code(0);
}

#[test]
fn a_plan_goes_to_a_file_and_never_over_another_ones_name() {
    let home = kosmo(["plan:pull", "shop", "--emulator", "--file", "new/p.json"]);
    home.run().code(0);
    assert!(home.home().join("new/p.json").is_file() && !home.home().join("plans").exists());
    let other = kosmo(["plan:pull", "shop", "--emulator", "--json"]).file("plans/shop.json", PLAN);
    let refused = other.run().code(6).json();
    assert!(refused["error_detail"]["hint"].as_str().unwrap().contains("--name"));
    let other = other.then(["plan:pull", "shop", "--emulator", "--name", "shop2"]);
    other.run().code(0);
    other.then(["plan:pull", "shop", "--emulator", "--name", "../x"]).run().code(2);
}

#[test]
fn a_plan_that_is_not_there_leads_to_the_nearest() {
    let remote = kosmo(["plan:pull", "shpo", "--emulator", "--json"]).run().code(5).json();
    assert_eq!(remote["error_detail"]["code"], "unknown_plan");
    assert!(remote["error_detail"]["hint"].as_str().unwrap().contains("Shop"));
    let local = kosmo(["segment:lint", "-", "--plan", "tilll", "--json"])
        .file("plans/till.json", PLAN)
        .run()
        .code(5)
        .json();
    assert!(local["error_detail"]["hint"].as_str().unwrap().contains("till"));
    let no_token = kosmo(["plan:pull", "shop", "--json"]).run().code(3).json();
    assert_eq!(no_token["error_detail"]["code"], "missing_credential");
}

#[test]
fn a_file_that_is_no_plan_is_refused_with_its_reason() {
    for (text, want) in [
        ("{", "is not JSON"),
        ("[]", "no list `rules`"),
        (
            r#"{"rules": [{"type": "TRACK", "key": "E", "jsonSchema": {"type": "odd"}}]}"#,
            "TRACK E v1",
        ),
        (r#"{"rules": [{"type": "TRACK", "key": "E", "jsonSchema": "{"}]}"#, "rules[0]"),
    ] {
        let ran = kosmo(["segment:lint", "-", "--plan", "p.json", "--json"]).file("p.json", text);
        let failed = ran.run().code(2).json();
        assert_eq!(failed["error_detail"]["code"], "plan_invalid", "{text}");
        assert!(failed["error"].as_str().unwrap().contains(want), "{failed}");
    }
}

#[test]
fn unplanned_events_are_what_the_user_says_they_are() {
    let event = r#"{"type": "track", "userId": "u", "event": "paid"}"#;
    for (how, code, level) in [("error", 12, "error"), ("warn", 0, "warning"), ("allow", 0, "")] {
        let ran = kosmo(["segment:lint", "-", "--plan", "till.json", "--json", "--unplanned", how])
            .file("till.json", PLAN)
            .stdin(event)
            .run()
            .code(code)
            .json();
        assert_eq!(ran["findings"][0]["level"].as_str().unwrap_or_default(), level);
    }
}

#[test]
fn a_strict_check_sends_nothing_that_breaks_the_plan() {
    let wrong = ["--event=Paid", "--properties.amount=much", "--json"];
    let strict = track(&wrong).and(["--plan", "till", "--plan-check", "strict"]).run();
    let refused = strict.code(12).json();
    let detail = &refused["error_detail"];
    assert_eq!(
        (&detail["code"], &detail["param"]),
        (&json!("plan_violation"), &json!("properties.amount"))
    );
    assert_eq!(detail["detail"][0]["path"], "properties.amount");
    assert_eq!(refused["meta"]["attempts"], 0);
    assert!(!refused.to_string().contains("much"), "{refused}");

    let warned = track(&wrong).and(["--plan", "till.json"]).run().code(0).json();
    assert_eq!(warned["meta"]["warnings"][0]["code"], "plan_violation");
    assert_eq!(warned["meta"]["attempts"], 1);

    let off = track(&wrong).and(["--plan", "till", "--plan-check", "off"]).run().code(0).json();
    assert_eq!(off["meta"].get("warnings"), None);

    let dry = track(&wrong).and(["--plan=till", "--plan-check=strict", "--dry-run"]).run();
    dry.code(12);
    let good = ["--event=Paid", "--properties.amount:=5", "--plan=till", "--plan-check=strict"];
    track(&good).run().code(0);
}

#[test]
fn the_account_says_which_plan_and_how_strictly() {
    let wrong = ["--event=Unheard", "--json"];
    let account = track(&wrong).env("SEGMENT_PLAN", "till").env("SEGMENT_PLAN_CHECK", "strict");
    assert_eq!(account.run().code(12).json()["error_detail"]["code"], "unplanned_event");
    let flag = account.and(["--plan-check=warn"]).run().code(0).json();
    assert_eq!(flag["meta"]["warnings"][0]["code"], "unplanned_event");
    // A path in a settings file is seen from that file.
    let settings = "[integrations.segment.accounts.default]\nplan = \"./till.json\"\nplan_check = \"strict\"\n";
    let filed = track(&wrong).file("config.toml", settings).file("else/where", "");
    let folder = filed.home().join("else");
    filed.within(folder).run().code(12);
    let odd = track(&wrong).env("SEGMENT_PLAN", "till").env("SEGMENT_PLAN_CHECK", "harsh");
    assert!(odd.run().code(2).json()["error"].as_str().unwrap().contains("plan_check"));
}

#[test]
fn a_check_that_cannot_be_made_is_not_passed_over() {
    let event = ["--event=Paid", "--json"];
    let none = track(&event).and(["--plan-check=strict"]).run().code(2).json();
    assert_eq!(none["error_detail"]["code"], "no_plan");
    let lost = track(&event).and(["--plan=lost", "--plan-check=strict"]).run().code(5).json();
    assert_eq!(lost["error_detail"]["code"], "unknown_plan");
    let warned = track(&event).and(["--plan=lost", "--plan-check=warn"]).run().code(0).json();
    assert_eq!(warned["meta"]["warnings"][0]["code"], "plan_unavailable");
    track(&event).and(["--plan-check=sometimes"]).run().code(2);
}

#[test]
fn scripts_and_batches_are_held_to_the_plan_too() {
    let script = "\
local ok, e = pcall(app.integrations.segment.track, {userId = 'u', event = 'Paid'})
local all, b = pcall(app.integrations.segment.batch, {batch = {
  {type = 'track', userId = 'u', event = 'Paid', properties = {amount = 1}},
  {type = 'track', userId = 'u', event = 'Nothing'}}})
return {ok, e.code, all, b.code, b.detail[1].index}";
    let lua = kosmo(["integrations:lua", "--emulator", "--json", "--plan=till.json"])
        .and(["-e", script])
        .file("till.json", PLAN);
    let warned = lua.run();
    assert_eq!(warned.code, 1, "the first call passes with a warning, so e is no error");
    let strict = lua.and(["--plan-check=strict"]).run().code(0).json();
    assert_eq!(strict["result"], json!([false, "plan_violation", false, "unplanned_event", 1]));

    let warned = kosmo(["integrations:lua", "--emulator", "--plan=till.json", "-e"])
        .and(["for i = 1, 3 do app.integrations.segment.track{userId = 'u', event = 'Odd'} end"])
        .file("till.json", PLAN)
        .run()
        .code(0);
    assert_eq!(warned.stderr, "warning: no rule of `Till` is about `Odd`\n");
}

#[test]
fn every_command_of_the_guide_runs() {
    let guide = include_str!("../../docs/plans.md");
    let commands = guide.split("```sh\n").skip(1).filter_map(|block| block.split("```").next());
    let commands: Vec<&str> = commands.flat_map(str::lines).collect();
    assert!(commands.len() >= 10);
    let home = kosmo(["plan:pull", "shop", "--emulator"]);
    home.run().code(0);
    let home = home.file(
        "events.jsonl",
        r#"{"type": "track", "userId": "u", "event": "Order Completed", "properties": {"revenue": 9}}"#,
    );
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_kosmo")).parent().unwrap();
    for line in commands {
        let path = format!("{}:/usr/bin:/bin", binary.display());
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", line]).env_clear().current_dir(home.home());
        shell.env("PATH", path).env("KOSMO_HOME", home.home()).env("KOSMO_EMULATOR", "1");
        let ran = shell.output().unwrap();
        assert!(ran.status.success(), "{line}\n{ran:?}");
    }
}

#[test]
fn an_import_is_held_to_the_plan_row_by_row() {
    let rows = "{\"type\": \"track\", \"userId\": \"u\", \"event\": \"Paid\", \"properties\": {\"amount\": 5}}
{\"type\": \"track\", \"userId\": \"u\", \"event\": \"Paid\", \"properties\": {\"amount\": \"5\"}}
{\"type\": \"track\", \"userId\": \"u\", \"event\": \"Other\"}\n";
    let import = |more: &[&str]| {
        kosmo(["segment:import", "rows.jsonl", "--emulator", "--json"])
            .and(more.iter().copied())
            .file("rows.jsonl", rows)
            .file("till.json", PLAN)
            .run()
    };
    let free = import(&[]).code(0).json();
    assert_eq!((&free["sent"], &free["warned"]), (&json!(3), &json!(0)));
    let warned = import(&["--plan=till.json"]).code(0).json();
    assert_eq!((&warned["sent"], &warned["warned"]), (&json!(3), &json!(2)));
    let strict = import(&["--plan=till.json", "--plan-check=strict"]).code(10).json();
    assert_eq!((&strict["sent"], &strict["refused"]), (&json!(1), &json!(2)));
    assert_eq!(strict["refused_by_code"], json!({"plan_violation": 1, "unplanned_event": 1}));
    let lost = import(&["--plan=lost", "--plan-check=strict"]);
    assert_eq!((lost.code, &lost.json()["error_detail"]["code"]), (5, &json!("unknown_plan")));
}
