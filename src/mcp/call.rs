//! Carrying out a tool call: the tool is found, the person behind the client is asked where policy
//! wants it, what takes long says so, and a client that gives up ends it.

mod own;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::request::Parts;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ElicitRequest, ErrorData, InputRequest,
    InputRequiredResult, InputResponses, ProgressNotificationParam, ProgressToken,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::{Map, Value, json};

use super::answer::{Cap, failed, failed_with};
use super::code;
use super::consent::{Desk, Shown, Way, question};
use super::offer::UNKNOWN_TOOL;
use super::server::{Shared, wrong};
use super::tool::{Act, Code, Tool};
use crate::access::{Grant, door};
use crate::engine::action::Within;
use crate::engine::consent::Asks;
use crate::engine::{Args, Call, Options, Origin};
use crate::error::Fault;

/// How often a call that takes long says that it is still at it.
const TICK: Duration = Duration::from_secs(1);

/// The name of the one question that is asked when a call ends with it.
const QUESTION: &str = "approve";

/// Who calls, and what can be done with them.
pub(super) struct Caller {
    /// What their token allows; none where none is needed.
    pub(super) grant: Option<Grant>,
    /// How the person behind them can be asked.
    pub(super) way: Way,
    /// What they agreed to, when they come back with an answer.
    answer: Option<(String, Option<InputResponses>)>,
    progress: Option<ProgressToken>,
    context: RequestContext<RoleServer>,
}

impl Caller {
    /// Who sent this request.
    pub(super) fn of(context: RequestContext<RoleServer>, request: &CallToolRequestParams) -> Self {
        let parts = context.extensions.get::<Parts>();
        Self {
            grant: parts.and_then(|parts| parts.extensions.get::<door::Caller>()?.grant.clone()),
            way: Way::of(&context),
            answer: request
                .request_state
                .clone()
                .map(|state| (state, request.input_responses.clone())),
            progress: context.meta.get_progress_token(),
            context,
        }
    }

    /// Makes a call unless the client gives it up, telling it now and then that it goes on.
    async fn attend<T>(&self, what: &str, call: impl Future<Output = T>) -> Result<T, ErrorData> {
        let began = Instant::now();
        let mut call = std::pin::pin!(call);
        let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + TICK, TICK);
        loop {
            tokio::select! {
                done = &mut call => return Ok(done),
                () = self.context.ct.cancelled() => {
                    return Err(ErrorData::internal_error("the call was cancelled", None));
                }
                _ = ticks.tick(), if self.progress.is_some() => {
                    self.tell(what, began.elapsed()).await;
                }
            }
        }
    }

    async fn tell(&self, what: &str, since: Duration) {
        let Some(token) = &self.progress else { return };
        let seconds = since.as_secs();
        let mut note = ProgressNotificationParam::new(token.clone(), since.as_secs_f64());
        note.message = Some(format!("{what}: {seconds} s"));
        // A client that does not listen is no reason to stop.
        let _ = self.context.peer.notify_progress(note).await;
    }

    /// What was agreed to in an earlier round.
    ///
    /// # Errors
    /// A round that nobody knows of, or that was answered with a no.
    fn agreed(&self, shared: &Shared) -> Result<Option<Vec<String>>, Fault> {
        let Some((state, answers)) = &self.answer else { return Ok(None) };
        let marks = shared.pending.take(state).ok_or_else(|| {
            Fault::usage("this question is no longer open")
                .code("unknown_request_state")
                .hint("make the call again without requestState")
        })?;
        let action = answers.as_ref().and_then(|all| all.get(QUESTION)?["action"].as_str());
        match action {
            Some("accept") => Ok(Some(marks)),
            _ => Err(declined()),
        }
    }
}

/// The refusal of a person.
pub(super) fn declined() -> Fault {
    Fault::new(crate::error::Kind::PolicyDenied, "the user declined; nothing was sent")
        .code("declined")
}

impl Shared {
    /// Carries out a call of a tool.
    ///
    /// # Errors
    /// What makes the request itself wrong; a call that fails is an answer.
    pub(super) async fn call(
        &self,
        name: &str,
        arguments: Map<String, Value>,
        caller: Caller,
    ) -> Result<CallToolResponse, ErrorData> {
        let tool = match self.tool(name) {
            Err(_) if self.passed.means(name) => {
                match caller.attend(name, self.passed_on(name)).await? {
                    Err(fault) if fault.code == UNKNOWN_TOOL => return Err(wrong(&fault)),
                    Err(fault) => return Ok(failed(&fault).into()),
                    Ok(tool) => tool,
                }
            }
            tool => tool.map_err(|fault| wrong(&fault))?,
        };
        let agreed = match caller.agreed(self) {
            Ok(agreed) => agreed,
            Err(fault) => return Ok(failed(&fault).into()),
        };
        match &tool.act {
            Act::Function { function, account } => {
                let call = self.function(function, account.as_deref(), arguments, &caller, agreed);
                caller.attend(function, call).await
            }
            Act::Code(act) => {
                let call = self.code(*act, arguments, &caller, agreed);
                caller.attend(name, call).await
            }
        }
    }

