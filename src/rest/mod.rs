//! The face for programs that speak HTTP, and a page for people: everything that can be called,
//! looked at and read, behind a door that is not this face's business.
//!
//! ```text
//! call     POST /v1/call/{function}     look     functions, documentation, runs
//! script   POST /v1/lua                 outbox   events that wait
//! act      POST /act                    metrics  what was done, for Prometheus
//! once     Idempotency-Key              openapi  this face, described for programs
//! input    what a request says          answer   what is said to it
//! scope    what a token shows           page     the page for people
//! shown    functions under paths of their own, as a capability file shows them
//! ```

mod act;
mod answer;
mod call;
mod input;
mod look;
mod metrics;
mod once;
mod openapi;
mod outbox;
mod page;
mod scope;
mod script;
mod shown;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use crate::access::door::session::secret;
use crate::access::door::{Problem, Sessions};
use crate::catalogue::name::{did_you_mean, nearest};
use crate::engine::new_id;
use crate::error::Fault;
use crate::ledger::replays::Replays;
use crate::runtime::Runtime;
use answer::typed;
use metrics::Metrics;
pub use page::refuse;
use serde_json::Value;

pub use shown::{Manner, Spot, shown};

/// Paths that need no token.
pub const OPEN: &[&str] = &["/healthz", page::OPEN];

/// Looks how the accounts stand, for whoever knows: one object each.
pub type LookAtAccounts = fn(&Runtime) -> Vec<Value>;

/// What every request is answered from.
pub struct Service {
    runtime: Arc<Runtime>,
    metrics: Metrics,
    replays: Replays,
    /// Unique to this process.
    worker: String,
    described: OnceLock<String>,
    accounts: LookAtAccounts,
    /// Browsers that were let in.
    people: Arc<Sessions>,
    /// What the forms of a browser carry that needed no letting in.
    seal: String,
}

impl Service {
    /// A service of a runtime.
    ///
    /// # Errors
    /// When the platform has no randomness.
    pub fn new(
        runtime: Arc<Runtime>,
        people: Arc<Sessions>,
        accounts: LookAtAccounts,
    ) -> Result<Arc<Self>, Fault> {
        let replays = Replays::at(runtime.settings().ledger_path());
        let (metrics, described) = Default::default();
        let (worker, seal) = (new_id(), secret()?);
        Ok(Arc::new(Self { runtime, metrics, replays, worker, described, accounts, people, seal }))
    }
}

/// Everything that is answered to.
pub fn routes(service: Arc<Service>) -> Router {
    Router::new()
        .route("/v1/call/{function}", post(call::call))
        .route("/v1/lua", post(script::lua))
        .route("/act", post(act::act))
        .route("/v1/functions", get(look::functions))
        .route("/v1/functions/{name}", get(look::function))
        .route("/v1/docs", get(look::docs))
        .route("/v1/docs/{page}", get(look::docs))
        .route("/v1/runs", get(look::runs))
        .route("/v1/runs/{id}", get(look::run))
        .route("/v1/outbox", get(outbox::places))
        .route("/v1/outbox/queued", get(outbox::events))
        .route("/v1/outbox/buried", get(outbox::events))
        .route("/v1/outbox/events/{id}", get(outbox::event))
        .route("/openapi.json", get(openapi::document))
        .route("/metrics", get(metrics::metrics))
        .route("/healthz", get(healthz))
        .merge(page::routes())
        .fallback(nowhere)
        .method_not_allowed_fallback(not_so)
        .with_state(service)
}

/// Whether anybody is there. Says nothing that a stranger may not know.
async fn healthz() -> Response {
    typed(StatusCode::OK, "application/json", r#"{"status":"ok"}"#)
}

async fn nowhere(request: Request) -> Response {
    let path = request.uri().path();
    let fault = Fault::not_found("there is nothing at this address").code("unknown_route");
    let near = nearest(path, openapi::PATHS.iter().copied());
    let fault =
        fault.hint(did_you_mean(&near).unwrap_or_else(|| "GET /openapi.json lists all".into()));
    Problem::from(fault).into_response()
}

/// The router adds what is allowed.
async fn not_so(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let fault = Fault::usage("this address does not take that method").code("method_not_allowed");
    Problem::of(fault, StatusCode::METHOD_NOT_ALLOWED).into_response()
}
