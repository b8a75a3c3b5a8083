//! OpenAPI 3 documents, brought into the same form as every capability: the API is what is consumed,
//! each of its operations a function, and both faces show all of them. Every node keeps its place, so
//! that what is found later names a line of the OpenAPI document.

mod body;
mod operation;
mod schema;
mod security;

use serde_json::{Value, json};

use super::finding::{At, Finding, Findings};
use super::read::{is_name, place, text};
use super::yaml::{Data, Key, Node};

/// The key that names the provider, in place of the document's title.
pub const NAMESPACE: &str = "x-kosmo-namespace";

/// The key that says where the API is, in place of the document's servers.
pub const SERVER: &str = "x-kosmo-server";

/// The edition that the form is read as.
const EDITION: &str = "1.0.0-alpha3";

/// The ports of the faces, as capabilities usually have them.
const PORTS: [u16; 2] = [8080, 9090];

/// Whether a document is one.
pub fn is(root: &Node) -> bool {
    root.get("openapi").is_some() || root.get("swagger").is_some()
}

/// Whether a text looks like one, before it is read.
pub(super) fn looks_like(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let begins = |line: &str| {
        ["openapi:", "swagger:", "\"openapi\":", "'openapi':"]
            .iter()
            .any(|mark| line.starts_with(mark))
    };
    text.starts_with('{') || text.lines().any(begins)
}

/// The document as a capability.
pub(super) fn normal(root: &Node, findings: &mut Findings) -> Node {
    let at = root.at;
    if !edition(root, findings) {
        return map(at, Vec::new());
    }
    let (Some(namespace), Some(base)) = (namespace(root, findings), base(root, findings)) else {
        return map(at, Vec::new());
    };
    let info = root.get("info");
    let title = info.map(|info| text(info, "title")).unwrap_or_default();
    let summary = info.map(|info| plain(&text(info, "description"))).unwrap_or_default();
    let about = if summary.is_empty() { title.clone() } else { summary };
    let operations = operation::all(root, findings);
    let auth = security::of(root, &namespace, findings);
    let mut consumed = vec![
        ("type", said(at, "http")),
        ("namespace", said(place(root, NAMESPACE), &namespace)),
        ("baseUri", said(place(root, "servers"), &base)),
        ("description", said(at, &about)),
    ];
    let mut parts = vec![];
    if let Some((auth, keys)) = auth {
        let keys = keys.iter().map(|key| (key.as_str(), said(at, key))).collect();
        let bind = map(
            at,
            vec![("namespace", said(at, &format!("{namespace}-env"))), ("keys", map(at, keys))],
        );
        parts.push(("binds", list(at, vec![bind])));
        consumed.push(("authentication", auth));
    }
    let resources = operations.iter().map(operation::Found::resource).collect();
    consumed.push(("resources", list(at, resources)));
    parts.push(("consumes", list(at, vec![map(at, consumed)])));
    parts.push(("exposes", list(at, faces(at, &namespace, &about, &operations))));
    let info = vec![("label", said(at, &title)), ("description", said(at, &about))];
    map(
        at,
        vec![
            ("naftiko", said(at, EDITION)),
            ("info", map(at, info)),
            ("capability", map(at, parts)),
        ],
    )
}

/// Both faces, each with all operations.
fn faces(at: At, namespace: &str, about: &str, operations: &[operation::Found]) -> Vec<Node> {
    let face = |kind: &str, port: u16, key: &'static str, shown: Vec<Node>| {
        map(
            at,
            vec![
                ("type", said(at, kind)),
                ("namespace", said(at, &format!("{namespace}-{kind}"))),
                ("port", node(at, json!(port))),
                ("description", said(at, about)),
                (key, list(at, shown)),
            ],
        )
    };
    let routes = operations.iter().map(|found| found.route(namespace)).collect();
    let tools = operations.iter().map(|found| found.tool(namespace)).collect();
    vec![face("rest", PORTS[0], "resources", routes), face("mcp", PORTS[1], "tools", tools)]
}

