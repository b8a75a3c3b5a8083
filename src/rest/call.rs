//! `POST /v1/call/{function}`: one call of one function. The body holds its arguments, the query says
//! how to go about it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Map, Value};

use super::Service;
use super::answer::Answer;
use super::input::{Asked, media, object, tail};
use super::once::once;
use crate::access::door::{Caller, Problem, read};
use crate::catalogue::Operation;
use crate::engine::call::PlanCheck;
use crate::engine::{Args, Call, Delivery, Options, Origin, Pages};
use crate::error::Fault;

/// How a call may be made: name, JSON type, meaning.
pub(super) const OPTIONS: &[(&str, &str, &str)] = &[
    ("account", "string", "The account to use; the usual one if absent."),
    ("dry_run", "boolean", "Check everything and answer with the request instead of sending it."),
    ("force", "boolean", "Count `ask` in the policy as `allow`."),
    ("timeout", "string", "Longest time for the call with all its retries: `30`, `500ms`, `2m`."),
    ("no_wait", "boolean", "Fail at once rather than wait for a turn at a limited operation."),
    ("expect", "string", "Replace a whole set only if it is the one with this hash."),
    ("replace_all", "boolean", "Replace a whole set whatever is in it."),
    ("delivery", "string", "For events: `direct`, or `outbox` to keep it and send it in a batch."),
    ("plan", "string", "For events: the fetched tracking plan to hold them to."),
    ("plan_check", "string", "For events: how strictly: `strict`, `warn` or `off`."),
    ("limit", "integer", "For lists: the first items only."),
    ("cursor", "string", "For lists: one page, the one that starts here."),
    ("page_size", "integer", "For lists: one page of this many items."),
];

/// Makes the call.
///
/// # Errors
/// What is wrong with the request itself; what comes of the call is an answer of its own.
pub(super) async fn call(
    State(service): State<Arc<Service>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let function = tail(&parts.uri)?;
    let names: Vec<&'static str> = OPTIONS.iter().map(|(name, ..)| *name).collect();
    let asked = Asked::read(&parts.uri, &names)?;
    media(&parts.headers)?;
    let body = read(body).await?;
    let named = object(&body)?;
    let options = Options { pages: pages(&asked)?, ..options(&asked, &caller)? };
    if let Ok(operation) = service.runtime.catalogue().find(&function) {
        listed(operation, &options.pages)?;
    }
    let dry_run = options.dry_run;
    let call = Call {
        function,
        account: asked.text("account").map(str::to_owned),
        args: Args::Named(named),
        origin: Origin::Rest,
        options,
        ..Call::default()
    };
    let work = |id| perform(&service, Call { id: Some(id), ..call });
    once(&service, &caller, (&parts, &body), dry_run, work).await
}

async fn perform(service: &Service, call: Call) -> Answer {
    // On the heap: the future of a call is large.
    let run = Box::pin(service.runtime.engine().call(call)).await;
    service.metrics.called(&run);
    Answer::of(run, |_: &Value, _| Map::new())
}

/// How the engine is to go about it.
///
/// # Errors
/// What cannot be understood.
pub(super) fn options(asked: &Asked, caller: &Caller) -> Result<Options, Fault> {
    let one_of =
        |name: &str, words: &str| Fault::usage(format!("`{name}` is to be {words}")).param(name);
    let delivery = match asked.text("delivery") {
        None => None,
        Some(word) => {
            Some(Delivery::parse(word).ok_or_else(|| one_of("delivery", "direct or outbox"))?)
        }
    };
    let plan_check = match asked.text("plan_check") {
        None => None,
        Some(word) => Some(
            PlanCheck::parse(word).ok_or_else(|| one_of("plan_check", "strict, warn or off"))?,
        ),
    };
    let plan = asked.text("plan").map(str::to_owned);
    // A path would make this program read files for whoever calls.
    if plan.as_ref().is_some_and(|plan| plan.contains(['/', '\\', '.'])) {
        return Err(one_of("plan", "the name of a fetched plan"));
    }
    Ok(Options {
        dry_run: asked.flag("dry_run")?,
        force: asked.flag("force")?,
        timeout: asked.time("timeout")?,
        no_wait: asked.flag("no_wait")?,
        expect: asked.text("expect").map(str::to_owned),
        replace_all: asked.flag("replace_all")?,
        delivery,
        plan,
        plan_check,
        grant: caller.grant.clone(),
        ..Options::default()
    })
}

fn pages(asked: &Asked) -> Result<Pages, Fault> {
    let cursor = asked.text("cursor").map(str::to_owned);
    let count = asked.number("page_size", 1_u32)?;
    Ok(match asked.number::<usize>("limit", 0)? {
        Some(items) => Pages::First { items, cursor, count },
        None if cursor.is_none() && count.is_none() => Pages::All,
        None => Pages::One { cursor, count },
    })
}

/// Refuses options about lists for what lists nothing.
fn listed(operation: &Operation, pages: &Pages) -> Result<(), Fault> {
    if operation.route().items.is_some() || *pages == Pages::All {
        return Ok(());
    }
    let message = format!("`{}` does not list anything in pages", operation.full_name());
    Err(Fault::usage(message).code("not_a_list").hint("leave out limit, cursor and page_size"))
}
