//! Which rule an event is judged by, and how violations are told.

use serde_json::json;

use super::*;

fn rule(kind: &str, key: &str, version: i64, schema: &Value) -> Value {
    json!({"type": kind, "key": key, "version": version, "jsonSchema": schema})
}

fn judge(rules: &[Value]) -> Judge {
    let text = json!({"plan": {"name": "Shop"}, "rules": rules}).to_string();
    Judge::new(Plan::parse(&text, "test").unwrap(), Unplanned::Error)
}

fn told(judge: &Judge, kind: &str, event: &Value) -> Vec<String> {
    let found = judge.judge(kind, event);
    found.iter().map(|one| format!("{} {} {}", one.level.word(), one.code, one.path)).collect()
}

fn wants(field: &str, key: &str, kind: &str) -> Value {
    json!({"type": "object", "properties": {field: {
        "type": "object", "properties": {key: {"type": kind}}, "required": [key],
    }}, "required": [field]})
}

#[test]
fn the_rule_of_the_name_judges_the_whole_event() {
    let judge = judge(&[rule("TRACK", "Paid", 1, &wants("properties", "amount", "number"))]);
    let event = |properties: Value| json!({"event": "Paid", "properties": properties});
    assert_eq!(told(&judge, "track", &event(json!({"amount": 1}))), [""; 0]);
    assert_eq!(
        told(&judge, "track", &event(json!({"amount": "1"}))),
        ["error plan_violation properties.amount"]
    );
    assert_eq!(
        told(&judge, "track", &event(json!({"amuont": 1}))),
        ["error plan_violation properties.amount", "warning unplanned_property properties.amuont"]
    );
    assert_eq!(
        told(&judge, "track", &json!({"event": "Paid"})),
        ["error plan_violation properties"]
    );
    assert_eq!(told(&judge, "identify", &json!({"traits": {"amount": "1"}})), [""; 0]);
}

#[test]
fn names_are_compared_letter_by_letter() {
    let judge = judge(&[rule("TRACK", "Order Completed", 1, &Value::Null)]);
    assert_eq!(told(&judge, "track", &json!({"event": "Order Completed"})), [""; 0]);
    let found = judge.judge("track", &json!({"event": "order completed"}));
    assert_eq!(found[0].code, "unplanned_event");
    assert!(found[0].hint.as_ref().unwrap().contains("Order Completed"));
}

#[test]
fn the_version_is_the_one_the_event_names_else_the_oldest() {
    let judge = judge(&[
        rule("TRACK", "Paid", 2, &wants("properties", "subtotal", "number")),
        rule("TRACK", "Paid", 1, &wants("properties", "amount", "number")),
    ]);
    let event = |version: Value| {
        json!({"event": "Paid", "properties": {"amount": 1},
               "context": {"protocols": {"event_version": version}}})
    };
    assert_eq!(told(&judge, "track", &event(Value::Null)), [""; 0]);
    assert_eq!(told(&judge, "track", &event(json!(1))), [""; 0]);
    assert_eq!(
        told(&judge, "track", &event(json!(2))),
        [
            "error plan_violation properties.subtotal",
            "warning unplanned_property properties.amount"
        ]
    );
    let unknown = ["warning plan_version_unknown context.protocols.event_version"];
    assert_eq!(told(&judge, "track", &event(json!(3))), unknown);
    assert_eq!(told(&judge, "track", &event(json!("2"))), unknown);
}

