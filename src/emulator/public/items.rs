//! What every collection can do: list, create, get, change, remove. Driven by the row and the
//! model; nothing here knows a resource by name. Sets that are changed as a whole are `sets`'
//! business.

use serde_json::{Map, Value, json};

use super::scene::{Done, Scene, conflict, missing, unfit};
use super::{select, view};
use crate::emulator::exchange::Answer;
use crate::emulator::model::{Resource, slug};
use crate::emulator::state::{self, same};

/// A collection and what is known of it.
pub(super) type Place<'a> = (&'a str, &'a Resource);

/// Every item that is asked for; in pages where the row lists.
pub(super) fn list(scene: &mut Scene<'_>, (many, resource): Place<'_>) -> Done {
    let scope = scene.scope(resource);
    let within = |item: &&Value| {
        scope
            .as_ref()
            .is_none_or(|(field, value)| item.get(field).is_none_or(|have| same(have, value)))
    };
    let items = select::fitting(scene, scene.state.items(many).iter().filter(within));
    Ok(listed(scene, &items))
}

/// The answer of a row that lists these items.
pub(super) fn listed(scene: &Scene<'_>, items: &[&Value]) -> Value {
    let row = scene.row;
    let paged = row.routes[0].items.as_deref();
    let first = || row.result.keys().next().map(String::as_str);
    let key = paged.or_else(first).unwrap_or("items");
    let fields = view::fields(row, key);
    let show = |item: &&Value| with_samples(view::shown(item, &fields), scene);
    let mut answer = Map::new();
    if paged.is_some() {
        let (page, pagination) = select::paged(items, scene.page);
        answer.insert(key.to_owned(), page.iter().map(show).collect());
        answer.insert("pagination".to_owned(), pagination);
    } else {
        answer.insert(key.to_owned(), items.iter().map(show).collect());
    }
    Value::Object(answer)
}

/// Sample values are only shown when they are asked for.
fn with_samples(mut item: Value, scene: &Scene<'_>) -> Value {
    if let Some(samples) = item.get_mut("samples").and_then(Value::as_array_mut) {
        let wanted = scene.query.get("includeSampleValues") == Some(&json!(true));
        let most = scene.query.get("samplesCount").and_then(Value::as_u64).unwrap_or(10);
        samples.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        if !wanted && let Some(map) = item.as_object_mut() {
            map.shift_remove("samples");
        }
    }
    item
}

/// A new item of what the body says.
pub(super) fn create(scene: &mut Scene<'_>, place: Place<'_>) -> Done {
    let item = make(scene, place)?;
    Ok(view::one(scene.row, &item))
}

/// Makes a new item and keeps it.
pub(super) fn make(scene: &mut Scene<'_>, (many, resource): Place<'_>) -> Result<Value, Answer> {
    let body = wrapped(scene, resource);
    let row = scene.row;
    let documented = row.result.values().find(|param| !param.properties.is_empty());
    let names = |name: &str| documented.is_none_or(|param| param.properties.contains_key(name));
    let mut item = Map::new();
    let count = scene.state.items(many).len();
    if let Some(id) = resource.mint(count) {
        item.insert(resource.key[0].clone(), json!(id));
    }
    if let Some((field, value)) = scene.scope(resource) {
        item.insert(field, json!(value));
    }
    for (name, value) in scene.path.iter().filter(|(name, _)| names(name) && name != "id") {
        item.entry(name.clone()).or_insert(json!(value));
    }
    belongs(scene, resource, &body)?;
    metadata(scene, resource, &body, &mut item)?;
    for (name, value) in body.into_iter().filter(|(name, _)| name != "metadataId") {
        item.insert(name, value);
    }
    let owner = scene.state.owner();
    let stamp = json!(scene.stamp());
    let own = [
        ("workspaceId", scene.state.workspace["id"].clone()),
        ("createdBy", owner.clone()),
        ("updatedBy", owner),
        ("createdAt", stamp.clone()),
        ("updatedAt", stamp),
    ];
    for (name, value) in own.into_iter().filter(|(name, _)| names(name)) {
        item.entry(name).or_insert(value);
    }
    if let Some(field) = &resource.named {
        let name = item.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        for (key, between) in [("key", "_"), ("slug", "-")] {
            if names(key) {
                item.entry(key).or_insert(json!(slug(&name, between)));
            }
        }
    }
    for (name, value) in &resource.defaults {
        item.entry(name.clone()).or_insert(value.clone());
    }
    let item = Value::Object(item);
    taken(scene, (many, resource), &item, None)?;
    scene.state.items_mut(many).push(item.clone());
    Ok(item)
}

