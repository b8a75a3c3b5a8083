//! The little that rows cannot say about Segment: events completed and checked as Segment would
//! check them later in silence, the Config API's names and masks, the workspace guard, and results
//! in their documented form.

pub mod check;
mod config;
mod event;
mod pin;
mod plan;
mod shape;
mod workspace;

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::Value;
use tokio::sync::Mutex;

use crate::catalogue::Provider;
use crate::engine::Warning;
use crate::engine::hooks::{Draft, Hooks, Later, Scene};
use crate::error::{Fault, Kind};

use check::{Checker, Finding};

/// Segment's hooks.
#[derive(Debug, Default)]
pub struct Segment {
    /// The workspace behind each account's token, asked for once a process.
    workspaces: Mutex<HashMap<String, Value>>,
    /// The judge of events, made at the first one.
    checker: OnceLock<Checker>,
}

impl Segment {
    fn checker(&self, provider: &Provider) -> &Checker {
        self.checker.get_or_init(|| Checker::of(provider))
    }
}

impl Hooks for Segment {
    fn prepare(&self, name: &str, draft: Draft<'_>) -> Result<Vec<Warning>, Fault> {
        let Draft { provider, operation, body, .. } = draft;
        let found = match name {
            "event" if operation.params.contains_key("batch") => {
                event::batch(self.checker(provider), provider, body)
            }
            "event" => event::single(self.checker(provider), operation, body),
            "config" => config::complete(operation, body).map(|()| Vec::new()),
            other => Err(unknown("prepare", other)),
        }?;
        Ok(found.into_iter().map(Finding::into_warning).collect())
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
