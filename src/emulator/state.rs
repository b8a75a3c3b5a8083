//! What the emulator remembers: one workspace with its collections, and every message it was sent.
//! The Public and the Config API are two views of it. How it is asked is left to the faces; how it
//! survives a restart is `data`'s business.

use std::collections::HashMap;

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// How long a messageId is remembered, as at Segment.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24);

/// The id of the seeded workspace.
const WORKSPACE_ID: &str = "kV7pQ2mXn4sRtB9cZ1wLhE";

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// It would reach the destinations.
    Delivered,
    /// Accepted at the door and dropped behind it.
    Rejected,
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

/// Everything that is remembered.
#[derive(Debug)]
pub(super) struct State {
    /// The one workspace, in the Public API's form.
    pub(super) workspace: Value,
    /// The resources by collection, in the Public API's form.
    pub(super) collections: IndexMap<String, Vec<Value>>,
    /// Every message, oldest first.
    pub(super) events: Vec<Event>,
    /// The messageIds of delivered messages.
    seen: HashMap<String, Timestamp>,
}

impl State {
    /// The state an emulator starts with. The write key belongs to the first source.
    pub(super) fn seeded(write_key: &str) -> Self {
        let mut collections = IndexMap::new();
        collections.insert("sources".to_owned(), sources(write_key));
        collections.insert("users".to_owned(), users());
        let workspace = json!({"id": WORKSPACE_ID, "slug": "my-workspace", "name": "My Workspace"});
        Self::of(workspace, collections, Vec::new())
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
        Self { workspace, collections, events, seen }
    }

    /// The items of a collection; none when nobody put anything into it.
    pub(super) fn collection(&self, name: &str) -> &[Value] {
        self.collections.get(name).map_or(&[], Vec::as_slice)
    }

    /// The workspace's slug.
    pub(super) fn slug(&self) -> &str {
        self.workspace["slug"].as_str().unwrap_or_default()
    }

    /// The source that owns a write key.
    pub(super) fn source_of(&self, write_key: &str) -> Option<&Value> {
        self.collection("sources").iter().find(|source| {
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

fn sources(write_key: &str) -> Vec<Value> {
    let source =
        |id: &str, slug: &str, name: Option<&str>, enabled: bool, key: &str, meta: Value| {
            let mut source = Map::new();
            source.insert("id".into(), json!(id));
            source.insert("slug".into(), json!(slug));
            if let Some(name) = name {
                source.insert("name".into(), json!(name));
            }
            source.insert("workspaceId".into(), json!(WORKSPACE_ID));
            source.insert("enabled".into(), json!(enabled));
            source.insert("writeKeys".into(), json!([key]));
            source.insert("metadata".into(), meta);
            source.insert("settings".into(), json!({}));
            source.insert("labels".into(), json!([]));
            Value::Object(source)
        };
    let website = metadata("IqDTy1TpoU", "javascript", "Javascript", "Website", false);
    let mobile = metadata("UBrsG9RVzw", "ios", "iOS", "Mobile", false);
    let server = metadata("iUM16Md8P2", "http-api", "HTTP API", "Server", false);
    let legacy = metadata("Tg3yKpX0vB", "android", "Android", "Mobile", false);
    // A name may be empty or absent, and a source may be switched off: clients must bear all three.
    vec![
        source("abc123", "website", Some("Website"), true, write_key, website),
        source("nT4kWq8ZyR2vLb6MxP9sHd", "ios", Some(""), true, "emulator-ios-key", mobile),
        source(
            "gJ3rXc7UeF5tKp1NzQ8wVm",
            "orders-service",
            None,
            true,
            "emulator-orders-key",
            server,
        ),
        source(
            "hB6mYd2SaT9uJe4CvK7xRf",
            "old-app",
            Some("Old App"),
            false,
            "emulator-old-key",
            legacy,
        ),
    ]
}

fn metadata(id: &str, slug: &str, name: &str, category: &str, cloud: bool) -> Value {
    json!({
        "id": id, "slug": slug, "name": name, "categories": [category], "description": "",
        "logos": {"default": ""}, "options": [], "isCloudEventSource": cloud, "status": "PUBLIC",
    })
}

fn users() -> Vec<Value> {
    let user = |id: &str, name: &str, email: &str, role_id: &str, role: &str| {
        json!({
            "id": id, "name": name, "email": email,
            "permissions": [{
                "roleId": role_id, "roleName": role,
                "resources": [{"id": WORKSPACE_ID, "type": "WORKSPACE", "labels": []}],
            }],
        })
    };
    vec![
        user(
            "dQ8wNf3ZrY6tHk1XvS5mPb",
            "Ada Example",
            "ada@example.com",
            "1WDUuRLxv84rrfCNUwvkrRtkxnS",
            "Workspace Owner",
        ),
        user(
            "fC2pLs9JxE7uRg4BnT6yVw",
            "",
            "ops@example.com",
            "1WDUuVGKDjLBNv6XaKPYHnTjFeY",
            "Source Admin",
        ),
    ]
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

    #[test]
    fn a_message_id_is_remembered_for_a_day_and_only_once_delivered() {
        let mut state = State::seeded("key");
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
        let state = State::seeded("key");
        assert_eq!(state.source_of("key").unwrap()["id"], "abc123");
        assert!(state.source_of("no-such-key").is_none());
    }
}
