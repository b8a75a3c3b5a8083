//! The few things rows cannot say: a provider's hooks, named in its rows and implemented in the
//! provider's own room. The engine knows only this trait.

use std::future::Future;
use std::pin::Pin;

use serde_json::{Map, Value};

use super::account::Account;
use super::call::{Options, Warning};
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

    /// Checks the place before anything is sent (`guard` of a route).
    fn guard<'a>(&'a self, name: &'a str, scene: Scene<'a>) -> Later<'a, ()>;

    /// Another way to the answer after `not_found` (`rescue` of a route); none when there is none.
    fn rescue<'a>(&'a self, name: &'a str, scene: Scene<'a>) -> Later<'a, Option<Value>>;

    /// Gives a decoded answer its documented form (`shape` of a route).
    fn shape<'a>(&'a self, name: &'a str, scene: Scene<'a>, value: Value) -> Later<'a, Value>;
}
