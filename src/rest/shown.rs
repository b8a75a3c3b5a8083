//! Functions under methods and paths of their own, as a capability file shows them. What is asked for
//! becomes the arguments of one call; what came of the call is answered as it is, with the status of
//! the service behind it.

mod asked;
mod site;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Router};
use serde_json::Value;

use super::answer::{RUN, json};
use crate::access::door::{Caller, Problem};
use crate::engine::action::Within;
use crate::engine::fence::Fence;
use crate::engine::{Args, Call, Options, Origin, Run};
use crate::error::Fault;
use crate::runtime::Runtime;
use site::{Found, Site};

/// A function and where it is.
#[derive(Debug, Clone)]
pub struct Spot {
    /// The method.
    pub method: String,
    /// The path, its gaps in single braces.
    pub path: String,
    /// The function's full name.
    pub function: String,
    /// Arguments that come in headers.
    pub headers: Vec<String>,
}

/// How the functions are called.
#[derive(Debug, Clone)]
pub struct Manner {
    /// The account; none for the usual one.
    pub account: Option<String>,
    /// What is let through.
    pub fence: Arc<Fence>,
    /// Whether `ask` counts as `allow`.
    pub force: bool,
}

struct Service {
    runtime: Arc<Runtime>,
    manner: Manner,
    site: Site,
}

/// The functions where they are.
pub fn shown(runtime: Arc<Runtime>, spots: Vec<Spot>, manner: Manner) -> Router {
    let service = Arc::new(Service { runtime, manner, site: Site::of(spots) });
    Router::new().fallback(answer).with_state(service)
}

async fn answer(
    State(service): State<Arc<Service>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let (spot, parts) = match service.site.find(request.method(), request.uri().path()) {
        Found::Spot(spot, parts) => (spot, parts),
        Found::Others(methods) => return otherwise(request.method(), &methods),
        Found::Nothing(fault) => return Problem::from(fault).into_response(),
    };
    match service.call(spot, parts, &caller, request).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

/// The answer to a method that nothing here takes.
fn otherwise(method: &Method, methods: &str) -> Response {
    if method == Method::OPTIONS {
        let mut response = StatusCode::NO_CONTENT.into_response();
        response.headers_mut().extend(allow(methods));
        return response;
    }
    let fault = Fault::usage("this address does not take that method").code("method_not_allowed");
    let fault = fault.hint(format!("it takes {methods}"));
    Problem::of(fault, StatusCode::METHOD_NOT_ALLOWED)
        .header(header::ALLOW, methods)
        .into_response()
}

fn allow(methods: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((header::ALLOW, HeaderValue::from_str(methods).ok()?))
}

impl Service {
    async fn call(
        &self,
        spot: &Spot,
        in_path: Vec<(String, String)>,
        caller: &Caller,
        request: Request,
    ) -> Result<Response, Problem> {
        let operation = self.runtime.catalogue().find(&spot.function)?;
        let args = asked::arguments(operation, spot, in_path, request).await?;
        let call = Call {
            function: spot.function.clone(),
            account: self.manner.account.clone(),
            args: Args::Named(args),
            origin: Origin::Rest,
            options: Options {
                force: self.manner.force,
                grant: caller.grant.clone(),
                within: Within { fence: Some(Arc::clone(&self.manner.fence)), ..Within::default() },
                ..Options::default()
            },
            ..Call::default()
        };
        // On the heap: the future of a call is large.
        Ok(said(Box::pin(self.runtime.engine().call(call)).await))
    }
}

/// What came of a call: what the service behind it said, with the status it said it with.
fn said(run: Run) -> Response {
    let id = HeaderValue::from_str(&run.id).ok();
    let mut response = match run.result {
        Ok(outcome) => {
            let status = outcome.status.and_then(|status| StatusCode::from_u16(status).ok());
            let status = status.filter(StatusCode::is_success).unwrap_or(StatusCode::OK);
            match (status, outcome.value) {
                (StatusCode::NO_CONTENT, Value::Null) => status.into_response(),
                (StatusCode::NO_CONTENT, value) => json(StatusCode::OK, value.to_string()),
                (status, value) => json(status, value.to_string()),
            }
        }
        Err(mut fault) => {
            fault.extra.run_id.get_or_insert(run.id);
            refused(fault).into_response()
        }
    };
    response.headers_mut().extend(id.map(|id| (RUN, id)));
    response
}

fn refused(fault: Fault) -> Problem {
    let status = fault.extra.http_status.and_then(|status| StatusCode::from_u16(status).ok());
    match status.filter(|status| status.is_client_error() || status.is_server_error()) {
        Some(status) => Problem::of(fault, status),
        None => Problem::from(fault),
    }
}
