//! Regulations and what they leave behind: suppressed people.

use serde_json::{Map, Value, json};

use super::{Done, Scene};
use crate::emulator::exchange::Answer;
use crate::emulator::model::mint;
use crate::emulator::public::items::listed;
use crate::emulator::public::scene::missing;
use crate::emulator::public::view;
use crate::emulator::public::{scene, select};
use crate::emulator::state::{State, same};

/// Takes an order to delete or to suppress people.
pub(super) fn order(scene: &mut Scene<'_>) -> Done {
    let source = scene.path.first().map(|(_, id)| id.clone());
    let (kind, subject) = (scene.text("regulationType"), scene.text("subjectType"));
    let subjects = scene.texts("subjectIds");
    if subjects.is_empty() {
        return Err(scene::unfit("subjectIds", "at least one subject is needed"));
    }
    let (kind, subject, stamp) = (kind.to_owned(), subject.to_owned(), scene.stamp());
    let id = regulate(scene.state, (&kind, &subject), &subjects, source, &stamp);
    Ok(json!({"regulateId": id}))
}

/// Keeps a regulation and carries out its suppressions; its id.
pub(in crate::emulator) fn regulate(
    state: &mut State,
    (kind, subject): (&str, &str),
    subjects: &[String],
    source: Option<String>,
    stamp: &str,
) -> String {
    let id = mint("{27}", 0);
    let mut regulation = Map::new();
    for (name, value) in [
        ("id", json!(id)),
        ("subjectType", json!(subject)),
        ("subjects", json!(subjects)),
        ("status", json!("INITIALIZED")),
        ("createdAt", json!(stamp)),
        ("regulationType", json!(kind)),
    ] {
        regulation.insert(name.to_owned(), value);
    }
    regulation.extend(source.map(|source| ("_sourceId".to_owned(), json!(source))));
    state.items_mut("regulations").push(Value::Object(regulation));
    let suppressed = state.items_mut("suppressions");
    let at = suppressed.iter().position(|have| same(&have["subjectType"], subject));
    let at = at.unwrap_or_else(|| {
        suppressed.push(json!({"subjectType": subject, "subjectIds": []}));
        suppressed.len() - 1
    });
    if let Some(ids) = suppressed[at]["subjectIds"].as_array_mut() {
        if kind.starts_with("SUPPRESS") || kind == "UNSUPPRESS" {
            ids.retain(|have| !subjects.iter().any(|id| same(have, id)));
        }
        if kind.starts_with("SUPPRESS") {
            ids.extend(subjects.iter().map(|id| json!(id)));
        }
        if ids.is_empty() {
            suppressed.remove(at);
        }
    }
    id
}

/// The regulations of one source.
pub(super) fn of_source(scene: &mut Scene<'_>) -> Done {
    scene.find("sources", scene.at(0))?;
    let all = scene.state.items("regulations").iter();
    let own = all.filter(|regulation| same(&regulation["_sourceId"], scene.at(0)));
    let own = select::fitting(scene, own);
    Ok(listed(scene, &own))
}

/// How far a regulation is.
pub(super) fn progress(scene: &mut Scene<'_>) -> Done {
    let index = scene.find("regulations", scene.at(0))?;
    let kept = &scene.state.items("regulations")[index];
    let mut item = kept.clone();
    item["workspaceId"] = scene.state.workspace["id"].clone();
    item["overallStatus"] = kept["status"].clone();
    item["streamStatus"] = json!([]);
    Ok(view::one(scene.row, &item))
}

/// What preferences a person has about messages, kept by channel and address.
pub(super) fn subscribe(scene: &mut Scene<'_>) -> Done {
    let stamp = scene.stamp();
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for (wanted, index) in wishes(scene)? {
        let email = wanted["type"] == json!("EMAIL");
        let key = wanted["key"].as_str().unwrap_or_default();
        if key.is_empty() || email && !key.contains('@') {
            let why = json!([{"code": "INVALID_KEY", "message": "the key is no address"}]);
            failed.push(with(&wanted, "errors", why));
            continue;
        }
        let mut item = with(&wanted, "_spaceId", json!(scene.at(0)));
        item["updatedAt"] = json!(stamp);
        let kept = scene.state.items_mut("messagingSubscriptions");
        match index {
            Some(index) => kept[index] = item,
            None => kept.push(item),
        }
        done.push(wanted);
    }
    Ok(json!({"successes": done, "failures": failed}))
}

/// Looks preferences up.
pub(super) fn preferences(scene: &mut Scene<'_>) -> Done {
    let (mut found, mut failed) = (Vec::new(), Vec::new());
    for (wanted, index) in wishes(scene)? {
        match index {
            Some(index) => {
                let item = &scene.state.items("messagingSubscriptions")[index];
                found.push(view::shown(item, &[]));
            }
            None => {
                let why = json!([{"code": "NOT_FOUND", "message": "nothing is known of this key"}]);
                failed.push(with(&wanted, "errors", why));
            }
        }
    }
    Ok(json!({"successes": found, "failures": failed, "errors": []}))
}

/// What is asked about each key, and where it is kept.
fn wishes(scene: &Scene<'_>) -> Result<Vec<(Value, Option<usize>)>, Answer> {
    let asked = scene.body.get("subscriptions").and_then(Value::as_array).ok_or_else(missing)?;
    let at = |wanted: &Value| {
        scene.state.items("messagingSubscriptions").iter().position(|have| {
            same(&have["_spaceId"], scene.at(0))
                && have["key"] == wanted["key"]
                && have["type"] == wanted["type"]
        })
    };
    Ok(asked.iter().map(|wanted| (wanted.clone(), at(wanted))).collect())
}

fn with(item: &Value, name: &str, value: Value) -> Value {
    let mut item = item.clone();
    item[name] = value;
    item
}
