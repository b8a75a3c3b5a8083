//! The Tracking API: who gets in at the door, and what becomes of a message behind it.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::wire::ask;
use super::{WRITE_KEY, emulator, fates};

fn event(id: &str) -> Value {
    json!({"userId": "u-1", "event": "Signed Up", "messageId": id})
}

fn fate(kind: &str, status: &str, reason: Option<&str>) -> (String, String, Option<String>) {
    (kind.to_owned(), status.to_owned(), reason.map(str::to_owned))
}

#[test]
fn every_call_is_taken_under_every_path_that_libraries_use() {
    let emulator = emulator();
    let whole = json!({
        "userId": "u", "event": "E", "groupId": "g", "previousId": "p", "name": "n",
    });
    let calls = [
        ("identify", "i"),
        ("track", "t"),
        ("page", "p"),
        ("screen", "s"),
        ("group", "g"),
        ("alias", "a"),
    ];
    for (name, short) in calls {
        for path in [format!("/v1/{name}"), format!("/v1/{name}/"), format!("/v1/{short}")] {
            let reply =
                ask("POST", &path).basic(WRITE_KEY).json(&whole).send(&emulator).status(200);
            assert_eq!(reply.json(), json!({"success": true}));
        }
    }
    let want: Vec<_> =
        calls.iter().flat_map(|(name, _)| vec![fate(name, "delivered", None); 3]).collect();
    assert_eq!(fates(&emulator), want);
    for path in ["/v1/batch", "/v1/import/", "/v1/b"] {
        let batch = json!({"batch": [{"type": "track", "userId": "u", "event": "E"}]});
        ask("POST", path).basic(WRITE_KEY).json(&batch).send(&emulator).status(200);
    }
    assert_eq!(emulator.events().len(), want.len() + 3);
    ask("POST", "/v1/nothing").basic(WRITE_KEY).json(&whole).send(&emulator).status(404);
    ask("GET", "/v1/track").basic(WRITE_KEY).send(&emulator).status(404);
}

#[test]
fn an_event_is_remembered_with_its_fields_and_without_its_key() {
    let emulator = emulator();
    let mut body = event("m-1");
    body["writeKey"] = json!(WRITE_KEY);
    body["properties"] = json!({"big": 12_345_678_901_234_567_890_u64});
    ask("POST", "/v1/track").json(&body).send(&emulator).status(200);
    let events = emulator.events();
    let [event] = events.as_slice() else { panic!("{events:?}") };
    for (key, value) in [
        ("type", "track"),
        ("message_id", "m-1"),
        ("user_id", "u-1"),
        ("source", "abc123"),
        ("status", "delivered"),
    ] {
        assert_eq!(event[key], json!(value), "{key}");
    }
    assert_eq!(event["reason"], Value::Null);
    assert_eq!(event["message"]["properties"], body["properties"]);
    assert!(!event.to_string().contains(WRITE_KEY), "{event}");
}

#[test]
fn a_missing_key_is_refused_and_an_unknown_one_is_not_delivered() {
    let emulator = emulator();
    for request in [
        ask("POST", "/v1/track").json(&event("a")),
        ask("POST", "/v1/track").basic("").json(&event("a")),
        ask("POST", "/v1/track").header("authorization", "Basic !").json(&event("a")),
        // The colon after the key is missing.
        ask("POST", "/v1/track")
            .header("authorization", &format!("Basic {}", STANDARD.encode(WRITE_KEY)))
            .json(&event("a")),
        ask("POST", "/v1/track").json(&json!({"writeKey": "", "userId": "u", "event": "E"})),
    ] {
        request.send(&emulator).status(400);
    }
    ask("POST", "/v1/track").bearer("token").json(&event("a")).send(&emulator).status(401);
    assert!(emulator.events().is_empty());
    ask("POST", "/v1/track").basic("somebody-elses").json(&event("a")).send(&emulator).status(200);
    ask("POST", "/v1/track")
        .basic("emulator-old-key")
        .json(&event("b"))
        .send(&emulator)
        .status(200);
    assert_eq!(
        fates(&emulator),
        [
            fate("track", "rejected", Some("unknown_write_key")),
            fate("track", "rejected", Some("source_disabled")),
        ]
    );
}

#[test]
fn the_settings_tell_a_known_key_from_an_unknown_one() {
    let emulator = emulator();
    let known = ask("GET", "/v1/projects/emulator-write-key/settings").send(&emulator).status(200);
    assert_eq!(known.json()["integrations"]["Segment.io"]["apiKey"], WRITE_KEY);
    let unknown = ask("GET", "/v1/projects/nobody/settings").send(&emulator).status(404);
    assert_eq!(unknown.text(), "Invalid path or write key provided");
}

