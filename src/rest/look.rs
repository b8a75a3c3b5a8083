//! What can be looked at: functions, documentation, past runs, the outbox. Nothing here changes
//! anything.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::Service;
use super::answer::{json as reply, typed};
use super::input::{Asked, tail};
use super::scope::Sight;
use crate::access::door::{Caller, Problem};
use crate::catalogue::schema::input_schema;
use crate::catalogue::{Operation, docs, search};
use crate::error::{Fault, Kind};
use crate::ledger::journal::{Entry, Filter};
use crate::runtime::Runtime;

/// The most functions that an intent is answered with.
const MOST: usize = 20;

type Looked = Result<Response, Problem>;

fn ok(value: &Value) -> Looked {
    Ok(reply(StatusCode::OK, value.to_string()))
}

/// A function, without its schema.
pub(super) fn summary(operation: &Operation) -> Map<String, Value> {
    let list = |names: &[String]| names.to_vec();
    Map::from_iter([
        ("name".to_owned(), json!(operation.full_name())),
        ("title".to_owned(), json!(operation.title)),
        ("description".to_owned(), json!(operation.about)),
        ("provider".to_owned(), json!(operation.provider)),
        ("group".to_owned(), json!(operation.group)),
        ("operation".to_owned(), json!(operation.effect.word())),
        ("stability".to_owned(), json!(operation.stability)),
        ("limit".to_owned(), json!(operation.limit)),
        ("aliases".to_owned(), json!(list(&operation.aliases))),
        ("call".to_owned(), json!(format!("/v1/call/{}", operation.full_name()))),
        ("docs".to_owned(), json!(format!("/v1/docs/{}", operation.full_name()))),
    ])
}

/// `GET /v1/functions`: every function that the caller's token covers, or those that do what is
/// wanted, best first.
pub(super) async fn functions(
    State(service): State<Arc<Service>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Looked {
    let asked = Asked::read(request.uri(), &["intent", "provider", "limit"])?;
    let catalogue = service.runtime.catalogue();
    let sight = Sight::of(catalogue, &caller);
    let provider = asked.text("provider").map(|name| catalogue.provider(name)).transpose()?;
    let fits = |row: &&Operation| {
        sight.function(row) && provider.is_none_or(|provider| provider.name == row.provider)
    };
    let limit = asked.number::<usize>("limit", 1)?;
    let Some(intent) = asked.text("intent") else {
        let rows = catalogue.operations().filter(fits).take(limit.unwrap_or(usize::MAX));
        let functions: Vec<Value> = rows.map(|row| Value::Object(summary(row))).collect();
        return ok(&json!({"functions": functions}));
    };
    let found = search::confident(catalogue, intent, MOST * 4).into_iter();
    let found = found.filter(|(row, _)| fits(row)).take(limit.unwrap_or(MOST));
    let functions: Vec<Value> = found
        .map(|(row, confidence)| {
            let mut function = summary(row);
            let confidence = (confidence * 1000.0).round() / 1000.0;
            function.insert("confidence".to_owned(), json!(confidence));
            Value::Object(function)
        })
        .collect();
    ok(&json!({"intent": intent, "functions": functions}))
}

/// `GET /v1/functions/{name}`: one function with everything that is known of it.
pub(super) async fn function(State(service): State<Arc<Service>>, request: Request) -> Looked {
    Asked::read(request.uri(), &[])?;
    let operation = service.runtime.catalogue().find(&tail(request.uri())?)?;
    let mut function = summary(operation);
    function.insert("input_schema".to_owned(), input_schema(operation));
    function.insert("example".to_owned(), json!(operation.example));
    function.insert("lua".to_owned(), json!(docs::sample::lua_example(operation)));
    ok(&Value::Object(function))
}

/// `GET /v1/docs` and `/v1/docs/{page}`: a page of the documentation, as Markdown or in an object.
pub(super) async fn docs(State(service): State<Arc<Service>>, request: Request) -> Looked {
    Asked::read(request.uri(), &[])?;
    let index = request.uri().path() == "/v1/docs";
    let page = if index { "index".to_owned() } else { tail(request.uri())? };
    let text =
        docs::read(service.runtime.catalogue(), Some(&page)).map_err(|answer| no_page(&answer))?;
    match wants_json(request.headers()) {
        true => ok(&json!({"page": page, "text": text})),
        false => Ok(typed(StatusCode::OK, "text/markdown; charset=utf-8", text)),
    }
}

/// Whether JSON is wanted before text.
fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let first = accept.unwrap_or_default().split([',', ';']).next().unwrap_or_default();
    first.trim().eq_ignore_ascii_case("application/json")
}

