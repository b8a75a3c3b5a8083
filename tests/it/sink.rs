//! The server that deliveries are measured against counts right, and goes wrong as it is told.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::sink_server::control::ask;
use crate::sink_server::{Faults, Look, Sink};

fn event(n: u64) -> Value {
    json!({
        "type": "track", "userId": "u", "event": "E", "messageId": format!("id-{n}"),
        "timestamp": "2026-01-02T03:04:05.678Z", "properties": {"n": n},
    })
}

fn batch(events: &[Value]) -> Value {
    json!({"batch": events, "sentAt": jiff::Timestamp::now().to_string(), "writeKey": "k"})
}

/// Sends a body; the status, or nothing when the connection was closed without one.
fn post(sink: &Sink, path: &str, body: &[u8], headers: &str) -> Option<u16> {
    let address = sink.url();
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    let head = format!("POST {path} HTTP/1.1\r\nHost: sink\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok();
    let line = answer.split_once("\r\n")?.0;
    line.split(' ').nth(1)?.parse().ok()
}

fn send(sink: &Sink, path: &str, body: &Value) -> Option<u16> {
    let body = body.to_string();
    let length = body.len();
    let headers = format!("Content-Type: application/json\r\nContent-Length: {length}\r\n");
    post(sink, path, body.as_bytes(), &headers)
}

#[test]
fn every_event_is_counted_once_and_again() {
    for look in [Look::Quick, Look::Thorough] {
        let sink = Sink::start(look, Faults::NONE);
        assert_eq!(send(&sink, "/v1/batch", &batch(&[event(1), event(2)])), Some(200));
        assert_eq!(send(&sink, "/v1/import/", &batch(&[event(2), event(3)])), Some(200));
        let report = sink.report();
        assert_eq!((report.requests, report.received, report.unique), (2, 4, 3), "{report:?}");
        assert_eq!((report.duplicates, report.bad, report.without_id), (1, 0, 0), "{report:?}");
        assert_eq!(ask(&sink.url(), "report")["unique"], 3);
        let gone = ask(&sink.url(), "missing?upto=5")["missing"].as_u64();
        assert_eq!(gone, Some(if look == Look::Thorough { 2 } else { 5 }));
        ask(&sink.url(), "reset");
        assert_eq!(sink.report().received, 0);
    }
}

#[test]
fn bodies_come_packed_and_in_chunks() {
    let sink = Sink::start(Look::Thorough, Faults::NONE);
    let text = batch(&[event(1)]).to_string();
    let mut packer = GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let kind = "Content-Type: application/json\r\n";
    let headers = format!("{kind}Content-Encoding: gzip\r\nContent-Length: {}\r\n", packed.len());
    assert_eq!(post(&sink, "/v1/batch", &packed, &headers), Some(200));

    let text = batch(&[event(2)]).to_string();
    let (one, two) = text.split_at(20);
    let body = format!("{:x}\r\n{one}\r\n{:X};x=y\r\n{two}\r\n0\r\n\r\n", one.len(), two.len());
    let headers = format!("{kind}Transfer-Encoding: chunked\r\n");
    assert_eq!(post(&sink, "/v1/batch", body.as_bytes(), &headers), Some(200));
    let report = sink.report();
    assert_eq!((report.unique, report.bad), (2, 0), "{report:?}");
    assert!(report.wire_bytes < report.json_bytes + 100);
}

#[test]
fn what_segment_would_not_keep_is_bad() {
    let mut changed = event(1);
    changed["event"] = json!("Another");
    let without = |key: &str| {
        let mut event = event(7);
        event.as_object_mut().unwrap().remove(key);
        batch(&[event])
    };
    let mut large = event(8);
    large["properties"]["text"] = json!("x".repeat(33 * 1024));
    let many: Vec<Value> = (0..2_501).map(event).collect();
    let late = json!({"batch": [event(9)], "sentAt": "2026-01-02T03:04:05Z", "writeKey": "k"});
    let cases = [
        ("changed", Some(200), batch(&[changed])),
        ("messageId", Some(200), without("messageId")),
        ("timestamp", Some(200), without("timestamp")),
        ("userId", Some(200), without("userId")),
        ("event", Some(200), without("event")),
        ("type", Some(200), without("type")),
        ("large", Some(400), batch(&[large])),
        ("many", Some(200), batch(&many)),
        ("late", Some(200), late),
        ("keyless", Some(400), json!({"batch": [event(1)], "sentAt": "2026-01-02T03:04:05Z"})),
        ("sentAt", Some(200), json!({"batch": [event(9)], "writeKey": "k"})),
    ];
    for (what, status, body) in cases {
        let sink = Sink::start(Look::Thorough, Faults::NONE);
        send(&sink, "/v1/batch", &batch(&[event(1)]));
        assert_eq!(send(&sink, "/v1/batch", &body), status, "{what}");
        let report = sink.report();
        assert_eq!((report.bad, report.unique), (1, 1), "{what}: {report:?}");
        assert_eq!(report.complaints.len(), 1, "{what}: {report:?}");
    }
}

#[test]
fn single_events_are_taken_as_their_path_says() {
    let sink = Sink::start(Look::Thorough, Faults::NONE);
    let mut single = event(1);
    single["sentAt"] = json!(jiff::Timestamp::now().to_string());
    single["writeKey"] = json!("k");
    single.as_object_mut().unwrap().remove("type");
    assert_eq!(send(&sink, "/v1/track", &single), Some(200));
    assert_eq!(sink.counted(|count| count.held["id-1"].event["type"].clone()), "track");
    assert_eq!(send(&sink, "/v1/alias", &single), Some(400));
    assert_eq!(sink.report().bad, 1);
}

#[test]
fn the_schedule_of_faults_is_the_seeds() {
    let fates = |seed| {
        let delay = Duration::from_millis(2);
        let sink =
            Sink::start(Look::Thorough, Faults { seed, per_mille: 500, delay, retry_after: 1 });
        let answers: Vec<_> =
            (0..60).map(|n| send(&sink, "/v1/batch", &batch(&[event(n)]))).collect();
        (answers, sink.report())
    };
    let (answers, report) = fates(3);
    assert_eq!(answers, fates(3).0);
    assert_ne!(answers, fates(4).0);
    for wanted in [None, Some(200), Some(429), Some(500), Some(503)] {
        assert!(answers.contains(&wanted), "{wanted:?}: {answers:?}");
    }
    let faults = report.faults.as_object().unwrap();
    assert_eq!(faults.len(), 7, "{faults:?}");
    // Taken is what was dropped, throttled or failed by no one.
    let lost = ["dropped", "throttled", "failed"].map(|name| faults[name].as_u64().unwrap());
    assert_eq!(report.unique, 60 - lost.iter().sum::<u64>());

    let sink = Sink::start(Look::Quick, Faults::NONE);
    ask(&sink.url(), "faults?seed=1&per_mille=1000");
    let answers: Vec<_> = (0..40).map(|n| send(&sink, "/v1/batch", &batch(&[event(n)]))).collect();
    assert!(answers.contains(&None));
    sink.go_wrong(Faults::NONE);
    assert_eq!(send(&sink, "/v1/batch", &batch(&[event(99)])), Some(200));
}
