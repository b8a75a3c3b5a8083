//! Scripted faults carried out on the socket.

use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use super::wire::{Ask, ask};
use super::{API_TOKEN, WRITE_KEY, emulator, failing};

fn track(id: &str) -> Ask {
    let event = json!({"userId": "u", "event": "E", "messageId": id});
    ask("POST", "/v1/track").basic(WRITE_KEY).json(&event)
}

#[test]
fn the_next_requests_fail_and_those_after_them_do_not() {
    let emulator = failing(&["POST /v1/track=status:503,next:2,retry-after:1"]);
    for _ in 0..2 {
        let reply = track("a").send(&emulator).status(503);
        assert_eq!(reply.header("retry-after"), Some("1"));
        assert_eq!(reply.json()["success"], false);
    }
    assert!(emulator.events().is_empty(), "a request that failed was not carried out");
    track("a").send(&emulator).status(200);
    assert_eq!(emulator.events().len(), 1);
}

#[test]
fn bodies_come_in_every_wrong_kind() {
    let emulator = failing(&[
        "GET /sources=status:502,body:html,next:1",
        "GET /sources=status:502,body:text,next:1",
        "GET /sources=status:502,body:empty,next:1",
        "GET /sources=status:502,body:json,next:1",
        "GET /sources=body:html,next:1",
    ]);
    let get = || ask("GET", "/sources").bearer(API_TOKEN).send(&emulator);
    let html = get().status(502);
    assert_eq!(html.header("content-type"), Some("text/html"));
    assert!(html.text().contains("<h1>502 Bad Gateway</h1>"));
    assert_eq!(get().status(502).text(), "Bad Gateway");
    assert_eq!(get().status(502).body, b"");
    assert_eq!(get().status(502).json()["errors"][0]["message"], "Bad Gateway");
    assert!(get().status(200).text().starts_with("<html>"));
    assert_eq!(get().status(200).json()["data"]["pagination"]["totalEntries"], 4);
}

#[test]
fn a_connection_dropped_before_the_body_leaves_nothing_and_after_it_everything() {
    let emulator = failing(&["*=drop,next:1", "*=drop:after,next:1"]);
    assert!(track("a").try_send(&emulator).is_none());
    assert!(emulator.events().is_empty());
    assert!(track("b").try_send(&emulator).is_none());
    assert_eq!(emulator.events()[0]["message_id"], "b");
    track("b").send(&emulator).status(200);
    assert_eq!(emulator.events()[1]["status"], "duplicate");
}

#[test]
fn a_truncated_body_promises_more_than_it_holds() {
    let emulator = failing(&["GET /sources=truncate:10,next:1", "GET /sources=truncate,next:1"]);
    let get = || ask("GET", "/sources").bearer(API_TOKEN).send(&emulator).status(200);
    let cut = get();
    assert_eq!(cut.body.len(), 10);
    assert!(!cut.whole());
    let half = get();
    assert!(half.body.len() > 10 && !half.whole());
    assert!(get().whole());
}

#[test]
fn a_delayed_answer_comes_late() {
    let emulator = failing(&["GET /sources=delay:80"]);
    let start = Instant::now();
    ask("GET", "/sources").bearer(API_TOKEN).send(&emulator).status(200);
    assert!(start.elapsed() >= Duration::from_millis(80));
}

#[test]
fn requests_in_flight_are_counted() {
    // Long enough never to pass: the requests end when the emulator does.
    let emulator = failing(&["GET /sources=delay:600000"]);
    let stats = || ask("GET", "/__emulator/stats").send(&emulator).status(200).json();
    std::thread::scope(|scope| {
        let get = || ask("GET", "/sources").bearer(API_TOKEN).try_send(&emulator);
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(get)).collect();
        let deadline = Instant::now() + Duration::from_secs(20);
        while stats()["in_flight"] != 8 {
            assert!(Instant::now() < deadline, "{}", stats());
            std::thread::yield_now();
        }
        let stats = stats();
        assert_eq!(stats["max_in_flight"], 8);
        assert_eq!(stats["requests"], 8);
        assert_eq!(stats["faulted"], 8);
        assert_eq!(stats["by_route"], json!({"GET /sources": 8}));
        emulator.stop();
        for thread in asked {
            assert!(thread.join().unwrap().is_none());
        }
    });
}

#[test]
fn a_wait_can_be_asked_for_as_a_date() {
    let emulator = failing(&["*=status:429,retry-after:date:30"]);
    let before = SystemTime::now();
    let reply = ask("GET", "/").bearer(API_TOKEN).send(&emulator).status(429);
    let date = httpdate::parse_http_date(reply.header("retry-after").unwrap()).unwrap();
    let wait = date.duration_since(before).unwrap();
    assert!((28..=31).contains(&wait.as_secs()), "{wait:?}");
}

