//! From bytes to a value or a fault: the service's envelope taken off, its failures read in every
//! form they come in. What the value should look like is left to the provider's hooks.

use serde_json::Value;

use super::transport::Answer;
use crate::catalogue::Effect;
use crate::error::{Fault, Kind, SideEffect};

/// The longest piece of a foreign text that is quoted.
const QUOTED: usize = 300;

/// The value in a successful answer, without the key that wraps it.
///
/// # Errors
/// The service's failure, or `bad_answer` for something that is not what it documents.
pub(super) fn decode(
    answer: &Answer,
    title: &str,
    envelope: Option<&str>,
    effect: Effect,
) -> Result<Value, Fault> {
    if !(200..300).contains(&answer.status) {
        let fault = failure(answer, title);
        // Some failures come while a service acts, and it does not say how far it came.
        let unsure =
            matches!(answer.status, 408 | 500..=599) && ![501, 505].contains(&answer.status);
        return Err(match effect {
            Effect::Read => fault,
            _ if unsure => fault.effect(SideEffect::Unknown),
            _ => fault,
        });
    }
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Null);
    }
    // The service has acted, whatever it says about it.
    let done = if effect == Effect::Read { SideEffect::None } else { SideEffect::Done };
    let bad = |what: &str| {
        Fault::new(Kind::BadAnswer, format!("{title} API answered {} with {what}", answer.status))
            .http(answer.status)
            .effect(done)
    };
    let value: Value = serde_json::from_slice(&answer.body).map_err(|why| {
        let what =
            if is_html(&answer.body) { "an HTML page" } else { "something that is not JSON" };
        bad(what).hint(format!("check the base URL; {why}"))
    })?;
    match (envelope, value) {
        (None, value) => Ok(value),
        (Some(key), Value::Object(mut map)) if map.contains_key(key) => {
            Ok(map.remove(key).unwrap_or_default())
        }
        (Some(key), _) => Err(bad(&format!("no `{key}`"))),
    }
}

fn failure(answer: &Answer, title: &str) -> Fault {
    let status = answer.status;
    let kind = kind(status);
    if is_html(&answer.body) {
        let message = format!("{title} API endpoint not available (HTTP {status}).");
        return finish(Fault::new(kind, message), answer)
            .hint("an HTML page came back: check the base URL and any proxy in between");
    }
    let value: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let said = Said::from(&value);
    let text = said.text.clone().unwrap_or_else(|| quoted(&answer.body));
    let fault = Fault::new(kind, format!("{title} API error ({status}): {text}"));
    let mut fault = finish(fault, answer);
    let wait = said.wait_ms.map(std::time::Duration::from_millis);
    fault.extra.retry_after = answer.retry_after.or(wait).or(fault.extra.retry_after);
    fault.extra.param = said.field;
    if !value.is_null() {
        fault.extra.detail = Some(value);
    }
    fault
}

fn finish(fault: Fault, answer: &Answer) -> Fault {
    let status = answer.status;
    let mut fault = fault.http(status);
    // When the allowance is full again says nothing about other failures.
    let reset = answer.reset.filter(|_| status == 429);
    fault.extra.retry_after = answer.retry_after.or(reset);
    fault.extra.retryable = Some(matches!(status, 408 | 429 | 500..=599) && status != 501);
    fault.hint = match fault.kind {
        Kind::AuthenticationFailed => Some(
            "the credential was refused: check that it is current and of the right region".into(),
        ),
        Kind::Forbidden => Some("the credential is known but may not do this".into()),
        Kind::RateLimited => Some("wait, or make fewer calls at once".into()),
        _ => None,
    };
    fault
}

fn kind(status: u16) -> Kind {
    match status {
        401 => Kind::AuthenticationFailed,
        403 => Kind::Forbidden,
        404 | 410 => Kind::NotFound,
        408 => Kind::Timeout,
        409 | 412 => Kind::Conflict,
        429 => Kind::RateLimited,
        400..=499 => Kind::Rejected,
        500..=599 => Kind::Unavailable,
        _ => Kind::BadAnswer,
    }
}

/// What a failure says in the several forms that occur: `errors[]`, `error`, `message`.
#[derive(Default)]
struct Said {
    text: Option<String>,
    field: Option<String>,
    wait_ms: Option<u64>,
}

impl From<&Value> for Said {
    fn from(value: &Value) -> Self {
        let first = &value["errors"][0];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        if first.is_object() {
            let (kind, message) = (text(&first["type"]), text(&first["message"]));
            let field = text(&first["field"]);
            let said = match (message, &field) {
                (Some(message), Some(field)) if !message.contains(field.as_str()) => {
                    Some(format!("{field}: {message}"))
                }
                (Some(message), _) => Some(message),
                (None, _) => kind,
            };
            return Self { text: said, field, wait_ms: first["data"]["msBeforeNext"].as_u64() };
        }
        let error = &value["error"];
        let said =
            text(error).or_else(|| text(&error["message"])).or_else(|| text(&value["message"]));
        Self { text: said, ..Self::default() }
    }
}

