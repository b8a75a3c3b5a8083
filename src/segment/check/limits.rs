//! What no row can say of an event: how large it may be, how many keys it may have, which times
//! and ids make no sense, and what Segment demands inside `context`.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::finding::Finding;

/// The largest event, in bytes of JSON.
pub const LARGEST_EVENT: usize = 32 * 1024;
/// The largest batch, in bytes of JSON; Segment documents 500 KB, its own newest library stops here.
pub const LARGEST_BATCH: usize = 480 * 1024;
/// The most events in a batch.
pub const MOST_EVENTS: usize = 2_500;
/// The most properties or traits of one event.
pub const MOST_PROPERTIES: usize = 10_000;
/// The most of them that Unify takes: it drops an event with more.
pub const MOST_UNIFY: usize = 300;
/// The longest `messageId`, in characters.
pub const LONGEST_ID: usize = 100;

/// How far ahead of our clock another one may be.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// Nothing worth tracking happened before; what claims so counted seconds as milliseconds.
const DAWN: Timestamp = Timestamp::constant(365 * 24 * 3_600, 0);

/// What programs write when they have no id.
const NOBODY: &[&str] = &["null", "undefined", "none", "nan", "nil", "[object object]"];

/// How many bytes an event has as JSON, counted without writing it down.
pub fn bytes(event: &Map<String, Value>) -> usize {
    let fields = event.iter().map(|(key, value)| quoted(key) + 1 + size(value));
    fields.sum::<usize>() + around(event.len())
}

fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(number) => number.as_str().len(),
        Value::String(text) => quoted(text),
        Value::Array(items) => items.iter().map(size).sum::<usize>() + around(items.len()),
        Value::Object(map) => bytes(map),
    }
}

/// Brackets, and the commas between so many.
fn around(count: usize) -> usize {
    2 + count.saturating_sub(1)
}

/// A text with its quotes: what must be escaped takes two bytes, or six.
fn quoted(text: &str) -> usize {
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 1,
        0..=0x1f => 5,
        _ => 0,
    };
    2 + text.len() + text.bytes().map(escaped).sum::<usize>()
}

/// The complaint about an event of this many bytes, when it is too large.
pub fn too_large(bytes: usize) -> Option<Finding> {
    (bytes > LARGEST_EVENT).then(|| {
        let message =
            format!("the event has {bytes} bytes, Segment takes {LARGEST_EVENT} (32 KB) at most");
        Finding::error("message_too_large", "", message).hint("send less, or send it in parts")
    })
}

/// The complaint about too many properties or traits.
pub(super) fn too_many(field: &str, map: &Map<String, Value>) -> Option<Finding> {
    let count = map.len();
    if count <= MOST_UNIFY {
        return None;
    }
    let field_ = field.to_owned();
    Some(if count > MOST_PROPERTIES {
        let message = format!("`{field}` has {count} keys, {MOST_PROPERTIES} is the limit");
        Finding::error("too_many_properties", field_, message)
    } else {
        let message =
            format!("`{field}` has {count} keys, Unify drops events with over {MOST_UNIFY}");
        Finding::warning("too_many_for_unify", field_, message)
            .hint("destinations get it, profiles do not")
    })
}

/// The complaint about a time that cannot be read, or that nobody can have meant.
pub(super) fn moment(field: &str, code: &str, text: &str) -> Option<Finding> {
    let Ok(time) = text.parse::<Timestamp>() else {
        let message = format!("`{field}` is not an RFC 3339 time");
        return Some(
            Finding::error(code.to_owned(), field.to_owned(), message)
                .hint("write it as 2026-01-31T12:00:00Z"),
        );
    };
    let what = if time < DAWN {
        "is in or before 1970: were seconds taken for milliseconds?"
    } else if time.duration_since(Timestamp::now()) > AHEAD {
        "is more than a day ahead of this machine's clock"
    } else {
        return None;
    };
    let message = format!("`{field}` {what}");
    Some(Finding::warning("timestamp_absurd", field.to_owned(), message))
}

/// What Segment checks inside `context`.
pub(super) fn context(context: &Map<String, Value>, found: &mut Vec<Finding>) {
    if let Some(id) = context.get("device").and_then(|device| device.get("advertisingId"))
        && !id.is_string()
        && !id.is_null()
    {
        let message = format!("`context.device.advertisingId` must be a string, not {}", word(id));
        let code = "device_advertisingid_should_be_string";
        found.push(Finding::error(code, "context.device.advertisingId", message));
    }
    if let Some(consent) = context.get("consent").filter(|consent| !consent.is_null()) {
        found.extend(consented(consent));
    }
}

/// Consent is a map of categories to yes or no; anything else is taken for no consent at all.
fn consented(consent: &Value) -> Option<Finding> {
    let categories = consent.get("categoryPreferences");
    let fits = categories.and_then(Value::as_object);
    if fits.is_some_and(|categories| categories.values().all(Value::is_boolean)) {
        return None;
    }
    let message = "`context.consent.categoryPreferences` must give true or false for each category";
    Some(Finding::warning("consent_malformed", "context.consent", message))
}

/// Whether an id is what a program writes when it has none.
pub(super) fn stands_for_nobody(id: &str) -> bool {
    id.len() <= 15 && NOBODY.iter().any(|nobody| id.eq_ignore_ascii_case(nobody))
}

/// What a value is, in a sentence.
pub(super) fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_bytes_counted_are_those_that_are_written() {
        let every = (0..0x180).filter_map(char::from_u32).collect::<String>();
        for event in [
            json!({}),
            json!({"a": [], "b": {}, "c": [1, [2, []]], "d": null}),
            json!({"bool": [true, false], "price": 1e-7, "big": 12_345_678_901_234_567_890_u64}),
            json!({"text": every.as_str(), (every): "ü\u{1F600}\u{7f}"}),
        ] {
            let event = event.as_object().unwrap();
            assert_eq!(bytes(event), serde_json::to_vec(event).unwrap().len(), "{event:?}");
        }
    }
}
