//! A corpus of capability files in the shape of tutorials, from a made-up answer to a script between
//! calls: each is looked at strictly, added and performed.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::service::{Reply, Service};
use super::support::{Kosmo, Ran, kosmo};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/capabilities/steps")
}

fn text(step: &str) -> String {
    fs::read_to_string(folder().join(step)).unwrap()
}

/// A service that is every service of the corpus.
fn world() -> Service {
    Service::start(|_, seen| {
        let ships = json!([{"ship_name": "Ada", "tons": 3, "name": "Ada", "crew": {"captain": {"name": "Ida"}}},
            {"ship_name": "Bea", "tons": 9, "name": "Bea", "crew": {"captain": {"name": "Uwe"}}}]);
        let path = seen.what().split(' ').nth(1).unwrap().split('?').next().unwrap();
        let value = match path {
            "/v2/ships" => json!({"data": {"ships": ships}, "ships": ships}),
            "/v2/crew" => {
                json!({"people": [{"id": "c1", "name": "Ida", "rank": 1, "pay": 9}, {"id": "c2", "name": "Uwe", "rank": 1, "pay": 8}]})
            }
            path if path.starts_with("/v2/ships/") => {
                json!({"name": "Bea", "crew": {"captain": "c2"}})
            }
            "/in" => json!({"inside": true}),
            path if path.starts_with("/owner/") => json!({"address": "Quay 4"}),
            _ => json!({"did": seen.what(), "body": seen.body}),
        };
        Reply::Json(200, value)
    })
}

const SPACES: [&str; 9] = [
    "HARBOUR",
    "YARD",
    "REGISTRY",
    "POST",
    "BEARER_DOOR",
    "BASIC_DOOR",
    "HEADER_DOOR",
    "QUERY_DOOR",
    "X",
];

fn call(step: &str, function: &str, args: &Value, world: &Service) -> Kosmo {
    let mut kosmo = kosmo(["integrations:call", function, &args.to_string(), "--force", "--json"]);
    kosmo = kosmo.file(&format!("capabilities/{step}"), text(step));
    for space in SPACES {
        kosmo = kosmo.env(format!("KOSMO_{space}_DEFAULT_URL"), &world.address);
    }
    kosmo
}

fn data(step: &str, function: &str, args: &Value, world: &Service) -> Value {
    let ran: Ran = call(step, function, args, world).run();
    ran.code(0).json()["data"].clone()
}

#[test]
fn nf_34_every_file_of_the_corpus_is_as_the_format_demands() {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 11);
    for file in files {
        let ran = kosmo(["capability", "lint", file.to_str().unwrap(), "--strict", "--json"]).run();
        assert_eq!(ran.code, 0, "{}: {ran:?}", file.display());
        let name = file.file_name().unwrap().to_str().unwrap();
        let added = kosmo(["capability", "add", file.to_str().unwrap(), "--json"]).run();
        assert_eq!(added.code, 0, "{name}: {added:?}");
    }
}

#[test]
fn a_made_up_answer_needs_no_service() {
    let world = world();
    let berth = data("01-mock.yaml", "harbour_mock.berth", &json!({"ship": "Ada"}), &world);
    assert_eq!(berth, json!({"ship": "Ada", "berth": 7}));
    assert!(world.seen().is_empty());
}

#[test]
fn nf_6_and_nf_15_a_call_is_given_what_it_names() {
    let world = world();
    let ship = data("02-call.yaml", "harbour_mcp.look_at_ship", &json!({"number": "77"}), &world);
    assert_eq!(ship["name"], "Bea");
    data("02-call.yaml", "harbour.get_ship", &json!({"imo": "7/8", "fields": "a b"}), &world);
    assert_eq!(world.lines(), ["GET /v2/ships/77", "GET /v2/ships/7%2F8?fields=a%20b"]);
    assert!(world.seen().iter().all(|seen| seen.header("harbour-version") == "2026-01"));
}

#[test]
fn nf_14_every_kind_of_lock_is_opened_and_no_secret_is_shown() {
    let world = world();
    let enter = |door: &str, more: &[&str]| {
        let kosmo = call("03-auth.yaml", &format!("{door}.enter"), &json!({}), &world)
            .and(more.iter().copied());
        let kosmo = kosmo.env("DOOR_TOKEN", "tok-81ab").env("DOOR_USER", "ada-user");
        kosmo.env("DOOR_PASSWORD", "pass-92cd").env("DOOR_KEY", "key-73ef").run().code(0)
    };
    for door in ["bearer_door", "basic_door", "header_door", "query_door"] {
        for more in [&[][..], &["--dry-run"], &["-vv"], &["--dry-run", "--curl"]] {
            let ran = enter(door, more);
            for secret in ["tok-81ab", "pass-92cd", "key-73ef", "YWRhLXVzZXI6cGFzcy05MmNk"] {
                assert!(!ran.stdout.contains(secret), "{door} {more:?}: {ran:?}");
                assert!(!ran.stderr.contains(secret), "{door} {more:?}: {ran:?}");
            }
        }
    }
    let seen = world.seen();
    let of = |at: usize| &seen[at * 2];
    assert_eq!(of(0).authorization, "Bearer tok-81ab");
    assert_eq!(of(1).authorization, "Basic YWRhLXVzZXI6cGFzcy05MmNk");
    assert_eq!(of(2).header("x-door-key"), "key-73ef");
    assert_eq!(of(3).what(), "GET /in?door_key=key-73ef");
    let missing = call("03-auth.yaml", "basic_door.enter", &json!({}), &world)
        .env("DOOR_USER", "ada")
        .run()
        .code(3);
    assert!(missing.stdout.contains("DOOR_PASSWORD"), "{missing:?}");
}

