//! A failure as an HTTP answer: problem details of RFC 9457, whose further members are those that
//! every face shows of a failure.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::error::Fault;

/// The media type.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A failure and the status it is answered with.
#[derive(Debug, Clone)]
pub struct Problem {
    inner: Box<Inner>,
}

#[derive(Debug, Clone)]
struct Inner {
    status: StatusCode,
    fault: Fault,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl From<Fault> for Problem {
    /// With the status that the table of failures gives it.
    fn from(fault: Fault) -> Self {
        let status = StatusCode::from_u16(fault.kind.row().http);
        Self::of(fault, status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
    }
}

impl Problem {
    /// A failure with a status of its own.
    pub fn of(fault: Fault, status: StatusCode) -> Self {
        let (members, headers) = Default::default();
        Self { inner: Box::new(Inner { status, fault, members, headers }) }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.inner.status
    }

    /// What failed.
    pub fn fault(&self) -> &Fault {
        &self.inner.fault
    }

    /// The same problem with further members.
    #[must_use]
    pub fn with(mut self, members: Map<String, Value>) -> Self {
        self.inner.members.extend(members);
        self
    }

    /// The same problem with a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        self.inner.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }

    /// `type`, `title`, `status`, `detail`, `instance` where there is a run, then what every face
    /// shows of a failure, then what was added.
    pub fn to_json(&self) -> Value {
        let Inner { status, fault, members, .. } = &*self.inner;
        let mut map = Map::new();
        map.insert("type".into(), json!(format!("urn:kosmo:problem:{}", fault.code)));
        map.insert("title".into(), json!(title(*status, fault)));
        map.insert("status".into(), json!(status.as_u16()));
        map.insert("detail".into(), json!(fault.message));
        if let Some(run) = &fault.extra.run_id {
            map.insert("instance".into(), json!(format!("/v1/runs/{run}")));
        }
        if let Value::Object(detail) = fault.to_json() {
            map.extend(detail.into_iter().filter(|(key, _)| key != "message" && key != "detail"));
        }
        if let Some(detail) = &fault.extra.detail {
            map.insert("facts".into(), detail.clone());
        }
        map.extend(members.clone());
        Value::Object(map)
    }
}

/// What sort of failure it is. A status that the table does not give speaks for itself.
fn title(status: StatusCode, fault: &Fault) -> &'static str {
    let row = fault.kind.row();
    match status.as_u16() == row.http {
        true => row.about,
        false => status.canonical_reason().unwrap_or(row.about),
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.to_json().to_string()));
        let Inner { status, fault, headers: own, .. } = *self.inner;
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(wait) = fault.extra.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"kosmo\"");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        headers.extend(own);
        response
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::error::Kind;

    #[test]
    fn a_fault_keeps_all_its_facts() {
        let mut fault = Fault::new(Kind::RateLimited, "slow down").hint("later");
        fault.extra.retry_after = Some(Duration::from_millis(1200));
        fault.extra.run_id = Some("r1".to_owned());
        fault.extra.detail = Some(json!({"left": 0}));
        let problem = Problem::from(fault);
        let json = problem.to_json();
        assert_eq!(json["type"], "urn:kosmo:problem:rate_limited");
        assert_eq!((&json["status"], &json["detail"]), (&json!(429), &json!("slow down")));
        assert_eq!((&json["hint"], &json["effect"]), (&json!("later"), &json!("none")));
        assert_eq!(
            (&json["instance"], &json["facts"]),
            (&json!("/v1/runs/r1"), &json!({"left": 0}))
        );
        let response = problem.into_response();
        assert_eq!(response.headers()["retry-after"], "2");
        assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
    }

    #[test]
    fn a_status_of_its_own_has_a_title_of_its_own() {
        let problem = Problem::of(Fault::usage("x"), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(problem.to_json()["title"], "Payload Too Large");
    }
}
