//! What received events leave behind in a space: the events and traits that were seen, and the
//! profiles of people and accounts. Worked out when somebody looks, so that taking events in stays
//! quick.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::{Map, Value, json};

use super::public::scene::stamp;
use super::state::{Event, State, Status};

/// The most different values that are kept as samples.
const SAMPLES: usize = 10;

/// Takes the events into account that came since the last time.
pub(super) fn catch_up(state: &mut State) {
    let first = state.items("spaces").first().and_then(|space| space["id"].as_str());
    let Some(space) = first.map(str::to_owned) else { return };
    if state.observed >= state.events.len() {
        return;
    }
    let fresh: Vec<Event> = state.events[state.observed..]
        .iter()
        .filter(|event| event.status == Status::Delivered)
        .cloned()
        .collect();
    state.observed = state.events.len();
    let mut profiles = Profiles::of(state, &space);
    for event in &fresh {
        schema(state, &space, event);
        profiles.learn(state, event);
    }
}

/// The event's name and properties, or the traits it sets.
fn schema(state: &mut State, space: &str, event: &Event) {
    let seen = stamp(event.received_at);
    let part = |name: &str| event.message.get(name).and_then(Value::as_object).cloned();
    if event.kind == "track" {
        let Some(name) = event.message.get("event").and_then(Value::as_str) else { return };
        let item = json!({"_spaceId": space, "name": name, "type": "TRACK"});
        note(state, "spaceEvents", &["_spaceId", "name"], item, &seen, None);
        for (property, value) in part("properties").unwrap_or_default() {
            let item = json!({"name": property, "type": "PROPERTY", "eventName": name});
            note(state, "eventProperties", &["eventName", "name"], item, &seen, Some(&value));
        }
    }
    let collection = if event.kind == "group" { "accounts" } else { "users" };
    for (name, value) in part("traits").unwrap_or_default() {
        let item =
            json!({"_spaceId": space, "_collection": collection, "trait": name, "type": "CUSTOM"});
        note(state, "traits", &["_spaceId", "_collection", "trait"], item, &seen, Some(&value));
    }
}

/// Keeps an item once, with when it was last seen and some of its values.
fn note(
    state: &mut State,
    many: &str,
    keys: &[&str],
    mut item: Value,
    seen: &str,
    value: Option<&Value>,
) {
    let kept = state.items_mut(many);
    let known = kept.iter().position(|have| keys.iter().all(|key| have[*key] == item[*key]));
    let at = known.unwrap_or_else(|| {
        item["samples"] = json!([]);
        kept.push(item);
        kept.len() - 1
    });
    kept[at]["lastSeenAt"] = json!(seen);
    let sample = value.filter(|value| !value.is_object() && !value.is_array());
    if let (Some(sample), Some(samples)) = (sample, kept[at]["samples"].as_array_mut()) {
        let text = json!(sample.as_str().map_or_else(|| sample.to_string(), str::to_owned));
        if samples.len() < SAMPLES && !samples.contains(&text) {
            samples.push(text);
        }
    }
}

/// Where each profile is, by every id it is known by.
struct Profiles {
    space: String,
    places: HashMap<(String, String), usize>,
}

impl Profiles {
    fn of(state: &State, space: &str) -> Self {
        let mut places = HashMap::new();
        for (at, profile) in state.items("profiles").iter().enumerate() {
            for id in profile["externalIds"].as_array().into_iter().flatten() {
                let text = |name: &str| id[name].as_str().unwrap_or_default().to_owned();
                places.insert((text("type"), text("id")), at);
            }
        }
        Self { space: space.to_owned(), places }
    }

    /// The profile that has one of these ids, made if there is none; it has all of them afterwards.
    fn place(
        &mut self,
        state: &mut State,
        collection: &str,
        ids: &[(&str, &str)],
        now: &str,
    ) -> usize {
        let owned = |(kind, id): &(&str, &str)| ((*kind).to_owned(), (*id).to_owned());
        let found = ids.iter().find_map(|id| self.places.get(&owned(id)).copied());
        let profiles = state.items_mut("profiles");
        let at = found.unwrap_or_else(|| {
            profiles.push(json!({
                "_spaceId": self.space, "collection": collection,
                "id": super::model::mint("{27}", 0), "externalIds": [], "traits": {},
                "audiences": {}, "computedTraits": {}, "events": [], "accounts": [],
                "createdAt": now,
            }));
            profiles.len() - 1
        });
        profiles[at]["updatedAt"] = json!(now);
        for id in ids {
            if let Entry::Vacant(free) = self.places.entry(owned(id)) {
                free.insert(at);
                if let Some(known) = profiles[at]["externalIds"].as_array_mut() {
                    known.push(json!({"type": id.0, "id": id.1}));
                }
            }
        }
        at
    }

    fn learn(&mut self, state: &mut State, event: &Event) {
        let now = stamp(event.received_at);
        let traits = event.message.get("traits").and_then(Value::as_object);
        let given = |name: &str| event.message.get(name).and_then(Value::as_str);
        let email = traits.filter(|_| event.kind == "identify");
        let email = email.and_then(|traits| traits.get("email")?.as_str());
        let ids: Vec<(&str, &str)> = [
            ("user_id", event.user_id.as_deref()),
            ("user_id", given("previousId").filter(|_| event.kind == "alias")),
            ("anonymous_id", event.anonymous_id.as_deref()),
            ("email", email),
        ]
        .into_iter()
        .filter_map(|(kind, id)| Some((kind, id.filter(|id| !id.is_empty())?)))
        .collect();
        let person = self.place(state, "users", &ids, &now);
        match event.kind.as_str() {
            "identify" => merge(&mut state.items_mut("profiles")[person], traits),
            "group" => {
                let group = given("groupId").unwrap_or_default();
                let account = self.place(state, "accounts", &[("group_id", group)], &now);
                let profiles = state.items_mut("profiles");
                merge(&mut profiles[account], traits);
                if let Some(accounts) = profiles[person]["accounts"].as_array_mut()
                    && !accounts.contains(&json!(group))
                {
                    accounts.push(json!(group));
                }
            }
            "track" | "page" | "screen" => {
                if let Some(events) = state.items_mut("profiles")[person]["events"].as_array_mut() {
                    events.push(history(event));
                }
            }
            _ => {}
        }
    }
}

fn merge(profile: &mut Value, traits: Option<&Map<String, Value>>) {
    if let (Some(have), Some(traits)) = (profile["traits"].as_object_mut(), traits) {
        have.extend(traits.clone());
    }
}

/// An event as a profile remembers it.
fn history(event: &Event) -> Value {
    let mut entry = Map::new();
    entry.insert("type".to_owned(), json!(event.kind));
    for name in ["event", "name", "properties", "context", "messageId"] {
        entry.extend(event.message.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    entry.insert("timestamp".to_owned(), json!(stamp(event.timestamp)));
    entry.insert("source_id".to_owned(), json!(event.source));
    Value::Object(entry)
}
