//! Reading rows: TOML text in, a checked [`Provider`] out. Every complaint names the file, the row
//! and the field. Where the text comes from is the caller's business.

mod check;
mod read;

use std::collections::HashMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::operation::{
    Effect, Field, Group, Lookup, Operation, Param, ParamGroup, Provider, Repeat, Replaces, Route,
    Service,
};
use crate::error::{Fault, Kind};
use check::{admit, check};
use read::{complain, groups, parse};

/// One file of rows.
#[derive(Debug, Clone)]
pub struct Source {
    /// How to name it in a complaint (`segment/sources.toml`).
    pub file: String,
    /// Its text.
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderFile {
    name: String,
    title: String,
    #[serde(default)]
    about: String,
    services: IndexMap<String, Service>,
    #[serde(default)]
    fields: Vec<Field>,
    #[serde(default)]
    groups: IndexMap<String, ParamGroup>,
    #[serde(default)]
    featured: Vec<String>,
    #[serde(default)]
    emulator_accounts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupFile {
    group: String,
    title: String,
    #[serde(default)]
    about: String,
    service: String,
    #[serde(default)]
    groups: IndexMap<String, ParamGroup>,
    #[serde(default)]
    operation: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    title: String,
    about: String,
    #[serde(default)]
    notes: String,
    service: Option<String>,
    route: String,
    items: Option<String>,
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
    lookup: Option<Lookup>,
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
    guard: Option<String>,
    rescue: Option<String>,
    shape: Option<String>,
}

fn ga() -> String {
    "ga".to_owned()
}

/// Builds a provider from its files. The file named `provider.toml` comes first in meaning
/// whatever its position; the others are resource groups in the order given.
///
/// # Errors
/// A [`Kind::Config`] fault that names file, row and field.
pub fn provider(sources: &[Source]) -> Result<Provider, Fault> {
    let is_head = |source: &&Source| source.file.ends_with("provider.toml");
    let head = sources
        .iter()
        .find(is_head)
        .ok_or_else(|| Fault::new(Kind::Config, "a provider folder holds no provider.toml"))?;
    let file: ProviderFile = parse(head)?;
    let shared = file.groups;
    let mut provider = Provider {
        name: file.name,
        title: file.title,
        about: file.about,
        services: file.services,
        fields: file.fields,
        featured: file.featured,
        emulator_accounts: file.emulator_accounts,
        groups: IndexMap::new(),
        operations: IndexMap::new(),
        index: HashMap::new(),
    };
    check_services(&provider, head)?;
    let files: Vec<&Source> = sources.iter().filter(|source| !is_head(source)).collect();
    for (source, group) in files.iter().zip(groups(&files)) {
        let group = group?;
        for row in group.operation {
            let place = format!("{}: `{}`", source.file, row.name);
            let operation =
                build(&provider, &group.group, &group.service, &[&group.groups, &shared], row)
                    .map_err(|why| complain(&place, &why))?;
            admit(&mut provider, operation).map_err(|why| complain(&place, &why))?;
        }
        let about = group.about;
        provider
            .groups
            .insert(group.group.clone(), Group { name: group.group, title: group.title, about });
    }
    let unknown = provider.featured.iter().find(|name| !provider.operations.contains_key(*name));
    match unknown {
        Some(name) => {
            Err(complain(&head.file, &format!("field `featured`: no operation `{name}`")))
        }
        None => Ok(provider),
    }
}

fn check_services(provider: &Provider, head: &Source) -> Result<(), Fault> {
    for (name, service) in &provider.services {
        check::limit(service.limit.as_deref())
            .map_err(|why| complain(&format!("{}: service `{name}`", head.file), &why))?;
        for field in service.secret.iter().chain(&service.url_field) {
            if provider.field(field).is_none() {
                let why = format!("service `{name}` refers to the unknown field `{field}`");
                return Err(complain(&head.file, &why));
            }
        }
    }
    Ok(())
}

fn build(
    provider: &Provider,
    group: &str,
    service: &str,
    shared: &[&IndexMap<String, ParamGroup>],
    row: Row,
) -> Result<Operation, String> {
    let mut params = row.params;
    let mut result = row.result;
    let mut one_of = Vec::new();
    if !row.one_of.is_empty() {
        one_of.push((row.one_of, row.one_of_reject));
    }
    for name in &row.with {
        let found = shared.iter().find_map(|groups| groups.get(name));
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
        guard: row.guard,
        rescue: row.rescue,
        shape: row.shape,
    }];
    routes.extend(row.also);
    let routes = routes.into_iter().map(|also| route(provider, also)).collect::<Result<_, _>>()?;
    let mut operation = Operation {
        provider: provider.name.clone(),
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
        lookup: row.lookup,
        limit: row.limit,
        stability: row.stability,
        feature: row.feature,
    };
    // A path without one of its values is another path.
    for placeholder in operation.routes[0].placeholders() {
        if let Some(param) = operation.params.get_mut(placeholder) {
            param.required = true;
        }
    }
    check(provider, &operation)?;
    Ok(operation)
}

fn route(provider: &Provider, also: Also) -> Result<Route, String> {
    if !provider.services.contains_key(&also.service) {
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
        guard: also.guard,
        rescue: also.rescue,
        shape: also.shape,
    })
}
