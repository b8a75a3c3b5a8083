//! Rows of a user's own: a file each, with a request or a Lua body and the schema of its input. Read
//! and checked here; where the files are is the runtime's business, and running them the engine's.

mod read;
mod schema;
mod template;

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::capability::flow::Flow;
use super::docs;
use super::operation::{Effect, Operation, Provider, Route};
use crate::error::{Fault, Kind};
pub use template::{Filled, Template};

/// The media type of bodies written like a query.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// The resource group of everybody's own rows.
pub const GROUP: &str = "actions";

/// A file of an action.
#[derive(Debug, Clone)]
pub struct ActionSource {
    /// Its key: the file's name without its ending.
    pub key: String,
    /// How to name the file in a complaint.
    pub file: String,
    /// Its text.
    pub text: String,
    /// Who it belongs to.
    pub layer: Layer,
}

/// Who a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The user.
    User,
    /// The project, which goes before the user.
    Project,
}

impl Layer {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Project => "project",
        }
    }
}

/// What an action does.
#[derive(Debug, Clone)]
pub enum Work {
    /// One request.
    Request(Box<Template>),
    /// A script.
    Script(String),
    /// What every row does: its route says it all.
    Row,
    /// Calls of other functions, put together.
    Flow(Box<Flow>),
}

/// What a row of a user's own says besides what every row says.
#[derive(Debug, Clone)]
pub struct Custom {
    /// Its key.
    pub key: String,
    /// Its file.
    pub file: String,
    /// Who it belongs to.
    pub layer: Layer,
    /// The account meant when the caller names none.
    pub account: Option<String>,
    /// What it does.
    pub work: Work,
    /// The file as JSON.
    pub record: Value,
}

impl Custom {
    /// Whether it is performed like every other row.
    pub fn is_row(&self) -> bool {
        matches!(self.work, Work::Row)
    }
}

/// An action that was read; which service it goes to depends on its provider.
#[derive(Debug, Clone)]
pub struct Action {
    /// The provider, none for the only one.
    pub provider: Option<String>,
    title: Option<String>,
    about: Option<String>,
    effect: Effect,
    intent: Vec<String>,
    params: IndexMap<String, super::Param>,
    /// What only such rows have.
    pub custom: Custom,
}

/// Reads a file.
///
/// # Errors
/// A complaint with file, line and column.
pub fn read(source: &ActionSource) -> Result<Action, Fault> {
    read::action(source)
}

/// Whether a text can be an action's key.
pub fn is_key(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    key.bytes().next().is_some_and(plain)
        && key.bytes().all(|byte| plain(byte) || byte == b'-' || byte == b'_')
}

impl Action {
    /// The name of its row: the key as scripts can write it.
    pub fn name(&self) -> String {
        self.custom.key.replace('-', "_")
    }

    /// Where the row goes, or why it cannot and what there is.
    fn route(&self, provider: &Provider) -> Result<Route, (String, String)> {
        let usual = provider.raw.clone().or_else(|| provider.services.keys().next().cloned());
        let (service, method, path, items) = match &self.custom.work {
            Work::Request(request) => (
                request.service.clone().or(usual),
                request.method.clone(),
                request.path.clone(),
                request.items.clone(),
            ),
            Work::Script(_) | Work::Row | Work::Flow(_) => {
                (usual, "LUA".to_owned(), format!("/{}", self.custom.key), None)
            }
        };
        let service = service.unwrap_or_default();
        if !provider.services.contains_key(&service) {
            let known: Vec<&str> = provider.services.keys().map(String::as_str).collect();
            let why = format!("{} has no service `{service}`", provider.title);
            return Err((why, format!("there are: {}", known.join(", "))));
        }
        Ok(Route {
            service,
            method,
            path,
            items,
            page: None,
            guard: None,
            rescue: None,
            shape: None,
        })
    }

    /// The row.
    ///
    /// # Errors
    /// When the provider has no such service, or calls something else by that name.
    pub fn row(&self, provider: &Provider) -> Result<Operation, Fault> {
        let custom = &self.custom;
        let name = self.name();
        let complain = |why: String| {
            Fault::new(Kind::Config, format!("{}: {why}", custom.file)).code("invalid_action")
        };
        if let Some(other) = provider.operations.find(&name) {
            let why = format!("`{}` is the name of `{}` already", custom.key, other.full_name());
            return Err(complain(why).hint("give the file another name"));
        }
        let route = self.route(provider).map_err(|(why, hint)| complain(why).hint(hint))?;
        let title = self.title.clone().unwrap_or_else(|| spoken(&custom.key));
        let effect = self.effect;
        Ok(Operation {
            provider: provider.name.clone(),
            group: GROUP.to_owned(),
            aliases: if custom.key == name { Vec::new() } else { vec![custom.key.clone()] },
            about: self.about.clone().unwrap_or_else(|| format!("{title}.")),
            title,
            name,
            notes: format!("An action of your own, from `{}`.", custom.file),
            routes: vec![route],
            intent: self.intent.clone(),
            params: self.params.clone(),
            example: docs::sample::arguments(&self.params),
            custom: Some(Arc::new(custom.clone())),
            ..Operation::bare(effect)
        })
    }
}

/// `list-beta-users` → `List beta users`.
fn spoken(key: &str) -> String {
    let words = key.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
