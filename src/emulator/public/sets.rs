//! Collections that are changed several items at a time: replaced, added to, taken from.

use serde_json::{Map, Value, json};

use super::items::Place;
use super::scene::{Done, Scene, missing};
use super::view;
use crate::emulator::state::{self, same};

/// Makes what is sent the only items.
pub(super) fn replace(scene: &mut Scene<'_>, place: Place<'_>) -> Done {
    let (many, resource) = place;
    let sent = objects(scene);
    let scope = scene.scope(resource);
    scene.state.items_mut(many).retain(|item| match &scope {
        Some((field, value)) => !same(&item[field], value),
        None => false,
    });
    add(scene, place, sent);
    Ok(view::one(scene.row, &json!({})))
}

/// Changes the items that are there and adds those that are not.
pub(super) fn upsert(scene: &mut Scene<'_>, place: Place<'_>) -> Done {
    let (many, resource) = place;
    let stamp = json!(scene.stamp());
    let mut fresh = Vec::new();
    for mut sent in objects(scene) {
        let renamed = sent.shift_remove("newKey");
        let found = matching(scene, place, &sent);
        match found.first().and_then(|index| scene.state.items_mut(many).get_mut(*index)) {
            Some(item) => {
                for (name, value) in sent {
                    item[name] = value;
                }
                item["updatedAt"] = stamp.clone();
                if let (Some(name), Some(field)) = (renamed, resource.key.get(1)) {
                    item[field] = name;
                }
            }
            None => fresh.push(sent),
        }
    }
    add(scene, place, fresh);
    Ok(view::one(scene.row, &json!({})))
}

/// Removes the items that a list in the query names.
pub(super) fn prune(scene: &mut Scene<'_>, place: Place<'_>) -> Done {
    let (many, resource) = place;
    let lists = scene.query.values().filter_map(Value::as_array);
    let wanted: Vec<Map<String, Value>> = lists
        .flatten()
        .map(|item| match item {
            Value::Object(map) => map.clone(),
            plain => Map::from_iter([(resource.key[0].clone(), plain.clone())]),
        })
        .collect();
    if wanted.iter().any(|item| matching(scene, place, item).is_empty()) {
        return Err(missing());
    }
    for item in &wanted {
        for index in matching(scene, place, item).into_iter().rev() {
            state::remove(scene.state, scene.model, many, index);
        }
    }
    Ok(view::one(scene.row, &json!({})))
}

/// The places of the items in scope whose key is what `wanted` says of it.
fn matching(scene: &Scene<'_>, place: Place<'_>, wanted: &Map<String, Value>) -> Vec<usize> {
    let (many, resource) = place;
    let scope = scene.scope(resource);
    let fits = |item: &Value| {
        scope.as_ref().is_none_or(|(field, value)| same(&item[field], value))
            && resource
                .key
                .iter()
                .all(|key| wanted.get(key).is_none_or(|value| item[key] == *value))
    };
    let items = scene.state.items(many).iter().enumerate();
    items.filter(|(_, item)| fits(item)).map(|(index, _)| index).collect()
}

fn objects(scene: &Scene<'_>) -> Vec<Map<String, Value>> {
    let lists = scene.body.values().filter_map(Value::as_array).flatten();
    lists.filter_map(Value::as_object).cloned().collect()
}

fn add(scene: &mut Scene<'_>, (many, resource): Place<'_>, sent: Vec<Map<String, Value>>) {
    let scope = scene.scope(resource);
    let stamp = json!(scene.stamp());
    for mut item in sent {
        if let Some((field, value)) = &scope {
            item.insert(field.clone(), json!(value));
        }
        item.insert("createdAt".to_owned(), stamp.clone());
        item.insert("updatedAt".to_owned(), stamp.clone());
        scene.state.items_mut(many).push(Value::Object(item));
    }
}
