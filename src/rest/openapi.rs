//! `GET /openapi.json`: this face, described for programs. The paths of functions are made of their
//! rows; what is said of the others is said in `fixed` and `looks`.

mod fixed;
mod looks;
mod schemas;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::answer::json as reply;
use super::{Service, call};
use crate::access::door::problem::MEDIA_TYPE;
use crate::catalogue::schema::input_schema;
use crate::catalogue::{Catalogue, Operation};
use crate::error::KINDS;
pub(super) use fixed::PATHS;

/// The document; made once, since what can be called does not change while the program runs.
pub(super) async fn document(State(service): State<Arc<Service>>) -> Response {
    let text = service.described.get_or_init(|| describe(service.runtime.catalogue()).to_string());
    reply(StatusCode::OK, text.clone())
}

/// Describes everything.
fn describe(catalogue: &Catalogue) -> Value {
    let mut paths = fixed::paths();
    let mut tags = fixed::tags();
    for provider in catalogue.providers() {
        for group in provider.groups.values() {
            let name = tag(&provider.name, &group.name);
            tags.push(json!({"name": name, "description": format!("{}: {}", provider.title, group.title)}));
        }
        for operation in provider.operations.values() {
            let name = tag(&provider.name, &operation.group);
            if !tags.iter().any(|tag| tag["name"] == name.as_str()) {
                tags.push(json!({"name": name, "description": provider.title}));
            }
            let path = format!("/v1/call/{}", operation.full_name());
            paths.insert(path, json!({"post": function(operation)}));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "kosmo",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Integrations as functions, called over HTTP.",
            "description": "Every function of the catalogue has a path of its own. The body holds \
                its arguments, the query says how to go about the call. Whatever comes of it is \
                one object, and a failure is a problem of RFC 9457 with the same members.",
            "contact": {"name": "kosmo"},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "This machine"}],
        "security": [{"token": []}],
        "tags": tags,
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "A token of `kosmo token mint`.",
            }},
            "parameters": parameters(),
            "responses": {"Problem": problem(), "Called": called()},
            "schemas": schemas::schemas(),
        },
    })
}

fn tag(provider: &str, group: &str) -> String {
    format!("{provider}.{group}")
}

/// One function's path.
fn function(operation: &Operation) -> Value {
    let mut schema = input_schema(operation);
    if let Some(schema) = schema.as_object_mut() {
        schema.shift_remove("$schema");
    }
    say_items(&mut schema);
    let required = operation.params.values().any(|param| param.required && param.field.is_none())
        || !operation.one_of.is_empty();
    let mut body =
        json!({"required": required, "content": {"application/json": {"schema": schema}}});
    if !operation.example.is_empty() {
        body["content"]["application/json"]["example"] = json!(operation.example);
    }
    let lists = operation.route().items.is_some();
    let known = |name: &str| {
        let only_lists = ["limit", "cursor", "page_size"].contains(&name);
        let only_sets = ["expect", "replace_all"].contains(&name);
        (lists || !only_lists) && (operation.replaces.is_some() || !only_sets)
    };
    let mut parameters = options(call::OPTIONS, known);
    parameters.push(refer("parameters", "Idempotency-Key"));
    json!({
        "operationId": operation.full_name().replace('.', "_"),
        "tags": [tag(&operation.provider, &operation.group)],
        "summary": operation.title,
        "description": operation.about,
        "deprecated": operation.stability == "deprecated",
        "parameters": parameters,
        "requestBody": body,
        "responses": responses("Called"),
        "x-kosmo-effect": operation.effect.word(),
    })
}

/// Says of every list what its elements are, also where that is anything: linters want to read it.
fn say_items(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    let lists = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "array"),
        kind => kind.is_some_and(|kind| kind == "array"),
    };
    if lists {
        say_items(schema.entry("items").or_insert_with(|| json!({})));
    }
    if let Some(Value::Object(fields)) = schema.get_mut("properties") {
        fields.values_mut().for_each(say_items);
    }
}

/// The options that a path takes, by reference.
fn options(table: &[(&str, &str, &str)], known: impl Fn(&str) -> bool) -> Vec<Value> {
    let names = table.iter().map(|(name, ..)| *name).filter(|name| known(name));
    names.map(|name| refer("parameters", name)).collect()
}

fn refer(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

/// What a call is answered with: an envelope, now or later, or a problem of any status there is.
fn responses(good: &str) -> Value {
    let mut all = Map::new();
    all.insert("200".to_owned(), refer("responses", good));
    all.insert("202".to_owned(), refer("responses", good));
    let mut statuses: Vec<u16> = KINDS.iter().map(|row| row.http).collect();
    statuses.extend([405, 408, 413, 415, 421]);
    statuses.sort_unstable();
    statuses.dedup();
    for status in statuses {
        all.insert(status.to_string(), refer("responses", "Problem"));
    }
    Value::Object(all)
}

/// Every option of every path, by name.
fn parameters() -> Map<String, Value> {
    let mut all = Map::new();
    let tables = [call::OPTIONS, super::script::OPTIONS, super::act::OPTIONS];
    for (name, kind, about) in tables.into_iter().flatten() {
        let mut schema = json!({"type": kind});
        match *name {
            "limit" | "max_calls" => {
                (schema["minimum"], schema["maximum"]) = (json!(0), json!(u32::MAX));
            }
            "page_size" => (schema["minimum"], schema["maximum"]) = (json!(1), json!(u32::MAX)),
            "delivery" => schema["enum"] = json!(["direct", "outbox"]),
            "plan_check" => schema["enum"] = json!(["strict", "warn", "off"]),
            "timeout" | "cpu_limit" => schema["pattern"] = json!("^[1-9][0-9]{0,5}(ms|s|m)?$"),
            "memory_limit" => schema["pattern"] = json!("^[1-9][0-9]{0,8}(KB|MB)?$"),
            _ => {}
        }
        all.entry((*name).to_owned()).or_insert_with(|| {
            json!({"name": name, "in": "query", "required": false, "description": about, "schema": schema})
        });
    }
    all.insert("Idempotency-Key".to_owned(), json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "The same key with the same request is answered as the first time, for 24 hours.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    }));
    all
}

fn run_header() -> Value {
    json!({"X-Kosmo-Run-Id": {"description": "The run in the journal.", "schema": {"type": "string"}}})
}

fn called() -> Value {
    json!({
        "description": "The call was made, or on a dry run it could be. With 202 the event is kept and will be sent.",
        "headers": run_header(),
        "content": {"application/json": {"schema": refer("schemas", "Envelope")}},
    })
}

fn problem() -> Value {
    let mut headers = run_header();
    headers["Retry-After"] =
        json!({"description": "Seconds to wait.", "schema": {"type": "integer"}});
    json!({
        "description": "What went wrong, what to do about it, and whether anything was changed.",
        "headers": headers,
        "content": {MEDIA_TYPE: {"schema": refer("schemas", "Problem")}},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_has_a_path_and_every_reference_leads_somewhere() {
        let catalogue = Catalogue::new(Vec::new());
        let document = describe(&catalogue);
        for operation in catalogue.operations() {
            let post = &document["paths"][format!("/v1/call/{}", operation.full_name())]["post"];
            assert_eq!(post["summary"], operation.title.as_str(), "{}", operation.name);
        }
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }

    #[test]
    fn every_route_is_described() {
        let document = describe(&Catalogue::new(Vec::new()));
        for path in PATHS {
            assert!(
                document["paths"][*path].is_object() || *path == "/v1/call/{function}",
                "{path}"
            );
        }
    }
}
