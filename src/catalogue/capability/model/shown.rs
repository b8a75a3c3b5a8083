//! What a document shows, and how that is done.

use serde_json::Value;

use super::{Auth, Input};
use crate::catalogue::capability::finding::At;
use crate::catalogue::operation::Type;

/// Which face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// HTTP.
    Rest,
    /// Agents.
    Mcp,
    /// Any other, which is not served here.
    Other,
}

/// A face.
#[derive(Debug, Clone)]
pub struct Exposed {
    /// Where it stands.
    pub at: At,
    /// Which.
    pub face: Face,
    /// What the document calls its kind.
    pub kind: String,
    /// Its name.
    pub namespace: String,
    /// What it is.
    pub about: String,
    /// Where it listens.
    pub port: Option<(At, u16)>,
    /// The address it listens on.
    pub address: Option<(At, String)>,
    /// `http` or `stdio`.
    pub transport: String,
    /// Who may use it.
    pub auth: Option<Auth>,
    /// What it shows.
    pub functions: Vec<Function>,
    /// Paths that are passed on, with the API they go to.
    pub forwards: Vec<(At, String, String)>,
    /// Resources of an MCP face.
    pub documents: Vec<Document>,
    /// Prompts of an MCP face.
    pub prompts: Vec<Prompt>,
    /// Resources of a REST face: place, path, and whether they are described.
    pub routes: Vec<(At, String, bool)>,
}

/// What an MCP face shows to read: a function without effect under a URI.
#[derive(Debug, Clone)]
pub struct Document {
    /// The URI, perhaps with gaps.
    pub uri: String,
    /// The media type.
    pub mime: Option<String>,
    /// How it is made.
    pub function: Function,
    /// The file it is in, for one that is not made.
    pub location: Option<String>,
}

/// A text that agents may ask for.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// Where it stands.
    pub at: At,
    /// Its name.
    pub name: String,
    /// A title.
    pub label: String,
    /// What it is for.
    pub about: String,
    /// What it takes.
    pub arguments: Vec<Input>,
    /// Roles and texts with gaps.
    pub messages: Vec<(String, String)>,
}

/// A group of functions that faces share.
#[derive(Debug, Clone)]
pub struct Aggregate {
    /// Where it stands.
    pub at: At,
    /// Its name.
    pub namespace: String,
    /// A title.
    pub label: String,
    /// What it is.
    pub about: String,
    /// Its functions.
    pub functions: Vec<Function>,
}

/// Something that is shown, and how it is done.
#[derive(Debug, Clone)]
pub struct Function {
    /// Where it stands.
    pub at: At,
    /// Its name.
    pub name: String,
    /// A title.
    pub label: String,
    /// What it does.
    pub about: String,
    /// Method and path of a REST operation.
    pub route: Option<(String, String)>,
    /// What it takes, as far as the document says.
    pub inputs: Vec<Input>,
    /// How it is done.
    pub work: Work,
    /// What is told of it to agents, as it is written.
    pub hints: Hints,
    /// What it gives back.
    pub outputs: Vec<Output>,
}

/// How something is done.
#[derive(Debug, Clone)]
pub enum Work {
    /// One call.
    Call(Step),
    /// As another one: `namespace.function`.
    Ref(At, String),
    /// Several steps, and what is put together of them.
    Steps(Vec<Step>, Vec<(String, Value)>),
    /// Nothing is done: the outputs hold their values.
    Mock,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Where it stands.
    pub at: At,
    /// Its name.
    pub name: String,
    /// What it does.
    pub kind: StepKind,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum StepKind {
    /// A call: `namespace.operation`, and its inputs.
    Call {
        /// What is called.
        target: String,
        /// Its inputs: name and template.
        with: Vec<(String, Value)>,
    },
    /// The row of an earlier step's list whose key has this value.
    Lookup {
        /// The earlier step.
        index: String,
        /// The key.
        key: String,
        /// The template of the value.
        value: String,
        /// The parts that are kept.
        keep: Vec<String>,
    },
    /// Lua.
    Script {
        /// Its source.
        code: String,
        /// Its inputs.
        with: Vec<(String, Value)>,
    },
}

/// What is told to agents; what is not written is not told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hints {
    /// Whether it only looks.
    pub read_only: Option<bool>,
    /// Whether it may destroy.
    pub destructive: Option<bool>,
    /// Whether twice is the same as once.
    pub idempotent: Option<bool>,
    /// Whether it deals with more than one closed system.
    pub open_world: Option<bool>,
}

impl Hints {
    /// As the protocol spells them.
    pub fn json(&self) -> Value {
        let all = [
            ("readOnlyHint", self.read_only),
            ("destructiveHint", self.destructive),
            ("idempotentHint", self.idempotent),
            ("openWorldHint", self.open_world),
        ];
        Value::Object(
            all.into_iter()
                .filter_map(|(key, flag)| Some((key.to_owned(), flag?.into())))
                .collect(),
        )
    }
}

/// A part of what is given back.
#[derive(Debug, Clone)]
pub struct Output {
    /// Where it stands.
    pub at: At,
    /// Its name, in an object or of a result that is put together.
    pub name: Option<String>,
    /// Its type.
    pub kind: Type,
    /// Where it is found, as JSONPath.
    pub mapping: Option<String>,
    /// A value that is not found anywhere.
    pub value: Option<Value>,
    /// The parts of an object.
    pub properties: Vec<Self>,
    /// What a list is made of.
    pub items: Option<Box<Self>>,
}
