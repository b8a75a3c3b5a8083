//! `GET /echo`: Segment's own means to test a client.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::emulator::exchange::{Answer, Request};
use crate::emulator::face::{Face, reason};

/// Answers, or fails, as it is told.
pub(super) fn answer(request: &Request) -> Answer {
    let face = Face::Public;
    let set = |name: &str| request.query(&[name]) == Some("true");
    let number = |name: &str| request.query(&[name]).and_then(|text| text.parse::<u64>().ok());
    let status = number("statusCode").and_then(|n| u16::try_from(n).ok());
    let status = status.filter(|status| (200..=599).contains(status));
    let mut answer = match request.query(&["message"]) {
        None => face.error(422, "message is required", Some("message"), None),
        Some(message) if set("triggerMultipleErrors") => {
            let error = json!({"type": "bad-request", "message": message});
            Answer::json(status.unwrap_or(400), &json!({"errors": [error, error]}))
        }
        Some(message) if set("triggerError") => {
            face.error(status.unwrap_or(400), message, None, None)
        }
        Some(_) if set("triggerUnexpectedError") => face.refuse(500),
        Some(_) if status.is_some_and(|status| status >= 400) => {
            face.error(status.unwrap_or(400), reason(status.unwrap_or(400)), None, None)
        }
        Some(message) => Answer::json(
            status.unwrap_or(200),
            &json!({"data": {"method": "get", "message": message, "headers": shown(request)}}),
        ),
    };
    answer.delay = Duration::from_millis(number("delay").unwrap_or(0));
    answer
}

/// The headers of a request but for the credential.
fn shown(request: &Request) -> Map<String, Value> {
    let kept = request.headers.iter().filter(|(name, _)| name != "authorization");
    kept.map(|(name, value)| (name.clone(), json!(value))).collect()
}
