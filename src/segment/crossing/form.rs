//! What the Public API says, in the form of the Config API, and the other way about.

use serde_json::{Map, Value, json};

use crate::error::Fault;

/// Rules about all events by their key here and their type there.
const KINDS: [(&str, &str); 5] = [
    ("global", "COMMON"),
    ("identify", "IDENTIFY"),
    ("identify_traits", "IDENTIFY"),
    ("group", "GROUP"),
    ("group_traits", "GROUP"),
];

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The last step of a resource name.
pub(super) fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

pub(super) fn workspace(found: &Value) -> Value {
    let name = format!("workspaces/{}", text(&found["slug"]));
    json!({"name": name, "display_name": found["name"], "id": found["id"]})
}

pub(super) fn source(workspace: &str, source: &Value) -> Value {
    let parent = format!("workspaces/{workspace}");
    json!({
        "name": format!("{parent}/sources/{}", text(&source["slug"])), "parent": parent,
        "catalog_name": format!("catalog/sources/{}", text(&source["metadata"]["slug"])),
        "write_keys": source["writeKeys"], "display_name": source["name"], "id": source["id"],
    })
}

pub(super) fn destination(parent: &str, found: &Value) -> Value {
    let metadata = &found["metadata"];
    let name = format!("{parent}/destinations/{}", text(&metadata["slug"]));
    let display = match text(&found["name"]) {
        "" => metadata["name"].clone(),
        name => json!(name),
    };
    json!({
        "name": name, "parent": parent, "display_name": display, "enabled": found["enabled"],
        "config": options(metadata, &found["settings"], &name), "id": found["id"],
    })
}

/// Settings as a list of options.
fn options(metadata: &Value, settings: &Value, name: &str) -> Vec<Value> {
    let known = metadata["options"].as_array();
    let settings = settings.as_object().into_iter().flatten();
    let option = |(key, value): (&String, &Value)| {
        let own = known.into_iter().flatten().find(|option| option["name"] == **key);
        let word = |field: &str| own.map_or("", |own| text(&own[field]));
        json!({
            "name": format!("{name}/config/{key}"), "display_name": word("label"),
            "value": value, "type": word("type"),
        })
    };
    settings.map(option).collect()
}

/// Options as settings.
pub(super) fn settings(options: &Value) -> Value {
    let options = options.as_array().into_iter().flatten();
    let pair = |option: &Value| (last(text(&option["name"])).to_owned(), option["value"].clone());
    Value::Object(options.map(pair).collect())
}

pub(super) fn plan(workspace: &str, plan: &Value, rules: Option<&Value>) -> Value {
    let mut shown = Map::new();
    let name = format!("workspaces/{workspace}/tracking-plans/{}", text(&plan["id"]));
    shown.insert("name".to_owned(), json!(name));
    shown.insert("display_name".to_owned(), plan["name"].clone());
    if let Some(rules) = rules {
        shown.insert("rules".to_owned(), rules.clone());
    }
    shown.insert("create_time".to_owned(), plan["createdAt"].clone());
    shown.insert("update_time".to_owned(), plan["updatedAt"].clone());
    Value::Object(shown)
}

/// The rules of a plan, one by one.
///
/// # Errors
/// What there is no place for.
pub(super) fn rules(given: &Value) -> Result<Vec<Value>, Fault> {
    let mut rules = Vec::new();
    for (key, value) in given.as_object().into_iter().flatten() {
        if key == "events" {
            let events = value.as_array().into_iter().flatten();
            rules.extend(events.map(|event| {
                json!({
                    "type": "TRACK", "key": event["name"], "jsonSchema": event["rules"],
                    "version": event["version"].as_i64().unwrap_or(1),
                })
            }));
            continue;
        }
        let Some((_, kind)) = KINDS.iter().find(|(own, _)| own == key) else {
            return Err(super::unknown(&format!("tracking_plan.rules.{key}")));
        };
        if value.as_object().is_some_and(|schema| !schema.is_empty()) {
            rules.push(json!({"type": kind, "jsonSchema": value, "version": 1}));
        }
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_become_one_for_each_event_and_kind() {
        let given = json!({
            "events": [{"name": "Order Completed", "rules": {"type": "object"}, "version": 2}],
            "global": {}, "identify": {"type": "object"},
        });
        let found = rules(&given).unwrap();
        assert_eq!(
            found,
            [
                json!({"type": "TRACK", "key": "Order Completed", "jsonSchema": {"type": "object"}, "version": 2}),
                json!({"type": "IDENTIFY", "jsonSchema": {"type": "object"}, "version": 1}),
            ]
        );
        assert!(rules(&json!({"pages": {}})).is_err());
        assert!(rules(&Value::Null).unwrap().is_empty());
    }

    #[test]
    fn options_and_settings_are_the_same_thing() {
        let metadata = json!({"slug": "amplitude", "name": "Amplitude",
            "options": [{"name": "apiKey", "label": "API Key", "type": "string"}]});
        let found =
            json!({"id": "d", "enabled": true, "metadata": metadata, "settings": {"apiKey": "k"}});
        let shown = destination("workspaces/w/sources/s", &found);
        assert_eq!(
            shown["config"],
            json!([{"name": "workspaces/w/sources/s/destinations/amplitude/config/apiKey",
                "display_name": "API Key", "value": "k", "type": "string"}])
        );
        assert_eq!(shown["display_name"], "Amplitude");
        assert_eq!(settings(&shown["config"]), found["settings"]);
        assert!(shown.get("connection_mode").is_none());
    }
}