#[test]
fn a_common_rule_and_those_without_a_name_are_about_all_of_their_kind() {
    let judge = judge(&[
        rule("COMMON", "", 1, &json!({"required": ["context"]})),
        rule("IDENTIFY", "", 1, &wants("traits", "email", "string")),
        rule("PAGE", "", 1, &wants("properties", "url", "string")),
        rule("PAGE", "Home", 1, &Value::Null),
    ]);
    assert_eq!(
        told(&judge, "identify", &json!({"traits": {"email": 1}})),
        ["error plan_violation traits.email", "error plan_violation context"]
    );
    let context = json!({});
    assert_eq!(told(&judge, "page", &json!({"name": "Home", "context": context})), [""; 0]);
    assert_eq!(
        told(&judge, "page", &json!({"name": "Other", "context": context})),
        ["error plan_violation properties"]
    );
    assert_eq!(told(&judge, "alias", &json!({})), [""; 0]);
    // A plan without rules for track events plans none of them.
    let found = judge.judge("track", &json!({"event": "E", "context": {}}));
    assert_eq!(found[0].code, "unplanned_event");
}

#[test]
fn no_message_repeats_what_the_event_says() {
    let schema = json!({"properties": {"properties": {"properties": {
        "a": {"type": "number"}, "b": {"enum": ["x", "y"]}, "c": {"pattern": "^[0-9]+$"},
        "d": {"format": "date-time"}, "e": {"maxLength": 2}, "f": {"items": {"type": "integer"}},
        "g": {"const": 1}, "h": {"not": {"type": "string"}}, "i": {"oneOf": [{"type": "null"}]},
    }}}});
    let judge = judge(&[rule("TRACK", "E", 1, &schema)]);
    let secret = "jane@example.com";
    let mut properties: serde_json::Map<String, Value> =
        "abcdeghi".chars().map(|key| (key.to_string(), json!(secret))).collect();
    properties.insert("f".to_owned(), json!([1, secret]));
    let found = judge.judge("track", &json!({"event": "E", "properties": properties}));
    assert_eq!(found.len(), 9, "{found:#?}");
    for one in &found {
        assert!(!one.message.contains(secret), "{one:?}");
        assert!(one.message.contains(&*one.path), "{one:?}");
    }
    assert!(found.iter().any(|one| one.path == "properties.f[1]"), "{found:#?}");
}

#[test]
fn a_schema_that_cannot_be_used_is_found_before_and_at_the_first_event() {
    for schema in [
        json!({"type": "nonsense"}),
        json!({"properties": 7}),
        json!({"$ref": "https://example.com/other.json"}),
        json!({"pattern": "a(?!b)"}),
    ] {
        let judge = judge(&[
            rule("TRACK", "Good", 1, &json!({"type": "object"})),
            rule("TRACK", "Bad", 1, &schema),
        ]);
        let fault = judge.check().unwrap_err();
        assert_eq!((&*fault.code, fault.exit()), ("plan_invalid", 2), "{schema}");
        assert!(fault.message.contains("TRACK Bad v1"), "{fault}");
        assert_eq!(told(&judge, "track", &json!({"event": "Good"})), [""; 0]);
        assert_eq!(told(&judge, "track", &json!({"event": "Bad"})), ["error plan_invalid "]);
    }
}

#[test]
fn no_pattern_can_stop_a_run() {
    let schema =
        json!({"properties": {"properties": {"properties": {"a": {"pattern": "^(a+)+$"}}}}});
    let judge = judge(&[rule("TRACK", "E", 1, &schema)]);
    let event = json!({"event": "E", "properties": {"a": format!("{}!", "a".repeat(20_000))}});
    assert_eq!(told(&judge, "track", &event), ["error plan_violation properties.a"]);
}

#[test]
fn older_drafts_are_judged_by_their_own_rules() {
    let four = json!({"$schema": "http://json-schema.org/draft-04/schema#", "properties": {
        "properties": {"properties": {"n": {"minimum": 5, "exclusiveMinimum": true}}}}});
    let judge = judge(&[rule("TRACK", "E", 1, &four)]);
    let event = |n: i32| json!({"event": "E", "properties": {"n": n}});
    assert_eq!(told(&judge, "track", &event(6)), [""; 0]);
    assert_eq!(told(&judge, "track", &event(5)), ["error plan_violation properties.n"]);
}
