//! `integrations:doctor` when it asks: whether a write key is real without sending an event, which
//! region the workspace is in, and what became of what was sent.

use std::sync::Arc;

use kosmo::catalogue::Catalogue;
use kosmo::emulator::{Emulator, Setup};
use serde_json::{Value, json};

use super::service::{Seen, Service};
use super::support::{CANARY, Kosmo, kosmo};

/// What was found by asking: `level code message`.
fn told(ran: &Value) -> Vec<String> {
    let checks = ran["checks"].as_array().unwrap().iter();
    let asked = checks.filter(|one| one["code"].is_string());
    asked
        .map(|one| {
            let word = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}", word("level"), word("code"), word("message"))
        })
        .collect()
}

fn online(service: &Service) -> Kosmo {
    kosmo(["integrations:doctor", "segment", "--online", "--json"])
        .env("SEGMENT_WRITE_KEY", CANARY)
        .env("SEGMENT_CDN_URL", &service.address)
        .env("SEGMENT_URL", &service.address)
}

/// What the doctor finds, with nothing sent and no key shown.
fn found(run: &Kosmo, service: &Service) -> Vec<String> {
    let ran = run.run().code(0);
    assert!(!ran.stdout.contains(CANARY) && !ran.stderr.contains(CANARY), "{ran:#?}");
    assert!(
        service.seen().iter().all(|seen| seen.line.starts_with("GET ")),
        "{:?}",
        service.lines()
    );
    told(&ran.json())
}

#[test]
fn the_cdn_knows_a_key_or_gives_a_hint() {
    let path = format!("GET /v1/projects/{CANARY}/settings");
    let known = Service::start(|_, _: &Seen| (200, json!({"integrations": {}})));
    let told = found(&online(&known), &known);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("ok key_known "), "{told:?}");
    assert_eq!(known.lines(), [path]);
    assert_eq!(known.seen()[0].authorization, "");

    let unknown = Service::start(|_, _: &Seen| (404, json!("Invalid path or write key provided")));
    let told = found(&online(&unknown), &unknown);
    assert!(told[0].starts_with("warning key_unknown "), "a hint is no verdict: {told:?}");

    let broken = Service::start(|_, _: &Seen| (403, json!("no")));
    let told = found(&online(&broken), &broken);
    assert!(told[0].starts_with("warning key_not_checked "), "{told:?}");
}

/// A Public API with these sources, each (name, enabled, keys), in pages of one.
fn public(sources: &[(&str, bool, &[&str])]) -> Service {
    let sources: Vec<Value> = sources
        .iter()
        .map(|(name, enabled, keys)| {
            json!({"id": format!("id-{name}"), "name": name, "slug": name, "enabled": enabled,
                   "workspaceId": "w", "writeKeys": keys})
        })
        .collect();
    Service::start(move |_, seen| {
        let workspace = json!({"id": "w", "slug": "acme", "name": "Acme"});
        match seen.what().split('?').next().unwrap() {
            "GET /" => (200, json!({"data": {"workspace": workspace}})),
            "GET /sources" => {
                let at =
                    seen.what().split("cursor%5D=").nth(1).or(seen.what().split("cursor=").nth(1));
                let at: usize =
                    at.map_or(0, |rest| rest.split('&').next().unwrap().parse().unwrap());
                let next = (at + 1 < sources.len()).then(|| (at + 1).to_string());
                let page = sources.get(at).cloned().into_iter().collect::<Vec<_>>();
                (200, json!({"data": {"sources": page, "pagination": {"next": next}}}))
            }
            _ => (404, json!("Invalid path or write key provided")),
        }
    })
}

fn with_token(service: &Service) -> Kosmo {
    online(service)
        .env("SEGMENT_API_TOKEN", "the-api-token")
        .env("SEGMENT_API_URL", &service.address)
}

#[test]
fn a_token_names_the_source_of_the_key() {
    let service = public(&[("web", true, &["other"]), ("shop", true, &["first", CANARY])]);
    let told = found(&with_token(&service), &service);
    assert_eq!(told[0], "ok key_listed the write key is that of source shop (id-shop)");
    assert!(!service.lines().iter().any(|line| line.contains("projects")), "no need of a hint");

    let disabled = public(&[("old", false, &[CANARY])]);
    let ran = with_token(&disabled).run().code(0).json();
    assert!(self::told(&ran)[0].starts_with("problem source_disabled "), "{ran}");
    assert!(ran["next_commands"].to_string().contains("--sourceId=id-old --enabled=true"));

    let foreign = public(&[("web", true, &["other"])]);
    let told = found(&with_token(&foreign), &foreign);
    assert_eq!(told[0], "problem key_foreign none of the workspace's 1 sources has this write key");

    // A token that may not see keys cannot say that none is this one.
    let hidden = public(&[("web", true, &["other"]), ("secret", true, &[])]);
    let told = found(&with_token(&hidden), &hidden);
    assert!(told[0].starts_with("warning key_unknown "), "{told:?}");
}

