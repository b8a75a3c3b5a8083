//! What a source's schema settings hold back: `track` events that its tracking plan does not name,
//! where unplanned events are blocked. Whether an event meets its rule is not looked at.

use serde_json::{Map, Value, json};

use super::state::{State, same};

/// The reason for which a message is held back, or none.
pub(super) fn reason(
    state: &State,
    source: &Value,
    kind: &str,
    message: &Map<String, Value>,
) -> Option<&'static str> {
    let settings = &source["_schema"]["track"]["allowUnplannedEvents"];
    if kind != "track" || *settings != json!(false) {
        return None;
    }
    let plan = state.find("planSources", &[("sourceId", source["id"].as_str()?)])?;
    let plan = plan["trackingPlanId"].as_str()?;
    let event = message.get("event")?.as_str()?;
    let planned = state.items("rules").iter().any(|rule| {
        same(&rule["_trackingPlanId"], plan)
            && same(&rule["type"], "TRACK")
            && same(&rule["key"], event)
    });
    (!planned).then_some("unplanned_event")
}
