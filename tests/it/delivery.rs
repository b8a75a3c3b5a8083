//! The two ways to deliver an event, chosen in every place where they can be, and what a run says of
//! its own events when it ends.

use std::path::Path;

use serde_json::{Value, json};

use super::emulator::{WRITE_KEY, emulator, failing};
use super::support::{Kosmo, kosmo};

const TRACK: [&str; 6] =
    ["integrations:call", "segment.track_event", "--userId=u", "--event=E", "--force", "--json"];

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

fn at(url: &str, line: impl IntoIterator<Item = &'static str>) -> Kosmo {
    kosmo(line).env("SEGMENT_WRITE_KEY", WRITE_KEY).env("SEGMENT_URL", url)
}

fn script(url: &str, code: &'static str) -> Kosmo {
    at(url, ["integrations:lua", "--force", "--json", "-e", code])
}

fn files(home: &Path) -> usize {
    let Ok(places) = std::fs::read_dir(home.join("outbox")) else { return 0 };
    places.map(|place| std::fs::read_dir(place.unwrap().path()).unwrap().count()).sum()
}

#[test]
fn a_kept_event_is_sent_before_the_run_ends() {
    let emulator = emulator();
    let run = at(&emulator.url(), TRACK).and(["--delivery=outbox"]);
    let told = run.run().code(0).json();
    let id = told["data"]["message_id"].as_str().unwrap();
    assert_eq!(
        told["data"],
        json!({"success": true, "status": "queued", "message_id": id, "accepted_by": "outbox"})
    );
    assert_eq!(told["meta"]["delivery"], json!({"sent": 1, "queued": 0, "refused": 0}));
    let events = emulator.events();
    assert_eq!((events.len(), &events[0]["message_id"]), (1, &json!(id)));
    assert_eq!(events[0]["status"], "delivered");
    assert_eq!(files(run.home()), 0, "what is settled takes no room");
}

#[test]
fn what_cannot_be_sent_stays_and_the_next_run_says_so() {
    let emulator = emulator();
    let first = at(NOWHERE, TRACK).and(["--delivery=outbox", "--flush-timeout=200ms"]);
    let told = first.run().code(10).json();
    assert_eq!(told["meta"]["delivery"]["queued"], 1);
    assert_eq!((files(first.home()), told["success"].clone()), (1, json!(true)));
    // Who leaves it to others is content when it is queued.
    let second = first.then(TRACK).and(["--delivery=outbox", "--flush-timeout=0"]);
    let told = second.run().code(0).json();
    assert_eq!(told["meta"]["delivery"], json!({"sent": 0, "queued": 1, "refused": 0}));
    let runs = second.then(["runs", "list", "--json"]).run().json();
    let statuses: Vec<&Value> =
        runs["runs"].as_array().unwrap().iter().map(|r| &r["status"]).collect();
    assert_eq!(statuses, ["queued", "queued"]);
    assert!(emulator.events().is_empty());
}

#[test]
fn the_most_exact_setting_wins_and_a_run_overrides_them() {
    let general = "delivery = \"outbox\"\n";
    let provider = "[integrations.segment]\ndelivery = \"direct\"\n";
    let account = "[integrations.segment.accounts.default]\ndelivery = \"outbox\"\n";
    for (settings, variable, flag, queued) in [
        (String::new(), None, None, false),
        (general.to_owned(), None, None, true),
        (format!("{general}{provider}"), None, None, false),
        (format!("{general}{provider}{account}"), None, None, true),
        (format!("{general}{provider}{account}"), Some("direct"), None, false),
        (provider.to_owned(), Some("outbox"), None, true),
        (String::new(), Some("direct"), Some("--delivery=outbox"), true),
        (account.to_owned(), Some("outbox"), Some("--delivery=direct"), false),
    ] {
        let mut run = kosmo(TRACK).and(["--emulator"]).and(flag).file("config.toml", &settings);
        if let Some(variable) = variable {
            run = run.env("KOSMO_DELIVERY", variable);
        }
        let told = run.run().code(0).json();
        let status = if queued { "queued" } else { "sent" };
        assert_eq!(told["data"]["status"], status, "{settings} {variable:?} {flag:?}");
    }
    let wrong = kosmo(TRACK).env("KOSMO_DELIVERY", "pigeon").run().code(2).json();
    assert!(wrong["error"].as_str().unwrap().contains("\"direct\" or \"outbox\""), "{wrong}");
}

