//! From nodes to the one form. What can be understood is taken; what cannot be done without is an
//! error. Whether everything is as the format demands, `grammar` knows.

use serde_json::Value;

use super::finding::{At, Findings};
use super::model::{Auth, Bind, Body, Capability, Consumed, Input, Operation};
use super::version::Version;
use super::yaml::{Data, Node};
use super::{faces, template};
use crate::catalogue::operation::Type;

/// Reads a document.
pub(super) fn capability(root: &Node, version: Version, findings: &mut Findings) -> Capability {
    let empty = Node { at: root.at, data: Data::Map(Vec::new()) };
    let body = root.get("capability").unwrap_or(&empty);
    let info = root.get("info").unwrap_or(&empty);
    let parts = |name: &str| -> Vec<&Node> {
        [root, body].into_iter().flat_map(|node| list(node, name)).collect()
    };
    let capability = Capability {
        version,
        label: text(info, "label"),
        about: text(info, "description"),
        binds: parts("binds").into_iter().filter_map(|node| bind(node, findings)).collect(),
        consumes: parts("consumes")
            .into_iter()
            .filter_map(|node| consumed(node, findings))
            .collect(),
        exposes: parts("exposes")
            .into_iter()
            .filter_map(|node| faces::exposed(node, findings))
            .collect(),
        aggregates: parts("aggregates")
            .into_iter()
            .filter_map(|node| faces::aggregate(node, findings))
            .collect(),
    };
    if capability.consumes.is_empty()
        && capability.exposes.is_empty()
        && capability.aggregates.is_empty()
    {
        findings.error("nothing-in-it", root.at, "the document neither calls nor shows anything");
    }
    capability
}

/// The text under a key, empty when there is none. A number is taken for its digits.
pub(super) fn text(node: &Node, key: &str) -> String {
    match node.get(key).map(|node| &node.data) {
        Some(Data::Scalar(Value::String(text))) => text.clone(),
        Some(Data::Scalar(value @ (Value::Number(_) | Value::Bool(_)))) => value.to_string(),
        _ => String::new(),
    }
}

/// The items under a key.
pub(super) fn list<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map_or(&[], Node::items)
}

/// Where something under a key stands, else the thing itself.
pub(super) fn place(node: &Node, key: &str) -> At {
    node.get(key).map_or(node.at, |node| node.at)
}

/// The text under a key that cannot be done without.
pub(super) fn needed(
    node: &Node,
    key: &str,
    what: &str,
    findings: &mut Findings,
) -> Option<String> {
    let text = text(node, key);
    if text.is_empty() {
        findings.error("missing-field", node.at, format!("{what} needs `{key}`"));
        return None;
    }
    Some(text)
}

fn bind(node: &Node, findings: &mut Findings) -> Option<Bind> {
    let namespace = text(node, "namespace");
    let location = Some(text(node, "location")).filter(|text| !text.is_empty());
    if let Some(location) = &location {
        let why =
            format!("`{location}` is not read: the account has the secret, or the environment");
        findings.warn("bind-location", place(node, "location"), why);
    }
    let keys = node.get("keys")?.entries().iter();
    let keys = keys.map(|(key, value)| {
        (key.at, key.name.clone(), value.text().unwrap_or(&key.name).to_owned())
    });
    Some(Bind { at: node.at, namespace, keys: keys.collect(), location })
}

fn consumed(node: &Node, findings: &mut Findings) -> Option<Consumed> {
    if node.get("location").is_some() {
        let why = "importing from other files is not done: put what is consumed into this file";
        findings.error("import", place(node, "location"), why);
        return None;
    }
    let namespace = needed(node, "namespace", "what is consumed", findings)?;
    if !is_name(&namespace) {
        let why =
            format!("`{namespace}` is made of other characters than letters, digits, `-` and `_`");
        findings.error("bad-name", place(node, "namespace"), why);
        return None;
    }
    let base = needed(node, "baseUri", &format!("`{namespace}`"), findings)?;
    let base = base_uri(&base, place(node, "baseUri"), findings)?;
    let shared = inputs(node, findings);
    let mut operations = Vec::new();
    let mut resources = Vec::new();
    for resource in list(node, "resources") {
        let Some(path) = needed(resource, "path", "a resource", findings) else { continue };
        resources.push((resource.at, text(resource, "name"), path.clone()));
        let mut common = shared.clone();
        common.extend(inputs(resource, findings));
        for operation in list(resource, "operations") {
            operations.extend(self::operation(
                operation,
                (&path, place(resource, "path")),
                &common,
                findings,
            ));
        }
    }
    Some(Consumed {
        at: node.at,
        namespace,
        base,
        base_at: place(node, "baseUri"),
        about: text(node, "description"),
        auth: auth(node, findings),
        resources,
        operations,
    })
}

