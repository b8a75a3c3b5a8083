//! Answers that say less than what was asked for: a change that is answered with a status and read
//! back, and a function that is null where there is none.

use serde_json::{Map, Value};

use crate::engine::hooks::Scene;
use crate::error::{Fault, Kind, SideEffect};

/// The tracking plan as it is now, after a change that Segment answers with a mere status.
pub(super) async fn read_back(scene: Scene<'_>, answer: &Value) -> Result<Value, Fault> {
    let id = scene.args.get("trackingPlanId").cloned().unwrap_or_default();
    let args = Map::from_iter([("trackingPlanId".to_owned(), id)]);
    match scene.engine.ask(scene, "get_tracking_plan", &args).await {
        Ok((Value::Object(mut plan), _)) => {
            plan.insert("status".to_owned(), answer["status"].clone());
            Ok(Value::Object(plan))
        }
        Ok(_) => Err(Fault::new(Kind::BadAnswer, "the changed plan is not an object")
            .effect(SideEffect::Done)),
        Err(mut fault) => {
            fault.message = format!("the plan was changed, but reading it back: {fault}");
            Err(fault.effect(SideEffect::Done))
        }
    }
}

/// A function; Segment answers 200 and null where there is none.
pub(super) fn function(scene: Scene<'_>, answer: Value) -> Result<Value, Fault> {
    if !answer["function"].is_null() {
        return Ok(answer);
    }
    let id = scene.args.get("functionId").and_then(Value::as_str).unwrap_or_default();
    Err(Fault::not_found(format!("there is no function `{id}`")).http(200))
}
