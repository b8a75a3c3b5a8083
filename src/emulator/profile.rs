//! The Profile API: what a space knows of one person or account, by any of its ids.

use serde_json::{Map, Value, json};

use super::core::Core;
use super::exchange::{Answer, Request};
use super::face::Face;
use super::observe;
use super::public::select::{cursor, position};
use super::routes::Route;
use super::state::{State, same};

/// What is asked of a profile.
type Part = fn(&Asked<'_>) -> Result<Value, Refused>;

/// Why a request is turned away.
type Refused = (u16, &'static str);

/// The last steps of a path, and what is answered.
const PARTS: &[(&str, Part)] = &[
    ("/traits", traits),
    ("/external_ids", external_ids),
    ("/events", events),
    ("/metadata", metadata),
    ("/links", links),
];

/// A profile and what is wanted of it.
struct Asked<'a> {
    state: &'a State,
    profile: &'a Value,
    request: &'a Request,
}

/// Answers a request to the Profile API.
pub(super) fn answer(core: &Core, request: &Request, route: &Route, values: &[String]) -> Answer {
    if request.basic_user() != Some(Ok(core.keys.profile.clone())) {
        return Face::Profile.refuse(401).header("www-authenticate", "Basic");
    }
    let [space, collection, id] = values else { return Face::Profile.refuse(404) };
    let done = core.remember(route.method != "GET", |state, _| {
        observe::catch_up(state);
        let at = place(state, space, collection, id)?;
        if route.method != "GET" {
            return forget(state, at, request);
        }
        let part = PARTS.iter().find(|(end, _)| route.pattern.ends_with(end));
        let (_, part) = part.ok_or((404, "Resource not found"))?;
        part(&Asked { profile: &state.items("profiles")[at], state, request })
    });
    match done {
        Ok(answer) => Answer::json(200, &answer),
        Err((status, why)) => Face::Profile.error(status, why, None, None),
    }
}

fn place(state: &State, space: &str, collection: &str, id: &str) -> Result<usize, Refused> {
    state.find("spaces", &[("id", space)]).ok_or((404, "there is no such space"))?;
    if !["users", "accounts"].contains(&collection) {
        return Err((400, "the collection must be users or accounts"));
    }
    let form = (400, "an id is written as its kind, a colon and its value");
    let (kind, value) = id.split_once(':').ok_or(form)?;
    let fits = |profile: &Value| {
        let ids = profile["externalIds"].as_array().into_iter().flatten();
        same(&profile["_spaceId"], space)
            && same(&profile["collection"], collection)
            && ids.into_iter().any(|id| same(&id["type"], kind) && same(&id["id"], value))
    };
    let found = state.items("profiles").iter().position(fits);
    found.ok_or((404, "the resource was not found"))
}

impl Asked<'_> {
    fn words(&self, name: &str) -> Option<Vec<&str>> {
        self.request.query(&[name]).map(|text| text.split(',').map(str::trim).collect())
    }

    fn set(&self, name: &str) -> bool {
        self.request.query(&[name]) == Some("true")
    }

    /// The items of one page under `key`, and the cursor to go on.
    fn page<T>(
        &self,
        key: &str,
        all: &[T],
        most: usize,
        join: fn(&[T]) -> Value,
    ) -> Result<Value, Refused> {
        let limit = self.request.query(&["limit"]).map(str::parse::<usize>);
        let limit = limit.unwrap_or(Ok(10)).ok().filter(|limit| *limit > 0);
        let limit = limit.ok_or((400, "`limit` must be a whole number from 1"))?.min(most);
        let start = self.request.query(&["next"]).filter(|next| !next.is_empty()).map(position);
        let start = start.unwrap_or(Some(0)).ok_or((400, "`next` is not one of our cursors"))?;
        let end = start.saturating_add(limit).min(all.len());
        let more = end < all.len();
        Ok(json!({
            key: join(all.get(start..end).unwrap_or_default()),
            "cursor": {
                "url": self.request.path, "has_more": more,
                "next": if more { cursor(end) } else { String::new() }, "limit": limit,
            },
        }))
    }
}

fn list(items: &[Value]) -> Value {
    json!(items)
}

fn traits(asked: &Asked<'_>) -> Result<Value, Refused> {
    let parts: &[&str] = match asked.request.query(&["class"]) {
        None => &["traits", "computedTraits", "audiences"],
        Some("audience") => &["audiences"],
        Some("computed_trait") => &["computedTraits"],
        Some(_) => return Err((400, "`class` must be audience or computed_trait")),
    };
    let (wanted, verbose) = (asked.words("include"), asked.set("verbose"));
    let maps = parts.iter().filter_map(|part| asked.profile[*part].as_object());
    let all: Vec<(String, Value)> = maps
        .flatten()
        .filter(|(name, _)| wanted.as_ref().is_none_or(|wanted| wanted.contains(&name.as_str())))
        .map(|(name, value)| {
            let at = &asked.profile["updatedAt"];
            let value =
                if verbose { json!({"value": value, "updated_at": at}) } else { value.clone() };
            (name.clone(), value)
        })
        .collect();
    let join =
        |page: &[(String, Value)]| Value::Object(page.iter().cloned().collect::<Map<_, _>>());
    asked.page("traits", &all, 200, join)
}