/// Whether a name can be a namespace's or an operation's.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.len() <= 120
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// An absolute URL without gaps, user, query or fragment; its slash at the end is taken off.
fn base_uri(base: &str, at: At, findings: &mut Findings) -> Option<String> {
    let rest = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split('/').next().unwrap_or_default());
    let plain = host.is_some_and(|host| {
        !host.is_empty()
            && host
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'))
    });
    let whole = !base.contains(['{', '}', '?', '#', '@', '\\', ' ', '%'])
        && !base.contains("/..")
        && !base.contains("/./");
    if !plain || !whole {
        let why =
            format!("`{base}` is not an absolute http or https URL without user, query and gaps");
        findings.error("bad-base-uri", at, why);
        return None;
    }
    if base.ends_with('/') {
        findings.warn("base-uri-slash", at, "`baseUri` ends with a slash");
    }
    Some(base.trim_end_matches('/').to_owned())
}

pub(super) fn auth(node: &Node, findings: &mut Findings) -> Option<Auth> {
    let node = node.get("authentication")?;
    let kind = needed(node, "type", "`authentication`", findings)?;
    let fields = node.entries().iter().filter(|(key, _)| key.name != "type");
    let fields =
        fields.filter_map(|(key, value)| Some((key.name.clone(), value.text()?.to_owned())));
    Some(Auth { at: node.at, kind, fields: fields.collect() })
}

fn operation(
    node: &Node,
    (path, path_at): (&str, At),
    common: &[Input],
    findings: &mut Findings,
) -> Option<Operation> {
    let name = needed(node, "name", "an operation", findings)?;
    let method = text(node, "method").to_ascii_uppercase();
    if !is_name(&name) {
        let why = format!("`{name}` is made of other characters than letters, digits, `-` and `_`");
        findings.error("bad-name", place(node, "name"), why);
        return None;
    }
    if !matches!(&*method, "GET" | "POST" | "PUT" | "PATCH" | "DELETE") {
        let why = format!("`{name}` has no method of GET, POST, PUT, PATCH, DELETE");
        findings.error("bad-method", place(node, "method"), why);
        return None;
    }
    let path = match template::path(path) {
        Ok(path) => path,
        Err(why) => {
            findings.error("bad-path", path_at, format!("`{path}`: {why}"));
            return None;
        }
    };
    let mut inputs = common.to_vec();
    for input in self::inputs(node, findings) {
        inputs.retain(|other| other.name != input.name);
        inputs.push(input);
    }
    let parts = list(node, "outputParameters").iter().filter_map(|part| {
        let path = ["value", "mapping"].iter().find_map(|key| part.get(key)?.text());
        Some((text(part, "name"), path.filter(|path| path.starts_with('$'))?.to_owned()))
    });
    Some(Operation {
        at: node.at,
        label: text(node, "label"),
        about: text(node, "description"),
        method,
        path,
        path_at,
        inputs,
        body: node.get("body").filter(|body| !body.is_null()).map(body),
        format: Some(text(node, "outputRawFormat"))
            .filter(|format| !format.is_empty() && format != "json"),
        parts: parts.collect(),
        name,
    })
}

fn body(node: &Node) -> Body {
    let kind = text(node, "type");
    match node.get("data") {
        Some(data) if !kind.is_empty() => Body { at: node.at, kind, data: data.json() },
        _ => Body { at: node.at, kind: "json".to_owned(), data: node.json() },
    }
}

/// The inputs of anything.
pub(super) fn inputs(node: &Node, findings: &mut Findings) -> Vec<Input> {
    let all = list(node, "inputParameters").iter().chain(list(node, "arguments"));
    all.filter_map(|node| input(node, findings)).collect()
}

fn input(node: &Node, findings: &mut Findings) -> Option<Input> {
    let name = needed(node, "name", "an input", findings)?;
    let flag = |key: &str| match node.get(key).map(|node| &node.data) {
        Some(Data::Scalar(Value::Bool(flag))) => Some(*flag),
        _ => None,
    };
    Some(Input {
        at: node.at,
        place: Some(text(node, "in")).filter(|place| !place.is_empty()),
        kind: kind(&text(node, "type")),
        about: text(node, "description"),
        required: flag("required"),
        value: node.get("value").filter(|value| !value.is_null()).map(Node::json),
        choices: list(node, "enum").iter().map(Node::json).collect(),
        name,
    })
}

/// The type of that name, text where nothing is said.
pub(super) fn kind(word: &str) -> Type {
    let all = [Type::Integer, Type::Number, Type::Boolean, Type::Object, Type::Array];
    all.into_iter().find(|kind| kind.word() == word).unwrap_or(Type::String)
}
