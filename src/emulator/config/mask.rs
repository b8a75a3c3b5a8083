//! Update masks: which fields of a resource are to be changed. A path without a value clears the
//! field; a value without a path is ignored.

use serde_json::{Map, Value};

/// The fields that the mask names, with their new values; null clears. `resource` is the key the
/// resource has in the body, with which paths begin.
pub(super) fn changes(body: &Map<String, Value>, resource: &str) -> Vec<(String, Value)> {
    let given = body.get(resource).cloned().unwrap_or_default();
    let paths = body.get("update_mask").and_then(|mask| mask["paths"].as_array());
    let named = paths.into_iter().flatten().filter_map(Value::as_str);
    named
        .map(|path| {
            let path =
                path.strip_prefix(resource).and_then(|rest| rest.strip_prefix('.')).unwrap_or(path);
            let value = path.split('.').fold(&given, |value, step| &value[step]).clone();
            (path.to_owned(), value)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_mask_decides_what_is_changed() {
        let body = json!({
            "destination": {"enabled": true, "connection_mode": "CLOUD"},
            "update_mask": {"paths": ["destination.enabled", "destination.config", "display_name"]},
        });
        let changes = changes(body.as_object().unwrap(), "destination");
        let want =
            [("enabled", json!(true)), ("config", Value::Null), ("display_name", Value::Null)];
        assert_eq!(changes, want.map(|(name, value)| (name.to_owned(), value)));
    }
}
