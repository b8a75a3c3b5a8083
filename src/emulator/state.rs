//! What the emulator remembers: one workspace with its collections, and every message it was sent.
//! The Public and the Config API are two views of it. How it is asked is left to the faces; how it
//! survives a restart is `data`'s business.

use std::collections::HashMap;

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::model::Model;
use crate::error::{Fault, Kind};

/// How long a messageId is remembered, as at Segment.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24);

/// What is there at the start.
const SEED: &str = include_str!("seed.json");

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// It would reach the destinations.
    Delivered,
    /// Accepted at the door and dropped behind it.
    Rejected,
    /// Taken in, and held back by the source's schema settings.
    Filtered,
    /// Its messageId had been seen before.
    Duplicate,
}

/// One message as it was received.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Event {
    /// When it arrived.
    #[serde(with = "rfc3339")]
    pub(super) received_at: Timestamp,
    /// When it happened, corrected for the sender's clock as Segment does it.
    #[serde(with = "rfc3339")]
    pub(super) timestamp: Timestamp,
    /// `track`, `identify`, …
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// Its id, minted here when the sender gave none.
    pub(super) message_id: String,
    /// Whom it is about.
    pub(super) user_id: Option<String>,
    /// Whom it is about, when that is not known yet.
    pub(super) anonymous_id: Option<String>,
    /// The id of the source the write key names.
    pub(super) source: Option<String>,
    /// What became of it.
    pub(super) status: Status,
    /// Why it was rejected.
    pub(super) reason: Option<String>,
    /// The message, without its write key.
    pub(super) message: Map<String, Value>,
}

/// Times as text.
mod rfc3339 {
    use jiff::Timestamp;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(time)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(|_| D::Error::custom(format!("`{text}` is not an RFC 3339 time")))
    }
}

/// The form of the seed.
#[derive(Deserialize)]
struct Seed {
    workspace: Value,
    collections: IndexMap<String, Vec<Value>>,
}

/// Everything that is remembered.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// The one workspace, in the Public API's form.
    pub(super) workspace: Value,
    /// The resources by collection, in the Public API's form.
    pub(super) collections: IndexMap<String, Vec<Value>>,
    /// Every message, oldest first.
    pub(super) events: Vec<Event>,
    /// How many of the messages have been taken into account for the space.
    pub(super) observed: usize,
    /// The messageIds of delivered messages.
    seen: HashMap<String, Timestamp>,
}

impl State {
    /// The state an emulator starts with. The write key belongs to the first source.
    ///
    /// # Errors
    /// [`Kind::Internal`] should the seed in the binary make no sense.
    pub(super) fn seeded(write_key: &str, model: &Model) -> Result<Self, Fault> {
        let mut seed: Seed = serde_json::from_str(SEED)
            .map_err(|error| Fault::new(Kind::Internal, format!("the emulator's seed: {error}")))?;
        if let Some(first) = seed.collections.get_mut("sources").and_then(|list| list.first_mut()) {
            first["writeKeys"] = json!([write_key]);
        }
        let mut state = Self::of(seed.workspace, seed.collections, Vec::new());
        state.expand(model);
        Ok(state)
    }

    /// Puts the catalog's entries where the seed only names them.
    fn expand(&mut self, model: &Model) {
        let names: Vec<String> = self.collections.keys().cloned().collect();
        for many in names {
            let Some(catalog) = model.get(&many).and_then(|found| found.catalog.as_ref()) else {
                continue;
            };
            let entries: HashMap<String, Value> = self
                .items(catalog)
                .iter()
                .filter_map(|entry| Some((entry["slug"].as_str()?.to_owned(), entry.clone())))
                .collect();
            for item in self.items_mut(&many) {
                if let Some(entry) = item["metadata"].as_str().and_then(|slug| entries.get(slug)) {
                    item["metadata"] = entry.clone();
                }
            }
        }
    }

    /// The state made of these parts.
    pub(super) fn of(
        workspace: Value,
        collections: IndexMap<String, Vec<Value>>,
        events: Vec<Event>,
    ) -> Self {
        let seen = events
            .iter()
            .filter(|event| event.status == Status::Delivered)
            .map(|event| (event.message_id.clone(), event.received_at))
            .collect();
        Self { workspace, collections, events, observed: 0, seen }
    }

    /// The items of a collection; none when nobody put anything into it.
    pub(super) fn items(&self, name: &str) -> &[Value] {
        self.collections.get(name).map_or(&[], Vec::as_slice)
    }

