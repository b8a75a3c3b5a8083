//! What spaces have besides their collections: where audiences go, what refers to what, samples.

use serde_json::{Map, Value, json};

use super::{Done, Scene};
use crate::emulator::model::mint;
use crate::emulator::public::items::listed;
use crate::emulator::public::scene::{missing, unfit};
use crate::emulator::public::{select, view};
use crate::emulator::state::same;

/// The destinations an audience can be sent to, by slug.
pub(super) fn supported(scene: &mut Scene<'_>) -> Done {
    let (slug, action) = (scene.text("slug"), scene.text("actionId"));
    let mut found = Map::new();
    for entry in scene.state.items("destinationsCatalog") {
        let actions = entry["actions"].as_array().map(Vec::as_slice).unwrap_or_default();
        let fits = slug.is_empty() || same(&entry["slug"], slug);
        let acts = action.is_empty() || actions.iter().any(|have| same(&have["id"], action));
        if let (true, true, Some(name)) = (fits, acts, entry["slug"].as_str()) {
            let shown = json!({"id": entry["id"], "name": entry["name"], "actions": actions});
            found.insert(name.to_owned(), shown);
        }
    }
    Ok(json!({"destinations": found}))
}

/// Connects an audience with a destination.
pub(super) fn connect(scene: &mut Scene<'_>) -> Done {
    let wanted = scene.body.get("destination").cloned().unwrap_or_default();
    let id = wanted["id"].as_str().unwrap_or_default();
    let destination = scene.state.find("destinations", &[("id", id)]).cloned();
    let destination = destination
        .ok_or_else(|| unfit("destination.id", "there is no destination with this id"))?;
    let stamp = scene.stamp();
    let mut connection = json!({
        "id": mint("ii_{12}", 0), "_audienceId": scene.at(1), "destinationId": id,
        "name": destination.get("name"), "sourceId": destination["sourceId"], "enabled": true,
        "createdAt": stamp, "updatedAt": stamp, "settings": destination["settings"],
        "metadata": destination["metadata"], "idSyncConfiguration": [],
    });
    for name in ["idSyncConfiguration", "connectionSettings"] {
        if let Some(value) = scene.body.get(name) {
            connection[name] = value.clone();
        }
    }
    scene.state.items_mut("destinationConnections").push(connection.clone());
    Ok(view::one(scene.row, &connection))
}

/// The audiences whose definition names this one.
pub(super) fn references(scene: &mut Scene<'_>) -> Done {
    let index = scene.find("audiences", scene.at(1))?;
    let audiences = scene.state.items("audiences");
    let key = audiences[index]["key"].as_str().unwrap_or_default();
    let named = |audience: &&Value| {
        let query = audience["definition"]["query"].as_str().unwrap_or_default();
        let own =
            same(&audience["spaceId"], scene.at(0)) && audience["key"] != audiences[index]["key"];
        own && !key.is_empty() && query.contains(key)
    };
    let found: Vec<&Value> = audiences.iter().filter(named).collect();
    Ok(listed(scene, &found))
}

/// Values that were seen of a property or a trait.
pub(super) fn samples(scene: &mut Scene<'_>) -> Done {
    let last = scene.path.last().map(|(_, name)| name.clone()).unwrap_or_default();
    let (many, key, parent) = match scene.path.get(1).map(|(name, _)| name.as_str()) {
        Some("entitySlug") => ("entityProperties", "name", Some("_entitySlug")),
        Some("eventName") => ("eventProperties", "name", Some("eventName")),
        _ => ("traits", "trait", None),
    };
    let mut wanted = vec![(key, last.as_str())];
    if let Some(parent) = parent {
        wanted.push((parent, scene.at(1)));
    }
    let found = scene.state.find(many, &wanted).ok_or_else(missing)?;
    Ok(json!({"sampleValues": found.get("samples").unwrap_or(&json!([]))}))
}

/// Where an hour of raw data could be fetched, if there were any.
pub(super) fn download(scene: &mut Scene<'_>) -> Done {
    let hour = scene.text("hour");
    if hour.parse::<jiff::Timestamp>().is_err() {
        return Err(unfit("hour", "`hour` must be an RFC 3339 time"));
    }
    let url =
        format!("https://downloads.emulator.invalid/{}/{hour}.json.gz", scene.text("collectionId"));
    Ok(json!({"download": {"urls": [url]}}))
}

/// The runs of a reverse ETL model that one subscription started.
pub(super) fn runs(scene: &mut Scene<'_>) -> Done {
    let (model, subscription) = (scene.at(0), scene.at(1));
    let own =
        |run: &&Value| same(&run["modelId"], model) && same(&run["_subscriptionId"], subscription);
    let runs: Vec<&Value> = scene.state.items("reverseEtlSyncs").iter().filter(own).collect();
    let (page, _) = select::paged(&runs, scene.page);
    Ok(listed(scene, page))
}

/// Starts a run by hand.
pub(super) fn start_run(scene: &mut Scene<'_>) -> Done {
    for (field, many) in [
        ("sourceId", "sources"),
        ("modelId", "reverseEtlModels"),
        ("subscriptionId", "subscriptions"),
    ] {
        let found = scene.find(many, scene.text(field));
        found.map_err(|_| unfit(field, "there is nothing with this id"))?;
    }
    let (id, stamp) = (scene.state.items("reverseEtlSyncs").len() + 41, scene.stamp());
    let run = json!({
        "syncId": id.to_string(), "modelId": scene.text("modelId"),
        "sourceId": scene.text("sourceId"), "_subscriptionId": scene.text("subscriptionId"),
        "syncStatus": "IN_PROGRESS", "duration": "0", "startedAt": stamp,
    });
    let answer = json!({"reverseETLManualSync": {"syncId": run["syncId"], "startedAt": stamp}});
    scene.state.items_mut("reverseEtlSyncs").push(run);
    Ok(answer)
}

/// Cancels a run that is not over.
pub(super) fn cancel_run(scene: &mut Scene<'_>) -> Done {
    let (id, stamp) = (scene.at(1).to_owned(), scene.stamp());
    let run = scene.item("reverseEtlSyncs", &id)?;
    let over = run.get("finishedAt").is_some();
    if !over {
        run.insert("syncStatus".to_owned(), json!("CANCELED"));
        run.insert("finishedAt".to_owned(), json!(stamp));
    }
    let (model, status) = (run.get("modelId"), run.get("syncStatus"));
    let mut answer = json!({"modelId": model, "syncId": id, "status": status});
    if over {
        answer["errorCode"] = json!("SYNC_FINISHED");
        answer["errorMessage"] = json!("the sync is over");
    }
    Ok(answer)
}
