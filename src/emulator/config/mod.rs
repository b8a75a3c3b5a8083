//! The legacy Config API: another view of the same state, with resource names instead of ids, bare
//! objects, update masks, page tokens and gRPC codes.
//!
//! ```text
//! view     how things are named and shown       mask   update masks
//! sources  sources, destinations, warehouses    plans  tracking plans, filters
//! rest     catalog, people, functions, privacy, tokens
//! ```

mod mask;
mod plans;
mod rest;
mod sources;
mod view;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::core::Core;
use super::exchange::{Answer, Request};
use super::face::Face;
use super::model::Model;
use super::public::input::check;
use super::public::select::{cursor, position};
use super::routes::Route;
use super::state::State;
use crate::catalogue::operation::Place;
use crate::catalogue::{Effect, Operation};

/// What an action comes to.
type Done = Result<Value, Answer>;

/// One request as the actions see it.
struct Ask<'a> {
    state: &'a mut State,
    model: &'a Model,
    request: &'a Request,
    now: Timestamp,
    /// The values of the path behind the workspace.
    path: &'a [String],
    body: Map<String, Value>,
}

/// Method, path behind `/v1beta`, and what is done.
type Line = (&'static str, fn(&mut Ask<'_>) -> Done);

const ACTIONS: &[&[Line]] = &[sources::ACTIONS, plans::ACTIONS, rest::ACTIONS];

/// The beginning of every path about the workspace.
const WORKSPACE: &str = "/workspaces/{}";

fn refuse(status: u16, why: &str) -> Answer {
    Face::Config.error(status, why, None, None)
}

fn missing() -> Answer {
    Face::Config.refuse(404)
}

/// Answers a request to the Config API.
pub(super) fn answer(
    core: &Core,
    request: &Request,
    route: &Route,
    row: &Operation,
    values: &[String],
) -> Answer {
    let path = route.pattern.strip_prefix("/v1beta").unwrap_or_default();
    // The one call that a person makes with a password, to get a token.
    let person = path == "/access-tokens" && matches!(request.basic_user(), Some(Ok(_)));
    if !person && request.credentials("bearer") != Some(core.keys.config.as_str()) {
        return Face::Config.refuse(401).header("www-authenticate", "Bearer");
    }
    let is = |line: &str| line.split_once(' ') == Some((route.method.as_str(), path));
    let Some((_, act)) = ACTIONS.iter().copied().flatten().find(|(line, _)| is(line)) else {
        return Face::Config.refuse(501);
    };
    let body = match read(request, row, &route.names) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let within = path.starts_with(WORKSPACE);
    let done = core.remember(row.effect != Effect::Read, |state, now| {
        if within && values.first().is_none_or(|slug| slug != state.slug()) {
            return Err(missing());
        }
        let path = &values[usize::from(within)..];
        act(&mut Ask { state, model: &core.model, request, now, path, body })
    });
    match done {
        Ok(data) => Answer::json(200, &data),
        Err(refusal) => refusal,
    }
}

/// The body, checked by the row.
fn read(
    request: &Request,
    row: &Operation,
    names: &[String],
) -> Result<Map<String, Value>, Answer> {
    if matches!(request.method.as_str(), "GET" | "DELETE") {
        return Ok(Map::new());
    }
    let body = match request.body.is_empty() {
        true => Value::Object(Map::new()),
        false => request.json().map_err(|_| refuse(400, "the body is not JSON"))?,
    };
    let Value::Object(body) = body else {
        return Err(refuse(400, "the body must be a JSON object"));
    };
    let sent = |name: &String| {
        let param = row.params.get(name)?;
        (!names.contains(name) && param.place != Some(Place::Local)).then_some(param)
    };
    // No caller writes the mask, so no row names it; what changes something carries one.
    let mask = |name: &str| name == "update_mask" && request.method != "POST";
    if let Some(name) = body.keys().find(|name| sent(name).is_none() && !mask(name)) {
        return Err(refuse(400, &format!("`{name}` is not known")));
    }
    for (name, param) in row.params.iter().filter(|(name, _)| sent(name).is_some()) {
        check(name, param, body.get(name), "ga").map_err(|wrong| refuse(400, &wrong.1))?;
    }
    Ok(body)
}

impl Ask<'_> {
    fn at(&self, index: usize) -> &str {
        self.path.get(index).map_or("", String::as_str)
    }

    /// A value of the body.
    fn given(&self, name: &str) -> Value {
        self.body.get(name).cloned().unwrap_or_default()
    }

    /// The items of one page, shown.
    fn page(&self, key: &str, all: &[&Value], show: impl Fn(&State, &Value) -> Value) -> Done {
        let size = match self.request.query(&["page_size"]) {
            None => 100,
            Some(text) => {
                let size = text.parse::<usize>().ok().filter(|size| (1..=100).contains(size));
                size.ok_or_else(|| refuse(400, "page_size must be a whole number from 1 to 100"))?
            }
        };
        let token = self.request.query(&["page_token"]).filter(|token| !token.is_empty());
        let start = match token {
            None => 0,
            Some(token) => {
                position(token).ok_or_else(|| refuse(400, "the page token is not one of ours"))?
            }
        };
        let end = start.saturating_add(size).min(all.len());
        let page = all.get(start..end).unwrap_or_default();
        let shown: Vec<Value> = page.iter().map(|item| show(self.state, item)).collect();
        let next = if end < all.len() { cursor(end) } else { String::new() };
        Ok(json!({key: shown, "next_page_token": next}))
    }
}

/// What a removal answers.
fn nothing() -> Value {
    json!({})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn every_row_has_an_action() {
        let catalogue = Catalogue::new(Vec::new());
        let rows = catalogue.provider("segment").unwrap().operations.values();
        for route in rows.flat_map(|row| &row.routes).filter(|route| route.service == "config") {
            let names: Vec<&str> = route.placeholders().collect();
            let pattern = names
                .iter()
                .fold(route.path.clone(), |path, name| path.replace(&format!("{{{name}}}"), "{}"));
            let line = format!("{} {}", route.method, &pattern["/v1beta".len()..]);
            let known = ACTIONS.iter().copied().flatten().any(|(have, _)| *have == line);
            assert!(known, "{line}");
        }
    }
}
