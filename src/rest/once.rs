//! `Idempotency-Key`: a request that its caller sends again is answered as the first time, also after
//! a restart, and is not done again. A request that changed nothing leaves its key free.

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

use super::Service;
use super::answer::{Answer, again};
use super::input::idempotency_key;
use crate::access::door::{Caller, Problem};
use crate::access::now;
use crate::engine::new_id;
use crate::error::{Fault, Kind, SideEffect};
use crate::ledger::replays::{self, Known, Request};

/// Does what a request asks for, once. A dry run does nothing, however often.
///
/// # Errors
/// 422 when the key was used for something else, 409 while or if the first request was not answered.
pub(super) async fn once<W: Future<Output = Answer>>(
    service: &Service,
    caller: &Caller,
    (parts, body): (&Parts, &Bytes),
    dry_run: bool,
    work: impl FnOnce(String) -> W,
) -> Result<Response, Problem> {
    if caller.session.is_some() {
        let fault = Fault::new(Kind::PolicyDenied, "a browser calls through the forms of the page");
        let fault = fault.code("session_denied").hint("programs send a token: kosmo token mint");
        return Err(fault.into());
    }
    let run = new_id();
    let Some(key) = idempotency_key(parts)?.filter(|_| !dry_run) else {
        return Ok(work(run).await.into_response());
    };
    let whose = caller.grant.as_ref().map_or("", |grant| grant.claims().jti.as_str());
    let key = print(&[whose.as_bytes(), key.as_bytes()]);
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let asks = print(&[parts.method.as_str().as_bytes(), target.as_bytes(), body]);
    let request = Request { key: &key, print: &asks, run: &run, worker: &service.worker };
    match service.replays.begin(&request, now())? {
        Known::Nothing => {}
        Known::Answered(answer) => return Ok(again(answer)),
        known => return Err(refused(known)),
    }
    let answer = work(run).await;
    if answer.counts() {
        let kept = answer.kept();
        let text = String::from_utf8_lossy(&kept.body);
        // What a credential of an account looks like is nothing to keep.
        let body = service.runtime.redactor().text(&text).into_owned().into_bytes();
        service.replays.keep(&key, &replays::Answer { body, ..kept })?;
    } else {
        service.replays.forget(&key)?;
    }
    Ok(answer.into_response())
}

fn refused(known: Known) -> Problem {
    let conflict = |code: &'static str, message: &str, run: String| {
        let mut fault = Fault::new(Kind::Conflict, message).code(code);
        fault.extra.run_id = Some(run);
        fault
    };
    match known {
        Known::Working(run) => {
            let message = "the first request with this Idempotency-Key is still being worked on";
            let mut fault = conflict("idempotency_in_progress", message, run);
            fault.extra.retryable = Some(true);
            Problem::from(fault).header(header::RETRY_AFTER, "1")
        }
        Known::Begun(run) => {
            let message =
                "the first request with this Idempotency-Key was begun and never answered";
            let fault = conflict("idempotency_unfinished", message, run);
            let fault = fault.effect(SideEffect::Unknown);
            Problem::from(
                fault.hint("its run tells what became of it; use another key to do it again"),
            )
        }
        Known::Done(run) => {
            let message = "this was done; the answer was too large to be kept";
            Problem::from(conflict("idempotency_done", message, run).effect(SideEffect::Done))
        }
        Known::Other | Known::Nothing | Known::Answered(_) => {
            let fault = Fault::usage("this Idempotency-Key was used for another request");
            let fault = fault.code("idempotency_key_reused").param("Idempotency-Key");
            let fault = fault.hint("use a new key for every request that is not a repetition");
            Problem::of(fault, StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

/// A fingerprint of several parts, none of which can run into the next.
pub(super) fn print(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
