//! The codes of the judge, and what it lets pass.

use serde_json::json;

use super::*;
use crate::catalogue::Catalogue;

fn checker() -> Checker {
    let catalogue = Catalogue::new(Vec::new());
    Checker::of(catalogue.provider("segment").unwrap())
}

fn codes(event: &Value) -> Vec<String> {
    let found = checker().judge(event.as_object().unwrap());
    found.iter().map(|finding| format!("{}:{}", finding.level.word(), finding.code)).collect()
}

#[test]
fn every_shape_error_has_segments_code() {
    let long = "x".repeat(501);
    let table = [
        (json!({"type": "track", "userId": "u", "event": "E", "properties": {}}), vec![]),
        (json!({"type": "track", "userId": null, "anonymousId": "a", "event": "E"}), vec![]),
        (json!({"type": "track", "event": "E"}), vec!["no_user_anon_id"]),
        (json!({"type": "track", "userId": "", "event": "E"}), vec!["no_user_anon_id"]),
        (json!({"type": "track", "userId": 7, "event": "E"}), vec!["id_not_string"]),
        (json!({"type": "track", "userId": "u"}), vec!["event_not_defined"]),
        (json!({"type": "track", "userId": "u", "event": ""}), vec!["event_not_defined"]),
        (json!({"type": "track", "userId": "u", "event": 1}), vec!["event_not_string"]),
        (json!({"type": "track"}), vec!["event_not_defined", "no_user_anon_id"]),
        (
            json!({"type": "track", "userId": "u", "event": "E", "properties": []}),
            vec!["properties_not_object"],
        ),
        (json!({"type": "identify", "userId": "u", "traits": "x"}), vec!["traits_not_object"]),
        (json!({"type": "page", "userId": "u", "name": 1}), vec!["name_not_string"]),
        (json!({"type": "screen", "userId": "u", "category": {}}), vec!["category_not_string"]),
        (json!({"type": "group", "userId": "u"}), vec!["id_required"]),
        (json!({"type": "group", "userId": "u", "groupId": ""}), vec!["id_required"]),
        (json!({"type": "group", "userId": "u", "groupId": 1}), vec!["id_not_string"]),
        (json!({"type": "group", "userId": "u", "groupId": long}), vec!["group_id_too_long"]),
        (json!({"type": "alias", "userId": "u"}), vec!["id_required"]),
        (json!({"type": "alias", "userId": "u", "previousId": "p"}), vec![]),
        (json!({"type": "nothing", "userId": "u"}), vec!["type_unknown"]),
        (json!({"userId": "u"}), vec!["type_unknown"]),
        (json!({"type": "identify", "userId": "u", "context": []}), vec!["context_not_object"]),
        (
            json!({"type": "identify", "userId": "u", "integrations": true}),
            vec!["integrations_not_object"],
        ),
        (
            json!({"type": "identify", "userId": "u", "messageId": "m".repeat(101)}),
            vec!["message_id_too_long"],
        ),
        (
            json!({"type": "identify", "userId": "u", "timestamp": "yesterday"}),
            vec!["timestamp_invalid"],
        ),
        (
            json!({"type": "identify", "userId": "u", "context": {"device": {"advertisingId": 1}}}),
            vec!["device_advertisingid_should_be_string"],
        ),
        (
            json!({"type": "identify", "userId": "u", "traits": {"x": "y".repeat(32 * 1024)}}),
            vec!["message_too_large"],
        ),
    ];
    for (event, want) in table {
        let want: Vec<String> = want.iter().map(|code| format!("error:{code}")).collect();
        assert_eq!(codes(&event), want, "{event}");
    }
}

#[test]
fn what_only_some_destinations_lose_is_a_warning() {
    let many: Map<String, Value> = (0..301).map(|n| (n.to_string(), json!(1))).collect();
    let table = [
        (json!({"type": "identify", "userId": "u", "traits": many}), "too_many_for_unify"),
        (json!({"type": "identify", "userId": "null"}), "id_placeholder"),
        (json!({"type": "identify", "userId": "u", "properties": {}}), "unknown_field"),
        (
            json!({"type": "identify", "userId": "u", "timestamp": "1970-01-20T00:00:00Z"}),
            "timestamp_absurd",
        ),
        (
            json!({"type": "identify", "userId": "u", "timestamp": "2190-01-01T00:00:00Z"}),
            "timestamp_absurd",
        ),
        (
            json!({"type": "identify", "userId": "u", "context": {"consent": {"ads": true}}}),
            "consent_malformed",
        ),
    ];
    for (event, want) in table {
        assert_eq!(codes(&event), [format!("warning:{want}")], "{event}");
    }
}

#[test]
fn a_misspelt_field_is_pointed_at() {
    let event = json!({"type": "track", "user_id": "u", "event": "E"});
    let found = checker().judge(event.as_object().unwrap());
    assert_eq!(found[0].code, "unknown_field");
    assert!(found[0].hint.as_ref().unwrap().contains("userId"));
    assert_eq!(found[1].code, "no_user_anon_id");
}

#[test]
fn an_archived_event_is_as_good_as_a_new_one() {
    let event = json!({
        "type": "track", "event": "E", "userId": "u", "anonymousId": null, "writeKey": "k",
        "sentAt": "2026-01-31T12:00:00Z", "receivedAt": "2026-01-31T12:00:00Z",
        "originalTimestamp": "2026-01-31T12:00:00Z", "version": 2, "channel": "server",
        "projectId": "p", "_metadata": {}, "messageId": "m", "context": {}, "integrations": {},
        "timestamp": "2026-01-31T12:00:00.123+02:00",
    });
    assert_eq!(codes(&event), [""; 0]);
}

#[test]
fn a_kind_answers_to_every_name_of_its_function() {
    let checker = checker();
    assert_eq!(checker.kind("page_view").unwrap().wire(), "page");
    assert_eq!(checker.kind("segment_track").unwrap().function(), "track_event");
    assert!(checker.kind("batch").is_none());
    let wires: Vec<&str> = checker.kinds.iter().map(EventKind::wire).collect();
    assert_eq!(wires, ["identify", "track", "page", "group", "screen", "alias"]);
}

#[test]
fn bytes_are_those_of_the_json() {
    let event = json!({"a": "ü\n\"", "b": [1, 2.5, null], "c": {"d": true}});
    assert_eq!(bytes(event.as_object().unwrap()), event.to_string().len());
}
