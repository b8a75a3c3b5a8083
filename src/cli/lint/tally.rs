//! What a lint has counted, and the findings it keeps for one JSON object.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::segment::check::Finding;
use crate::segment::lint::Judged;

/// The most findings that one JSON object lists; lines are for more.
const MOST_LISTED: usize = 1_000;

/// Counts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) events: u64,
    pub(super) failed: u64,
    pub(super) warnings: u64,
    codes: BTreeMap<String, u64>,
    listed: Vec<Value>,
    unlisted: u64,
}

impl Tally {
    /// Counts what came of one line.
    pub(super) fn count(&mut self, judged: &Judged) {
        self.events += judged.events;
        self.failed += judged.failed;
        for finding in &judged.findings {
            self.warnings += u64::from(!finding.is_error());
            match self.codes.get_mut(&*finding.code) {
                Some(count) => *count += 1,
                None => {
                    self.codes.insert(finding.code.to_string(), 1);
                }
            }
        }
    }

    /// Keeps a finding for the object, as long as there is room.
    pub(super) fn list(&mut self, finding: Value) {
        if self.listed.len() < MOST_LISTED {
            self.listed.push(finding);
        } else {
            self.unlisted += 1;
        }
    }

    /// One line for people.
    pub(super) fn line(&self) -> String {
        let count = |number: u64, word: &str| {
            format!("{number} {word}{}", if number == 1 { "" } else { "s" })
        };
        let codes: Vec<String> =
            self.codes.iter().map(|(code, number)| format!("{code} {number}")).collect();
        let codes =
            if codes.is_empty() { String::new() } else { format!(" ({})", codes.join(", ")) };
        let (events, warnings) = (count(self.events, "event"), count(self.warnings, "warning"));
        format!("{events}: {} failed, {warnings}{codes}", self.failed)
    }

    /// The whole object.
    pub(super) fn to_json(&self, plan: Option<&str>) -> Value {
        json!({
            "success": self.failed == 0,
            "plan": plan,
            "summary": {
                "events": self.events, "ok": self.events - self.failed, "failed": self.failed,
                "warnings": self.warnings, "codes": self.codes,
            },
            "findings": self.listed,
            "findings_left_out": self.unlisted,
        })
    }
}

/// A finding with its place.
pub(super) fn placed(file: &str, line: u64, finding: &Finding) -> Value {
    let mut object = json!({"file": file, "line": line});
    if let (Some(object), Value::Object(mut rest)) = (object.as_object_mut(), finding.to_json()) {
        object.append(&mut rest);
    }
    object
}