#[test]
fn a_token_that_works_in_another_region_gives_the_wrong_one_away() {
    let here = Service::start(|_, _: &Seen| (401, json!({"errors": [{"message": "no"}]})));
    let there = public(&[]);
    let folder = tempfile::tempdir().unwrap();
    let rows = folder.path().join("segment");
    std::fs::create_dir(&rows).unwrap();
    let embedded = concat!(env!("CARGO_MANIFEST_DIR"), "/src/providers/segment");
    for entry in std::fs::read_dir(embedded).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text
            .replace("https://api.segmentapis.com", &here.address)
            .replace("https://eu1.api.segmentapis.com", &there.address);
        std::fs::write(rows.join(path.file_name().unwrap()), text).unwrap();
    }
    let run = online(&here)
        .env("SEGMENT_API_TOKEN", "the-api-token")
        .env("KOSMO_CATALOGUE_FOLDERS", folder.path());
    let ran = run.run().code(0).json();
    let told = told(&ran);
    assert!(
        told[0].starts_with("problem wrong_region workspace acme is in region `eu`"),
        "{told:?}"
    );
    assert!(ran["next_commands"].to_string().contains("--set region=eu"), "{ran}");
    assert!(there.lines().iter().all(|line| line.starts_with("GET /")));

    // Nothing was concluded for later: the account is pinned nowhere.
    let right = run.env("SEGMENT_REGION", "eu").run().code(0).json();
    assert!(!self::told(&right).iter().any(|one| one.contains("wrong_region")), "{right}");
}

#[test]
fn a_token_that_no_region_takes_is_refused() {
    let service = Service::start(|_, seen| match seen.what().split('?').next().unwrap() {
        line if line.contains("projects") => (200, json!({})),
        _ => (401, json!({"errors": [{"message": "bad token"}]})),
    });
    let told = found(&with_token(&service), &service);
    assert!(told[0].starts_with("problem token_refused "), "{told:?}");
    assert!(told[1].starts_with("ok key_known "), "{told:?}");
}

/// A home whose account leads to an emulator that outlives the single runs.
fn home(emulator: &Emulator, key: &str) -> Kosmo {
    kosmo(["version"])
        .env("SEGMENT_WRITE_KEY", key)
        .env("SEGMENT_API_TOKEN", "emulator-api-token")
        .env("SEGMENT_URL", emulator.url())
        .env("SEGMENT_CDN_URL", emulator.url())
        .env("SEGMENT_API_URL", emulator.url())
}

fn emulator() -> Emulator {
    Emulator::start(Arc::new(Catalogue::new(Vec::new())), Setup::default()).unwrap()
}

fn send(home: Kosmo, event: &str, more: &[&str]) -> Kosmo {
    let home = home.then(["integrations:segment", "track_event", "--userId=u", "--force"]);
    let home = home.and([format!("--event={event}")]).and(more.iter().copied());
    home.run().code(0);
    home
}

fn delivery(home: Kosmo) -> Value {
    home.then(["integrations:doctor", "segment", "--delivery", "--since", "1h", "--json"])
        .run()
        .code(0)
        .json()
}

