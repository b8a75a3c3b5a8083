//! Tests of what may be said about a call: parts of lists, lines instead of one document, `curl`,
//! waiting, and what is needed before something is replaced or erased.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::service::{Reply, Seen, Service};
use super::support::{CANARY, Kosmo, Ran, kosmo};

/// A workspace with so many sources, in pages as asked for. The page that starts at `broken` fails.
pub fn workspace(sources: usize, broken: Option<usize>) -> Service {
    Service::start(move |_, seen: &Seen| {
        let number = |key: &str| -> Option<usize> {
            let (_, rest) = seen.what().split_once(&format!("pagination.{key}="))?;
            rest.split('&').next()?.parse().ok()
        };
        if !seen.what().starts_with("GET /sources") {
            return (200, json!({"data": {"workspace": {"id": "w", "slug": "acme"}}}));
        }
        let from = number("cursor").unwrap_or(0);
        if broken == Some(from) {
            return (400, json!({"errors": [{"type": "x", "message": "no more today"}]}));
        }
        let to = sources.min(from + number("count").unwrap());
        let items: Vec<Value> = (from..to)
            .map(|n| json!({"id": format!("s{n}"), "slug": format!("source-{n}"), "name": "A name", "metadata": {"description": "d".repeat(200)}}))
            .collect();
        let next = (to < sources).then(|| to.to_string());
        (200, json!({"data": {"sources": items, "pagination": {"next": next}}}))
    })
}

/// A run with an account on this service.
pub fn with(service: &Service, words: &[&str]) -> Kosmo {
    let account = service.account();
    account.into_iter().fold(kosmo(words), |run, (key, value)| run.env(key, value))
}

fn list(service: &Service, flags: &[&str]) -> Ran {
    let words = ["integrations:segment", "list_sources", "--slug=acme"];
    with(service, &[&words, flags].concat()).run()
}

