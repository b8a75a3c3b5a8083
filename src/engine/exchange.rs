//! What a call said and was told, kept for whoever looks at its run later: every attempt with its
//! request and answer, shortened and without secrets. Where that is kept is the journal's business.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Map, Value, json};

use super::request::Request;
use super::transport::{Answer, Broken};
use crate::redact::{MASK, Redactor, hide_by_name, names_a_secret};
use crate::settings::Settings;

/// Attempts of one call that are kept: those of a long listing are much alike.
const MOST: usize = 20;

/// What is taken beyond the end of what is kept of a body, so that a secret that lies across it is
/// still recognised.
const MARGIN: usize = 4096;

/// One attempt.
struct Exchange {
    request: Request,
    at: String,
    took: Duration,
    told: Told,
}

/// What came of it.
enum Told {
    Answer { status: u16, headers: HeaderMap, body: Vec<u8>, bytes: usize },
    Nothing { reason: String, status: Option<u16> },
}

/// What is known so far.
#[derive(Default)]
struct Notes {
    input: Option<Map<String, Value>>,
    exchanges: Vec<Exchange>,
    /// Attempts that were not kept.
    more: usize,
}

/// The notes of one call; those made from nothing note nothing.
#[derive(Default)]
pub struct Transcript {
    /// Bytes of a body that are kept; none when nothing is.
    body: Option<usize>,
    notes: Mutex<Notes>,
}

impl std::fmt::Debug for Transcript {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Transcript")
    }
}

/// How much of calls is noted: the same for all of a process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Noting {
    /// Bytes of a body; none when nothing is noted.
    body: Option<usize>,
}

impl Noting {
    /// As the settings want it.
    pub fn of(settings: &Settings) -> Self {
        let on = ["journal.enabled", "journal.details"].map(|key| settings.flag(key));
        let body = settings.bytes("journal.body_bytes").and_then(|bytes| bytes.try_into().ok());
        Self { body: on.iter().all(|on| *on != Some(false)).then_some(body.unwrap_or(0)) }
    }
}

impl Transcript {
    /// Notes of one call.
    pub(super) fn new(noting: Noting) -> Arc<Self> {
        Arc::new(Self { body: noting.body, notes: Mutex::default() })
    }

    /// Notes the arguments.
    pub(super) fn input(&self, args: &Map<String, Value>) {
        self.note(|notes| notes.input = Some(args.clone()));
    }

    /// Notes an attempt that was answered.
    pub(super) fn answered(&self, request: &Request, at: String, took: Duration, answer: Answer) {
        let Some(cap) = self.body else { return };
        let Answer { status, headers, mut body, .. } = answer;
        let bytes = body.len();
        body.truncate(cap.saturating_add(MARGIN));
        self.add(request, at, took, Told::Answer { status, headers, body, bytes });
    }

    /// Notes an attempt that came to nothing.
    pub(super) fn lost(&self, request: &Request, at: String, took: Duration, broken: &Broken) {
        let told = Told::Nothing { reason: broken.reason.clone(), status: broken.status };
        self.add(request, at, took, told);
    }

    /// Notes an attempt that nobody waited for any longer.
    pub(super) fn abandoned(&self, request: &Request, at: String, took: Duration) {
        let reason = "no answer in time".to_owned();
        self.add(request, at, took, Told::Nothing { reason, status: None });
    }

    fn add(&self, request: &Request, at: String, took: Duration, told: Told) {
        self.note(|notes| {
            if notes.exchanges.len() < MOST {
                let request = request.clone();
                notes.exchanges.push(Exchange { request, at, took, told });
            } else {
                notes.more += 1;
            }
        });
    }

