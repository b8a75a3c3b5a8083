//! Calls of tools that belong to other servers. They are rows like any other and go the same way: found,
//! their arguments checked, permitted, shown or asked for, paid for, and only then sent. Who reaches
//! such servers is behind [`Upstream`].

mod errand;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::Engine;
use super::account::{Account, DEFAULT};
use super::call::{Call, Outcome, Run};
use super::consent::Question;
use super::hooks::Later;
use super::policy::{Policy, Verdict, decide};
use crate::catalogue::tool::{PREFIX, Tools};
use crate::catalogue::{Effect, Operation};
use crate::error::{Fault, Kind, SideEffect};
use crate::settings::Settings;
use errand::{arguments, errand};

/// How a server is reached, as far as the outside may know.
#[derive(Debug, Clone)]
pub struct Reached {
    /// `stdio` or `http`.
    pub kind: &'static str,
    /// Its command line or address, without secrets.
    pub line: String,
}

/// What a server is asked.
#[derive(Debug, Clone, Default)]
pub struct Errand {
    /// The method of the protocol.
    pub method: String,
    /// Its parameters.
    pub params: Value,
    /// The key of the items, for a list: every page of it is asked for.
    pub items: Option<&'static str>,
    /// The time it has; none for the server's own.
    pub allowed: Option<Duration>,
}

/// Somebody who reaches the servers of others.
pub trait Upstream: Send + Sync {
    /// The names of the servers; starts none.
    fn names(&self) -> Vec<String>;

    /// The server and the tool that `<server>.<tool>` means; starts none.
    ///
    /// # Errors
    /// `not_found` when there is no such server.
    fn split(&self, name: &str) -> Result<(String, String), Fault>;

    /// How a server is reached, when it may be started; starts none.
    ///
    /// # Errors
    /// Why it may not: unknown, switched off, not trusted, or wrong.
    fn ready(&self, server: &str) -> Result<Reached, Fault>;

    /// The tools of a server, which is started when it is not running.
    fn tools<'a>(&'a self, server: &'a str, allowed: Option<Duration>) -> Later<'a, Arc<Tools>>;

    /// Asks a server something, and starts it when it is not running.
    fn ask<'a>(&'a self, server: &'a str, errand: Errand) -> Later<'a, Value>;

    /// Who a server says it is; starts it when it is not running.
    fn about<'a>(&'a self, server: &'a str, allowed: Option<Duration>) -> Later<'a, Value>;

    /// The same as [`Upstream::tools`] for a caller that can only stand still; `go_on` is asked now and
    /// then whether it still wants to.
    ///
    /// # Errors
    /// As there, or that the wait was ended.
    fn tools_now(&self, server: &str, go_on: &dyn Fn() -> bool) -> Result<Arc<Tools>, Fault>;
}

/// What follows `mcp.` in the name of a function, with or without `app.`.
pub fn address(function: &str) -> Option<&str> {
    let name = function.strip_prefix("app.").unwrap_or(function);
    name.strip_prefix(PREFIX)?.strip_prefix('.')
}

/// What the user lets the tools of a server do: looking is allowed and everything else asks, unless
/// settings say otherwise; what is said of writing holds for deleting too.
pub fn permission(settings: &Settings, server: &str, effect: Effect) -> Policy {
    let said = |access: &str| {
        let key = format!("mcp.servers.{server}.permissions.{access}");
        settings.text(&key).and_then(Policy::parse)
    };
    match effect {
        Effect::Read => said("read").unwrap_or(Policy::Allow),
        Effect::Write | Effect::Replace => said("write").unwrap_or(Policy::Ask),
        Effect::Destroy | Effect::Erase => {
            said("destroy").or_else(|| said("write")).unwrap_or(Policy::Ask)
        }
    }
}

/// The refusal, with the command that would allow it.
fn refusal(server: &str, operation: &Operation, verdict: Verdict) -> Fault {
    let access = if operation.effect == Effect::Read { "read" } else { "write" };
    let message = match verdict {
        Verdict::Refused => format!("MCP server '{server}' {access} access denied."),
        _ => format!(
            "MCP server '{server}' {access} requires approval. In headless mode configure `mcp.servers.{server}.permissions.{access}` or pass --force for trusted automation."
        ),
    };
    let hint = match verdict {
        Verdict::Refused => "policy says deny, which --force does not lift".to_owned(),
        _ => format!(
            "add --force to allow it once, or allow it for good: kosmo mcp:permit {server} --{access} allow"
        ),
    };
    Fault::new(Kind::PolicyDenied, message).hint(hint)
}

impl Engine {
    /// Who reaches the servers of others.
    ///
    /// # Errors
    /// When nobody does.
    pub fn upstream(&self) -> Result<&dyn Upstream, Fault> {
        let upstream = self.upstream.as_deref();
        upstream.ok_or_else(|| Fault::new(Kind::Internal, "nobody reaches MCP servers here"))
    }

    /// The rows of a server's tools. It is started when it is trusted and not running.
    ///
    /// # Errors
    /// Why it may not be started, or what went wrong with it.
    pub async fn tools(&self, server: &str) -> Result<Arc<Tools>, Fault> {
        self.may_start(server)?;
        self.upstream()?.tools(server, None).await
    }

