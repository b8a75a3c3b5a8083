//! One request and one answer as plain data, so that every face of the emulator is a function from
//! one to the other and can be tested without a socket. How they travel is `http`'s business.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

/// A request, read to its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    /// The HTTP method.
    pub(super) method: String,
    /// The path as it was sent, still percent-encoded.
    pub(super) path: String,
    /// The query, decoded, in order.
    pub(super) query: Vec<(String, String)>,
    /// The headers, names in lower case.
    pub(super) headers: Vec<(String, String)>,
    /// The body as it was sent.
    pub(super) body: Vec<u8>,
}

impl Request {
    /// The first header of that name, given in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    /// The first query value under any of the names.
    pub(super) fn query(&self, names: &[&str]) -> Option<&str> {
        self.query
            .iter()
            .find(|(have, _)| names.contains(&have.as_str()))
            .map(|(_, value)| value.as_str())
    }

    /// What follows the scheme in `Authorization`, when it is that scheme.
    pub(super) fn credentials(&self, scheme: &str) -> Option<&str> {
        let (have, rest) = self.header("authorization")?.split_once(' ')?;
        have.eq_ignore_ascii_case(scheme).then(|| rest.trim())
    }

    /// The user name of HTTP Basic. None when the header is absent, an error when it is malformed.
    pub(super) fn basic_user(&self) -> Option<Result<String, &'static str>> {
        let encoded = self.credentials("basic")?;
        Some(
            STANDARD
                .decode(encoded)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .ok_or("the Basic credentials are not base64")
                .and_then(|text| match text.split_once(':') {
                    Some((user, _)) => Ok(user.to_owned()),
                    None => Err("the Basic credentials lack their colon"),
                }),
        )
    }

    /// The body as one JSON document.
    pub(super) fn json(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

/// The pairs of a query string, decoded as a form is.
pub(super) fn parse_query(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
        })
        .collect()
}

/// Percent-decoded text; bytes that are no UTF-8 become the replacement character.
pub(super) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// What is sent back.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: u16,
    /// Headers besides `Content-Length`.
    pub(super) headers: Vec<(&'static str, String)>,
    /// The body.
    pub(super) body: Vec<u8>,
    /// How long to wait before sending it.
    pub(super) delay: Duration,
}

impl Answer {
    /// A JSON document.
    pub(super) fn json(status: u16, value: &Value) -> Self {
        Self::typed(status, "application/json", value.to_string())
    }

    /// Plain text.
    pub(super) fn text(status: u16, text: &str) -> Self {
        Self::typed(status, "text/plain; charset=utf-8", text)
    }

    /// A body of any media type.
    pub(super) fn typed(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type", media_type.to_owned())],
            body: body.into(),
            delay: Duration::ZERO,
        }
    }

    /// The same answer with one more header.
    #[must_use]
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Which of Segment's APIs a path belongs to; each has error bodies of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    /// The Tracking API.
    Tracking,
    /// The Public API.
    Public,
    /// The legacy Config API.
    Config,
}

/// HTTP status, `type` in a Public API error, gRPC code in a Config API error, words.
const STATUSES: &[(u16, &str, u8, &str)] = &[
    (400, "bad-request", 3, "Bad Request"),
    (401, "Unauthorized", 16, "Unauthorized"),
    (403, "Forbidden", 7, "Forbidden"),
    (404, "NotFound", 5, "Resource not found"),
    (405, "RequestError", 12, "Method Not Allowed"),
    (408, "RequestError", 4, "Request Timeout"),
    (409, "RequestError", 6, "Conflict"),
    (413, "RequestError", 3, "Payload Too Large"),
    (415, "RequestError", 3, "Unsupported Media Type"),
    (422, "input-validation", 3, "Unprocessable Entity"),
    (429, "RateLimited", 8, "Too Many Requests"),
    (500, "RequestError", 13, "Internal Server Error"),
    (501, "RequestError", 12, "Not Implemented"),
    (502, "RequestError", 14, "Bad Gateway"),
    (503, "RequestError", 14, "Service Unavailable"),
    (504, "RequestError", 4, "Gateway Timeout"),
];

/// The words that go with a status.
pub(super) fn reason(status: u16) -> &'static str {
    STATUSES.iter().find(|row| row.0 == status).map_or("Error", |row| row.3)
}

impl Face {
    /// The face that owns the path.
    pub(super) fn of(path: &str) -> Self {
        if path.starts_with("/v1/") {
            Self::Tracking
        } else if path == "/v1beta" || path.starts_with("/v1beta/") {
            Self::Config
        } else {
            Self::Public
        }
    }

    /// A refusal in this face's form, in the status's own words.
    pub(super) fn refuse(self, status: u16) -> Answer {
        self.error(status, reason(status), None, None)
    }

    /// A refusal in this face's form.
    pub(super) fn error(
        self,
        status: u16,
        message: &str,
        field: Option<&str>,
        data: Option<Value>,
    ) -> Answer {
        let row = STATUSES.iter().find(|row| row.0 == status);
        let (kind, grpc) = row.map_or(("RequestError", 2), |row| (row.1, row.2));
        let body = match self {
            Self::Tracking => json!({"success": false, "code": kind, "message": message}),
            Self::Config => json!({"error": message, "code": grpc}),
            Self::Public => {
                let mut error = Map::new();
                error.insert("type".into(), json!(kind));
                error.insert("message".into(), json!(message));
                if let Some(field) = field {
                    error.insert("field".into(), json!(field));
                }
                if let Some(data) = data {
                    error.insert("data".into(), data);
                }
                json!({"errors": [error]})
            }
        };
        Answer::json(status, &body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_like_a_form() {
        let pairs = parse_query("pagination%5Bcount%5D=2&message=a+b%26c&flag");
        let pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("pagination[count]", "2"), ("message", "a b&c"), ("flag", "")]);
    }

    #[test]
    fn basic_credentials_need_their_colon() {
        let with = |text: &str| Request {
            headers: vec![("authorization".into(), format!("Basic {}", STANDARD.encode(text)))],
            ..Request::default()
        };
        assert_eq!(with("key:").basic_user(), Some(Ok("key".to_owned())));
        assert!(with("key").basic_user().unwrap().is_err());
        assert_eq!(Request::default().basic_user(), None);
    }

    #[test]
    fn each_face_refuses_in_its_own_form() {
        let text = |face: Face| String::from_utf8(face.refuse(404).body).unwrap();
        assert_eq!(
            text(Face::Public),
            r#"{"errors":[{"type":"NotFound","message":"Resource not found"}]}"#
        );
        assert_eq!(text(Face::Config), r#"{"error":"Resource not found","code":5}"#);
        assert_eq!(Face::of("/v1beta/workspaces"), Face::Config);
        assert_eq!(Face::of("/v1/track"), Face::Tracking);
        assert_eq!(Face::of("/sources"), Face::Public);
    }
}
