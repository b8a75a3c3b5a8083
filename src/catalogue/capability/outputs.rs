//! What a function gives back: the parts of an answer that its outputs name. `$` and `$.` are the
//! answer itself; an object whose parts are not named is taken as it is.

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use super::finding::Findings;
use super::model::{Function, Output};
use crate::catalogue::operation::Type;

/// Looks at the outputs of functions.
pub(super) fn check<'a>(functions: impl Iterator<Item = &'a Function>, findings: &mut Findings) {
    functions.flat_map(|function| &function.outputs).for_each(|output| one(output, findings));
}

fn one(output: &Output, findings: &mut Findings) {
    if let Some(path) = &output.mapping {
        if path == "$." {
            findings.repair("root-path", output.at, "`$.` is no JSONPath; it is taken for `$`");
        } else if let Err(why) = JsonPath::parse(path) {
            findings.error("bad-mapping", output.at, format!("`{path}` is no JSONPath: {why}"));
        }
    }
    let bare = output.mapping.is_some() && output.value.is_none();
    match output.kind {
        Type::Object if bare && output.properties.is_empty() => {
            let why = "an object without `properties` is given back as it is";
            findings.repair("object-without-properties", output.at, why);
        }
        Type::Array if bare && output.items.is_none() => {
            findings.repair(
                "array-without-items",
                output.at,
                "a list without `items` is given back as it is",
            );
        }
        _ => {}
    }
    output.properties.iter().chain(output.items.as_deref()).for_each(|inner| one(inner, findings));
}

/// What is found under a path: the one thing, a list of several, nothing when there is nothing.
pub fn find(value: &Value, path: &str) -> Value {
    if matches!(path, "$" | "$.") {
        return value.clone();
    }
    let Ok(path) = JsonPath::parse(path) else { return Value::Null };
    let found = path.query(value).all();
    match found.as_slice() {
        [] => Value::Null,
        [one] => (*one).clone(),
        several => several.iter().map(|one| (*one).clone()).collect(),
    }
}

impl Output {
    /// The part of `value` that this output is.
    pub fn take(&self, value: &Value) -> Value {
        if let Some(fixed) = &self.value {
            return fixed.clone();
        }
        let found = self.mapping.as_ref().map_or_else(|| value.clone(), |path| find(value, path));
        match self.kind {
            Type::Object if !self.properties.is_empty() && !found.is_array() => self.object(&found),
            Type::Array => match (&self.items, found) {
                (Some(item), Value::Array(items)) => {
                    items.iter().map(|one| item.take(one)).collect()
                }
                (_, found) => found,
            },
            _ => found,
        }
    }

    fn object(&self, found: &Value) -> Value {
        let parts =
            self.properties.iter().filter_map(|part| Some((part.name.clone()?, part.part(found))));
        Value::Object(parts.collect::<Map<_, _>>())
    }

    /// A named part: where its mapping says, else under its own name.
    fn part(&self, found: &Value) -> Value {
        if self.mapping.is_some() || self.value.is_some() {
            return self.take(found);
        }
        let own = self.name.as_ref().and_then(|name| found.get(name)).cloned().unwrap_or_default();
        match self.kind {
            // Parts of what is not named in the answer are parts of the answer.
            Type::Object if own.is_null() && !self.properties.is_empty() => self.object(found),
            _ => self.take(&own),
        }
    }
}

/// What a function gives back of `value`: the first output that is a part of it; all of the values of
/// a mock; the value itself when nothing is said.
pub fn shape(outputs: &[Output], value: &Value) -> Value {
    let named: Vec<&Output> = outputs.iter().filter(|output| output.name.is_some()).collect();
    match outputs.first() {
        None => value.clone(),
        Some(first) if named.is_empty() => first.take(value),
        Some(_) => Value::Object(
            named
                .iter()
                .filter_map(|output| Some((output.name.clone()?, output.part(value))))
                .collect(),
        ),
    }
}

/// Whether outputs leave a value as it is.
pub fn is_identity(outputs: &[Output]) -> bool {
    outputs.first().is_none_or(|first| {
        let root = first.mapping.as_deref().is_none_or(|path| matches!(path, "$" | "$."));
        root && first.name.is_none()
            && first.value.is_none()
            && first.properties.is_empty()
            && first.items.is_none()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn output(kind: Type, mapping: Option<&str>) -> Output {
        Output {
            at: super::super::At::START,
            name: None,
            kind,
            mapping: mapping.map(str::to_owned),
            value: None,
            properties: Vec::new(),
            items: None,
        }
    }

    #[test]
    fn the_root_is_the_answer_itself() {
        let value = json!({"a": [1, 2]});
        for path in ["$", "$."] {
            assert_eq!(output(Type::Object, Some(path)).take(&value), value);
        }
        assert_eq!(output(Type::Number, Some("$.a[1]")).take(&value), json!(2));
        assert_eq!(output(Type::Number, Some("$.b")).take(&value), Value::Null);
    }

    #[test]
    fn objects_and_lists_are_built_of_their_parts() {
        let part = Output { name: Some("id".into()), ..output(Type::String, Some("$.n.id")) };
        let plain = Output { name: Some("x".into()), ..output(Type::Number, None) };
        let item = Output { properties: vec![part, plain], ..output(Type::Object, None) };
        let list = Output { items: Some(Box::new(item)), ..output(Type::Array, Some("$.all")) };
        let value = json!({"all": [{"n": {"id": "a"}, "x": 1, "y": 2}, {"n": {}}]});
        assert_eq!(list.take(&value), json!([{"id": "a", "x": 1}, {"id": null, "x": null}]));
    }
}
