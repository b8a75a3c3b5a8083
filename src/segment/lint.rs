//! One line of text judged as an event, by Segment's rules and a tracking plan: what comes out is
//! every finding, and never a failure. Reading lines and counting is the command line's business.

use serde_json::{Map, Value};

use super::check::{Checker, Finding};
use super::plans::Judge;

/// Judges lines.
#[derive(Debug)]
pub struct Linter<'a> {
    /// Segment's rules.
    pub checker: &'a Checker,
    /// The plan, if events are held to one.
    pub judge: Option<&'a Judge>,
}

/// What is known of one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// How many events it holds: one, or those of a batch.
    pub events: u64,
    /// How many of them would be lost, or break the plan.
    pub failed: u64,
    /// What was found. In a batch the path begins with the event's place.
    pub findings: Vec<Finding>,
}

impl Linter<'_> {
    /// Judges one line: an event, or a request to `/v1/batch`.
    pub fn line(&self, text: &[u8]) -> Judged {
        let event = match std::str::from_utf8(text) {
            Ok(text) => serde_json::from_str::<Value>(text).map_err(|why| broken(text, &why)),
            Err(why) => Err(Finding::error(
                "invalid_utf8",
                "",
                format!("the line is not UTF-8 after byte {}", why.valid_up_to()),
            )),
        };
        match event {
            Ok(Value::Object(mut map))
                if !map.contains_key("type") && map.contains_key("batch") =>
            {
                self.batch(map.swap_remove("batch").unwrap_or_default())
            }
            Ok(Value::Object(map)) => one(self.event(map)),
            Ok(_) => one(vec![Finding::error(
                "event_not_object",
                "",
                "an event must be an object, with a `type`",
            )]),
            Err(finding) => one(vec![finding]),
        }
    }

    /// Everything wrong with one event.
    pub fn event(&self, event: Map<String, Value>) -> Vec<Finding> {
        let mut found = self.checker.judge(&event);
        if let (Some(judge), Ok(kind)) = (self.judge, self.checker.kind_of(&event)) {
            found.extend(judge.judge(kind.wire(), &Value::Object(event)));
        }
        found
    }

    fn batch(&self, batch: Value) -> Judged {
        let Value::Array(events) = batch else {
            let message = "`batch` must be a list of events";
            return one(vec![Finding::error("batch_not_list", "batch", message)]);
        };
        let mut judged = Judged::default();
        if events.is_empty() {
            return one(vec![Finding::error("empty_batch", "batch", "the batch holds no events")]);
        }
        for (index, event) in events.into_iter().enumerate() {
            let found = match event {
                Value::Object(event) => self.event(event),
                _ => vec![Finding::error("event_not_object", "", "an event must be an object")],
            };
            judged.events += 1;
            judged.failed += u64::from(found.iter().any(Finding::is_error));
            judged.findings.extend(found.into_iter().map(|finding| finding.within(index)));
        }
        judged
    }
}

fn one(findings: Vec<Finding>) -> Judged {
    Judged { events: 1, failed: u64::from(findings.iter().any(Finding::is_error)), findings }
}

fn broken(text: &str, why: &serde_json::Error) -> Finding {
    // The place in the line is all that counts: a line has no lines.
    let what = why.to_string();
    let what = what.split(" at line ").next().unwrap_or_default();
    let message = format!("the line is not JSON: {what} at column {}", why.column());
    let finding = Finding::error("invalid_json", "", message);
    if text.trim_start().starts_with('[') || text.trim() == "{" {
        return finding.hint("one event a line is wanted: jq -c '.[]' FILE makes lines of a list");
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn judged(text: &[u8]) -> (u64, u64, Vec<String>) {
        let catalogue = Catalogue::new(Vec::new());
        let checker = Checker::of(catalogue.provider("segment").unwrap());
        let judged = Linter { checker: &checker, judge: None }.line(text);
        let told = judged.findings.iter();
        let told = told.map(|found| format!("{} {}: {}", found.code, found.path, found.message));
        (judged.events, judged.failed, told.collect())
    }

    #[test]
    fn what_is_no_event_says_where() {
        for (text, want) in [
            (
                &b"{\"type\""[..],
                "invalid_json : the line is not JSON: EOF while parsing an object at column 7",
            ),
            (b"{\"a\": \xff}", "invalid_utf8 : the line is not UTF-8 after byte 6"),
            (b"7", "event_not_object : an event must be an object, with a `type`"),
            (b"{\"batch\": 7}", "batch_not_list batch: `batch` must be a list of events"),
            (b"{\"batch\": []}", "empty_batch batch: the batch holds no events"),
        ] {
            assert_eq!(judged(text), (1, 1, vec![want.to_owned()]));
        }
    }

    #[test]
    fn the_events_of_a_batch_are_judged_each() {
        let text = br#"{"batch": [{"type": "identify", "userId": "u"}, {"type": "track", "userId": "u"}, 3]}"#;
        let (events, failed, told) = judged(text);
        assert_eq!((events, failed), (3, 2));
        assert_eq!(
            told,
            [
                "event_not_defined batch[1].event: `event` is missing or empty",
                "event_not_object batch[2]: an event must be an object"
            ]
        );
    }
}
