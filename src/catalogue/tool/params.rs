//! Parameters from a tool's JSON Schema, as far as a row can say them: names, types, meanings. What they
//! cannot say is checked by the schema itself.

use indexmap::IndexMap;
use serde_json::Value;

use crate::catalogue::operation::{Param, Type};

/// The deepest that parameters are taken apart.
const DEEPEST: usize = 6;

/// The parameters that a schema of an object names.
pub(super) fn params(schema: &Value, depth: usize) -> IndexMap<String, Param> {
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let Some(properties) = schema["properties"].as_object() else { return IndexMap::new() };
    let one = |(name, schema): (&String, &Value)| {
        let param = Param { required: required.contains(&name.as_str()), ..param(schema, depth) };
        (name.clone(), param)
    };
    properties.iter().map(one).collect()
}

/// A schema as far as a parameter can say it.
fn param(schema: &Value, depth: usize) -> Param {
    let words: Vec<&str> = match &schema["type"] {
        Value::String(word) => vec![word],
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let mut plain = words.iter().filter(|word| **word != "null");
    let kind = match (plain.next(), plain.next()) {
        (Some(&"string"), None) => Type::String,
        (Some(&"integer"), None) => Type::Integer,
        (Some(&"number"), None) => Type::Number,
        (Some(&"boolean"), None) => Type::Boolean,
        (Some(&"object"), None) => Type::Object,
        (Some(&"array"), None) => Type::Array,
        _ => Type::Any,
    };
    let text = |key: &str| schema[key].as_str().map(str::to_owned);
    let closed = schema["additionalProperties"] == Value::Bool(false) && depth < DEEPEST;
    let items = &schema["items"];
    Param {
        kind,
        about: text("description").or_else(|| text("title")).unwrap_or_default(),
        nullable: words.contains(&"null") || kind == Type::Any,
        choices: schema["enum"].as_array().cloned().unwrap_or_default(),
        items: (items.is_object() && depth < DEEPEST).then(|| Box::new(param(items, depth + 1))),
        properties: if closed { params(schema, depth + 1) } else { IndexMap::new() },
        ..Param::default()
    }
}
