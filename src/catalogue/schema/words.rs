//! How a wrong value is put into words, with the right form.

use serde_json::Value;

use super::refuse;
use crate::catalogue::operation::{Param, Type};
use crate::error::Fault;

/// The value has the wrong type.
pub(super) fn wrong(path: &str, param: &Param, value: &Value) -> Fault {
    let message = format!("`{path}` must be {}, not {}", param.kind.phrase(), article_of(value));
    let fault = refuse(param.reject.wrong.as_deref(), "wrong_type", message).param(path);
    match right_form(path, param.kind, value) {
        Some(hint) => fault.hint(hint),
        None => fault,
    }
}

fn right_form(path: &str, wanted: Type, value: &Value) -> Option<String> {
    let name = path.rsplit('.').next().unwrap_or(path);
    match (wanted, value) {
        (Type::Object, Value::String(text)) if text.trim_start().starts_with('{') => {
            Some(format!("decode the JSON text first: {name} = json.decode(text)"))
        }
        (Type::Object, _) => Some(format!("write it as a table: {name} = {{ plan = \"pro\" }}")),
        (Type::Array, _) => Some(format!("write it as a list: {name} = {{ \"a\", \"b\" }}")),
        (Type::String, Value::Number(number)) => {
            Some(format!("write it as text: {name} = \"{number}\""))
        }
        _ => None,
    }
}

fn article_of(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(_) => "a string".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// A value as a person writes it.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
