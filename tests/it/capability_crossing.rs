//! The twelve functions of a Config API file for those who have a token of the Public API only: what
//! they give back is what the Config API would have, as far as the Public API knows it.

use kosmo::emulator::Emulator;
use serde_json::{Value, json};

use super::capability::SEGMENT;
use super::connections::{home, segment};
use super::emulator::{API_TOKEN, CONFIG_TOKEN};
use super::support::{Kosmo, Ran};

fn here(emulator: &Emulator, token: (&str, &str)) -> Kosmo {
    home(emulator).file("capabilities/segment-config.yaml", SEGMENT).env(token.0, token.1)
}

fn public(emulator: &Emulator) -> Kosmo {
    here(emulator, ("SEGMENT_API_TOKEN", API_TOKEN))
}

/// Runs a function; its envelope.
fn call(kosmo: Kosmo, function: &str, args: &Value, more: &[&str]) -> (Kosmo, Ran) {
    let args = args.to_string();
    let function = format!("segment.{function}");
    let line = ["integrations:call", &function, &args, "--force", "--json"];
    let kosmo = kosmo.then(line.iter().chain(more));
    let ran = kosmo.run();
    (kosmo, ran)
}

/// Every function once, in an order in which each has something to do; some twice.
#[expect(clippy::too_many_lines, reason = "a story is told in one piece")]
fn story() -> Vec<(&'static str, Value)> {
    let body = |name: &str, value: Value| json!({name: value});
    let at = |more: Value| {
        let mut args = json!({"workspaceName": "my-workspace"});
        let (Value::Object(map), Some(all)) = (more, args.as_object_mut()) else { panic!() };
        all.extend(map);
        args
    };
    let google = "workspaces/my-workspace/sources/shop/destinations/google-analytics";
    let option =
        json!([{"name": format!("{google}/config/trackingId"), "type": "string", "value": "UA-1"}]);
    let shop = json!({"sourceName": "shop"});
    let one = json!({"sourceName": "shop", "destinationName": "google-analytics"});
    let with = |base: &Value, body: Value| {
        let mut base = base.clone();
        base["body"] = body;
        base
    };
    vec![
        ("getworkspace", at(json!({}))),
        ("listsources", at(json!({}))),
        (
            "createsource",
            at(with(
                &json!({}),
                body(
                    "source",
                    json!({
                        "name": "workspaces/my-workspace/sources/shop", "catalog_name": "catalog/sources/ios"
                    }),
                ),
            )),
        ),
        ("getsource", at(shop.clone())),
        (
            "createdestination",
            at(with(
                &shop,
                body(
                    "destination",
                    json!({
                        "name": google, "config": option
                    }),
                ),
            )),
        ),
        ("listdestinations", at(shop.clone())),
        ("updatedestination", at(with(&one, body("destination", json!({"enabled": true}))))),
        ("getdestination", at(one.clone())),
        ("deletedestination", at(one)),
        ("listdestinations", at(shop.clone())),
        (
            "createtrackingplan",
            at(with(
                &json!({}),
                body(
                    "tracking_plan",
                    json!({
                        "display_name": "Checkout",
                        "rules": {"events": [{"name": "Paid", "description": "", "rules": {"type": "object"}, "version": 1}],
                            "identify": {"type": "object"}}
                    }),
                ),
            )),
        ),
        ("listtrackingplans", at(json!({}))),
        ("deletesource", at(shop)),
        ("listsources", at(json!({}))),
    ]
}

/// What the Public API does not know, and what is made up anew each time, on either side.
fn comparable(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| {
                !matches!(
                    key.as_str(),
                    "id" | "create_time"
                        | "update_time"
                        | "library_config"
                        | "connection_mode"
                        | "rules"
                        | "display_name"
                )
            });
            if map.contains_key("write_keys") {
                map.insert("write_keys".to_owned(), json!([]));
            }
            if map.get("name").is_some_and(|name| name.as_str().unwrap().contains("tracking-plans"))
            {
                map.insert("name".to_owned(), json!("a plan"));
            }
            map.values_mut().for_each(comparable);
        }
        Value::Array(items) => items.iter_mut().for_each(comparable),
        _ => {}
    }
}

