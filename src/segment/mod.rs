//! The little that rows cannot say about Segment: events completed and checked as Segment would
//! check them later in silence, the Config API's names and masks, the workspace guard, and results
//! in their documented form.

pub mod check;
mod config;
mod crossing;
mod delivery;
mod event;
pub mod key;
pub mod lint;
pub mod pin;
mod plan;
pub mod plans;
mod shape;
mod workspace;

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::Mutex;

use crate::catalogue::{Provider, Route};
use crate::engine::crossing::Crossing;
use crate::engine::hooks::{Delivery, Draft, Hooks, Later, Observation, Scene};
use crate::engine::{Account, Engine, Options, Outcome, Warning};
use crate::error::{Fault, Kind};

use check::{Checker, Finding};
use plans::Gates;

/// The most warnings told of one call.
const MOST_TOLD: usize = 20;

/// Segment's hooks.
#[derive(Debug, Default)]
pub struct Segment {
    /// The workspace behind each account's token, asked for once a process.
    workspaces: Mutex<HashMap<String, Value>>,
    /// The judge of events, made at the first one.
    checker: OnceLock<Checker>,
    /// The tracking plans in use.
    gates: Gates,
}

impl Segment {
    fn checker(&self, provider: &Provider) -> &Checker {
        self.checker.get_or_init(|| Checker::of(provider))
    }
}

impl Hooks for Segment {
    fn prepare(&self, name: &str, draft: Draft<'_>) -> Result<Vec<Warning>, Fault> {
        let Draft { engine, provider, operation, account, options, body } = draft;
        let gate = || plans::gate(&self.gates, engine, provider, account, options);
        let checker = || self.checker(provider);
        let found = match name {
            "event" if operation.params.contains_key("batch") => {
                event::batch((checker(), gate()?.as_ref()), provider, body)
            }
            "event" => event::single((checker(), gate()?.as_ref()), operation, body),
            "config" => config::complete(operation, body).map(|()| Vec::new()),
            other => Err(unknown("prepare", other)),
        }?;
        Ok(told(found))
    }

    fn held(
        &self,
        engine: &Engine,
        provider: &Provider,
        account: &Account,
        options: &Options,
    ) -> Result<bool, Fault> {
        plans::gate(&self.gates, engine, provider, account, options).map(|gate| gate.is_some())
    }

    fn guard<'a>(&'a self, name: &'a str, scene: Scene<'a>) -> Later<'a, ()> {
        Box::pin(async move {
            match name {
                "slug" => self.check_slug(scene).await,
                "place" => self.check_place(scene).await,
                other => Err(unknown("guard", other)),
            }
        })
    }

    fn rescue<'a>(&'a self, name: &'a str, scene: Scene<'a>) -> Later<'a, Option<Value>> {
        Box::pin(async move {
            match name {
                "source_by_slug" => workspace::source_by_slug(scene).await,
                other => Err(unknown("rescue", other)),
            }
        })
    }

    fn verify<'a>(&'a self, engine: &'a Engine, account: &'a str) -> Later<'a, Vec<Observation>> {
        Box::pin(async move { Ok(key::verify(engine, Some(account)).await?.observations()) })
    }

    fn delivery<'a>(
        &'a self,
        engine: &'a Engine,
        account: &'a str,
        since: Duration,
    ) -> Later<'a, Option<Delivery>> {
        Box::pin(async move { delivery::delivery(engine, account, since).await.map(Some) })
    }

    fn crosses(
        &self,
        engine: &Engine,
        provider: &Provider,
        route: &Route,
        account: &Account,
    ) -> Option<&'static str> {
        let public = &provider.services["public"].secret;
        let has =
            public.as_ref().is_some_and(|field| engine.accounts.has(provider, account, field));
        crossing::of(route).filter(|_| has)
    }

    fn cross<'a>(
        &'a self,
        name: &'a str,
        crossing: &'a mut Crossing<'_>,
        route: &'a Route,
        said: &'a Map<String, Value>,
    ) -> Later<'a, Outcome> {
        Box::pin(async move { crossing::perform(name, crossing, route, said).await })
    }

    fn shape<'a>(&'a self, name: &'a str, scene: Scene<'a>, value: Value) -> Later<'a, Value> {
        Box::pin(async move {
            match name {
                "accepted" => shape::accepted(scene, &value),
                "workspace" => workspace::checked(scene, shape::workspace(&value)),
                "sources" => Ok(shape::sources(value)),
                "source" => Ok(shape::source(value)),
                "named" => Ok(shape::all_named(value)),
                "function" => plan::function(scene, value),
                "plan" => plan::read_back(scene, &value).await,
                "current_user" => workspace::current_user(scene, &value).await,
                other => Err(unknown("shape", other)),
            }
        })
    }
}

/// The findings as warnings, the first of them and how many more there are.
fn told(found: Vec<Finding>) -> Vec<Warning> {
    let more = found.len().saturating_sub(MOST_TOLD);
    let mut told: Vec<Warning> =
        found.into_iter().take(MOST_TOLD).map(Finding::into_warning).collect();
    if more > 0 {
        let message = format!("and {more} more warnings");
        told.push(Warning { code: "more_warnings".to_owned(), param: String::new(), message });
    }
    told
}

fn unknown(what: &str, name: &str) -> Fault {
    Fault::new(Kind::Internal, format!("a row names the unknown {what} `{name}`"))
}
