//! What warehouses have besides their fields: syncs, what is synced and when; and credentials,
//! which are needed as long as somebody uses them.

use serde_json::{Map, Value, json};

use super::{Done, Scene};
use crate::emulator::public::items::{self, listed};
use crate::emulator::public::links::OF_WAREHOUSE;
use crate::emulator::public::scene::{conflict, missing, unfit};
use crate::emulator::public::select::{self, Window};
use crate::emulator::public::view;
use crate::emulator::state::same;

/// When a warehouse is loaded; a replacement comes in the body.
pub(super) fn schedule(scene: &mut Scene<'_>) -> Done {
    let given = std::mem::take(&mut scene.body);
    let id = scene.at(0).to_owned();
    let warehouse = scene.item("warehouses", &id)?;
    if !given.is_empty() {
        warehouse.insert("_schedule".to_owned(), Value::Object(given));
    }
    let none = || json!({"enabled": false, "schedule": {"times": [], "timezone": "UTC"}});
    Ok(warehouse.get("_schedule").cloned().unwrap_or_else(none))
}

/// What of a source, or of a space, is loaded into a warehouse.
pub(super) fn selection(scene: &mut Scene<'_>) -> Done {
    let space = scene.path.iter().any(|(name, _)| name == "spaceId");
    let (warehouse, source) = if space { (scene.at(1), "") } else { (scene.at(0), scene.at(1)) };
    let own = |item: &&Value| {
        same(&item["warehouseId"], warehouse)
            && (if space {
                item.get("sourceId").is_none()
            } else {
                same(&item["sourceId"], source)
            })
    };
    let items: Vec<&Value> = scene.state.items("selectiveSyncs").iter().filter(own).collect();
    let mut answer = listed(scene, &items);
    if space {
        let index = scene.find("profilesWarehouses", warehouse)?;
        let tables = &scene.state.items("profilesWarehouses")[index]["_enableEventTables"];
        answer["enableEventTables"] = json!(*tables != json!(false));
    }
    Ok(answer)
}

/// Changes what is loaded into a warehouse.
pub(super) fn select(scene: &mut Scene<'_>) -> Done {
    let space = scene.path.iter().any(|(name, _)| name == "spaceId");
    let warehouse = scene.path.last().map(|(_, id)| id.clone()).unwrap_or_default();
    if let Some(tables) = scene.body.get("enableEventTables").cloned() {
        scene.item("profilesWarehouses", &warehouse)?.insert("_enableEventTables".into(), tables);
    }
    let before = scene.state.items("selectiveSyncs").to_vec();
    let mut changed = scene.body.contains_key("enableEventTables");
    let overrides = scene.body.get("syncOverrides").and_then(Value::as_array).cloned();
    for (at, wanted) in overrides.unwrap_or_default().into_iter().enumerate() {
        if let Some(source) = wanted["sourceId"].as_str() {
            let linked = [("warehouseId", warehouse.as_str()), ("sourceId", source)];
            if scene.state.position(OF_WAREHOUSE.pairs, &linked).is_none() {
                let field = format!("syncOverrides.{at}.sourceId");
                return Err(unfit(&field, "this source is not connected to the warehouse"));
            }
        }
        choose(scene, &warehouse, &wanted);
    }
    changed |= before != scene.state.items("selectiveSyncs");
    let mut answer = json!({"status": if changed { "UPDATED" } else { "UNCHANGED" }});
    if !space {
        answer["warnings"] = json!([]);
    }
    Ok(answer)
}

fn choose(scene: &mut Scene<'_>, warehouse: &str, wanted: &Value) {
    let kept = scene.state.items_mut("selectiveSyncs");
    let own = |item: &Value| {
        same(&item["warehouseId"], warehouse)
            && item["collection"] == wanted["collection"]
            && item.get("sourceId") == wanted.get("sourceId")
    };
    let index = kept.iter().position(own).unwrap_or_else(|| {
        let mut item = Map::new();
        for name in ["sourceId", "collection"] {
            item.extend(wanted.get(name).map(|value| (name.to_owned(), value.clone())));
        }
        item.entry("collection").or_insert(json!(""));
        item.insert("warehouseId".to_owned(), json!(warehouse));
        item.insert("enabled".to_owned(), json!(true));
        item.insert("properties".to_owned(), json!({}));
        kept.push(Value::Object(item));
        kept.len() - 1
    });
    match wanted["property"].as_str() {
        Some(property) => kept[index]["properties"][property] = wanted["enabled"].clone(),
        None => kept[index]["enabled"] = wanted["enabled"].clone(),
    }
}

