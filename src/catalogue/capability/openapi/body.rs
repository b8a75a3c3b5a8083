//! What an operation is sent: the fields of an object by name, anything else whole.

use super::schema::{Input, fields, kind};
use super::{map, resolved, said};
use crate::catalogue::capability::finding::Findings;
use crate::catalogue::capability::yaml::{Data, Key, Node};

/// What is sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent {
    /// Inputs for the fields.
    pub(super) inputs: Vec<Input>,
    /// How they are put together, where that is not JSON.
    pub(super) body: Option<Node>,
}

/// What is sent; none for what cannot be.
pub(super) fn of(
    root: &Node,
    operation: &Node,
    taken: &[Input],
    findings: &mut Findings,
) -> Option<Sent> {
    let Some(written) = operation.get("requestBody") else { return Some(Sent::default()) };
    let written = resolved(root, written, findings)?;
    let content = written.get("content").map_or(&[][..], Node::entries);
    let of_type = |fits: fn(&str) -> bool| content.iter().find(|(key, _)| fits(&key.name));
    let json = of_type(is_json);
    let form = || of_type(|name| name.starts_with("application/x-www-form-urlencoded"));
    let Some((key, media)) = json.or_else(form) else {
        let names: Vec<&str> = content.iter().map(|(key, _)| key.name.as_str()).collect();
        let why = format!("a body of {} is not sent; the operation is left out", names.join(", "));
        findings.warn("body-not-sent", written.at, why);
        return None;
    };
    let Some(schema) = media.get("schema") else { return Some(Sent::default()) };
    let own = fields(root, schema, findings, 0).filter(|own| !own.is_empty());
    let free = |own: &Vec<Input>| {
        own.iter().all(|one| {
            let plain = one.name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
            plain && one.name != "body" && taken.iter().all(|other| other.name != one.name)
        })
    };
    match (own.filter(free), json.is_some()) {
        (Some(inputs), true) => Some(Sent { inputs, body: None }),
        (Some(inputs), false) => Some(Sent { inputs, body: Some(form_of(key, Vec::new())) }),
        (None, true) => {
            let schema = resolved(root, schema, findings)?;
            let object = matches!(kind(schema).as_str(), "object" | "string");
            // An object is what is sent where nothing is said.
            Some(Sent { inputs: Vec::new(), body: (!object).then(|| said_whole(key)) })
        }
        (None, false) => {
            let why = "the fields of this form cannot be told apart; the operation is left out";
            findings.warn("body-not-sent", media.at, why);
            None
        }
    }
}

fn is_json(media: &str) -> bool {
    let media = media.split(';').next().unwrap_or_default().trim();
    media == "application/json" || media.ends_with("+json") || media == "*/*"
}

fn form_of(key: &Key, data: Vec<(Key, Node)>) -> Node {
    let data = Node { at: key.at, data: Data::Map(data) };
    map(key.at, vec![("type", said(key.at, "formUrlEncoded")), ("data", data)])
}

/// The body as one argument of any type.
fn said_whole(key: &Key) -> Node {
    let data = said(key.at, "{{body}}");
    map(key.at, vec![("type", said(key.at, "json")), ("data", data)])
}
