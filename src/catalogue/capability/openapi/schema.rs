//! What a schema says of one value, and of an object's fields.

use super::{list, map, node, plain, resolved, said};
use crate::catalogue::capability::finding::{At, Findings};
use crate::catalogue::capability::read::text;
use crate::catalogue::capability::yaml::{Data, Node};
use serde_json::{Value, json};

/// One input as the form has it.
#[derive(Debug, Clone)]
pub(super) struct Input {
    pub(super) at: At,
    pub(super) name: String,
    pub(super) place: &'static str,
    pub(super) kind: String,
    pub(super) about: String,
    pub(super) required: bool,
    pub(super) choices: Vec<Node>,
}

impl Input {
    pub(super) fn node(&self) -> Node {
        let at = self.at;
        let mut fields = vec![
            ("name", said(at, &self.name)),
            ("in", said(at, self.place)),
            ("type", said(at, &self.kind)),
            ("required", node(at, json!(self.required))),
        ];
        if !self.about.is_empty() {
            fields.push(("description", said(at, &self.about)));
        }
        if !self.choices.is_empty() {
            fields.push(("enum", list(at, self.choices.clone())));
        }
        map(at, fields)
    }
}

/// The type of a schema; of several the first that is not null.
pub(super) fn kind(schema: &Node) -> String {
    match schema.get("type").map(|kind| &kind.data) {
        Some(Data::Scalar(Value::String(word))) => word.clone(),
        Some(Data::List(words)) => {
            let mut words = words.iter().filter_map(Node::text);
            words.find(|word| *word != "null").unwrap_or("string").to_owned()
        }
        _ if schema.get("properties").is_some() => "object".to_owned(),
        _ if schema.get("items").is_some() => "array".to_owned(),
        _ => "string".to_owned(),
    }
}

/// An input of this schema.
pub(super) fn input(
    root: &Node,
    (at, name): (At, &str),
    place: &'static str,
    schema: &Node,
    findings: &mut Findings,
) -> Option<Input> {
    let schema = resolved(root, schema, findings)?;
    let choices = schema.get("enum").map_or(&[][..], Node::items);
    Some(Input {
        at,
        name: name.to_owned(),
        place,
        kind: kind(schema),
        about: plain(&text(schema, "description")),
        required: false,
        choices: choices.iter().filter(|choice| !choice.is_null()).cloned().collect(),
    })
}

/// The fields of an object, those of all its parts; none when it is more than that.
pub(super) fn fields(
    root: &Node,
    schema: &Node,
    findings: &mut Findings,
    depth: usize,
) -> Option<Vec<Input>> {
    let schema = resolved(root, schema, findings)?;
    if depth > 16 || schema.get("oneOf").is_some() || schema.get("anyOf").is_some() {
        return None;
    }
    let mut all: Vec<Input> = Vec::new();
    for part in schema.get("allOf").map_or(&[][..], Node::items) {
        for field in fields(root, part, findings, depth + 1)? {
            all.retain(|other| other.name != field.name);
            all.push(field);
        }
    }
    for (key, property) in schema.get("properties").map_or(&[][..], Node::entries) {
        let only_read = resolved(root, property, findings)
            .and_then(|property| property.get("readOnly").map(Node::json));
        if only_read == Some(Value::Bool(true)) {
            continue;
        }
        all.retain(|other| other.name != key.name);
        all.push(input(root, (key.at, &key.name), "body", property, findings)?);
    }
    let required = schema.get("required").map_or(&[][..], Node::items);
    for field in &mut all {
        field.required |= required.iter().any(|name| name.text() == Some(&field.name));
    }
    Some(all)
}