fn ids(ran: &Ran) -> Vec<String> {
    let items = ran.json()["data"]["sources"].as_array().unwrap().clone();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

fn sizes(service: &Service) -> Vec<String> {
    let size = |line: &String| {
        let (_, rest) = line.split_once("count=")?;
        Some(rest.split('&').next()?.to_owned())
    };
    service.lines().iter().filter_map(size).collect()
}

#[test]
fn a_list_may_be_cut_short_or_read_page_by_page() {
    let service = workspace(12, None);
    let first = list(&service, &["--limit=5", "--json"]).code(0);
    assert_eq!(ids(&first), ["s0", "s1", "s2", "s3", "s4"]);
    assert_eq!(first.json()["meta"]["next_cursor"], "5");
    assert_eq!(sizes(&service), ["5"], "one request, and no more than is wanted");

    let page = list(&service, &["--cursor", "5", "--page-size", "4", "--json"]).code(0);
    assert_eq!(ids(&page), ["s5", "s6", "s7", "s8"]);
    assert_eq!(page.json()["meta"]["next_cursor"], "9");

    let service = workspace(12, None);
    let seven = list(&service, &["--limit=7", "--page-size=5", "--json"]).code(0);
    assert_eq!((ids(&seven).len(), seven.json()["meta"]["next_cursor"].as_str()), (7, Some("7")));
    assert_eq!(sizes(&service), ["5", "2"]);

    let all = list(&service, &["--json"]).code(0);
    assert_eq!((ids(&all).len(), &all.json()["meta"]["next_cursor"]), (12, &Value::Null));
    let last = list(&service, &["--cursor=9", "--json"]).code(0);
    assert_eq!(last.json()["meta"]["next_cursor"], Value::Null);
    let said = list(&service, &["--limit=1"]).code(0);
    assert!(said.stderr.contains("--cursor 1"), "{said:#?}");
}

#[test]
fn what_is_merged_from_several_lists_may_be_cut_short_too() {
    let words = ["integrations:segment", "list_functions", "--emulator", "--json"];
    let all = kosmo(words).run().code(0).json();
    let count = all["data"]["functions"].as_array().unwrap().len();
    let mut found = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..=count + 3 {
        let from = cursor.iter().flat_map(|cursor| ["--cursor".to_owned(), cursor.clone()]);
        let one = kosmo(words).and(["--limit=1"]).and(from).run().code(0).json();
        found.extend(one["data"]["functions"].as_array().unwrap().clone());
        cursor = one["meta"]["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(json!(found), all["data"]["functions"]);
    assert_eq!(cursor, None);
}

#[test]
fn lines_come_page_by_page_and_say_where_to_go_on() {
    let service = workspace(12, Some(10));
    let ran = list(&service, &["--output=jsonl", "--page-size=5"]).code(2);
    assert_eq!(ran.stdout.lines().count(), 10, "{ran:#?}");
    for (number, line) in ran.stdout.lines().enumerate() {
        let item: Value = serde_json::from_str(line).unwrap();
        assert_eq!(item["id"], format!("s{number}"));
    }
    assert!(ran.stderr.contains("no more today"), "{ran:#?}");
    assert!(ran.stderr.contains("10 items") && ran.stderr.contains("--cursor 10"), "{ran:#?}");

    let service = workspace(12, None);
    let rest = list(&service, &["--output", "jsonl", "--cursor", "10"]).code(0);
    assert_eq!(rest.stdout.lines().count(), 2, "{rest:#?}");
    let some = list(&service, &["--output=jsonl", "--limit=7", "--page-size=5"]).code(0);
    assert_eq!(some.stdout.lines().count(), 7, "{some:#?}");
}

#[test]
fn options_about_lists_are_refused_where_they_mean_nothing() {
    for flags in [["--limit=1"], ["--cursor=x"], ["--page-size=5"]] {
        let words = ["integrations:segment", "get_current_user", "--emulator"];
        let ran = kosmo(words).and(flags).run().code(2);
        assert!(ran.stderr.contains("does not list anything"), "{ran:#?}");
    }
    let both = ["integrations:segment", "list_users", "--emulator", "--json", "--output=jsonl"];
    assert_eq!(kosmo(both).run().code(2).json()["success"], false);
    let none = ["integrations:segment", "list_users", "--emulator", "--page-size=0"];
    kosmo(none).run().code(2);
}

#[test]
fn a_functions_own_parameter_goes_first() {
    let words = ["integrations:segment", "get_profile_traits", "--emulator", "--dry-run"];
    let ran = kosmo(words).and(["--limit=3", "--externalId=user_id:7", "--collection=users"]).run();
    assert!(ran.json()["url"].as_str().unwrap().contains("limit=3"), "{ran:#?}");
}

#[test]
fn a_hundred_thousand_sources_take_no_more_memory_than_a_few() {
    const SOURCES: usize = 100_000;
    let service = workspace(SOURCES, None);
    let words = ["integrations:segment", "list_sources", "--slug=acme", "--output=jsonl"];
    let run = with(&service, &words);
    let mut child = run.command().stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let (mut first, mut most) = (0, 0);
    let mut count = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let item: Value = serde_json::from_str(&line.unwrap()).unwrap();
        assert_eq!(item["id"], format!("s{count}"));
        count += 1;
        if count % 5_000 == 0
            && let Ok(status) = std::fs::read_to_string(&status)
        {
            // Absent once it has ended.
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let peak = peak.map(|peak| peak.trim().trim_end_matches(" kB").parse().unwrap());
            most = peak.unwrap_or(0).max(most);
            first = if first == 0 { most } else { first };
        }
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(count, SOURCES);
    // The code of a program that is not optimised takes more than half of it.
    let allowed = if cfg!(debug_assertions) { 56 } else { 40 } * 1024;
    assert!(most > 1_000 && most < allowed, "{most} kB");
    assert!(most - first < 6 * 1024, "{first} kB after the first pages, {most} kB at the end");
}

#[test]
fn a_curl_line_says_everything_but_the_secret() {
    let service = Service::start(|_, _: &Seen| (200, json!({})));
    let words = ["integrations:segment", "track", "--userId=it's \"$HOME\"", "--event=E", "--curl"];
    let ran = with(&service, &words).env("SEGMENT_WRITE_KEY", CANARY).run().code(0);
    assert!(!ran.stdout.contains(CANARY) && ran.stdout.lines().count() == 1, "{ran:#?}");
    assert_eq!(service.lines().len(), 0, "nothing is sent");
    // What the shell makes of it is what would have been sent.
    let shell = Command::new("sh")
        .args(["-c", &format!("curl() {{ printf '%s\\n' \"$@\"; }}; {}", ran.stdout)])
        .env("SEGMENT_WRITE_KEY", CANARY)
        .output()
        .unwrap();
    let text = String::from_utf8(shell.stdout).unwrap();
    let words: Vec<&str> = text.lines().collect();
    let after = |flag: &str| words[words.iter().position(|word| *word == flag).unwrap() + 1];
    assert_eq!(after("--request"), "POST");
    assert_eq!(after("--user"), format!("{CANARY}:"));
    let body: Value = serde_json::from_str(after("--data-raw")).unwrap();
    assert_eq!((&body["userId"], &body["writeKey"]), (&json!("it's \"$HOME\""), &json!(CANARY)));
    assert_eq!(*words.last().unwrap(), format!("{}/v1/track", service.address));

    let named = ["integrations:segment", "delete_source", "--sourceId=a b", "--curl", "--json"];
    let ran = with(&service, &named).run().code(0).json();
    let line = ran["data"].as_str().unwrap();
    assert!(line.contains("\"Authorization: Bearer $SEGMENT_API_TOKEN\""), "{line}");
    assert!(line.contains("--request DELETE") && line.ends_with("/sources/a%20b'"), "{line}");
    assert_eq!(ran["meta"]["dry_run"], true);
}

#[test]
fn who_does_not_want_to_wait_is_told_so_by_the_exit_status() {
    let service = Service::start(|_, _: &Seen| (200, json!({"data": {}})));
    let words = ["integrations:segment", "get_advanced_sync_schedule_from_warehouse"];
    let flags = ["--warehouseId=w", "--no-wait", "--json"];
    let run = with(&service, &words).and(flags);
    let first = run.run().code(0).json();
    assert_eq!(
        (&first["meta"]["waited_ms"], &first["meta"]["backend"]),
        (&json!(0.0), &json!("public"))
    );
    let second = run.run().code(7).json();
    assert_eq!(second["error_detail"]["code"], "rate_limited");
    assert!(second["error_detail"]["retry_after_ms"].as_u64().unwrap() > 1_000);
    assert_eq!(service.lines().len(), 1);
}

#[test]
fn a_set_is_replaced_by_its_hash_or_on_purpose() {
    let service = Service::start(|_, _: &Seen| {
        let rules = json!([{"type": "TRACK", "key": "A", "version": 1}]);
        Reply::Json(
            200,
            json!({"data": {"workspace": {"id": "w", "slug": "acme"}, "rules": rules, "pagination": {}}}),
        )
    });
    let words = ["integrations:segment", "replace_rules_in_tracking_plan", "--trackingPlanId=tp_1"];
    let rules = r#"--rules=[{"type":"TRACK","key":"B","version":1,"jsonSchema":{}}]"#;
    let with = |flags: &[&str]| {
        with(&service, &[&words[..], &[rules, "--force", "--json"], flags].concat()).run()
    };
    let unseen = with(&[]).code(4).json();
    let hash = unseen["error_detail"]["detail"]["hash"].as_str().unwrap().to_owned();
    assert_eq!(with(&["--expect", "0123"]).code(6).json()["error_detail"]["code"], "drift");
    let puts = || service.lines().iter().filter(|line| line.starts_with("PUT ")).count();
    assert_eq!(puts(), 0);
    with(&["--expect", &hash]).code(0);
    with(&["--yes-replace-all"]).code(0);
    assert_eq!(puts(), 2);
}

#[test]
fn an_erasure_is_confirmed_by_its_count() {
    let service = Service::start(|_, _: &Seen| {
        (200, json!({"data": {"workspace": {"id": "w", "slug": "acme"}, "regulateId": "r"}}))
    });
    let words = ["integrations:segment", "create_workspace_regulation", "--force"];
    let args =
        ["--regulationType=DELETE_ONLY", "--subjectType=USER_ID", r#"--subjectIds=["a","b"]"#];
    let with = |flags: &[&str]| with(&service, &[&words[..], &args, flags].concat()).run();
    for flags in [&[][..], &["--confirm=1"], &["--confirm=3"]] {
        with(flags).code(4);
    }
    assert_eq!(service.lines().len(), 0);
    with(&["--confirm", "2"]).code(0);
}

#[test]
fn a_create_says_that_it_did() {
    let words = ["integrations:segment", "create_label", "--emulator", "--json"];
    let made = kosmo(words).and([r#"--label={"key":"team","value":"growth"}"#]).run().code(0);
    assert_eq!(made.json()["meta"]["effect"], "created");
}
