//! Scripts of actions: each on a thread of its own, so that whoever waits for it can go on meanwhile,
//! and what they know of where they run. When nobody waits any more the script is ended.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use mlua::{Lua, Table, Value};
use serde_json::{Value as Json, json};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::app::{line, wish};
use super::errors::{Refusal, answer, problem};
use super::host::Host;
use super::limit::Limit;
use super::value::{from_json, to_json};
use super::{Limits, Report, Script, Stop};
use crate::engine::action::{Ended, Job, Scripts};
use crate::engine::raw::Raw;
use crate::engine::{Args, Origin, Pages};
use crate::error::{Fault, Kind, SideEffect};
use crate::runtime::Runtime;

/// Where a script of an action runs.
#[derive(Debug, Clone)]
pub struct Place {
    /// The provider its requests go to.
    pub provider: String,
    /// The account.
    pub account: String,
}

/// Runs the scripts of a runtime's actions.
pub fn scripts(runtime: Weak<Runtime>) -> Arc<dyn Scripts> {
    Arc::new(Runner { runtime })
}

struct Runner {
    runtime: Weak<Runtime>,
}

/// Ends a script that nobody waits for.
struct Ending(Stop);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl Scripts for Runner {
    fn check(&self, name: &str, code: &str) -> Result<(), Fault> {
        check(name, code)
    }

    fn run(&self, job: Job) -> Pin<Box<dyn Future<Output = Ended> + Send + '_>> {
        Box::pin(async move {
            let Some(runtime) = self.runtime.upgrade() else { return Ended::default() };
            let (code, script) = script(&runtime, job);
            let stop = Ending(script.stop.clone());
            let (tell, told) = oneshot::channel();
            // Whoever knows first how it ended says so: the script, or the watchdog that gave it up.
            let tell = Arc::new(Mutex::new(Some(tell)));
            let end = move |report: Report| {
                let tell = tell.lock().unwrap_or_else(PoisonError::into_inner).take();
                tell.map(|tell| tell.send(report).ok());
            };
            let stuck = end.clone();
            let here = Handle::current();
            let body = move || {
                let script = Script { code, ..script };
                let stuck = Box::new(stuck);
                end(here.block_on(super::run(runtime, script, None, stuck)));
            };
            if let Err(why) = std::thread::Builder::new().name("action".into()).spawn(body) {
                let fault = Fault::io("cannot start a thread for the script", &why);
                return Ended { result: Some(Err(fault)), ..Ended::default() };
            }
            let ended = told.await.map_or_else(|_| Ended::default(), ended);
            drop(stop);
            ended
        })
    }
}

fn ended(report: Report) -> Ended {
    let calls = report.calls.iter().map(|call| {
        json!({
            "function": call.function, "account": call.account, "status": call.status,
            "run_id": call.run_id, "error": call.error,
        })
    });
    Ended {
        took: report.took,
        memory: report.memory,
        calls: calls.collect(),
        output: report.output,
        result: Some(report.error.map_or(Ok(report.result), Err)),
    }
}

fn script(runtime: &Runtime, job: Job) -> (String, Script) {
    let options = job.options;
    let within = options.within;
    let usual = Limits::from_settings(runtime.settings());
    let limits = Limits {
        memory: within.memory.map_or(usual.memory, |most| most.min(usual.memory)),
        cpu: within.cpu.map_or(usual.cpu, |most| most.min(usual.cpu)),
        wall: options.timeout.or(usual.wall),
        calls: within.calls.or(usual.calls),
        output: usual.output,
    };
    let script = Script {
        name: job.name,
        input: Some(job.input),
        limits,
        account: Some(job.account.clone()),
        dry_run: options.dry_run,
        force: options.force,
        plan: options.plan,
        plan_check: options.plan_check,
        delivery: options.delivery,
        grant: options.grant,
        integrations: true,
        place: Some(Place { provider: job.provider, account: job.account }),
        run_id: Some(job.run),
        within,
        ..Script::default()
    };
    (job.code, script)
}

