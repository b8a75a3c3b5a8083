//! The request of an action: what is written in it stands, what names an input is replaced by it.

use serde_json::{Map, Value};

/// A request with gaps: `{id}` in the path, `{{input.id}}` or `{"$var": "$.input.id"}` elsewhere.
#[derive(Debug, Clone)]
pub struct Template {
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The service, none for the provider's usual one.
    pub service: Option<String>,
    /// The key of the list in the answer, when it comes in pages.
    pub items: Option<String>,
    /// The query.
    pub query: Map<String, Value>,
    /// Headers besides the usual ones.
    pub headers: Map<String, Value>,
    /// The body.
    pub body: Option<Value>,
    /// The media type of the body, when it is not JSON.
    pub media_type: Option<String>,
}

/// A request whose gaps are filled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filled {
    /// Values of the path.
    pub path: Vec<(String, String)>,
    /// The query.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Value>,
}

impl Template {
    /// The names between braces in the path.
    pub fn placeholders(&self) -> Vec<String> {
        self.plain_path()
            .split('{')
            .skip(1)
            .filter_map(|part| Some(part.split('}').next()?.to_owned()))
            .collect()
    }

    /// The path with every gap in the short form.
    pub fn plain_path(&self) -> String {
        let mut path = self.path.clone();
        for name in gaps(&self.path) {
            for written in [format!("{{{{input.{name}}}}}"), format!("{{{{{name}}}}}")] {
                path = path.replace(&written, &format!("{{{name}}}"));
            }
        }
        path
    }

    /// The request for these arguments. What is not named anywhere goes where the method puts it.
    pub fn fill(&self, args: &Map<String, Value>) -> Filled {
        let mut filled = Filled::default();
        for name in self.placeholders() {
            let value = args.get(&name).map(text).unwrap_or_default();
            filled.path.push((name, value));
        }
        let pairs = |map: &Map<String, Value>| -> Vec<(String, String)> {
            let filled = map.iter().map(|(key, value)| (key.clone(), render(value, args)));
            filled
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key, text(&value)))
                .collect()
        };
        filled.query = pairs(&self.query);
        filled.headers = pairs(&self.headers);
        filled.body = self.body.as_ref().map(|body| render(body, args));
        let named = names(self);
        let rest = args.iter().filter(|(name, _)| !named.contains(name));
        let has_body = !matches!(&*self.method, "GET" | "DELETE");
        for (name, value) in rest {
            if !has_body {
                filled.query.push((name.clone(), text(value)));
                continue;
            }
            let body = filled.body.get_or_insert_with(|| Value::Object(Map::new()));
            if let Some(body) = body.as_object_mut() {
                body.entry(name.as_str()).or_insert_with(|| value.clone());
            }
        }
        filled
    }
}

/// The inputs that a request names.
pub(super) fn names(template: &Template) -> Vec<String> {
    let mut names = template.placeholders();
    let mut add = |value: &Value| collect(value, &mut names);
    template.query.values().chain(template.headers.values()).for_each(&mut add);
    template.body.iter().for_each(&mut add);
    names
}

fn collect(value: &Value, names: &mut Vec<String>) {
    let mut add = |path: &str| {
        let name = path.split('.').next().unwrap_or_default().to_owned();
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    };
    match value {
        Value::String(text) => gaps(text).iter().for_each(|path| add(path)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        Value::Object(map) => match variable(map) {
            Some(path) => add(path),
            None => map.values().for_each(|item| collect(item, names)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The inputs between double braces in a text, as dotted paths.
fn gaps(text: &str) -> Vec<String> {
    let inner = text.split("{{").skip(1).filter_map(|part| Some(part.split_once("}}")?.0));
    inner.map(|path| input(path.trim()).to_owned()).collect()
}

fn input(path: &str) -> &str {
    let path = path.strip_prefix("$.").unwrap_or(path);
    path.strip_prefix("input.").unwrap_or(path)
}

/// The path in `{"$var": "$.input.id"}`.
fn variable(map: &Map<String, Value>) -> Option<&str> {
    match (map.len(), map.get("$var")) {
        (1, Some(Value::String(path))) => Some(input(path)),
        _ => None,
    }
}

fn render(value: &Value, args: &Map<String, Value>) -> Value {
    match value {
        Value::String(written) => rendered(written, args),
        Value::Array(items) => items.iter().map(|item| render(item, args)).collect(),
        Value::Object(map) => match variable(map) {
            Some(path) => look(path, args),
            // What nobody gave is left out.
            None => {
                let filled = map.iter().map(|(key, item)| (key.clone(), item, render(item, args)));
                let given = filled.filter(|(_, item, value)| item.is_null() || !value.is_null());
                Value::Object(given.map(|(key, _, value)| (key, value)).collect())
            }
        },
        other => other.clone(),
    }
}

/// A text that is one gap is the input itself, with its type.
fn rendered(written: &str, args: &Map<String, Value>) -> Value {
    let trimmed = written.trim();
    let paths = gaps(written);
    if let ([path], true, true) =
        (paths.as_slice(), trimmed.starts_with("{{"), trimmed.ends_with("}}"))
    {
        return look(path, args);
    }
    let mut text = String::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((path, behind)) = after.split_once("}}") else { break };
        text += before;
        text += &self::text(&look(input(path.trim()), args));
        rest = behind;
    }
    Value::String(text + rest)
}

fn look(path: &str, args: &Map<String, Value>) -> Value {
    let mut parts = path.split('.');
    let first = parts.next().and_then(|name| args.get(name)).unwrap_or(&Value::Null);
    parts.fold(first, |value, key| &value[key]).clone()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template(method: &str, path: &str, body: Option<Value>) -> Template {
        let query = json!({"limit": 5, "kind": "{{input.kind}}", "name": "a-{{ name }}"});
        Template {
            method: method.into(),
            path: path.into(),
            service: None,
            items: None,
            query: query.as_object().unwrap().clone(),
            headers: Map::new(),
            body,
            media_type: None,
        }
    }

    #[test]
    fn gaps_are_filled_with_their_types() {
        let body =
            json!({"user": {"$var": "$.input.user"}, "age": "{{input.user.age}}", "none": "{{x}}"});
        let template = template("POST", "/a/{{input.id}}/{sub}", Some(body));
        let args = json!({"id": "1", "sub": 2, "user": {"age": 3}, "kind": null, "name": "n", "more": true});
        let filled = template.fill(args.as_object().unwrap());
        assert_eq!(template.plain_path(), "/a/{id}/{sub}");
        assert_eq!(filled.path, [("id".into(), "1".into()), ("sub".into(), "2".into())]);
        assert_eq!(filled.query, [("limit".into(), "5".into()), ("name".into(), "a-n".into())]);
        assert_eq!(filled.body, Some(json!({"user": {"age": 3}, "age": 3, "more": true})));
    }

    #[test]
    fn what_no_place_was_made_for_goes_where_the_method_puts_it() {
        let filled = template("GET", "/a", None).fill(json!({"x": 1}).as_object().unwrap());
        assert!(filled.query.contains(&("x".into(), "1".into())), "{filled:?}");
        assert_eq!(filled.body, None);
    }
}
