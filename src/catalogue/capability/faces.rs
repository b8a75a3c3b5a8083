//! What a document shows, and how that is done: faces, shared functions, steps and outputs.

use serde_json::Value;

use super::finding::Findings;
use super::model::{
    Aggregate, Document, Exposed, Face, Function, Hints, Input, Output, Prompt, Step, StepKind,
    Work,
};
use super::read::{auth, inputs, kind, list, needed, place, text};
use super::template;
use super::yaml::{Data, Node};
use crate::catalogue::operation::Type;

/// A face.
pub(super) fn exposed(node: &Node, findings: &mut Findings) -> Option<Exposed> {
    let kind = needed(node, "type", "what is exposed", findings)?;
    let face = match kind.as_str() {
        "rest" => Face::Rest,
        "mcp" => Face::Mcp,
        _ => {
            findings.note(
                "face-not-served",
                place(node, "type"),
                format!("a face of type `{kind}` is not served"),
            );
            Face::Other
        }
    };
    let namespace = match text(node, "namespace") {
        name if name.is_empty() => kind.clone(),
        name => name,
    };
    let port = node.get("port").and_then(|port| match &port.data {
        Data::Scalar(value) => Some((port.at, u16::try_from(value.as_u64()?).ok()?)),
        _ => None,
    });
    let documents = list(node, "resources").iter().filter(|_| face == Face::Mcp);
    let documents = documents.map(|node| document(node, findings)).collect();
    let mut exposed = Exposed {
        at: node.at,
        face,
        about: text(node, "description"),
        port,
        address: node.get("address").and_then(|node| Some((node.at, node.text()?.to_owned()))),
        transport: Some(text(node, "transport"))
            .filter(|word| !word.is_empty())
            .unwrap_or_else(|| "http".to_owned()),
        auth: auth(node, findings),
        functions: list(node, "tools").iter().map(|tool| function(tool, "", findings)).collect(),
        forwards: Vec::new(),
        documents,
        prompts: list(node, "prompts").iter().map(|node| prompt(node, findings)).collect(),
        routes: Vec::new(),
        kind,
        namespace,
    };
    let common = inputs(node, findings);
    for route in list(node, "resources").iter().filter(|_| face == Face::Rest) {
        resource(route, &common, &mut exposed, findings);
    }
    Some(exposed)
}

/// A resource of a REST face.
fn resource(node: &Node, common: &[Input], exposed: &mut Exposed, findings: &mut Findings) {
    let Some(path) = needed(node, "path", "a resource", findings) else { return };
    let plain = match template::path(&path) {
        Ok(plain) => plain,
        Err(why) => {
            return findings.error("bad-path", place(node, "path"), format!("`{path}`: {why}"));
        }
    };
    exposed.routes.push((node.at, plain.clone(), node.get("description").is_some()));
    if let Some(forward) = node.get("forward") {
        exposed.forwards.push((forward.at, plain.clone(), text(forward, "targetNamespace")));
    }
    let mut common = common.to_vec();
    common.extend(inputs(node, findings));
    for operation in list(node, "operations") {
        let method = text(operation, "method").to_ascii_uppercase();
        let mut function = function(operation, &text(node, "name"), findings);
        function.route = Some((method, plain.clone()));
        let own: Vec<String> = function.inputs.iter().map(|input| input.name.clone()).collect();
        let shared = common.iter().filter(|input| !own.contains(&input.name)).cloned();
        function.inputs = shared.chain(std::mem::take(&mut function.inputs)).collect();
        exposed.functions.push(function);
    }
}

fn document(node: &Node, findings: &mut Findings) -> Document {
    let uri = text(node, "uri");
    let mut function = function(node, "", findings);
    for gap in template::gaps(&uri) {
        if function.inputs.iter().any(|input| input.name == gap) {
            continue;
        }
        function.inputs.push(Input {
            at: node.at,
            name: gap.to_owned(),
            place: None,
            kind: Type::String,
            about: format!("The `{gap}` in the URI."),
            required: Some(true),
            value: None,
            choices: Vec::new(),
        });
    }
    Document {
        mime: Some(text(node, "mimeType")).filter(|mime| !mime.is_empty()),
        location: Some(text(node, "location")).filter(|location| !location.is_empty()),
        function,
        uri,
    }
}

fn prompt(node: &Node, findings: &mut Findings) -> Prompt {
    Prompt {
        at: node.at,
        name: text(node, "name"),
        label: text(node, "label"),
        about: text(node, "description"),
        arguments: inputs(node, findings),
        messages: list(node, "template")
            .iter()
            .map(|node| (text(node, "role"), text(node, "content")))
            .collect(),
    }
}

/// Functions that faces share.
pub(super) fn aggregate(node: &Node, findings: &mut Findings) -> Option<Aggregate> {
    Some(Aggregate {
        at: node.at,
        namespace: needed(node, "namespace", "an aggregate", findings)?,
        label: text(node, "label"),
        about: text(node, "description"),
        functions: list(node, "functions")
            .iter()
            .map(|node| function(node, "", findings))
            .collect(),
    })
}

