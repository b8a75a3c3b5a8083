//! What the Config API wants around a call's arguments: resource names written in full in bodies
//! and by their last part in paths, and an `update_mask` that says which fields change. Callers
//! write short names and never a mask.

use serde_json::{Map, Value, json};

use crate::catalogue::operation::Place;
use crate::catalogue::{Operation, Route};
use crate::error::{Fault, Kind};

/// The part of a path before resource names.
const VERSION: &str = "/v1beta/";

/// Completes a body for the Config API.
pub(super) fn complete(operation: &Operation, body: &mut Map<String, Value>) -> Result<(), Fault> {
    let Some(route) = operation.routes.iter().find(|route| route.service == "config") else {
        return Ok(());
    };
    shorten(route, body)?;
    let place = filled(route, body);
    name_resources(route, &place, body);
    if matches!(route.method.as_str(), "PATCH" | "PUT") {
        mask(operation, route, body);
    }
    Ok(())
}

/// Takes the last part of each resource name that stands in the path. What it says of the parts
/// before must agree with them.
fn shorten(route: &Route, body: &mut Map<String, Value>) -> Result<(), Fault> {
    let path = route.path.strip_prefix(VERSION).unwrap_or(&route.path);
    let parts: Vec<&str> = path.split('/').collect();
    let mut known: Vec<(&str, String)> = Vec::new();
    for pair in parts.windows(2) {
        let [collection, slot] = pair else { continue };
        let Some(name) = slot.strip_prefix('{').and_then(|slot| slot.split('}').next()) else {
            continue;
        };
        let Some(given) = body.get(name).and_then(Value::as_str).map(str::to_owned) else {
            continue;
        };
        let (before, short) = given.rsplit_once('/').unwrap_or(("", &given));
        let before: Vec<&str> = before.split('/').collect();
        let other = before.chunks_exact(2).find(|pair| {
            known.iter().any(|(collection, id)| pair[0] == *collection && pair[1] != id)
        });
        if let Some(other) = other {
            let message = format!("`{given}` is not in the place the call is about");
            return Err(Fault::new(Kind::WrongPlace, message).param(name).hint(format!(
                "it is in {}; leave out all but `{short}`, or name that one",
                other.join("/")
            )));
        }
        known.push((collection, short.to_owned()));
        body.insert(name.to_owned(), json!(short));
    }
    Ok(())
}

/// The path with its values, as a resource name.
fn filled(route: &Route, body: &Map<String, Value>) -> String {
    let mut path = route.path.strip_prefix(VERSION).unwrap_or(&route.path).to_owned();
    for name in route.placeholders() {
        let value = body.get(name).and_then(Value::as_str).unwrap_or_default();
        path = path.replace(&format!("{{{name}}}"), value);
    }
    path
}

/// Writes the short names in a body in full.
fn name_resources(route: &Route, place: &str, body: &mut Map<String, Value>) {
    let creates = route.method == "POST";
    let workspace = body.get("workspaceName").and_then(Value::as_str).unwrap_or_default();
    let sources = format!("workspaces/{workspace}/sources");
    if let Some(source) = body.get_mut("source").filter(|_| creates) {
        extend(source.get_mut("name"), place);
        extend(source.get_mut("catalog_name"), "catalog/sources");
    }
    if let Some(destination) = body.get_mut("destination") {
        extend(destination.get_mut("name"), place);
        let own = destination["name"].as_str().unwrap_or(place);
        let options = format!("{own}/config");
        extend(names(destination.get_mut("config"), "name"), &options);
    }
    extend(body.get_mut("source_name"), &sources);
    extend(names(body.get_mut("requests"), "source_name"), &sources);
    let token = body.get_mut("access_token");
    extend(list(token.and_then(|token| token.get_mut("workspace_names"))), "workspaces");
}

fn list(value: Option<&mut Value>) -> &mut [Value] {
    value.and_then(Value::as_array_mut).map_or(&mut [], Vec::as_mut_slice)
}

/// That key of every element of a list.
fn names<'a>(value: Option<&'a mut Value>, key: &str) -> impl Iterator<Item = &'a mut Value> {
    list(value).iter_mut().filter_map(move |item| item.get_mut(key))
}

fn extend<'a>(names: impl IntoIterator<Item = &'a mut Value>, before: &str) {
    for name in names {
        if let Value::String(name) = name
            && !name.contains('/')
        {
            *name = format!("{before}/{name}");
        }
    }
}

