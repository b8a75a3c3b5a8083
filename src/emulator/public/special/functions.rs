//! Functions keep every version of their code, one of which is deployed; instances of insert
//! functions run them.

use serde_json::{Value, json};

use super::{Done, Scene};
use crate::emulator::exchange::Answer;
use crate::emulator::model::mint;
use crate::emulator::public::items;
use crate::emulator::public::scene::{missing, unfit};
use crate::emulator::public::view;
use crate::emulator::state::same;

/// The functions of one kind. The row lets the kind be left out; on the wire it is needed.
pub(super) fn list(scene: &mut Scene<'_>) -> Done {
    if scene.text("resourceType").is_empty() {
        return Err(unfit("resourceType", "`resourceType` is required"));
    }
    let place = scene.model.get("functions").ok_or_else(missing)?;
    items::list(scene, ("functions", place))
}

/// A new function, its code the first version.
pub(super) fn create(scene: &mut Scene<'_>) -> Done {
    let place = scene.model.get("functions").ok_or_else(missing)?;
    let code = scene.body.get("code").cloned();
    let function = items::make(scene, ("functions", place))?;
    let id = function["id"].as_str().unwrap_or_default();
    keep_version(scene, id, code);
    Ok(view::one(scene.row, &function))
}

/// A changed function; new code is a new version, and waits to be deployed.
pub(super) fn update(scene: &mut Scene<'_>) -> Done {
    let place = scene.model.get("functions").ok_or_else(missing)?;
    let (id, code) = (scene.at(0).to_owned(), scene.body.get("code").cloned());
    let answer = items::merge(scene, ("functions", place))?;
    keep_version(scene, &id, code);
    Ok(answer)
}

fn keep_version(scene: &mut Scene<'_>, function: &str, code: Option<Value>) {
    let Some(code) = code else { return };
    let stamp = scene.stamp();
    let version = json!({
        "id": mint("{27}", 0), "_functionId": function, "author": scene.state.owner(),
        "code": code, "isDeployed": false, "createdAt": stamp, "updatedAt": stamp,
    });
    scene.state.items_mut("functionVersions").push(version);
}

fn of(function: &str) -> impl Fn(&&mut Value) -> bool {
    move |version| same(&version["_functionId"], function)
}

/// Deploys the newest version.
pub(super) fn deploy(scene: &mut Scene<'_>) -> Done {
    let (id, stamp) = (scene.at(0).to_owned(), scene.stamp());
    let mut versions: Vec<&mut Value> =
        scene.state.items_mut("functionVersions").iter_mut().filter(of(&id)).collect();
    for version in &mut versions {
        version["isDeployed"] = json!(false);
    }
    if let Some(newest) = versions.last_mut() {
        newest["isDeployed"] = json!(true);
        newest["deployedAt"] = json!(stamp);
    }
    scene.item("functions", &id)?.insert("deployedAt".to_owned(), json!(stamp));
    Ok(json!({"functionDeployment": {"status": "SUCCESS"}}))
}

/// Makes an old version the newest one.
pub(super) fn restore(scene: &mut Scene<'_>) -> Done {
    let (function, id) = (scene.at(0).to_owned(), scene.text("versionId").to_owned());
    let versions = scene.state.items("functionVersions").iter();
    let mut own = versions.filter(|version| same(&version["_functionId"], &function));
    let old = own.find(|version| same(&version["id"], &id));
    let code =
        old.ok_or_else(|| unfit("versionId", "there is no version with this id"))?["code"].clone();
    scene.item("functions", &function)?.insert("code".to_owned(), code.clone());
    keep_version(scene, &function, Some(code));
    let newest = scene.state.items("functionVersions").last().ok_or_else(missing)?;
    Ok(view::one(scene.row, newest))
}

/// A function put before a destination, or behind a source.
pub(super) fn insert(scene: &mut Scene<'_>) -> Done {
    let function = scene.text("functionId").to_owned();
    scene.find("functions", &function).map_err(|_| unknown("functionId"))?;
    let target = scene.text("integrationId");
    let there = ["destinations", "sources"].iter().any(|many| scene.find(many, target).is_ok());
    if !there {
        return Err(unknown("integrationId"));
    }
    let place = scene.model.get("insertFunctionInstances").ok_or_else(missing)?;
    scene.body.shift_remove("functionId");
    scene.body.insert("_functionId".to_owned(), json!(function));
    scene.body.insert("classId".to_owned(), json!(mint("{24x}", 0)));
    items::create(scene, ("insertFunctionInstances", place))
}

fn unknown(field: &str) -> Answer {
    unfit(field, "there is nothing with this id")
}
