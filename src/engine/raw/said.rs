//! Answers to requests in a person's own words. No row says what comes back, so it is handed on as
//! what it is: text as text, and what is no text by its size and in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::catalogue::Effect;
use crate::engine::answer::{decode, is_html};
use crate::engine::request::Request;
use crate::engine::transport::Answer;
use crate::error::{Fault, Kind};

/// The value in an answer, whatever it is.
///
/// # Errors
/// The service's failure; a page for people that nobody asked for, since it comes from a login or a
/// proxy in between.
pub(in crate::engine) fn whatever(
    answer: &Answer,
    title: &str,
    effect: Effect,
    request: &Request,
) -> Result<Value, Fault> {
    let fault = match decode(answer, title, None, effect) {
        Err(fault) if fault.kind == Kind::BadAnswer && (200..300).contains(&answer.status) => fault,
        decoded => return decoded,
    };
    let accepts = request.extra.iter().any(|(name, _)| name.eq_ignore_ascii_case(ACCEPT.as_str()));
    if is_html(&answer.body) && !accepts {
        return Err(fault.hint("if a page is what you want, say so: -H \"Accept: text/html\""));
    }
    let media_type = answer.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    Ok(match std::str::from_utf8(&answer.body) {
        Ok(text) => Value::String(text.to_owned()),
        Err(_) => json!({
            "content_type": media_type,
            "bytes": answer.body.len(),
            "base64": STANDARD.encode(&answer.body),
        }),
    })
}
