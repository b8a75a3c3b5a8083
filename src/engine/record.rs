//! Remembering a call: its run is opened before anything else and written to the journal when it
//! ends, also when the caller gives up waiting. Dry runs and unknown functions leave no trace.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::call::{Call, Origin, Outcome, Run, Warning};
use super::{Engine, now};
use crate::error::{Fault, Kind, SideEffect};
use crate::ledger::journal::Entry;

/// A call in progress. Dropped before its end, it is remembered as cancelled.
pub(super) struct Recording<'a> {
    engine: &'a Engine,
    /// What is known so far.
    pub(super) run: Run,
    began: Instant,
    at: String,
    origin: Origin,
    finished: bool,
}

impl<'a> Recording<'a> {
    /// Opens the run of a call.
    pub(super) fn begin(engine: &'a Engine, call: &Call) -> Self {
        let run = Run {
            id: uuid::Uuid::now_v7().to_string(),
            function: call.function.clone(),
            tool: None,
            asked_account: call.account.clone(),
            account: call.account.clone().unwrap_or_else(|| "default".to_owned()),
            effect: None,
            backend: None,
            attempts: 0,
            dry_run: call.options.dry_run,
            forced: false,
            took: Duration::ZERO,
            waited: Duration::ZERO,
            message_id: None,
            warnings: Vec::new(),
            result: Err(Fault::new(Kind::Interrupted, "the call was cancelled")),
        };
        Self { engine, run, began: Instant::now(), at: now(), origin: call.origin, finished: false }
    }

    /// Closes the run with what came of it, freed of secrets.
    pub(super) fn finish(mut self, result: Result<Outcome, Fault>) -> Run {
        let id = self.run.id.clone();
        self.run.result = result.map_err(|fault| self.clean(fault, id));
        self.run.took = self.began.elapsed();
        self.write();
        self.finished = true;
        let cancelled = Err(Fault::new(Kind::Interrupted, "the call was cancelled"));
        Run {
            id: std::mem::take(&mut self.run.id),
            function: std::mem::take(&mut self.run.function),
            tool: self.run.tool.take(),
            asked_account: self.run.asked_account.take(),
            account: std::mem::take(&mut self.run.account),
            backend: self.run.backend.take(),
            message_id: self.run.message_id.take(),
            warnings: self.warnings(),
            result: std::mem::replace(&mut self.run.result, cancelled),
            ..self.run
        }
    }

    fn clean(&self, fault: Fault, id: String) -> Fault {
        let mut fault = self.engine.cleaned(fault);
        fault.extra.run_id = Some(id);
        fault
    }

    fn warnings(&mut self) -> Vec<Warning> {
        let mut warnings = std::mem::take(&mut self.run.warnings);
        for warning in &mut warnings {
            warning.message = self.engine.redactor.text(&warning.message).into_owned();
        }
        warnings
    }

    fn write(&self) {
        let run = &self.run;
        let Some(effect) = run.effect.filter(|_| !run.dry_run) else { return };
        let fault = run.result.as_ref().err();
        let status = run.result.as_ref().ok().and_then(|outcome| outcome.status);
        self.engine.journal.record(Entry {
            id: run.id.clone(),
            parent: None,
            at: self.at.clone(),
            function: run.function.clone(),
            account: run.account.clone(),
            effect: effect.word().to_owned(),
            origin: self.origin.word().to_owned(),
            status: fault.map_or_else(|| "ok".to_owned(), |fault| fault.code.to_string()),
            http_status: status.or_else(|| fault.and_then(|fault| fault.extra.http_status)),
            attempts: run.attempts,
            duration_ms: run.took.as_secs_f64() * 1000.0,
            error: fault.map(|fault| fault.message.clone()),
            request: self.request(),
            emulated: self.engine.accounts.emulated(),
        });
    }

    /// What the journal keeps of the request: where it went, never what it said.
    fn request(&self) -> Option<Value> {
        let backend = self.run.backend.as_ref()?;
        Some(json!({"backend": backend, "message_id": self.run.message_id}))
    }
}

impl Engine {
    /// A failure freed of secrets.
    pub(super) fn cleaned(&self, mut fault: Fault) -> Fault {
        let redactor = &self.redactor;
        fault.message = redactor.text(&fault.message).into_owned();
        fault.hint = fault.hint.map(|hint| redactor.text(&hint).into_owned());
        fault.extra.detail = fault.extra.detail.map(|detail| redactor.value(&detail));
        fault
    }
}

impl Drop for Recording<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.run.took = self.began.elapsed();
            if let Err(fault) = &mut self.run.result {
                fault.extra.effect = SideEffect::Unknown;
            }
            self.write();
        }
    }
}
