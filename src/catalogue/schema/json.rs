//! What an operation accepts, as JSON Schema.

use serde_json::{Map, Value, json};

use crate::catalogue::operation::{Operation, Param, Type};

/// What the operation accepts, as JSON Schema 2020-12.
pub fn input_schema(operation: &Operation) -> Value {
    if let Some(tool) = &operation.tool {
        return tool.input.clone();
    }
    let mut schema = object_schema(&operation.params, true);
    let mut head = Map::new();
    head.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    head.insert("title".into(), json!(operation.full_name()));
    head.insert("description".into(), json!(operation.about));
    head.append(&mut schema);
    let sets: Vec<Value> = operation
        .one_of
        .iter()
        .map(|(names, _)| {
            json!({"anyOf": names.iter().map(|n| json!({"required": [n]})).collect::<Vec<_>>()})
        })
        .collect();
    if !sets.is_empty() {
        head.insert("allOf".into(), Value::Array(sets));
    }
    Value::Object(head)
}

/// The documented result of an operation, as JSON Schema. It promises no more than a service keeps:
/// fields may be missing or null, and there may be others. What is no object by itself is in `value`.
pub fn output_schema(operation: &Operation) -> Value {
    let fields = operation.result.iter().map(|(name, field)| (name.clone(), result_field(field)));
    let mut properties: Map<String, Value> = fields.collect();
    if properties.is_empty() {
        properties.insert("value".into(), json!({"description": "The result."}));
    }
    json!({"type": "object", "properties": properties})
}

fn result_field(field: &Param) -> Value {
    let mut schema = Map::new();
    if field.kind != Type::Any {
        schema.insert("type".into(), json!([field.kind.word(), "null"]));
    }
    if !field.about.is_empty() {
        schema.insert("description".into(), json!(field.about));
    }
    Value::Object(schema)
}

fn object_schema(params: &indexmap::IndexMap<String, Param>, closed: bool) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".into(), json!("object"));
    let properties: Map<String, Value> =
        params.iter().map(|(name, param)| (name.clone(), param_schema(param))).collect();
    schema.insert("properties".into(), Value::Object(properties));
    let required: Vec<_> = params
        .iter()
        .filter(|(_, param)| param.required && param.field.is_none())
        .map(|(name, _)| name)
        .collect();
    schema.insert("required".into(), json!(required));
    if closed {
        schema.insert("additionalProperties".into(), Value::Bool(false));
    }
    schema
}

fn param_schema(param: &Param) -> Value {
    let mut schema = match param.kind {
        Type::Object if !param.properties.is_empty() => object_schema(&param.properties, true),
        Type::Any => Map::new(),
        kind => Map::from_iter([("type".to_owned(), json!(kind.word()))]),
    };
    if param.from_integer {
        schema.insert("type".into(), json!(["string", "integer"]));
    }
    if param.nullable
        && let Some(kind) = schema.get("type").and_then(Value::as_str).map(str::to_owned)
    {
        schema.insert("type".into(), json!([kind, "null"]));
    }
    if !param.about.is_empty() {
        schema.insert("description".into(), json!(param.about));
    }
    if !param.choices.is_empty() {
        schema.insert("enum".into(), json!(param.choices));
    }
    let extras = [
        ("default", param.default.clone()),
        ("format", param.format.as_ref().map(|format| json!(format))),
        ("maxLength", param.max_length.map(|length| json!(length))),
        ("minimum", param.minimum.map(|number| json!(number))),
        ("maximum", param.maximum.map(|number| json!(number))),
        ("items", param.items.as_ref().map(|item| param_schema(item))),
    ];
    for (key, value) in extras {
        if let Some(value) = value {
            schema.insert(key.into(), value);
        }
    }
    if param.required && param.kind == Type::String {
        schema.insert("minLength".into(), json!(1));
    }
    Value::Object(schema)
}
