//! What belongs to what: connections, sets, parts of resources, and what goes with them.

use serde_json::{Value, json};

use super::emulator;
use super::public::{alpha, get, send};

const PLAN: &str = "/tracking-plans/tp_2mFq8ZrT5wKx1NcY7bLvDs";
const WAREHOUSE: &str = "/warehouses/vM3zQe8KtR6yLw1XnB5pJc";
const ORDERS: &str = "gJ3rXc7UeF5tKp1NzQ8wVm";

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[test]
fn a_connection_is_seen_from_both_ends() {
    let emulator = emulator();
    let warehouses = |source: &str| {
        let list = get(&emulator, &format!("/sources/{source}/connected-warehouses"));
        list["warehouses"].as_array().unwrap().len()
    };
    let path = format!("{WAREHOUSE}/connected-sources/{ORDERS}");
    assert_eq!(warehouses(ORDERS), 0);
    let syncs = format!("{path}/syncs");
    send(&emulator, "GET", &syncs, None).status(404);
    for _ in 0..2 {
        send(&emulator, "POST", &path, None).status(201);
    }
    assert_eq!(warehouses(ORDERS), 1);
    assert_eq!(get(&emulator, &syncs)["reports"], json!([]));
    let sources = get(&emulator, &format!("{WAREHOUSE}/connected-sources?pagination.count=1"));
    assert_eq!(sources["pagination"]["totalEntries"], 2);
    send(&emulator, "DELETE", &path, None).status(200);
    send(&emulator, "DELETE", &path, None).status(404);
    send(&emulator, "POST", &format!("{WAREHOUSE}/connected-sources/none"), None).status(404);
    let overrides = json!({"syncOverrides": [{"sourceId": ORDERS, "enabled": false}]});
    let refused = send(&emulator, "PATCH", &format!("{WAREHOUSE}/selective-sync"), Some(overrides));
    assert_eq!(refused.status(422).json()["errors"][0]["field"], "syncOverrides.0.sourceId");
}

#[test]
fn what_is_loaded_into_a_warehouse_can_be_chosen() {
    let emulator = emulator();
    let change = |property: Option<&str>, status: &str| {
        let mut one =
            json!({"sourceId": "abc123", "collection": "order_completed", "enabled": false});
        one.as_object_mut().unwrap().extend(property.map(|name| ("property".into(), json!(name))));
        let body = json!({"syncOverrides": [one]});
        let reply = send(&emulator, "PATCH", &format!("{WAREHOUSE}/selective-sync"), Some(body));
        assert_eq!(reply.status(200).json()["data"], json!({"status": status, "warnings": []}));
    };
    let item = || {
        let path = format!("{WAREHOUSE}/connected-sources/abc123/selective-syncs");
        get(&emulator, &path)["items"][0].take()
    };
    change(Some("revenue"), "UPDATED");
    change(Some("revenue"), "UNCHANGED");
    assert_eq!(
        (&item()["enabled"], &item()["properties"]["revenue"]),
        (&json!(true), &json!(false))
    );
    change(None, "UPDATED");
    assert_eq!(item()["enabled"], false);
    let schedule = json!({"enabled": true, "schedule": {"timezone": "UTC", "times": [{"hourOfDay": 3, "enabled": true}]}});
    let path = format!("{WAREHOUSE}/advanced-sync-schedule");
    send(&emulator, "PUT", &path, Some(schedule.clone())).status(200);
    assert_eq!(get(&emulator, &path), schedule);
}

#[test]
fn a_source_follows_one_plan_at_a_time() {
    let emulator = emulator();
    let made =
        send(&emulator, "POST", "/tracking-plans", Some(json!({"name": "Other", "type": "LIVE"})));
    let other = made.status(200).json()["data"]["trackingPlan"].take();
    assert_eq!(other["slug"], "other");
    let path = format!("/tracking-plans/{}/sources", other["id"].as_str().unwrap());
    send(&emulator, "POST", &path, Some(json!({"sourceId": "abc123"}))).status(200);
    assert_eq!(get(&emulator, "/sources/abc123")["trackingPlanId"], other["id"]);
    assert_eq!(get(&emulator, &format!("{PLAN}/sources"))["sources"], json!([]));
    assert_eq!(ids(&get(&emulator, &path)["sources"]), ["abc123"]);
    send(&emulator, "DELETE", &format!("{path}?sourceId=abc123"), None).status(200);
    assert_eq!(get(&emulator, "/sources/abc123")["trackingPlanId"], Value::Null);
}

