//! Rows for a provider that exists: only requests to its own hosts, with its own credentials. A request
//! that one of its rows knows is that row under another name, with what the row knows of its effect.

use serde_json::{Map, Value};

use super::params::{self, BODY};
use super::request::{is_plain, template};
use super::{GROUP, Loaded, title};
use crate::catalogue::action::Work;
use crate::catalogue::capability::model::{self, Consumed};
use crate::catalogue::operation::{Effect, Operation, Param, Place, Provider, Repeat, Route, Type};
use crate::error::Fault;

/// The rows; each that cannot be one says why.
pub(super) fn rows(
    loaded: &Loaded,
    consumed: &Consumed,
    provider: &Provider,
) -> Vec<Result<Operation, Fault>> {
    let Some((service, prefix)) = service(provider, &consumed.base) else {
        let why = format!(
            "`{}` is the integration {}, which is not at {}: nothing of it is sent there",
            consumed.namespace, provider.title, consumed.base
        );
        return vec![Err(loaded
            .refuse(consumed.base_at, why)
            .hint("give the API another `namespace`"))];
    };
    consumed
        .operations
        .iter()
        .map(|operation| row(loaded, consumed, operation, provider, service, &prefix))
        .collect()
}

/// The service that is at that URL, and the path behind its base.
fn service<'a>(provider: &'a Provider, base: &str) -> Option<(&'a str, String)> {
    provider.services.iter().find_map(|(name, service)| {
        let mut bases = service.base.values();
        let rest = bases.find_map(|own| {
            base.strip_prefix(own.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/'))
        })?;
        Some((name.as_str(), rest.to_owned()))
    })
}

fn row(
    loaded: &Loaded,
    consumed: &Consumed,
    operation: &model::Operation,
    provider: &Provider,
    service: &str,
    prefix: &str,
) -> Result<Operation, Fault> {
    let path = format!("{prefix}{}", operation.path);
    if provider.operations.has_name(&operation.name) {
        let why =
            format!("`{}` is the name of a function of {} already", operation.name, provider.title);
        return Err(loaded.refuse(operation.at, why).hint("the built-in one counts"));
    }
    let known = known(provider, service, &operation.method, &path);
    let mut row = super::stranger::bare(loaded, consumed, operation, &provider.name);
    row.group = GROUP.to_owned();
    row.routes = vec![Route {
        service: service.to_owned(),
        method: operation.method.clone(),
        path: path.clone(),
        ..Route::default()
    }];
    let Some((known, route)) = known.filter(|(known, _)| {
        is_plain(operation) && known.replaces.is_none() && known.effect != Effect::Erase
    }) else {
        // The place it goes to decides what may be done there, each time it is called.
        let template =
            template(operation, service, path).map_err(|why| loaded.refuse(operation.at, why))?;
        row.custom = Some(loaded.custom(Work::Request(Box::new(template))));
        return Ok(row);
    };
    row.effect = known.effect;
    row.repeat = known.repeat;
    row.limit.clone_from(&known.limit);
    row.stability.clone_from(&known.stability);
    row.routes[0].guard.clone_from(&route.guard);
    row.notes += &format!("\nThe same request as `{}`.\n", known.full_name());
    row.example = example(&row, known, route);
    if route.items.is_some() {
        paging(provider, service, &mut row);
    }
    row.title = title(&operation.label, &operation.about, &operation.name);
    row.custom = Some(loaded.custom(Work::Row));
    Ok(row)
}

/// The row, and its route, that a request is known by.
fn known<'a>(
    provider: &'a Provider,
    service: &str,
    method: &str,
    path: &str,
) -> Option<(&'a Operation, &'a Route)> {
    let wanted = pattern(path);
    let rows = provider.operations.of_service(service).filter(|row| row.custom.is_none());
    rows.flat_map(|row| row.routes.iter().map(move |route| (row, route))).find(|(_, route)| {
        route.service == service && route.method == method && pattern(&route.path) == wanted
    })
}

/// A path with its gaps unnamed.
fn pattern(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') && part.ends_with('}') { "{}" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

/// The known row's example under these names: what stands in the path by its position, the rest as
/// the body.
fn example(row: &Operation, known: &Operation, route: &Route) -> Map<String, Value> {
    let mut example = params::example(&row.params);
    let mut rest = known.example.clone();
    for (own, theirs) in row.routes[0].placeholders().zip(route.placeholders()) {
        if let Some(value) = rest.shift_remove(theirs) {
            example.insert(own.to_owned(), value);
        }
    }
    rest.retain(|name, _| {
        known.params.get(name).is_some_and(|param| known.place(route, name, param) == Place::Body)
    });
    if row.params.contains_key(BODY) && !rest.is_empty() {
        example.insert(BODY.to_owned(), Value::Object(rest));
    }
    example
}

/// The parameters that a list is read on with, which the service documents and the file leaves out.
fn paging(provider: &Provider, service: &str, row: &mut Operation) {
    let Some(paging) = &provider.services[service].paging else { return };
    let more = [
        (&paging.count, Type::Integer, "How many on a page."),
        (
            &paging.cursor,
            Type::String,
            "Where the page begins: what the page before gave as the next.",
        ),
    ];
    for (name, kind, about) in more {
        let param = Param {
            kind,
            about: format!("{about} (implied)"),
            place: Some(Place::Query),
            ..Param::default()
        };
        row.params.entry(name.clone()).or_insert(param);
    }
}

/// What a request does, as far as its method tells.
pub(super) fn by_method(method: &str) -> (Effect, Repeat) {
    match method {
        "GET" => (Effect::Read, Repeat::Safe),
        "PUT" => (Effect::Replace, Repeat::Never),
        "DELETE" => (Effect::Destroy, Repeat::Safe),
        _ => (Effect::Write, Repeat::Never),
    }
}
