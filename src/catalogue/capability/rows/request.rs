//! What an operation sends, as a request with gaps. Needed only where there is more to it than a
//! path, a query and an object.

use serde_json::{Map, Value, json};

use super::params::{BODY, implies_body};
use crate::catalogue::action::Template;
use crate::catalogue::capability::model::{Body, Operation};
use crate::catalogue::capability::template::names_in;

/// Whether method, path and parameters say everything.
pub(super) fn is_plain(operation: &Operation) -> bool {
    let known =
        [None, Some("query"), Some("path"), Some("body"), Some("header"), Some("environment")];
    let fixed = |value: &Value| names_in(value).is_empty();
    operation.body.is_none()
        && operation.inputs.iter().all(|input| {
            known.contains(&input.place.as_deref()) && input.value.as_ref().is_none_or(fixed)
        })
}

/// The request of an operation.
///
/// # Errors
/// What cannot be sent.
pub(super) fn template(
    operation: &Operation,
    service: &str,
    path: String,
) -> Result<Template, String> {
    let mut template = Template {
        method: operation.method.clone(),
        path,
        service: Some(service.to_owned()),
        items: None,
        query: Map::new(),
        headers: Map::new(),
        body: None,
        media_type: None,
    };
    let mut fields = Map::new();
    for input in &operation.inputs {
        let value = input.value.clone().unwrap_or_else(|| gap(&input.name));
        let into = match input.place.as_deref() {
            Some("query") | None => &mut template.query,
            Some("header") => &mut template.headers,
            Some("body") => &mut fields,
            _ => continue,
        };
        into.insert(input.name.clone(), value);
    }
    match &operation.body {
        Some(written) => {
            let (mut value, media_type) = body(written)?;
            if let Some(map) = value.as_object_mut() {
                map.extend(fields);
            }
            (template.body, template.media_type) = (Some(value), media_type);
        }
        None if !fields.is_empty() => template.body = Some(Value::Object(fields)),
        None if implies_body(operation) => template.body = Some(gap(BODY)),
        None => {}
    }
    Ok(template)
}

fn gap(name: &str) -> Value {
    json!(format!("{{{{input.{name}}}}}"))
}

/// A body as a template, and its media type where that is not JSON.
///
/// # Errors
/// What is wrong with it.
pub(in crate::catalogue::capability) fn body(
    body: &Body,
) -> Result<(Value, Option<String>), String> {
    let text = |media: &str| match &body.data {
        Value::String(_) => Ok((body.data.clone(), Some(media.to_owned()))),
        _ => Err(format!("a body of type `{}` is text", body.kind)),
    };
    match body.kind.as_str() {
        "json" => match &body.data {
            Value::String(written) => Ok((json_text(written)?, None)),
            data => Ok((data.clone(), None)),
        },
        "text" => text("text/plain; charset=utf-8"),
        "xml" => text("application/xml"),
        "sparql" => text("application/sparql-query"),
        "formUrlEncoded" => {
            Ok((body.data.clone(), Some(crate::catalogue::action::FORM.to_owned())))
        }
        "multipartForm" => Err("a body of several parts is not sent".to_owned()),
        other => Err(format!("`{other}` is no kind of body")),
    }
}

/// JSON with gaps, which may stand where a value stands as well as in a text.
fn json_text(written: &str) -> Result<Value, String> {
    if let Ok(value) = serde_json::from_str(written) {
        return Ok(value);
    }
    let mut quoted = String::new();
    let mut within = false;
    let mut rest = written;
    while let Some(letter) = rest.chars().next() {
        if !within
            && let Some((name, behind)) =
                rest.strip_prefix("{{").and_then(|rest| rest.split_once("}}"))
        {
            quoted += &format!("\"{{{{{name}}}}}\"");
            rest = behind;
            continue;
        }
        let escape = within && letter == '\\';
        if letter == '"' {
            within = !within;
        }
        let length = letter.len_utf8()
            + if escape { rest[1..].chars().next().map_or(0, char::len_utf8) } else { 0 };
        quoted += &rest[..length];
        rest = &rest[length..];
    }
    serde_json::from_str(&quoted).map_err(|why| format!("the body is not JSON: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_may_stand_for_whole_values() {
        let value = json_text(r#"{"a": {{n}}, "b": "x {{ m }} \" {{k}}", "c": [{{l}}]}"#).unwrap();
        assert_eq!(value, json!({"a": "{{n}}", "b": "x {{ m }} \" {{k}}", "c": ["{{l}}"]}));
        assert!(json_text("{\"a\": }").is_err());
    }
}
