//! What came of a call as the one object that every face answers with, on success and on every
//! failure alike.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::call::{Run, Warning};
use crate::catalogue::Effect;

impl Run {
    /// The documented object. `data` is what is shown of the value, `delivery` what became of the
    /// events that the run has queued.
    pub fn envelope(&self, data: Value, delivery: Option<Value>) -> Map<String, Value> {
        let mut map = Map::new();
        map.insert("function".into(), json!(self.function));
        map.insert("success".into(), json!(self.result.is_ok()));
        map.insert("data".into(), data);
        let error = self.result.as_ref().err();
        map.insert("error".into(), json!(error.map(|fault| &fault.message)));
        if let Some(fault) = error {
            map.insert("error_detail".into(), fault.to_json());
        }
        map.insert("meta".into(), self.meta(delivery));
        map.insert("duration_ms".into(), json!(milliseconds(self.took)));
        map
    }

    fn meta(&self, delivery: Option<Value>) -> Value {
        let outcome = self.result.as_ref().ok();
        let effect = match &self.result {
            Ok(outcome) => outcome.effect,
            Err(fault) => Some(fault.extra.effect.word()),
        };
        let mut meta = json!({
            "dry_run": self.dry_run,
            "operation": self.effect.map(Effect::word),
            "permission_bypassed": self.forced,
            "account": self.asked_account,
            "run_id": Some(&self.id).filter(|id| !id.is_empty()),
            "attempts": self.attempts,
            "backend": self.backend,
            "waited_ms": milliseconds(self.waited),
            "effect": effect,
            "next_cursor": outcome.and_then(|outcome| outcome.next_cursor.as_ref()),
        });
        if let Some(server) = &self.server {
            meta["server"] = json!(server);
        }
        if !self.warnings.is_empty() {
            meta["warnings"] = self.warnings.iter().map(Warning::to_json).collect();
        }
        if let Some(delivery) = delivery {
            meta["delivery"] = delivery;
        }
        meta
    }
}

/// Milliseconds with at most three decimals.
pub fn milliseconds(span: Duration) -> f64 {
    (span.as_secs_f64() * 1_000_000.0).round() / 1000.0
}
