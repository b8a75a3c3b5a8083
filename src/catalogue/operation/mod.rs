//! The row and its parts: provider, service, field, operation, parameter. Plain data with the few
//! questions that every face asks of it; reading it from text is `load`'s business.

mod bare;
mod param;
mod provider;

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::action::Custom;
use super::tool::{Tool, lua_name};
use crate::error::Fault;

pub use param::{Param, ParamGroup, Place, Reject, Type};
pub use provider::{
    ApiKey, Auth, Batch, Field, FieldKind, Group, Lists, OAuth, Paging, Provider, Service,
};

/// What a call does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Looks, changes nothing.
    Read,
    /// Adds or changes.
    Write,
    /// Overwrites a whole set with what is sent.
    Replace,
    /// Deletes.
    Destroy,
    /// Deletes people's data for good.
    Erase,
}

impl Effect {
    /// Every effect, mildest first.
    pub const ALL: [Self; 5] = [Self::Read, Self::Write, Self::Replace, Self::Destroy, Self::Erase];

    /// The word used in rows, settings and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Replace => "replace",
            Self::Destroy => "destroy",
            Self::Erase => "erase",
        }
    }

    /// The effect of that name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.word() == word)
    }
}

/// Whether a request may be sent again when its answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Repeat {
    /// Twice is the same as once.
    Safe,
    /// Never, once bytes may have reached the service.
    #[default]
    Never,
}

/// One HTTP route of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Route {
    /// The service it belongs to.
    pub service: String,
    /// The HTTP method.
    pub method: String,
    /// The path with `{placeholders}`.
    pub path: String,
    /// The key of the list in the (unwrapped) answer, for operations that list.
    pub items: Option<String>,
    /// The most items on one of its pages, when it gives fewer than its service's other lists.
    pub page: Option<u32>,
    /// The provider's hook that checks the place before anything is sent.
    pub guard: Option<String>,
    /// The provider's hook that may answer after a `not_found`.
    pub rescue: Option<String>,
    /// The provider's hook that gives the answer its documented form.
    pub shape: Option<String>,
}

impl Route {
    /// The names between braces in the path.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        self.path.split('{').skip(1).filter_map(|part| part.split('}').next())
    }
}

/// The set that a replace overwrites.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replaces {
    /// The parameter that holds the new set.
    pub param: String,
    /// The operation that reads the set as it is. It takes the same path parameters.
    pub read: String,
    /// Those of them that go by another name there, and theirs here (`id = "sourceId"`).
    #[serde(default)]
    pub given: IndexMap<String, String>,
    /// Where its answer holds the set, as a dotted path that reaches into every element of a list.
    pub at: String,
}

/// How to find what a create made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// The operation that lists what there is.
    pub list: String,
    /// The arguments that no two of them share, as dotted paths. The last part is the key in what
    /// is listed.
    pub by: Vec<String>,
    /// The key that wraps one of them in the create's answer; none where it is bare.
    pub wrap: Option<String>,
    /// The list's parameters that go by another name there, and theirs here.
    #[serde(default)]
    pub given: IndexMap<String, String>,
}

/// A body of many JSON documents, one a line and compressed, for a parameter that is a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// The parameter. On the command line a file of such lines may stand for it.
    pub param: String,
    /// The media type of the body.
    pub media_type: String,
    /// The largest element, in bytes of JSON.
    pub largest: usize,
    /// The most bytes of all of them, before compression.
    pub most: u64,
}

