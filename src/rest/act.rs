//! `POST /act`: exactly one of an action by its id or key, a request in its own words, or a script,
//! with the words that other tools have for it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::Service;
use super::answer::Answer;
use super::call::options;
use super::input::{Asked, Fields, media, object};
use super::once::once;
use crate::access::door::{Caller, Problem, read};
use crate::engine::action::Code;
use crate::engine::raw::Raw;
use crate::engine::{Args, Call, Origin, Run};
use crate::error::{Fault, Kind};

/// How it may be done: name, JSON type, meaning.
pub(super) const OPTIONS: &[(&str, &str, &str)] = &[
    ("dry_run", "boolean", "Check everything and answer with the request instead of sending it."),
    ("force", "boolean", "Count `ask` in the policy as `allow`."),
    ("timeout", "string", "Longest time for the call with all its retries: `30`, `500ms`, `2m`."),
    ("no_wait", "boolean", "Fail at once rather than wait for a turn at a limited operation."),
    ("delivery", "string", "For events: `direct`, or `outbox` to keep and send them in batches."),
];

/// What the body may hold; the first four are what may be done.
pub(super) const FIELDS: [&str; 8] =
    ["id", "key", "api", "code", "input", "connectionKey", "integrationKey", "meta"];

/// Other names for the account.
const ACCOUNT: [&str; 3] = ["connectionKey", "connectionId", "account"];

/// Other names for the provider.
const PROVIDER: [&str; 3] = ["integrationKey", "integrationId", "externalAppId"];

/// What is to be done.
enum What {
    Action(String, Map<String, Value>),
    Request(Value),
    Script(String, Value),
}

/// Where and how.
struct Wish {
    what: What,
    provider: Option<String>,
    account: Option<String>,
    meta: Option<Value>,
}

/// Does it.
///
/// # Errors
/// What is wrong with the request itself; what comes of the call is an answer of its own.
pub(super) async fn act(
    State(service): State<Arc<Service>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let names: Vec<&'static str> = OPTIONS.iter().map(|(name, ..)| *name).collect();
    let asked = Asked::read(&parts.uri, &names)?;
    media(&parts.headers)?;
    let body = read(body).await?;
    let wish = wish(object(&body)?)?;
    let options = options(&asked, &caller)?;
    let dry_run = options.dry_run;
    let call = Call { origin: Origin::Rest, options, meta: wish.meta.clone(), ..Call::default() };
    let work = async |id: String| {
        let run = perform(&service, wish, Call { id: Some(id), ..call }).await;
        service.metrics.called(&run);
        Answer::of(run, |data, run| {
            Map::from_iter([
                ("output".to_owned(), data.clone()),
                ("actionRunId".to_owned(), json!(run.id)),
            ])
        })
    };
    once(&service, &caller, (&parts, &body), dry_run, work).await
}

fn wish(map: Map<String, Value>) -> Result<Wish, Fault> {
    let given: Vec<&str> =
        FIELDS[..4].iter().copied().filter(|name| map.contains_key(*name)).collect();
    let [one] = given.as_slice() else {
        let said = if given.is_empty() { "none".to_owned() } else { given.join(" and ") };
        let message = format!("exactly one of id, key, api and code is to be given, not {said}");
        return Err(Fault::usage(message).code("not_one_thing"));
    };
    let mut fields = Fields::of(map);
    let account = fields.text(&ACCOUNT)?;
    let provider = fields.text(&PROVIDER)?;
    let input = fields.take(&["input"]);
    let meta = fields.take(&["meta"]);
    if meta.as_ref().is_some_and(|meta| !meta.is_object()) {
        return Err(Fault::usage("`meta` is to be an object").param("meta"));
    }
    let what = match *one {
        "api" => What::Request(fields.take(&["api"]).unwrap_or_default()),
        "code" => {
            What::Script(fields.text(&["code"])?.unwrap_or_default(), input.unwrap_or_default())
        }
        name => {
            let name = fields.text(&[name])?.filter(|name| !name.is_empty());
            let name = name.ok_or_else(|| Fault::usage(format!("`{one}` is empty")).param(*one))?;
            match input.unwrap_or_else(|| Value::Object(Map::new())) {
                Value::Object(input) => What::Action(name, input),
                _ => return Err(Fault::usage("`input` is to be an object").param("input")),
            }
        }
    };
    fields.done(&FIELDS)?;
    Ok(Wish { what, provider, account, meta })
}

async fn perform(service: &Service, wish: Wish, call: Call) -> Run {
    let engine = service.runtime.engine();
    let (provider, account) = (wish.provider.as_deref(), wish.account.as_deref());
    match wish.what {
        What::Action(name, input) => {
            let call = Call { args: Args::Named(input), ..call };
            match engine.named(provider, account) {
                Ok((provider, account)) => {
                    let full = provider.filter(|_| !name.contains('.'));
                    let function = full.map_or_else(|| name.clone(), |it| format!("{it}.{name}"));
                    Box::pin(engine.call(Call { function, account, ..call })).await
                }
                Err(fault) => engine.refuse(&Call { function: name, ..call }, fault),
            }
        }
        What::Request(spec) => {
            let raw = engine.settled(provider, account).and_then(|(provider, account)| {
                let raw = Raw::from_json(&spec, &provider, &account)?;
                let Call { options, origin, id, meta, .. } = call.clone();
                Ok(Raw { options, origin, id, meta, ..raw })
            });
            match raw {
                Ok(raw) => Box::pin(engine.request(raw)).await,
                Err(fault) => {
                    engine.refuse(&Call { function: "request".to_owned(), ..call }, fault)
                }
            }
        }
        What::Script(code, input) => {
            let checked = engine.settled(provider, account).and_then(|place| {
                let scripts = engine.scripts.as_ref();
                let none = || Fault::new(Kind::Internal, "nobody can run scripts here");
                scripts.ok_or_else(none)?.check("code", &code)?;
                Ok(place)
            });
            match checked {
                Ok((provider, account)) => {
                    let function = format!("{provider}.code");
                    let call = Call { function, account: Some(account), ..call };
                    Box::pin(engine.code(Code { provider, code, input }, call)).await
                }
                Err(fault) => engine.refuse(&Call { function: "code".to_owned(), ..call }, fault),
            }
        }
    }
}
