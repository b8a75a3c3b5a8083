//! The Public API's rows over one state: what is made is there, what is changed is changed, what is
//! removed is gone; and everything that is not right is refused by the name of its field.

use kosmo::emulator::Emulator;
use serde_json::{Value, json};

use super::wire::{Reply, ask};
use super::{API_TOKEN, emulator, failing};

pub(super) const ALPHA: &str = "application/vnd.segment.v1alpha+json";

/// A request with the right token; the answer whatever it is.
pub(super) fn send(emulator: &Emulator, method: &str, target: &str, body: Option<Value>) -> Reply {
    let ask = ask(method, target).bearer(API_TOKEN);
    match body {
        Some(body) => ask.json(&body).send(emulator),
        None => ask.send(emulator),
    }
}

/// The same with the media type of operations that are not generally available.
pub(super) fn alpha(emulator: &Emulator, method: &str, target: &str, body: &Value) -> Reply {
    let ask = ask(method, target).bearer(API_TOKEN).header("content-type", ALPHA);
    ask.body(body.to_string()).send(emulator)
}

/// The data of a successful answer.
#[track_caller]
pub(super) fn get(emulator: &Emulator, target: &str) -> Value {
    send(emulator, "GET", target, None).status(200).json()["data"].take()
}

fn source(slug: &str) -> Value {
    json!({"slug": slug, "enabled": true, "metadataId": "IqDTy1TpoU"})
}

#[test]
fn what_is_made_can_be_read_changed_and_removed() {
    let emulator = emulator();
    let made = send(&emulator, "POST", "/sources", Some(source("shop"))).status(201).json();
    let made = &made["data"]["source"];
    let id = made["id"].as_str().unwrap();
    assert_eq!((id.len(), &made["metadata"]["slug"]), (22, &json!("javascript")));
    assert_eq!(made["writeKeys"].as_array().unwrap().len(), 1, "a new source can be sent to");
    let path = format!("/sources/{id}");
    assert_eq!(get(&emulator, &path)["source"], *made);
    assert_eq!(get(&emulator, "/sources")["pagination"]["totalEntries"], 5);

    let change = json!({"name": "Shop", "settings": {"a": 1}});
    send(&emulator, "PATCH", &path, Some(change)).status(200);
    send(&emulator, "PATCH", &path, Some(json!({"settings": {"b": 2}}))).status(200);
    let changed = get(&emulator, &path);
    assert_eq!(changed["source"]["name"], "Shop");
    assert_eq!(changed["source"]["settings"], json!({"a": 1, "b": 2}));

    let event = json!({"userId": "u", "event": "E"});
    let key = made["writeKeys"][0].as_str().unwrap();
    ask("POST", "/v1/track").basic(key).json(&event).send(&emulator).status(200);
    assert_eq!(emulator.events()[0]["source"], id);

    let gone = send(&emulator, "DELETE", &path, None).status(200).json();
    assert_eq!(gone["data"], json!({"status": "SUCCESS"}));
    for method in ["GET", "DELETE"] {
        send(&emulator, method, &path, None).status(404);
    }
}

#[test]
fn only_some_creates_are_answered_with_201() {
    let emulator = emulator();
    let catalogue = kosmo::catalogue::Catalogue::new(Vec::new());
    let segment = catalogue.provider("segment").unwrap();
    let mut created = Vec::new();
    for row in segment.operations.values().filter(|row| row.route().service == "public") {
        ask("POST", "/__emulator/reset").send(&emulator).status(200);
        if row.route().method != "POST" {
            continue;
        }
        let names: Vec<&str> = row.route().placeholders().collect();
        let path = names.iter().fold(row.route().path.clone(), |path, name| {
            path.replace(&format!("{{{name}}}"), row.example[*name].as_str().unwrap())
        });
        let mut body = row.example.clone();
        body.retain(|name, _| !names.contains(&name.as_str()));
        let kind = match row.stability.as_str() {
            "ga" => "application/json".to_owned(),
            version => format!("application/vnd.segment.v1{version}+json"),
        };
        let reply = ask("POST", &path)
            .bearer(API_TOKEN)
            .header("content-type", &kind)
            .body(Value::Object(body).to_string())
            .send(&emulator);
        match reply.status {
            200 => {}
            201 => created.push(row.name.as_str()),
            _ => panic!("{}: {}", row.name, reply.text()),
        }
    }
    created.sort_unstable();
    let want = [
        "add_connection_from_source_to_warehouse",
        "create_credential",
        "create_invites",
        "create_label",
        "create_profiles_warehouse",
        "create_reverse_etl_model",
        "create_source",
        "create_warehouse",
    ];
    assert_eq!(created, want);
}

