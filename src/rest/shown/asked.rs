//! What a request says as the arguments of a function: by name, from the path, the query, headers and
//! the body. Whether they are right is for whoever checks arguments.

use axum::extract::{Query, Request};
use serde_json::{Map, Value};

use super::Spot;
use crate::access::door::{Problem, read};
use crate::catalogue::operation::Type;
use crate::catalogue::{Operation, schema};
use crate::error::Fault;
use crate::rest::input::{document, media, object};

/// The argument that a body is, where it is one.
const BODY: &str = "body";

/// The arguments.
///
/// # Errors
/// What cannot be understood, or is said twice.
pub(super) async fn arguments(
    operation: &Operation,
    spot: &Spot,
    in_path: Vec<(String, String)>,
    request: Request,
) -> Result<Map<String, Value>, Problem> {
    let mut args = Map::new();
    for (name, text) in in_path {
        let value = typed(operation, &name, &text);
        put(&mut args, name, value)?;
    }
    let (parts, body) = request.into_parts();
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
        .map_err(|_| Fault::usage("the query is not text").code("invalid_query"))?;
    for (name, text) in pairs.0 {
        let listed = matches!(args.get(&name), Some(Value::Array(_)));
        match (args.get_mut(&name), typed(operation, &name, &text)) {
            (Some(Value::Array(all)), Value::Array(more)) if listed => all.extend(more),
            (_, value) => put(&mut args, name, value)?,
        }
    }
    for name in &spot.headers {
        let Some(value) = parts.headers.get(name) else { continue };
        let text = value.to_str().map_err(|_| {
            Fault::usage(format!("the header `{name}` is not text")).param(name.as_str())
        })?;
        put(&mut args, name.clone(), typed(operation, name, text))?;
    }
    let body = read(body).await?;
    if body.is_empty() {
        return Ok(args);
    }
    media(&parts.headers)?;
    if operation.params.contains_key(BODY) {
        put(&mut args, BODY.to_owned(), document(&body)?)?;
        return Ok(args);
    }
    for (name, value) in object(&body)? {
        put(&mut args, name, value)?;
    }
    Ok(args)
}

fn put(args: &mut Map<String, Value>, name: String, value: Value) -> Result<(), Fault> {
    if args.contains_key(&name) {
        return Err(Fault::usage(format!("`{name}` is given twice")).param(name));
    }
    args.insert(name, value);
    Ok(())
}

/// A text as the type that the function declares. What is none of that type is left to be refused.
fn typed(operation: &Operation, name: &str, text: &str) -> Value {
    let Ok(name) = schema::param_name(operation, name) else { return text.into() };
    let param = &operation.params[name];
    let parsed = || serde_json::from_str::<Value>(text).ok();
    let value = match param.kind {
        Type::Integer | Type::Number => parsed().filter(Value::is_number),
        Type::Boolean => parsed().filter(Value::is_boolean),
        Type::Object => parsed().filter(Value::is_object),
        Type::Array => {
            let whole = parsed().filter(Value::is_array);
            whole.or_else(|| Some(Value::Array(vec![text.into()])))
        }
        Type::String | Type::Any => None,
    };
    value.unwrap_or_else(|| text.into())
}
