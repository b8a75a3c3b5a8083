//! The one form that documents of every edition are read into. Plain data; what becomes of it is
//! `rows`' business.

mod shown;

use serde_json::Value;

use super::finding::At;
use super::version::Version;
use crate::catalogue::operation::Type;
pub use shown::{
    Aggregate, Document, Exposed, Face, Function, Hints, Output, Prompt, Step, StepKind, Work,
};

/// A document.
#[derive(Debug, Clone)]
pub struct Capability {
    /// Its edition.
    pub version: Version,
    /// Its name for people.
    pub label: String,
    /// What it is.
    pub about: String,
    /// Where its variables come from.
    pub binds: Vec<Bind>,
    /// The APIs it calls.
    pub consumes: Vec<Consumed>,
    /// The faces it shows.
    pub exposes: Vec<Exposed>,
    /// Functions that faces share.
    pub aggregates: Vec<Aggregate>,
}

/// Variables and what they are called where they come from.
#[derive(Debug, Clone)]
pub struct Bind {
    /// Where it stands.
    pub at: At,
    /// Its name.
    pub namespace: String,
    /// Variable and the name it is provided under.
    pub keys: Vec<(At, String, String)>,
    /// Where they come from, none for the environment.
    pub location: Option<String>,
}

/// An API that is called.
#[derive(Debug, Clone)]
pub struct Consumed {
    /// Where it stands.
    pub at: At,
    /// Its name.
    pub namespace: String,
    /// The URL before every path.
    pub base: String,
    /// Where that stands.
    pub base_at: At,
    /// What it is.
    pub about: String,
    /// How it wants to be authenticated.
    pub auth: Option<Auth>,
    /// Names and places of its resources.
    pub resources: Vec<(At, String, String)>,
    /// What can be called.
    pub operations: Vec<Operation>,
}

/// How to authenticate.
#[derive(Debug, Clone)]
pub struct Auth {
    /// Where it stands.
    pub at: At,
    /// `basic`, `bearer`, `apikey`, `digest` or `oauth2`.
    pub kind: String,
    /// What it says besides, text by name.
    pub fields: Vec<(String, String)>,
}

impl Auth {
    /// What it says under that name.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(own, _)| own == name).map_or("", |(_, text)| text)
    }
}

/// One request that an API takes.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Where it stands.
    pub at: At,
    /// Its name.
    pub name: String,
    /// A title.
    pub label: String,
    /// What it does.
    pub about: String,
    /// The HTTP method.
    pub method: String,
    /// The path, its gaps in single braces.
    pub path: String,
    /// Where the path stands.
    pub path_at: At,
    /// What it takes, as far as the document says.
    pub inputs: Vec<Input>,
    /// What is sent.
    pub body: Option<Body>,
    /// What answers are written in, when it is not JSON.
    pub format: Option<String>,
    /// Parts of the answer for later steps: name and JSONPath.
    pub parts: Vec<(String, String)>,
}

/// What is sent.
#[derive(Debug, Clone)]
pub struct Body {
    /// Where it stands.
    pub at: At,
    /// `json`, `text`, `xml`, `sparql`, `formUrlEncoded` or `multipartForm`.
    pub kind: String,
    /// The template.
    pub data: Value,
}

/// One input.
#[derive(Debug, Clone)]
pub struct Input {
    /// Where it stands.
    pub at: At,
    /// Its name.
    pub name: String,
    /// `query`, `header`, `path`, `cookie`, `body` or `environment`; none for a tool's argument.
    pub place: Option<String>,
    /// Its type.
    pub kind: Type,
    /// What it is.
    pub about: String,
    /// Whether it must be given; none where the document is silent.
    pub required: Option<bool>,
    /// A value that nobody gives.
    pub value: Option<Value>,
    /// The only values allowed.
    pub choices: Vec<Value>,
}
