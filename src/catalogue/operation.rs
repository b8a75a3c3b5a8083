//! The row and its parts: provider, service, field, operation, parameter. Plain data with the few
//! questions that every face asks of it; reading it from text is `load`'s business.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

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

/// The type of a parameter, as in JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    /// Text.
    #[default]
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// A map.
    Object,
    /// A list.
    Array,
    /// Whatever the service accepts.
    Any,
}

impl Type {
    /// The word used in rows, tables and schemas.
    pub fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::Array => "array",
            Self::Any => "any",
        }
    }
}

/// Where a parameter travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the path, percent-encoded.
    Path,
    /// In the query string.
    Query,
    /// In the JSON body.
    Body,
    /// Nowhere: it is checked on this side only.
    Local,
}

/// The service's own codes for a parameter it would reject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reject {
    /// The code when the value is absent or empty.
    pub missing: Option<String>,
    /// The code when the value has the wrong type.
    pub wrong: Option<String>,
}

/// One argument of an operation, or one field of an object argument.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// Its type.
    #[serde(rename = "type", default)]
    pub kind: Type,
    /// Whether a call without it is refused.
    #[serde(default)]
    pub required: bool,
    /// What it is, in one sentence.
    #[serde(default)]
    pub about: String,
    /// Where it travels when the method does not already say so.
    pub place: Option<Place>,
    /// Sent when the caller gives nothing.
    pub default: Option<Value>,
    /// The only values allowed, when there are any.
    #[serde(default)]
    pub choices: Vec<Value>,
    /// `date-time`, `uri` or `email`, as in JSON Schema; checked for `date-time`.
    pub format: Option<String>,
    /// Longest text, in characters.
    pub max_length: Option<usize>,
    /// Smallest number.
    pub minimum: Option<i64>,
    /// Largest number.
    pub maximum: Option<i64>,
    /// Whether null may be sent, which usually clears the value.
    #[serde(default)]
    pub nullable: bool,
    /// Whether a whole number is taken for its decimal text (for ids).
    #[serde(default)]
    pub from_integer: bool,
    /// The service's own codes for a wrong value.
    #[serde(default)]
    pub reject: Reject,
    /// The elements of an array.
    pub items: Option<Box<Self>>,
    /// The known fields of an object. An object without any takes every field.
    #[serde(default)]
    pub properties: IndexMap<String, Self>,
}

/// Parameters and result fields that several operations share.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParamGroup {
    /// The shared parameters.
    #[serde(default)]
    pub params: IndexMap<String, Param>,
    /// At least one of these must be given.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// The service's own code when none of them is.
    pub one_of_reject: Option<String>,
    /// Fields that the results of the operations share.
    #[serde(default)]
    pub result: IndexMap<String, Param>,
}

/// How a service wants to be authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// HTTP Basic with the secret as the user name and an empty password.
    Basic,
    /// `Authorization: Bearer`.
    Bearer,
    /// None.
    #[default]
    None,
}

/// How a service cuts a list into pages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// The query parameter that carries the cursor.
    pub cursor: String,
    /// The query parameter that carries the page size.
    pub count: String,
    /// The page size asked for when all pages are wanted.
    pub size: u32,
    /// Where the answer holds the next cursor, as a dotted path.
    pub next: String,
}

/// One API of a provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name for people.
    pub title: String,
    /// The base URL in each region, without a trailing slash. A region that is absent is not served.
    pub base: IndexMap<String, String>,
    /// The field that overrides the base URL.
    pub url_field: Option<String>,
    /// A suffix users may write at the end of the base URL; it is removed (`/v1`).
    #[serde(default)]
    pub trim: String,
    /// How it wants to be authenticated.
    #[serde(default)]
    pub auth: Auth,
    /// The field that holds the credential.
    pub secret: Option<String>,
    /// The media type of request bodies.
    #[serde(default = "json_media_type")]
    pub media_type: String,
    /// The key that wraps every successful answer (`data`).
    pub envelope: Option<String>,
    /// The body field that gets the credential as well (`writeKey`).
    pub secret_in_body: Option<String>,
    /// The body field that is stamped with the time of each sending (`sentAt`).
    pub sent_at: Option<String>,
    /// The provider's hook that completes and checks a body before it is bound.
    pub prepare: Option<String>,
    /// How lists are cut into pages.
    pub paging: Option<Paging>,
    /// A redirect to another host keeps the credential only if both hosts end in this.
    pub redirects: Option<String>,
}

fn json_media_type() -> String {
    "application/json".to_owned()
}

/// What a field of an account holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// A credential.
    Secret,
    /// A base URL.
    Url,
    /// Anything else.
    #[default]
    Text,
}

/// One setting of an account, shared by all of a provider's services.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its key in settings files.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// What it holds.
    #[serde(rename = "type", default)]
    pub kind: FieldKind,
    /// What it is for, and where to find it.
    #[serde(default)]
    pub about: String,
    /// Environment variables of the default account, first match wins.
    #[serde(default)]
    pub env: Vec<String>,
    /// The only values allowed, when there are any.
    #[serde(default)]
    pub choices: Vec<String>,
    /// The value when nothing is set.
    pub default: Option<String>,
    /// The value on the emulator, where no account is needed.
    pub emulator: Option<String>,
}

/// One HTTP route of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The service it belongs to.
    pub service: String,
    /// The HTTP method.
    pub method: String,
    /// The path with `{placeholders}`.
    pub path: String,
    /// The key of the list in the (unwrapped) answer, for operations that list.
    pub items: Option<String>,
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
    /// The limit it is paced to, as the service documents it (`60/minute`).
    pub limit: Option<String>,
    /// `ga`, `beta` or `alpha`.
    pub stability: String,
}

impl Operation {
    /// `segment.track_event`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.provider, self.name)
    }

    /// `app.integrations.segment.track_event`.
    pub fn lua_path(&self) -> String {
        format!("app.integrations.{}.{}", self.provider, self.name)
    }

    /// The slug of the tool (`segment_track`): the alias that starts with the provider's name, else the canonical one.
    pub fn slug(&self) -> String {
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

/// One page of a provider's reference, and one file of rows.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its key (`sources`).
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// What the operations in it have in common.
    pub about: String,
}

/// A company we integrate.
#[derive(Debug)]
pub struct Provider {
    /// Its key (`segment`).
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// What it is, in one sentence.
    pub about: String,
    /// Its APIs.
    pub services: IndexMap<String, Service>,
    /// What an account of it can hold.
    pub fields: Vec<Field>,
    /// Named accounts that exist on the emulator, besides `default`.
    pub emulator_accounts: Vec<String>,
    /// The resource groups, in file order.
    pub groups: IndexMap<String, Group>,
    /// The operations by canonical name.
    pub operations: IndexMap<String, Operation>,
    /// Folded name or alias → index into `operations`.
    pub(super) index: HashMap<String, usize>,
}

impl Provider {
    /// The operation of that name or alias, in any spelling.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        let index = self.index.get(&super::name::fold(name))?;
        self.operations.get_index(*index).map(|(_, operation)| operation)
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
