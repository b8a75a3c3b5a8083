//! The few things rows cannot say: a provider's hooks, named in its rows and implemented in the
//! provider's own room. The engine knows only this trait.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use serde_json::{Map, Value};

use super::account::Account;
use super::call::{Options, Outcome, Warning};
use super::crossing::Crossing;
use super::request::Request;
use super::{Engine, Journey};
use crate::catalogue::{Operation, Provider, Route};
use crate::error::{Fault, Kind};

/// A hook's answer, later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

/// What a hook may look at, and the engine for further requests of the same call.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// For further requests.
    pub engine: &'a Engine,
    /// The provider.
    pub provider: &'a Provider,
    /// The operation being performed.
    pub operation: &'a Operation,
    /// The route taken.
    pub route: &'a Route,
    /// The account.
    pub account: &'a Account,
    /// The normalised arguments.
    pub args: &'a Map<String, Value>,
    /// The bound request.
    pub request: &'a Request,
    /// The time the call has.
    pub journey: &'a Journey,
}

/// How bad something is that was found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Fine,
    /// Odd, or not certain.
    Warning,
    /// Wrong.
    Problem,
}

impl Level {
    /// The word for programs and people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// One thing that was found out about an account by asking the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// How bad it is.
    pub level: Level,
    /// Stable, machine-readable code.
    pub code: &'static str,
    /// What it is, for a person.
    pub message: String,
    /// What else to know.
    pub hint: Option<String>,
    /// The command that mends it.
    pub command: Option<String>,
}

impl Observation {
    /// An observation without a cure.
    pub fn new(level: Level, code: &'static str, message: impl Into<String>) -> Self {
        Self { level, code, message: message.into(), hint: None, command: None }
    }

    /// The same with what else is to be known.
    #[must_use]
    pub fn hinting(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same with the command that mends it.
    #[must_use]
    pub fn mended_by(self, command: impl Into<String>) -> Self {
        Self { command: Some(command.into()), ..self }
    }
}

/// What became of the events that an account sent, as the service tells it.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// The counts, for programs.
    pub counts: Value,
    /// What explains them.
    pub observations: Vec<Observation>,
}

/// A body on its way to being bound, and for whom it is.
pub struct Draft<'a> {
    /// For settings and files.
    pub engine: &'a Engine,
    /// The provider.
    pub provider: &'a Provider,
    /// The operation being performed.
    pub operation: &'a Operation,
    /// The account.
    pub account: &'a Account,
    /// How the call is to be made.
    pub options: &'a Options,
    /// The normalised arguments, which become the body.
    pub body: &'a mut Map<String, Value>,
}

/// A provider's hooks. Each method gets the name written in the row.
pub trait Hooks: Send + Sync {
    /// Completes and checks a body before it is bound (`prepare` of a service), and gives what is
    /// to be known of it although it may be sent. Asks nobody on the network.
    ///
    /// # Errors
    /// The refusal, with the service's own code.
    fn prepare(&self, name: &str, draft: Draft<'_>) -> Result<Vec<Warning>, Fault>;

    /// Whether an account's events have to be judged by more than their rows: a quick look at one
    /// is not enough then.
    ///
    /// # Errors
    /// When what they are to be judged by cannot be had.
    fn held(
        &self,
        _: &Engine,
        _: &Provider,
        _account: &Account,
        _: &Options,
    ) -> Result<bool, Fault> {
        Ok(false)
    }

    /// Checks the place before anything is sent (`guard` of a route).
    fn guard<'a>(&'a self, name: &'a str, scene: Scene<'a>) -> Later<'a, ()>;

    /// Another way to the answer after `not_found` (`rescue` of a route); none when there is none.
    fn rescue<'a>(&'a self, name: &'a str, scene: Scene<'a>) -> Later<'a, Option<Value>>;

    /// Finds out whether an account's credentials are what they should be. Changes nothing.
    fn verify<'a>(&'a self, _: &'a Engine, _account: &'a str) -> Later<'a, Vec<Observation>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Finds out what became of the events that an account sent in this time; none where the
    /// service does not tell. Changes nothing.
    fn delivery<'a>(
        &'a self,
        _: &'a Engine,
        _account: &'a str,
        _since: Duration,
    ) -> Later<'a, Option<Delivery>> {
        Box::pin(async { Ok(None) })
    }

    /// The crossing that stands in for a route whose credential the account has not; none where
    /// nothing does.
    fn crosses(
        &self,
        _: &Engine,
        _: &Provider,
        _: &Route,
        _account: &Account,
    ) -> Option<&'static str> {
        None
    }

    /// Performs what a route says by calls of other functions. `said` is the body with the values of
    /// the path.
    fn cross<'a>(
        &'a self,
        name: &'a str,
        _: &'a mut Crossing<'_>,
        _: &'a Route,
        _said: &'a Map<String, Value>,
    ) -> Later<'a, Outcome> {
        Box::pin(async move {
            Err(Fault::new(Kind::Internal, format!("nobody knows the crossing `{name}`")))
        })
    }

    /// Gives a decoded answer its documented form (`shape` of a route).
    fn shape<'a>(&'a self, name: &'a str, scene: Scene<'a>, value: Value) -> Later<'a, Value>;
}
