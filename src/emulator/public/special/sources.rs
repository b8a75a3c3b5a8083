//! What sources have besides their fields: labels, schema settings, write keys, live plugins.

use serde_json::{Map, Value, json};

use super::{Done, Scene};
use crate::emulator::model::mint;
use crate::emulator::public::links::success;
use crate::emulator::public::scene::missing;
use crate::emulator::public::view;
use crate::emulator::state::same;

/// A source, and the tracking plan it is connected to.
pub(super) fn get(scene: &mut Scene<'_>) -> Done {
    let id = scene.at(0);
    let index = scene.find("sources", id)?;
    let plan = scene.state.find("planSources", &[("sourceId", id)]);
    let source =
        view::shown(&scene.state.items("sources")[index], &view::fields(scene.row, "source"));
    Ok(json!({
        "source": source,
        "trackingPlanId": plan.map_or(&Value::Null, |pair| &pair["trackingPlanId"]),
    }))
}

/// Puts labels on a source.
pub(super) fn add_labels(scene: &mut Scene<'_>) -> Done {
    labels(scene, true)
}

/// Makes the given labels the only ones.
pub(super) fn replace_labels(scene: &mut Scene<'_>) -> Done {
    labels(scene, false)
}

fn labels(scene: &mut Scene<'_>, add: bool) -> Done {
    let given = scene.body.get("labels").cloned().unwrap_or(json!([]));
    let id = scene.at(0).to_owned();
    let source = scene.item("sources", &id)?;
    let mut all = match source.get("labels") {
        Some(Value::Array(have)) if add => have.clone(),
        _ => Vec::new(),
    };
    for label in given.as_array().into_iter().flatten() {
        all.retain(|have| have["key"] != label["key"] || have["value"] != label["value"]);
        all.push(label.clone());
    }
    source.insert("labels".to_owned(), json!(all));
    Ok(json!({"labels": all}))
}

/// How a source treats events that break its plan.
pub(super) fn schema(scene: &mut Scene<'_>) -> Done {
    let given = std::mem::take(&mut scene.body);
    let id = scene.at(0).to_owned();
    let source = scene.item("sources", &id)?;
    let mut settings = source.get("_schema").cloned().unwrap_or_else(open_schema);
    for (name, value) in given {
        match (settings[&name].as_object_mut(), value) {
            (Some(old), Value::Object(new)) => old.extend(new),
            (_, value) => settings[name] = value,
        }
    }
    source.insert("_schema".to_owned(), settings.clone());
    Ok(json!({"sourceId": id, "settings": settings}))
}

/// The schema settings of a new source: everything passes.
pub(in crate::emulator) fn open_schema() -> Value {
    let traits = json!({
        "allowUnplannedTraits": true, "allowTraitsOnViolations": true,
        "commonEventOnViolations": "ALLOW",
    });
    json!({
        "track": {
            "allowUnplannedEvents": true, "allowUnplannedEventProperties": true,
            "allowEventOnViolations": true, "allowPropertiesOnViolations": true,
            "commonEventOnViolations": "ALLOW",
        },
        "identify": traits, "group": traits,
        "forwardingViolationsTo": "", "forwardingBlockedEventsTo": "",
    })
}

/// Gives a source another write key.
pub(super) fn add_key(scene: &mut Scene<'_>) -> Done {
    let id = scene.at(0).to_owned();
    let source = scene.item("sources", &id)?;
    let keys = source.entry("writeKeys").or_insert(json!([])).as_array_mut().ok_or_else(missing)?;
    keys.push(json!(mint("{32}", 0)));
    let source = Value::Object(source.clone());
    Ok(view::one(scene.row, &source))
}

/// Takes a write key away.
pub(super) fn remove_key(scene: &mut Scene<'_>) -> Done {
    let (id, key) = (scene.at(0).to_owned(), scene.at(1).to_owned());
    let source = scene.item("sources", &id)?;
    let keys = source.get_mut("writeKeys").and_then(Value::as_array_mut).ok_or_else(missing)?;
    let index = keys.iter().position(|have| same(have, &key)).ok_or_else(missing)?;
    keys.remove(index);
    Ok(success())
}

/// A new version of a source's live plugins.
pub(super) fn add_plugin(scene: &mut Scene<'_>) -> Done {
    let source = scene.at(0).to_owned();
    let plugins = scene.state.items("livePlugins").iter();
    let versions = plugins.filter(|plugin| same(&plugin["sourceId"], &source)).count();
    let mut plugin = Map::new();
    let id = mint("{22}", 0);
    for (name, value) in [
        ("id", json!(id)),
        ("sourceId", json!(source)),
        ("createdAt", json!(scene.stamp())),
        ("createdBy", scene.state.owner()),
        ("downloadURL", json!(format!("https://cdn.edgefn.segment.com/{source}/{id}.js"))),
        ("version", json!(versions + 1)),
        ("code", scene.body.get("code").cloned().unwrap_or_default()),
    ] {
        plugin.insert(name.to_owned(), value);
    }
    let plugin = Value::Object(plugin);
    scene.state.items_mut("livePlugins").push(plugin.clone());
    Ok(view::one(scene.row, &plugin))
}

/// The newest version of a source's live plugins.
pub(super) fn latest_plugin(scene: &mut Scene<'_>) -> Done {
    let mut plugins = scene.state.items("livePlugins").iter().rev();
    let latest = plugins.find(|plugin| same(&plugin["sourceId"], scene.at(0)));
    Ok(view::one(scene.row, latest.ok_or_else(missing)?))
}

/// Empties a source's live plugins.
pub(super) fn empty_plugin(scene: &mut Scene<'_>) -> Done {
    let source = scene.at(0).to_owned();
    let mut plugins = scene.state.items_mut("livePlugins").iter_mut().rev();
    let latest = plugins.find(|plugin| same(&plugin["sourceId"], &source)).ok_or_else(missing)?;
    latest["code"] = Value::Null;
    Ok(success())
}
