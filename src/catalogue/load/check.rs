//! What makes a row wrong although it can be read.

use std::collections::HashMap;

use crate::catalogue::name::fold;
use crate::catalogue::operation::{Operation, Place, Provider, Type};
use crate::catalogue::schema;
use crate::error::Fault;

use super::Source;
use super::read::complain;

/// Complains of the field that is wrong.
pub(super) fn operation(provider: &Provider, operation: &Operation) -> Result<(), String> {
    limit(operation.limit.as_deref())?;
    for route in &operation.routes {
        for placeholder in route.placeholders() {
            if !operation.params.contains_key(placeholder) {
                return Err(format!("field `route`: `{{{placeholder}}}` is not a parameter"));
            }
        }
    }
    for name in operation.one_of.iter().flat_map(|(names, _)| names) {
        if !operation.params.contains_key(name) {
            return Err(format!("field `one_of`: `{name}` is not a parameter"));
        }
    }
    if let Some(name) = &operation.each
        && operation.params.get(name).is_none_or(|param| param.choices.is_empty())
    {
        return Err(format!("field `each`: `{name}` is not a parameter with choices"));
    }
    if let Some(lines) = &operation.lines
        && operation.params.get(&lines.param).is_none_or(|param| param.kind != Type::Array)
    {
        return Err(format!("field `lines`: `{}` is not a parameter that is a list", lines.param));
    }
    let mut folded: HashMap<String, &str> = HashMap::new();
    for (name, param) in &operation.params {
        if let Some(other) = folded.insert(fold(name), name) {
            return Err(format!("field `params`: `{name}` and `{other}` differ only in spelling"));
        }
        if param.about.is_empty() {
            return Err(format!("field `params.{name}.about` is empty"));
        }
        if let Some(field) = param.field.as_ref().filter(|field| provider.field(field).is_none()) {
            return Err(format!("field `params.{name}.field`: accounts have no field `{field}`"));
        }
        if let Some(version) = &param.only_in
            && !versions(provider, operation).any(|known| known == version)
        {
            return Err(format!("field `params.{name}.only_in`: no version `{version}`"));
        }
        if param.place == Some(Place::Path)
            && !operation.routes.iter().any(|r| r.placeholders().any(|p| p == name))
        {
            return Err(format!("field `params.{name}.place`: the route has no `{{{name}}}`"));
        }
    }
    schema::normalise(operation, operation.example.clone())
        .map(drop)
        .map_err(|fault| format!("field `example`: {fault}"))
}

/// `60/minute`, or nothing.
fn limit(written: Option<&str>) -> Result<(), String> {
    let Some(written) = written else { return Ok(()) };
    let right = written.split_once('/').is_some_and(|(count, unit)| {
        count.parse::<u32>().is_ok_and(|count| count > 0)
            && matches!(unit, "second" | "minute" | "hour" | "day")
    });
    if right { Ok(()) } else { Err(format!("field `limit`: `{written}` is not like `60/minute`")) }
}

/// The versions of the schema that the operation's own service has.
fn versions<'a>(provider: &'a Provider, operation: &Operation) -> impl Iterator<Item = &'a str> {
    let service = &provider.services[&operation.route().service];
    service.media_types.keys().map(String::as_str).chain(["ga"])
}

/// Complains of a service that refers to a field nobody has, or writes its limit in another way.
pub(super) fn services(provider: &Provider, head: &Source) -> Result<(), Fault> {
    if let Some(name) = provider.raw.as_ref().filter(|name| !provider.services.contains_key(*name))
    {
        return Err(complain(&head.file, &format!("field `raw`: no service `{name}`")));
    }
    for (name, service) in &provider.services {
        limit(service.limit.as_deref())
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
