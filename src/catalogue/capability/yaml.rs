//! YAML as a tree in which every node knows its place. Hostile files end in a complaint, not in a
//! crash: size, depth, and what aliases blow up to are bounded. What the nodes mean is not known here.

use std::collections::HashMap;

use saphyr::Scalar;
use saphyr_parser::{Event, Parser, ScanError, Span};
use serde_json::{Map, Number, Value};

use super::finding::{At, Finding};

/// How much a text may hold.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The most bytes.
    pub bytes: usize,
    /// The most nodes, those that aliases repeat counted each time.
    pub nodes: usize,
}

/// What a capability file may hold.
const USUAL: Bounds = Bounds { bytes: 4 << 20, nodes: 100_000 };
/// How deep lists and maps may stand in one another.
const DEEPEST: usize = 64;

/// A node and its place.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it stands.
    pub at: At,
    /// What it is.
    pub data: Data,
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum Data {
    /// Text, a number, true, false or nothing.
    Scalar(Value),
    /// Nodes in order.
    List(Vec<Node>),
    /// Nodes by key, in order.
    Map(Vec<(Key, Node)>),
}

/// A key and its place.
#[derive(Debug, Clone)]
pub struct Key {
    /// Where it stands.
    pub at: At,
    /// What it says.
    pub name: String,
}

impl Node {
    /// The node under a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(own, _)| own.name == key).map(|(_, node)| node)
    }

    /// Keys and nodes of a map; none of anything else.
    pub fn entries(&self) -> &[(Key, Self)] {
        if let Data::Map(entries) = &self.data { entries } else { &[] }
    }

    /// The nodes of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        if let Data::List(items) = &self.data { items } else { &[] }
    }

    /// The text, when it is one.
    pub fn text(&self) -> Option<&str> {
        if let Data::Scalar(Value::String(text)) = &self.data { Some(text) } else { None }
    }

    /// Whether nothing stands here.
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Scalar(Value::Null))
    }

    /// The node without places.
    pub fn json(&self) -> Value {
        match &self.data {
            Data::Scalar(value) => value.clone(),
            Data::List(items) => items.iter().map(Self::json).collect(),
            Data::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, node)| (key.name.clone(), node.json()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    /// What it is called in a sentence.
    pub fn kind(&self) -> &'static str {
        match &self.data {
            Data::List(_) => "a list",
            Data::Map(_) => "a map",
            Data::Scalar(Value::Null) => "nothing",
            Data::Scalar(Value::Bool(_)) => "true or false",
            Data::Scalar(Value::Number(_)) => "a number",
            Data::Scalar(_) => "text",
        }
    }

    fn count(&self) -> usize {
        1 + match &self.data {
            Data::Scalar(_) => 0,
            Data::List(items) => items.iter().map(Self::count).sum(),
            Data::Map(entries) => entries.iter().map(|(_, node)| node.count()).sum(),
        }
    }

    fn depth(&self) -> usize {
        match &self.data {
            Data::Scalar(_) => 0,
            Data::List(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Data::Map(entries) => {
                1 + entries.iter().map(|(_, node)| node.depth()).max().unwrap_or(0)
            }
        }
    }
}

/// Reads the one document of a text.
///
/// # Errors
/// What is wrong, and where.
pub fn read(text: &str) -> Result<Node, Finding> {
    read_within(text, USUAL)
}

/// Reads the one document of a text that may hold as much as that.
///
/// # Errors
/// What is wrong, and where.
pub fn read_within(text: &str, bounds: Bounds) -> Result<Node, Finding> {
    if text.len() > bounds.bytes {
        let why = format!("the file has {} bytes, {} are allowed", text.len(), bounds.bytes);
        return Err(Finding::error("too-big", At::START, why));
    }
    let (open, anchors, root) = Default::default();
    let mut tree = Tree { open, anchors, nodes: 0, most: bounds.nodes, root };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|why| broken(&why))?;
        tree.take(event, at(&span))?;
    }
    tree.root.ok_or_else(|| Finding::error("empty", At::START, "the file says nothing"))
}