/// The row: one thing that can be called.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The provider it belongs to.
    pub provider: String,
    /// The resource group it is documented with.
    pub group: String,
    /// The canonical name.
    pub name: String,
    /// Every other name it answers to.
    pub aliases: Vec<String>,
    /// A title of a few words.
    pub title: String,
    /// What it does, in one or two sentences.
    pub about: String,
    /// Anything else a caller should know; Markdown.
    pub notes: String,
    /// The route, then the same operation on other services, best first. Never empty.
    pub routes: Vec<Route>,
    /// What it does to the world.
    pub effect: Effect,
    /// Whether it may be sent again.
    pub repeat: Repeat,
    /// Phrases a person might search for.
    pub intent: Vec<String>,
    /// The arguments in declared order, shared groups after the operation's own.
    pub params: IndexMap<String, Param>,
    /// At least one of each set must be given, with the service's code when none is.
    pub one_of: Vec<(Vec<String>, Option<String>)>,
    /// The fields of the documented result: name, type, meaning.
    pub result: IndexMap<String, Param>,
    /// Arguments that work, for docs and tests.
    pub example: Map<String, Value>,
    /// Lua that goes with the example and uses `result`; empty when the call says it all.
    pub example_lua: String,
    /// For a replace: the set it overwrites.
    pub replaces: Option<Replaces>,
    /// For an erasure: where the arguments list the people it is about, as a dotted path.
    pub subjects: Option<String>,
    /// The parameter that the service wants and the caller may leave out: the operation is then
    /// performed for each of its choices, and what they list is put together.
    pub each: Option<String>,
    /// For a create: how to find what it made when its answer was lost.
    pub lookup: Option<Lookup>,
    /// For a body that is a list, one element a line.
    pub lines: Option<Lines>,
    /// The limit it is paced to, as the service documents it (`60/minute`).
    pub limit: Option<String>,
    /// `ga`, `beta` or `alpha`.
    pub stability: String,
    /// What the workspace's plan must include.
    pub feature: Option<String>,
    /// For a row of the user's own: what it does.
    pub custom: Option<Arc<Custom>>,
    /// For a tool of another server: how that describes it.
    pub tool: Option<Arc<Tool>>,
}

impl Operation {
    /// `segment.track_event`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.provider, self.name)
    }

    /// `app.integrations.segment.track_event`.
    pub fn lua_path(&self) -> String {
        if let Some(tool) = &self.tool {
            let server = &tool.server;
            let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            let word =
                server.chars().all(plain) && !server.starts_with(|c: char| c.is_ascii_digit());
            let server = if word { format!(".{server}") } else { format!("[{server:?}]") };
            return format!("app.mcp{server}.{}", self.name);
        }
        format!("app.integrations.{}.{}", self.provider, self.name)
    }

    /// The slug of the tool (`segment_track`): the alias that starts with the provider's name, else the canonical one.
    pub fn slug(&self) -> String {
        if let Some(tool) = &self.tool {
            return format!("mcp_{}__{}", lua_name(&tool.server), self.name);
        }
        let prefix = format!("{}_", self.provider);
        self.aliases
            .iter()
            .find(|alias| alias.starts_with(&prefix))
            .cloned()
            .unwrap_or_else(|| format!("{prefix}{}", self.name))
    }

    /// The route used unless the account's credentials call for another.
    pub fn route(&self) -> &Route {
        &self.routes[0]
    }

    /// The version of the service's schema that these arguments call for: the operation's own,
    /// unless one of them is known to another version only.
    ///
    /// # Errors
    /// `usage` when no version knows them all.
    pub fn version(&self, args: &Map<String, Value>) -> Result<&str, Fault> {
        let mut chosen: Option<(&str, &str)> = None;
        for name in args.keys() {
            let Some((name, param)) = self.params.get_key_value(name) else { continue };
            match (param.only_in.as_deref(), chosen) {
                (Some(version), Some((other, before))) if version != before => {
                    let message = format!("`{other}` and `{name}` cannot be given together");
                    return Err(Fault::usage(message).param(name).hint(format!(
                        "the {before} version of the service knows `{other}`, the {version} version `{name}`"
                    )));
                }
                (Some(version), _) => chosen = Some((name, version)),
                (None, _) => {}
            }
        }
        Ok(chosen.map_or(&self.stability, |(_, version)| version))
    }

    /// Where `param` travels on `route`.
    pub fn place(&self, route: &Route, name: &str, param: &Param) -> Place {
        if route.placeholders().any(|placeholder| placeholder == name) {
            return Place::Path;
        }
        param.place.unwrap_or(match route.method.as_str() {
            "GET" | "DELETE" | "HEAD" => Place::Query,
            _ => Place::Body,
        })
    }
}
