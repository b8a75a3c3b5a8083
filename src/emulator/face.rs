//! Segment's APIs as faces of the emulator: which one a path belongs to, and how each says no.

use serde_json::{Map, Value, json};

use super::exchange::Answer;

/// Which of Segment's APIs a path belongs to; each has error bodies of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    /// The Tracking API.
    Tracking,
    /// The Public API.
    Public,
    /// The legacy Config API.
    Config,
    /// The Profile API.
    Profile,
    /// Both Objects APIs.
    Objects,
    /// The authorization server.
    OAuth,
}

/// Where each face begins, most exact first; everything else is the Public API's.
const PREFIXES: &[(&str, Face)] = &[
    ("/v1beta/", Face::Config),
    ("/v1/spaces/", Face::Profile),
    ("/v1/set/", Face::Objects),
    ("/v1/", Face::Tracking),
    ("/v0/", Face::Objects),
    ("/token/", Face::OAuth),
];

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
        let begins =
            |prefix: &str| path.starts_with(prefix) || prefix.strip_suffix('/') == Some(path);
        PREFIXES.iter().find(|(prefix, _)| begins(prefix)).map_or(Self::Public, |(_, face)| *face)
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
            Self::Tracking | Self::Objects => {
                json!({"success": false, "code": kind, "message": message})
            }
            Self::Profile => {
                json!({"error": {"code": profile_code(status), "message": message}})
            }
            Self::OAuth => json!({
                "error": if status == 401 { "invalid_client" } else { "invalid_request" },
                "error_description": message,
            }),
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

/// The codes of the Profile API.
fn profile_code(status: u16) -> &'static str {
    match status {
        401 | 403 => "authentication_error",
        404 => "not_found",
        422 => "validation_error",
        429 => "rate_limit_error",
        _ => "invalid_request_error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(Face::of("/v1/spaces/s/collections"), Face::Profile);
        assert_eq!(Face::of("/v1/set"), Face::Objects);
        assert_eq!(Face::of("/token"), Face::OAuth);
        assert_eq!(Face::of("/sources"), Face::Public);
    }
}
