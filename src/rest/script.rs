//! `POST /v1/lua`: a script, run under its limits, and the object that comes out whatever becomes of
//! it. Who runs it is not this file's business.

use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::Service;
use super::answer::Answer;
use super::call::options;
use super::input::{Asked, Fields, is_media, media, object};
use super::once::once;
use crate::access::door::{Caller, Problem, read};
use crate::engine::action::{Ended, Job, Within};
use crate::engine::{Options, milliseconds};
use crate::error::{Fault, Kind, SideEffect};

/// How a script may be run: name, JSON type, meaning.
pub(super) const OPTIONS: &[(&str, &str, &str)] = &[
    ("account", "string", "The account meant where the script names none."),
    ("dry_run", "boolean", "Check every call and send none."),
    ("force", "boolean", "Count `ask` in the policy as `allow`."),
    ("timeout", "string", "Time it may take in all: `30`, `500ms`, `10m`."),
    ("memory_limit", "string", "Memory it may use, within the setting's: `33554432`, `64MB`."),
    ("cpu_limit", "string", "CPU time it may use, within the setting's: `30`, `500ms`."),
    ("max_calls", "integer", "Calls it may make."),
    ("delivery", "string", "For events: `direct`, or `outbox` to keep and send them in batches."),
    ("plan", "string", "For events: the fetched tracking plan to hold them to."),
    ("plan_check", "string", "For events: how strictly: `strict`, `warn` or `off`."),
];

/// What a script may be sent as, besides an object.
const SOURCE: [&str; 3] = ["text/x-lua", "application/lua", "text/plain"];

/// Runs the script.
///
/// # Errors
/// What is wrong with the request itself; what comes of the script is an answer of its own.
pub(super) async fn lua(
    State(service): State<Arc<Service>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let names: Vec<&'static str> = OPTIONS.iter().map(|(name, ..)| *name).collect();
    let asked = Asked::read(&parts.uri, &names)?;
    let said = parts.headers.get(header::CONTENT_TYPE).and_then(|said| said.to_str().ok());
    let source = SOURCE.iter().any(|kind| said.is_some_and(|said| is_media(said, kind)));
    if !source {
        media(&parts.headers)?;
    }
    let body = read(body).await?;
    let (code, input) = match source {
        true => (std::str::from_utf8(&body).map_err(|_| no_text())?.to_owned(), Value::Null),
        false => {
            let mut fields = Fields::of(object(&body)?);
            let code = fields.text(&["code"])?.unwrap_or_default();
            let input = fields.take(&["input"]).unwrap_or_default();
            fields.done(&["code", "input"])?;
            (code, input)
        }
    };
    if code.trim().is_empty() {
        let fault = Fault::usage("there is no script").code("no_code").param("code");
        return Err(fault.hint("send {\"code\": \"return 1\"}, or Lua as text/x-lua").into());
    }
    let engine = service.runtime.engine();
    let (provider, account) = engine.settled(None, asked.text("account"))?;
    let within = Within {
        calls: asked.number("max_calls", 0_u64)?,
        memory: asked.size("memory_limit")?.and_then(|bytes| usize::try_from(bytes).ok()),
        cpu: asked.time("cpu_limit")?,
        ..Within::default()
    };
    let options = Options { within, ..options(&asked, &caller)? };
    let dry_run = options.dry_run;
    let job = Job {
        name: "script".to_owned(),
        code,
        input,
        provider,
        account,
        options,
        ..Job::default()
    };
    let work = |run| perform(&service, Job { run, ..job });
    once(&service, &caller, (&parts, &body), dry_run, work).await
}

fn no_text() -> Fault {
    Fault::usage("the script is not UTF-8").code("invalid_text")
}

async fn perform(service: &Service, job: Job) -> Answer {
    let (run, began) = (job.run.clone(), Instant::now());
    let (dry_run, force) = (job.options.dry_run, job.options.force);
    let scripts = service.runtime.engine().scripts.as_ref();
    let ended = match scripts {
        Some(scripts) => scripts.run(job).await,
        None => Ended::default(),
    };
    let took = began.elapsed();
    let result = ended.result.unwrap_or_else(|| {
        Err(Fault::new(Kind::Internal, "the script ended without a word")
            .effect(SideEffect::Unknown))
    });
    service.metrics.ended("lua", result.as_ref().map_or_else(|fault| &*fault.code, |_| "ok"), took);
    let error = result.as_ref().err();
    let mut members = Map::from_iter([
        ("success".to_owned(), json!(error.is_none())),
        ("output".to_owned(), json!(ended.output)),
        ("result".to_owned(), result.as_ref().map_or(Value::Null, Clone::clone)),
        ("error".to_owned(), json!(error.map(|fault| &fault.message))),
    ]);
    if let Some(fault) = error {
        members.insert("error_detail".to_owned(), fault.to_json());
    }
    members.insert("execution_time_ms".to_owned(), json!(milliseconds(took)));
    members.insert("call_log".to_owned(), Value::Array(ended.calls));
    let meta = json!({"permission_bypassed": force, "dry_run": dry_run, "run_id": run});
    members.insert("meta".to_owned(), meta);
    Answer::new(run, result.map(|_| StatusCode::OK), members)
}
