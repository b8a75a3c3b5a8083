//! One tool as a plain value: what a client is told of it, and what calling it does. Where a list of
//! them comes from is its maker's business; carrying one out is left to `call`.

use std::borrow::Cow;
use std::sync::Arc;

use rmcp::model::{self, ToolAnnotations};
use serde_json::{Map, Value, json};

use crate::catalogue::operation::Repeat;
use crate::catalogue::{Effect, Operation, schema};
use crate::engine::account::DEFAULT;

/// The argument of a function's tool that says which account is meant.
pub const ACCOUNT: &str = "_account";

/// The argument of a function's tool that shows the request instead of sending it.
pub const DRY_RUN: &str = "_dry_run";

/// What a client is told of how a tool behaves. `Some(false)` is said as plainly as `Some(true)`;
/// what is `None` is left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hints {
    /// It changes nothing.
    pub read_only: Option<bool>,
    /// It deletes or overwrites.
    pub destructive: Option<bool>,
    /// Twice is the same as once.
    pub idempotent: Option<bool>,
    /// It reaches beyond this machine.
    pub open_world: Option<bool>,
}

impl Hints {
    /// What a row says of itself.
    pub fn of(operation: &Operation) -> Self {
        let destroys =
            matches!(operation.effect, Effect::Replace | Effect::Destroy | Effect::Erase);
        let reads = operation.effect == Effect::Read;
        Self {
            read_only: Some(reads),
            destructive: Some(destroys),
            idempotent: Some(reads || operation.repeat == Repeat::Safe),
            open_world: Some(true),
        }
    }
}

/// What calling a tool does.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// A function of the catalogue.
    Function {
        /// Its full name, or any other that the catalogue finds it by.
        function: String,
        /// The account it is always called for; none lets the caller choose with `_account`.
        account: Option<String>,
    },
    /// One of the tools that know the whole catalogue.
    Code(Code),
}

/// The tools of code mode, and those that read on in what was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Finds functions.
    Search,
    /// Reads a page of the documentation.
    DocsRead,
    /// Runs a script that only reads.
    RunLua,
    /// Runs a script that may change things.
    RunLuaWrite,
    /// Reads on in a result that was cut.
    ReadResult,
    /// `lua_list_docs` of other programs.
    ListDocs,
    /// `lua_search_docs` of other programs.
    SearchDocs,
    /// `lua_read_doc` of other programs.
    ReadDoc,
    /// `execute_lua` of other programs.
    ExecuteLua,
}

/// One tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Its name, unique in its list.
    pub name: String,
    /// A title of a few words.
    pub title: Option<String>,
    /// What it does.
    pub description: String,
    /// The JSON Schema of its arguments, an object's.
    pub input: Arc<Map<String, Value>>,
    /// The JSON Schema of its structured result, an object's; none promises nothing.
    pub output: Option<Arc<Map<String, Value>>>,
    /// How it behaves.
    pub hints: Hints,
    /// What it does.
    pub act: Act,
}

impl Tool {
    /// The tool of a row: `integration__<provider>__<function>`.
    pub fn of(operation: &Operation) -> Self {
        let mut input = object(schema::input_schema(operation));
        if let Some(Value::Object(properties)) = input.get_mut("properties") {
            properties.insert(
                ACCOUNT.to_owned(),
                json!({"type": "string", "description": "The account; the default one when left out."}),
            );
            if operation.effect != Effect::Read {
                properties.insert(
                    DRY_RUN.to_owned(),
                    json!({"type": "boolean", "description": "Show the request and send nothing."}),
                );
            }
        }
        // The name of the tool says it already.
        input.shift_remove("title");
        input.shift_remove("description");
        Self {
            name: name(&operation.provider, &operation.name),
            title: Some(operation.title.clone()),
            description: operation.about.clone(),
            input: Arc::new(input),
            output: Some(Arc::new(object(schema::output_schema(operation)))),
            hints: Hints::of(operation),
            act: Act::Function { function: operation.full_name(), account: None },
        }
    }

