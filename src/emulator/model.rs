//! What the rows cannot say of the workspace's collections, read from `model.toml`: which
//! collection a path leads to, how new ids look, what belongs to what.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::error::{Fault, Kind};

const TEXT: &str = include_str!("model.toml");

/// One collection.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resource {
    /// Where the list is, placeholders written `{}`; empty for a relation.
    #[serde(default)]
    pub(super) path: String,
    /// Other paths of the same collection.
    #[serde(default)]
    also: Vec<String>,
    /// The fields that address an item, in the order of the path.
    #[serde(default = "id_key")]
    pub(super) key: Vec<String>,
    /// The form of a new key.
    pub(super) id: Option<String>,
    /// The field that names the item it belongs to, and the collection of that.
    pub(super) parent: Option<(String, String)>,
    /// The fields that no two items share.
    #[serde(default)]
    pub(super) unique: Vec<String>,
    /// The field a missing `key` or `slug` is made of.
    pub(super) named: Option<String>,
    /// The field of a body that holds the item.
    pub(super) wrap: Option<String>,
    /// The fields of a body that are kept among the item's settings.
    #[serde(default)]
    pub(super) settled: Vec<String>,
    /// The collection that `metadataId` points into.
    pub(super) catalog: Option<String>,
    /// Status of the answer to a create.
    #[serde(default = "ok")]
    pub(super) status: u16,
    /// What a new item holds when nothing was said.
    #[serde(default)]
    pub(super) defaults: Map<String, Value>,
}

fn id_key() -> Vec<String> {
    vec!["id".to_owned()]
}

fn ok() -> u16 {
    200
}

/// All collections by name.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Model(IndexMap<String, Resource>);

impl Model {
    /// The model in the binary.
    ///
    /// # Errors
    /// [`Kind::Internal`] should it make no sense.
    pub(super) fn embedded() -> Result<Self, Fault> {
        toml::from_str(TEXT)
            .map_err(|error| Fault::new(Kind::Internal, format!("the emulator's model: {error}")))
    }

    /// The collection of that name.
    pub(super) fn get(&self, name: &str) -> Option<&Resource> {
        self.0.get(name)
    }

    /// The collection whose list is at this pattern.
    pub(super) fn at(&self, pattern: &str) -> Option<(&str, &Resource)> {
        let found = self.0.iter().find(|(_, resource)| resource.is_at(pattern));
        found.map(|(name, resource)| (name.as_str(), resource))
    }

    /// The collections of pairs of keys.
    pub(super) fn relations(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, kind)| kind.path.is_empty()).map(|(name, _)| name.as_str())
    }

    /// The collections whose items belong to items of this one, with the field that says so.
    pub(super) fn children<'a>(&'a self, of: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(name, resource)| {
            let (field, parent) = resource.parent.as_ref()?;
            (parent == of).then_some((name.as_str(), field.as_str()))
        })
    }
}

impl Resource {
    /// Whether the list is at this pattern.
    pub(super) fn is_at(&self, pattern: &str) -> bool {
        self.path == pattern || self.also.iter().any(|path| path == pattern)
    }

    /// A new key; `count` is how many items there are.
    pub(super) fn mint(&self, count: usize) -> Option<String> {
        self.id.as_deref().map(|form| mint(form, count))
    }
}

/// Text of the form: `tp_{22}`, `{24x}`, `{n}`.
pub(super) fn mint(form: &str, count: usize) -> String {
    let Some((before, rest)) = form.split_once('{') else { return form.to_owned() };
    let size = rest.trim_end_matches('}');
    let made = match size.strip_suffix('x') {
        _ if size == "n" => (count + 1).to_string(),
        Some(digits) => random(digits.parse().unwrap_or(24), 16),
        None => random(size.parse().unwrap_or(22), 62),
    };
    format!("{before}{made}")
}

fn random(length: usize, base: u128) -> String {
    const DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let mut number = Uuid::new_v4().as_u128();
        // Some of the last digits would hold fewer random bits than the others.
        for _ in 0..16.min(length - text.len()) {
            let digit = usize::try_from(number % base).unwrap_or_default();
            text.push(char::from(DIGITS[digit]));
            number /= base;
        }
    }
    text
}

/// A name as a slug, with this between its words.
pub(super) fn slug(name: &str, between: &str) -> String {
    let words: Vec<String> = name
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_model_is_whole() {
        let model = Model::embedded().unwrap();
        for (name, resource) in &model.0 {
            if let Some((_, parent)) = &resource.parent {
                assert!(model.get(parent).is_some(), "{name} belongs to the unknown {parent}");
            }
            if let Some(catalog) = &resource.catalog {
                assert!(model.get(catalog).is_some(), "{name}: no catalog {catalog}");
            }
        }
        assert_eq!(model.at("/destination").unwrap().0, "destinations");
        let owned: Vec<_> = model.children("warehouses").map(|(name, _)| name).collect();
        assert_eq!(owned, ["warehouseSyncs", "warehouseSources"]);
    }

    #[test]
    fn new_keys_have_their_form_and_are_new() {
        let one = mint("tp_{22}", 0);
        assert_eq!((one.len(), &one[..3]), (25, "tp_"));
        assert_ne!(one, mint("tp_{22}", 0));
        assert_eq!(mint("{n}", 41), "42");
        let hex = mint("{24x}", 0);
        assert!(hex.len() == 24 && hex.chars().all(|c| c.is_ascii_hexdigit()), "{hex}");
        assert_eq!(slug("Big  Spenders!", "_"), "big_spenders");
    }
}