fn function(node: &Node, otherwise: &str, findings: &mut Findings) -> Function {
    let name = match text(node, "name") {
        name if name.is_empty() => match otherwise {
            "" => text(node, "method").to_lowercase(),
            otherwise => otherwise.to_owned(),
        },
        name => name,
    };
    Function {
        at: node.at,
        label: text(node, "label"),
        about: text(node, "description"),
        route: None,
        inputs: inputs(node, findings),
        work: work(node, findings),
        hints: hints(node),
        outputs: outputs(node, "outputParameters"),
        name,
    }
}

fn hints(node: &Node) -> Hints {
    let flag = |group: &str, key: &str| match node.get(group)?.get(key).map(|node| &node.data) {
        Some(Data::Scalar(Value::Bool(flag))) => Some(*flag),
        _ => None,
    };
    // What is safe only looks; of anything else it is not said that it destroys.
    let safe = flag("semantics", "safe");
    Hints {
        read_only: flag("hints", "readOnly").or(safe),
        destructive: flag("hints", "destructive").or(safe.filter(|safe| *safe).map(|_| false)),
        idempotent: flag("hints", "idempotent").or(flag("semantics", "idempotent")),
        open_world: flag("hints", "openWorld"),
    }
}

fn work(node: &Node, findings: &mut Findings) -> Work {
    if let Some(target) = node.get("ref").and_then(Node::text) {
        return Work::Ref(place(node, "ref"), target.to_owned());
    }
    if let Some(target) = node.get("call").and_then(Node::text) {
        let kind = StepKind::Call { target: target.to_owned(), with: with(node) };
        return Work::Call(Step { at: place(node, "call"), name: "result".to_owned(), kind });
    }
    let steps = list(node, "steps");
    if steps.is_empty() {
        return Work::Mock;
    }
    let mappings = list(node, "mappings").iter();
    let mappings = mappings
        .map(|node| (text(node, "targetName"), node.get("value").map_or(Value::Null, Node::json)));
    Work::Steps(steps.iter().filter_map(|node| step(node, findings)).collect(), mappings.collect())
}

fn with(node: &Node) -> Vec<(String, Value)> {
    let entries = node.get("with").map_or(&[][..], Node::entries).iter();
    entries.map(|(key, value)| (key.name.clone(), value.json())).collect()
}

fn step(node: &Node, findings: &mut Findings) -> Option<Step> {
    let name = needed(node, "name", "a step", findings)?;
    let kind = match text(node, "type").as_str() {
        "call" | "" => {
            StepKind::Call { target: needed(node, "call", "a step", findings)?, with: with(node) }
        }
        "lookup" => StepKind::Lookup {
            index: needed(node, "index", "a lookup", findings)?,
            key: needed(node, "match", "a lookup", findings)?,
            value: needed(node, "lookupValue", "a lookup", findings)?,
            keep: kept(node),
        },
        "script" => {
            let language = text(node, "language");
            let code = text(node, "code");
            if language != "lua" || code.trim().is_empty() {
                let why = format!(
                    "step `{name}` is a script in `{language}`: scripts are Lua here, written under `code`"
                );
                findings.error("script-language", place(node, "language"), why);
                return None;
            }
            StepKind::Script { code, with: with(node) }
        }
        other => {
            findings.error(
                "unknown-step",
                place(node, "type"),
                format!("`{other}` is no kind of step"),
            );
            return None;
        }
    };
    Some(Step { at: node.at, name, kind })
}

/// The names of the parts that a lookup keeps.
fn kept(node: &Node) -> Vec<String> {
    let parts = list(node, "outputParameters").iter();
    parts
        .filter_map(|part| part.text().map(str::to_owned).or_else(|| Some(text(part, "name"))))
        .filter(|name| !name.is_empty())
        .collect()
}

/// Outputs in a list, or by name as the properties of an object are written.
fn outputs(node: &Node, key: &str) -> Vec<Output> {
    let Some(node) = node.get(key) else { return Vec::new() };
    match &node.data {
        Data::List(items) => items.iter().map(|item| output(item, None)).collect(),
        Data::Map(entries) => {
            entries.iter().map(|(key, item)| output(item, Some(&key.name))).collect()
        }
        Data::Scalar(_) => Vec::new(),
    }
}

fn output(node: &Node, name: Option<&str>) -> Output {
    let own = node.get("name").and_then(Node::text);
    let value = node.get("const").or_else(|| node.get("value")).filter(|value| !value.is_null());
    let mapped = node.get("mapping").and_then(Node::text);
    // A value that is a path says where to look.
    let path = value.and_then(Node::text).filter(|text| text.starts_with('$') && mapped.is_none());
    Output {
        at: node.at,
        name: name.or(own).map(str::to_owned),
        kind: kind(&text(node, "type")),
        mapping: mapped.or(path).map(str::to_owned),
        value: value.filter(|_| path.is_none()).map(Node::json),
        properties: outputs(node, "properties"),
        items: node.get("items").map(|items| {
            let one = match &items.data {
                Data::List(list) => list.first().unwrap_or(items),
                _ => items,
            };
            Box::new(output(one, None))
        }),
    }
}
