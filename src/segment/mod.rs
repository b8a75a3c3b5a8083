//! The little that rows cannot say about Segment: events completed and checked as Segment would
//! check them later in silence, the Config API's names and masks, the workspace guard, and results
//! in their documented form.

mod config;
mod event;
mod pin;
mod plan;
mod shape;
mod workspace;

use std::collections::HashMap;

use serde_json::{Map, Value};
use tokio::sync::Mutex;

use crate::catalogue::{Operation, Provider};
use crate::engine::hooks::{Hooks, Later, Scene};
use crate::error::{Fault, Kind};

/// Segment's hooks.
#[derive(Debug, Default)]
pub struct Segment {
    /// The workspace behind each account's token, asked for once a process.
    workspaces: Mutex<HashMap<String, Value>>,
}

impl Hooks for Segment {
    fn prepare(
        &self,
        name: &str,
        provider: &Provider,
        operation: &Operation,
        body: &mut Map<String, Value>,
    ) -> Result<(), Fault> {
        match name {
            "event" if operation.params.contains_key("batch") => event::batch(provider, body),
            "event" => event::single(body),
            "config" => config::complete(operation, body),
            other => Err(unknown("prepare", other)),
        }
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

fn unknown(what: &str, name: &str) -> Fault {
    Fault::new(Kind::Internal, format!("a row names the unknown {what} `{name}`"))
}
