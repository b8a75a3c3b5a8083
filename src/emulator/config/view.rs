//! How the Config API names and shows what the state holds.

use serde_json::{Map, Value, json};

use crate::emulator::public::view::shown;
use crate::emulator::state::{State, same};

/// When everything came to be of which the state does not say when.
const CREATED: &str = "2024-01-15T09:30:00Z";

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The last step of a resource name.
pub(super) fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The id that the Config API uses: an old one where the item has one, else the same with the
/// Config API's own beginning.
pub(super) fn old_id(item: &Value, prefix: &str) -> String {
    match item["_legacy"].as_str() {
        Some(id) => id.to_owned(),
        None => format!("{prefix}{}", text(&item["id"]).rsplit('_').next().unwrap_or_default()),
    }
}

/// Where the item is that has this old id, or this id.
pub(super) fn place(state: &State, many: &str, prefix: &str, id: &str) -> Option<usize> {
    let fits = |item: &Value| same(&item["id"], id) || old_id(item, prefix) == id;
    state.items(many).iter().position(fits)
}

fn created(item: &Value) -> Value {
    match &item["createdAt"] {
        Value::Null => json!(CREATED),
        at => at.clone(),
    }
}

fn updated(item: &Value) -> Value {
    match &item["updatedAt"] {
        Value::Null => created(item),
        at => at.clone(),
    }
}

fn parent(state: &State) -> String {
    format!("workspaces/{}", state.slug())
}

pub(super) fn workspace(state: &State) -> Value {
    json!({
        "name": parent(state), "display_name": state.workspace["name"],
        "id": state.workspace["id"], "create_time": CREATED,
    })
}

pub(super) fn source_name(state: &State, source: &Value) -> String {
    format!("{}/sources/{}", parent(state), text(&source["slug"]))
}

pub(super) fn source(state: &State, source: &Value) -> Value {
    json!({
        "name": source_name(state, source), "parent": parent(state),
        "catalog_name": format!("catalog/sources/{}", text(&source["metadata"]["slug"])),
        "write_keys": source["writeKeys"],
        "library_config": {
            "metrics_enabled": true, "retry_queue": true,
            "cross_domain_id_enabled": false, "api_host": "",
        },
        "create_time": created(source),
    })
}

pub(super) fn destination_name(state: &State, destination: &Value) -> String {
    let source = state.find("sources", &[("id", text(&destination["sourceId"]))]);
    let source = source.map(|source| source_name(state, source)).unwrap_or_default();
    format!("{source}/destinations/{}", text(&destination["metadata"]["slug"]))
}

pub(super) fn destination(state: &State, destination: &Value) -> Value {
    let name = destination_name(state, destination);
    let mode = match &destination["_connectionMode"] {
        Value::Null => json!("UNSPECIFIED"),
        mode => mode.clone(),
    };
    let display = match text(&destination["name"]) {
        "" => destination["metadata"]["name"].clone(),
        name => json!(name),
    };
    json!({
        "name": name, "parent": name.rsplit_once("/destinations/").map_or("", |(parent, _)| parent),
        "display_name": display, "enabled": destination["enabled"], "connection_mode": mode,
        "config": options(destination, &name),
        "create_time": created(destination), "update_time": updated(destination),
    })
}

/// Settings as a list of options, secrets masked.
fn options(destination: &Value, name: &str) -> Vec<Value> {
    let known = destination["metadata"]["options"].as_array();
    let masked = shown(&json!({"settings": destination["settings"]}), &[]);
    let settings = masked["settings"].as_object().cloned().unwrap_or_default();
    let option = |(key, value): (String, Value)| {
        let entry = known.into_iter().flatten().find(|option| same(&option["name"], &key));
        let label = entry.map_or("", |entry| text(&entry["label"]));
        let kind = entry.map_or("mixed", |entry| text(&entry["type"]));
        json!({
            "name": format!("{name}/config/{key}"), "display_name": label, "value": value,
            "type": kind,
        })
    };
    settings.into_iter().map(option).collect()
}

/// Options as settings.
pub(super) fn settings(options: &Value) -> Value {
    let options = options.as_array().into_iter().flatten();
    let pairs = options
        .map(|option| (last(text(&option["name"])).to_owned(), option["value"].clone()))
        .collect::<Map<_, _>>();
    Value::Object(pairs)
}

