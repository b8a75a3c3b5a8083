//! What makes a row wrong although it can be read, and its admission under all of its names.

use std::collections::HashMap;

use crate::catalogue::name::fold;
use crate::catalogue::operation::{Operation, Place, Provider};
use crate::catalogue::schema;

/// Complains of the field that is wrong.
pub(super) fn check(provider: &Provider, operation: &Operation) -> Result<(), String> {
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
pub(super) fn limit(written: Option<&str>) -> Result<(), String> {
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

/// Takes an operation in under its name and aliases.
pub(super) fn admit(provider: &mut Provider, operation: Operation) -> Result<(), String> {
    let position = provider.operations.len();
    let prefix = fold(&provider.name);
    let mut names = vec![operation.name.clone()];
    names.extend(operation.aliases.iter().cloned());
    for name in names {
        let folded = fold(&name);
        // `segment_track` answers to `track` as well, and `track_event` to `segment_track_event`.
        let short = folded.strip_prefix(&prefix).filter(|rest| !rest.is_empty());
        let long = format!("{prefix}{folded}");
        for key in
            [Some(folded.clone()), short.map(str::to_owned), Some(long)].into_iter().flatten()
        {
            match provider.index.insert(key, position) {
                Some(other) if other != position => {
                    let other = &provider.operations[other].name;
                    return Err(format!("field `aliases`: `{name}` also names `{other}`"));
                }
                _ => {}
            }
        }
    }
    provider.operations.insert(operation.name.clone(), operation);
    Ok(())
}