#[test]
fn the_story_ends_the_same_with_either_token() {
    let (theirs, ours) = (segment(&[]), segment(&[]));
    let mut with_config =
        here(&theirs, ("SEGMENT_TOKEN", CONFIG_TOKEN)).env("SEGMENT_CONFIG_URL", theirs.url());
    let mut with_public = public(&ours);
    for (function, args) in story() {
        let (kept, wanted) = call(with_config, function, &args, &[]);
        with_config = kept;
        let (kept, found) = call(with_public, function, &args, &[]);
        with_public = kept;
        let (wanted, found) = (wanted.code(0).json(), found.code(0).json());
        assert_eq!(wanted["meta"]["backend"], "config", "{function}: {wanted}");
        assert_eq!(found["meta"]["backend"], "public", "{function}: {found}");
        let (mut wanted, mut found) = (wanted["data"].clone(), found["data"].clone());
        comparable(&mut wanted);
        comparable(&mut found);
        assert_eq!(found, wanted, "{function}");
    }
}

#[test]
fn a_rehearsal_shows_the_calls_and_sends_none() {
    let emulator = segment(&[]);
    let before = emulator.requests();
    let args = json!({"workspaceName": "my-workspace", "sourceName": "website"});
    let (_, ran) = call(public(&emulator), "deletesource", &args, &["--dry-run"]);
    let calls = ran.code(0).json()["data"]["calls"].clone();
    let shown = |at: usize| format!("{} {}", calls[at]["method"], calls[at]["url"]);
    assert!(shown(0).contains("GET") && shown(0).contains("/sources"), "{calls}");
    assert!(shown(1).contains("DELETE"), "{calls}");
    assert_eq!(emulator.requests(), before);
}

#[test]
fn what_the_public_api_cannot_do_is_refused_and_not_dropped() {
    let emulator = segment(&[]);
    let source = json!({"workspaceName": "my-workspace", "body": {"source":
        {"name": "shop", "catalog_name": "ios", "library_config": {}}}});
    let (kept, ran) = call(public(&emulator), "createsource", &source, &[]);
    let refused = ran.code(2).json();
    assert_eq!(refused["error_detail"]["param"], "body.source.library_config");
    let other = json!({"workspaceName": "other", "sourceName": "website"});
    let (kept, ran) = call(kept, "deletesource", &other, &[]);
    ran.code(3);
    let none = json!({"workspaceName": "my-workspace", "sourceName": "none"});
    let (kept, ran) = call(kept, "getsource", &none, &[]);
    assert_eq!(ran.code(5).json()["error_detail"]["http_status"], 404);
    let mode = json!({"workspaceName": "my-workspace", "sourceName": "website",
        "destinationName": "amplitude", "body": {"destination": {"connection_mode": "CLOUD"}}});
    let (kept, ran) = call(kept, "updatedestination", &mode, &[]);
    assert_eq!(ran.code(2).json()["error_detail"]["code"], "not_in_public_api");
    let page = json!({"workspaceName": "my-workspace", "page_size": 1});
    let (kept, ran) = call(kept, "listsources", &page, &[]);
    let first = ran.code(0).json()["data"].clone();
    assert_eq!(first["sources"].as_array().unwrap().len(), 1);
    let next = json!({"workspaceName": "my-workspace", "page_token": first["next_page_token"]});
    let (_, ran) = call(kept, "listsources", &next, &[]);
    assert_ne!(ran.code(0).json()["data"]["sources"][0], first["sources"][0]);
}

#[test]
fn a_plan_whose_rules_cannot_be_set_is_named() {
    let emulator = segment(&["PATCH /tracking-plans/*=status:400"]);
    let plan = json!({"workspaceName": "my-workspace", "body": {"tracking_plan":
        {"display_name": "Checkout", "rules": {"events": [{"name": "Paid", "rules": {}}]}}}});
    let (_, ran) = call(public(&emulator), "createtrackingplan", &plan, &[]);
    let ended = ran.json();
    assert_eq!(ended["success"], false);
    let detail = &ended["error_detail"];
    assert_eq!(detail["effect"], "done", "{ended}");
    let id = detail["detail"]["tracking_plan"].as_str().unwrap();
    assert!(!id.is_empty() && ended["error"].as_str().unwrap().contains(id), "{ended}");
}

#[test]
fn without_consent_nothing_is_changed() {
    let emulator = segment(&[]);
    let args = json!({"workspaceName": "my-workspace", "sourceName": "website"}).to_string();
    let kosmo = public(&emulator).then(["integrations:call", "segment.deletesource", &args]);
    kosmo.run().code(4);
}
