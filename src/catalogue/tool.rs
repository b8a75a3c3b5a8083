//! Tools of other servers as rows: their names, their parameters as far as rows can say them, and
//! arguments checked by the tool's own JSON Schema. How such a server is reached is not known here.

mod params;
mod rows;

use std::sync::{Arc, OnceLock};

use jsonschema::{PatternOptions, Validator};
use serde_json::{Map, Value, json};

use super::docs::sample;
use super::operation::{Effect, Operation, Repeat, Route};
use super::schema;
use crate::error::Fault;
use params::params;
pub use rows::{Tools, lua_name};

/// What the first part of the full name of every tool is.
pub const PREFIX: &str = "mcp";

/// A tool as its server describes it.
#[derive(Debug)]
pub struct Tool {
    /// The server.
    pub server: String,
    /// Its name there.
    pub name: String,
    /// Its title.
    pub title: Option<String>,
    /// What it does.
    pub about: String,
    /// What it accepts, as JSON Schema.
    pub input: Value,
    /// What it returns, as JSON Schema.
    pub output: Option<Value>,
    /// What the server says about its effects.
    pub hints: Hints,
    /// The method of the protocol.
    pub method: &'static str,
    checked: OnceLock<Option<Validator>>,
}

/// What a server says about a tool's effects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hints {
    /// It changes nothing.
    pub read_only: Option<bool>,
    /// It may delete.
    pub destructive: Option<bool>,
    /// Twice is the same as once.
    pub idempotent: Option<bool>,
    /// It reaches beyond its own domain.
    pub open_world: Option<bool>,
}

impl Hints {
    /// From a tool's annotations.
    pub fn read(annotations: &Value) -> Self {
        let flag = |key: &str| annotations[key].as_bool();
        Self {
            read_only: flag("readOnlyHint"),
            destructive: flag("destructiveHint"),
            idempotent: flag("idempotentHint"),
            open_world: flag("openWorldHint"),
        }
    }

    /// The effect they mean. Silence is no promise: who does not say that a tool only looks means one
    /// that writes.
    pub fn effect(self) -> Effect {
        match (self.read_only, self.destructive) {
            (Some(true), _) => Effect::Read,
            (_, Some(true)) => Effect::Destroy,
            _ => Effect::Write,
        }
    }
}

impl Tool {
    /// A tool from what its server lists; none for what has no name.
    pub fn read(server: &str, listed: &Value) -> Option<Self> {
        let text = |key: &str| listed[key].as_str().map(str::to_owned);
        let annotations = &listed["annotations"];
        Some(Self {
            server: server.to_owned(),
            name: text("name").filter(|name| !name.is_empty())?,
            title: text("title").or_else(|| annotations["title"].as_str().map(str::to_owned)),
            about: text("description").unwrap_or_default(),
            input: match &listed["inputSchema"] {
                Value::Object(map) => Value::Object(map.clone()),
                _ => json!({"type": "object"}),
            },
            output: listed.get("outputSchema").filter(|schema| schema.is_object()).cloned(),
            hints: Hints::read(annotations),
            method: "tools/call",
            checked: OnceLock::new(),
        })
    }

    /// A method of the protocol besides `tools/call`, as if it were a tool that only looks.
    fn method(server: &str, method: &'static str, about: &str, input: Value) -> Self {
        Self {
            server: server.to_owned(),
            name: method.to_owned(),
            title: None,
            about: about.to_owned(),
            input,
            output: None,
            hints: Hints { read_only: Some(true), ..Hints::default() },
            method,
            checked: OnceLock::new(),
        }
    }

    /// Its row under this name.
    fn row(self, name: String) -> Operation {
        let effect = self.hints.effect();
        let (params, about) = (params(&self.input, 0), self.about.clone());
        let title = self.title.clone().unwrap_or_else(|| self.name.clone());
        let example = sample::arguments(&params);
        let idempotent = effect == Effect::Read || self.hints.idempotent == Some(true);
        Operation {
            provider: format!("{PREFIX}.{}", self.server),
            group: self.server.clone(),
            aliases: if self.name == name { Vec::new() } else { vec![self.name.clone()] },
            name,
            title,
            about,
            routes: vec![Route {
                service: self.server.clone(),
                method: "MCP".to_owned(),
                path: self.method.to_owned(),
                ..Route::default()
            }],
            repeat: if idempotent { Repeat::Safe } else { Repeat::Never },
            params,
            example,
            tool: Some(Arc::new(self)),
            ..Operation::bare(effect)
        }
    }

    /// The arguments as the tool wants them: names in its spelling, checked by its schema.
    ///
    /// # Errors
    /// Usage, naming the parameter.
    pub fn arguments(
        &self,
        operation: &Operation,
        given: Map<String, Value>,
    ) -> Result<Map<String, Value>, Fault> {
        let mut args = Map::new();
        for (written, value) in given {
            let name = match schema::param_name(operation, &written) {
                Ok(name) => name.to_owned(),
                Err(_) if self.is_open(operation) => written,
                Err(fault) => return Err(fault),
            };
            let param = operation.params.get(&name);
            if value.is_null() && param.is_none_or(|param| !param.nullable) {
                continue;
            }
            let value = match param {
                Some(param) => schema::element(&name, param, value)?,
                None => value,
            };
            if args.insert(name.clone(), value).is_some() {
                return Err(Fault::usage(format!("`{name}` is given twice")).param(name));
            }
        }
        let missing: Vec<&str> = operation
            .params
            .iter()
            .filter(|(name, param)| param.required && !args.contains_key(*name))
            .map(|(name, _)| name.as_str())
            .collect();
        if let Some(first) = missing.first() {
            let message = format!("Missing required parameter(s): {}", missing.join(", "));
            let hint =
                format!("kosmo mcp:schema {}.{} shows them all", self.server, operation.name);
            return Err(Fault::usage(message).code("missing_parameter").param(*first).hint(hint));
        }
        self.check(&args)?;
        Ok(args)
    }

    /// Whether it takes what its schema does not name.
    fn is_open(&self, operation: &Operation) -> bool {
        match self.input.get("additionalProperties") {
            Some(Value::Bool(open)) => *open,
            Some(_) => true,
            None => operation.params.is_empty() || self.input.get("patternProperties").is_some(),
        }
    }

    /// By the schema as a whole. One that makes no sense is left to the server.
    fn check(&self, args: &Map<String, Value>) -> Result<(), Fault> {
        let validator = self.checked.get_or_init(|| compile(&self.input));
        let Some(validator) = validator else { return Ok(()) };
        let value = Value::Object(args.clone());
        let Some(error) = validator.iter_errors(&value).next() else { return Ok(()) };
        let place = error.instance_path().to_string();
        let path = place.trim_start_matches('/').replace('/', ".");
        let name = if path.is_empty() { "the arguments".to_owned() } else { format!("`{path}`") };
        let why = error.masked_with(name.as_str()).to_string();
        let message = if why.contains(&name) { why } else { format!("{name}: {why}") };
        let fault = Fault::usage(message);
        Err(if path.is_empty() { fault } else { fault.param(path) })
    }
}

/// A schema made ready. Patterns are matched in linear time, so that no server can stop a run; nothing
/// is fetched.
fn compile(schema: &Value) -> Option<Validator> {
    let options = jsonschema::options().offline().with_pattern_options(PatternOptions::regex());
    options.build(schema).ok()
}

#[cfg(test)]
mod tests;