fn broken(why: &ScanError) -> Finding {
    let marker = why.marker();
    let at = At { line: marker.line().max(1), column: marker.col() + 1 };
    let deep = why.info().contains("recursion limit");
    Finding::error(if deep { "too-deep" } else { "yaml-syntax" }, at, why.info().to_owned())
}

fn at(span: &Span) -> At {
    At { line: span.start.line().max(1), column: span.start.col() + 1 }
}

/// A list or map that is not closed yet.
struct Open {
    anchor: usize,
    at: At,
    data: Data,
    key: Option<Key>,
}

struct Tree {
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    most: usize,
    root: Option<Node>,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, at: At) -> Result<(), Finding> {
        match event {
            Event::SequenceStart(anchor, _) => self.begin(anchor, at, Data::List(Vec::new())),
            Event::MappingStart(anchor, _) => self.begin(anchor, at, Data::Map(Vec::new())),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(open) => self.put(open.anchor, Node { at: open.at, data: open.data }),
                None => Ok(()),
            },
            Event::Scalar(text, style, anchor, tag) => {
                let number = serde_json::from_str::<Number>(&text).ok();
                let scalar = Scalar::parse_from_cow_and_metadata(text, style, tag.as_ref());
                let value = match scalar {
                    None => {
                        return Err(Finding::error(
                            "yaml-tag",
                            at,
                            "the value is not what its tag says",
                        ));
                    }
                    Some(Scalar::Null) => Value::Null,
                    Some(Scalar::Boolean(flag)) => flag.into(),
                    Some(Scalar::Integer(whole)) => {
                        number.map_or_else(|| whole.into(), Value::Number)
                    }
                    Some(Scalar::FloatingPoint(float)) => {
                        number.map_or_else(|| Value::from(*float), Value::Number)
                    }
                    Some(Scalar::String(text)) => text.into_owned().into(),
                };
                self.put(anchor, Node { at, data: Data::Scalar(value) })
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor) else {
                    return Err(Finding::error(
                        "yaml-alias",
                        at,
                        "an alias of nothing that is complete",
                    ));
                };
                if self.open.len() + node.depth() > DEEPEST {
                    return Err(too_deep(at));
                }
                let node = Node { at, ..node.clone() };
                self.grow(node.count(), at)?;
                self.put(0, node)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, anchor: usize, at: At, data: Data) -> Result<(), Finding> {
        if self.open.len() >= DEEPEST {
            return Err(too_deep(at));
        }
        self.open.push(Open { anchor, at, data, key: None });
        Ok(())
    }

    fn grow(&mut self, by: usize, at: At) -> Result<(), Finding> {
        self.nodes += by;
        let most = self.most;
        if self.nodes > most {
            let why =
                format!("more than {most} values, those that aliases repeat counted each time");
            return Err(Finding::error("too-many-values", at, why));
        }
        Ok(())
    }

    fn put(&mut self, anchor: usize, node: Node) -> Result<(), Finding> {
        self.grow(1, node.at)?;
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            if self.root.is_some() {
                return Err(Finding::error("several-documents", node.at, "a second document"));
            }
            self.root = Some(node);
            return Ok(());
        };
        match (&mut open.data, open.key.take()) {
            (Data::List(items), _) => items.push(node),
            (Data::Map(entries), Some(key)) => entries.push((key, node)),
            (Data::Map(entries), None) => {
                let name = match &node.data {
                    Data::Scalar(Value::String(text)) => text.clone(),
                    Data::Scalar(value) => value.to_string(),
                    _ => return Err(Finding::error("yaml-key", node.at, "a key is text")),
                };
                if entries.iter().any(|(key, _)| key.name == name) {
                    let why = format!("`{name}` is given twice");
                    return Err(Finding::error("duplicate-key", node.at, why));
                }
                open.key = Some(Key { at: node.at, name });
            }
            (Data::Scalar(_), _) => {}
        }
        Ok(())
    }
}

fn too_deep(at: At) -> Finding {
    Finding::error("too-deep", at, format!("more than {DEEPEST} lists and maps in one another"))
}

#[cfg(test)]
mod tests;
