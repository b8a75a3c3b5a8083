//! What can be looked at over HTTP.

use serde_json::{Value, json};

use super::Service;

#[test]
fn functions_are_listed_found_and_shown() {
    let service = Service::start(&["--emulator"]);
    let all = service.get("/v1/functions").json();
    assert!(all["functions"].as_array().unwrap().len() > 200);
    let found = service.get("/v1/functions?intent=log%20a%20conversion&limit=3").json();
    assert_eq!(found["functions"][0]["name"], "segment.track_event", "{found:#}");
    assert!(found["functions"][0]["confidence"].as_f64().unwrap() > 0.5);
    let nothing = service.get("/v1/functions?intent=bake+a+cake").json();
    assert_eq!(nothing["functions"], json!([]));
    let one = service.get("/v1/functions/track").json();
    assert_eq!(one["name"], "segment.track_event");
    assert_eq!(one["input_schema"]["properties"]["event"]["type"], "string");
    service.get("/v1/functions/trak").problem(404, "unknown_function");
    service.get("/v1/functions?intents=x").problem(400, "unknown_option");
}

#[test]
fn the_documentation_is_that_of_every_face() {
    let service = Service::start(&["--emulator"]);
    let page = service.get("/v1/docs/segment.track_event");
    assert_eq!(page.headers["content-type"], "text/markdown; charset=utf-8");
    let catalogue = kosmo::catalogue::Catalogue::new(Vec::new());
    let text = kosmo::catalogue::docs::read(&catalogue, Some("segment.track_event")).unwrap();
    assert_eq!(page.body, text);
    assert!(service.get("/v1/docs").body.contains("## Guides"));
    let json = service.ask("GET /v1/docs/limits", "Accept: application/json\r\n", "").json();
    assert_eq!(json["page"], "limits");
    let problem = service.get("/v1/docs/segmnet").problem(404, "unknown_page");
    assert!(problem["hint"].as_str().unwrap().contains("`segment`"), "{problem:#}");
}

#[test]
fn runs_are_found_by_what_they_were() {
    let service = Service::start(&["--emulator"]);
    service.post("/v1/call/list_sources", "");
    service.post("/v1/call/get_source", r#"{"id": "nowhere"}"#);
    let failed = service.get("/v1/runs?failed&limit=10").json();
    let failed = failed["runs"].as_array().unwrap();
    assert_eq!(failed.len(), 1, "{failed:#?}");
    assert_eq!(failed[0]["function"], "segment.get_source");
    let id = failed[0]["id"].as_str().unwrap();
    let run = service.get(&format!("/v1/runs/{id}?details=true")).json();
    assert!(run["run"]["details"].to_string().contains("nowhere"), "{run:#}");
    service.get("/v1/runs/ffffffff").problem(404, "unknown_run");
    service.get("/v1/runs?since=yesterday").problem(400, "invalid_argument");
    assert_eq!(service.get("/v1/runs?until=2001-01-01T00:00:00Z").json()["runs"], json!([]));
}

#[test]
fn the_outbox_can_be_looked_at() {
    // Nothing is sent: nobody is there to send to, and policy lets the event be kept.
    let home = crate::support::kosmo([] as [&str; 0])
        .env("SEGMENT_WRITE_KEY", "some-key-of-a-test")
        .env("SEGMENT_URL", "http://127.0.0.1:9");
    let mut service = Service::within(home, &["--flush-timeout", "0"]);
    let event = r#"{"userId": "u1", "event": "Paid", "messageId": "m-1"}"#;
    let answer = service.post("/v1/call/track?delivery=outbox&force=true", event);
    assert_eq!((answer.status, &answer.json()["success"]), (202, &json!(true)), "{answer:#?}");
    let places = service.get("/v1/outbox").json();
    assert_eq!(
        (&places["places"][0]["queued"], &places["places"][0]["account"]),
        (&json!(1), &json!("default"))
    );
    let queued = service.get("/v1/outbox/queued").json();
    assert_eq!(queued["events"][0]["message_id"], "m-1", "{queued:#}");
    assert_eq!(service.get("/v1/outbox/buried").json()["events"], json!([]));
    let one = service.get("/v1/outbox/events/m-1").json();
    assert_eq!(
        (&one["receipt"]["status"], &one["receipt"]["event"]["event"]),
        (&json!("queued"), &json!("Paid"))
    );
    service.get("/v1/outbox/events/m-2").problem(404, "unknown_event");
    let metrics = service.get("/metrics").body;
    let line = metrics.lines().find(|line| line.contains("state=\"queued\"")).unwrap();
    assert!(line.ends_with("} 1"), "{line}");
    let other = service.mint(&["--allow", "*", "--account", "elsewhere"]);
    let hidden = service.ask_as(&other, "GET /v1/outbox", "", "").json();
    assert_eq!(hidden["places"], json!([]));
    service.ask_as(&other, "GET /v1/outbox/events/m-1", "", "").problem(404, "unknown_event");
}

#[test]
fn calls_are_counted() {
    let service = Service::start(&["--emulator"]);
    service.post("/v1/call/list_sources", "");
    service.post("/v1/call/list_sources?dry_run", "");
    service.post("/v1/call/nothing_like_it", "");
    service.post("/v1/lua", r#"{"code": "return 1"}"#);
    let answer = service.get("/metrics");
    assert!(answer.headers["content-type"].starts_with("text/plain; version=0.0.4"));
    for line in [
        "kosmo_calls_total{function=\"segment.list_sources\",status=\"ok\"} 1",
        "kosmo_calls_total{function=\"segment.list_sources\",status=\"dry_run\"} 1",
        "kosmo_calls_total{function=\"unknown\",status=\"unknown_function\"} 1",
        "kosmo_calls_total{function=\"lua\",status=\"ok\"} 1",
        "kosmo_call_duration_seconds_count{function=\"segment.list_sources\"} 2",
        "# TYPE kosmo_call_duration_seconds histogram",
    ] {
        assert!(answer.body.lines().any(|have| have == line), "{line}\n{}", answer.body);
    }
}

#[test]
fn the_description_is_json_and_its_schemas_are_schemas() {
    let service = Service::start(&["--emulator"]);
    let document: Value = service.get("/openapi.json").json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 200);
    for (path, item) in paths.iter().filter(|(path, _)| path.starts_with("/v1/call/")) {
        let content = &item["post"]["requestBody"]["content"]["application/json"];
        let schema = jsonschema::validator_for(&content["schema"]).unwrap();
        if !content["example"].is_null() {
            assert!(schema.is_valid(&content["example"]), "{path}");
        }
    }
}
