//! What a document may say and should not: calls of nothing, gaps that nobody fills, things that
//! exist twice, variables from nowhere, requests without a body. What tolerant mode makes of it is a
//! repair; in strict mode each repair is an error.

use std::collections::HashMap;

use super::finding::{At, Findings};
use super::model::{Capability, Consumed, Exposed, Face, Function, Operation};
use super::outputs;
use super::rows;
use super::template::{gaps, names_in};
use super::yaml::{Data, Node};
use serde_json::Value;

mod binds;
mod work;

/// The port that Naftiko's own control face listens on.
const CONTROL_PORT: u16 = 9090;

/// Looks at everything.
pub(super) fn check(capability: &Capability, root: &Node, findings: &mut Findings) {
    info(capability, root, findings);
    unique_namespaces(capability, findings);
    unsafe_text(root, findings);
    for consumed in &capability.consumes {
        self::consumed(capability, consumed, findings);
    }
    binds::check(capability, findings);
    for exposed in &capability.exposes {
        self::exposed(exposed, findings);
        let documents = exposed.documents.iter().map(|document| &document.function);
        for function in exposed.functions.iter().chain(documents) {
            work::check(capability, &exposed.namespace, function, findings);
        }
    }
    for aggregate in &capability.aggregates {
        duplicates(&aggregate.functions, findings);
        for function in &aggregate.functions {
            work::check(capability, &aggregate.namespace, function, findings);
        }
    }
}

fn info(capability: &Capability, root: &Node, findings: &mut Findings) {
    let Some(info) = root.get("info") else {
        return findings.warn("no-info", root.at, "the document does not say what it is: `info`");
    };
    if info.get("tags").is_none() {
        findings.note("no-tags", info.at, "`info` has no `tags`");
    }
    if capability.version.text.is_empty() || info.get("version").is_none() {
        findings.note(
            "no-version",
            info.at,
            "`info` has no version of its own: only the content tells two of them apart",
        );
    }
}

fn unique_namespaces(capability: &Capability, findings: &mut Findings) {
    let mut seen: HashMap<&str, At> = HashMap::new();
    let consumed = capability.consumes.iter().map(|it| (it.namespace.as_str(), it.at));
    let exposed = capability.exposes.iter().map(|it| (it.namespace.as_str(), it.at));
    let shared = capability.aggregates.iter().map(|it| (it.namespace.as_str(), it.at));
    let bound = capability.binds.iter().map(|it| (it.namespace.as_str(), it.at));
    for (namespace, at) in consumed.chain(exposed).chain(shared).chain(bound) {
        if let Some(first) = seen.insert(namespace, at) {
            let why = format!("the namespace `{namespace}` is used in line {} already", first.line);
            findings.error("duplicate-namespace", at, why);
        }
    }
}

/// Text that a browser might take for a program.
fn unsafe_text(node: &Node, findings: &mut Findings) {
    match &node.data {
        Data::Scalar(Value::String(text)) => {
            let plain = text.to_ascii_lowercase();
            if plain.contains("<script") || plain.contains("eval(") {
                findings.error("unsafe-text", node.at, "the text holds a script of a page");
            }
        }
        Data::Scalar(_) => {}
        Data::List(items) => items.iter().for_each(|item| unsafe_text(item, findings)),
        Data::Map(entries) => {
            let plain = entries.iter().filter(|(key, _)| key.name != "code");
            plain.for_each(|(_, item)| unsafe_text(item, findings));
        }
    }
}

fn consumed(capability: &Capability, consumed: &Consumed, findings: &mut Findings) {
    if consumed.about.is_empty() {
        findings.warn(
            "consumes-description",
            consumed.at,
            format!("`{}` has no description", consumed.namespace),
        );
    }
    if consumed.base.contains("example.com") {
        findings.warn("example-host", consumed.base_at, "`baseUri` is an example, not a service");
    }
    let mut resources: HashMap<&str, (At, &str)> = HashMap::new();
    for (at, name, path) in consumed.resources.iter().filter(|(_, name, _)| !name.is_empty()) {
        if let Some((first, other)) = resources.get(name.as_str()) {
            let why = format!(
                "the resource `{name}` ({path}) has the name of `{other}` in line {}; the paths tell them apart",
                first.line
            );
            findings.warn("duplicate-resource-name", *at, why);
        }
        resources.entry(name).or_insert((*at, path));
    }
    let mut operations: HashMap<&str, At> = HashMap::new();
    for operation in &consumed.operations {
        if let Some(first) = operations.insert(&operation.name, operation.at) {
            let why = format!(
                "the operation `{}` is described in line {} already",
                operation.name, first.line
            );
            findings.error("duplicate-operation", operation.at, why);
        }
        self::operation(capability, operation, findings);
    }
}

