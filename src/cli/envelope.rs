//! What came of a call, printed: its value for people, or the envelope that is the same on success
//! and on every failure.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::invocation::Invocation;
use super::output::{View, view::items};
use super::progress::Progress;
use super::sending::{Sending, Sent};
use super::signal::{Signals, interrupted};
use crate::catalogue::{Effect, Operation};
use crate::engine::{Call, Run, Warning};
use crate::error::{Fault, SideEffect};

/// A call that is about to be made.
pub(super) struct Wish<'a> {
    /// Who calls what, and how.
    pub(super) call: &'a Call,
    /// The function, when there is one.
    pub(super) operation: Option<&'a Operation>,
    /// Whether it changes nothing, whatever comes of it.
    pub(super) reads: bool,
    /// How events leave, where the call may be one.
    pub(super) sending: Option<&'a Sending>,
}

impl Wish<'_> {
    /// What an interrupted call may have done.
    fn left_behind(&self) -> SideEffect {
        if self.reads || self.call.options.dry_run { SideEffect::None } else { SideEffect::Unknown }
    }

    /// Makes the call unless a signal ends it; what came of it, and the signal's exit status.
    ///
    /// # Errors
    /// Only when the settings cannot be read.
    pub(super) fn make(
        &self,
        invocation: &Invocation,
        call: Result<impl Future<Output = Run>, Fault>,
    ) -> Result<(Run, Option<u8>), Fault> {
        let engine = invocation.runtime()?.engine();
        let ended = call.and_then(|call| {
            let _waiting = Progress::start(invocation.printer(), &self.call.function, None);
            invocation.wait(async {
                let mut signals = Signals::listen()?;
                tokio::select! {
                    run = call => Ok((run, None)),
                    status = signals.next() => {
                        let fault = interrupted(status).effect(self.left_behind());
                        Ok((engine.given_up(self.call, fault), Some(status)))
                    }
                }
            })?
        });
        Ok(ended.unwrap_or_else(|fault| (engine.refuse(self.call, fault), None)))
    }

    /// Makes the call unless a signal ends it, prints what came of it and returns the exit status.
    ///
    /// # Errors
    /// Only when the settings cannot be read.
    pub(super) fn fulfil(
        &self,
        invocation: &Invocation,
        call: Result<impl Future<Output = Run>, Fault>,
    ) -> Result<u8, Fault> {
        let (run, signal) = self.make(invocation, call)?;
        let sent = self.sent(invocation, &run, signal);
        let status = self.print(invocation, &run, sent.as_ref());
        Ok(signal.unwrap_or(status))
    }

    /// Sends what was kept for sending, where the call was such an event.
    pub(super) fn sent(
        &self,
        invocation: &Invocation,
        run: &Run,
        signal: Option<u8>,
    ) -> Option<Sent> {
        let queued = run.result.as_ref().is_ok_and(|outcome| outcome.queued);
        let sending = self.sending.filter(|_| queued)?;
        sending.end(invocation, signal.is_some()).unwrap_or_else(|fault| {
            invocation.printer().warn(&fault.message);
            None
        })
    }

    /// Prints what came of a call.
    pub(super) fn print(&self, invocation: &Invocation, run: &Run, sent: Option<&Sent>) -> u8 {
        let printer = invocation.printer();
        if invocation.json() {
            printer.answer(&envelope(run, printer.view(), sent));
        } else {
            for warning in &run.warnings {
                printer.warn(&warning.message);
            }
            match &run.result {
                Ok(outcome) => printer.data(&outcome.value, self.items(&outcome.value)),
                Err(fault) => printer.complain(fault),
            }
            if let Ok(outcome) = &run.result
                && let Some(cursor) = &outcome.next_cursor
            {
                printer.note(&format!("there is more: --cursor {cursor}"));
            }
        }
        if let (Some(sent), false) = (sent, invocation.json()) {
            sent.tell(printer);
        }
        if printer.manner().verbose > 0 {
            printer.detail(&told(run));
        }
        run.result.as_ref().map_or_else(Fault::exit, |_| sent.map_or(0, Sent::status))
    }

    /// The items in what a list returns.
    fn items<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        let lists = |operation: &Operation| operation.routes.iter().any(|r| r.items.is_some());
        items(value).filter(|_| self.operation.is_some_and(lists))
    }
}

/// A run for `-v`: what, for whom, what came of it, how long it took, and how to find it again.
fn told(run: &Run) -> String {
    let status = run.result.as_ref().map_or_else(|fault| &*fault.code, |_| "ok");
    let (function, account, ms) = (&run.function, &run.account, milliseconds(run.took));
    let id = if run.id.is_empty() { String::new() } else { format!(", run {}", run.id) };
    format!("{function} ({account}): {status}, {ms:.1} ms{id}")
}

/// The documented object, on success and on failure alike.
pub(super) fn envelope(run: &Run, view: &View, sent: Option<&Sent>) -> Value {
    let mut map = Map::new();
    map.insert("function".into(), json!(run.function));
    map.insert("success".into(), json!(run.result.is_ok()));
    let (data, error) = match &run.result {
        Ok(outcome) => (view.part(&outcome.value), None),
        Err(fault) => (Value::Null, Some(fault)),
    };
    map.insert("data".into(), data);
    map.insert("error".into(), json!(error.map(|fault| &fault.message)));
    if let Some(fault) = error {
        map.insert("error_detail".into(), fault.to_json());
    }
    let outcome = run.result.as_ref().ok();
    let effect = match &run.result {
        Ok(outcome) => outcome.effect,
        Err(fault) => Some(fault.extra.effect.word()),
    };
    let mut meta = json!({
        "dry_run": run.dry_run,
        "operation": run.effect.map(Effect::word),
        "permission_bypassed": run.forced,
        "account": run.asked_account,
        "run_id": Some(&run.id).filter(|id| !id.is_empty()),
        "attempts": run.attempts,
        "backend": run.backend,
        "waited_ms": milliseconds(run.waited),
        "effect": effect,
        "next_cursor": outcome.and_then(|outcome| outcome.next_cursor.as_ref()),
    });
    if let Some(server) = &run.server {
        meta["server"] = json!(server);
    }
    if !run.warnings.is_empty() {
        meta["warnings"] = run.warnings.iter().map(Warning::to_json).collect();
    }
    if let Some(sent) = sent {
        meta["delivery"] = sent.to_json();
    }
    map.insert("meta".into(), meta);
    map.insert("duration_ms".into(), json!(milliseconds(run.took)));
    Value::Object(map)
}

/// Milliseconds with at most three decimals.
pub(super) fn milliseconds(span: Duration) -> f64 {
    (span.as_secs_f64() * 1_000_000.0).round() / 1000.0
}