fn quoted(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None if text.is_empty() => "no reason given".to_owned(),
        None => text,
    }
}

pub(super) fn is_html(body: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&body[..body.len().min(256)]).trim_start().to_lowercase();
    head.starts_with("<!doctype html") || head.starts_with("<html") || head.starts_with("<head")
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    fn fault(status: u16, body: &str) -> Fault {
        failure(
            &Answer {
                status,
                retry_after: None,
                reset: None,
                headers: HeaderMap::new(),
                body: body.into(),
            },
            "Segment",
        )
    }

    const FORMS: &[(u16, &str, &str, &str)] = &[
        (400, "Bad Request", "Segment API error (400): Bad Request", "rejected"),
        (400, r#"{"success":false,"message":"no"}"#, "Segment API error (400): no", "rejected"),
        (
            401,
            r#"{"error":"who?","code":16}"#,
            "Segment API error (401): who?",
            "authentication_failed",
        ),
        (403, "", "Segment API error (403): no reason given", "forbidden"),
        (
            404,
            r#"{"errors":[{"type":"NotFound","message":"Resource not found"}]}"#,
            "Segment API error (404): Resource not found",
            "not_found",
        ),
        (
            409,
            r#"{"errors":[{"type":"conflict"}]}"#,
            "Segment API error (409): conflict",
            "conflict",
        ),
        (
            422,
            r#"{"errors":[{"type":"input-validation","message":"is bad","field":"settings.apiKey"}]}"#,
            "Segment API error (422): settings.apiKey: is bad",
            "rejected",
        ),
        (
            413,
            r#"{"errors":[{"type":"bad-request","message":"too big"}]}"#,
            "Segment API error (413): too big",
            "rejected",
        ),
        (
            500,
            r#"{"errors":[{"type":"internal","message":"oops"}]}"#,
            "Segment API error (500): oops",
            "unavailable",
        ),
        (400, r#"{"error":"bad mask","code":3}"#, "Segment API error (400): bad mask", "rejected"),
        (403, r#"{"error":"no scope","code":7}"#, "Segment API error (403): no scope", "forbidden"),
        (404, r#"{"error":"no such","code":5}"#, "Segment API error (404): no such", "not_found"),
        (409, r#"{"error":"taken","code":6}"#, "Segment API error (409): taken", "conflict"),
        (429, r#"{"error":"slow","code":8}"#, "Segment API error (429): slow", "rate_limited"),
        (
            503,
            "upstream connect error or disconnect",
            "Segment API error (503): upstream connect error or disconnect",
            "unavailable",
        ),
    ];

    #[test]
    fn every_form_of_failure_is_understood() {
        for (status, body, message, code) in FORMS {
            let fault = fault(*status, body);
            assert_eq!((fault.message.as_str(), &*fault.code), (*message, *code));
            assert_eq!(fault.extra.http_status, Some(*status));
        }
    }

    #[test]
    fn a_page_for_people_is_no_reason_to_guess() {
        for (status, code) in [
            (401, "authentication_failed"),
            (403, "forbidden"),
            (404, "not_found"),
            (409, "conflict"),
            (413, "rejected"),
            (422, "rejected"),
            (429, "rate_limited"),
            (500, "unavailable"),
            (503, "unavailable"),
        ] {
            for page in ["<!DOCTYPE html><p>x", "\n<html><body>y", "<HEAD></HEAD>"] {
                let fault = fault(status, page);
                let message = format!("Segment API endpoint not available (HTTP {status}).");
                assert_eq!((fault.message.as_str(), &*fault.code), (message.as_str(), code));
                assert!(fault.hint.is_some_and(|hint| hint.contains("base URL")));
            }
        }
    }

    #[test]
    fn the_wait_is_taken_from_the_best_place() {
        let seconds = |n| Some(std::time::Duration::from_secs(n));
        let body = r#"{"errors":[{"data":{"msBeforeNext":2000}}]}"#;
        let wait = |status, retry_after, reset, body: &str| {
            failure(
                &Answer {
                    status,
                    retry_after,
                    reset,
                    headers: HeaderMap::new(),
                    body: body.into(),
                },
                "S",
            )
            .retry_after_ms()
        };
        assert_eq!(wait(429, seconds(1), seconds(3), body), Some(1000));
        assert_eq!(wait(429, None, seconds(3), body), Some(2000));
        assert_eq!(wait(429, None, seconds(3), "{}"), Some(3000));
        assert_eq!(wait(429, None, seconds(3), "<html>"), Some(3000));
        assert_eq!(wait(503, None, seconds(3), "{}"), None);
    }

    #[test]
    fn the_wait_is_found_in_the_body() {
        let fault =
            fault(429, r#"{"errors":[{"type":"RateLimited","data":{"msBeforeNext":1500}}]}"#);
        assert_eq!(fault.retry_after_ms(), Some(1500));
        assert!(fault.retryable());
    }
}
