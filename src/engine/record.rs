//! Remembering a call: its run is opened before anything else and written to the journal when it
//! ends, also when the caller gives up waiting. Dry runs leave no trace.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Map, Value};

use super::call::{Call, Origin, Outcome, Run, Warning};
use super::exchange::Transcript;
use super::{Engine, Journey};
use crate::catalogue::{Effect, Operation};
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
    parent: Option<String>,
    meta: Option<Value>,
    finished: bool,
}

/// Where a request went.
#[derive(Serialize)]
struct Went<'a> {
    backend: &'a str,
    message_id: Option<&'a str>,
    /// How many events a batch held, since none of its ids is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<u64>,
}

fn cancelled() -> Result<Outcome, Fault> {
    Err(Fault::new(Kind::Interrupted, "the call was cancelled"))
}

/// The current time as every stamp and journal line has it: RFC 3339 in UTC, with milliseconds.
pub fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}

/// The id of a new run. Ids begin with their time.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

impl Engine {
    /// A call whose face could not put it together: it failed like any other and is remembered.
    pub fn refuse(&self, call: &Call, fault: Fault) -> Run {
        let mut recording = Recording::begin(self, call);
        recording.find();
        recording.finish(Err(fault))
    }

    /// What is known of a call that its face gave up. The call itself, as it ends, is remembered.
    pub fn given_up(&self, call: &Call, fault: Fault) -> Run {
        let mut recording = Recording::begin(self, call);
        recording.find();
        recording.close(Err(fault))
    }
}

impl<'a> Recording<'a> {
    fn find(&mut self) {
        if let Ok(operation) = self.engine.catalogue.find(&self.run.function) {
            self.run.found(operation);
        }
    }

    /// Opens the run of a call.
    pub(super) fn begin(engine: &'a Engine, call: &Call) -> Self {
        let run = Run {
            id: call.id.clone().unwrap_or_else(new_id),
            function: call.function.clone(),
            tool: None,
            server: None,
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
            transcript: Transcript::new(engine.noting),
            result: cancelled(),
        };
        let (origin, parent, meta) = (call.origin, call.parent.clone(), call.meta.clone());
        let began = Instant::now();
        Self { engine, run, began, at: now(), origin, parent, meta, finished: false }
    }

    /// Closes the run with what came of it, freed of secrets.
    pub(super) fn finish(mut self, result: Result<Outcome, Fault>) -> Run {
        self.run.result = result.map_err(|fault| self.clean(fault));
        self.run.took = self.began.elapsed();
        self.write();
        let result = std::mem::replace(&mut self.run.result, cancelled());
        self.close(result)
    }

    /// Closes the run without writing it down.
    fn close(mut self, result: Result<Outcome, Fault>) -> Run {
        let result = result.map_err(|fault| self.clean(fault));
        self.finished = true;
        Run {
            id: std::mem::take(&mut self.run.id),
            function: std::mem::take(&mut self.run.function),
            tool: self.run.tool.take(),
            server: self.run.server.take(),
            asked_account: self.run.asked_account.take(),
            account: std::mem::take(&mut self.run.account),
            backend: self.run.backend.take(),
            message_id: self.run.message_id.take(),
            warnings: self.warnings(),
            transcript: Arc::clone(&self.run.transcript),
            result,
            ..self.run
        }
    }

    fn clean(&self, fault: Fault) -> Fault {
        let mut fault = self.engine.cleaned(fault);
        fault.extra.run_id = Some(self.run.id.clone());
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
        if run.dry_run {
            return;
        }
        let fault = run.result.as_ref().err();
        let status = run.result.as_ref().ok().and_then(|outcome| outcome.status);
        let entry = Entry {
            id: run.id.clone(),
            parent: self.parent.clone(),
            at: self.at.clone(),
            function: run.function.clone(),
            account: run.account.clone(),
            effect: run.effect.map_or("", Effect::word).into(),
            origin: self.origin.word().into(),
            status: match &run.result {
                Ok(outcome) if outcome.queued => "queued".into(),
                Ok(_) => "ok".into(),
                Err(fault) => fault.code.clone(),
            },
            http_status: status.or_else(|| fault.and_then(|fault| fault.extra.http_status)),
            attempts: run.attempts,
            duration_ms: run.took.as_secs_f64() * 1000.0,
            error: fault.map(|fault| fault.message.clone()),
            request: self.request(),
            emulated: self.engine.accounts.emulated(),
            meta: self.meta.as_ref().map(|meta| self.engine.redactor.value(meta)),
        };
        let (transcript, redactor) = (Arc::clone(&run.transcript), self.engine.redactor.clone());
        self.engine.journal.record_with(entry, Box::new(move || transcript.written(&redactor)));
    }

    /// What the journal keeps of the request: where it went, never what it said.
    fn request(&self) -> Option<String> {
        let outcome = self.run.result.as_ref().ok();
        let went = Went {
            backend: self.run.backend.as_deref()?,
            message_id: self.run.message_id.as_deref(),
            events: outcome.and_then(|outcome| outcome.value.get("count")?.as_u64()),
        };
        serde_json::to_string(&went).ok()
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

/// The message id in the body of an event.
pub(super) fn message_id(body: &Map<String, Value>) -> Option<String> {
    body.get("messageId")?.as_str().map(str::to_owned)
}

impl Run {
    /// Notes which function it is.
    pub(super) fn found(&mut self, operation: &Operation) {
        self.function = operation.full_name();
        self.tool = Some(operation.slug());
        self.effect = Some(operation.effect);
    }

    /// Notes what it took to get an answer.
    pub(super) fn travelled(&mut self, journey: &Journey) {
        self.attempts = journey.attempts();
        self.waited = journey.waited();
    }
}
