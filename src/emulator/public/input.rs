//! What a request gives, by the row's parameters: the query put together and typed, the body taken
//! apart and checked. Unknown fields of a body are refused as Segment refuses them, with the dotted
//! name of the field.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::scene::unfit;
use crate::catalogue::operation::Place;
use crate::catalogue::{Operation, Param, Type};
use crate::emulator::exchange::{Answer, Request};
use crate::emulator::face::Face;

/// The most items that a list of objects in a body may hold.
const MOST_ITEMS: usize = 200;

/// The versions of the schema by the media types that name them.
const VERSIONS: &[(&str, &str)] = &[
    ("application/json", "ga"),
    ("application/vnd.segment.v1+json", "ga"),
    ("application/vnd.segment.v1beta+json", "beta"),
    ("application/vnd.segment.v1alpha+json", "alpha"),
];

/// The query and the body of a request.
pub(super) type Given = (Map<String, Value>, Map<String, Value>);

/// What a request gives.
///
/// # Errors
/// 415 for a media type the operation does not take, 400 for no JSON, 422 for everything else.
pub(super) fn read(request: &Request, row: &Operation, names: &[String]) -> Result<Given, Answer> {
    let method = request.method.as_str();
    let (mut queried, mut sent) = (IndexMap::new(), IndexMap::new());
    for (name, param) in row.params.iter().filter(|(name, _)| !names.contains(name)) {
        let reads = matches!(method, "GET" | "DELETE");
        match param.place {
            Some(Place::Local | Place::Path | Place::Whole | Place::Header) => {}
            Some(Place::Query) => drop(queried.insert(name, param)),
            Some(Place::Body) => drop(sent.insert(name, param)),
            None if reads => drop(queried.insert(name, param)),
            None => drop(sent.insert(name, param)),
        }
    }
    let query = gathered(request, &queried)?;
    for (name, param) in &queried {
        check(name, param, query.get(*name), "ga")?;
    }
    let (version, body) = body(request, row)?;
    known(&sent, &body, version)?;
    for (name, param) in &sent {
        check(name, param, body.get(*name), version)?;
        let many = body
            .get(*name)
            .and_then(Value::as_array)
            .is_some_and(|items| items.len() > MOST_ITEMS && items.iter().any(Value::is_object));
        if many {
            return Err(unfit(name, "at most 200 items are taken at once"));
        }
    }
    Ok((query, body))
}

/// The body, with the version of the schema that its media type names.
fn body(request: &Request, row: &Operation) -> Result<(&'static str, Map<String, Value>), Answer> {
    if request.body.is_empty() {
        return Ok(("ga", Map::new()));
    }
    let media_type = request.header("content-type").unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    let version =
        VERSIONS.iter().find(|(name, _)| *name == media_type).map(|(_, version)| *version);
    let taken = match row.stability.as_str() {
        "alpha" => version == Some("alpha"),
        "beta" => matches!(version, Some("beta" | "alpha")),
        _ => version.is_some(),
    };
    let Some(version) = version.filter(|_| taken) else {
        let why = format!("a body of type `{media_type}` is not taken here");
        return Err(Face::Public.error(415, &why, None, None));
    };
    match request.json() {
        Ok(Value::Object(body)) => Ok((version, body)),
        Ok(_) => Err(Face::Public.error(400, "the body must be a JSON object", None, None)),
        Err(_) => Err(Face::Public.error(400, "the body is not JSON", None, None)),
    }
}

fn known(
    params: &IndexMap<&String, &Param>,
    body: &Map<String, Value>,
    version: &str,
) -> Result<(), Answer> {
    for name in body.keys() {
        let param = params.get(name).filter(|param| fits(param, version));
        if param.is_none() {
            return Err(unfit(name, &format!("`{name}` is not allowed")));
        }
    }
    Ok(())
}

fn fits(param: &Param, version: &str) -> bool {
    param.only_in.as_deref().is_none_or(|only| only == version)
}

/// A value that is not right: the dotted name of its field, and why.
pub(in crate::emulator) struct Wrong(
    pub(in crate::emulator) String,
    pub(in crate::emulator) String,
);

impl From<Wrong> for Answer {
    fn from(Wrong(field, why): Wrong) -> Self {
        unfit(&field, &why)
    }
}

