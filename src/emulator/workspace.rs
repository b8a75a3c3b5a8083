//! The workspace through its two doors: the Public API and the legacy Config API read the same
//! collections and differ in names, paging and envelopes. Adding a resource is adding a line to the
//! table of collections and data to the seed.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::core::Core;
use super::exchange::{Answer, Face, Request, reason};
use super::routes::Route;
use super::state::State;

/// One collection as one face shows it.
struct Collection {
    /// Where the whole list is; one item is a segment below it.
    path: &'static str,
    /// Its name in the state, and the key of the list in answers.
    many: &'static str,
    /// The key that wraps one item; empty where items are bare.
    one: &'static str,
    /// The field that addresses an item.
    key: &'static str,
    /// A field beside a wrapped item that is null here.
    beside: Option<&'static str>,
    /// How an item is shown.
    view: fn(&State, &Value) -> Value,
}

const COLLECTIONS: &[Collection] = &[
    Collection {
        path: "/sources",
        many: "sources",
        one: "source",
        key: "id",
        beside: Some("trackingPlanId"),
        view: as_kept,
    },
    Collection {
        path: "/users",
        many: "users",
        one: "user",
        key: "id",
        beside: None,
        view: as_kept,
    },
    Collection {
        path: "/v1beta/workspaces/{}/sources",
        many: "sources",
        one: "",
        key: "slug",
        beside: None,
        view: config_source,
    },
];

/// Answers a request that belongs to one of the workspace's routes.
pub(super) fn answer(core: &Core, request: &Request, route: &Route, values: &[String]) -> Answer {
    let face = Face::of(&request.path);
    let token = if face == Face::Config { &core.keys.config } else { &core.keys.public };
    if request.credentials("bearer") != Some(token.as_str()) {
        return face.refuse(401).header("www-authenticate", "Bearer");
    }
    let state = core.state();
    // Only the Config API has the workspace in its paths.
    if face == Face::Config && values.first().is_some_and(|slug| slug != state.slug()) {
        return face.refuse(404);
    }
    let done = match (route.method.as_str(), route.pattern.as_str()) {
        ("GET", "/") => Ok(json!({"workspace": state.workspace})),
        ("GET", "/echo") => return echo(request),
        ("GET", "/v1beta/workspaces") => Ok(json!({
            "workspaces": [config_workspace(&state)], "next_page_token": "",
        })),
        ("GET", "/v1beta/workspaces/{}") => Ok(config_workspace(&state)),
        ("GET", pattern) => read(&state, request, face, pattern, values),
        _ => Err(not_emulated(face)),
    };
    match done {
        Ok(data) if face == Face::Public => Answer::json(200, &json!({"data": data})),
        Ok(data) => Answer::json(200, &data),
        Err(refusal) => refusal,
    }
}

fn not_emulated(face: Face) -> Answer {
    face.error(501, "the emulator does not serve this operation", None, None)
}

fn read(
    state: &State,
    request: &Request,
    face: Face,
    pattern: &str,
    values: &[String],
) -> Result<Value, Answer> {
    for collection in COLLECTIONS {
        match pattern.strip_prefix(collection.path) {
            Some("") => return page(state, request, face, collection),
            Some("/{}") => {
                let asked = values.last().map(String::as_str);
                let item = state
                    .collection(collection.many)
                    .iter()
                    .find(|item| item[collection.key].as_str() == asked)
                    .ok_or_else(|| face.refuse(404))?;
                return Ok(wrapped(collection, (collection.view)(state, item)));
            }
            _ => {}
        }
    }
    Err(not_emulated(face))
}

fn wrapped(collection: &Collection, item: Value) -> Value {
    if collection.one.is_empty() {
        return item;
    }
    let mut map = Map::from_iter([(collection.one.to_owned(), item)]);
    if let Some(beside) = collection.beside {
        map.insert(beside.to_owned(), Value::Null);
    }
    Value::Object(map)
}

fn page(
    state: &State,
    request: &Request,
    face: Face,
    collection: &Collection,
) -> Result<Value, Answer> {
    let all = state.collection(collection.many);
    let (start, count) = if face == Face::Config {
        (cursor(request, face, &["page_token"])?, config_size(request)?)
    } else {
        public_window(request)?
    };
    let end = start.saturating_add(count).min(all.len());
    let items: Vec<Value> = all
        .get(start..end)
        .unwrap_or_default()
        .iter()
        .map(|item| (collection.view)(state, item))
        .collect();
    let next = (end < all.len()).then(|| STANDARD.encode(end.to_string()));
    if face == Face::Config {
        return Ok(json!({collection.many: items, "next_page_token": next.unwrap_or_default()}));
    }
    let mut pagination =
        Map::from_iter([("current".to_owned(), json!(STANDARD.encode(start.to_string())))]);
    if let Some(next) = next {
        pagination.insert("next".into(), json!(next));
    }
    if start > 0 {
        let previous = STANDARD.encode(start.saturating_sub(count).to_string());
        pagination.insert("previous".into(), json!(previous));
    }
    pagination.insert("totalEntries".into(), json!(all.len()));
    Ok(json!({collection.many: items, "pagination": pagination}))
}