#[test]
fn a_body_that_is_not_right_is_refused_by_field() {
    let emulator = emulator();
    let rule = |version: Value| json!({"rules": [{"type": "TRACK", "jsonSchema": {}, "version": version}]});
    for (method, path, body, field) in [
        ("POST", "/sources", json!({"slug": "x", "enabled": true}), "metadataId"),
        ("POST", "/sources", json!({"slug": "x", "enabled": "yes", "metadataId": "m"}), "enabled"),
        (
            "POST",
            "/sources",
            json!({"slug": "x", "enabled": true, "metadataId": "m"}),
            "metadataId",
        ),
        ("POST", "/sources", json!({"slug": "", "enabled": true, "metadataId": "m"}), "slug"),
        ("PATCH", "/sources/abc123", json!({"colour": "red"}), "colour"),
        (
            "POST",
            "/sources",
            json!({"slug": "x", "enabled": true, "metadataId": "IqDTy1TpoU", "name": "X"}),
            "name",
        ),
        ("POST", "/labels", json!({"label": {"key": "a"}}), "label.value"),
        ("POST", "/labels", json!({"label": {"key": "a", "value": "b", "more": 1}}), "label.more"),
        ("POST", "/tracking-plans", json!({"name": "A", "type": "SECRET"}), "type"),
        (
            "PUT",
            "/tracking-plans/tp_2mFq8ZrT5wKx1NcY7bLvDs/rules",
            rule(json!("1")),
            "rules.0.version",
        ),
        (
            "POST",
            "/tracking-plans/tp_2mFq8ZrT5wKx1NcY7bLvDs/sources",
            json!({"sourceId": "none"}),
            "sourceId",
        ),
    ] {
        let reply = send(&emulator, method, path, Some(body)).status(422).json();
        let error = &reply["errors"][0];
        assert_eq!(
            (&error["type"], &error["field"]),
            (&json!("input-validation"), &json!(field)),
            "{path}"
        );
        assert_eq!(reply.as_object().unwrap().len(), 1, "never data beside errors");
    }
}

#[test]
fn so_is_a_query_and_what_is_no_json() {
    let emulator = emulator();
    for (target, field) in [
        ("/functions", "resourceType"),
        ("/functions?resourceType=LAMBDA", "resourceType"),
        ("/usage/mtu/daily?period=soon", "period"),
    ] {
        let reply = send(&emulator, "GET", target, None).status(422).json();
        assert_eq!(reply["errors"][0]["field"], field, "{target}");
    }
    let rules: Vec<Value> = vec![json!({"type": "TRACK", "jsonSchema": {}, "version": 1}); 201];
    let path = "/tracking-plans/tp_2mFq8ZrT5wKx1NcY7bLvDs/rules";
    send(&emulator, "PUT", path, Some(json!({"rules": rules}))).status(422);
    ask("POST", "/labels")
        .bearer(API_TOKEN)
        .header("content-type", "application/json")
        .body("{")
        .send(&emulator)
        .status(400);
}