    fn tool(&self, name: &str) -> Result<Arc<Tool>, Fault> {
        let listed = self.offer.find(name);
        // Only a server that offers the catalogue knows the tools that find things in it.
        match listed {
            Err(fault) if self.offer.instructions.is_some() => {
                code::unlisted(name, self.profile.writes).map(Arc::new).ok_or(fault)
            }
            listed => listed,
        }
    }

    pub(super) fn cap(&self) -> Cap<'_> {
        let direct = self.profile.shape == super::profile::Shape::Direct;
        let reader = if direct { ("read_result", "handle") } else { ("docs_read", "page") };
        Cap { most: self.profile.max_result, kept: &self.kept, reader }
    }

    /// Calls a function.
    async fn function(
        &self,
        function: &str,
        fixed: Option<&str>,
        mut arguments: Map<String, Value>,
        caller: &Caller,
        agreed: Option<Vec<String>>,
    ) -> CallToolResponse {
        let taken = match fixed {
            Some(account) => Ok((Some(account.to_owned()), false)),
            None => own::take(&mut arguments),
        };
        let (account, dry_run) = match taken {
            Ok(taken) => taken,
            Err(fault) => return failed(&fault).into(),
        };
        let desk = Arc::new(Desk::new(caller.way.clone(), agreed.unwrap_or_default()));
        let call = Call {
            function: function.to_owned(),
            account,
            args: Args::Named(arguments),
            origin: Origin::Mcp,
            options: Options {
                dry_run,
                force: self.profile.force,
                grant: caller.grant.clone(),
                within: Within {
                    fence: Some(Arc::clone(&self.profile.fence)),
                    asks: Asks(Some(Arc::clone(&desk) as _)),
                    ..Within::default()
                },
                ..Options::default()
            },
            ..Call::default()
        };
        let given = call.args.clone();
        let run = Box::pin(self.runtime.engine().call(call)).await;
        match (&run.result, desk.open()) {
            (Err(_), _) if desk.was_refused() => failed(&declined()).into(),
            (Err(fault), open) if !open.is_empty() => {
                let Args::Named(given) = given else { return self.cap().run(&run).into() };
                self.unasked(caller, &open, fault, &own::by_hand(&run, &given))
            }
            _ => self.cap().run(&run).into(),
        }
    }

    /// What becomes of a call that nobody could be asked about: the question is returned where that
    /// is how it is asked, else what would have been sent and how to approve it.
    pub(super) fn unasked(
        &self,
        caller: &Caller,
        open: &[Shown],
        fault: &Fault,
        approve: &str,
    ) -> CallToolResponse {
        if let Way::Return = caller.way {
            return self.ask(open).into();
        }
        let plan: Vec<String> = open.iter().map(Shown::text).collect();
        let plan = plan.join("\n\n");
        let mut text = format!("{}\nNothing was sent. This would be:\n\n{plan}\n\n", fault.message);
        text += &format!("To approve it, a person can run:\n{approve}");
        if let Some(hint) = &fault.hint {
            text += &format!("\n{}", hint.replace("add --force to allow it once, or ", ""));
        }
        let plan: Vec<Value> = open.iter().map(Shown::to_json).collect();
        let more = json!({"plan": plan, "approve": approve});
        failed_with(fault, self.cap().text(text).0, super::tool::object(more)).into()
    }

    /// The end of a call with a question about these calls.
    pub(super) fn ask(&self, open: &[Shown]) -> InputRequiredResult {
        let state = self.pending.keep(open.iter().map(Shown::mark).collect());
        let asked = InputRequest::Elicitation(ElicitRequest::new(question(&plan_text(open))));
        let questions = BTreeMap::from([(QUESTION.to_owned(), asked)]);
        InputRequiredResult::new(Some(questions), Some(state))
    }

    async fn code(
        &self,
        act: Code,
        arguments: Map<String, Value>,
        caller: &Caller,
        agreed: Option<Vec<String>>,
    ) -> CallToolResponse {
        let answered = match act {
            Code::RunLua | Code::RunLuaWrite | Code::ExecuteLua => {
                Box::pin(self.lua(act, arguments, caller, agreed)).await
            }
            other => self.page(other, &arguments).map(Into::into),
        };
        answered.unwrap_or_else(|fault| failed(&fault).into())
    }
}

/// Calls as a person can judge them, in one question.
pub(super) fn plan_text(open: &[Shown]) -> String {
    const SHOWN: usize = 20;
    let texts: Vec<String> = open.iter().take(SHOWN).map(Shown::text).collect();
    let more = match open.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("\n\n… and {more} more calls"),
    };
    let what = if open.len() == 1 { "this call" } else { "these calls" };
    format!("Go ahead with {what}?\n\n{}{more}", texts.join("\n\n"))
}
