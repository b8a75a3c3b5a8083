//! From a row and its arguments to what a server is asked.

use serde_json::{Map, Value, json};

use super::Errand;
use crate::catalogue::{Operation, schema};
use crate::engine::Args;
use crate::error::Fault;

/// The arguments as the tool wants them.
///
/// # Errors
/// What is wrong with them.
pub(super) fn arguments(operation: &Operation, given: &Args) -> Result<Map<String, Value>, Fault> {
    let named = given.clone().named(operation)?;
    match &operation.tool {
        Some(tool) => tool.arguments(operation, named),
        None => schema::normalise(operation, named),
    }
}

/// What the server is asked for these arguments.
pub(super) fn errand(operation: &Operation, mut args: Map<String, Value>) -> Errand {
    let (method, name) = match &operation.tool {
        Some(tool) => (tool.method, tool.name.clone()),
        None => ("tools/call", operation.name.clone()),
    };
    let items = match method {
        "resources/list" => Some("resources"),
        "resources/templates/list" => Some("resourceTemplates"),
        "prompts/list" => Some("prompts"),
        _ => None,
    };
    let params = match method {
        "tools/call" => json!({"name": name, "arguments": args}),
        "prompts/get" => {
            // What a prompt is filled with is text on the wire.
            if let Some(Value::Object(fill)) = args.get_mut("arguments") {
                for value in fill.values_mut().filter(|value| !value.is_string()) {
                    *value = Value::String(value.to_string());
                }
            }
            Value::Object(args)
        }
        _ => Value::Object(args),
    };
    Errand { method: method.to_owned(), params, items, allowed: None }
}
