//! What came of a call, printed: its value for people, or the envelope that is the same on success
//! and on every failure.

use serde_json::Value;

use super::invocation::Invocation;
use super::output::{View, view::items};
use super::progress::Progress;
use super::sending::{Sending, Sent};
use super::signal::{Signals, interrupted};
use crate::catalogue::Operation;
use crate::engine::{Call, Run, milliseconds};
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
    let data = run.result.as_ref().map_or(Value::Null, |outcome| view.part(&outcome.value));
    Value::Object(run.envelope(data, sent.map(Sent::to_json)))
}
