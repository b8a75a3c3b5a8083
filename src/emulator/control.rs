//! The emulator's own routes, below `/__emulator/`: what it received, how busy it was, which faults
//! are in force, and back to the start. No scripted fault ever befalls them.

use serde_json::{Map, Value, json};

use super::core::Core;
use super::exchange::{Answer, Request};
use super::faults::Faults;

const PREFIX: &str = "/__emulator/";

/// Whether the path is one of these routes.
pub(super) fn owns(path: &str) -> bool {
    path.starts_with(PREFIX)
}

/// Answers one of them.
pub(super) fn answer(core: &Core, request: &Request) -> Answer {
    let path = request.path.strip_prefix(PREFIX).unwrap_or_default();
    match (request.method.as_str(), path) {
        ("GET", "events") => Answer::json(200, &json!({"events": events(core, &request.query)})),
        ("GET", "requests") => Answer::json(200, &json!({"requests": core.heard().to_json()})),
        ("GET", "stats") => Answer::json(200, &stats(core)),
        ("GET", "faults") => Answer::json(200, &faults(core)),
        ("POST", "faults") => add_faults(core, request),
        ("DELETE", "faults") => {
            core.faults().clear();
            Answer::json(200, &faults(core))
        }
        ("POST", "reset") => {
            core.reset();
            Answer::json(200, &json!({"success": true}))
        }
        _ => Answer::json(404, &json!({"error": "no such route of the emulator"})),
    }
}

/// Every message, oldest first, whose top-level fields equal what the filters ask for.
pub(super) fn events(core: &Core, filters: &[(String, String)]) -> Vec<Value> {
    let state = core.state();
    let shown = state.events.iter().filter_map(|event| serde_json::to_value(event).ok());
    shown
        .filter(|event| {
            filters.iter().all(|(name, wanted)| match &event[name] {
                Value::String(text) => text == wanted,
                Value::Null => wanted.is_empty(),
                _ => false,
            })
        })
        .collect()
}

fn stats(core: &Core) -> Value {
    let stats = core.stats();
    json!({
        "requests": stats.requests,
        "in_flight": stats.in_flight,
        "max_in_flight": stats.max_in_flight,
        "faulted": stats.faulted,
        "by_route": stats.by_route,
        "unsaved": stats.unsaved,
    })
}

fn faults(core: &Core) -> Value {
    let faults = core.faults();
    let list: Vec<Value> =
        faults.list().map(|(spec, left)| json!({"fail": spec, "left": left})).collect();
    json!({"faults": list})
}

fn add_faults(core: &Core, request: &Request) -> Answer {
    let form = r#"send {"fail": ["POST /v1/track=status:503,next:2"]}"#;
    let wrong = |fault: Value| Answer::json(400, &json!({"error": fault}));
    let body: Map<String, Value> = match request.json() {
        Ok(Value::Object(body)) => body,
        _ => return wrong(json!(form)),
    };
    let specs: Option<Vec<String>> = match body.get("fail") {
        Some(Value::String(spec)) => Some(vec![spec.clone()]),
        Some(Value::Array(specs)) => {
            specs.iter().map(|spec| spec.as_str().map(str::to_owned)).collect()
        }
        _ => None,
    };
    match specs.map(|specs| Faults::parse(&specs)) {
        None => wrong(json!(form)),
        Some(Err(fault)) => wrong(fault.to_json()),
        Some(Ok(scripts)) => {
            core.faults().add(scripts);
            Answer::json(200, &faults(core))
        }
    }
}