#[test]
fn a_script_chooses_for_each_call() {
    let emulator = emulator();
    let told = script(
        &emulator.url(),
        r#"local s = app.integrations.segment
        local kept = s.track_event({ userId = "u", event = "Kept" }, { delivery = "outbox" })
        local sent = s.track_event({ userId = "u", event = "Sent" })
        local many = s.batch({
          { type = "track", userId = "a", event = "One" },
          { type = "identify", userId = "b", traits = { plan = "pro" } },
        }, { delivery = "outbox" })
        return { kept.status, sent.status, many.status, many.count, #many.message_ids }"#,
    )
    .run()
    .code(0)
    .json();
    assert_eq!(told["result"], json!(["queued", "sent", "queued", 2, 2]));
    assert_eq!(told["call_log"][0]["status"], "queued");
    assert_eq!(told["meta"]["delivery"], json!({"sent": 3, "queued": 0, "refused": 0}));
    assert_eq!(emulator.events().len(), 4);
    for (code, words) in [
        ("{ userId = 'u', event = 'E' }, { deliver = 'outbox' }", "no call option `deliver`"),
        ("{ userId = 'u', event = 'E' }, { delivery = 'soon' }", "direct, outbox"),
        ("{ userId = 'u', event = 'E' }, {}, {}", "3 arguments were given"),
        ("{ userId = 'u', event = 'E' }, 7", "2 arguments were given"),
    ] {
        let code = format!("app.integrations.segment.track_event({code})");
        let run = kosmo(["integrations:lua", "--emulator", "--json", "-e", &code]);
        let told = run.run().code(2).json();
        assert!(told["error"].as_str().unwrap().contains(words), "{told}");
    }
}

#[test]
fn a_wrong_event_is_refused_before_it_is_kept() {
    let large = format!("--properties={{\"text\": \"{}\"}}", "x".repeat(40_000));
    let run = at(NOWHERE, TRACK).and(["--delivery=outbox", &large]);
    assert_eq!(run.run().code(12).json()["error_detail"]["code"], "message_too_large");
    assert_eq!(files(run.home()), 0);
    let asks = run.then(&TRACK[..4]).and(["--json", "--delivery=outbox"]);
    asks.run().code(4);
    let shown = asks.then(TRACK).and(["--delivery=outbox", "--dry-run"]).run().code(0).json();
    assert_eq!(shown["data"]["method"], "POST");
}

#[test]
fn what_the_service_refuses_is_listed_one_by_one() {
    let emulator = failing(&["POST /v1/batch=status:400,holding:Poison"]);
    let told = script(
        &emulator.url(),
        r#"for i = 1, 20 do
          app.integrations.segment.track_event(
            { userId = "u" .. i, event = i == 7 and "Poison" or "Fine" }, { delivery = "outbox" })
        end"#,
    )
    .run()
    .code(10)
    .json();
    let delivery = &told["meta"]["delivery"];
    assert_eq!((&delivery["sent"], &delivery["refused"]), (&json!(19), &json!(1)));
    assert_eq!(delivery["listed"][0]["http_status"], 400);
    assert_eq!(emulator.events().len(), 19);
}

#[test]
fn nothing_is_accepted_where_it_cannot_be_kept() {
    let told = at(NOWHERE, TRACK)
        .and(["--delivery=outbox"])
        .file("outbox", "not a folder")
        .run()
        .code(1)
        .json();
    assert_eq!(told["error_detail"]["code"], "outbox_failed");
    assert_eq!(told["error_detail"]["effect"], "none");
    assert!(told["error_detail"]["hint"].as_str().unwrap().contains("--delivery direct"));
}

#[test]
fn a_direct_batch_of_any_size_goes_in_several_requests() {
    let emulator = emulator();
    let told = script(
        &emulator.url(),
        r#"local events = {}
        for i = 1, 3000 do
          events[i] = { type = "track", userId = "u" .. i, event = "E", properties = { n = i } }
        end
        return app.integrations.segment.batch(events)"#,
    )
    .run()
    .code(0)
    .json();
    assert_eq!(
        (&told["result"]["status"], &told["result"]["count"]),
        (&json!("sent"), &json!(3000))
    );
    assert_eq!(emulator.events().len(), 3000);
}