fn operation(capability: &Capability, operation: &Operation, findings: &mut Findings) {
    let name = &operation.name;
    if operation.about.is_empty() {
        findings.note(
            "operation-description",
            operation.at,
            format!("`{name}` has no description"),
        );
    }
    if let Some(format) = &operation.format {
        let why = format!("`{name}` answers in {format}, which is passed on as text");
        findings.note("format-as-text", operation.at, why);
    }
    let declared = |gap: &str| operation.inputs.iter().any(|input| input.name == gap);
    for gap in gaps(&operation.path).filter(|gap| !declared(gap)) {
        let why = format!(
            "`{name}`: `{{{gap}}}` is not declared; it becomes a required text of that name"
        );
        findings.repair("implied-path-param", operation.at, why);
    }
    for input in operation.inputs.iter().filter(|input| input.place.as_deref() == Some("path")) {
        if !gaps(&operation.path).any(|gap| gap == input.name) {
            let why = format!("`{name}`: the path has no `{{{}}}`", input.name);
            findings.warn("unused-path-param", input.at, why);
        }
    }
    for input in operation.inputs.iter().filter(|input| input.place.as_deref() == Some("cookie")) {
        findings.error("cookie-input", input.at, format!("`{}`: cookies are not sent", input.name));
    }
    for gap in written(operation)
        .into_iter()
        .filter(|gap| !declared(gap) && !capability.binds_variable(gap))
    {
        let why = format!(
            "`{name}`: `{{{{{gap}}}}}` is not declared; it becomes a required input of that name"
        );
        findings.repair("implied-input", operation.at, why);
    }
    if let Some(body) = &operation.body
        && let Err(why) = rows::body_template(body)
    {
        findings.error("bad-body", body.at, format!("`{name}`: {why}"));
    }
    let changes = matches!(operation.method.as_str(), "POST" | "PUT" | "PATCH");
    let body = operation.body.is_some()
        || operation.inputs.iter().any(|it| it.place.as_deref() == Some("body"));
    if changes && !body {
        let why = format!(
            "`{name}` is a {} without a body; it takes an object `body`, passed on as it is",
            operation.method
        );
        findings.repair("implied-body", operation.at, why);
    }
}

/// The names between braces in what an operation sends.
pub(super) fn written(operation: &Operation) -> Vec<String> {
    let body = operation.body.iter().flat_map(|body| names_in(&body.data));
    let values =
        operation.inputs.iter().filter_map(|input| input.value.as_ref()).flat_map(names_in);
    let mut all: Vec<String> = Vec::new();
    for name in body.chain(values) {
        let name = name.split('.').next().unwrap_or_default().to_owned();
        if !name.is_empty() && !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

fn exposed(exposed: &Exposed, findings: &mut Findings) {
    let served = exposed.face != Face::Other && exposed.transport != "stdio";
    if served && exposed.auth.is_none() {
        let why = format!(
            "`{}` asks nobody who they are; it listens on this machine only",
            exposed.namespace
        );
        findings.warn("no-authentication", exposed.at, why);
    }
    if exposed.transport == "stdio" && exposed.auth.is_some() {
        findings.warn("stdio-authentication", exposed.at, "over stdio nobody can say who they are");
    }
    match exposed.port {
        Some((at, CONTROL_PORT)) if exposed.kind != "control" => {
            findings.note(
                "control-port",
                at,
                format!("{CONTROL_PORT} is also the usual port of a control face"),
            );
        }
        None if served => findings.warn("no-port", exposed.at, "no `port`: a free one is taken"),
        _ => {}
    }
    routes(exposed, findings);
    unserved(exposed, findings);
    duplicates(&exposed.functions, findings);
    outputs::check(exposed.functions.iter(), findings);
}

/// What a face shows and `capability serve` does not.
fn unserved(exposed: &Exposed, findings: &mut Findings) {
    for (at, path, _) in &exposed.forwards {
        let why = format!("`{path}` passes requests on, which is not done");
        findings.warn("forward-not-served", *at, why);
    }
    for document in &exposed.documents {
        let (code, why) = match &document.location {
            Some(_) => ("file-not-served", "is a file, which is not shown"),
            None => ("resource-not-served", "can be called, and is not listed as a resource"),
        };
        findings.warn(code, document.function.at, format!("`{}` {why}", document.uri));
    }
    for prompt in &exposed.prompts {
        let why = format!("the prompt `{}` is not served", prompt.name);
        findings.warn("prompt-not-served", prompt.at, why);
    }
}

/// Resources of a REST face.
fn routes(exposed: &Exposed, findings: &mut Findings) {
    let mut paths: HashMap<&str, At> = HashMap::new();
    for (at, path, described) in &exposed.routes {
        if !described {
            findings.warn(
                "rest-resource-description",
                *at,
                "REST resource should have a description",
            );
        }
        if path.len() > 1 && path.ends_with('/') {
            findings.warn("trailing-slash", *at, format!("`{path}` ends with a slash"));
        }
        match paths.get(path.as_str()) {
            Some(first) => {
                let why = format!(
                    "`{path}` is described in line {} already; both are served",
                    first.line
                );
                findings.repair("repeated-path", *at, why);
            }
            None => drop(paths.insert(path, *at)),
        }
    }
}

/// The same name twice among tools, the same method and path twice among REST operations.
fn duplicates(functions: &[Function], findings: &mut Findings) {
    let mut seen: HashMap<String, At> = HashMap::new();
    for function in functions {
        let key = match &function.route {
            Some((method, path)) => format!("{method} {path}"),
            None => function.name.clone(),
        };
        if let Some(first) = seen.insert(key.clone(), function.at) {
            let code =
                if function.route.is_some() { "duplicate-route" } else { "duplicate-function" };
            findings.error(
                code,
                function.at,
                format!("`{key}` is described in line {} already", first.line),
            );
        }
    }
}