#[test]
fn the_way_of_every_event_is_told() {
    let emulator = emulator();
    let mut home = home(&emulator, "emulator-write-key");
    for event in ["Order Completed", "Heartbeat", "Free"] {
        home = send(home, event, &[]);
    }
    let batch =
        r#"{"batch": [{"type": "page", "userId": "u"}, {"type": "identify", "userId": "u"}]}"#;
    home = home.then(["integrations:segment", "batch", batch, "--force"]);
    home.run().code(0);
    // Somebody else sends what cannot be sent from here.
    let bad = ["request", "default", "/v1/track", "--force", "--data", r#"{"userId": "u"}"#];
    home = home.then(bad);
    home.run().code(0);
    let settings = ["integrations:segment", "update_schema_settings_in_source", "--force"];
    home = home.then(settings).and(["--sourceId=abc123", "--track.allowUnplannedEvents=false"]);
    home.run().code(0);
    home = send(home, "Unplanned", &[]);
    let ran = delivery(home);
    let counts = &ran["delivery"]["default"];
    assert_eq!(counts["received"]["total"], 6, "{counts}");
    assert_eq!(counts["refused_on_ingest"]["reasons"], json!({"event_not_defined": 1}));
    assert_eq!(counts["filtered_at_source"]["reasons"], json!({"unplanned_event": 1}));
    assert_eq!(counts["destinations"][0]["delivered"]["total"], 4);
    assert_eq!(counts["destinations"][0]["filtered"]["total"], 1);
    let told = told(&ran);
    for want in [
        "problem refused_on_ingest 1 event dropped on the way in: event_not_defined",
        "problem filtered_at_source 1 event held back at the source: unplanned_event",
        "ok none_missing",
        "ok delivered destination Amplitude took 4 events",
        "warning destination_filter 1 event filtered out before destination Amplitude",
    ] {
        assert!(told.iter().any(|one| one.starts_with(want)), "no `{want}` in {told:#?}");
    }
    let held = ran["checks"].as_array().unwrap().iter();
    let held = held.clone().find(|one| one["code"] == "filtered_at_source").unwrap();
    assert!(held["hint"].as_str().unwrap().contains("tp_2mFq8ZrT5wKx1NcY7bLvDs"), "{held}");
}

#[test]
fn what_no_count_explains_is_said_to_be_unknown() {
    let emulator = emulator();
    let mut home = home(&emulator, "emulator-write-key");
    for _ in 0..2 {
        home = send(home, "Order Completed", &["--messageId=0f4c9a52-the-same"]);
    }
    let ran = delivery(home);
    assert_eq!(ran["delivery"]["default"]["sent_from_here"], 2);
    let missing = ran["checks"].as_array().unwrap().iter();
    let missing = missing.clone().find(|one| one["code"] == "missing").unwrap();
    assert!(missing["message"].as_str().unwrap().starts_with("1 event sent from here"));
    assert!(missing["hint"].as_str().unwrap().starts_with("cannot tell why"), "{missing}");
}

#[test]
fn a_wrong_key_a_disabled_source_and_a_missing_token_are_told_apart() {
    let emulator = emulator();
    let foreign = told(&delivery(send(home(&emulator, "no-such-key"), "E", &[])));
    assert!(foreign.iter().any(|one| one.starts_with("problem key_foreign")), "{foreign:#?}");
    let lost = "what became of them cannot be told: events with this write key go to no source";
    assert!(foreign.iter().any(|one| one.contains(lost)), "{foreign:#?}");

    let disabled = told(&delivery(send(home(&emulator, "emulator-old-key"), "E", &[])));
    assert!(disabled.iter().any(|one| one.starts_with("problem source_disabled")), "{disabled:#?}");
    let dropped = "problem refused_on_ingest 1 event dropped on the way in: source_disabled";
    assert!(disabled.iter().any(|one| one.starts_with(dropped)), "{disabled:#?}");

    let orders = send(home(&emulator, "emulator-orders-key"), "E", &[]);
    let nowhere = told(&delivery(orders));
    assert!(nowhere.iter().any(|one| one.starts_with("warning no_destination")), "{nowhere:#?}");

    let blind = send(home(&emulator, "emulator-write-key"), "E", &[]).env("SEGMENT_API_TOKEN", "");
    let blind = told(&delivery(blind));
    assert!(blind.iter().any(|one| one.contains("that takes an api_token")), "{blind:#?}");
}

#[test]
fn people_read_what_programs_read() {
    let emulator = emulator();
    let home = send(home(&emulator, "emulator-write-key"), "Order Completed", &[]);
    let home = home.then(["integrations:doctor", "segment", "--delivery"]);
    let ran = home.run().code(0);
    assert!(ran.stdout.contains("ok: default: source Website received 1 event from all senders"));
    assert!(
        ran.stdout.contains("ok: default: destination Amplitude took 1 event"),
        "{}",
        ran.stdout
    );
    home.then(["integrations:doctor", "segment", "--since", "1h"]).run().code(2);
}

#[test]
fn every_command_of_the_guide_runs() {
    let guide = include_str!("../../docs/doctor.md");
    let commands = guide.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(commands.lines().count() >= 4);
    for line in commands.lines() {
        let words: Vec<&str> = line.split(' ').skip(1).collect();
        kosmo(words).env("KOSMO_EMULATOR", "1").run().code(0);
    }
}
