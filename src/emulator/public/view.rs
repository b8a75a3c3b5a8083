//! What an answer shows of an item: the fields its row documents, nothing hidden, secrets masked.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::catalogue::{Operation, Param, Type};

/// Words in the name of a setting that make its value a secret.
const SECRET: &[&str] = &["password", "secret", "token", "apikey", "api_key", "privatekey"];

/// The character Segment masks with, and how many of it.
const BULLETS: &str = "••••••••••";

/// An item with the documented fields, in their order; with all fields where none are documented.
pub(in crate::emulator) fn shown(item: &Value, fields: &IndexMap<String, Param>) -> Value {
    let Value::Object(item) = item else { return item.clone() };
    let visible = |name: &str, value: &Value| {
        let value = if name == "settings" { masked(value) } else { value.clone() };
        (name.to_owned(), value)
    };
    let map: Map<String, Value> = if fields.is_empty() {
        let open = item.iter().filter(|(name, _)| !name.starts_with('_'));
        open.map(|(name, value)| visible(name, value)).collect()
    } else {
        let documented = fields.keys().filter_map(|name| Some((name, item.get(name)?)));
        documented.map(|(name, value)| visible(name, value)).collect()
    };
    Value::Object(map)
}

/// The fields that a row documents of each item of its list, or of the one item it gives.
pub(in crate::emulator) fn fields<'a>(
    row: &'a Operation,
    key: &str,
) -> &'a IndexMap<String, Param> {
    static NONE: std::sync::LazyLock<IndexMap<String, Param>> =
        std::sync::LazyLock::new(IndexMap::new);
    // A row whose answers are given another form afterwards documents that form.
    let documented = row.result.get(key).filter(|_| row.routes[0].shape.is_none());
    let items = |param: &'a Param| param.items.as_deref().unwrap_or(param);
    documented.map_or(&NONE, |param| &items(param).properties)
}

/// The answer of a row about one item: the item under the key of the first documented object, and
/// beside it what else is documented.
pub(in crate::emulator) fn one(row: &Operation, item: &Value) -> Value {
    let mut answer = Map::new();
    let whole = row
        .result
        .iter()
        .find(|(name, param)| param.kind == Type::Object && item.get(name.as_str()).is_none());
    for (name, param) in &row.result {
        if whole.is_some_and(|(key, _)| key == name) {
            answer.insert(name.clone(), shown(item, &param.properties));
        } else if name == "status" && whole.is_none() && row.result.len() == 1 {
            answer.insert(name.clone(), json!("SUCCESS"));
        } else if name == "deleted" {
            answer.insert(name.clone(), json!(true));
        } else if let Some(value) = item.get(name) {
            answer.insert(name.clone(), value.clone());
        }
    }
    Value::Object(answer)
}

/// Settings with the values of secrets behind bullets, as Segment shows them: the last four
/// characters of a long one stay.
fn masked(settings: &Value) -> Value {
    let Value::Object(settings) = settings else { return settings.clone() };
    let show = |(name, value): (&String, &Value)| {
        let folded = name.to_lowercase();
        let secret = SECRET.iter().any(|word| folded.contains(word));
        let value = match value.as_str().filter(|text| secret && !text.is_empty()) {
            Some(text) => json!(mask(text)),
            None => value.clone(),
        };
        (name.clone(), value)
    };
    Value::Object(settings.iter().map(show).collect())
}

fn mask(text: &str) -> String {
    let length = text.chars().count();
    let tail: String = text.chars().skip(length.saturating_sub(4)).collect();
    format!("{BULLETS}{}", if length > 8 { tail.as_str() } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_hidden_fields_stay_hidden() {
        let item = json!({
            "id": "a", "_parent": "b",
            "settings": {"apiKey": "0123456789dada", "password": "short", "host": "h", "port": 1},
        });
        let all = shown(&item, &IndexMap::new());
        let want = json!({
            "id": "a",
            "settings": {"apiKey": "••••••••••dada", "password": "••••••••••", "host": "h", "port": 1},
        });
        assert_eq!(all, want);
    }
}