#[test]
fn the_rules_of_a_plan_are_replaced_changed_and_removed() {
    let emulator = emulator();
    let path = format!("{PLAN}/rules");
    let rule = |key: &str, version: u32, schema: Value| json!({"type": "TRACK", "key": key, "version": version, "jsonSchema": schema});
    let keys = || {
        let rules = get(&emulator, &path)["rules"].take();
        let keys = rules.as_array().unwrap().iter();
        keys.map(|rule| format!("{}/{}", rule["key"].as_str().unwrap(), rule["version"]))
            .collect::<Vec<_>>()
    };
    let all = json!({"rules": [rule("A", 1, json!({})), rule("B", 1, json!({}))]});
    send(&emulator, "PUT", &path, Some(all)).status(200);
    assert_eq!(keys(), ["A/1", "B/1"]);
    let mut renamed = rule("B", 1, json!({"type": "object"}));
    renamed["newKey"] = json!("C");
    let changes = json!({"rules": [renamed, rule("D", 2, json!({}))]});
    send(&emulator, "PATCH", &path, Some(changes)).status(200);
    assert_eq!(keys(), ["A/1", "C/1", "D/2"]);
    let rules = get(&emulator, &path);
    assert_eq!(rules["rules"][1]["jsonSchema"], json!({"type": "object"}));
    assert!(rules["rules"][2]["createdAt"].is_string(), "{rules:#}");
    let gone = format!("{path}?rules.0.type=TRACK&rules.0.key=A&rules.0.version=1");
    send(&emulator, "DELETE", &gone, None).status(200);
    send(&emulator, "DELETE", &gone, None).status(404);
    assert_eq!(keys(), ["C/1", "D/2"]);
}

#[test]
fn what_belongs_to_a_source_goes_with_it() {
    let emulator = emulator();
    send(&emulator, "DELETE", "/sources/abc123", None).status(200);
    for path in [
        "/destinations/5GFhvtz8fha42Cm4B9E6L8",
        "/destination/5GFhvtz8fha42Cm4B9E6L8/filters",
        "/destinations/5GFhvtz8fha42Cm4B9E6L8/subscriptions",
        "/transformations/pX7tRw2ZqK9nLv4YbM6cJs",
        "/reverse-etl-models/mE5rKx8TqW2zLn9VbY4cPd",
        "/filters/flt_3kWz9TqLv5Rn",
    ] {
        send(&emulator, "GET", path, None).status(404);
    }
    assert_eq!(get(&emulator, &format!("{WAREHOUSE}/connected-sources"))["sources"], json!([]));
    assert_eq!(get(&emulator, &format!("{PLAN}/sources"))["sources"], json!([]));
}

#[test]
fn a_part_is_only_found_where_it_belongs() {
    let emulator = emulator();
    let metadata =
        json!({"sourceId": "abc123", "metadataId": "54521fdc25e721e32a72ef04", "settings": {}});
    let made = send(&emulator, "POST", "/destinations", Some(metadata)).status(200).json();
    let other = made["data"]["destination"]["id"].as_str().unwrap();
    assert_eq!(made["data"]["destination"]["enabled"], false, "off unless it is switched on");
    let filter = "filters/wR5nKt8ZqY2vLb6MxP9sHd";
    send(&emulator, "GET", &format!("/destination/{other}/{filter}"), None).status(404);
    send(&emulator, "GET", &format!("/destination/none/{filter}"), None).status(404);
    let own = format!("/destination/5GFhvtz8fha42Cm4B9E6L8/{filter}");
    assert_eq!(get(&emulator, &own)["filter"]["title"], "No heartbeats");
    let connected = get(&emulator, "/sources/abc123/connected-destinations");
    assert_eq!(ids(&connected["destinations"]), ["5GFhvtz8fha42Cm4B9E6L8", other]);
}

#[test]
fn labels_settings_and_keys_are_parts_of_a_source() {
    let emulator = emulator();
    let label = |value: &str| json!({"labels": [{"key": "team", "value": value}]});
    send(&emulator, "POST", "/sources/abc123/labels", Some(label("a"))).status(200);
    let both =
        send(&emulator, "POST", "/sources/abc123/labels", Some(label("b"))).status(200).json();
    assert_eq!(both["data"]["labels"].as_array().unwrap().len(), 2);
    send(&emulator, "PUT", "/sources/abc123/labels", Some(label("c"))).status(200);
    let source = get(&emulator, "/sources/abc123");
    assert_eq!(source["source"]["labels"], label("c")["labels"]);

    let change = json!({"track": {"allowUnplannedEvents": false}});
    send(&emulator, "PATCH", "/sources/abc123/settings", Some(change)).status(200);
    let settings = get(&emulator, "/sources/abc123/settings")["settings"].take();
    assert_eq!(settings["track"]["allowUnplannedEvents"], false);
    assert_eq!(settings["track"]["allowEventOnViolations"], true);

    let keys = alpha(&emulator, "POST", "/sources/abc123/writekey", &json!({})).status(200).json();
    assert_eq!(keys["data"]["source"]["writeKeys"].as_array().unwrap().len(), 2);
    let path = "/sources/abc123/writekey/emulator-write-key";
    send(&emulator, "DELETE", path, None).status(200);
    send(&emulator, "DELETE", path, None).status(404);
}

