//! What an answer shows of an item: the fields its row documents, nothing hidden, secrets masked.

use serde_json::{Map, Value, json};

use crate::catalogue::{Operation, Type};

/// Words in the name of a setting that make its value a secret.
const SECRET: &[&str] = &["password", "secret", "token", "apikey", "api_key", "privatekey"];

/// The character Segment masks with, and how many of it.
const BULLETS: &str = "••••••••••";

/// What Segment documents of things whose rows show another form than the one on the wire.
const WIRE: &[(&str, &str)] = &[
    ("source", "id slug name metadata workspaceId enabled writeKeys settings labels"),
    ("destination", "id name enabled metadata sourceId settings"),
    ("warehouse", "id metadata workspaceId enabled settings"),
    (
        "function",
        "id resourceType createdAt createdBy code deployedAt settings displayName description \
         logoUrl previewWebhookUrl batchMaxCount catalogId isLatestVersion",
    ),
];

/// An item with these fields, in their order; with all that are not hidden where none are named.
pub(in crate::emulator) fn shown(item: &Value, fields: &[&str]) -> Value {
    let Value::Object(item) = item else { return item.clone() };
    let visible = |name: &str, value: &Value| {
        let value = if name == "settings" { masked(value) } else { value.clone() };
        (name.to_owned(), value)
    };
    let map: Map<String, Value> = if fields.is_empty() {
        let open = item.iter().filter(|(name, _)| !name.starts_with('_'));
        open.map(|(name, value)| visible(name, value)).collect()
    } else {
        let documented = fields.iter().filter_map(|name| Some((name, item.get(*name)?)));
        documented.map(|(name, value)| visible(name, value)).collect()
    };
    Value::Object(map)
}

/// The fields that are documented of each item of a row's list, or of the one item it gives.
pub(in crate::emulator) fn fields<'a>(row: &'a Operation, key: &str) -> Vec<&'a str> {
    if row.routes[0].shape.is_some()
        && let Some((_, wire)) =
            WIRE.iter().find(|(one, _)| key == *one || key.strip_suffix('s') == Some(one))
    {
        return wire.split_whitespace().collect();
    }
    let param = row.result.get(key).map(|param| param.items.as_deref().unwrap_or(param));
    param.into_iter().flat_map(|param| param.properties.keys()).map(String::as_str).collect()
}

/// The answer of a row about one item: the item under the key of the first documented object, and
/// beside it what else is documented.
pub(in crate::emulator) fn one(row: &Operation, item: &Value) -> Value {
    let mut answer = Map::new();
    let whole = row
        .result
        .iter()
        .find(|(name, param)| param.kind == Type::Object && item.get(name.as_str()).is_none());
    for name in row.result.keys() {
        if whole.is_some_and(|(key, _)| key == name) {
            answer.insert(name.clone(), shown(item, &fields(row, name)));
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
        let all = shown(&item, &[]);
        let want = json!({
            "id": "a",
            "settings": {"apiKey": "••••••••••dada", "password": "••••••••••", "host": "h", "port": 1},
        });
        assert_eq!(all, want);
    }
}