#[test]
fn the_media_type_says_which_version_of_the_schema_is_meant() {
    let emulator = emulator();
    let named =
        json!({"slug": "named", "enabled": true, "metadataId": "IqDTy1TpoU", "name": "Named"});
    let made = alpha(&emulator, "POST", "/sources", &named).status(201).json();
    assert_eq!(made["data"]["source"]["name"], "Named");
    let apart = json!({"slug": "apart", "enabled": true, "metadataId": "IqDTy1TpoU", "disconnectAllWarehouses": true});
    let reply = alpha(&emulator, "POST", "/sources", &apart).status(422).json();
    assert_eq!(reply["errors"][0]["field"], "disconnectAllWarehouses");
    let made = send(&emulator, "POST", "/sources", Some(apart)).status(201).json();
    let id = made["data"]["source"]["id"].as_str().unwrap();
    let linked = get(&emulator, &format!("/sources/{id}/connected-warehouses"));
    assert_eq!(linked["warehouses"], json!([]));

    let model = json!({"sourceId": "abc123", "name": "M", "description": "", "enabled": true,
        "query": "select 1", "queryIdentifierColumn": "id"});
    send(&emulator, "POST", "/reverse-etl-models", Some(model.clone())).status(415);
    // The description is required and must not be empty.
    alpha(&emulator, "POST", "/reverse-etl-models", &model).status(422);
    let mut model = model;
    model["description"] = json!("d");
    alpha(&emulator, "POST", "/reverse-etl-models", &model).status(201);
    let xml = ask("PATCH", "/sources/abc123").bearer(API_TOKEN).header("content-type", "text/xml");
    xml.body("{}").send(&emulator).status(415);
}

#[test]
fn what_another_has_already_is_a_conflict() {
    let emulator = emulator();
    let taken = send(&emulator, "POST", "/sources", Some(source("website"))).status(409).json();
    assert_eq!(taken["errors"][0]["field"], "slug");
    let rename = json!({"slug": "ios"});
    send(&emulator, "PATCH", "/sources/abc123", Some(rename)).status(409);
    send(&emulator, "PATCH", "/sources/abc123", Some(json!({"slug": "website"}))).status(200);
    let label = json!({"label": {"key": "environment", "value": "production"}});
    send(&emulator, "POST", "/labels", Some(label)).status(409);

    let credential = "/credentials/cred_2JxQw8TzLk5VnRb9YcMp3sDfGh1";
    let use_it = json!({"settings": {"credentialId": "cred_2JxQw8TzLk5VnRb9YcMp3sDfGh1"}});
    send(&emulator, "PATCH", "/warehouses/vM3zQe8KtR6yLw1XnB5pJc", Some(use_it)).status(200);
    let consumers = get(&emulator, &format!("{credential}/consumers?warehousesPagination.count=1"));
    assert_eq!(consumers["warehouses"][0]["id"], "vM3zQe8KtR6yLw1XnB5pJc");
    assert_eq!(consumers["sourcesPagination"]["totalEntries"], 0);
    send(&emulator, "DELETE", credential, None).status(409);
    let free = json!({"settings": {"credentialId": ""}});
    send(&emulator, "PATCH", "/warehouses/vM3zQe8KtR6yLw1XnB5pJc", Some(free)).status(200);
    send(&emulator, "DELETE", credential, None).status(200);
}

#[test]
fn secrets_come_back_masked_and_a_mask_sent_back_overwrites_them() {
    let emulator = emulator();
    let path = "/destinations/5GFhvtz8fha42Cm4B9E6L8";
    let settings = get(&emulator, path)["destination"]["settings"].take();
    assert_eq!(settings, json!({"apiKey": "••••••••••167a", "endpoint": "US"}));
    send(&emulator, "PATCH", path, Some(json!({"settings": settings}))).status(200);
    let kept = get(&emulator, path)["destination"]["settings"]["apiKey"].take();
    assert_eq!(kept, "••••••••••167a", "what was masked is the secret now");
    let new = json!({"settings": {"apiKey": "0123456789abcdef"}});
    send(&emulator, "PATCH", path, Some(new)).status(200);
    assert_eq!(get(&emulator, path)["destination"]["settings"]["apiKey"], "••••••••••cdef");
}

