//! `run_lua`, `run_lua_write` and `execute_lua`: a script, run by whoever runs the scripts of actions.
//! One that may change things is planned first, so that a person sees everything in one question.

mod wanted;

use std::sync::Arc;

use rmcp::model::{CallToolResponse, CallToolResult, ContentBlock};
use serde_json::{Map, Value};

use super::answer::{self, failed_with, meta};
use super::call::{Caller, declined, plan_text};
use super::consent::{Desk, Shown, Way};
use super::server::Shared;
use super::tool::Code;
use crate::engine::action::{Code as Source, Ended, Within};
use crate::engine::consent::{Asks, Planned, Planning};
use crate::engine::fence::Fence;
use crate::engine::policy::Verdict;
use crate::engine::{Call, Options, Origin, Run};
use crate::error::{Fault, Kind};
use wanted::Wanted;

/// What came of running one.
struct Ran {
    run: Run,
    ended: Ended,
}

impl Shared {
    /// Runs a script.
    ///
    /// # Errors
    /// Arguments that are not as they should be.
    pub(super) async fn lua(
        &self,
        act: Code,
        arguments: Map<String, Value>,
        caller: &Caller,
        agreed: Option<Vec<String>>,
    ) -> Result<CallToolResponse, Fault> {
        let wanted = Wanted::read(&arguments)?;
        let plain = act == Code::ExecuteLua;
        let fence = match act {
            Code::RunLua => &self.profile.reading,
            _ => &self.profile.fence,
        };
        if act == Code::RunLua || self.profile.force || fence.most <= crate::catalogue::Effect::Read
        {
            let ran = self.once(&wanted, fence, caller, Vec::new(), None).await;
            return Ok(self.told(&ran, plain).into());
        }
        let agreed = match agreed {
            Some(agreed) => agreed,
            None => match self.planned(&wanted, fence, caller, plain).await {
                Ok(agreed) => agreed,
                Err(answer) => return Ok(*answer),
            },
        };
        let ran = self.once(&wanted, fence, caller, agreed, None).await;
        Ok(self.told(&ran, plain).into())
    }

    /// Plans a script and asks about what policy asks about; what was agreed to, or the answer that
    /// ends the call.
    async fn planned(
        &self,
        wanted: &Wanted,
        fence: &Arc<Fence>,
        caller: &Caller,
        plain: bool,
    ) -> Result<Vec<String>, Box<CallToolResponse>> {
        let planning = Arc::new(Planning::default());
        let ran = self.once(wanted, fence, caller, Vec::new(), Some(Arc::clone(&planning))).await;
        let asked = |call: &Planned| {
            matches!(call.verdict, Verdict::NeedsConsent | Verdict::NeedsConfirmation)
        };
        let calls = planning.calls();
        let open: Vec<Shown> = calls.into_iter().filter(asked).map(Shown::from).collect();
        if open.is_empty() {
            // Nothing has to be asked, or the script needs what it changes to go on; then each call
            // is asked about as it comes.
            return match &ran.run.result {
                Err(fault) if refused(fault) => Err(Box::new(self.told(&ran, plain).into())),
                _ => Ok(Vec::new()),
            };
        }
        let marks = || open.iter().map(Shown::mark).collect();
        match &caller.way {
            Way::Return => Err(Box::new(self.ask(&open).into())),
            way => match way.ask(&plan_text(&open)).await {
                Some(true) => Ok(marks()),
                Some(false) => Err(Box::new(answer::failed(&declined()).into())),
                None => {
                    let fault = Fault::new(
                        Kind::PolicyDenied,
                        format!("{} of the script's calls need approval", open.len()),
                    )
                    .code("approval_needed");
                    let command = wanted.by_hand();
                    Err(Box::new(self.unasked(caller, &open, &fault, &command)))
                }
            },
        }
    }

