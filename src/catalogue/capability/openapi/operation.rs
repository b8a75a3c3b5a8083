//! The operations of a document, each with a name of its own and with what it takes.

use super::schema::{Input, input};
use super::{body, list, map, node, plain, resolved, said};
use crate::catalogue::capability::finding::{At, Findings};
use crate::catalogue::capability::read::{place, text};
use crate::catalogue::capability::template;
use crate::catalogue::capability::yaml::Node;
use serde_json::json;

/// The methods that are performed.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// An operation.
#[derive(Debug, Clone)]
pub(super) struct Found {
    at: At,
    name: String,
    method: String,
    path: (At, String),
    label: String,
    about: String,
    inputs: Vec<Input>,
    body: Option<Node>,
}

/// All that can be performed.
pub(super) fn all(root: &Node, findings: &mut Findings) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    let Some(paths) = root.get("paths") else {
        findings.error("no-paths", root.at, "the document has no `paths`");
        return all;
    };
    for (path, item) in paths.entries().iter().filter(|(key, _)| key.name.starts_with('/')) {
        let Some(item) = resolved(root, item, findings) else { continue };
        if let Err(why) = template::path(&path.name) {
            findings.error("bad-path", path.at, format!("`{}`: {why}", path.name));
            continue;
        }
        for (method, operation) in item.entries() {
            let known = METHODS.contains(&method.name.as_str());
            if !known && matches!(&*method.name, "head" | "options" | "trace" | "query") {
                let why = format!("{} is not performed", method.name.to_uppercase());
                findings.note("method-left-out", method.at, why);
            }
            if !known {
                continue;
            }
            let found = one(root, (path.at, &path.name), item, &method.name, operation, findings);
            let Some(mut found) = found else { continue };
            found.name = unique(&found, &all, findings);
            all.push(found);
        }
    }
    all
}

/// A name that no other operation has.
fn unique(found: &Found, all: &[Found], findings: &mut Findings) -> String {
    let taken = |name: &str| all.iter().any(|other| other.name == name);
    if !taken(&found.name) {
        return found.name.clone();
    }
    let mut names = (2..).map(|n| format!("{}_{n}", found.name));
    let name = names.find(|name| !taken(name)).unwrap_or_default();
    let why = format!("`{}` is the name of another operation; this one is `{name}`", found.name);
    findings.warn("duplicate-operation-id", found.at, why);
    name
}

fn one(
    root: &Node,
    path: (At, &str),
    item: &Node,
    method: &str,
    operation: &Node,
    findings: &mut Findings,
) -> Option<Found> {
    let mut inputs: Vec<Input> = Vec::new();
    let shared = item.get("parameters").map_or(&[][..], Node::items);
    let own = operation.get("parameters").map_or(&[][..], Node::items);
    for written in shared.iter().chain(own) {
        let parameter = resolved(root, written, findings)?;
        let Some(found) = parameter_of(root, parameter, findings) else { continue };
        if found.place == "cookie" {
            if found.required {
                let why = "a cookie that is needed is not sent; the operation is left out";
                findings.warn("cookie-input", found.at, why);
                return None;
            }
            continue;
        }
        inputs.retain(|other| other.name != found.name || other.place != found.place);
        inputs.push(found);
    }
    let sent = body::of(root, operation, &inputs, findings)?;
    inputs.extend(sent.inputs);
    let summary = plain(&text(operation, "summary"));
    let about = plain(&text(operation, "description"));
    let id = text(operation, "operationId");
    let name = match snake(&id) {
        name if name.is_empty() => snake(&format!("{method} {}", path.1)),
        name => name,
    };
    Some(Found {
        at: operation.at,
        label: if summary.len() <= 60 { summary.clone() } else { String::new() },
        about: if about.is_empty() { summary } else { about },
        method: method.to_uppercase(),
        path: (path.0, path.1.to_owned()),
        body: sent.body,
        inputs,
        name,
    })
}

