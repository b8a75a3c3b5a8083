//! What Segment would say of one message after it has been accepted: the shape rules whose breach
//! makes it vanish. Written from the documented API and not from the catalogue's rows, so that a
//! wrong row is found out.

use serde_json::{Map, Value};

/// The six kinds of message, with the one-letter paths that some SDKs use.
pub(super) const KINDS: &[(&str, &str)] = &[
    ("identify", "i"),
    ("track", "t"),
    ("page", "p"),
    ("screen", "s"),
    ("group", "g"),
    ("alias", "a"),
];

/// The optional parts of each kind: key, the code when it is not an object or not a string.
const OBJECTS: &[(&str, &str, &str)] = &[
    ("identify", "traits", "traits_not_object"),
    ("group", "traits", "traits_not_object"),
    ("track", "properties", "properties_not_object"),
    ("page", "properties", "properties_not_object"),
    ("screen", "properties", "properties_not_object"),
];
const TEXTS: &[(&str, &str)] = &[("name", "name_not_string"), ("category", "category_not_string")];

/// The code under which the message would be dropped, or none.
pub(super) fn rejection(kind: &str, message: &Map<String, Value>) -> Option<&'static str> {
    if !KINDS.iter().any(|(name, _)| *name == kind) {
        return Some("invalid_type");
    }
    whom(kind, message)
        .or_else(|| match kind {
            "track" => event_name(message.get("event")),
            "group" => required_id(message.get("groupId")),
            "page" | "screen" => TEXTS
                .iter()
                .find(|(key, _)| given(message, key).is_some_and(|value| !value.is_string()))
                .map(|(_, code)| *code),
            _ => None,
        })
        .or_else(|| {
            OBJECTS
                .iter()
                .find(|(of, key, _)| {
                    *of == kind && given(message, key).is_some_and(|value| !value.is_object())
                })
                .map(|(_, _, code)| *code)
        })
        .or_else(|| advertising_id(message))
}

fn whom(kind: &str, message: &Map<String, Value>) -> Option<&'static str> {
    if kind == "alias" {
        return required_id(message.get("userId"))
            .or_else(|| required_id(message.get("previousId")));
    }
    let ids = [given(message, "userId"), given(message, "anonymousId")];
    if ids.iter().flatten().any(|id| !id.is_string()) {
        return Some("id_not_string");
    }
    let known = ids.iter().flatten().any(|id| id.as_str().is_some_and(|text| !text.is_empty()));
    (!known).then_some("no_user_anon_id")
}

fn event_name(event: Option<&Value>) -> Option<&'static str> {
    match event {
        None | Some(Value::Null) => Some("event_not_defined"),
        Some(Value::String(text)) if text.is_empty() => Some("event_not_defined"),
        Some(Value::String(_)) => None,
        Some(_) => Some("event_not_string"),
    }
}

fn required_id(id: Option<&Value>) -> Option<&'static str> {
    match id {
        None | Some(Value::Null) => Some("id_required"),
        Some(Value::String(text)) if text.is_empty() => Some("id_required"),
        Some(Value::String(_)) => None,
        Some(_) => Some("id_not_string"),
    }
}

fn advertising_id(message: &Map<String, Value>) -> Option<&'static str> {
    let id = message.get("context")?.get("device")?.get("advertisingId")?;
    (!id.is_string() && !id.is_null()).then_some("device_advertisingid_should_be_string")
}

/// The value unless it is absent or null, which mean the same to Segment.
fn given<'a>(message: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    message.get(key).filter(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_shape_error_has_its_code() {
        let table = [
            ("track", json!({"userId": "u", "event": "E", "properties": {}}), None),
            ("track", json!({"userId": null, "anonymousId": "a", "event": "E"}), None),
            ("track", json!({"event": "E"}), Some("no_user_anon_id")),
            ("track", json!({"userId": "", "event": "E"}), Some("no_user_anon_id")),
            ("track", json!({"userId": 7, "event": "E"}), Some("id_not_string")),
            ("track", json!({"userId": "u"}), Some("event_not_defined")),
            ("track", json!({"userId": "u", "event": ""}), Some("event_not_defined")),
            ("track", json!({"userId": "u", "event": 1}), Some("event_not_string")),
            (
                "track",
                json!({"userId": "u", "event": "E", "properties": []}),
                Some("properties_not_object"),
            ),
            ("identify", json!({"userId": "u", "traits": "x"}), Some("traits_not_object")),
            ("identify", json!({"userId": "u", "properties": "x"}), None),
            ("page", json!({"userId": "u", "name": 1}), Some("name_not_string")),
            ("screen", json!({"userId": "u", "category": {}}), Some("category_not_string")),
            ("screen", json!({"userId": "u", "properties": 1}), Some("properties_not_object")),
            ("group", json!({"userId": "u"}), Some("id_required")),
            ("group", json!({"userId": "u", "groupId": 1}), Some("id_not_string")),
            (
                "group",
                json!({"userId": "u", "groupId": "g", "traits": 1}),
                Some("traits_not_object"),
            ),
            ("alias", json!({"userId": "u"}), Some("id_required")),
            ("alias", json!({"userId": "u", "previousId": "p"}), None),
            ("nothing", json!({"userId": "u"}), Some("invalid_type")),
            (
                "identify",
                json!({"userId": "u", "context": {"device": {"advertisingId": 1}}}),
                Some("device_advertisingid_should_be_string"),
            ),
        ];
        for (kind, message, want) in table {
            assert_eq!(rejection(kind, message.as_object().unwrap()), want, "{kind} {message}");
        }
    }
}
