//! Events before they leave: ids, times and library stamped, and everything refused here that
//! Segment would take with 200 and drop later, as `check` finds it. Types and names were checked
//! against the row already; `sentAt` and the key are added when the event is sent.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::check::{Checker, EventKind, Finding, bytes, too_large};
use super::plans::{Gate, refusal};
use crate::catalogue::{Operation, Provider, schema};
use crate::engine::now;
use crate::error::{Fault, Kind};

/// Room for what is added on sending: `sentAt`, the key, punctuation.
const ADDED_ON_SENDING: usize = 160;

/// Who judges events: Segment's own rules, and the account's plan if there is one.
type Judges<'a> = (&'a Checker, Option<&'a Gate>);

/// Completes and checks one event; what it found that does not lose the event.
pub(super) fn single(
    judges: Judges<'_>,
    operation: &Operation,
    body: &mut Map<String, Value>,
) -> Result<Vec<Finding>, Fault> {
    stamp(body, &now());
    library(body);
    match judges.0.kind(&operation.name) {
        Some(kind) => settled(kind, judges.1, body, ADDED_ON_SENDING),
        None => Ok(Vec::new()),
    }
}

/// Completes and checks a batch, each of its events by the row of its type. All faulty events are
/// named; none is sent when one is wrong. Gives what it found that does not lose an event.
pub(super) fn batch(
    judges: Judges<'_>,
    provider: &Provider,
    body: &mut Map<String, Value>,
) -> Result<Vec<Finding>, Fault> {
    let now = now();
    library(body);
    let mut warnings = Vec::new();
    let Some(events) = body.get_mut("batch").and_then(Value::as_array_mut) else {
        return Ok(warnings);
    };
    if events.is_empty() {
        return Err(refused("empty_batch", "the batch holds no events").param("batch"));
    }
    let mut wrong = Vec::new();
    for (index, event) in events.iter_mut().enumerate() {
        match item(judges, provider, event.take(), &now) {
            Ok((checked, found)) => {
                *event = checked;
                warnings.extend(found.into_iter().map(|finding| finding.within(index)));
            }
            Err(fault) => wrong.push((index, fault)),
        }
    }
    if let Some(fault) = several(wrong, events.len()) {
        return Err(fault);
    }
    Ok(warnings)
}

fn item(
    judges: Judges<'_>,
    provider: &Provider,
    event: Value,
    now: &str,
) -> Result<(Value, Vec<Finding>), Fault> {
    let Value::Object(mut event) = event else {
        return Err(refused("event_not_object", "an event must be an object"));
    };
    let kind = judges.0.kind_of(&event).map_err(Finding::into_fault)?;
    let row = provider.operation(kind.function()).ok_or_else(|| {
        Fault::new(Kind::Internal, format!("no row has events of type `{}`", kind.wire()))
    })?;
    event.shift_remove("type");
    let mut event = schema::normalise(row, event)?;
    stamp(&mut event, now);
    let warnings = settled(kind, judges.1, &mut event, 0)?;
    event.shift_insert(0, "type".to_owned(), json!(kind.wire()));
    Ok((Value::Object(event), warnings))
}

/// The refusal of an event that would be lost, or what else is to be known of it.
fn settled(
    kind: &EventKind,
    gate: Option<&Gate>,
    event: &mut Map<String, Value>,
    added: usize,
) -> Result<Vec<Finding>, Fault> {
    let mut found = kind.check(event);
    found.extend(too_large(bytes(event) + added));
    if event.get("messageId").and_then(Value::as_str) == Some("") {
        let message = "`messageId` must not be empty: Segment deduplicates by it";
        found.push(Finding::error("message_id_empty", "messageId", message));
    }
    if let Some(at) = found.iter().position(Finding::is_error) {
        return Err(found.swap_remove(at).into_fault());
    }
    let Some(gate) = gate else { return Ok(found) };
    let against = gate.judge_fields(kind.wire(), event);
    if let Some(fault) = refusal(&against) {
        return Err(fault);
    }
    found.extend(against);
    Ok(found)
}

fn several(wrong: Vec<(usize, Fault)>, of: usize) -> Option<Fault> {
    let count = wrong.len();
    let list: Vec<Value> = wrong
        .iter()
        .map(|(index, fault)| {
            let mut entry = json!({
                "index": index, "code": fault.code, "message": fault.message,
                "param": fault.extra.param,
            });
            if let Some(violations) = &fault.extra.detail {
                entry["violations"] = violations.clone();
            }
            entry
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

fn refused(code: &'static str, message: impl Into<String>) -> Fault {
    Fault::new(Kind::EventInvalid, message).code(code)
}