#[test]
fn a_body_must_be_a_json_object_of_that_media_type() {
    let emulator = emulator();
    let post = || ask("POST", "/v1/track").basic(WRITE_KEY);
    let json = || post().header("content-type", "application/json; charset=utf-8");
    post().body(event("a").to_string()).send(&emulator).status(400);
    post()
        .header("content-type", "text/plain")
        .body(event("a").to_string())
        .send(&emulator)
        .status(400);
    for text in ["{\"userId\": ", "[]", ""] {
        json().body(text).send(&emulator).status(400);
    }
    json().header("content-encoding", "gzip").body("no gzip").send(&emulator).status(400);
    json().header("content-encoding", "br").body("?").send(&emulator).status(400);
    assert!(emulator.events().is_empty());
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(event("a").to_string().as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    json().header("content-encoding", "gzip").body(packed).send(&emulator).status(200);
    json().body(event("b").to_string()).send(&emulator).status(200);
    assert_eq!(fates(&emulator), vec![fate("track", "delivered", None); 2]);
}

/// A track message whose JSON has exactly this many bytes.
fn sized(bytes: usize, id: &str) -> Value {
    let mut message = event(id);
    message["type"] = json!("track");
    message["properties"] = json!({"fill": ""});
    let fill = bytes - message.to_string().len();
    message["properties"]["fill"] = json!("x".repeat(fill));
    assert_eq!(message.to_string().len(), bytes);
    message
}

#[test]
fn sizes_are_held_to_the_byte() {
    let emulator = emulator();
    let track = |bytes, id| {
        ask("POST", "/v1/track").basic(WRITE_KEY).json(&sized(bytes, id)).send(&emulator).status
    };
    assert_eq!((track(32_768, "a"), track(32_769, "b")), (200, 400));
    let batch = |value: &Value| {
        ask("POST", "/v1/batch").basic(WRITE_KEY).json(value).send(&emulator).status
    };
    assert_eq!(batch(&json!({"batch": [sized(32_768, "c")]})), 200);
    assert_eq!(batch(&json!({"batch": [event("d"), sized(32_769, "e")]})), 400);
    let mut full: Vec<Value> = (0..15).map(|n| sized(32_000, &format!("f-{n}"))).collect();
    let have = json!({"batch": full}).to_string().len();
    full.push(sized(512_000 - have - 1, "g"));
    assert_eq!(json!({"batch": full}).to_string().len(), 512_000);
    assert_eq!(batch(&json!({"batch": full})), 200);
    *full.last_mut().unwrap() = sized(512_000 - have, "h");
    assert_eq!(batch(&json!({"batch": full})), 400);
    assert_eq!(emulator.events().len(), 1 + 1 + 16);
}

#[test]
fn too_many_or_no_messages_are_accepted_and_dropped() {
    let emulator = emulator();
    let batch = |count: usize| {
        let one = json!({"type": "track", "userId": "u", "event": "E"});
        let body = json!({"batch": vec![one; count]});
        ask("POST", "/v1/batch").basic(WRITE_KEY).json(&body).send(&emulator).status(200);
        let fates = fates(&emulator);
        ask("POST", "/__emulator/reset").send(&emulator).status(200);
        (fates.len(), fates.last().unwrap().clone())
    };
    assert_eq!(batch(2_500), (2_500, fate("track", "delivered", None)));
    assert_eq!(batch(2_501), (2_501, fate("track", "rejected", Some("too_many_messages"))));
    assert_eq!(batch(0), (1, fate("batch", "rejected", Some("empty_batch"))));
    ask("POST", "/v1/batch")
        .basic(WRITE_KEY)
        .json(&json!({"batch": {}}))
        .send(&emulator)
        .status(400);
}

#[test]
fn a_wrong_shape_is_accepted_and_dropped_under_segments_code() {
    let emulator = emulator();
    for (path, body) in [
        ("/v1/track", json!({"event": "E"})),
        ("/v1/track", json!({"userId": "u", "event": 7})),
        ("/v1/identify", json!({"userId": "u", "traits": "example_traits"})),
    ] {
        ask("POST", path).basic(WRITE_KEY).json(&body).send(&emulator).status(200);
    }
    assert_eq!(
        fates(&emulator),
        [
            fate("track", "rejected", Some("no_user_anon_id")),
            fate("track", "rejected", Some("event_not_string")),
            fate("identify", "rejected", Some("traits_not_object")),
        ]
    );
}

#[test]
fn the_same_message_id_is_delivered_once() {
    let emulator = emulator();
    for _ in 0..2 {
        ask("POST", "/v1/track").basic(WRITE_KEY).json(&event("same")).send(&emulator).status(200);
    }
    // The ids are one space over all sources.
    ask("POST", "/v1/track")
        .basic("emulator-ios-key")
        .json(&event("same"))
        .send(&emulator)
        .status(200);
    let mut unnamed = event("");
    unnamed.as_object_mut().unwrap().shift_remove("messageId");
    for _ in 0..2 {
        ask("POST", "/v1/track").basic(WRITE_KEY).json(&unnamed).send(&emulator).status(200);
    }
    let statuses: Vec<String> = fates(&emulator).into_iter().map(|(_, status, _)| status).collect();
    assert_eq!(statuses, ["delivered", "duplicate", "duplicate", "delivered", "delivered"]);
}

#[test]
fn the_pixel_always_answers_with_its_image() {
    let emulator = emulator();
    let message = json!({"writeKey": WRITE_KEY, "userId": "u", "event": "Email Opened"});
    let target = format!("/v1/pixel/track?data={}", STANDARD.encode(message.to_string()));
    for target in [target.as_str(), "/v1/pixel/track?data=broken", "/v1/pixel/nothing"] {
        let reply = ask("GET", target).send(&emulator).status(200);
        assert!(reply.body.starts_with(b"GIF89a"));
    }
    assert_eq!(fates(&emulator), [fate("track", "delivered", None)]);
}