    /// Runs a script once.
    async fn once(
        &self,
        wanted: &Wanted,
        fence: &Arc<Fence>,
        caller: &Caller,
        agreed: Vec<String>,
        planning: Option<Arc<Planning>>,
    ) -> Ran {
        let desk = Desk::new(caller.way.clone(), agreed);
        let catalogue = self.runtime.catalogue();
        let code = Source {
            provider: catalogue.names().next().unwrap_or_default().to_owned(),
            code: wanted.code.clone(),
            input: wanted.input.clone(),
        };
        let most = self.profile.script_time;
        let call = Call {
            function: "kosmo.script".to_owned(),
            account: wanted.account.clone(),
            origin: Origin::Mcp,
            options: Options {
                force: self.profile.force,
                timeout: Some(wanted.timeout.map_or(most, |asked| asked.min(most))),
                grant: caller.grant.clone(),
                within: Within {
                    memory: wanted.memory,
                    cpu: wanted.cpu,
                    fence: Some(Arc::clone(fence)),
                    asks: Asks(Some(Arc::new(desk))),
                    planning,
                    ..Within::default()
                },
                ..Options::default()
            },
            ..Call::default()
        };
        let (run, ended) = Box::pin(self.runtime.engine().script(code, call)).await;
        Ran { run, ended }
    }

    fn told(&self, ran: &Ran, plain: bool) -> CallToolResult {
        let mut result = match plain {
            true => self.lines(ran),
            false => self.report(ran),
        };
        result.meta = Some(meta(&ran.run.id));
        result
    }

    fn report(&self, Ran { run, ended }: &Ran) -> CallToolResult {
        let mut told = Map::new();
        if let Ok(outcome) = &run.result {
            told.insert("result".to_owned(), outcome.value.clone());
        }
        told.insert("output".to_owned(), Value::from(ended.output.as_str()));
        told.insert("calls".to_owned(), Value::Array(ended.calls.clone()));
        match &run.result {
            Ok(_) => self.cap().done(&Value::Object(told)),
            Err(fault) => {
                let fault = named(fault);
                let mut text = format!("Error: {}", fault.placed());
                if let Some(hint) = &fault.hint {
                    text += &format!("\nhint: {hint}");
                }
                if !ended.output.is_empty() {
                    text += &format!("\nOutput up to there:\n{}", ended.output);
                }
                let (text, cut) = self.cap().text(text);
                let more = if cut.is_some() { Map::new() } else { told };
                failed_with(&fault, text, more)
            }
        }
    }

    /// What other programs' `execute_lua` answers with: lines.
    fn lines(&self, Ran { run, ended }: &Ran) -> CallToolResult {
        let mut lines = Vec::new();
        if !ended.output.is_empty() {
            lines.push(format!("Output:\n{}", ended.output));
        }
        match &run.result {
            Ok(outcome) if outcome.value.is_null() => {}
            Ok(outcome) => lines.push(format!("Return value: {}", answer::text(&outcome.value))),
            Err(fault) => lines.push(format!("Error: {}", named(fault).placed())),
        }
        let ms = ended.took.as_secs_f64() * 1000.0;
        lines.push(format!("Execution time: {ms:.1}ms"));
        lines.push(format!("Memory: {}", size(ended.memory)));
        lines.push(format!("Integration calls: {}", ended.calls.len()));
        let content = vec![ContentBlock::text(self.cap().text(lines.join("\n")).0)];
        match run.result.is_ok() {
            true => CallToolResult::success(content),
            false => CallToolResult::error(content),
        }
    }
}

/// Whether a script ended because something is never allowed, so that running it again is no use.
fn refused(fault: &Fault) -> bool {
    matches!(fault.kind, Kind::PolicyDenied | Kind::ScriptLimit | Kind::Interrupted)
}

/// A limit with the way to raise it that whoever runs a gateway has.
fn named(fault: &Fault) -> Fault {
    let setting = match &*fault.code {
        "cpu_limit" => "run.cpu_limit",
        "memory_limit" => "run.memory_limit",
        "time_limit" => "run.timeout",
        "call_limit" => "run.max_calls",
        _ => return fault.clone(),
    };
    let cure = format!(
        "do less in one script, or have the setting {setting} raised where the gateway is run"
    );
    fault.clone().hint(cure)
}

fn size(bytes: usize) -> String {
    let number = bytes as f64;
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KB", number / 1024.0),
        _ => format!("{:.1} MB", number / 1_048_576.0),
    }
}
