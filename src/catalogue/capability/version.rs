//! Which edition of the format a document is written in, and the one form that all of them are
//! brought into: lists of named things, in the words of Naftiko's alphas.

use std::fmt;

use serde_json::Value;

use super::finding::Findings;
use super::grammar::{Kind, chosen, field};
use super::yaml::{Data, Key, Node};

/// Whose format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Naftiko.
    Naftiko,
    /// Ikanos, what became of it.
    Ikanos,
}

/// An edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Whose.
    pub family: Family,
    /// As it is written.
    pub text: String,
    /// The number of the alpha, 9 for what comes after all of them.
    pub alpha: u8,
    /// Whether it is an edition that is known here.
    pub known: bool,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = match self.family {
            Family::Naftiko => "Naftiko",
            Family::Ikanos => "Ikanos",
        };
        write!(f, "{family} {}", self.text)
    }
}

impl Version {
    /// What a document says of itself.
    pub(super) fn of(root: &Node, strict: bool, findings: &mut Findings) -> Self {
        let (family, node) = match (root.get("naftiko"), root.get("ikanos")) {
            (Some(node), _) => (Family::Naftiko, Some(node)),
            (None, node) => (Family::Ikanos, node),
        };
        let text = node.and_then(Node::text).unwrap_or_default().to_owned();
        let number =
            |word: &str| text.strip_prefix(word)?.split(['-', '+']).next()?.parse::<u8>().ok();
        let alpha = match family {
            Family::Naftiko => number("1.0.0-alpha"),
            Family::Ikanos => number("1.0.0-beta").map(|_| 9),
        };
        let known = match family {
            Family::Naftiko => alpha.is_some_and(|alpha| (1..=3).contains(&alpha)),
            Family::Ikanos => alpha.is_some(),
        };
        let version = Self { family, text, alpha: alpha.unwrap_or(9), known };
        if !known {
            let at = node.map_or(root.at, |node| node.at);
            let why = format!(
                "`{}` is no edition known here: 1.0.0-alpha1 to 1.0.0-alpha3 of Naftiko, betas of Ikanos",
                version.text
            );
            match strict {
                true => findings.error("unknown-version", at, why),
                false => findings.warn("unknown-version", at, why),
            }
        }
        version
    }
}

/// Words of Ikanos, where they stand, and the older ones that mean the same.
const RENAMED: &[(&str, &str)] =
    &[("display", "label"), ("target", "targetName"), ("flows", "functions")];

/// Brings a document into the one form.
pub(super) fn normal(root: Node, version: &Version, findings: &mut Findings) -> Node {
    Normal { modern: version.family == Family::Ikanos, findings }.node("root", root)
}

struct Normal<'a> {
    modern: bool,
    findings: &'a mut Findings,
}

impl Normal<'_> {
    fn node(&mut self, shape: &str, node: Node) -> Node {
        let Data::Map(entries) = node.data else { return node };
        let entries: Vec<(Key, Node)> =
            entries.into_iter().map(|(key, value)| (self.rename(key, shape), value)).collect();
        let node = Node { at: node.at, data: Data::Map(entries) };
        let Some(fields) = chosen(shape, &node) else { return node };
        let Data::Map(entries) = node.data else { return node };
        let entries = entries.into_iter().map(|(key, value)| {
            let value = match field(fields, &key.name).map(|field| &field.kind) {
                Some(Kind::One(shape)) => self.node(shape, value),
                Some(Kind::Many(shape)) => self.many(shape, value),
                _ => value,
            };
            (key, value)
        });
        Node { at: node.at, data: Data::Map(entries.collect()) }
    }

    fn rename(&self, key: Key, shape: &str) -> Key {
        let known = RENAMED.iter().find(|(new, _)| self.modern && *new == key.name);
        match known {
            Some((_, old)) if shape != "root" => Key { name: (*old).to_owned(), ..key },
            _ => key,
        }
    }

    /// Things by name become a list of things with names.
    fn many(&mut self, shape: &str, node: Node) -> Node {
        let (at, data) = (node.at, node.data);
        let items = match data {
            Data::List(items) => items,
            Data::Map(entries) if !entries.is_empty() => {
                if !self.modern {
                    let why = "things by name are taken for a list of things with names";
                    self.findings.repair("keyed-map", at, why);
                }
                entries.into_iter().map(|(key, value)| named(shape, key, value)).collect()
            }
            data => return Node { at, data },
        };
        let items = items.into_iter().map(|item| self.node(shape, item)).collect();
        Node { at, data: Data::List(items) }
    }
}

/// A thing with the name it stands under.
fn named(shape: &str, key: Key, value: Node) -> Node {
    let base = shape.split('|').next().unwrap_or(shape);
    let word = match base {
        "consume" | "expose" | "aggregate" | "bind" => "namespace",
        "mapping" => "targetName",
        "route" => "path",
        _ => "name",
    };
    let mut entries = match value.data {
        Data::Map(entries) => entries,
        Data::Scalar(Value::Null) => Vec::new(),
        // `target: $.value` says all there is to say.
        data if base == "mapping" => {
            let name = "value".to_owned();
            vec![(Key { at: value.at, name }, Node { at: value.at, data })]
        }
        data => return Node { at: value.at, data },
    };
    let word = match word {
        // The key is a name there, and the path is written out.
        "path" if entries.iter().any(|(own, _)| own.name == "path") => "name",
        word => word,
    };
    if !entries.iter().any(|(own, _)| own.name == word) {
        let said = Node { at: key.at, data: Data::Scalar(key.name.into()) };
        entries.insert(0, (Key { at: key.at, name: word.to_owned() }, said));
    }
    Node { at: key.at, data: Data::Map(entries) }
}