    /// The items of a collection, to change.
    pub(super) fn items_mut(&mut self, name: &str) -> &mut Vec<Value> {
        self.collections.entry(name.to_owned()).or_default()
    }

    /// Where the item is whose fields have these values.
    pub(super) fn position(&self, name: &str, wanted: &[(&str, &str)]) -> Option<usize> {
        let fits = |item: &Value| wanted.iter().all(|(field, value)| same(&item[*field], value));
        self.items(name).iter().position(fits)
    }

    /// The item whose fields have these values.
    pub(super) fn find(&self, name: &str, wanted: &[(&str, &str)]) -> Option<&Value> {
        self.position(name, wanted).map(|index| &self.items(name)[index])
    }

    /// The id of the person on whose behalf everything is done: the first user.
    pub(super) fn owner(&self) -> Value {
        self.items("users").first().map_or(Value::Null, |user| user["id"].clone())
    }

    /// The workspace's slug.
    pub(super) fn slug(&self) -> &str {
        self.workspace["slug"].as_str().unwrap_or_default()
    }

    /// The source that owns a write key.
    pub(super) fn source_of(&self, write_key: &str) -> Option<&Value> {
        self.items("sources").iter().find(|source| {
            source["writeKeys"]
                .as_array()
                .is_some_and(|keys| keys.iter().any(|key| key.as_str() == Some(write_key)))
        })
    }

    /// Remembers a message; one that would be delivered but has been seen becomes a duplicate.
    pub(super) fn record(&mut self, mut event: Event) {
        if event.status == Status::Delivered {
            let seen = self
                .seen
                .get(&event.message_id)
                .is_some_and(|first| event.received_at.duration_since(*first) < LOOK_BACK);
            if seen {
                event.status = Status::Duplicate;
            } else {
                self.seen.insert(event.message_id.clone(), event.received_at);
            }
        }
        self.events.push(event);
    }
}

/// Whether a value is this text, or the number it spells.
pub(super) fn same(value: &Value, text: &str) -> bool {
    match value {
        Value::String(have) => have == text,
        Value::Number(number) => number.to_string() == text,
        _ => false,
    }
}

/// Removes an item with everything that belongs to it, and gives it back.
pub(super) fn remove(state: &mut State, model: &Model, many: &str, index: usize) -> Value {
    let items = state.items_mut(many);
    if index >= items.len() {
        return Value::Null;
    }
    let item = items.remove(index);
    let Some(resource) = model.get(many) else { return item };
    let key = item[resource.key[0].as_str()].clone();
    if key.is_null() {
        return item;
    }
    for (child, field) in model.children(many) {
        while let Some(index) = state.items(child).iter().position(|have| have[field] == key) {
            remove(state, model, child, index);
        }
    }
    for relation in model.relations() {
        let unrelated = |pair: &Value| {
            pair.as_object().is_none_or(|pair| !pair.values().any(|have| *have == key))
        };
        state.items_mut(relation).retain(unrelated);
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(message_id: &str, at: &str, status: Status) -> Event {
        Event {
            received_at: at.parse().unwrap(),
            timestamp: at.parse().unwrap(),
            kind: "track".into(),
            message_id: message_id.into(),
            user_id: None,
            anonymous_id: None,
            source: None,
            status,
            reason: None,
            message: Map::new(),
        }
    }

    fn seeded() -> State {
        State::seeded("key", &Model::embedded().unwrap()).unwrap()
    }

    #[test]
    fn a_message_id_is_remembered_for_a_day_and_only_once_delivered() {
        let mut state = seeded();
        for (id, at, status) in [
            ("a", "2026-01-01T00:00:00Z", Status::Rejected),
            ("a", "2026-01-01T00:00:01Z", Status::Delivered),
            ("a", "2026-01-01T23:00:00Z", Status::Delivered),
            ("a", "2026-01-02T00:00:01Z", Status::Delivered),
        ] {
            state.record(event(id, at, status));
        }
        let got: Vec<_> = state.events.iter().map(|event| event.status).collect();
        let want = [Status::Rejected, Status::Delivered, Status::Duplicate, Status::Delivered];
        assert_eq!(got, want);
    }

    #[test]
    fn a_write_key_names_its_source() {
        let state = seeded();
        assert_eq!(state.source_of("key").unwrap()["id"], "abc123");
        assert!(state.source_of("no-such-key").is_none());
    }
}
