//! What the functions of the environment share: the runtime, the circumstances of the script, and
//! the turn that is being run. Holds no Lua value, so that nothing keeps the VM alive.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mlua::{Lua, Value};

use super::errors::{is_memory, text_of};
use super::limit::Limit;
use super::meter::Meter;
use super::record::Record;
use super::tasks::Tasks;
use super::{CallLine, Limits, Report, Script, Sink};
use crate::engine::fence::Fence;
use crate::engine::new_id;
use crate::runtime::Runtime;

/// How the VM says that it has no memory left.
const OUT_OF_MEMORY: &[u8] = b"not enough memory";

/// One script, or one line of the REPL, from start to end.
pub(super) struct Turn {
    pub(super) meter: Arc<Meter>,
    pub(super) run_id: String,
    limits: Limits,
    pub(super) called: Arc<AtomicU64>,
    record: Mutex<Record>,
}

impl Turn {
    pub(super) fn new(script: &Script) -> Arc<Self> {
        let limits = &script.limits;
        Arc::new(Self {
            meter: Meter::new(limits),
            run_id: script.run_id.clone().unwrap_or_else(new_id),
            limits: limits.clone(),
            called: script.within.called.clone().unwrap_or_default(),
            record: Mutex::new(Record::new(limits.output)),
        })
    }

    pub(super) fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known by now; when a limit was reached, that is the error.
    pub(super) fn report(&self) -> Report {
        self.told(Record::so_far)
    }

    /// What became of a script that is over, which is told once: nothing of it stays here. Of one
    /// that was ended the watchdog may be telling as well.
    pub(super) fn conclude(&self) -> Report {
        match self.meter.tripped() {
            None => self.told(Record::take),
            Some(_) => self.report(),
        }
    }

    fn told(&self, tell: fn(&mut Record) -> (String, Vec<CallLine>)) -> Report {
        let mut record = self.record();
        let (output, calls) = tell(&mut record);
        Report {
            output,
            calls,
            error: self
                .meter
                .tripped()
                .map(|limit| limit.fault(&self.limits).effect(record.effect())),
            took: self.meter.elapsed(),
            memory: record.memory,
            run_id: self.run_id.clone(),
            ..Report::default()
        }
    }
}

/// What the functions of the environment share.
pub(super) struct Host {
    pub(super) runtime: Arc<Runtime>,
    pub(super) script: Script,
    pub(super) tasks: Tasks,
    sink: Option<Sink>,
    turn: RefCell<Arc<Turn>>,
}

impl Host {
    pub(super) fn new(runtime: Arc<Runtime>, script: Script, sink: Option<Sink>) -> Rc<Self> {
        let turn = RefCell::new(Turn::new(&script));
        Rc::new(Self { runtime, script, tasks: Tasks::default(), sink, turn })
    }

    /// The turn that is being run.
    pub(super) fn turn(&self) -> Arc<Turn> {
        Arc::clone(&self.turn.borrow())
    }

    /// Begins a turn.
    pub(super) fn begin(&self) -> Arc<Turn> {
        let turn = Turn::new(&self.script);
        self.script.stop.attach(&turn.meter);
        *self.turn.borrow_mut() = Arc::clone(&turn);
        turn
    }

    /// Whether a call that changes something is sent.
    pub(super) fn sends(&self) -> bool {
        !self.script.dry_run && self.script.within.planning.is_none()
    }

    /// What the calls of the script have to stay within, besides policy.
    pub(super) fn fence(&self) -> Option<&Fence> {
        self.script.within.fence.as_deref()
    }

    /// What every interrupt point asks: may the script go on?
    pub(super) fn check(&self) -> mlua::Result<()> {
        self.turn.borrow().meter.check()
    }

    /// Counts a call; true when it is one too many.
    pub(super) fn count_call(&self) -> bool {
        let called = self.turn().called.fetch_add(1, Ordering::Relaxed) + 1;
        self.script.limits.calls.is_some_and(|most| called > most)
    }

    /// Ends the script for a limit; the error is for returning.
    pub(super) fn trip(&self, limit: Limit) -> mlua::Error {
        self.turn().meter.trip(limit);
        mlua::Error::runtime("the script was ended")
    }

    /// Adds a line of output.
    pub(super) fn print(&self, line: &str) {
        let line = self.runtime.redactor().text(line);
        self.turn().record().print(&line);
        if let Some(sink) = &self.sink {
            sink(&line);
        }
    }

    /// Remembers how much memory is in use.
    pub(super) fn weigh(&self, lua: &Lua) {
        let turn = self.turn();
        let mut record = turn.record();
        record.memory = record.memory.max(lua.used_memory());
    }

    /// Looks at an error that a script caught: one that means the end of the memory ends the
    /// script, other errors of the VM become texts.
    pub(super) fn caught(&self, lua: &Lua, error: Value) -> mlua::Result<Value> {
        match error {
            Value::Error(error) if is_memory(&error) => Err(self.trip(Limit::Memory)),
            Value::Error(error) => lua.create_string(text_of(&error)).map(Value::String),
            Value::String(text) if text.as_bytes() == OUT_OF_MEMORY => {
                Err(self.trip(Limit::Memory))
            }
            other => Ok(other),
        }
    }
}
