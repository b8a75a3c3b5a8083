//! Results in their documented form, the same whichever API answered. The original keys stay
//! beside the documented ones, so that nothing Segment says is lost.

use serde_json::{Map, Value, json};

use crate::engine::hooks::Scene;
use crate::error::{Fault, Kind, SideEffect};

/// What is known after a 2xx to an event: it was accepted. Segment checks the key and the event
/// later and does not say, so neither do we.
pub(super) fn accepted(scene: Scene<'_>, answer: &Value) -> Result<Value, Fault> {
    if answer["success"] == json!(false) {
        let said = answer["message"].as_str().or_else(|| answer["error"].as_str());
        let message =
            format!("Segment did not accept the event: {}", said.unwrap_or("no reason given"));
        return Err(Fault::new(Kind::Rejected, message).effect(SideEffect::None));
    }
    let mut result = Map::new();
    result.insert("success".into(), json!(true));
    result.insert("status".into(), json!("sent"));
    let body = scene.request.body.as_ref();
    match body.and_then(|body| body.get("batch")).and_then(Value::as_array) {
        Some(events) => {
            let ids: Vec<&Value> = events.iter().map(|event| &event["messageId"]).collect();
            result.insert("count".into(), json!(events.len()));
            result.insert("message_ids".into(), json!(ids));
        }
        None => {
            let id = body.and_then(|body| body.get("messageId"));
            result.insert("message_id".into(), json!(id));
        }
    }
    let place = match scene.account.emulated {
        true => "emulator".to_owned(),
        false => scene.engine.accounts.region(scene.provider, scene.account)?,
    };
    result.insert("accepted_by".into(), json!(place));
    Ok(Value::Object(result))
}

/// A workspace: `id`, `name`, `slug`. Takes the Public API's answer and the Config API's.
pub(super) fn workspace(answer: &Value) -> Value {
    match answer.get("workspace") {
        Some(workspace) => {
            let mut map = workspace.as_object().cloned().unwrap_or_default();
            named(&mut map);
            Value::Object(map)
        }
        None => {
            let mut map = answer.as_object().cloned().unwrap_or_default();
            let resource = map.get("name").cloned().unwrap_or_default();
            let slug = last(&resource).to_owned();
            map.insert("resource_name".into(), resource);
            map.insert("name".into(), map.get("display_name").cloned().unwrap_or_default());
            map.insert("slug".into(), json!(slug));
            named(&mut map);
            Value::Object(map)
        }
    }
}

/// `{sources = {…}, total}`.
pub(super) fn sources(answer: Value) -> Value {
    let mut answer = answer;
    let items = answer["sources"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let sources: Vec<Value> = items.into_iter().map(|item| one(item, None)).collect();
    json!({"total": sources.len(), "sources": sources})
}

/// A source: `id`, `name`, `slug`, `enabled`, `write_key`, `write_keys`, `type`, and the original
/// keys.
pub(super) fn source(answer: Value) -> Value {
    let mut answer = answer;
    match answer.get_mut("source").map(Value::take) {
        Some(source) => one(source, answer.get("trackingPlanId")),
        None => one(answer, None),
    }
}

fn one(source: Value, plan: Option<&Value>) -> Value {
    let Value::Object(original) = source else { return source };
    let mut map = Map::new();
    let public = original.contains_key("writeKeys") || original.contains_key("workspaceId");
    let get = |key: &str| original.get(key).cloned().unwrap_or_default();
    let keys = if public { get("writeKeys") } else { get("write_keys") };
    let resource = get("name");
    if public {
        map.insert("id".into(), get("id"));
        map.insert("name".into(), get("name"));
        map.insert("slug".into(), get("slug"));
        map.insert(
            "type".into(),
            original.get("metadata").map_or(Value::Null, |m| m["slug"].clone()),
        );
    } else {
        let slug = json!(last(&resource));
        map.insert("id".into(), filled(get("id")).unwrap_or_else(|| slug.clone()));
        map.insert("name".into(), get("display_name"));
        map.insert("slug".into(), slug);
        map.insert("type".into(), json!(last(&get("catalog_name"))));
        map.insert("resource_name".into(), resource);
    }
    named(&mut map);
    map.insert("write_key".into(), keys[0].clone());
    if keys[0].is_null() {
        map.insert("write_key_hidden".into(), json!(true));
    }
    map.insert("write_keys".into(), if keys.is_array() { keys } else { json!([]) });
    if let Some(plan) = plan {
        map.insert("tracking_plan_id".into(), plan.clone());
    }
    for (key, value) in original {
        map.entry(key).or_insert(value);
    }
    Value::Object(map)
}

/// Fills an absent or empty name with the slug: scripts print names.
fn named(map: &mut Map<String, Value>) {
    if filled(map.get("name").cloned().unwrap_or_default()).is_none() {
        let slug = map.get("slug").cloned().unwrap_or_default();
        map.insert("name".into(), slug);
    }
}

/// Where else a thing without a name says what it is, by the key it is found under.
const NAMES: &[(&[&str], &[&str])] = &[
    (&["source", "sources"], &["/slug", "/metadata/name"]),
    (&["destination", "destinations"], &["/metadata/name", "/metadata/slug"]),
    (&["warehouse", "warehouses"], &["/settings/name", "/metadata/name", "/metadata/slug"]),
];

/// Sources, destinations and warehouses that all have a name, one or many; all else as it is.
pub(super) fn all_named(answer: Value) -> Value {
    let Value::Object(mut answer) = answer else { return answer };
    for (key, value) in &mut answer {
        let Some((_, places)) = NAMES.iter().find(|(keys, _)| keys.contains(&key.as_str())) else {
            continue;
        };
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| name_one(item, places)),
            one => name_one(one, places),
        }
    }
    Value::Object(answer)
}