#[test]
fn nf_17_answers_are_cut_to_what_is_named() {
    let fleet = data("04-mapping.yaml", "harbour_rest.fleet", &json!({}), &world());
    assert_eq!(
        fleet,
        json!([{"name": "Ada", "captain": "Ida", "flag": "none"}, {"name": "Bea", "captain": "Uwe", "flag": "none"}])
    );
}

#[test]
fn steps_hand_on_what_they_found() {
    let world = world();
    let said = data("05-steps.yaml", "bridge.who_commands", &json!({"imo": "5"}), &world);
    assert_eq!(said, json!({"ship": "Bea", "captain": "Uwe", "said": "Captain Uwe of Bea"}));
    assert_eq!(world.lines(), ["GET /v2/ships/5", "GET /v2/crew"]);
    let rehearsed = call("05-steps.yaml", "bridge.who_commands", &json!({"imo": "5"}), &world)
        .and(["--dry-run"])
        .run()
        .code(0)
        .json();
    assert_eq!(rehearsed["data"]["calls"].as_array().unwrap().len(), 2, "{rehearsed}");
    assert_eq!(world.lines().len(), 2, "a rehearsal sends nothing");
    let letter = data(
        "08-several.yaml",
        "office.write_to_owner",
        &json!({"imo": "5", "text": "Hello"}),
        &world,
    );
    assert_eq!(letter["did"], "POST /letters");
    assert_eq!(
        serde_json::from_str::<Value>(letter["body"].as_str().unwrap()).unwrap(),
        json!({"to": "Quay 4", "text": "Hello"})
    );
}

#[test]
fn shared_functions_are_the_same_wherever_they_are_shown() {
    let world = world();
    for function in ["ships.ship_name", "ships_mcp.ship_name", "ships_rest.ship_name"] {
        assert_eq!(
            data("06-aggregates.yaml", function, &json!({"imo": "5"}), &world),
            "Bea",
            "{function}"
        );
    }
    let mut unforced = kosmo(["integrations:call", "ships.scrap", r#"{"imo": "5"}"#, "--json"]);
    unforced = unforced
        .file("capabilities/a.yaml", text("06-aggregates.yaml"))
        .env("KOSMO_HARBOUR_DEFAULT_URL", &world.address);
    unforced.run().code(4);
    assert!(world.lines().iter().all(|line| line.starts_with("GET")));
}

#[test]
fn bodies_of_every_kind_are_sent_as_they_are_written() {
    let world = world();
    let step = "07-write.yaml";
    data(step, "yard.build_ship", &json!({"name": "Ada", "decks": 3}), &world);
    data(step, "yard.christen_ship", &json!({"imo": 7, "to": "Ada \"B\""}), &world);
    data(step, "yard.paint_ship", &json!({"colour": "red & white"}), &world);
    data(step, "yard.tell_ship", &json!({"words": "stop"}), &world);
    let seen = world.seen();
    assert_eq!(seen[0].json(), json!({"name": "Ada", "decks": 3}));
    assert_eq!(seen[1].json()["ship"]["name"], "SS Ada \"B\"");
    assert_eq!(
        (seen[2].body.as_str(), seen[2].header("content-type")),
        ("colour=red%20%26%20white&coats=2", "application/x-www-form-urlencoded")
    );
    assert_eq!(seen[3].body, "HEAR: stop");
    assert!(seen[3].header("content-type").starts_with("text/plain"));
    call(step, "yard.tell_ship", &json!({}), &world).run().code(2);
    assert_eq!(world.seen().len(), 4, "NF-11: what has no value is not sent");
}

#[test]
fn a_script_between_calls_is_lua() {
    let heaviest = data("11-script.yaml", "counting.heaviest", &json!({}), &world());
    assert_eq!(heaviest, json!({"ship": "Bea"}));
}

#[test]
fn what_is_not_served_is_said_when_a_file_is_looked_at() {
    for (step, codes) in [
        ("09-resources-prompts.yaml", &["resource-not-served", "prompt-not-served"][..]),
        ("10-forward.yaml", &["forward-not-served"]),
    ] {
        let ran = kosmo(["capability", "lint", step]).file(step, text(step)).run().code(0);
        for code in codes {
            assert!(ran.stdout.contains(&format!("warning {code}: ")), "{step}: {ran:?}");
        }
    }
}
