//! The part of JSON Schema that an action's input is described in, as parameters.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::catalogue::operation::{Param, Type};

/// Keywords that say nothing about which values fit.
const REMARKS: [&str; 8] = [
    "title",
    "examples",
    "$schema",
    "$comment",
    "$id",
    "additionalProperties",
    "deprecated",
    "readOnly",
];

/// The parameters that an object's schema describes.
///
/// # Errors
/// What is not understood.
pub(super) fn params(schema: &Value) -> Result<IndexMap<String, Param>, String> {
    let all = param("inputSchema", schema)?;
    if !matches!(all.kind, Type::Object | Type::Any) {
        return Err("the input is an object".to_owned());
    }
    Ok(all.properties)
}

fn param(name: &str, schema: &Value) -> Result<Param, String> {
    let map = match schema {
        Value::Object(map) => map,
        Value::Bool(true) => &Map::new(),
        _ => return Err(format!("`{name}` is no schema")),
    };
    let mut param = Param { kind: Type::Any, about: format!("The {name}."), ..Param::default() };
    for (keyword, value) in map {
        take(&mut param, name, keyword, value)?;
    }
    for required in map.get("required").and_then(Value::as_array).into_iter().flatten() {
        let wanted = required.as_str().unwrap_or_default();
        let found = param.properties.get_mut(wanted);
        found
            .ok_or_else(|| format!("`{name}`: `{wanted}` is required and not described"))?
            .required = true;
    }
    Ok(param)
}

fn take(param: &mut Param, name: &str, keyword: &str, value: &Value) -> Result<(), String> {
    let wrong = || format!("`{name}`: `{keyword}` cannot be {value}");
    let number = || value.as_i64().ok_or_else(wrong);
    match keyword {
        "type" => (param.kind, param.nullable) = kind(value).ok_or_else(wrong)?,
        "description" => param.about = value.as_str().ok_or_else(wrong)?.to_owned(),
        "default" => param.default = Some(value.clone()),
        "enum" => param.choices = value.as_array().ok_or_else(wrong)?.clone(),
        "const" => param.choices = vec![value.clone()],
        "format" => param.format = Some(value.as_str().ok_or_else(wrong)?.to_owned()),
        "maxLength" => param.max_length = Some(number()?.try_into().map_err(|_| wrong())?),
        "minimum" => param.minimum = Some(number()?),
        "maximum" => param.maximum = Some(number()?),
        "items" => param.items = Some(Box::new(self::param(name, value)?)),
        "properties" => {
            for (name, schema) in value.as_object().ok_or_else(wrong)? {
                param.properties.insert(name.clone(), self::param(name, schema)?);
            }
        }
        "required" => drop(value.as_array().ok_or_else(wrong)?),
        remark if REMARKS.contains(&remark) => {}
        _ => return Err(format!("`{name}`: `{keyword}` is not understood")),
    }
    Ok(())
}

/// A type, or a list of one type and `null`.
fn kind(value: &Value) -> Option<(Type, bool)> {
    let one = |word: &str| {
        let all =
            [Type::String, Type::Integer, Type::Number, Type::Boolean, Type::Object, Type::Array];
        all.into_iter().find(|kind| kind.word() == word)
    };
    match value {
        Value::String(word) => Some((one(word)?, false)),
        Value::Array(words) => {
            let nullable = words.iter().any(|word| word == "null");
            let mut others = words.iter().filter(|word| *word != "null");
            let kind = one(others.next()?.as_str()?)?;
            others.next().is_none().then_some((kind, nullable))
        }
        _ => None,
    }
}
