//! One sender: every answer a service can give, and what it means for the events.

use std::time::{Duration, Instant};

use kosmo::engine::courier::{Delivered, Rate};
use kosmo::engine::retry::Patience;
use kosmo::error::{Fault, Kind};
use kosmo::runtime::Runtime;
use serde_json::{Value, json};

use super::{account, event, events, stage, taken, wait};
use crate::emulator::{WRITE_KEY, failing};
use crate::service::{Reply, Seen, Service, runtime};

/// Repeats at once, so that tests need not wait.
const EAGER: Patience = Patience { retries: 2, base: Duration::ZERO, cap: Duration::ZERO };
const SHORT: Duration = Duration::from_secs(5);

fn deliver(runtime: &Runtime, events: &[String]) -> Result<Delivered, Fault> {
    let engine = runtime.engine();
    let place = engine.place("segment", None)?;
    let sender = engine.sender(&place)?.at(Some(Rate(None))).patient(EAGER, SHORT);
    wait(sender.deliver(events))
}

fn sent(count: usize, requests: u32) -> Delivered {
    Delivered { sent: count, refused: Vec::new(), requests }
}

#[test]
fn a_batch_arrives_whole_packed_and_stamped() {
    let service = Service::start(|_, _| (200, json!({"success": true})));
    let done = deliver(&service.runtime(), &events(3)).unwrap();
    assert_eq!(done, sent(3, 1));
    let seen = &service.seen()[0];
    assert_eq!(seen.what(), "POST /v1/batch");
    assert_eq!(seen.header("content-encoding"), "gzip");
    assert_eq!(seen.header("content-type"), "application/json");
    assert!(seen.authorization.starts_with("Basic "));
    let body = seen.json();
    assert_eq!(body["writeKey"], "the-write-key");
    assert_eq!(body["context"]["library"]["name"], "kosmo");
    assert!(body["sentAt"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    let batch: Vec<String> =
        body["batch"].as_array().unwrap().iter().map(Value::to_string).collect();
    assert_eq!(batch, events(3));
}

#[test]
fn no_request_is_larger_than_the_service_takes() {
    let (emulator, runtime) = stage(&[]);
    let many = events(2_501);
    assert_eq!(deliver(&runtime, &many).unwrap(), sent(2_501, 2), "2,500 events at most");
    let wide: Vec<String> = (0..40)
        .map(|n| {
            let id = format!("wide-{n}");
            let text = event("u", &id);
            text.replace("\"E\"", &json!("x".repeat(30_000)).to_string())
        })
        .collect();
    let done = deliver(&runtime, &wide).unwrap();
    assert_eq!((done.sent, done.refused.len()), (40, 0));
    assert!(done.requests >= 3, "480 KiB at most: {}", done.requests);
    assert_eq!(emulator.events().len(), 2_541);
    assert!(emulator.events().iter().all(|event| event["status"] == "delivered"));
}

#[test]
fn an_oversized_event_is_refused_without_a_request_and_the_others_go() {
    let (emulator, runtime) = stage(&[]);
    let mut all = events(3);
    all[1] = event("u", &"x".repeat(33_000));
    let done = deliver(&runtime, &all).unwrap();
    assert_eq!((done.sent, done.refused.len()), (2, 1));
    let (index, reason) = &done.refused[0];
    assert_eq!((*index, &*reason.code), (1, "message_too_large"));
    assert_eq!(taken(&emulator), ["a0", "a2"]);
    assert_eq!(deliver(&runtime, &all[1..2]).unwrap().requests, 0);
}

#[test]
fn poisoned_events_end_up_alone_and_all_others_arrive_in_order() {
    let (emulator, runtime) = stage(&["POST /v1/batch=status:400,holding:poison"]);
    let mut all = events(100);
    for at in [0, 41, 42, 99] {
        all[at] = event("poison", &format!("p{at}"));
    }
    let done = deliver(&runtime, &all).unwrap();
    let refused: Vec<usize> = done.refused.iter().map(|(index, _)| *index).collect();
    assert_eq!((done.sent, refused), (96, vec![0, 41, 42, 99]));
    let reason = &done.refused[1].1;
    assert_eq!((&*reason.code, reason.http_status), ("rejected", Some(400)));
    assert!(reason.message.starts_with("Segment API error (400)"), "{}", reason.message);
    let wanted: Vec<String> =
        (0..100).filter(|n| ![0, 41, 42, 99].contains(n)).map(|n| format!("a{n}")).collect();
    assert_eq!(taken(&emulator), wanted);
    assert!(done.requests < 60, "{}", done.requests);
}

#[test]
fn a_body_that_is_too_large_for_a_proxy_is_halved() {
    let (emulator, runtime) = stage(&["POST /v1/batch=status:413,body:html,over:2000"]);
    let done = deliver(&runtime, &events(64)).unwrap();
    assert_eq!((done.sent, done.refused.len()), (64, 0));
    assert_eq!(taken(&emulator).len(), 64);
    let (_emulator, runtime) = stage(&["POST /v1/batch=status:413,over:300"]);
    let mut all = events(2);
    all[0] = event("u", &"x".repeat(400));
    let done = deliver(&runtime, &all).unwrap();
    assert_eq!((done.sent, &*done.refused[0].1.code), (1, "message_too_large"));
}

#[test]
fn what_passes_is_tried_again_with_a_fresh_stamp_and_a_count() {
    for status in [408, 410, 429, 460, 500, 502, 503, 504] {
        let service = Service::start(move |number, _| match number {
            0 => (status, json!({})),
            1 => (200, json!("not what Segment says")),
            _ => (200, json!({"success": true})),
        });
        let done = deliver(&service.runtime(), &events(1)).unwrap();
        assert_eq!(done.requests, 2, "{status}");
        let seen = service.seen();
        let counts: Vec<&str> = seen.iter().map(|seen| seen.header("x-retry-count")).collect();
        assert_eq!(counts, ["", "1"]);
        let stamp = |seen: &Seen| seen.json()["sentAt"].as_str().unwrap().to_owned();
        assert!(stamp(&seen[1]) >= stamp(&seen[0]));
    }
}

#[test]
fn a_lost_answer_costs_a_repeat_and_no_event() {
    let (emulator, runtime) = stage(&["*=drop,next:1", "*=drop:after,next:1"]);
    assert_eq!(deliver(&runtime, &events(5)).unwrap(), sent(5, 3));
    let delivered = |event: &&Value| event["status"] == "delivered";
    assert_eq!(emulator.events().iter().filter(delivered).count(), 5, "deduplicated");
    let (emulator, runtime) = stage(&["*=truncate:3,next:1"]);
    assert_eq!(deliver(&runtime, &events(2)).unwrap(), sent(2, 2));
    assert_eq!(emulator.events().iter().filter(delivered).count(), 2);
}

#[test]
fn a_page_for_people_with_status_200_is_no_success() {
    let (_emulator, runtime) = stage(&["*=status:200,body:html"]);
    let fault = deliver(&runtime, &events(2)).unwrap_err();
    assert_eq!((fault.kind, fault.retryable()), (Kind::BadAnswer, true));
    let service = Service::start(|_, _| (200, json!({"success": false})));
    let fault = deliver(&service.runtime(), &events(2)).unwrap_err();
    assert_eq!((fault.kind, fault.retryable()), (Kind::BadAnswer, true));
}

#[test]
fn what_lasts_is_not_tried_again_and_settles_nothing() {
    for (status, exit) in [(404, 5), (501, 8), (505, 8), (402, 2)] {
        let service = Service::start(move |_, _| (status, json!({})));
        let fault = deliver(&service.runtime(), &events(4)).unwrap_err();
        assert_eq!((fault.exit(), fault.retryable()), (exit, false), "{status}");
        assert_eq!(service.seen().len(), 1, "{status}");
    }
}

#[test]
fn a_refused_account_stops_everything_and_buries_nothing() {
    for status in [401, 403] {
        let service = Service::start(move |_, _| (status, json!({})));
        let fault = deliver(&service.runtime(), &events(4)).unwrap_err();
        assert_eq!((fault.kind, fault.exit()), (Kind::AuthenticationFailed, 3));
        assert!(!fault.retryable());
        assert_eq!(service.seen().len(), 1);
    }
}

#[test]
fn a_service_that_refuses_every_event_is_not_fed_all_of_them() {
    let service = Service::start(|_, _| (400, json!({"message": "unusable key"})));
    let fault = deliver(&service.runtime(), &events(500)).unwrap_err();
    assert_eq!((&*fault.code, fault.exit(), fault.retryable()), ("everything_refused", 3, false));
    assert!(fault.message.contains("unusable key"), "{fault}");
    assert!(service.seen().len() < 40, "{}", service.seen().len());
    let few = deliver(&service.runtime(), &events(2)).unwrap();
    assert_eq!(few.refused.len(), 2, "so few may well be broken themselves");
}

#[test]
fn a_wait_that_is_asked_for_is_kept_in_both_forms_or_handed_on() {
    for form in ["1", "date:2"] {
        let (_emulator, runtime) =
            stage(&[&format!("POST /v1/batch=status:429,next:1,retry-after:{form}")]);
        let start = Instant::now();
        assert_eq!(deliver(&runtime, &events(1)).unwrap(), sent(1, 2));
        assert!(start.elapsed() >= Duration::from_millis(900), "{:?}", start.elapsed());
    }
    let (_emulator, runtime) = stage(&["POST /v1/batch=status:503,retry-after:86400"]);
    let fault = deliver(&runtime, &events(1)).unwrap_err();
    assert!(fault.retryable());
    assert_eq!(fault.retry_after_ms(), Some(300_000), "nobody is left waiting for a day");
}

#[test]
fn a_service_that_stays_away_is_given_up_with_what_was_settled() {
    let (_emulator, runtime) = stage(&["POST /v1/batch=status:503,holding:a2500"]);
    let engine = runtime.engine();
    let place = engine.place("segment", None).unwrap();
    let sender = engine.sender(&place).unwrap().at(Some(Rate(None))).patient(EAGER, SHORT);
    let (done, fault) = wait(sender.advance(&events(2_501)));
    assert_eq!(done.settled(), 2_500, "the first batch is through");
    let fault = fault.unwrap();
    assert_eq!((fault.kind, fault.retryable()), (Kind::Unavailable, true));
    let (_emulator, runtime) = stage(&["*=delay:60000"]);
    let engine = runtime.engine();
    let sender = engine.sender(&place_of(&runtime)).unwrap();
    let sender = sender.at(Some(Rate(None))).patient(EAGER, Duration::from_millis(100));
    let fault = wait(sender.deliver(&events(1))).unwrap_err();
    assert_eq!((fault.kind, fault.retryable()), (Kind::Timeout, true));
    let gone = deliver(&account("http://127.0.0.1:9"), &events(1)).unwrap_err();
    assert_eq!((gone.kind, gone.retryable()), (Kind::Network, true));
}

fn place_of(runtime: &Runtime) -> kosmo::ledger::outbox::Place {
    runtime.engine().place("segment", None).unwrap()
}

#[test]
fn events_are_not_sent_to_another_place_than_they_were_queued_for() {
    let (emulator, runtime) = stage(&[]);
    let place = place_of(&runtime);
    let moved = [("SEGMENT_WRITE_KEY", WRITE_KEY), ("SEGMENT_REGION", "eu")];
    let other = [("SEGMENT_WRITE_KEY", "another-key"), ("SEGMENT_URL", &emulator.url())];
    for variables in [&moved[..], &other[..]] {
        let runtime = self::runtime(variables, None);
        let Err(fault) = runtime.engine().sender(&place) else { panic!("it is another place") };
        assert_eq!((&*fault.code, fault.exit(), fault.retryable()), ("place_changed", 3, false));
        assert!(fault.hint.unwrap().contains("outbox:retry --account default --as-is"));
    }
    let nobody = self::runtime(&[], None);
    let Err(fault) = nobody.engine().sender(&place) else { panic!("there is no key") };
    assert_eq!(fault.kind, Kind::MissingCredential);
}

#[test]
fn a_revoked_token_is_replaced_once_in_the_middle_of_a_batch() {
    let key = include_str!("../../fixtures/oauth-test-key.pem");
    let answer = |number: usize, seen: &Seen| match seen.what() {
        "POST /token" => (200, json!({"access_token": format!("t{number}"), "expires_in": 60})),
        _ if seen.authorization == "Bearer t0" && number > 1 => (401, json!({"message": "gone"})),
        _ => (200, json!({"success": true})),
    };
    let service = Service::start(answer);
    let mut variables = service.account();
    variables.extend([
        ("SEGMENT_OAUTH_APP_ID", "app-1"),
        ("SEGMENT_OAUTH_KEY_ID", "key-1"),
        ("SEGMENT_OAUTH_PRIVATE_KEY", key),
        ("SEGMENT_OAUTH_URL", &service.address),
    ]);
    let runtime = runtime(&variables, None);
    assert_eq!(deliver(&runtime, &events(2_501)).unwrap(), sent(2_501, 3));
    let seen = service.seen();
    let headers: Vec<&str> = seen.iter().map(|seen| &*seen.authorization).collect();
    assert_eq!(headers, ["", "Bearer t0", "Bearer t0", "", "Bearer t3"]);
    assert_eq!(seen[4].json()["writeKey"], "the-write-key");
}

#[test]
fn events_leave_at_the_rate_of_their_account() {
    let (emulator, runtime) = stage(&[]);
    let engine = runtime.engine();
    let sender = engine.sender(&place_of(&runtime)).unwrap().at(Some(Rate(Some(50))));
    let start = Instant::now();
    wait(async {
        for chunk in events(30).chunks(10) {
            sender.deliver(chunk).await.unwrap();
        }
    });
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(390), "20 of 30 wait for a turn: {took:?}");
    assert_eq!(taken(&emulator).len(), 30);
}

#[test]
fn all_accounts_together_have_a_rate_over_all_processes() {
    let (emulator, home) = (failing(&[]), tempfile::tempdir().unwrap());
    let url = emulator.url();
    let config = format!(
        "outbox.total_rate = 50
        [integrations.segment.accounts]
        one = {{ write_key = 'first', url = '{url}', rate = 'off' }}
        two = {{ write_key = 'second', url = '{url}', rate = 'off' }}"
    );
    std::fs::write(home.path().join("config.toml"), config).unwrap();
    let (start, events) = (Instant::now(), events(30));
    for (account, chunk) in ["one", "two", "one"].into_iter().zip(events.chunks(10)) {
        // A runtime of its own is what another process has.
        let runtime = runtime(&[], Some(home.path()));
        let place = runtime.engine().place("segment", Some(account)).unwrap();
        let sender = runtime.engine().sender(&place).unwrap();
        wait(sender.deliver(chunk)).unwrap();
    }
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(390), "20 of 30 wait for a turn: {took:?}");
}

#[test]
fn a_dropped_connection_can_be_told_from_a_refusal() {
    let service = Service::start(|_, _| Reply::Nothing);
    let fault = deliver(&service.runtime(), &events(1)).unwrap_err();
    assert_eq!((fault.kind, fault.retryable()), (Kind::Network, true));
    assert_eq!(service.seen().len(), 3);
}