#[test]
fn a_rate_limit_counts_down_and_then_refuses_in_the_words_of_each_api() {
    let emulator = failing(&["GET /*=rate:2/hour", "POST /v1/*=rate:0/hour"]);
    let get = || ask("GET", "/sources").bearer(API_TOKEN).send(&emulator);
    let first = get().status(200);
    assert_eq!(first.header("x-ratelimit-remaining"), Some("1"));
    let date = httpdate::parse_http_date(first.header("x-ratelimit-reset").unwrap()).unwrap();
    assert!(date > SystemTime::now());
    assert_eq!(get().status(200).header("x-ratelimit-remaining"), Some("0"));
    let over = get().status(429);
    let seconds: u64 = over.header("retry-after").unwrap().parse().unwrap();
    assert!((3_500..=3_600).contains(&seconds));
    let error = &over.json()["errors"][0];
    assert_eq!(error["type"], "RateLimited");
    assert_eq!(error["data"]["remainingPoints"], 0);
    assert_eq!(error["data"]["consumedPoints"], 3);
    let wait = error["data"]["msBeforeNext"].as_u64().unwrap();
    assert!(wait <= seconds * 1_000 && wait > (seconds - 2) * 1_000);
    let event = track("a").send(&emulator).status(429);
    let reset: u64 = event.header("x-ratelimit-reset").unwrap().parse().unwrap();
    assert!((3_500..=3_600).contains(&reset), "the Tracking API says it in seconds");
}

#[test]
fn faults_can_be_given_and_taken_away_while_it_runs() {
    let emulator = emulator();
    let post = |body: &Value| ask("POST", "/__emulator/faults").json(body).send(&emulator);
    let list = post(&json!({"fail": ["GET /=status:500,next:3"]})).status(200).json();
    assert_eq!(list, json!({"faults": [{"fail": "GET /=status:500,next:3", "left": 3}]}));
    ask("GET", "/").bearer(API_TOKEN).send(&emulator).status(500);
    let list = ask("GET", "/__emulator/faults").send(&emulator).json();
    assert_eq!(list["faults"][0]["left"], 2);
    ask("DELETE", "/__emulator/faults").send(&emulator).status(200);
    ask("GET", "/").bearer(API_TOKEN).send(&emulator).status(200);
    let wrong = post(&json!({"fail": ["GET /=status:500", "nonsense"]})).status(400).json();
    assert_eq!(wrong["error"]["code"], "invalid_fault");
    assert!(wrong["error"]["hint"].as_str().unwrap().contains("status:503"));
    post(&json!({"fail": 7})).status(400);
    ask("GET", "/").bearer(API_TOKEN).send(&emulator).status(200);
}

#[test]
fn its_own_routes_are_never_befallen_and_a_reset_forgets_everything() {
    let emulator = failing(&["*=status:500"]);
    track("a").send(&emulator).status(500);
    ask("GET", "/__emulator/events").send(&emulator).status(200);
    ask("POST", "/__emulator/reset").send(&emulator).status(200);
    track("a").send(&emulator).status(200);
    let event = json!({"anonymousId": "x", "messageId": "b"});
    ask("POST", "/v1/identify").basic(WRITE_KEY).json(&event).send(&emulator).status(200);
    let ids = |target: &str| -> Vec<Value> {
        let reply = ask("GET", target).send(&emulator).status(200).json();
        let events = reply["events"].as_array().unwrap();
        events.iter().map(|event| event["message_id"].clone()).collect()
    };
    assert_eq!(ids("/__emulator/events"), ["a", "b"]);
    assert_eq!(ids("/__emulator/events?type=identify&status=delivered"), ["b"]);
    assert_eq!(ids("/__emulator/events?user_id=u"), ["a"]);
    ask("POST", "/__emulator/reset").send(&emulator).status(200);
    assert!(ids("/__emulator/events").is_empty());
    let stats = ask("GET", "/__emulator/stats").send(&emulator).json();
    assert_eq!((&stats["requests"], &stats["faulted"]), (&json!(0), &json!(0)));
}

#[test]
fn what_came_in_last_can_be_looked_at_without_its_credential() {
    let emulator = failing(&["POST /v1/track=status:503,next:1"]);
    track("a").send(&emulator).status(503);
    ask("GET", "/sources?pagination.count=2").bearer(API_TOKEN).send(&emulator).status(200);
    let heard = ask("GET", "/__emulator/requests").send(&emulator).status(200);
    assert!(!heard.text().contains(API_TOKEN) && !heard.text().contains("ZW11bGF0b3I"));
    let heard = heard.json()["requests"].clone();
    assert_eq!(heard, emulator.requests());
    let [failed, listed] = heard.as_array().unwrap().as_slice() else { panic!("{heard:#}") };
    assert_eq!((&failed["method"], &failed["status"]), (&json!("POST"), &json!(503)));
    assert_eq!(failed["body"]["messageId"], "a");
    assert_eq!((&listed["path"], &listed["body"]), (&json!("/sources"), &Value::Null));
    assert_eq!(listed["query"], json!([["pagination.count", "2"]]));
    assert!(listed["headers"]["authorization"].as_str().unwrap().starts_with("Bearer #"));
}