#[test]
fn functions_keep_their_versions() {
    let emulator = emulator();
    let path = "/functions/sfnc_7hKpW3xTqZ9mRb5LcYvNdE";
    let code = |code: &str| Some(json!({"code": code}));
    send(&emulator, "PATCH", path, code("second")).status(200);
    send(&emulator, "PATCH", path, Some(json!({"displayName": "N"}))).status(200);
    send(&emulator, "POST", &format!("{path}/deploy"), None).status(200);
    let versions = get(&emulator, &format!("{path}/versions"))["versions"].take();
    let shown: Vec<_> =
        versions.as_array().unwrap().iter().map(|v| (&v["code"], &v["isDeployed"])).collect();
    let first = json!("async function onTrack(event, settings) {}");
    assert_eq!(shown, [(&first, &json!(false)), (&json!("second"), &json!(true))]);
    let restore = json!({"versionId": versions[0]["id"]});
    alpha(&emulator, "POST", &format!("{path}/versions"), &restore).status(200);
    assert_eq!(get(&emulator, path)["function"]["code"], first);
    let none = json!({"versionId": "none"});
    alpha(&emulator, "POST", &format!("{path}/versions"), &none).status(422);
    let listed = get(&emulator, "/functions?resourceType=SOURCE");
    assert_eq!(listed["functions"], json!([]));
    let listed = get(&emulator, "/functions?resourceType=DESTINATION");
    assert!(listed["functions"][0].get("code").is_none(), "a list shows no code: {listed:#}");
}

#[test]
fn audiences_and_what_hangs_on_them() {
    let emulator = emulator();
    let space = "/spaces/spa_4kVx9TqLz2WnRc7YbM5pJs";
    let body = json!({"name": "Also Big", "audienceType": "USERS",
        "definition": {"query": "audience('big_spenders') = true"}});
    let made =
        send(&emulator, "POST", &format!("{space}/audiences"), Some(body)).status(200).json();
    let audience = &made["data"]["audience"];
    assert_eq!((&audience["key"], &audience["enabled"]), (&json!("also_big"), &json!(false)));
    let seeded = format!("{space}/audiences/aud_2nWq7LxTz9KcVb4RmYp1sJdEfGh");
    let users = get(&emulator, &format!("{seeded}/audience-references"))["audiences"].take();
    assert_eq!(ids(&users), [audience["id"].as_str().unwrap()]);
    let found = get(&emulator, &format!("{space}/audiences?search.type=NAME&search.query=also"));
    assert_eq!(found["audiences"].as_array().unwrap().len(), 1);
    send(&emulator, "DELETE", &seeded, None).status(200);
    for part in ["schedules", "activations", "destination-connections"] {
        send(&emulator, "GET", &format!("{seeded}/{part}"), None).status(404);
    }
    let elsewhere = seeded.replace("spa_4kVx9TqLz2WnRc7YbM5pJs", "spa_none");
    send(&emulator, "GET", &elsewhere, None).status(404);
}

#[test]
fn a_preview_shows_what_a_filter_does() {
    let emulator = emulator();
    let preview = |condition: &str, action: Value| {
        let body = json!({
            "filter": {"if": condition, "actions": [action]},
            "payload": {"type": "track", "event": "Test", "properties": {"a": 1, "b": 2}},
        });
        send(&emulator, "POST", "/destination/filters/preview", Some(body))
    };
    let drop = json!({"type": "DROP"});
    assert_eq!(
        preview("event = 'Test'", drop.clone()).status(200).json()["data"]["result"],
        Value::Null
    );
    let kept = preview("event = 'Other'", drop.clone()).status(200).json();
    assert_eq!(kept["data"]["result"], kept["data"]["inputPayload"]);
    let fields = json!({"type": "DROP_PROPERTIES", "fields": {"properties": ["a"]}});
    let less = preview("type = 'track'", fields).status(200).json();
    assert_eq!(less["data"]["result"]["properties"], json!({"b": 2}));
    let wrong = preview("event = ", drop).status(422).json();
    assert_eq!(wrong["errors"][0]["field"], "filter.if");
}