/// The first line says what is missing, the rest what there is.
pub(super) fn no_page(answer: &str) -> Fault {
    let (message, rest) = answer.split_once('\n').unwrap_or((answer, ""));
    let fault = Fault::not_found(message).code("unknown_page");
    match rest.trim() {
        "" => fault.hint("GET /v1/docs lists the pages"),
        rest => fault.hint(rest),
    }
}

/// `GET /v1/runs`: the newest runs that the caller may see.
pub(super) async fn runs(
    State(service): State<Arc<Service>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Looked {
    let known = ["limit", "failed", "function", "account", "status", "since", "until", "script"];
    let asked = Asked::read(request.uri(), &known)?;
    let limit = asked.number::<u32>("limit", 1)?.unwrap_or(20).min(1000);
    let text = |name: &str| asked.text(name).map(str::to_owned);
    let function = asked.text("function").map(|name| service.runtime.catalogue().find(name));
    for name in ["since", "until"] {
        if asked.text(name).is_some_and(|time| time.parse::<jiff::Timestamp>().is_err()) {
            let message = format!("`{name}` is to be a moment such as 2026-01-31T12:00:00Z");
            return Err(Fault::usage(message).param(name).into());
        }
    }
    let filter = Filter {
        function: function.transpose()?.map(Operation::full_name),
        account: text("account"),
        status: text("status"),
        since: text("since"),
        until: text("until"),
        parent: text("script"),
        failed: asked.flag("failed")?,
        // What may not be seen does not count, and is not known beforehand.
        limit: caller.grant.is_none().then_some(limit),
        ..Filter::default()
    };
    service.runtime.flush();
    let sight = Sight::of(service.runtime.catalogue(), &caller);
    let entries = service.runtime.engine().journal.recent(&filter)?;
    let seen = entries.iter().filter(|entry| sight.run(entry)).take(limit as usize);
    ok(&json!({"runs": seen.map(Entry::to_json).collect::<Vec<_>>()}))
}

/// `GET /v1/runs/{id}`: one run, or the calls of a script's.
pub(super) async fn run(
    State(service): State<Arc<Service>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Looked {
    let asked = Asked::read(request.uri(), &["details"])?;
    let id = tail(request.uri())?;
    let sight = Sight::of(service.runtime.catalogue(), &caller);
    let found = found(&service.runtime, &sight, &id)?;
    let details = asked.flag("details")?;
    let mut runs = Vec::new();
    for entry in &found {
        let mut run = entry.to_json();
        if details {
            let kept = service.runtime.engine().journal.details(&entry.id)?;
            run["details"] = kept.unwrap_or(Value::Null);
        }
        runs.push(run);
    }
    match (runs.as_slice(), found.as_slice()) {
        ([run], [entry]) if entry.parent.as_deref() != Some(&id) => ok(&json!({"run": run})),
        _ => ok(&json!({"runs": runs})),
    }
}

/// The run of that id, or the calls of the script of that id in their order, as far as they may be
/// seen. What may not be seen is not there.
///
/// # Errors
/// `not_found`.
pub(super) fn found(runtime: &Runtime, sight: &Sight<'_>, id: &str) -> Result<Vec<Entry>, Fault> {
    runtime.flush();
    let journal = &runtime.engine().journal;
    let gone = || Fault::not_found(format!("no run `{id}` is remembered")).code("unknown_run");
    let mut found = match journal.get(id) {
        Ok(entry) => vec![entry],
        Err(fault) if fault.kind == Kind::NotFound => {
            let filter = Filter { parent: Some(id.to_owned()), ..Filter::default() };
            let mut calls = journal.recent(&filter)?;
            calls.reverse();
            calls
        }
        Err(fault) => return Err(fault),
    };
    found.retain(|entry| sight.run(entry));
    if found.is_empty() { Err(gone()) } else { Ok(found) }
}