pub(super) fn plan(state: &State, plan: &Value) -> Value {
    let name = format!("{}/tracking-plans/{}", parent(state), old_id(plan, "rs_"));
    json!({
        "name": name, "display_name": plan["name"], "rules": rules(state, text(&plan["id"])),
        "create_time": created(plan), "update_time": updated(plan),
    })
}

fn rules(state: &State, plan: &str) -> Value {
    let mut shown = Map::new();
    let mut events = Vec::new();
    let all = state.items("rules").iter();
    for rule in all.filter(|rule| same(&rule["_trackingPlanId"], plan)) {
        match text(&rule["type"]) {
            "TRACK" => events.push(json!({
                "name": rule["key"], "description": text(&rule["jsonSchema"]["description"]),
                "rules": rule["jsonSchema"], "version": rule["version"],
            })),
            "COMMON" => drop(shown.insert("global".to_owned(), rule["jsonSchema"].clone())),
            kind => drop(shown.insert(kind.to_lowercase(), rule["jsonSchema"].clone())),
        }
    }
    for key in ["global", "identify", "group"] {
        shown.entry(key).or_insert(json!({}));
    }
    shown.insert("events".to_owned(), json!(events));
    Value::Object(shown)
}

/// The names of a filter's actions in both APIs.
const ACTIONS: &[(&str, &str)] = &[
    ("drop_event", "DROP"),
    ("sample_event", "SAMPLE"),
    ("whitelist_fields", "ALLOW_PROPERTIES"),
    ("blacklist_fields", "DROP_PROPERTIES"),
];

pub(super) fn filter(state: &State, filter: &Value) -> Value {
    let destination = state.find("destinations", &[("id", text(&filter["destinationId"]))]);
    let parent = destination.map(|found| destination_name(state, found)).unwrap_or_default();
    let actions = filter["actions"].as_array().into_iter().flatten().map(|action| {
        let mut fields = action.as_object().cloned().unwrap_or_default();
        let kind = fields.shift_remove("type").unwrap_or_default();
        let name = ACTIONS.iter().find(|(_, public)| same(&kind, public)).map_or("", |pair| pair.0);
        json!({name: fields})
    });
    json!({
        "name": format!("{parent}/filters/{}", old_id(filter, "df_")),
        "if": filter["if"], "actions": actions.collect::<Vec<_>>(),
        "title": text(&filter["title"]), "description": text(&filter["description"]),
        "enabled": filter["enabled"],
    })
}

/// Actions in the Public API's form; an unknown one is an error that names it.
pub(super) fn actions(given: &Value) -> Result<Value, String> {
    let mut actions = Vec::new();
    for (name, fields) in
        given.as_array().into_iter().flatten().filter_map(Value::as_object).flatten()
    {
        let known = ACTIONS.iter().find(|(config, _)| config == name);
        let (_, kind) = known.ok_or_else(|| format!("there is no action `{name}`"))?;
        let mut action = Map::from_iter([("type".to_owned(), json!(kind))]);
        action.extend(fields.as_object().cloned().unwrap_or_default());
        actions.push(Value::Object(action));
    }
    Ok(json!(actions))
}

pub(super) fn function(state: &State, function: &Value) -> Value {
    json!({
        "name": format!("{}/functions/{}", parent(state), old_id(function, "sfn_")),
        "type": function["resourceType"], "code": function["code"],
        "display_name": function["displayName"], "settings": function["settings"],
        "create_time": created(function), "update_time": updated(function),
        "created_by": function["createdBy"], "deployed_at": function.get("deployedAt"),
    })
}

pub(super) fn regulation(state: &State, regulation: &Value) -> Value {
    // `SUPPRESS_WITH_DELETE` is written `Suppress_With_Delete` here.
    let title = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters.flat_map(char::to_lowercase)).collect::<String>()
    };
    let kind: Vec<String> = text(&regulation["regulationType"]).split('_').map(title).collect();
    json!({
        "name": format!("{}/regulations/{}", parent(state), old_id(regulation, "reg_")),
        "id": old_id(regulation, "reg_"), "parent": parent(state),
        "regulation_type": kind.join("_"), "status": regulation["status"],
        "attributes": {"name": "userId", "values": regulation["subjects"]},
        "create_time": created(regulation),
    })
}