/// Adds the functions that the prelude's `membrane` is made of.
pub(super) fn install(lua: &Lua, host: &Rc<Host>, table: &Table) -> mlua::Result<()> {
    let mine = Rc::clone(host);
    let place = lua.create_function(move |lua, ()| {
        let Some(place) = &mine.script.place else { return Ok(None) };
        let table = lua.create_table()?;
        let provider = mine.runtime.catalogue().provider(&place.provider).ok();
        table.raw_set("title", provider.map(|provider| provider.title.clone()))?;
        table.raw_set("provider", place.provider.as_str())?;
        table.raw_set("account", place.account.as_str())?;
        Ok(Some(table))
    })?;
    table.raw_set("place", place)?;
    super::app::install(lua, host, table)?;
    let mine = Rc::clone(host);
    let request = lua.create_async_function(move |lua, spec: Value| {
        let host = Rc::clone(&mine);
        async move {
            let value = request(&lua, &host, &spec).await;
            answer(&lua, value)
        }
    })?;
    table.raw_set("request", request)
}

async fn request(lua: &Lua, host: &Host, spec: &Value) -> Result<Value, Refusal> {
    let spec =
        to_json(lua, spec, host.script.limits.memory).map_err(|why| problem("the request", why))?;
    let Some(place) = &host.script.place else {
        return Err(Fault::new(Kind::Internal, "no place to send a request to").into());
    };
    let raw = Raw::from_json(&spec, &place.provider, &place.account)?;
    let raw = Raw { origin: Origin::Lua, ..raw };
    let value = raw_call(host, raw).await?;
    Ok(from_json(lua, &value)?)
}

/// A request in the script's own words, listed in the log as every call is.
async fn raw_call(host: &Host, raw: Raw) -> Result<Json, Refusal> {
    let turn = host.turn();
    if host.count_call() {
        return Err(host.trip(Limit::Calls).into());
    }
    let call = wish(host, String::new(), raw.account.clone(), Args::default(), Pages::All);
    let writes = !raw.method.eq_ignore_ascii_case("GET") && host.sends();
    let slot = turn.record().begin("membrane.api", writes);
    let raw = Raw { options: call.options, parent: call.parent, ..raw };
    let run = Box::pin(host.runtime.engine().request(raw)).await;
    let effect = run.result.as_ref().map_or_else(|fault| fault.extra.effect, |_| SideEffect::Done);
    turn.record().finish(slot, &line(&run), writes.then_some(effect));
    Ok(run.result?.value)
}

/// Whether a text is Lua.
///
/// # Errors
/// The complaint of the compiler, and a word of advice when it looks like JavaScript.
pub fn check(name: &str, code: &str) -> Result<(), Fault> {
    let lua = Lua::new();
    let chunk = lua.load(code).set_name(format!("={name}")).into_function();
    // That line is good Lua, and nobody means it so.
    let exports = code.lines().any(|line| line.trim_start().starts_with("module.exports"));
    match chunk.map(drop) {
        Ok(()) if !exports => return Ok(()),
        Err(error) if !is_javascript(code) => return Err(super::errors::syntax(name, &error)),
        _ => {}
    }
    Err(Fault::usage("this is JavaScript, scripts are Lua here").code("javascript_code").hint(
        "write it as Lua: return membrane.api{ method = \"GET\", path = \"/sources\" } (see docs.read(\"actions\"))",
    ))
}

fn is_javascript(code: &str) -> bool {
    let marks = ["=>", "module.exports", "===", "!==", "console.log", "&&", "||", "await ", "new "];
    let starts = ["const ", "let ", "var ", "import ", "export ", "async ", "//"];
    marks.iter().any(|mark| code.contains(mark))
        || code.lines().any(|line| starts.iter().any(|start| line.trim_start().starts_with(start)))
        || code.contains("function") && code.contains('{') && !code.contains("end")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn javascript_is_told_from_lua_that_is_wrong() {
        assert!(check("code", "return { a = '=>' }").is_ok());
        let code = |text: &str| check("code", text).unwrap_err().code;
        assert_eq!(code("module.exports = ({ input }) => ({ echoed: input })"), "javascript_code");
        assert_eq!(code("module.exports = 1"), "javascript_code");
        assert_eq!(code("let x = () => 1;\nreturn x"), "javascript_code");
        assert_eq!(code("function f() { return 1 }"), "javascript_code");
        assert_ne!(code("return {"), "javascript_code");
    }
}
