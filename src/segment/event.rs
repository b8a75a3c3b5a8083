//! Events before they leave: ids, times and library stamped, and everything refused here that
//! Segment would take with 200 and drop later. The codes are Segment's own. Types and names were
//! checked against the row already; `sentAt` and the key are added when the event is sent.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::catalogue::{Provider, schema};
use crate::engine::now;
use crate::error::{Fault, Kind};

/// The largest event, in bytes of JSON.
const LARGEST_EVENT: usize = 32 * 1024;
/// The largest batch, in bytes of JSON; Segment documents 500 KB, its own newest library stops here.
const LARGEST_BATCH: usize = 480 * 1024;
/// The most events in a batch.
const MOST_EVENTS: usize = 2_500;
/// The most properties or traits of one event.
const MOST_PROPERTIES: usize = 10_000;
/// The longest `messageId`, in characters.
const LONGEST_ID: usize = 100;
/// Room for what is added on sending: `sentAt`, the key, punctuation.
const ADDED_ON_SENDING: usize = 160;

/// Completes and checks one event.
pub(super) fn single(body: &mut Map<String, Value>) -> Result<(), Fault> {
    stamp(body, &now());
    library(body);
    sizes(body, ADDED_ON_SENDING)
}

/// Completes and checks a batch, each of its events by the row of its type. All faulty events are
/// named; none is sent when one is wrong.
pub(super) fn batch(provider: &Provider, body: &mut Map<String, Value>) -> Result<(), Fault> {
    let now = now();
    library(body);
    let Some(events) = body.get_mut("batch").and_then(Value::as_array_mut) else { return Ok(()) };
    if events.is_empty() {
        return Err(refused("empty_batch", "the batch holds no events").param("batch"));
    }
    if events.len() > MOST_EVENTS {
        let message = format!("{} events in a batch, {MOST_EVENTS} is the limit", events.len());
        return Err(refused("batch_too_many", message).param("batch").hint("send several batches"));
    }
    let mut wrong = Vec::new();
    for (index, event) in events.iter_mut().enumerate() {
        match item(provider, event, &now) {
            Ok(checked) => *event = checked,
            Err(fault) => wrong.push((index, fault)),
        }
    }
    if let Some(fault) = several(wrong, events.len()) {
        return Err(fault);
    }
    let bytes = Value::Object(body.clone()).to_string().len() + ADDED_ON_SENDING;
    if bytes > LARGEST_BATCH {
        let message = format!("the batch has {bytes} bytes, {LARGEST_BATCH} is the limit");
        return Err(refused("batch_too_large", message)
            .param("batch")
            .hint("send several batches"));
    }
    Ok(())
}

fn item(provider: &Provider, event: &Value, now: &str) -> Result<Value, Fault> {
    let mut event = event
        .as_object()
        .cloned()
        .ok_or_else(|| refused("event_not_object", "an event must be an object"))?;
    let kind = event.shift_remove("type");
    let row = kind
        .as_ref()
        .and_then(Value::as_str)
        .and_then(|kind| provider.operation(kind))
        .filter(|row| row.route().service == "tracking" && !row.params.contains_key("batch"))
        .ok_or_else(|| {
            refused("type_unknown", "`type` must name the kind of event")
                .param("type")
                .hint("identify, track, page, screen, group or alias")
        })?;
    let mut event = schema::normalise(row, event)?;
    stamp(&mut event, now);
    sizes(&event, 0)?;
    // The wire knows the short name that ends the row's path.
    let kind = row.route().path.rsplit('/').next().unwrap_or_default();
    let mut whole = Map::from_iter([("type".to_owned(), json!(kind))]);
    whole.append(&mut event);
    Ok(Value::Object(whole))
}

fn several(wrong: Vec<(usize, Fault)>, of: usize) -> Option<Fault> {
    let count = wrong.len();
    let list: Vec<Value> = wrong
        .iter()
        .map(|(index, fault)| {
            json!({"index": index, "code": fault.code, "message": fault.message, "param": fault.extra.param})
        })
        .collect();
    let (index, mut first) = wrong.into_iter().next()?;
    first.message = format!("batch[{index}]: {}", first.message);
    if count > 1 {
        first.message = format!("{} (and {} more of {of} events)", first.message, count - 1);
    }
    first.kind = Kind::EventInvalid;
    let param = first.extra.param.take().unwrap_or_default();
    first.extra.param = Some(format!("batch[{index}].{param}").trim_end_matches('.').to_owned());
    first.extra.detail = Some(Value::Array(list));
    Some(first)
}

/// What makes a retry harmless and keeps the order of history.
fn stamp(event: &mut Map<String, Value>, now: &str) {
    event.entry("messageId").or_insert_with(|| json!(Uuid::new_v4().to_string()));
    event.entry("timestamp").or_insert_with(|| json!(now));
}

/// Says which library sent it, unless the caller says otherwise.
fn library(body: &mut Map<String, Value>) {
    let context = body.entry("context").or_insert_with(|| json!({}));
    if let Some(context) = context.as_object_mut() {
        context.entry("library").or_insert_with(
            || json!({"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")}),
        );
    }
}

fn sizes(event: &Map<String, Value>, added: usize) -> Result<(), Fault> {
    let id = event.get("messageId").and_then(Value::as_str).unwrap_or_default();
    if id.is_empty() || id.chars().count() > LONGEST_ID {
        let message = format!("`messageId` must have 1 to {LONGEST_ID} characters");
        return Err(refused("message_id_too_long", message).param("messageId"));
    }
    for field in ["properties", "traits"] {
        let count = event.get(field).and_then(Value::as_object).map_or(0, Map::len);
        if count > MOST_PROPERTIES {
            let message = format!("`{field}` has {count} keys, {MOST_PROPERTIES} is the limit");
            return Err(refused("too_many_properties", message).param(field));
        }
    }
    let bytes = serde_json::to_string(event).map_or(0, |text| text.len()) + added;
    if bytes > LARGEST_EVENT {
        let message =
            format!("the event has {bytes} bytes, Segment takes {LARGEST_EVENT} (32 KB) at most");
        return Err(refused("message_too_large", message).hint("send less, or send it in parts"));
    }
    Ok(())
}

fn refused(code: &'static str, message: impl Into<String>) -> Fault {
    Fault::new(Kind::EventInvalid, message).code(code)
}
