//! The Config API: its names, masks, pages and codes, over the state that the Public API shows too.

use kosmo::emulator::Emulator;
use serde_json::{Value, json};

use super::public::get;
use super::wire::{Reply, ask};
use super::{CONFIG_TOKEN, emulator};

const HOME: &str = "/v1beta/workspaces/my-workspace";

fn send(emulator: &Emulator, method: &str, path: &str, body: Option<Value>) -> Reply {
    let path = if path.starts_with("/v1beta") { path.to_owned() } else { format!("{HOME}{path}") };
    let ask = ask(method, &path).bearer(CONFIG_TOKEN);
    match body {
        Some(body) => ask.json(&body).send(emulator),
        None => ask.send(emulator),
    }
}

#[test]
fn a_source_made_here_is_there_too() {
    let emulator = emulator();
    let body = json!({"source": {"name": "workspaces/my-workspace/sources/shop", "catalog_name": "catalog/sources/ios"}});
    let made = send(&emulator, "POST", "/sources", Some(body.clone())).status(200).json();
    assert_eq!(made["name"], "workspaces/my-workspace/sources/shop");
    let again = send(&emulator, "POST", "/sources", Some(body)).status(409).json();
    assert_eq!(again["code"], 6);
    let all = get(&emulator, "/sources");
    let same = all["sources"].as_array().unwrap().last().unwrap();
    assert_eq!((&same["slug"], &same["writeKeys"]), (&json!("shop"), &made["write_keys"]));
    assert_eq!(send(&emulator, "DELETE", "/sources/shop", None).status(200).json(), json!({}));
    let gone = send(&emulator, "GET", "/sources/shop", None).status(404).json();
    assert_eq!(gone["code"], 5);
    let wrong = json!({"source": {"name": "x", "catalog_name": "catalog/sources/none"}});
    assert_eq!(send(&emulator, "POST", "/sources", Some(wrong)).status(400).json()["code"], 3);
    let unknown = json!({"source": {"name": "x", "catalog_name": "c"}, "more": 1});
    send(&emulator, "POST", "/sources", Some(unknown)).status(400);
}

#[test]
fn the_mask_says_what_changes() {
    let emulator = emulator();
    let path = "/sources/website/destinations/amplitude";
    let update = |destination: Value, paths: &[&str]| {
        let body = json!({"destination": destination, "update_mask": {"paths": paths}});
        send(&emulator, "PATCH", path, Some(body))
    };
    let before = send(&emulator, "GET", path, None).status(200).json();
    assert_eq!(before["config"][0]["value"], "••••••••••167a");
    let name = before["config"][0]["name"].as_str().unwrap();
    assert!(name.ends_with("/destinations/amplitude/config/apiKey"), "{name}");
    let ignored = update(json!({"enabled": false}), &[]).status(200).json();
    assert_eq!(ignored["enabled"], true, "a value without a path changes nothing");
    let off = update(json!({"enabled": false}), &["destination.enabled"]).status(200).json();
    assert_eq!(off["enabled"], false);
    let id = "/destinations/5GFhvtz8fha42Cm4B9E6L8";
    assert_eq!(get(&emulator, id)["destination"]["enabled"], false);
    let option = json!({"config": [{"name": name, "type": "string", "value": "new-secret-value"}]});
    update(option, &["destination.config"]).status(200);
    let settings = get(&emulator, id)["destination"]["settings"].take();
    assert_eq!(settings, json!({"apiKey": "••••••••••alue"}));
    let cleared = update(json!({}), &["destination.config"]).status(200).json();
    assert_eq!(cleared["config"], json!([]), "a path without a value clears");
    update(json!({}), &["destination.parent"]).status(400);
    let body =
        json!({"destination": {"name": format!("{HOME}/sources/website/destinations/amplitude")}});
    let twice = send(&emulator, "POST", "/sources/website/destinations", Some(body)).status(409);
    assert_eq!(twice.json()["code"], 6);
}

