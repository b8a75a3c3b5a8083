//! Values as text in a URL: path segments, queries and forms.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::error::Fault;

/// What may stand in a query as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What may stand in a path segment as it is: ids such as `user_id:42` keep their form.
const SEGMENT: &AsciiSet = &PLAIN.remove(b':').remove(b'@');

/// A value as one path segment. Dots alone would climb, so they are refused, not encoded: servers
/// disagree about `%2E%2E`.
///
/// # Errors
/// Such a value.
pub(super) fn segment(name: &str, value: &Value) -> Result<String, Fault> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.is_empty() || text == "." || text == ".." || text.chars().any(char::is_control) {
        return Err(Fault::usage(format!("`{name}` cannot be part of a path"))
            .param(name)
            .hint("give an id as the service prints it"));
    }
    Ok(escape(&text))
}

/// Objects and lists in a query are written with dots: `pagination.count`, `userIds.0`.
pub(super) fn flatten(name: &str, value: &Value, into: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (key, item) in map {
                flatten(&format!("{name}.{key}"), item, into);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten(&format!("{name}.{index}"), item, into);
            }
        }
        Value::String(text) => into.push((name.to_owned(), text.clone())),
        Value::Null => into.push((name.to_owned(), String::new())),
        Value::Bool(_) | Value::Number(_) => into.push((name.to_owned(), value.to_string())),
    }
}

/// Lists in a query are repeated, objects written with brackets: `ids=a&ids=b`, `page[size]=5`.
pub(super) fn repeat(name: &str, value: &Value, into: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, item)| repeat(&format!("{name}[{key}]"), item, into));
        }
        Value::Array(items) => items.iter().for_each(|item| repeat(name, item, into)),
        other => flatten(name, other, into),
    }
}

/// A text as one path segment.
pub(super) fn escape(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Pairs as a query or a form.
pub(super) fn encode(pairs: &[(String, String)]) -> String {
    let escaped = |text| utf8_percent_encode(text, PLAIN).to_string();
    let pairs: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{}={}", escaped(key), escaped(value))).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn path_values_cannot_climb() {
        for text in ["", ".", "..", "a\nb"] {
            assert!(segment("id", &json!(text)).is_err(), "{text:?}");
        }
        assert_eq!(segment("id", &json!("a/../b c+ü")).unwrap(), "a%2F..%2Fb%20c%2B%C3%BC");
    }

    #[test]
    fn queries_are_flattened_with_dots() {
        let mut query = Vec::new();
        flatten("pagination", &json!({"count": 10, "cursor": "MQ=="}), &mut query);
        flatten("userIds", &json!(["a", "b"]), &mut query);
        let pairs: Vec<_> = query.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(
            pairs,
            ["pagination.count=10", "pagination.cursor=MQ==", "userIds.0=a", "userIds.1=b"]
        );
    }
}
