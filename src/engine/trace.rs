//! What can be told of a request while it is made: one line when it is answered, and at a finer
//! level what went out and what came back. Whoever listens decides what is shown; without a
//! listener none of this is even put together.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;
use tracing::{debug, enabled, info};

use super::request::Request;
use super::transport::{Answer, Broken};
use crate::redact::{MASK, Redactor, hide_by_name, names_a_secret};

/// The target of everything that is told here: `info` for lines, `debug` for headers and bodies.
pub const TARGET: &str = "kosmo::http";

/// Longer bodies are cut.
const MOST: usize = 16 << 10;

/// One line for a request that was sent once, whatever came of it; none when time ran out.
pub(super) fn attempt(request: &Request, sent: Option<&Result<Answer, Broken>>, took: Duration) {
    let (method, url, ms) = (&request.method, request.full_url(), took.as_millis());
    match sent {
        Some(Ok(answer)) => {
            info!(target: "kosmo::http", "{method} {url} {} {ms} ms", answer.status);
        }
        Some(Err(broken)) => {
            info!(target: "kosmo::http", "{method} {url} failed after {ms} ms: {}", broken.reason);
        }
        None => info!(target: "kosmo::http", "{method} {url} no answer within {ms} ms"),
    }
}

/// What goes out.
pub(super) fn outgoing(request: &Request, now: &str) {
    if !enabled!(target: "kosmo::http", tracing::Level::DEBUG) {
        return;
    }
    let shown = request.preview(&Redactor::default(), now);
    let mut text = format!("> {} {}", request.method, request.full_url());
    for (name, value) in shown["headers"].as_object().into_iter().flatten() {
        let hidden = names_a_secret(name) && !name.eq_ignore_ascii_case("authorization");
        let value = if hidden { MASK } else { value.as_str().unwrap_or_default() };
        text += &format!("\n> {name}: {value}");
    }
    let body = match &shown["body"] {
        Value::Null => String::new(),
        Value::String(raw) => lines(raw.as_bytes(), '>'),
        body => lines(body.to_string().as_bytes(), '>'),
    };
    debug!(target: "kosmo::http", "{text}{body}");
}

/// The head of what comes back.
pub(super) fn incoming(status: u16, headers: &HeaderMap) {
    if !enabled!(target: "kosmo::http", tracing::Level::DEBUG) {
        return;
    }
    let mut text = format!("< {status}");
    for (name, value) in headers {
        let shown =
            if names_a_secret(name.as_str()) { MASK } else { value.to_str().unwrap_or("…") };
        text += &format!("\n< {name}: {shown}");
    }
    debug!(target: "kosmo::http", "{text}");
}

/// The body of what comes back.
pub(super) fn body(bytes: &[u8]) {
    if enabled!(target: "kosmo::http", tracing::Level::DEBUG) && !bytes.is_empty() {
        let text = lines(bytes, '<');
        debug!(target: "kosmo::http", "{}", text.trim_start_matches('\n'));
    }
}

/// A body with a mark before every line; secrets known by their names are hidden.
fn lines(bytes: &[u8], mark: char) -> String {
    let text = match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => hide_by_name(&value).to_string(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    };
    let cut = text.chars().take(MOST).collect::<String>();
    let rest = if cut.len() < text.len() { " …" } else { "" };
    cut.lines().map(|line| format!("\n{mark} {line}")).collect::<String>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_loses_what_is_secret_by_its_name() {
        let shown = lines(br#"{"writeKey": "abc", "n": {"apiToken": "def", "name": "x"}}"#, '<');
        assert!(!shown.contains("abc") && !shown.contains("def"), "{shown}");
        assert!(shown.starts_with("\n< {") && shown.contains("\"x\""), "{shown}");
        assert_eq!(lines(b"a\nb", '>'), "\n> a\n> b");
    }
}
