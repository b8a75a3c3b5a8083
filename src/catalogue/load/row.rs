//! One row as it is written, and the operation it becomes.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Background;
use crate::catalogue::operation::{
    Effect, Lines, Lookup, Operation, Param, ParamGroup, Repeat, Replaces, Route,
};

/// A row, key by key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) name: String,
    #[serde(default)]
    aliases: Vec<String>,
    title: String,
    about: String,
    #[serde(default)]
    notes: String,
    service: Option<String>,
    route: String,
    items: Option<String>,
    page: Option<u32>,
    guard: Option<String>,
    rescue: Option<String>,
    shape: Option<String>,
    #[serde(default)]
    also: Vec<Also>,
    effect: Effect,
    #[serde(default)]
    repeat: Repeat,
    #[serde(default)]
    intent: Vec<String>,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    one_of: Vec<String>,
    one_of_reject: Option<String>,
    #[serde(default)]
    params: IndexMap<String, Param>,
    #[serde(default)]
    result: IndexMap<String, Param>,
    #[serde(default)]
    example: Map<String, Value>,
    #[serde(default)]
    example_lua: String,
    replaces: Option<Replaces>,
    subjects: Option<String>,
    each: Option<String>,
    lookup: Option<Lookup>,
    lines: Option<Lines>,
    limit: Option<String>,
    #[serde(default = "ga")]
    stability: String,
    feature: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Also {
    service: String,
    route: String,
    items: Option<String>,
    page: Option<u32>,
    guard: Option<String>,
    rescue: Option<String>,
    shape: Option<String>,
}

fn ga() -> String {
    "ga".to_owned()
}

/// The operation that a row describes. `own` are the shared groups of its file.
pub(super) fn build(
    background: &Background,
    group: &str,
    service: &str,
    own: &IndexMap<String, ParamGroup>,
    row: Row,
) -> Result<Operation, String> {
    let mut params = row.params;
    let mut result = row.result;
    let mut one_of = Vec::new();
    if !row.one_of.is_empty() {
        one_of.push((row.one_of, row.one_of_reject));
    }
    for name in &row.with {
        let found = own.get(name).or_else(|| background.groups.get(name));
        let group = found.ok_or_else(|| format!("field `with`: no group `{name}`"))?;
        for (mine, shared) in [(&mut params, &group.params), (&mut result, &group.result)] {
            for (key, param) in shared {
                mine.entry(key.clone()).or_insert_with(|| param.clone());
            }
        }
        if !group.one_of.is_empty() {
            one_of.push((group.one_of.clone(), group.one_of_reject.clone()));
        }
    }
    let mut routes = vec![Also {
        service: row.service.unwrap_or_else(|| service.to_owned()),
        route: row.route,
        items: row.items,
        page: row.page,
        guard: row.guard,
        rescue: row.rescue,
        shape: row.shape,
    }];
    routes.extend(row.also);
    let routes =
        routes.into_iter().map(|also| route(background, also)).collect::<Result<_, _>>()?;
    let mut operation = Operation {
        provider: background.provider.clone(),
        group: group.to_owned(),
        name: row.name,
        aliases: row.aliases,
        title: row.title,
        about: row.about,
        notes: row.notes,
        routes,
        effect: row.effect,
        repeat: if row.effect == Effect::Read { Repeat::Safe } else { row.repeat },
        intent: row.intent,
        params,
        one_of,
        result,
        example: row.example,
        example_lua: row.example_lua,
        replaces: row.replaces,
        subjects: row.subjects,
        each: row.each,
        lookup: row.lookup,
        lines: row.lines,
        limit: row.limit,
        stability: row.stability,
        feature: row.feature,
        custom: None,
        tool: None,
    };
    require_path(&mut operation);
    Ok(operation)
}

/// A path without one of its values is another path.
fn require_path(operation: &mut Operation) {
    for placeholder in operation.routes[0].placeholders() {
        if let Some(param) = operation.params.get_mut(placeholder) {
            param.required = true;
        }
    }
}

fn route(background: &Background, also: Also) -> Result<Route, String> {
    if !background.services.contains(&also.service) {
        return Err(format!("field `service`: no service `{}`", also.service));
    }
    let (method, path) = also
        .route
        .split_once(' ')
        .ok_or_else(|| format!("field `route`: `{}` is not `METHOD /path`", also.route))?;
    if !matches!(method, "GET" | "POST" | "PUT" | "PATCH" | "DELETE") || !path.starts_with('/') {
        return Err(format!("field `route`: `{}` is not `METHOD /path`", also.route));
    }
    Ok(Route {
        service: also.service,
        method: method.to_owned(),
        path: path.to_owned(),
        items: also.items,
        page: also.page,
        guard: also.guard,
        rescue: also.rescue,
        shape: also.shape,
    })
}
