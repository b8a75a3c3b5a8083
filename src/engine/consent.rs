//! Who is asked before a call that policy asks about, and what they are shown. Whether anybody has to
//! be asked is `policy`'s decision; how a person is reached is left to the face that has one.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::account::Account;
use super::call::Call;
use super::policy::{Verdict, refusal};
use super::{Bound, Engine, now};
use crate::catalogue::{Effect, Operation};
use crate::error::{Fault, Kind};

/// A call that somebody has to agree to, as it would be sent.
#[derive(Debug)]
pub struct Question<'a> {
    /// The function.
    pub operation: &'a Operation,
    /// Whose data it is about.
    pub account: &'a Account,
    /// Method, URL, headers and body, free of secrets.
    pub request: Value,
    /// The same as a command line of `curl`.
    pub curl: String,
}

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Go ahead.
    Given,
    /// Do not.
    Withheld,
    /// Stop everything.
    Interrupted,
}

/// An answer that may take its time.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Consent> + Send + 'a>>;

/// Someone who can be asked.
pub trait Approve: Send + Sync {
    /// Shows what would be sent and returns the answer.
    fn approve<'a>(&'a self, question: &'a Question<'a>) -> Answer<'a>;
}

/// Who is asked about one call, when it is not whoever is asked about every call.
#[derive(Clone, Default)]
pub struct Asks(pub Option<Arc<dyn Approve>>);

impl fmt::Debug for Asks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Asks(somebody)" } else { "Asks(nobody)" })
    }
}

/// What a script would change: its reads are made, everything else is put down here and not sent.
#[derive(Debug, Default)]
pub struct Planning(Mutex<Vec<Planned>>);

/// One call of a plan.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The function's full name.
    pub function: String,
    /// What it does to the world.
    pub effect: Effect,
    /// The account.
    pub account: String,
    /// Method, URL, headers and body, free of secrets.
    pub request: Value,
    /// What policy says of it.
    pub verdict: Verdict,
}

impl Planning {
    /// The calls so far, in order.
    pub fn calls(&self) -> Vec<Planned> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, call: Planned) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }
}

impl Call {
    /// Makes a dry run of it when its script only plans and it would change something.
    pub(super) fn hold_back(&mut self, effect: Effect) {
        self.options.dry_run |= self.options.within.planning.is_some() && effect != Effect::Read;
    }
}

impl Engine {
    /// Whether anybody can be asked about a call.
    pub(super) fn asks(&self, call: &Call) -> bool {
        call.options.within.asks.0.is_some() || self.approve.is_some()
    }

    /// Asks for consent to what is bound.
    ///
    /// # Errors
    /// The refusal, when it was not given.
    pub(super) async fn consent(&self, bound: &Bound<'_>, call: &Call) -> Result<(), Fault> {
        let Bound { operation, account, .. } = *bound;
        let now = now();
        let question = Question {
            operation,
            account,
            request: self.as_signed(bound).preview(&self.redactor, &now),
            curl: self.curl(bound, &now),
        };
        match self.answered(&question, call).await? {
            true => Ok(()),
            false => Err(refusal(Verdict::NeedsConsent, operation, account, call)),
        }
    }

    /// Whether whoever can be asked about a call agrees to it; nobody is no.
    ///
    /// # Errors
    /// That they stopped everything.
    pub(super) async fn answered(
        &self,
        question: &Question<'_>,
        call: &Call,
    ) -> Result<bool, Fault> {
        let who = call.options.within.asks.0.as_ref().or(self.approve.as_ref());
        let answer = match who {
            Some(who) => who.approve(question).await,
            None => Consent::Withheld,
        };
        match answer {
            Consent::Given => Ok(true),
            Consent::Withheld => Ok(false),
            Consent::Interrupted => Err(Fault::new(
                Kind::Interrupted,
                "interrupted at the question whether to go ahead",
            )),
        }
    }

    /// Puts a call down in the plan it is part of, if it is part of one.
    pub(super) fn plan_on(
        &self,
        (operation, account): (&Operation, &Account),
        call: &Call,
        request: &Value,
        permit: Verdict,
    ) {
        let Some(planning) = &call.options.within.planning else { return };
        planning.note(Planned {
            function: operation.full_name(),
            effect: operation.effect,
            account: account.name.clone(),
            request: request.clone(),
            verdict: permit,
        });
    }
}