#[test]
fn every_row_is_paced_by_its_own_limit_when_that_is_asked_for() {
    let emulator = failing(&["*=rate:row"]);
    let path = "/warehouses/vM3zQe8KtR6yLw1XnB5pJc/advanced-sync-schedule";
    for left in ["1", "0"] {
        let reply = send(&emulator, "GET", path, None).status(200);
        assert_eq!(reply.header("x-ratelimit-remaining"), Some(left));
        assert!(httpdate::parse_http_date(reply.header("x-ratelimit-reset").unwrap()).is_ok());
    }
    let over = send(&emulator, "GET", path, None).status(429);
    assert!(over.header("retry-after").unwrap().parse::<u64>().unwrap() <= 60);
    assert!(over.json()["errors"][0]["data"]["msBeforeNext"].as_u64().unwrap() <= 60_000);
    let free = send(&emulator, "GET", "/sources", None).status(200);
    assert_eq!(free.header("x-ratelimit-limit"), None, "no limit of it is published");
    let other = json!({"enabled": false});
    send(&emulator, "PUT", path, Some(other)).status(200);
}

#[test]
fn changes_leave_a_trail_and_numbers_are_those_of_the_events() {
    let emulator = emulator();
    send(&emulator, "PATCH", "/sources/abc123", Some(json!({"name": "New"}))).status(200);
    let trail = get(&emulator, "/audit-events?resourceId=abc123&startTime=2026-02-01T00:00:00Z");
    assert_eq!(trail["events"][0]["type"], "Update Source");
    assert_eq!(trail["events"].as_array().unwrap().len(), 1);

    let track = |event: Value| {
        ask("POST", "/v1/track")
            .basic("emulator-write-key")
            .json(&event)
            .send(&emulator)
            .status(200);
    };
    track(json!({"userId": "u", "event": "Order Completed"}));
    track(json!({"anonymousId": "a", "event": "Heartbeat"}));
    track(json!({"userId": "u"}));
    let span = "startTime=2020-01-01T00:00:00Z&endTime=2100-01-01T00:00:00Z&granularity=DAY";
    let total = |stage: &str, more: &str| {
        let query = format!("sourceId=abc123&{span}&{more}");
        get(&emulator, &format!("/delivery-overview/{stage}?{query}"))
    };
    assert_eq!(total("successfully-received", "")["total"], 2);
    let refused = total("failed-on-ingest", "groupBy.0=discardReason");
    assert_eq!(refused["dataset"][0]["discardReason"], "event_not_defined");
    assert_eq!(refused["dataset"][0]["series"][0]["count"], 1);
    let destination = "destinationConfigId=5GFhvtz8fha42Cm4B9E6L8";
    assert_eq!(total("successful-delivery", destination)["total"], 1);
    assert_eq!(total("filtered-at-destination", destination)["total"], 1, "heartbeats are dropped");
    let only = "filter.eventName.0=Heartbeat";
    assert_eq!(total("successfully-received", only)["total"], 1);
    let volume =
        get(&emulator, &format!("/events/volume?{span}&groupBy[0]=eventName&groupBy[1]=sourceId"));
    assert_eq!(volume["result"].as_array().unwrap().len(), 2);
    assert_eq!(volume["result"][0]["source"]["slug"], "website");
    let today = jiff::Timestamp::now().to_string()[..10].to_owned();
    let usage = get(&emulator, &format!("/usage/mtu/sources/daily?period={today}"));
    let day = &usage["dailyPerSourceMTUUsage"][0];
    assert_eq!((&day["identified"], &day["neverIdentified"]), (&json!("1"), &json!("1")));
    let calls = get(&emulator, &format!("/usage/api-calls/daily?period={today}"));
    assert_eq!(calls["dailyWorkspaceAPICallsUsage"][0]["apiCalls"], "2");
}
