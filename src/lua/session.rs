//! Running code in a VM: one script, or the lines of a REPL one after another.

use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use mlua::chunk::ChunkMode;
use mlua::{Function, MultiValue, Value};
use serde_json::Value as Json;
use tokio::task::LocalSet;

use super::errors::{Refusal, is_memory, problem, syntax, text_of, uncaught};
use super::host::{Host, Turn};
use super::limit::Limit;
use super::meter::Metered;
use super::sandbox::{self, Vm};
use super::value::to_json;
use super::watchdog::Watchdog;
use super::{Report, Script, Sink, Stuck};
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;

/// A VM that keeps its globals from one piece of code to the next.
pub struct Session {
    host: Rc<Host>,
    vm: Vm,
    stuck: Arc<Mutex<Option<Stuck>>>,
}

impl Session {
    /// Opens a VM in the circumstances of `script`, whose code is not run.
    ///
    /// # Errors
    /// When the VM cannot be made, for example for want of memory.
    pub fn new(
        runtime: Arc<Runtime>,
        script: Script,
        sink: Option<Sink>,
        stuck: Stuck,
    ) -> Result<Self, Fault> {
        let host = Host::new(runtime, script, sink);
        let vm = sandbox::open(&host).map_err(|error| {
            if is_memory(&error) {
                return Limit::Memory.fault(&host.script.limits);
            }
            Fault::new(Kind::Internal, format!("the VM cannot be opened: {}", text_of(&error)))
        })?;
        Ok(Self { host, vm, stuck: Arc::new(Mutex::new(Some(stuck))) })
    }

    /// Runs a line of the REPL: an expression gives its value.
    pub async fn eval(&self, line: &str) -> Report {
        let expression = format!("return {line}");
        let code = if self.compile(&expression).is_ok() { &expression } else { line };
        self.run(code).await
    }

    /// Runs a script to its end, whatever that is.
    pub async fn run(&self, code: &str) -> Report {
        let turn = self.host.begin();
        let (last, watched) = (Arc::clone(&self.stuck), Arc::clone(&turn));
        let dog = Watchdog::start(&turn.meter, move || {
            let stuck = last.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(stuck) = stuck {
                stuck(watched.report());
            }
        });
        let result = match dog {
            Ok(dog) => {
                let result = self.metered(&turn, code).await;
                drop(dog);
                result
            }
            Err(why) => Err(Fault::io("the script's watchdog cannot be started", &why)),
        };
        self.host.weigh(&self.vm.lua);
        // A limit that was reached is the reason, whatever the script made of it.
        let mut report = turn.conclude();
        match result {
            Ok(value) if report.error.is_none() => report.result = value,
            Err(fault) if report.error.is_none() => {
                let own = fault.kind == Kind::Script;
                let effect = if own { turn.record().effect() } else { fault.extra.effect };
                report.error = Some(fault.effect(effect));
            }
            _ => {}
        }
        report
    }

    /// The result on the meter; a script that was ended has none.
    async fn metered(&self, turn: &Turn, code: &str) -> Result<Json, Fault> {
        let tasks = LocalSet::new();
        let ended = Metered::new(&turn.meter, tasks.run_until(self.perform(code))).await;
        ended.unwrap_or(Ok(Json::Null))
    }

    async fn perform(&self, code: &str) -> Result<Json, Fault> {
        let chunk = match self.compile(code) {
            Ok(chunk) => chunk,
            Err(error) if is_memory(&error) => return self.out_of_memory(),
            Err(error) => return Err(syntax(&self.host.script.name, &error)),
        };
        match self.start(chunk).await {
            Ok(values) => self.conclude(values),
            Err(error) if is_memory(&error) => self.out_of_memory(),
            Err(error) => Err(uncaught(
                &self.vm.lua,
                &self.host.script.name,
                &Value::Error(Box::new(error)),
                None,
            )),
        }
    }

    async fn start(&self, chunk: Function) -> mlua::Result<MultiValue> {
        // Not `Function::call_async`: what it does afterwards needs memory, and there may be none.
        self.vm.lua.create_thread(self.vm.root.clone())?.into_async(chunk)?.await
    }

    fn compile(&self, code: &str) -> mlua::Result<Function> {
        let name = format!("={}", self.host.script.name);
        self.vm.lua.load(code).set_name(name).set_mode(ChunkMode::Text).into_function()
    }

    /// What the prelude's root says: true and the values, or false, the error and its place.
    fn conclude(&self, mut values: MultiValue) -> Result<Json, Fault> {
        let lua = &self.vm.lua;
        if values.pop_front() != Some(Value::Boolean(true)) {
            let error = values.pop_front().unwrap_or_default();
            let at = values.pop_front().and_then(|at| Some(at.as_string()?.to_string_lossy()));
            return Err(uncaught(lua, &self.host.script.name, &error, at));
        }
        let mut results = Vec::with_capacity(values.len());
        for value in values {
            match to_json(lua, &value, self.host.script.limits.memory) {
                Ok(json) => results.push(json),
                Err(why) => match problem("the returned value", why) {
                    Refusal::Fault(fault) => return Err(Fault { kind: Kind::Script, ..*fault }),
                    Refusal::Text(text) => return Err(Fault::new(Kind::Script, text)),
                    Refusal::Lua(error) if is_memory(&error) => return self.out_of_memory(),
                    Refusal::Lua(error) => return Err(Fault::new(Kind::Script, text_of(&error))),
                },
            }
        }
        Ok(match results.len() {
            0 => Json::Null,
            1 => results.remove(0),
            _ => Json::Array(results),
        })
    }

    fn out_of_memory(&self) -> Result<Json, Fault> {
        self.host.trip(Limit::Memory);
        Ok(Json::Null)
    }
}