    /// The tool of another server, under this name. What it promises of its results is kept as far as a
    /// result that was cut keeps it too.
    pub(super) fn passed(name: String, operation: &Operation) -> Self {
        let own = operation.tool.as_ref();
        let said = own.map(|tool| tool.hints).unwrap_or_default();
        let mut input = object(schema::input_schema(operation));
        input.entry("type").or_insert_with(|| json!("object"));
        Self {
            name,
            title: Some(operation.title.clone()),
            description: operation.about.clone(),
            input: Arc::new(input),
            output: own.and_then(|tool| tool.output.as_ref()).and_then(loose).map(Arc::new),
            hints: Hints {
                read_only: said.read_only,
                destructive: said.destructive,
                idempotent: said.idempotent,
                open_world: said.open_world,
            },
            act: Act::Function {
                function: operation.full_name(),
                // A server has no accounts, and every argument is its own.
                account: Some(DEFAULT.to_owned()),
            },
        }
    }

    /// What clients are told of it.
    pub(super) fn definition(&self) -> model::Tool {
        let Hints { read_only, destructive, idempotent, open_world } = self.hints;
        let hints = ToolAnnotations::from_raw(None, read_only, destructive, idempotent, open_world);
        let name = Cow::Owned(self.name.clone());
        let mut tool = model::Tool::new(name, self.description.clone(), Arc::clone(&self.input));
        tool.title.clone_from(&self.title);
        tool.output_schema.clone_from(&self.output);
        if self.hints != Hints::default() {
            tool.annotations = Some(hints);
        }
        tool
    }
}

/// A schema of results without what a cut one breaks; none where that cannot be told apart.
fn loose(schema: &Value) -> Option<Map<String, Value>> {
    const PLAIN: [&str; 7] =
        ["$schema", "$defs", "title", "description", "type", "properties", "definitions"];
    let mut schema = schema.as_object()?.clone();
    schema.shift_remove("required");
    schema.shift_remove("additionalProperties");
    let plain = schema.keys().all(|key| PLAIN.contains(&key.as_str()));
    (plain && schema.get("type").is_some_and(|kind| kind == "object")).then_some(schema)
}

/// The name of a function's tool, in the letters that every client takes.
pub fn name(provider: &str, function: &str) -> String {
    format!("integration__{}__{}", plain(provider), plain(function))
}

/// Lower-case letters, digits and underscores.
pub(super) fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter.to_ascii_lowercase() {
            letter @ ('a'..='z' | '0'..='9') => plain.push(letter),
            _ if plain.ends_with('_') => {}
            _ => plain.push('_'),
        }
    }
    plain.trim_matches('_').to_owned()
}

/// A value that is an object.
pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn hints_come_from_the_row() {
        let catalogue = Catalogue::new(Vec::new());
        let hints = |name: &str| Hints::of(catalogue.find(name).unwrap());
        let said = |hints: Hints| (hints.read_only, hints.destructive, hints.idempotent);
        assert_eq!(said(hints("segment.list_sources")), (Some(true), Some(false), Some(true)));
        assert_eq!(said(hints("segment.create_source")), (Some(false), Some(false), Some(false)));
        assert_eq!(said(hints("segment.delete_source")), (Some(false), Some(true), Some(true)));
    }

    #[test]
    fn every_row_makes_a_tool_with_a_name_of_its_own() {
        let catalogue = Catalogue::new(Vec::new());
        let mut names: Vec<String> =
            catalogue.operations().map(|operation| Tool::of(operation).name).collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
        assert!(names.contains(&"integration__segment__track_event".to_owned()));
        assert!(names.iter().all(|name| name.len() <= 128), "longer than the protocol has it");
    }

    #[test]
    fn explicit_false_is_on_the_wire() {
        let catalogue = Catalogue::new(Vec::new());
        let tool = Tool::of(catalogue.find("segment.create_source").unwrap());
        let wire = serde_json::to_value(tool.definition()).unwrap();
        assert_eq!(wire["annotations"]["destructiveHint"], false);
        assert_eq!(wire["annotations"]["readOnlyHint"], false);
        assert_eq!(wire["inputSchema"]["properties"]["_dry_run"]["type"], "boolean");
        assert_eq!(wire["outputSchema"]["type"], "object");
    }
}