fn external_ids(asked: &Asked<'_>) -> Result<Value, Refused> {
    let wanted = asked.words("include");
    let ids = asked.profile["externalIds"].as_array().into_iter().flatten();
    let all: Vec<Value> = ids
        .filter(|id| {
            let kind = id["type"].as_str().unwrap_or_default();
            wanted.as_ref().is_none_or(|wanted| wanted.contains(&kind))
        })
        .map(|id| {
            json!({
                "collection": asked.profile["collection"], "id": id["id"], "type": id["type"],
                "created_at": asked.profile["createdAt"], "encoding": "none",
            })
        })
        .collect();
    asked.page("data", &all, 200, list)
}

fn events(asked: &Asked<'_>) -> Result<Value, Refused> {
    if !same(&asked.profile["collection"], "users") {
        return Err((400, "only users have events"));
    }
    let time = |name: &str| match asked.request.query(&[name]) {
        None => Ok(None),
        Some(text) => text
            .parse::<jiff::Timestamp>()
            .map(Some)
            .map_err(|_| (400, "`start` and `end` must be RFC 3339 times")),
    };
    let (start, end) = (time("start")?, time("end")?);
    let (only, without) = (asked.words("include"), asked.words("exclude").unwrap_or_default());
    let kept = asked.profile["events"].as_array().into_iter().flatten();
    let mut all: Vec<Value> = kept
        .filter(|event| {
            let name = event["event"].as_str().unwrap_or_default();
            let at = event["timestamp"].as_str().and_then(|at| at.parse().ok());
            only.as_ref().is_none_or(|only| only.contains(&name))
                && !without.contains(&name)
                && at.is_none_or(|at: jiff::Timestamp| {
                    start.is_none_or(|start| at >= start) && end.is_none_or(|end| at < end)
                })
        })
        .cloned()
        .collect();
    all.sort_by(|a, b| a["timestamp"].as_str().cmp(&b["timestamp"].as_str()));
    if asked.request.query(&["sort"]) != Some("asc") {
        all.reverse();
    }
    asked.page("data", &all, 100, list)
}

fn metadata(asked: &Asked<'_>) -> Result<Value, Refused> {
    let profile = asked.profile;
    let mut metadata = json!({
        "created_at": profile["createdAt"], "updated_at": profile["updatedAt"],
        "expires_at": null,
    });
    if asked.set("verbose") {
        metadata["id"] = profile["id"].clone();
    }
    Ok(json!({"metadata": metadata}))
}

fn links(asked: &Asked<'_>) -> Result<Value, Refused> {
    let profile = asked.profile;
    let people = same(&profile["collection"], "users");
    let own = |other: &&Value| {
        let (person, account) = if people { (profile, *other) } else { (*other, profile) };
        let id = account["externalIds"].get(0).map_or(&Value::Null, |id| &id["id"]);
        let linked = person["accounts"].as_array().is_some_and(|ids| ids.contains(id));
        linked
            && other["_spaceId"] == profile["_spaceId"]
            && other["collection"] != profile["collection"]
    };
    let others = asked.state.items("profiles").iter().filter(own);
    let all: Vec<Value> = others
        .map(|other| {
            let ids = other["externalIds"].as_array().into_iter().flatten();
            let ids: Vec<Value> = ids
                .map(|id| {
                    json!({
                        "collection": other["collection"], "type": id["type"], "id": id["id"],
                        "encoding": "none",
                    })
                })
                .collect();
            json!({"to_collection": other["collection"], "external_ids": ids})
        })
        .collect();
    asked.page("data", &all, 20, list)
}

/// Takes one id away; a person's last `user_id` stays.
fn forget(state: &mut State, at: usize, request: &Request) -> Result<Value, Refused> {
    let body = request.json().unwrap_or_default();
    let asked = body["delete_external_ids"].as_array().map(Vec::as_slice).unwrap_or_default();
    let [wanted] = asked else {
        return Err((400, "delete_external_ids must hold exactly one id"));
    };
    let profile = &mut state.items_mut("profiles")[at];
    let ids = profile["externalIds"].as_array_mut().ok_or((404, "it has no ids"))?;
    let found = ids.iter().position(|id| id["type"] == wanted["type"] && id["id"] == wanted["id"]);
    let found = found.ok_or((404, "the profile has no such id"))?;
    let last = ids.iter().filter(|id| same(&id["type"], "user_id")).count() == 1;
    if last && same(&ids[found]["type"], "user_id") {
        return Err((422, "the last user_id of a profile cannot be taken away"));
    }
    ids.remove(found);
    Ok(json!({"data": ids}))
}
