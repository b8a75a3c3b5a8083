//! The requests that came in last, so that what a program sends can be looked at. Credentials are
//! shown as a scheme and a fingerprint: enough to tell two apart, too little to use either.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::exchange::Request;

/// How many requests are kept.
const MOST: usize = 256;

/// How much of a body is kept.
const BODY_BYTES: usize = 64 * 1024;

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub(super) struct Heard(VecDeque<(Request, u16)>);

impl Heard {
    /// Remembers a request and the status it was answered with, and forgets the oldest where there
    /// are too many.
    pub(super) fn note(&mut self, request: Request, status: u16) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        let body = match request.plain() {
            Ok(mut plain) => {
                plain.truncate(BODY_BYTES);
                plain
            }
            Err(_) => Vec::new(),
        };
        self.0.push_back((Request { body, ..request }, status));
    }

    /// As JSON: `method`, `path`, `query` (pairs), `headers`, `body` (JSON where it is that, else
    /// text, null where there is none; the first 64 KiB, unpacked), `status`.
    pub(super) fn to_json(&self) -> Value {
        self.0.iter().map(|(request, status)| shown(request, *status)).collect()
    }
}

fn shown(request: &Request, status: u16) -> Value {
    let mut headers = Map::new();
    for (name, value) in &request.headers {
        let value = if name == "authorization" { fingerprint(value) } else { value.clone() };
        headers.insert(name.clone(), Value::String(value));
    }
    let body = match request.body.as_slice() {
        [] => Value::Null,
        body => serde_json::from_slice(body)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned())),
    };
    json!({
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": headers,
        "body": body,
        "status": status,
    })
}

/// `Bearer #1f3a…` of whatever follows the scheme.
fn fingerprint(value: &str) -> String {
    let (scheme, secret) = value.split_once(' ').unwrap_or(("", value));
    let hash = Sha256::digest(secret.as_bytes());
    let hash: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{scheme} #{hash}").trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_told_apart_but_not_told() {
        let (one, other) = (fingerprint("Bearer secret-1"), fingerprint("Bearer secret-2"));
        assert_ne!(one, other);
        assert_eq!(one, fingerprint("Bearer secret-1"));
        assert!(one.starts_with("Bearer #") && !one.contains("secret"), "{one}");
    }

    #[test]
    fn the_oldest_make_room() {
        let mut heard = Heard::default();
        for number in 0..=MOST {
            heard.note(Request { path: format!("/{number}"), ..Request::default() }, 200);
        }
        let all = heard.to_json();
        assert_eq!(all.as_array().map(Vec::len), Some(MOST));
        assert_eq!(all[0]["path"], "/1");
        assert_eq!(all[0]["body"], Value::Null);
    }
}