    /// The same for a caller that can only stand still; `go_on` is asked now and then whether it still
    /// wants to.
    ///
    /// # Errors
    /// As [`Engine::tools`], or that the wait was ended.
    pub fn tools_now(&self, server: &str, go_on: &dyn Fn() -> bool) -> Result<Arc<Tools>, Fault> {
        self.may_start(server)?;
        self.upstream()?.tools_now(server, go_on)
    }

    /// The row of a tool; `name` is `<server>.<tool>`. The server is started when it is not running.
    ///
    /// # Errors
    /// As [`Engine::tools`]; `not_found` when it has no such tool.
    pub async fn tool(
        &self,
        name: &str,
        allowed: Option<Duration>,
    ) -> Result<Arc<Operation>, Fault> {
        let upstream = self.upstream()?;
        let (server, tool) = upstream.split(name)?;
        upstream.ready(&server)?;
        self.may_start(&server)?;
        upstream.tools(&server, allowed).await?.find(&tool).cloned()
    }

    /// Refuses a server of which nothing may be used, before it is started.
    fn may_start(&self, server: &str) -> Result<(), Fault> {
        let denied = [Effect::Read, Effect::Write, Effect::Destroy]
            .iter()
            .all(|effect| permission(&self.settings, server, *effect) == Policy::Deny);
        match denied {
            true => Err(Fault::new(
                Kind::PolicyDenied,
                format!("MCP server '{server}' read access denied."),
            )
            .hint("policy says deny of all its tools, so it was not started")),
            false => Ok(()),
        }
    }

    /// Performs a call of a server's tool.
    pub(super) async fn relay(&self, mut call: Call, run: &mut Run) -> Result<Outcome, Fault> {
        let upstream = self.upstream()?;
        let function = call.function.clone();
        let name = address(&function).unwrap_or(&function);
        let (server, _) = upstream.split(name)?;
        DEFAULT.clone_into(&mut run.account);
        run.server = Some(server.clone());
        if let Some(fence) = &call.options.within.fence {
            fence.admit_server(&server)?;
        }
        let reached = upstream.ready(&server)?;
        run.backend = Some(reached.kind.to_owned());
        let operation = &self.tool(name, call.options.timeout).await?;
        run.found(operation);
        call.hold_back(operation.effect);
        run.dry_run = call.options.dry_run;
        let (call, options) = (&call, &call.options);
        let args = arguments(operation, &call.args)?;
        run.transcript.input(&args);
        self.bounded(operation, DEFAULT, call)?;
        let policy = permission(&self.settings, &server, operation.effect);
        let permit = decide(operation.effect, policy, options.force, false);
        run.forced = permit == Verdict::Forced;
        let errand = Errand { allowed: options.timeout, ..errand(operation, args) };
        if permit == Verdict::Refused {
            return Err(refusal(&server, operation, permit));
        }
        if options.curl {
            return Err(Fault::usage("a tool of an MCP server is no request that curl could make")
                .hint("--dry-run shows what would be sent"));
        }
        let shown = || {
            let shown = json!({
                "method": errand.method, "url": format!("{}:{}", reached.kind, reached.line),
                "server": server, "body": errand.params,
            });
            self.redactor.value(&shown)
        };
        if options.dry_run {
            let request = shown();
            self.plan_on((operation, &stand_in(operation)), call, &request, permit);
            return Ok(Outcome::preview(request, permit));
        }
        if permit == Verdict::NeedsConsent {
            self.agree(&server, operation, shown(), call).await?;
        }
        self.access.spend(options.grant.as_ref())?;
        // The ledger is opened while the server works.
        self.journal.warm_up();
        run.attempts = 1;
        let reads = operation.effect == Effect::Read;
        let answer = upstream.ask(&server, errand).await;
        let value =
            answer.map_err(|fault| if reads { fault.effect(SideEffect::None) } else { fault })?;
        Ok(Outcome { value: self.redactor.value(&value), ..Outcome::default() })
    }

    /// Asks whoever can be asked.
    async fn agree(
        &self,
        server: &str,
        operation: &Operation,
        request: Value,
        call: &Call,
    ) -> Result<(), Fault> {
        let curl = format!("{} is no request that curl could make", operation.full_name());
        let account = &stand_in(operation);
        let question = Question { operation, account, request, curl };
        match self.answered(&question, call).await? {
            true => Ok(()),
            false => Err(refusal(server, operation, Verdict::NeedsConsent)),
        }
    }
}

/// A server has no accounts; this stands where one is shown.
fn stand_in(operation: &Operation) -> Account {
    Account {
        provider: operation.provider.clone(),
        name: DEFAULT.to_owned(),
        emulated: false,
        elsewhere: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_what_follows_the_prefix() {
        assert_eq!(address("mcp.s.t"), Some("s.t"));
        assert_eq!(address("app.mcp.s.t"), Some("s.t"));
        assert_eq!(address("mcpx.s.t"), None);
        assert_eq!(address("segment.mcp.t"), None);
    }
}