    fn note(&self, change: impl FnOnce(&mut Notes)) {
        if self.body.is_some() {
            change(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// All of it as the journal keeps it; none when there is nothing. Takes a while: not for the
    /// thread that calls.
    pub(super) fn written(&self, redactor: &Redactor) -> Option<String> {
        let cap = self.body?;
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.input.is_none() && notes.exchanges.is_empty() {
            return None;
        }
        let input = notes
            .input
            .clone()
            .map(|input| shortened(hide_by_name(&redactor.value(&Value::Object(input))), cap));
        let exchanges: Vec<Value> =
            notes.exchanges.iter().map(|exchange| exchange.written(redactor, cap)).collect();
        let mut all = json!({"input": input, "exchanges": exchanges});
        if notes.more > 0 {
            all["more"] = json!(notes.more);
        }
        Some(all.to_string())
    }
}

impl Exchange {
    fn written(&self, redactor: &Redactor, cap: usize) -> Value {
        let mut request = self.request.preview(redactor, &self.at);
        // The preview leaves of the authorization which sort it is, and nothing else.
        let authorization = request["headers"]["Authorization"].take();
        request["headers"] = hide_by_name(&request["headers"]);
        request["headers"]["Authorization"] = authorization;
        request["body"] = shortened(hide_by_name(&request["body"]), cap);
        let mut all = json!({
            "at": self.at,
            "duration_ms": (self.took.as_secs_f64() * 1_000_000.0).round() / 1000.0,
            "request": request,
            "response": null,
            "error": null,
        });
        match &self.told {
            Told::Answer { status, headers, body, bytes } => {
                all["response"] = json!({
                    "status": status,
                    "headers": shown(headers, redactor),
                    "body": told(body, *bytes, redactor, cap),
                    "bytes": bytes,
                });
            }
            Told::Nothing { reason, status } => {
                all["error"] = json!(redactor.text(reason));
                all["response"] = status.map_or(Value::Null, |status| json!({"status": status}));
            }
        }
        all
    }
}

fn shown(headers: &HeaderMap, redactor: &Redactor) -> Value {
    let mut map = Map::new();
    for (name, value) in headers {
        let value = redactor.text(&String::from_utf8_lossy(value.as_bytes())).into_owned();
        let known = map.get(name.as_str()).and_then(Value::as_str);
        let value = known.map_or_else(|| value.clone(), |first| format!("{first}, {value}"));
        map.insert(name.as_str().to_owned(), Value::String(value));
    }
    hide_by_name(&Value::Object(map))
}

/// A body that came: as JSON when all of it is here and it is, else as text.
fn told(body: &[u8], bytes: usize, redactor: &Redactor, cap: usize) -> Value {
    if bytes == 0 {
        return Value::Null;
    }
    if body.len() == bytes
        && let Ok(value) = serde_json::from_slice::<Value>(body)
    {
        return shortened(hide_by_name(&redactor.value(&value)), cap);
    }
    let text = redactor.text(&String::from_utf8_lossy(body)).into_owned();
    cut(&hidden_in(&text), bytes, cap)
}

/// The text of JSON that was cut off cannot be read as such: what stands behind a telling name is
/// hidden up to the end of its string.
fn hidden_in(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\":") {
        clean.push_str(before);
        clean.push_str("\":");
        let name = before.rsplit('"').next().unwrap_or_default();
        rest = after;
        if names_a_secret(name) {
            let end = ends(after);
            clean.push_str(&format!("\"{MASK}\""));
            rest = &after[end..];
        }
    }
    clean + rest
}

/// Where a value that is a string, a list or anything else ends.
fn ends(text: &str) -> usize {
    let (mut depth, mut within, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if within => escaped = true,
            b'"' => within = !within,
            b'[' | b'{' if !within => depth += 1,
            b']' | b'}' if !within && depth > 0 => depth -= 1,
            b',' | b']' | b'}' if !within && depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

/// A value that is not too long, or its beginning as text.
fn shortened(value: Value, cap: usize) -> Value {
    if value.is_null() {
        return value;
    }
    if cap == 0 {
        return json!("[not kept]");
    }
    let text = match &value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.len() <= cap { value } else { cut(&text, text.len(), cap) }
}

fn cut(text: &str, bytes: usize, cap: usize) -> Value {
    if cap == 0 {
        return json!("[not kept]");
    }
    if bytes <= cap && text.len() <= cap {
        return json!(text);
    }
    let mut end = cap.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    json!(format!("{}… [cut, {bytes} bytes in all]", &text[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_said_and_never_in_the_middle_of_a_letter() {
        assert_eq!(cut("äää", 6, 3), json!("ä… [cut, 6 bytes in all]"));
        assert_eq!(shortened(json!({"a": 1}), 100), json!({"a": 1}));
        assert_eq!(shortened(json!({"a": 1}), 0), json!("[not kept]"));
        assert_eq!(shortened(Value::Null, 0), Value::Null);
    }

    #[test]
    fn telling_names_are_hidden_in_what_is_no_json_any_more() {
        let text =
            r#"{"writeKeys": ["abc", "def"], "name": "x", "password": "a\"b", "token":"cut o"#;
        let clean = hidden_in(text);
        for secret in ["abc", "def", "a\\\"b", "cut o"] {
            assert!(!clean.contains(secret), "{clean}");
        }
        assert!(clean.contains("\"name\": \"x\""), "{clean}");
    }
}