/// Says which fields change: those that were given. A field given as null is cleared; without a
/// mask Segment would ignore what is sent and say nothing.
fn mask(operation: &Operation, route: &Route, body: &mut Map<String, Value>) {
    let resource = operation
        .params
        .iter()
        .find(|(name, param)| operation.place(route, name, param) == Place::Body)
        .map(|(name, _)| name);
    // A body that is passed on as it is names its one resource itself, and its mask if it has one.
    let own = |(name, value): &(&String, &Value)| {
        value.is_object() && !operation.params.contains_key(*name)
    };
    let resource =
        resource.cloned().or_else(|| body.iter().find(own).map(|(name, _)| name.clone()));
    let Some(resource) = resource.filter(|_| !body.contains_key("update_mask")) else { return };
    let fields = body.get(&resource).and_then(Value::as_object).into_iter().flat_map(Map::keys);
    let paths: Vec<String> = fields.map(|field| format!("{resource}.{field}")).collect();
    body.insert("update_mask".to_owned(), json!({ "paths": paths }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn completed(function: &str, args: Value) -> Result<Value, Fault> {
        let catalogue = Catalogue::new(Vec::new());
        let operation = catalogue.find(&format!("segment.{function}")).unwrap();
        let Value::Object(mut body) = args else { panic!("not an object") };
        complete(operation, &mut body)?;
        Ok(Value::Object(body))
    }

    #[test]
    fn short_names_are_written_in_full() {
        let source = json!({"name": "web", "catalog_name": "javascript"});
        let body =
            completed("config_create_source", json!({"workspaceName": "acme", "source": source}));
        let body = body.unwrap();
        assert_eq!(body["source"]["name"], "workspaces/acme/sources/web");
        assert_eq!(body["source"]["catalog_name"], "catalog/sources/javascript");
        let option = json!({"name": "apiKey", "type": "string", "value": "x"});
        let destination = json!({"name": "amplitude", "config": [option]});
        let args =
            json!({"workspaceName": "acme", "sourceName": "web", "destination": destination});
        let body = completed("config_create_destination", args).unwrap();
        let name = "workspaces/acme/sources/web/destinations/amplitude";
        assert_eq!(body["destination"]["name"], name);
        assert_eq!(body["destination"]["config"][0]["name"], format!("{name}/config/apiKey"));
        let args =
            json!({"workspaceName": "acme", "trackingPlanName": "rs_1", "source_name": "web"});
        let body = completed("config_create_tracking_plan_connection", args).unwrap();
        assert_eq!(body["source_name"], "workspaces/acme/sources/web");
    }

    #[test]
    fn full_names_stay_and_stand_shortened_in_the_path() {
        let name = "workspaces/acme/sources/web";
        let args = json!({"workspaceName": "workspaces/acme", "sourceName": name});
        let body = completed("config_delete_source", args).unwrap();
        assert_eq!(body, json!({"workspaceName": "acme", "sourceName": "web"}));
        let source = json!({"name": name, "catalog_name": "catalog/sources/ios"});
        let args = json!({"workspaceName": "acme", "source": source});
        assert_eq!(completed("config_create_source", args.clone()).unwrap(), args);
    }

    #[test]
    fn a_name_of_another_place_is_refused() {
        let name = "workspaces/other/sources/web";
        let args = json!({"workspaceName": "acme", "sourceName": name});
        let fault = completed("config_delete_source", args).unwrap_err();
        assert_eq!(fault.kind, Kind::WrongPlace);
        assert!(fault.hint.unwrap().contains("workspaces/other"));
    }

    #[test]
    fn the_mask_names_what_is_given_and_nothing_else() {
        let destination = json!({"enabled": false, "connection_mode": null});
        let args = json!({
            "workspaceName": "acme", "sourceName": "web", "destinationName": "amplitude",
            "destination": destination,
        });
        let body = completed("config_update_destination", args).unwrap();
        let paths = json!(["destination.enabled", "destination.connection_mode"]);
        assert_eq!(body["update_mask"], json!({ "paths": paths }));
        let args = json!({
            "workspaceName": "acme", "trackingPlanName": "rs_1",
            "tracking_plan": {"display_name": "Checkout"},
        });
        let body = completed("config_update_tracking_plan", args).unwrap();
        assert_eq!(body["update_mask"], json!({"paths": ["tracking_plan.display_name"]}));
    }
}
