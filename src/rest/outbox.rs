//! `GET /v1/outbox…`: where events wait and why, those events, and the receipt of one. Sending and
//! deciding about them is left to the command line.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::Service;
use super::answer::json as reply;
use super::input::{Asked, tail};
use super::scope::Sight;
use crate::access::door::{Caller, Problem};
use crate::engine::courier::standing::Standing;
use crate::error::Fault;
use crate::ledger::outbox::{Receipt, Status, Which};

type Looked = Result<Response, Problem>;

fn ok(value: &Value) -> Looked {
    Ok(reply(StatusCode::OK, value.to_string()))
}

fn which(service: &Service, asked: &Asked) -> Result<Which, Fault> {
    let provider = asked.text("provider").map(|name| service.runtime.catalogue().provider(name));
    let provider = provider.transpose()?.map(|provider| provider.name.clone());
    Ok(Which { provider, account: asked.text("account").map(str::to_owned), ..Which::default() })
}

/// `GET /v1/outbox`: how things stand, by account.
pub(super) async fn places(
    State(service): State<Arc<Service>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Looked {
    let asked = Asked::read(request.uri(), &["provider", "account"])?;
    let which = which(&service, &asked)?;
    let places = standing(&service, &caller, &which).await?;
    ok(&json!({"places": places}))
}

/// How things stand at every place that a caller may see.
///
/// # Errors
/// When the outbox cannot be read.
pub(super) async fn standing(
    service: &Service,
    caller: &Caller,
    which: &Which,
) -> Result<Vec<Value>, Fault> {
    let sight = Sight::of(service.runtime.catalogue(), caller);
    let engine = service.runtime.engine();
    let states = service.runtime.outbox().state(which).await?;
    let seen = states.iter().filter(|(place, _)| sight.place(place));
    Ok(seen.map(|(place, state)| Standing::of(engine, place, state).object(place, state)).collect())
}

/// `GET /v1/outbox/queued` and `/v1/outbox/buried`: events, the oldest first.
pub(super) async fn events(
    State(service): State<Arc<Service>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Looked {
    let asked = Asked::read(request.uri(), &["provider", "account", "limit", "cursor"])?;
    let which = which(&service, &asked)?;
    let buried = request.uri().path().ends_with("/buried");
    let limit = asked.number::<usize>("limit", 1)?.unwrap_or(100).min(1000);
    let from = asked.text("cursor");
    let (events, next) = listed(&service, &caller, &which, buried, from, limit).await?;
    ok(&json!({"events": events, "next_cursor": next}))
}

/// Events that a caller may see, as receipts, and where to go on.
///
/// # Errors
/// When the outbox cannot be read.
pub(super) async fn listed(
    service: &Service,
    caller: &Caller,
    which: &Which,
    buried: bool,
    from: Option<&str>,
    limit: usize,
) -> Result<(Vec<Value>, Option<String>), Fault> {
    let sight = Sight::of(service.runtime.catalogue(), caller);
    // One more tells whether there is more.
    let mut receipts = service.runtime.outbox().list(which, buried, from, limit + 1).await?;
    let more = receipts.len() > limit;
    receipts.truncate(limit);
    let next = receipts.last().filter(|_| more).map(|last| last.message_id.clone());
    receipts.retain(|one| one.place.as_ref().is_some_and(|place| sight.place(place)));
    Ok((receipts.iter().map(|one| Value::Object(Receipt::to_json(one))).collect(), next))
}

/// `GET /v1/outbox/events/{id}`: what became of one event, and the event while it is kept.
pub(super) async fn event(
    State(service): State<Arc<Service>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Looked {
    Asked::read(request.uri(), &[])?;
    let id = tail(request.uri())?;
    ok(&json!({"receipt": looked_up(&service, &caller, &id).await?}))
}

/// What became of one event, and the event while it is kept, as far as a caller may see it.
///
/// # Errors
/// `unknown_event`; when the outbox cannot be read.
pub(super) async fn looked_up(
    service: &Service,
    caller: &Caller,
    id: &str,
) -> Result<Map<String, Value>, Fault> {
    let found = service.runtime.outbox().look(id).await?;
    let sight = Sight::of(service.runtime.catalogue(), caller);
    let hidden = match &found.place {
        Some(place) => !sight.place(place),
        None => caller.grant.is_some(),
    };
    if found.status == Status::Unknown || hidden {
        let fault = Fault::not_found(format!("no record of the event `{id}`"));
        return Err(fault.code("unknown_event"));
    }
    let body: Option<Value> =
        found.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
    let mut object = found.to_json();
    let body = body.map(|body| service.runtime.redactor().value(&body));
    object.insert("event".to_owned(), body.unwrap_or(Value::Null));
    Ok(object)
}
