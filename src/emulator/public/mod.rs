//! The Public API: one door for all of its rows. What a request may hold is checked by its row;
//! what it does follows from its path and the model of the collections, but for the few actions
//! that are Segment's own.
//!
//! ```text
//! input    the query and the body, checked        scene   a request as the actions see it
//! items    what every collection can do           sets    several items at a time
//! select   which items, in which order, which page
//! links    which item is connected to which       view    what an answer shows of an item
//! special  the actions that are Segment's own     echo    GET /echo
//! ```

mod echo;
pub(super) mod input;
mod items;
mod links;
pub(super) mod scene;
pub(super) mod select;
mod sets;
pub(super) mod special;
pub(super) mod view;

use jiff::Timestamp;
use serde_json::{Value, json};

use self::items::Place;
use self::scene::{Done, Scene, missing};
use self::special::Special;
use super::core::Core;
use super::exchange::{Answer, Request};
use super::face::Face;
use super::model::Model;
use super::observe;
use super::routes::Route;
use super::state::{State, same};
use crate::catalogue::{Effect, Operation};

/// What a request does.
enum Action<'a> {
    /// The same for every collection.
    Items(fn(&mut Scene<'_>, Place<'_>) -> Done, Place<'a>),
    /// Something of its own.
    Special(Special),
}

/// The action of a route, with the status of its success.
fn action<'a>(model: &'a Model, method: &str, pattern: &str) -> Option<(u16, Action<'a>)> {
    if let Some((status, special)) = special::of(method, pattern) {
        return Some((status, Action::Special(special)));
    }
    if let Some(place) = model.at(pattern) {
        let (status, act): (u16, fn(&mut Scene<'_>, Place<'_>) -> Done) = match method {
            "GET" => (200, items::list),
            "POST" => (place.1.status, items::create),
            "PUT" => (200, sets::replace),
            "PATCH" => (200, sets::upsert),
            "DELETE" => (200, sets::prune),
            _ => return None,
        };
        return Some((status, Action::Items(act, place)));
    }
    let place = above(model, pattern)?;
    let act = match method {
        "GET" => items::get,
        "PATCH" => items::merge,
        "DELETE" => items::remove,
        _ => return None,
    };
    Some((200, Action::Items(act, place)))
}

/// The collection that holds the item a pattern ends in.
fn above<'a>(model: &'a Model, pattern: &str) -> Option<Place<'a>> {
    let mut rest = pattern;
    let mut depth = 0;
    while let Some(shorter) = rest.strip_suffix("/{}") {
        (rest, depth) = (shorter, depth + 1);
        if let Some(place) = model.at(rest).filter(|(_, kind)| kind.key.len() == depth) {
            return Some(place);
        }
    }
    None
}

/// Answers a request to the Public API.
pub(super) fn answer(
    core: &Core,
    request: &Request,
    route: &Route,
    row: &Operation,
    values: Vec<String>,
) -> Answer {
    let known = request.credentials("bearer").is_some_and(|token| {
        token == core.keys.public || core.tokens.allow(token, "public_api:read_write")
    });
    if !known {
        return Face::Public.refuse(401).header("www-authenticate", "Bearer");
    }
    if route.pattern == "/echo" {
        return echo::answer(request);
    }
    let Some((status, action)) = action(&core.model, &route.method, &route.pattern) else {
        return Face::Public.refuse(501);
    };
    let input = select::window(request, &route.pattern)
        .and_then(|page| Ok((page, input::read(request, row, &route.names)?)));
    let (page, (query, body)) = match input {
        Ok(input) => input,
        Err(refusal) => return refusal,
    };
    let path = route.names.iter().cloned().zip(values).collect();
    let done = core.remember(row.effect != Effect::Read, |state, now| {
        let mut scene = Scene { state, model: &core.model, row, now, path, query, body, page };
        perform(&mut scene, &route.pattern, &action)
    });
    match done {
        Ok(data) => Answer::json(status, &json!({"data": data})),
        Err(refusal) => refusal,
    }
}

fn perform(scene: &mut Scene<'_>, pattern: &str, action: &Action<'_>) -> Done {
    if pattern.starts_with("/spaces/") {
        observe::catch_up(scene.state);
    }
    exists(scene, pattern)?;
    let done = match action {
        Action::Items(act, place) => act(scene, *place),
        Action::Special(act) => act(scene),
    }?;
    if scene.row.effect != Effect::Read {
        let about = scene.path.last().map(|(_, value)| value.clone());
        audit(scene.state, scene.row, scene.now, about, &done);
    }
    Ok(done)
}

/// Every item that the path names must be there, and belong to the one before it.
fn exists(scene: &Scene<'_>, pattern: &str) -> Result<(), Answer> {
    let steps: Vec<&str> = pattern.split('/').collect();
    let mut values = scene.path.iter().map(|(_, value)| value.as_str());
    let mut before: Option<&str> = None;
    for at in (0..steps.len()).filter(|at| steps[*at] == "{}") {
        let value = values.next().unwrap_or_default();
        if let Some((many, kind)) = scene.model.at(&steps[..at].join("/"))
            && kind.key.len() == 1
        {
            let index = scene.find(many, value)?;
            let item = &scene.state.items(many)[index];
            let nested = kind.path.contains("{}");
            let parent = kind.parent.as_ref().filter(|_| nested).zip(before);
            if parent.is_some_and(|((field, _), before)| !same(&item[field], before)) {
                return Err(missing());
            }
        }
        before = Some(value);
    }
    Ok(())
}

/// Every change leaves a line in the audit trail.
fn audit(state: &mut State, row: &Operation, now: Timestamp, about: Option<String>, done: &Value) {
    let made = done.as_object().and_then(|map| map.values().find(|value| value.is_object()));
    let get = |name: &str| made.and_then(|item| item[name].as_str()).map(str::to_owned);
    let actor = state.items("users").first().cloned().unwrap_or_default();
    let event = json!({
        "id": super::model::mint("{27}", 0), "timestamp": scene::stamp(now), "type": row.title,
        "actor": actor["id"], "actorEmail": actor["email"],
        "resourceId": get("id").or_else(|| about.clone()).unwrap_or_default(),
        "resourceType": row.group,
        "resourceName": get("name").or(about).unwrap_or_default(),
    });
    state.items_mut("auditEvents").push(event);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn every_row_has_an_action() {
        let model = Model::embedded().unwrap();
        let catalogue = Catalogue::new(Vec::new());
        let rows = catalogue.provider("segment").unwrap().operations.values();
        let mut own = 0;
        for route in rows.flat_map(|row| &row.routes).filter(|route| route.service == "public") {
            let names: Vec<&str> = route.placeholders().collect();
            let pattern = names
                .iter()
                .fold(route.path.clone(), |path, name| path.replace(&format!("{{{name}}}"), "{}"));
            if pattern == "/echo" {
                continue;
            }
            let found = action(&model, &route.method, &pattern);
            let (_, action) = found.unwrap_or_else(|| panic!("{} {pattern}", route.method));
            own += usize::from(matches!(action, Action::Special(_)));
        }
        assert!(own < 100, "{own} actions of their own: the generic ones should do most");
    }
}