/// Both spellings that Segment's own libraries use.
const CURSOR: &[&str] = &["pagination.cursor", "pagination[cursor]"];
const COUNT: &[&str] = &["pagination.count", "pagination[count]"];

fn public_window(request: &Request) -> Result<(usize, usize), Answer> {
    let wrong = |why| Face::Public.error(422, why, Some("pagination.count"), None);
    let count = match request.query(COUNT) {
        None if request.query(CURSOR).is_some() => {
            return Err(wrong("pagination.count is required"));
        }
        None => 200,
        Some(text) => text
            .parse()
            .ok()
            .filter(|count| (1..=1000).contains(count))
            .ok_or_else(|| wrong("pagination.count must be a whole number from 1 to 1000"))?,
    };
    Ok((cursor(request, Face::Public, CURSOR)?, count))
}

fn config_size(request: &Request) -> Result<usize, Answer> {
    match request.query(&["page_size"]) {
        None => Ok(100),
        Some(text) => text.parse().ok().filter(|size| (1..=100).contains(size)).ok_or_else(|| {
            Face::Config.error(400, "page_size must be a whole number from 1 to 100", None, None)
        }),
    }
}

fn cursor(request: &Request, face: Face, names: &[&str]) -> Result<usize, Answer> {
    let text = request.query(names).unwrap_or_default();
    if text.is_empty() {
        return Ok(0);
    }
    STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            let status = if face == Face::Config { 400 } else { 422 };
            face.error(status, "the cursor is not one of ours", names.first().copied(), None)
        })
}

/// `GET /echo`: Segment's own means to test a client.
fn echo(request: &Request) -> Answer {
    let face = Face::Public;
    let set = |name: &str| request.query(&[name]) == Some("true");
    let number = |name: &str| request.query(&[name]).and_then(|text| text.parse::<u64>().ok());
    let status = number("statusCode").and_then(|n| u16::try_from(n).ok());
    let status = status.filter(|status| (200..=599).contains(status));
    let mut answer = match request.query(&["message"]) {
        None => face.error(422, "message is required", Some("message"), None),
        Some(message) if set("triggerMultipleErrors") => {
            let error = json!({"type": "bad-request", "message": message});
            Answer::json(status.unwrap_or(400), &json!({"errors": [error, error]}))
        }
        Some(message) if set("triggerError") => {
            face.error(status.unwrap_or(400), message, None, None)
        }
        Some(_) if set("triggerUnexpectedError") => face.refuse(500),
        Some(_) if status.is_some_and(|status| status >= 400) => {
            face.error(status.unwrap_or(400), reason(status.unwrap_or(400)), None, None)
        }
        Some(message) => Answer::json(
            status.unwrap_or(200),
            &json!({"data": {"method": "get", "message": message, "headers": shown(request)}}),
        ),
    };
    answer.delay = Duration::from_millis(number("delay").unwrap_or(0));
    answer
}

/// The headers of a request but for the credential.
fn shown(request: &Request) -> Map<String, Value> {
    let kept = request.headers.iter().filter(|(name, _)| name != "authorization");
    kept.map(|(name, value)| (name.clone(), json!(value))).collect()
}

fn as_kept(_: &State, item: &Value) -> Value {
    item.clone()
}

/// When everything that was seeded came to be; the Public API's form does not say.
const CREATED: &str = "2024-01-15T09:30:00Z";

fn config_workspace(state: &State) -> Value {
    json!({
        "name": format!("workspaces/{}", state.slug()),
        "display_name": state.workspace["name"],
        "id": state.workspace["id"],
        "create_time": CREATED,
    })
}

fn config_source(state: &State, source: &Value) -> Value {
    let parent = format!("workspaces/{}", state.slug());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    json!({
        "name": format!("{parent}/sources/{}", text(&source["slug"])),
        "parent": parent,
        "catalog_name": format!("catalog/sources/{}", text(&source["metadata"]["slug"])),
        "write_keys": source["writeKeys"],
        "library_config": {
            "metrics_enabled": true, "retry_queue": true,
            "cross_domain_id_enabled": false, "api_host": "",
        },
        "create_time": CREATED,
    })
}
