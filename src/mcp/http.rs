//! Many clients over Streamable HTTP, at `/` and `/mcp`: with sessions for the revisions that have
//! them, one request at a time for the one that has none. Who may connect, and how much one request
//! may take, is decided at the door before anything gets here.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::Response;
use http_body_util::BodyExt as _;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::sync::mpsc;

use super::server::Server;
use crate::access::door::Limits;

/// Sessions at a time. One that says nothing for five minutes is over.
const SESSIONS: usize = 1000;

/// The largest message.
const LARGEST: usize = 16 << 20;

/// What a door of this service lets in: bigger messages, so that a script may be given data.
pub fn limits() -> Limits {
    Limits { body: LARGEST, ..Limits::default() }
}

/// Answers that are on their way: each holds the sender, so that the receiver ends with the last one.
type Flight = Arc<Mutex<Option<mpsc::Sender<()>>>>;

/// The service. When `ending` rings, calls in flight are finished before streams are closed that
/// have no end of their own.
pub fn router(server: Server, ending: impl Future<Output = ()> + Send + 'static) -> Router {
    let sessions = Arc::new(LocalSessionManager::default());
    let config = StreamableHttpServerConfig::default()
        .with_max_request_body_bytes(LARGEST)
        // The door has looked at both already, and knows more names.
        .disable_allowed_hosts()
        .disable_allowed_origins();
    let over = config.cancellation_token.clone();
    let count = Arc::clone(&sessions);
    let make = move || match count.sessions.try_read() {
        Ok(open) if open.len() >= SESSIONS => Err(io::Error::other("too many sessions are open")),
        _ => Ok(server.clone()),
    };
    let service = StreamableHttpService::new(make, sessions, config);
    let (held, mut all) = mpsc::channel(1);
    let flight: Flight = Arc::new(Mutex::new(Some(held)));
    let last = Arc::clone(&flight);
    tokio::spawn(async move {
        ending.await;
        drop(last.lock().unwrap_or_else(PoisonError::into_inner).take());
        let _ = all.recv().await;
        over.cancel();
    });
    Router::new()
        .route_service("/", service.clone())
        .route_service("/mcp", service)
        .layer(middleware::from_fn(move |request, next| hold(Arc::clone(&flight), request, next)))
}

/// Holds the service open until the answer to a message is out.
async fn hold(flight: Flight, request: Request, next: Next) -> Response {
    let held = match request.method() {
        &Method::POST => flight.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        _ => None,
    };
    let response = next.run(request).await;
    response.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let _ = &held;
            frame
        }))
    })
}
