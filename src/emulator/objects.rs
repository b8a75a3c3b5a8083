//! The Objects APIs: records beside events, kept by collection and id; and the syncs that send
//! them in bulk, without their uploads.

use serde_json::{Map, Value, json};

use super::core::Core;
use super::exchange::{Answer, Request};
use super::face::Face;
use super::model::mint;
use super::routes::Route;
use super::state::{State, same};

/// The most records in one request.
const MOST: usize = 10;

/// Why a request is turned away.
type Refused = (u16, &'static str);

/// Answers a request to the Objects APIs.
pub(super) fn answer(core: &Core, request: &Request, route: &Route, values: &[String]) -> Answer {
    let key = match request.basic_user() {
        Some(Ok(key)) if !key.is_empty() => key,
        _ => return Face::Objects.refuse(401).header("www-authenticate", "Basic"),
    };
    let sync = values.first().map_or("", String::as_str);
    let done = core.remember(true, |state, _| {
        if state.source_of(&key).is_none() {
            return Err((401, "no source has this write key"));
        }
        match route.pattern.as_str() {
            "/v1/set" => set(state, request),
            "/v0/start" => Ok(start(state)),
            "/v0/finish/{}" => close(state, sync, Some("FINISHED")),
            "/v0/keep-alive/{}" => close(state, sync, None),
            _ => Err((501, "the emulator does not serve this operation")),
        }
    });
    match done {
        Ok(answer) => Answer::json(200, &answer),
        Err((status, why)) => Face::Objects.error(status, why, None, None),
    }
}

fn set(state: &mut State, request: &Request) -> Result<Value, Refused> {
    let Ok(Value::Object(body)) = request.json() else {
        return Err((400, "the body must be a JSON object"));
    };
    let collection = body.get("collection").and_then(Value::as_str).unwrap_or_default();
    if collection.is_empty() {
        return Err((400, "`collection` must be a text"));
    }
    let objects = body.get("objects").and_then(Value::as_array);
    let objects = objects.filter(|objects| !objects.is_empty());
    let objects = objects.ok_or((400, "`objects` must be a list with something in it"))?;
    if objects.len() > MOST {
        return Err((400, "at most 10 objects are taken at once"));
    }
    for object in objects {
        let id = object["id"].as_str().is_some_and(|id| !id.is_empty());
        if !id || !object["properties"].is_object() {
            return Err((400, "every object needs an `id` and `properties`"));
        }
    }
    for object in objects {
        keep(state, collection, object);
    }
    Ok(json!({"success": true}))
}

/// Properties that are sent again replace what was known of them; the others stay.
fn keep(state: &mut State, collection: &str, object: &Value) {
    let kept = state.items_mut("objects");
    let known = kept
        .iter()
        .position(|have| same(&have["collection"], collection) && have["id"] == object["id"]);
    let properties = object["properties"].as_object().cloned().unwrap_or_default();
    match known.and_then(|at| kept[at]["properties"].as_object_mut()) {
        Some(have) => have.extend(properties),
        None => {
            let mut record = Map::new();
            record.insert("collection".to_owned(), json!(collection));
            record.insert("id".to_owned(), object["id"].clone());
            record.insert("properties".to_owned(), Value::Object(properties));
            kept.push(Value::Object(record));
        }
    }
}

fn start(state: &mut State) -> Value {
    let id = mint("{22}", 0);
    state.items_mut("objectSyncs").push(json!({"id": id, "status": "OPEN"}));
    json!({"sync_id": id})
}

/// A sync that is open stays open, or is closed.
fn close(state: &mut State, id: &str, status: Option<&str>) -> Result<Value, Refused> {
    let open = [("id", id), ("status", "OPEN")];
    let index = state.position("objectSyncs", &open).ok_or((404, "no such sync is open"))?;
    if let Some(status) = status {
        state.items_mut("objectSyncs")[index]["status"] = json!(status);
    }
    Ok(json!({"success": true}))
}
