//! The Objects APIs: records beside events, kept by collection and id; and the syncs that send
//! them in bulk, as files of compressed lines that are loaded when the sync is finished.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _};

use flate2::bufread::MultiGzDecoder;
use serde_json::{Value, json};

use super::core::Core;
use super::exchange::{Answer, Request};
use super::face::Face;
use super::model::mint;
use super::routes::Route;
use super::state::State;

/// The most records in one request.
const MOST: usize = 10;

/// The largest object of a file.
const OBJECT_BYTES: usize = 400 << 10;

/// The largest file before compression; compressed it is no larger.
pub(super) const FILE_BYTES: usize = 512 << 20;

/// A status and what is said with it.
type Done = (u16, Value);

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
            "/v0/upload/{}" => upload(state, request, sync),
            "/v0/finish/{}" => finish(state, request, sync),
            "/v0/keep-alive/{}" => open(state, sync).map(|_| (200, json!({"success": true}))),
            _ => Err((501, "the emulator does not serve this operation")),
        }
    });
    match done {
        Ok((status, answer)) => Answer::json(status, &answer),
        Err((status, why)) => Face::Objects.error(status, why, None, None),
    }
}

fn set(state: &mut State, request: &Request) -> Result<Done, Refused> {
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
    let records = objects.iter().map(|object| {
        let mut record = object.clone();
        record["collection"] = json!(collection);
        record
    });
    keep(state, records.collect());
    Ok((200, json!({"success": true})))
}

/// Properties that are sent again replace what was known of them; the others stay.
fn keep(state: &mut State, records: Vec<Value>) {
    let key = |record: &Value| (record["collection"].to_string(), record["id"].to_string());
    let kept = state.items_mut("objects");
    let mut known: HashMap<_, usize> =
        kept.iter().enumerate().map(|(at, record)| (key(record), at)).collect();
    for mut record in records {
        let at = *known.entry(key(&record)).or_insert(kept.len());
        let properties = record["properties"].as_object_mut().map(std::mem::take);
        let properties = properties.unwrap_or_default();
        match kept.get_mut(at).and_then(|have| have["properties"].as_object_mut()) {
            Some(have) => have.extend(properties),
            None => kept.push(json!({
                "collection": record["collection"], "id": record["id"], "properties": properties,
            })),
        }
    }
}

fn start(state: &mut State) -> Done {
    let id = mint("{22}", 0);
    state.items_mut("objectSyncs").push(json!({"id": id, "status": "OPEN"}));
    (201, json!({"sync_id": id}))
}

/// The place of a sync that is open.
fn open(state: &State, id: &str) -> Result<usize, Refused> {
    let open = [("id", id), ("status", "OPEN")];
    state.position("objectSyncs", &open).ok_or((404, "no such sync is open"))
}

fn upload(state: &mut State, request: &Request, id: &str) -> Result<Done, Refused> {
    let at = open(state, id)?;
    if request.header("content-encoding") != Some("gzip") {
        return Err((400, "the body must be compressed with gzip, and Content-Encoding say so"));
    }
    let records = unpack(&request.body)?;
    let sync = &mut state.items_mut("objectSyncs")[at];
    let part = mint("{16}", 0);
    if !sync["objects"].is_array() {
        sync["objects"] = json!([]);
    }
    if let Some(objects) = sync["objects"].as_array_mut() {
        objects.extend(records);
    }
    Ok((201, json!({"part_id": part})))
}

/// The objects of a file, one a line.
fn unpack(body: &[u8]) -> Result<Vec<Value>, Refused> {
    let mut reader = BufReader::new(MultiGzDecoder::new(body).take(FILE_BYTES as u64 + 1));
    let mut records = Vec::new();
    let mut bytes = 0;
    loop {
        let mut line = Vec::new();
        let read =
            reader.read_until(b'\n', &mut line).map_err(|_| (400, "the body is not gzip"))?;
        if read == 0 {
            break;
        }
        bytes += read;
        if bytes > FILE_BYTES || line.len() > OBJECT_BYTES + 1 {
            return Err((413, "an object may have 400 KB, a file 512 MB"));
        }
        let record: Value =
            serde_json::from_slice(&line).map_err(|_| (400, "every line must be JSON"))?;
        let text = |key: &str| record[key].as_str().is_some_and(|text| !text.is_empty());
        if !text("id") || !text("collection") || !record["properties"].is_object() {
            return Err((400, "every line needs an `id`, a `collection` and `properties`"));
        }
        records.push(record);
    }
    if records.is_empty() { Err((400, "the file holds no objects")) } else { Ok(records) }
}

/// Loads what was uploaded, unless the sender says that something went wrong.
fn finish(state: &mut State, request: &Request, id: &str) -> Result<Done, Refused> {
    let at = open(state, id)?;
    let body = if request.body.is_empty() { json!({}) } else { request.json().unwrap_or_default() };
    let failed = body["error"].as_str().is_some_and(|error| !error.is_empty());
    let sync = &mut state.items_mut("objectSyncs")[at];
    sync["status"] = json!(if failed { "FAILED" } else { "FINISHED" });
    let records = sync.as_object_mut().and_then(|sync| sync.shift_remove("objects"));
    if let (Some(Value::Array(records)), false) = (records, failed) {
        keep(state, records);
    }
    Ok((202, json!({"success": true})))
}
