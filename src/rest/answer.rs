//! What came of a request that calls something: the envelope that every face answers with, or a
//! problem with the same members. Either can be kept, and given again.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::access::door::{Problem, problem};
use crate::engine::Run;
use crate::error::{Fault, SideEffect};
use crate::ledger::replays;

/// The header with the run's id.
pub(super) const RUN: HeaderName = HeaderName::from_static("x-kosmo-run-id");

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    run: String,
    outcome: Result<(StatusCode, Map<String, Value>), Problem>,
}

impl Answer {
    /// What came of a call. `more` goes before what every face says of it.
    pub(super) fn of(run: Run, more: impl FnOnce(&Value, &Run) -> Map<String, Value>) -> Self {
        let data = run.result.as_ref().map_or(Value::Null, |outcome| outcome.value.clone());
        let mut members = more(&data, &run);
        members.extend(run.envelope(data, None));
        let queued = run.result.as_ref().is_ok_and(|outcome| outcome.queued);
        let status = if queued { StatusCode::ACCEPTED } else { StatusCode::OK };
        Self::new(run.id, run.result.map(|_| status), members)
    }

    /// What came of anything: its members go with a failure too.
    pub(super) fn new(
        run: String,
        result: Result<StatusCode, Fault>,
        members: Map<String, Value>,
    ) -> Self {
        let outcome = match result {
            Ok(status) => Ok((status, members)),
            Err(mut fault) => {
                fault.extra.run_id.get_or_insert_with(|| run.clone());
                Err(Problem::from(fault).with(members))
            }
        };
        Self { run, outcome }
    }

    /// Whether something was changed by it, or may have been.
    pub(super) fn counts(&self) -> bool {
        match &self.outcome {
            Ok(_) => true,
            Err(problem) => problem.fault().extra.effect != SideEffect::None,
        }
    }

    /// The form it is kept in.
    pub(super) fn kept(&self) -> replays::Answer {
        let (status, body) = match &self.outcome {
            Ok((status, members)) => (*status, Value::Object(members.clone())),
            Err(problem) => (problem.status(), problem.to_json()),
        };
        replays::Answer { status: status.as_u16(), body: body.to_string().into_bytes() }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = match self.outcome {
            Ok((status, members)) => json(status, Value::Object(members).to_string()),
            Err(problem) => problem.into_response(),
        };
        said(&mut response, &self.run);
        response
    }
}

fn said(response: &mut Response, run: &str) {
    if let Ok(run) = HeaderValue::from_str(run) {
        response.headers_mut().insert(RUN, run);
    }
}

/// An answer that was kept.
pub(super) fn again(kept: replays::Answer) -> Response {
    let run: Value = serde_json::from_slice(&kept.body).unwrap_or_default();
    let run = run["meta"]["run_id"].as_str().unwrap_or_default().to_owned();
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json(status, kept.body);
    if status.is_client_error() || status.is_server_error() || status == StatusCode::MULTI_STATUS {
        let media = HeaderValue::from_static(problem::MEDIA_TYPE);
        response.headers_mut().insert(header::CONTENT_TYPE, media);
    }
    let name = HeaderName::from_static("idempotency-replayed");
    response.headers_mut().insert(name, HeaderValue::from_static("true"));
    said(&mut response, &run);
    response
}

/// A JSON document.
pub(super) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    typed(status, "application/json", body)
}

/// A document of any type.
pub(super) fn typed(status: StatusCode, media: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}