/// Checks a value by its declaration.
pub(in crate::emulator) fn check(
    path: &str,
    param: &Param,
    value: Option<&Value>,
    version: &str,
) -> Result<(), Wrong> {
    let wrong = |why: String| Err(Wrong(path.to_owned(), format!("`{path}` {why}")));
    let value = match value {
        None if param.required && fits(param, version) => return wrong("is required".to_owned()),
        None => return Ok(()),
        Some(Value::Null) if param.nullable || param.kind == Type::Any => return Ok(()),
        Some(value) => value,
    };
    let right = match param.kind {
        Type::String => value.is_string(),
        Type::Integer => value.is_i64() || value.is_u64(),
        Type::Number => value.is_number(),
        Type::Boolean => value.is_boolean(),
        Type::Object => value.is_object(),
        Type::Array => value.is_array(),
        Type::Any => true,
    };
    if !right {
        return wrong(format!("must be of type {}", param.kind.word()));
    }
    if !param.choices.is_empty() && !param.choices.contains(value) {
        let choices: Vec<String> = param.choices.iter().map(text).collect();
        return wrong(format!("must be one of {}", choices.join(", ")));
    }
    if let Some(number) = value.as_i64()
        && (param.minimum.is_some_and(|least| number < least)
            || param.maximum.is_some_and(|most| number > most))
    {
        return wrong("is out of range".to_owned());
    }
    if value.as_str() == Some("") && param.required {
        return wrong("must not be empty".to_owned());
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate().filter(|_| param.items.is_some()) {
                let element = param.items.as_deref().unwrap_or(param);
                check(&format!("{path}.{index}"), element, Some(item), version)?;
            }
        }
        Value::Object(map) if !param.properties.is_empty() => {
            if let Some(name) = map.keys().find(|name| !param.properties.contains_key(*name)) {
                return Err(Wrong(format!("{path}.{name}"), format!("`{name}` is not allowed")));
            }
            for (name, field) in &param.properties {
                check(&format!("{path}.{name}"), field, map.get(name), version)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The query as a map. Lists and objects come with dots (`userIds.0`), with brackets
/// (`userIds[0]`), and lists also by saying the name again.
fn gathered(
    request: &Request,
    params: &IndexMap<&String, &Param>,
) -> Result<Map<String, Value>, Answer> {
    let mut query = Map::new();
    for (name, raw) in &request.query {
        let dotted = name.replace('[', ".").replace(']', "");
        let dotted = dotted.trim_end_matches('.');
        let mut steps = dotted.split('.');
        let first = steps.next().unwrap_or_default();
        let Some((_, param)) = params.get_key_value(&first.to_owned()) else { continue };
        let rest: Vec<&str> = steps.collect();
        let slot = query.entry(first.to_owned()).or_insert(Value::Null);
        put(slot, param, &rest, raw);
    }
    Ok(query)
}

fn put(slot: &mut Value, param: &Param, steps: &[&str], raw: &str) {
    match param.kind {
        Type::Array => {
            if !slot.is_array() {
                *slot = json!([]);
            }
            let any = Param { kind: Type::Any, ..Param::default() };
            let element = param.items.as_deref().unwrap_or(&any);
            let Some(list) = slot.as_array_mut() else { return };
            let (index, rest) = match steps.split_first() {
                Some((step, rest)) => (step.parse().unwrap_or(list.len()), rest),
                None => (list.len(), steps),
            };
            // A list is sent in order; a far index would only waste memory.
            if index >= list.len() {
                list.push(Value::Null);
            }
            let index = index.min(list.len() - 1);
            put(&mut list[index], element, rest, raw);
        }
        Type::Object => {
            if !slot.is_object() {
                *slot = json!({});
            }
            let (Some((step, rest)), Some(map)) = (steps.split_first(), slot.as_object_mut())
            else {
                return;
            };
            let any = Param { kind: Type::Any, ..Param::default() };
            let field = param.properties.get(*step).unwrap_or(&any);
            put(map.entry((*step).to_owned()).or_insert(Value::Null), field, rest, raw);
        }
        kind => *slot = typed(kind, raw),
    }
}

/// A text of the query by its declared type; what does not fit stays text and is refused later.
fn typed(kind: Type, raw: &str) -> Value {
    let parsed = match kind {
        Type::Integer => raw.parse::<i64>().ok().map(Value::from),
        Type::Number | Type::Boolean => serde_json::from_str(raw).ok(),
        _ => None,
    };
    parsed.unwrap_or_else(|| json!(raw))
}
