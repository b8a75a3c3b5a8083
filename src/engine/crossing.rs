//! A function whose own API the account has no credential for, performed by calls of other functions.
//! Which ones those are, the provider's room knows; each is a call like any other, with its own run,
//! policy and pace.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::account::Account;
use super::args::Args;
use super::call::{Call, Outcome, Pages, Run, Warning};
use super::fence::Fence;
use super::{Engine, new_id};
use crate::catalogue::{Operation, Provider, Route};
use crate::error::Fault;

/// The calls of one crossing.
pub struct Crossing<'a> {
    engine: &'a Engine,
    provider: &'a Provider,
    call: &'a Call,
    run: &'a mut Run,
    plan: Vec<Value>,
}

impl Crossing<'_> {
    /// Whether nothing is sent, and nothing can be known therefore.
    pub fn rehearses(&self) -> bool {
        self.call.options.dry_run
    }

    /// Calls a function of the same provider for the same account. A rehearsal gives null.
    ///
    /// # Errors
    /// What the call ends with.
    pub async fn ask(&mut self, function: &str, args: Value) -> Result<Value, Fault> {
        Ok(self.page(function, args, Pages::All).await?.value)
    }

    /// The same for a part of a list.
    ///
    /// # Errors
    /// What the call ends with.
    pub async fn page(
        &mut self,
        function: &str,
        args: Value,
        pages: Pages,
    ) -> Result<Outcome, Fault> {
        let mut options = self.call.options.clone();
        options.pages = pages;
        // The function itself was let through; what it is made of needs no name there.
        let inner = |fence: &Arc<Fence>| {
            Arc::new(Fence { functions: vec!["*".to_owned()], ..Fence::clone(fence) })
        };
        options.within.fence = options.within.fence.as_ref().map(inner);
        let call = Call {
            function: format!("{}.{function}", self.provider.name),
            account: self.call.account.clone(),
            args: Args::Named(if let Value::Object(map) = args { map } else { Map::new() }),
            origin: self.call.origin,
            options,
            parent: Some(self.run.id.clone()),
            id: Some(new_id()),
            ..Call::default()
        };
        let done = Box::pin(self.engine.call(call)).await;
        self.run.backend.clone_from(&done.backend);
        self.run.attempts += done.attempts;
        self.run.waited += done.waited;
        self.run.forced |= done.forced;
        let outcome = done.result?;
        if self.rehearses() {
            self.plan.push(outcome.value);
            return Ok(Outcome::default());
        }
        Ok(outcome)
    }

    /// Tells the caller of something that was left out.
    pub fn warn(&mut self, code: &str, param: &str, message: String) {
        let (code, param) = (code.to_owned(), param.to_owned());
        self.run.warnings.push(Warning { code, param, message });
    }
}

impl Engine {
    /// The name of the crossing that stands in for a route whose credential the account has not.
    pub(super) fn crossing(
        &self,
        (provider, operation, route): (&Provider, &Operation, &Route),
        account: &Account,
    ) -> Option<&'static str> {
        let secret = provider.services[&route.service].secret.as_ref()?;
        if operation.custom.is_none() || self.accounts.has(provider, account, secret) {
            return None;
        }
        self.hooks(&provider.name)?.crosses(self, provider, route, account)
    }

    /// Performs a function by calls of others.
    pub(super) async fn cross(
        &self,
        (provider, operation, route): (&Provider, &Operation, &Route),
        (name, account): (&str, &Account),
        args: Map<String, Value>,
        call: &Call,
        run: &mut Run,
    ) -> Result<Outcome, Fault> {
        self.permit(operation, account, call, &args)?;
        run.transcript.input(&args);
        let row = (provider, operation, route);
        let (said, warnings) = self.prepare(row, account, &call.options, args)?;
        run.warnings = warnings;
        let Some(hooks) = self.hooks(&provider.name) else { return Ok(Outcome::default()) };
        let mut crossing = Crossing { engine: self, provider, call, run, plan: Vec::new() };
        let outcome = hooks.cross(name, &mut crossing, route, &said).await?;
        Ok(match crossing.rehearses() {
            true => Outcome { value: json!({"calls": crossing.plan}), ..Outcome::default() },
            false => outcome,
        })
    }
}
