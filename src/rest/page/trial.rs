//! What became of a form: the call is made as every other, under the same policy, and unless somebody
//! chose otherwise it is a dry run. A form counts once: sent again, it says what became of it.

use std::sync::Arc;

use axum::extract::{Request, State};
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::frame::{failure, value};
use super::function::{ARGUMENT, one, text};
use super::{Filled, Service, Shown, Visitor};
use crate::access::now;
use crate::catalogue::{Operation, Param, Type};
use crate::engine::{Args, Call, Options, Origin, Pages, Run, new_id};
use crate::error::{Fault, Kind, SideEffect};
use crate::ledger::replays::{Answer, Known, Request as Kept};
use crate::rest::input::tail;
use crate::rest::once::print;

/// `POST /functions/{name}`.
pub(super) async fn tried(
    State(service): State<Arc<Service>>,
    visitor: Visitor,
    request: Request,
) -> Shown {
    let name = tail(request.uri())?;
    let filled = Filled::read(request).await?;
    visitor.check(&filled)?;
    let operation = service.runtime.catalogue().find(&name)?;
    let outcome = match call(&visitor, operation, &filled) {
        Ok(call) if call.options.dry_run => shown(&service, &perform(&service, call).await),
        Ok(call) => counted(&service, call, &filled).await?,
        Err(fault) => failure(&fault),
    };
    Ok(one(&service, &visitor, operation, Some((&filled, &outcome)))?)
}

/// The call that a form asks for.
///
/// # Errors
/// What cannot be understood.
fn call(visitor: &Visitor, operation: &Operation, filled: &Filled) -> Result<Call, Fault> {
    let dry_run = match filled.one("mode") {
        Some("dry") => true,
        Some("real") => false,
        _ => return Err(Fault::usage("it is to be a dry run or a real call").param("mode")),
    };
    let mut args = Map::new();
    for (name, param) in &operation.params {
        let typed = filled.one(&format!("{ARGUMENT}{name}")).unwrap_or_default();
        if !typed.trim().is_empty() {
            args.insert(name.clone(), meant(name, param, typed)?);
        }
    }
    let count = |name: &str| match filled.one(name).map(str::trim).unwrap_or_default() {
        "" => Ok(None),
        digits => digits
            .parse::<usize>()
            .map(Some)
            .map_err(|_| Fault::usage(format!("`{name}` is to be a whole number")).param(name)),
    };
    let pages = match count("limit")? {
        Some(items) if operation.route().items.is_some() => {
            Pages::First { items, cursor: None, count: None }
        }
        _ => Pages::All,
    };
    let yes = |name: &str| filled.one(name) == Some("yes");
    Ok(Call {
        function: operation.full_name(),
        account: filled.one("account").filter(|name| !name.is_empty()).map(str::to_owned),
        args: Args::Named(args),
        origin: Origin::Rest,
        options: Options {
            dry_run,
            force: yes("force"),
            replace_all: yes("replace_all"),
            confirm: count("confirm")?,
            pages,
            grant: visitor.caller.grant.clone(),
            ..Options::default()
        },
        ..Call::default()
    })
}

/// What was typed into a field, by the type of its parameter. Whether it will do is the engine's
/// business.
fn meant(name: &str, param: &Param, typed: &str) -> Result<Value, Fault> {
    if let Some(choice) = param.choices.iter().find(|choice| text(choice) == typed) {
        return Ok(choice.clone());
    }
    let json = || serde_json::from_str::<Value>(typed);
    match param.kind {
        Type::String => Ok(Value::String(typed.to_owned())),
        Type::Integer | Type::Number | Type::Boolean | Type::Any => {
            Ok(json().unwrap_or_else(|_| Value::String(typed.to_owned())))
        }
        Type::Object | Type::Array => json().map_err(|why| {
            let (line, column) = (why.line(), why.column());
            let message = format!("`{name}` is not JSON at line {line} column {column}");
            Fault::usage(message).code("invalid_json").param(name)
        }),
    }
}

async fn perform(service: &Service, call: Call) -> Run {
    let run = Box::pin(service.runtime.engine().call(call)).await;
    service.metrics.called(&run);
    run
}

/// Makes a call that the same form has not made yet.
///
/// # Errors
/// When it cannot be written down that it is made.
async fn counted(service: &Service, call: Call, filled: &Filled) -> Result<Markup, Fault> {
    let once = filled.one("once").filter(|once| (20..=100).contains(&once.len()));
    let Some(once) = once else {
        return Ok(failure(&Fault::usage("the form is not whole").code("invalid_form")));
    };
    let (run, key) = (new_id(), print(&[b"form", once.as_bytes()]));
    let kept = Kept { key: &key, print: "form", run: &run, worker: &service.worker };
    match service.replays.begin(&kept, now())? {
        Known::Nothing => {}
        Known::Answered(answer) => {
            return Ok(again(&String::from_utf8_lossy(&answer.body)));
        }
        Known::Working(run) | Known::Begun(run) | Known::Done(run) => return Ok(again(&run)),
        Known::Other => return Ok(failure(&Fault::usage("the form is not whole"))),
    }
    let done = perform(service, Call { id: Some(run.clone()), ..call }).await;
    let nothing = done.result.as_ref().err().map(|fault| fault.extra.effect);
    if nothing == Some(SideEffect::None) {
        service.replays.forget(&key)?;
    } else {
        service.replays.keep(&key, &Answer { status: 200, body: run.into_bytes() })?;
    }
    Ok(shown(service, &done))
}

fn again(run: &str) -> Markup {
    let fault = Fault::new(Kind::Conflict, "this form has been sent before and was not sent again");
    html! {
        (failure(&fault.code("form_used").effect(SideEffect::Done)))
        p { a href={ "/runs/" (run) } { "See what became of it" } }
    }
}

fn shown(service: &Service, run: &Run) -> Markup {
    let redactor = service.runtime.redactor();
    let kept = !run.dry_run;
    html! {
        @match &run.result {
            Ok(outcome) => {
                div.good role="status" { p { strong {
                    @if run.dry_run { "Nothing was sent. This would be:" }
                    @else if outcome.queued { "It is kept, and will be sent." }
                    @else { "Done." }
                } } }
                @for warning in &run.warnings { p.note { (redactor.text(&warning.message)) } }
                (value("Result", &redactor.value(&outcome.value)))
                @if outcome.next_cursor.is_some() { p.small { "There is more." } }
            }
            Err(fault) => (failure(fault)),
        }
        @if kept { p { a href={ "/runs/" (run.id) } { "The run, with what was said and answered" } } }
    }
}