#[test]
fn plans_carry_their_rules() {
    let emulator = emulator();
    let rules = json!({
        "events": [{"name": "Signed Up", "version": 1, "rules": {"type": "object"}}],
        "identify_traits": {"type": "object"},
    });
    let body = json!({"tracking_plan": {"display_name": "New", "rules": rules}});
    let made = send(&emulator, "POST", "/tracking-plans", Some(body)).status(200).json();
    assert_eq!(made["rules"]["events"][0]["name"], "Signed Up");
    assert_eq!(made["rules"]["identify"], json!({"type": "object"}));
    let id = made["name"].as_str().unwrap().rsplit('/').next().unwrap();
    assert!(id.starts_with("rs_"), "{id}");
    let plans = get(&emulator, "/tracking-plans");
    let public = plans["trackingPlans"][1]["id"].as_str().unwrap();
    let kept = get(&emulator, &format!("/tracking-plans/{public}/rules"));
    assert_eq!(kept["rules"].as_array().unwrap().len(), 2);
    let path = format!("/tracking-plans/{id}");
    let change = json!({"tracking_plan": {"display_name": "Newer"}, "update_mask": {"paths": ["tracking_plan.display_name"]}});
    let changed = send(&emulator, "PUT", &path, Some(change)).status(200).json();
    assert_eq!((&changed["display_name"], &changed["rules"]), (&json!("Newer"), &made["rules"]));
    let join = json!({"source_name": "workspaces/my-workspace/sources/ios"});
    send(&emulator, "POST", &format!("{path}/source-connections"), Some(join)).status(200);
    let source = get(&emulator, "/sources/nT4kWq8ZyR2vLb6MxP9sHd");
    assert_eq!(source["trackingPlanId"], public);
    send(&emulator, "DELETE", &format!("{path}/source-connections/ios"), None).status(200);
    send(&emulator, "DELETE", &format!("{path}/source-connections/ios"), None).status(404);
    send(&emulator, "DELETE", &path, None).status(200);
    send(&emulator, "GET", &path, None).status(404);
}

#[test]
fn filters_speak_the_older_names_of_actions() {
    let emulator = emulator();
    let path = "/sources/website/destinations/amplitude/filters";
    let body = json!({"filter": {"if": "type = 'track'", "actions": [{"blacklist_fields": {"fields": {"properties": ["a"]}}}]}});
    let made = send(&emulator, "POST", path, Some(body)).status(200).json();
    assert_eq!(made["enabled"], false);
    let all = get(&emulator, "/destination/5GFhvtz8fha42Cm4B9E6L8/filters");
    let action = &all["filters"][1]["actions"][0];
    assert_eq!(*action, json!({"type": "DROP_PROPERTIES", "fields": {"properties": ["a"]}}));
    let name = made["name"].as_str().unwrap().rsplit('/').next().unwrap();
    let change = json!({"filter": {"enabled": true}, "update_mask": {"paths": ["filter.enabled"]}});
    let on = send(&emulator, "PATCH", &format!("{path}/{name}"), Some(change)).status(200).json();
    assert_eq!((&on["enabled"], &on["actions"]), (&json!(true), &made["actions"]));
    let wrong = json!({"filter": {"if": "x", "actions": [{"explode": {}}]}});
    send(&emulator, "POST", path, Some(wrong)).status(400);
    let listed = send(&emulator, "GET", &format!("{path}?page_size=1"), None).status(200).json();
    assert_eq!(listed["filters"].as_array().unwrap().len(), 1);
    assert_ne!(listed["next_page_token"], "");
}

#[test]
fn the_rest_is_the_same_workspace() {
    let emulator = emulator();
    let schema = json!({"schema_config": {"allow_unplanned_track_events": false},
        "update_mask": {"paths": ["schema_config.allow_unplanned_track_events"]}});
    send(&emulator, "PATCH", "/sources/website/schema-config", Some(schema)).status(200);
    let settings = get(&emulator, "/sources/abc123/settings");
    assert_eq!(settings["settings"]["track"]["allowUnplannedEvents"], false);

    let none = json!({"connected_warehouses": {"warehouses": []}, "update_mask": {"paths": ["connected_warehouses.warehouses"]}});
    send(&emulator, "PATCH", "/sources/website/connected-warehouses", Some(none)).status(200);
    assert_eq!(get(&emulator, "/sources/abc123/connected-warehouses")["warehouses"], json!([]));

    let order = json!({"regulation_type": "Suppress_With_Delete", "attributes": {"name": "userId", "values": ["u"]}});
    let made = send(&emulator, "POST", "/regulations", Some(order)).status(200).json();
    assert_eq!(made["regulation_type"], "Suppress_With_Delete");
    let ids = get(&emulator, "/suppressions")["suppressed"][0]["subjectIds"].take();
    assert_eq!(ids, json!(["forgotten-user", "u"]));

    send(&emulator, "POST", "/invites", Some(json!({"invite": {"email": "x@example.com"}})))
        .status(200);
    assert_eq!(get(&emulator, "/invites")["invites"][1], "x@example.com");
    let code = json!({"function": {"code": "new"}, "update_mask": {"paths": ["function.code"]}});
    send(&emulator, "PATCH", "/functions/sfn_8mTz9LqVk5RnYb", Some(code)).status(200);
    let function = get(&emulator, "/functions/sfnc_7hKpW3xTqZ9mRb5LcYvNdE");
    assert_eq!(function["function"]["code"], "new");

    let token = json!({"access_token": {"description": "d", "scopes": "workspace", "workspace_names": ["workspaces/my-workspace"]}});
    let path = "/v1beta/access-tokens";
    let person = ask("POST", path).basic("ada@example.com").json(&token).send(&emulator);
    assert!(person.status(200).json()["token"].as_str().unwrap().len() > 80);
    ask("POST", path).json(&token).send(&emulator).status(401);
}