fn name_one(item: &mut Value, places: &[&str]) {
    let own = filled(item["name"].clone());
    let name = own.or_else(|| places.iter().find_map(|at| filled(item.pointer(at)?.clone())));
    if let (Value::Object(item), Some(name)) = (item, name) {
        item.insert("name".into(), name);
    }
}

fn filled(value: Value) -> Option<Value> {
    (!value.is_null() && value.as_str() != Some("")).then_some(value)
}

/// The text after the final slash of a resource name.
fn last(name: &Value) -> &str {
    name.as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_apis_give_the_same_workspace() {
        let public = workspace(&json!({"workspace": {"id": "9a", "name": "Acme", "slug": "acme"}}));
        let config =
            workspace(&json!({"name": "workspaces/acme", "display_name": "Acme", "id": "9a"}));
        for key in ["id", "name", "slug"] {
            assert_eq!(public[key], config[key]);
        }
        assert_eq!(config["resource_name"], "workspaces/acme");
    }

    #[test]
    fn an_empty_name_falls_back_to_the_slug() {
        let listed = sources(json!({"sources": [
            {"id": "a", "slug": "ios", "name": "", "workspaceId": "w", "writeKeys": ["k1", "k2"],
             "metadata": {"slug": "ios"}},
        ]}));
        assert_eq!(listed["sources"][0]["name"], "ios");
        assert_eq!(listed["sources"][0]["write_key"], "k1");
        assert_eq!(listed["total"], 1);
    }

    #[test]
    fn whatever_has_no_name_gets_one() {
        let named = |key: &str, item: Value| {
            let one = all_named(json!({ key: item }))[key]["name"].clone();
            let keys = format!("{key}s");
            let many = all_named(json!({ keys.as_str(): [item] }))[&keys][0]["name"].clone();
            assert_eq!(one, many);
            one
        };
        let metadata = json!({"name": "Postgres", "slug": "postgres"});
        assert_eq!(named("source", json!({"name": "", "slug": "ios"})), "ios");
        assert_eq!(named("destination", json!({"name": "", "metadata": metadata})), "Postgres");
        assert_eq!(named("destination", json!({"name": "Mine", "metadata": metadata})), "Mine");
        let settings = json!({"settings": {"name": "prod"}, "metadata": metadata});
        assert_eq!(named("warehouse", settings), "prod");
        assert_eq!(named("warehouse", json!({"metadata": metadata})), "Postgres");
        assert_eq!(named("warehouse", json!({"id": "w"})), Value::Null, "nothing is made up");
    }

    #[test]
    fn a_hidden_write_key_says_so() {
        let shaped = source(
            json!({"source": {"id": "a", "slug": "s", "writeKeys": []}, "trackingPlanId": null}),
        );
        assert_eq!(shaped["write_key"], Value::Null);
        assert_eq!(shaped["write_key_hidden"], true);
        assert!(shaped.as_object().unwrap().contains_key("tracking_plan_id"));
    }

    #[test]
    fn a_config_source_reads_like_a_public_one() {
        let shaped = source(json!({
            "name": "workspaces/acme/sources/js", "catalog_name": "catalog/sources/javascript",
            "write_keys": ["k"],
        }));
        for (key, value) in [
            ("id", "js"),
            ("slug", "js"),
            ("name", "js"),
            ("type", "javascript"),
            ("write_key", "k"),
            ("resource_name", "workspaces/acme/sources/js"),
        ] {
            assert_eq!(shaped[key], value, "{key}");
        }
    }
}
