//! The few things rows cannot say: a provider's hooks, named in its rows and implemented in the
//! provider's own room. The engine knows only this trait.

use std::future::Future;
use std::pin::Pin;

use serde_json::{Map, Value};

use super::account::Account;
use super::request::Request;
use super::{Engine, Journey};
use crate::catalogue::{Operation, Provider, Route};
use crate::error::Fault;

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

/// A provider's hooks. Each method gets the name written in the row.
pub trait Hooks: Send + Sync {
    /// Completes and checks a body before it is bound (`prepare` of a service). Pure but for the
    /// ids and times it stamps.
    ///
    /// # Errors
    /// The refusal, with the service's own code.
    fn prepare(
        &self,
        name: &str,
        provider: &Provider,
        operation: &Operation,
        body: &mut Map<String, Value>,
    ) -> Result<(), Fault>;

    /// Checks the place before anything is sent (`guard` of a route).
    fn guard<'a>(&'a self, name: &'a str, scene: Scene<'a>) -> Later<'a, ()>;

    /// Another way to the answer after `not_found` (`rescue` of a route); none when there is none.
    fn rescue<'a>(&'a self, name: &'a str, scene: Scene<'a>) -> Later<'a, Option<Value>>;

    /// Gives a decoded answer its documented form (`shape` of a route).
    fn shape<'a>(&'a self, name: &'a str, scene: Scene<'a>, value: Value) -> Later<'a, Value>;
}