/// Whether it is of an edition that can be read.
fn edition(root: &Node, findings: &mut Findings) -> bool {
    let Some(version) = root.get("openapi") else {
        let why = "Swagger 2 is not read, OpenAPI 3 is";
        let finding = Finding::error("swagger-2", place(root, "swagger"), why);
        findings.0.push(finding.hint("converters such as swagger2openapi make one of the other"));
        return false;
    };
    let written = match &version.data {
        Data::Scalar(Value::String(text)) => text.clone(),
        Data::Scalar(value) => value.to_string(),
        _ => String::new(),
    };
    if !written.starts_with("3.") {
        let why = format!("`{written}` is no edition of OpenAPI 3");
        findings.error("unknown-version", version.at, why);
        return false;
    }
    true
}

/// The name of the provider: what the document says, else its title.
fn namespace(root: &Node, findings: &mut Findings) -> Option<String> {
    let own = text(root, NAMESPACE);
    let title = root.get("info").map(|info| text(info, "title")).unwrap_or_default();
    let words = if own.is_empty() { kebab(&title) } else { own };
    if is_name(&words) {
        return Some(words);
    }
    let why = "the document has no `info.title` that could name it";
    let at =
        if root.get(NAMESPACE).is_some() { place(root, NAMESPACE) } else { place(root, "info") };
    findings.0.push(Finding::error("no-name", at, why).hint("give it one with --namespace"));
    None
}

/// `Pet Store (v2)` → `pet-store-v2`.
fn kebab(title: &str) -> String {
    let mut name = String::new();
    for letter in title.chars().flat_map(char::to_lowercase) {
        match letter.is_ascii_alphanumeric() {
            true => name.push(letter),
            false if name.ends_with('-') => {}
            false => name.push('-'),
        }
    }
    let name = name.trim_start_matches(|c: char| c == '-' || c.is_ascii_digit());
    name.get(..name.len().min(40)).unwrap_or(name).trim_matches('-').to_owned()
}

/// Where the API is: the first server, its variables at their defaults.
fn base(root: &Node, findings: &mut Findings) -> Option<String> {
    let own = text(root, SERVER);
    if !own.is_empty() {
        return Some(own);
    }
    let first = root.get("servers").and_then(|servers| servers.items().first());
    let mut url = first.map(|first| text(first, "url")).unwrap_or_default();
    let variables = first.and_then(|first| first.get("variables")).map_or(&[][..], Node::entries);
    for (key, variable) in variables {
        url = url.replace(&format!("{{{}}}", key.name), &text(variable, "default"));
    }
    if url.starts_with("https://") || url.starts_with("http://") {
        return Some(url);
    }
    let at = first.map_or(root.at, |first| place(first, "url"));
    let why = match url.as_str() {
        "" => "the document does not say where the API is: `servers`".to_owned(),
        url => format!("`{url}` does not say on which host the API is"),
    };
    findings.0.push(Finding::error("no-server", at, why).hint("say it with --server URL"));
    None
}

/// What a reference stands for; the node itself when it is none.
fn resolved<'a>(root: &'a Node, node: &'a Node, findings: &mut Findings) -> Option<&'a Node> {
    let mut found = node;
    // A reference to itself ends too.
    for _ in 0..16 {
        let Some(reference) = found.get("$ref").and_then(Node::text) else { return Some(found) };
        let at = place(found, "$ref");
        let Some(path) = reference.strip_prefix("#/") else {
            let why = format!("`{reference}` is in another file, which is not read");
            findings.0.push(
                Finding::error("external-ref", at, why)
                    .hint("bundle the document into one file first"),
            );
            return None;
        };
        let mut steps = path.split('/').map(|step| step.replace("~1", "/").replace("~0", "~"));
        let Some(target) = steps.try_fold(root, |node, step| node.get(&step)) else {
            findings.error("broken-ref", at, format!("there is no `{reference}`"));
            return None;
        };
        found = target;
    }
    findings.error("circular-ref", node.at, "a reference that leads back to itself");
    None
}

/// The first paragraph of a text, on one line.
fn plain(text: &str) -> String {
    let first = text.trim().split("\n\n").next().unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn node(at: At, value: Value) -> Node {
    Node { at, data: Data::Scalar(value) }
}

fn said(at: At, text: &str) -> Node {
    node(at, json!(text))
}

fn list(at: At, items: Vec<Node>) -> Node {
    Node { at, data: Data::List(items) }
}

fn map(at: At, entries: Vec<(&str, Node)>) -> Node {
    let entry = |(name, node): (&str, Node)| (Key { at, name: name.to_owned() }, node);
    Node { at, data: Data::Map(entries.into_iter().map(entry).collect()) }
}

#[cfg(test)]
mod tests;
