//! What arrived at the service and what came back, without what differs from one call to the next:
//! ids made on the way, moments, and the lengths that follow from them.

use std::sync::LazyLock;

use fancy_regex::Regex;
use serde_json::{Map, Value, json};

/// Headers that say how something was sent rather than what.
const PASSING: [&str; 2] = ["content-length", "host"];

static UUID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").unwrap()
});

static MOMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)").unwrap()
});

/// An id or a key as the service makes them, with or without what kind it is of.
static MADE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b([a-z]{2,4}_)?[0-9A-Za-z]{12,}\b").unwrap());

/// A result: besides, without ids that the service made, and without nulls, which Lua cannot tell
/// from nothing.
pub(super) fn result(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(MADE.replace_all(text, "<made>").into_owned()),
        Value::Array(items) => items.iter().map(result).collect(),
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name.clone(), result(value))).collect())
        }
        other => other.clone(),
    }
}

/// A value without ids and moments.
pub(super) fn steady(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let text = UUID.replace_all(text, "<id>");
            Value::String(MOMENT.replace_all(&text, "<moment>").into_owned())
        }
        Value::Array(items) => items.iter().map(steady).collect(),
        Value::Object(map) => {
            let kept = map.iter().map(|(name, value)| (name.clone(), steady(value)));
            Value::Object(kept.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// A request as far as two calls that mean the same send the same.
pub(super) fn request(request: &Value) -> Value {
    let mut headers = request["headers"].as_object().cloned().unwrap_or_default();
    headers.retain(|name, _| !PASSING.contains(&name.as_str()));
    let kept = json!({
        "method": request["method"],
        "path": request["path"],
        "query": sorted(&request["query"]),
        "headers": headers,
        "body": body(&request["body"]),
    });
    steady(&kept)
}

/// The pairs of a query in one order: Lua knows none.
fn sorted(query: &Value) -> Value {
    let mut pairs = query.as_array().cloned().unwrap_or_default();
    pairs.sort_by_key(Value::to_string);
    Value::Array(pairs)
}

/// A body; lines of JSON as what they say.
fn body(body: &Value) -> Value {
    let Some(text) = body.as_str() else { return body.clone() };
    let lines: Option<Value> =
        text.lines().map(|line| serde_json::from_str::<Value>(line).ok()).collect();
    lines.unwrap_or_else(|| body.clone())
}
