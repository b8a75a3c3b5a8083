//! `Idempotency-Key`: what is sent again is not done again.

use serde_json::{Value, json};

use super::{Answer, Service};

const EVENT: &str = r#"{"userId": "u1", "event": "Paid"}"#;

fn keyed(service: &Service, key: &str, path: &str, body: &str) -> Answer {
    let headers = format!("Content-Type: application/json\r\nIdempotency-Key: {key}\r\n");
    service.ask(&format!("POST {path}"), &headers, body)
}

fn made(service: &Service) -> usize {
    service.get("/v1/runs?function=track&limit=100").json()["runs"].as_array().unwrap().len()
}

#[test]
fn the_same_request_is_answered_as_the_first_time() {
    let service = Service::start(&["--emulator"]);
    let path = "/v1/call/segment.track_event";
    let first = keyed(&service, "k1", path, EVENT);
    assert_eq!(first.status, 200, "{first:#?}");
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let again = keyed(&service, "k1", path, EVENT);
    assert_eq!((again.status, &again.body), (200, &first.body));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.headers["x-kosmo-run-id"], first.headers["x-kosmo-run-id"]);
    assert_eq!(made(&service), 1);
    keyed(&service, "k1", path, r#"{"userId": "u2", "event": "Paid"}"#)
        .problem(422, "idempotency_key_reused");
    keyed(&service, "k1", "/v1/call/identify", EVENT).problem(422, "idempotency_key_reused");
    assert_eq!(keyed(&service, "k2", path, EVENT).status, 200);
    assert_eq!(made(&service), 2);
}

#[test]
fn what_changed_nothing_leaves_its_key_free() {
    let service = Service::start(&["--emulator"]);
    let path = "/v1/call/segment.track_event";
    let wrong = r#"{"userId": "u1"}"#;
    assert_eq!(keyed(&service, "k", path, wrong).status, 422);
    assert_eq!(keyed(&service, "k", path, EVENT).status, 200, "put right, it may go under its key");
    let dry = keyed(&service, "d", &format!("{path}?dry_run=true"), EVENT);
    assert_eq!(dry.json()["meta"]["dry_run"], true);
    let real = keyed(&service, "d", path, EVENT);
    assert_eq!((real.status, &real.json()["meta"]["dry_run"]), (200, &json!(false)));
    for bad in ["", "a b", &"k".repeat(256)] {
        keyed(&service, bad, path, EVENT).problem(400, "invalid_idempotency_key");
    }
}

#[test]
fn an_answer_outlives_the_service_and_belongs_to_its_caller() {
    let mut service = Service::start(&["--emulator"]);
    let path = "/v1/call/segment.track_event";
    let first = keyed(&service, "k", path, EVENT);
    service.signal("TERM");
    assert_eq!(service.end(), 0);
    let token = service.token.clone();
    let home = std::mem::replace(&mut service.home, crate::support::kosmo(["version"]));
    let mut service = Service::within(home, &["--emulator"]);
    let other = std::mem::replace(&mut service.token, token);
    let again = keyed(&service, "k", path, EVENT);
    assert_eq!(
        (again.headers["idempotency-replayed"].as_str(), &again.body),
        ("true", &first.body)
    );
    service.token = other;
    let own = keyed(&service, "k", path, EVENT);
    assert!(!own.headers.contains_key("idempotency-replayed"), "another caller, another key");
}

#[test]
fn of_many_at_once_one_is_done() {
    let service = Service::start(&["--emulator"]);
    let code = r#"{"code": "task.wait(0.3) return app.integrations.segment.track_event{userId='u', event='e'}"}"#;
    let answers: Vec<(u16, Value)> = std::thread::scope(|scope| {
        let ask = || scope.spawn(|| keyed(&service, "once", "/v1/lua", code));
        let asked: Vec<_> = (0..6).map(|_| ask()).collect();
        asked.into_iter().map(|one| one.join().unwrap()).map(|it| (it.status, it.json())).collect()
    });
    let good = answers.iter().filter(|(status, _)| *status == 200).count();
    let busy = answers.iter().filter(|(_, it)| it["code"] == "idempotency_in_progress").count();
    assert!(good >= 1 && good + busy == 6, "{answers:#?}");
    assert_eq!(made(&service), 1);
}