fn parameter_of(root: &Node, parameter: &Node, findings: &mut Findings) -> Option<Input> {
    let name = text(parameter, "name");
    let at = parameter.at;
    let in_place = match text(parameter, "in").as_str() {
        "path" => "path",
        "query" => "query",
        "header" => "header",
        "cookie" => "cookie",
        other => {
            let why = format!("`{name}` is in `{other}`, which is no place for a parameter");
            findings.error("bad-parameter", place(parameter, "in"), why);
            return None;
        }
    };
    let media = || parameter.get("content").and_then(|content| content.entries().first());
    let schema = parameter.get("schema").or_else(|| media()?.1.get("schema"));
    let empty = map(at, Vec::new());
    let mut found = input(root, (at, &name), in_place, schema.unwrap_or(&empty), findings)?;
    let about = plain(&text(parameter, "description"));
    if !about.is_empty() {
        found.about = about;
    }
    let is = |key: &str, flag: bool| parameter.get(key).map(Node::json) == Some(json!(flag));
    found.required = in_place == "path" || is("required", true);
    let spaced = matches!(text(parameter, "style").as_str(), "spaceDelimited" | "pipeDelimited");
    if found.kind == "array" && (is("explode", false) || spaced || in_place != "query") {
        found.kind = "string".to_owned();
        found.choices.clear();
        found.about = format!("{} Several are separated by commas.", found.about).trim().to_owned();
    }
    Some(found)
}

/// `listPets` → `list_pets`, `GET /pets/{petId}` → `get_pets_pet_id`.
fn snake(words: &str) -> String {
    let mut name = String::new();
    let mut before = ' ';
    for letter in words.chars() {
        if letter.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            name.push('_');
        }
        match letter.is_ascii_alphanumeric() {
            true => name.push(letter.to_ascii_lowercase()),
            false if name.is_empty() || name.ends_with('_') => {}
            false => name.push('_'),
        }
        before = letter;
    }
    let name = name.trim_matches('_').trim_start_matches(|c: char| c.is_ascii_digit());
    let name = name.trim_matches('_');
    name.get(..name.len().min(100)).unwrap_or(name).trim_end_matches('_').to_owned()
}

impl Found {
    fn parts(&self) -> Vec<(&'static str, Node)> {
        let mut parts = vec![("name", said(self.at, &self.name))];
        if !self.label.is_empty() {
            parts.push(("label", said(self.at, &self.label)));
        }
        if !self.about.is_empty() {
            parts.push(("description", said(self.at, &self.about)));
        }
        parts
    }

    /// What is called.
    pub(super) fn resource(&self) -> Node {
        let mut operation = self.parts();
        operation.push(("method", said(self.at, &self.method)));
        let inputs = self.inputs.iter().map(Input::node).collect();
        operation.push(("inputParameters", list(self.at, inputs)));
        if let Some(body) = &self.body {
            operation.push(("body", body.clone()));
        }
        self.at_path(operation)
    }

    /// The same as a REST route.
    pub(super) fn route(&self, namespace: &str) -> Node {
        let mut operation = self.parts();
        operation.push(("method", said(self.at, &self.method)));
        operation.push(("call", said(self.at, &format!("{namespace}.{}", self.name))));
        self.at_path(operation)
    }

    fn at_path(&self, operation: Vec<(&str, Node)>) -> Node {
        let (at, path) = &self.path;
        let operations = list(self.at, vec![map(self.at, operation)]);
        let about = if self.about.is_empty() { &self.name } else { &self.about };
        let parts = vec![
            ("name", said(*at, &self.name)),
            ("description", said(*at, about)),
            ("path", said(*at, path)),
            ("operations", operations),
        ];
        map(*at, parts)
    }

    /// The same as a tool, with what its method tells.
    pub(super) fn tool(&self, namespace: &str) -> Node {
        let at = self.at;
        let (reads, destroys, again) = match self.method.as_str() {
            "GET" => (true, false, true),
            "PUT" | "DELETE" => (false, true, true),
            _ => (false, false, false),
        };
        let hints = vec![
            ("readOnly", node(at, json!(reads))),
            ("destructive", node(at, json!(destroys))),
            ("idempotent", node(at, json!(again))),
        ];
        let mut parts = self.parts();
        parts.push(("hints", map(at, hints)));
        parts.push(("call", said(at, &format!("{namespace}.{}", self.name))));
        map(at, parts)
    }
}