/// What the body says a new item belongs to must be there.
fn belongs(
    scene: &Scene<'_>,
    resource: &Resource,
    body: &Map<String, Value>,
) -> Result<(), Answer> {
    let Some((field, whole)) = &resource.parent else { return Ok(()) };
    let Some(id) = body.get(field) else { return Ok(()) };
    if scene.state.items(whole).iter().any(|item| item["id"] == *id) {
        return Ok(());
    }
    Err(unfit(field, "there is nothing with this id"))
}

/// The catalog's entry that `metadataId` names.
fn metadata(
    scene: &Scene<'_>,
    resource: &Resource,
    body: &Map<String, Value>,
    item: &mut Map<String, Value>,
) -> Result<(), Answer> {
    let (Some(catalog), Some(id)) = (&resource.catalog, body.get("metadataId")) else {
        return Ok(());
    };
    let entry = scene.state.items(catalog).iter().find(|entry| entry["id"] == *id);
    let entry = entry.ok_or_else(|| unfit("metadataId", "nothing in the catalog has this id"))?;
    item.insert("metadata".to_owned(), entry.clone());
    Ok(())
}

/// The fields of the item that the body holds. Some are kept among its settings.
fn wrapped(scene: &mut Scene<'_>, resource: &Resource) -> Map<String, Value> {
    let mut body = std::mem::take(&mut scene.body);
    let inner = resource.wrap.as_ref().and_then(|key| body.get_mut(key)).map(Value::take);
    if let Some(Value::Object(inner)) = inner {
        body = inner;
    }
    for name in &resource.settled {
        let Some(value) = body.shift_remove(name) else { continue };
        let settings = body.entry("settings").or_insert_with(|| json!({}));
        settings[name] = value;
    }
    body
}

/// Refuses what another item has already.
fn taken(
    scene: &Scene<'_>,
    (many, resource): Place<'_>,
    item: &Value,
    own: Option<usize>,
) -> Result<(), Answer> {
    let Some(field) = resource.unique.first() else { return Ok(()) };
    let mut others = scene.state.items(many).iter().enumerate().filter(|(at, _)| Some(*at) != own);
    if others.any(|(_, have)| resource.unique.iter().all(|key| have[key] == item[key])) {
        return Err(conflict(Some(field), &format!("this {field} is already taken")));
    }
    Ok(())
}

/// Where the item is that the path ends in.
pub(super) fn position(scene: &Scene<'_>, (many, resource): Place<'_>) -> Result<usize, Answer> {
    let from = scene.path.len().checked_sub(resource.key.len()).ok_or_else(missing)?;
    let values = scene.path[from..].iter().map(|(_, value)| value.as_str());
    let mut wanted: Vec<(&str, &str)> =
        resource.key.iter().map(String::as_str).zip(values).collect();
    let scope = scene.scope(resource);
    if let Some((field, value)) = scope.as_ref().filter(|(field, _)| !resource.key.contains(field))
    {
        wanted.push((field, value));
    }
    scene.state.position(many, &wanted).ok_or_else(missing)
}

/// One item.
pub(super) fn get(scene: &mut Scene<'_>, place: Place<'_>) -> Done {
    let index = position(scene, place)?;
    Ok(view::one(scene.row, &scene.state.items(place.0)[index]))
}

/// Changes one item: settings key by key, other fields whole.
pub(super) fn merge(scene: &mut Scene<'_>, place: Place<'_>) -> Done {
    let index = position(scene, place)?;
    let body = wrapped(scene, place.1);
    let mut item = scene.state.items(place.0)[index].clone();
    let (stamp, owner) = (json!(scene.stamp()), scene.state.owner());
    for (name, value) in [("updatedAt", stamp), ("updatedBy", owner)] {
        if item.get(name).is_some() {
            item[name] = value;
        }
    }
    for (name, value) in body {
        match (item.get_mut(&name).and_then(Value::as_object_mut), value) {
            (Some(old), Value::Object(new)) if name == "settings" => old.extend(new),
            (_, value) => item[name] = value,
        }
    }
    taken(scene, place, &item, Some(index))?;
    let answer = view::one(scene.row, &item);
    scene.state.items_mut(place.0)[index] = item;
    Ok(answer)
}

/// Removes one item and everything that belongs to it.
pub(super) fn remove(scene: &mut Scene<'_>, place: Place<'_>) -> Done {
    let index = position(scene, place)?;
    let item = state::remove(scene.state, scene.model, place.0, index);
    Ok(view::one(scene.row, &item))
}
