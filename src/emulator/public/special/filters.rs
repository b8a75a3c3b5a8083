//! What a destination filter does to an event.

use serde_json::{Map, Value, json};

use super::{Done, Scene};
use crate::emulator::fql;
use crate::emulator::public::scene::unfit;

/// An event before and behind a filter.
pub(super) fn preview(scene: &mut Scene<'_>) -> Done {
    let filter = scene.body.get("filter").cloned().unwrap_or_default();
    let payload = scene.body.get("payload").cloned().unwrap_or_default();
    let condition = filter["if"].as_str().unwrap_or_default();
    let met = fql::meets(condition, &payload).map_err(|why| unfit("filter.if", &why))?;
    let actions = filter["actions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let result = if met { filtered(actions, payload.clone()) } else { Some(payload.clone()) };
    Ok(json!({"inputPayload": payload, "result": result}))
}

/// The event as the actions leave it; none when it is dropped.
pub(in crate::emulator) fn filtered(actions: &[Value], mut event: Value) -> Option<Value> {
    for action in actions {
        match action["type"].as_str().unwrap_or_default() {
            "DROP" => return None,
            "SAMPLE" if action["percent"].as_f64() == Some(0.0) => return None,
            "DROP_PROPERTIES" => shape(&mut event, &action["fields"], false),
            "ALLOW_PROPERTIES" => shape(&mut event, &action["fields"], true),
            _ => {}
        }
    }
    Some(event)
}

/// Keeps, or drops, the named fields of each named part: `{"properties": ["a", "b"]}`.
fn shape(event: &mut Value, fields: &Value, keep: bool) {
    for (part, names) in fields.as_object().into_iter().flatten() {
        let names = names.get("fields").unwrap_or(names);
        let named = |name: &String| {
            names.as_array().is_some_and(|names| names.iter().any(|have| have == name.as_str()))
        };
        let Some(Value::Object(map)) = event.get_mut(part) else { continue };
        let whole = std::mem::take(map);
        let kept: Map<String, Value> =
            whole.into_iter().filter(|(name, _)| named(name) == keep).collect();
        *map = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_drop_events_or_parts_of_them() {
        let event = json!({"properties": {"a": 1, "b": 2}, "userId": "u"});
        let after = |action: Value| filtered(&[action], event.clone());
        assert_eq!(after(json!({"type": "DROP"})), None);
        let fields = json!({"properties": ["a"]});
        let dropped = after(json!({"type": "DROP_PROPERTIES", "fields": fields})).unwrap();
        assert_eq!(dropped, json!({"properties": {"b": 2}, "userId": "u"}));
        let allowed = after(json!({"type": "ALLOW_PROPERTIES", "fields": fields})).unwrap();
        assert_eq!(allowed["properties"], json!({"a": 1}));
        assert_eq!(after(json!({"type": "SAMPLE", "percent": 1})), Some(event.clone()));
    }
}
