//! Gaps in texts: `{x}` and `{{x}}` in paths, `{{x}}` and `{{a.b}}` elsewhere. Filling one is a lookup
//! by name; what has no value is an error, never an empty text.

use serde_json::Value;

/// A path with its gaps in single braces.
///
/// # Errors
/// What is wrong with it.
pub(super) fn path(written: &str) -> Result<String, String> {
    if !written.starts_with('/') {
        return Err("a path begins with `/`".to_owned());
    }
    let plain = written.replace("{{", "{").replace("}}", "}");
    let mut rest = plain.as_str();
    let mut seen: Vec<&str> = Vec::new();
    while let Some((before, after)) = rest.split_once('{') {
        if before.contains('}') {
            return Err("a brace is closed that was never opened".to_owned());
        }
        let (name, behind) = after.split_once('}').ok_or("a brace is not closed")?;
        if !is_gap(name) {
            return Err(format!("`{{{name}}}` is no gap that can be filled"));
        }
        if seen.contains(&name) {
            return Err(format!("`{{{name}}}` stands there twice"));
        }
        seen.push(name);
        rest = behind;
    }
    if rest.contains('}') {
        return Err("a brace is closed that was never opened".to_owned());
    }
    if plain.contains(['?', '#', '\\', ' '])
        || plain.split('/').any(|part| matches!(part, "." | ".."))
    {
        return Err("a path has no query, fragment, blanks or dot segments".to_owned());
    }
    Ok(plain)
}

fn is_gap(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// The names between braces in a path.
pub(super) fn gaps(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|part| part.split('}').next())
}

/// The names between double braces in a text, dotted ones whole.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{").skip(1).filter_map(|part| Some(part.split_once("}}")?.0.trim()))
}

/// The names between double braces anywhere in a value.
pub fn names_in(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => names(text).map(str::to_owned).collect(),
        Value::Array(items) => items.iter().flat_map(names_in).collect(),
        Value::Object(map) => map.values().flat_map(names_in).collect(),
        _ => Vec::new(),
    }
}

/// A value with its gaps filled. A text that is one gap becomes what fills it, with its type.
///
/// # Errors
/// The name that nobody knows.
pub fn fill(value: &Value, look: &impl Fn(&str) -> Option<Value>) -> Result<Value, String> {
    Ok(match value {
        Value::String(written) => text(written, look)?,
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| fill(item, look)).collect::<Result<_, _>>()?)
        }
        Value::Object(map) => {
            let filled = map.iter().map(|(key, item)| Ok((key.clone(), fill(item, look)?)));
            Value::Object(filled.collect::<Result<_, String>>()?)
        }
        other => other.clone(),
    })
}

fn text(written: &str, look: &impl Fn(&str) -> Option<Value>) -> Result<Value, String> {
    let whole = written.trim();
    if let Some(name) = whole.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"))
        && !name.contains("{{")
    {
        return look(name.trim()).ok_or_else(|| name.trim().to_owned());
    }
    let mut filled = String::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else { break };
        let value = look(name.trim()).ok_or_else(|| name.trim().to_owned())?;
        filled += before;
        filled += &value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        rest = behind;
    }
    Ok(Value::String(filled + rest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_kinds_of_gaps_are_the_same_in_a_path() {
        assert_eq!(path("/a/{{x}}/b/{y}").unwrap(), "/a/{x}/b/{y}");
        for wrong in ["a", "/{x", "/x}", "/{x y}", "/{x}/{x}", "/a?b=1", "/../a", "/{}"] {
            assert!(path(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_has_no_value_is_an_error() {
        let look = |name: &str| (name == "n").then(|| json!(7));
        assert_eq!(
            fill(&json!({"a": "{{n}}", "b": ["x{{ n }}y"]}), &look).unwrap(),
            json!({"a": 7, "b": ["x7y"]})
        );
        assert_eq!(fill(&json!("{{m}}"), &look).unwrap_err(), "m");
        assert_eq!(fill(&json!("a {{m.k}} b"), &look).unwrap_err(), "m.k");
    }
}