/// The syncs of one source into a warehouse.
pub(super) fn syncs_of_source(scene: &mut Scene<'_>) -> Done {
    let (warehouse, source) = (scene.at(0), scene.at(1));
    let linked = [("warehouseId", warehouse), ("sourceId", source)];
    scene.state.position(OF_WAREHOUSE.pairs, &linked).ok_or_else(missing)?;
    let own =
        |sync: &&Value| same(&sync["_warehouseId"], warehouse) && same(&sync["sourceId"], source);
    let syncs: Vec<&Value> = scene.state.items("warehouseSyncs").iter().filter(own).collect();
    Ok(listed(scene, &syncs))
}

/// Whether a warehouse could be connected to with these settings.
pub(super) fn validate(scene: &mut Scene<'_>) -> Done {
    let id = scene.text("metadataId");
    let entry = scene.state.find("warehousesCatalog", &[("id", id)]);
    let entry = entry.ok_or_else(|| unfit("metadataId", "nothing in the catalog has this id"))?;
    for option in entry["options"].as_array().into_iter().flatten() {
        let name = option["name"].as_str().unwrap_or_default();
        let given = scene.body.get("settings").and_then(|settings| settings.get(name));
        if option["required"] == json!(true) && given.is_none() {
            return Err(unfit(&format!("settings.{name}"), &format!("`{name}` is required")));
        }
    }
    Ok(json!({"status": "CONNECTED"}))
}

/// Whether a warehouse answers. There is none behind the emulator, so an enabled one does.
pub(super) fn state(scene: &mut Scene<'_>) -> Done {
    let index = scene.find("warehouses", scene.at(0))?;
    let enabled = scene.state.items("warehouses")[index]["enabled"] == json!(true);
    Ok(json!({"connectionState": if enabled { "CONNECTED" } else { "UNKNOWN" }}))
}

fn uses(item: &Value, credential: &str) -> bool {
    let settings = item["settings"].as_object();
    settings.is_some_and(|settings| settings.values().any(|value| same(value, credential)))
}

/// Deletes a credential nobody uses.
pub(super) fn delete_credential(scene: &mut Scene<'_>) -> Done {
    let id = scene.at(0).to_owned();
    let used = ["sources", "warehouses", "profilesWarehouses"]
        .iter()
        .any(|many| scene.state.items(many).iter().any(|item| uses(item, &id)));
    let Some(place) = scene.model.get("credentials") else { return Err(missing()) };
    match used {
        true => Err(conflict(None, "the credential is in use")),
        false => items::remove(scene, ("credentials", place)),
    }
}

/// Who uses a credential: two lists, each in pages of its own.
pub(super) fn consumers(scene: &mut Scene<'_>) -> Done {
    let mut answer = Map::new();
    for many in ["warehouses", "sources"] {
        let key = format!("{many}Pagination");
        let asked = scene.query.get(&key);
        let count = asked.and_then(|page| page["count"].as_u64()).unwrap_or(200);
        let start = match asked.and_then(|page| page["cursor"].as_str()) {
            Some(cursor) => select::position(cursor)
                .ok_or_else(|| unfit(&format!("{key}.cursor"), "the cursor is not one of ours"))?,
            None => 0,
        };
        let own: Vec<&Value> =
            scene.state.items(many).iter().filter(|item| uses(item, scene.at(0))).collect();
        let length = usize::try_from(count).unwrap_or(usize::MAX);
        let (page, pagination) = select::paged(&own, Window::usual(start, length));
        let fields = view::fields(scene.row, many);
        let shown = page.iter().map(|item| view::shown(item, &fields)).collect();
        answer.insert(many.to_owned(), shown);
        answer.insert(key, pagination);
    }
    Ok(Value::Object(answer))
}
