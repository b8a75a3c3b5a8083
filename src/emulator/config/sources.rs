//! The workspace, its sources, their destinations and warehouses.

use serde_json::{Map, Value, json};

use super::view::{self, last, text};
use super::{Ask, Done, Line, mask, missing, nothing, refuse};
use crate::emulator::exchange::Answer;
use crate::emulator::model::mint;
use crate::emulator::public::scene::stamp;
use crate::emulator::public::special::sources::open_schema;
use crate::emulator::state::{self, same};

pub(super) const ACTIONS: &[Line] = &[
    ("GET /workspaces", workspaces),
    ("GET /workspaces/{}", |ask| Ok(view::workspace(ask.state))),
    ("GET /workspaces/{}/sources", list),
    ("POST /workspaces/{}/sources", create),
    ("GET /workspaces/{}/sources/{}", get),
    ("DELETE /workspaces/{}/sources/{}", delete),
    ("GET /workspaces/{}/sources/{}/schema-config", schema),
    ("PATCH /workspaces/{}/sources/{}/schema-config", schema),
    ("PATCH /workspaces/{}/sources/{}/connected-warehouses", warehouses),
    ("GET /workspaces/{}/sources/{}/destinations", destinations),
    ("POST /workspaces/{}/sources/{}/destinations", create_destination),
    ("GET /workspaces/{}/sources/{}/destinations/{}", get_destination),
    ("PATCH /workspaces/{}/sources/{}/destinations/{}", update_destination),
    ("DELETE /workspaces/{}/sources/{}/destinations/{}", delete_destination),
    ("GET /workspaces/{}/sources/{}/destinations/{}/metrics/{}", metric),
];

fn workspaces(ask: &mut Ask<'_>) -> Done {
    let only = [&ask.state.workspace];
    ask.page("workspaces", &only, |state, _| view::workspace(state))
}

fn list(ask: &mut Ask<'_>) -> Done {
    let all: Vec<&Value> = ask.state.items("sources").iter().collect();
    ask.page("sources", &all, view::source)
}

/// Where the source is that the path names.
pub(super) fn source(ask: &Ask<'_>) -> Result<usize, Answer> {
    ask.state.position("sources", &[("slug", ask.at(0))]).ok_or_else(missing)
}

fn get(ask: &mut Ask<'_>) -> Done {
    let at = source(ask)?;
    Ok(view::source(ask.state, &ask.state.items("sources")[at]))
}

fn create(ask: &mut Ask<'_>) -> Done {
    let given = ask.given("source");
    let slug = last(text(&given["name"])).to_owned();
    let kind = last(text(&given["catalog_name"]));
    if slug.is_empty() {
        return Err(refuse(400, "the source's name must be workspaces/…/sources/…"));
    }
    let metadata = ask.state.find("sourcesCatalog", &[("slug", kind)]).cloned();
    let metadata = metadata.ok_or_else(|| refuse(400, "there is no such source in the catalog"))?;
    if ask.state.position("sources", &[("slug", &slug)]).is_some() {
        return Err(refuse(409, "a source of this name exists already"));
    }
    let source = json!({
        "id": mint("{22}", 0), "slug": slug, "name": slug, "metadata": metadata,
        "workspaceId": ask.state.workspace["id"], "enabled": true,
        "writeKeys": [mint("{32}", 0)], "settings": {}, "labels": [],
    });
    let shown = view::source(ask.state, &source);
    ask.state.items_mut("sources").push(source);
    Ok(shown)
}

fn delete(ask: &mut Ask<'_>) -> Done {
    let at = source(ask)?;
    state::remove(ask.state, ask.model, "sources", at);
    Ok(nothing())
}

/// The names of the schema settings here, and where the Public API has them.
const SCHEMA: &[(&str, &str)] = &[
    ("allow_unplanned_track_events", "/track/allowUnplannedEvents"),
    ("allow_unplanned_track_event_properties", "/track/allowUnplannedEventProperties"),
    ("allow_track_event_on_violations", "/track/allowEventOnViolations"),
    ("allow_track_properties_on_violations", "/track/allowPropertiesOnViolations"),
    ("common_track_event_on_violations", "/track/commonEventOnViolations"),
    ("allow_unplanned_identify_traits", "/identify/allowUnplannedTraits"),
    ("allow_identify_traits_on_violations", "/identify/allowTraitsOnViolations"),
    ("common_identify_event_on_violations", "/identify/commonEventOnViolations"),
    ("allow_unplanned_group_traits", "/group/allowUnplannedTraits"),
    ("allow_group_traits_on_violations", "/group/allowTraitsOnViolations"),
    ("common_group_event_on_violations", "/group/commonEventOnViolations"),
    ("forwarding_violations_to", "/forwardingViolationsTo"),
    ("forwarding_blocked_events_to", "/forwardingBlockedEventsTo"),
];

fn schema(ask: &mut Ask<'_>) -> Done {
    let at = source(ask)?;
    let changes = mask::changes(&ask.body, "schema_config");
    let source = &mut ask.state.items_mut("sources")[at];
    let mut settings = match &source["_schema"] {
        Value::Null => open_schema(),
        kept => kept.clone(),
    };
    for (name, value) in changes {
        let known = SCHEMA.iter().find(|(config, _)| *config == name);
        let (_, place) = known.ok_or_else(|| refuse(400, &format!("there is no `{name}`")))?;
        if let Some(slot) = settings.pointer_mut(place) {
            *slot = value;
        }
    }
    source["_schema"] = settings.clone();
    let mut shown = Map::new();
    for (name, place) in SCHEMA {
        shown.insert((*name).to_owned(), settings.pointer(place).cloned().unwrap_or_default());
    }
    let name = view::source_name(ask.state, &ask.state.items("sources")[at]);
    shown.insert("name".to_owned(), json!(format!("{name}/schema-config")));
    shown.insert("parent".to_owned(), json!(name));
    Ok(Value::Object(shown))
}

/// Makes the given warehouses the only ones a source is loaded into.
fn warehouses(ask: &mut Ask<'_>) -> Done {
    let at = source(ask)?;
    let id = ask.state.items("sources")[at]["id"].clone();
    for (name, value) in mask::changes(&ask.body, "connected_warehouses") {
        if name != "warehouses" {
            return Err(refuse(400, &format!("there is no `{name}`")));
        }
        let names = value.as_array().into_iter().flatten();
        let wanted: Vec<String> = names.map(|name| last(text(name)).to_owned()).collect();
        let there = |id: &String| ask.state.position("warehouses", &[("id", id)]).is_some();
        if !wanted.iter().all(there) {
            return Err(refuse(400, "there is no such warehouse"));
        }
        let pairs = ask.state.items_mut("warehouseSources");
        pairs.retain(|pair| pair["sourceId"] != id);
        pairs.extend(wanted.iter().map(|one| json!({"warehouseId": one, "sourceId": id})));
    }
    let pairs = ask.state.items("warehouseSources").iter();
    let own: Vec<String> = pairs
        .filter(|pair| pair["sourceId"] == id)
        .map(|pair| {
            format!("workspaces/{}/warehouses/{}", ask.state.slug(), text(&pair["warehouseId"]))
        })
        .collect();
    Ok(json!({"warehouses": own}))
}

fn destinations(ask: &mut Ask<'_>) -> Done {
    let at = source(ask)?;
    let id = &ask.state.items("sources")[at]["id"];
    let all = ask.state.items("destinations").iter();
    let own: Vec<&Value> = all.filter(|item| item["sourceId"] == *id).collect();
    ask.page("destinations", &own, view::destination)
}

/// Where the destination is that the path names: one of its kind in each source.
pub(super) fn destination(ask: &Ask<'_>) -> Result<usize, Answer> {
    let at = source(ask)?;
    let id = &ask.state.items("sources")[at]["id"];
    let own = |item: &Value| item["sourceId"] == *id && same(&item["metadata"]["slug"], ask.at(1));
    ask.state.items("destinations").iter().position(own).ok_or_else(missing)
}

fn get_destination(ask: &mut Ask<'_>) -> Done {
    let at = destination(ask)?;
    Ok(view::destination(ask.state, &ask.state.items("destinations")[at]))
}

fn create_destination(ask: &mut Ask<'_>) -> Done {
    let at = source(ask)?;
    let given = ask.given("destination");
    let kind = last(text(&given["name"]));
    let metadata = ask.state.find("destinationsCatalog", &[("slug", kind)]).cloned();
    let metadata =
        metadata.ok_or_else(|| refuse(400, "there is no such destination in the catalog"))?;
    let source = ask.state.items("sources")[at]["id"].clone();
    let taken =
        |item: &Value| item["sourceId"] == source && item["metadata"]["slug"] == metadata["slug"];
    if ask.state.items("destinations").iter().any(taken) {
        return Err(refuse(409, "the source has a destination of this kind already"));
    }
    let now = stamp(ask.now);
    let mut item = json!({
        "id": mint("{24x}", 0), "name": metadata["name"], "metadata": metadata,
        "sourceId": source, "enabled": given.get("enabled") == Some(&json!(true)),
        "settings": view::settings(&given.get("config").cloned().unwrap_or_default()),
        "createdAt": now, "updatedAt": now,
    });
    if let Some(mode) = given.get("connection_mode") {
        item["_connectionMode"] = mode.clone();
    }
    let shown = view::destination(ask.state, &item);
    ask.state.items_mut("destinations").push(item);
    Ok(shown)
}

fn update_destination(ask: &mut Ask<'_>) -> Done {
    let at = destination(ask)?;
    let now = stamp(ask.now);
    for (name, value) in mask::changes(&ask.body, "destination") {
        let item = &mut ask.state.items_mut("destinations")[at];
        match name.as_str() {
            "enabled" => item["enabled"] = json!(value == json!(true)),
            "config" => item["settings"] = view::settings(&value),
            "connection_mode" => item["_connectionMode"] = value,
            "display_name" => item["name"] = value,
            _ => return Err(refuse(400, &format!("`{name}` cannot be changed"))),
        }
        item["updatedAt"] = json!(now);
    }
    Ok(view::destination(ask.state, &ask.state.items("destinations")[at]))
}

fn delete_destination(ask: &mut Ask<'_>) -> Done {
    let at = destination(ask)?;
    state::remove(ask.state, ask.model, "destinations", at);
    Ok(nothing())
}

/// How many of the source's events came through.
fn metric(ask: &mut Ask<'_>) -> Done {
    let at = destination(ask)?;
    let destination = &ask.state.items("destinations")[at];
    let own = |event: &&state::Event| {
        event.source.as_deref() == destination["sourceId"].as_str()
            && event.status == state::Status::Delivered
    };
    let total = match ask.at(2) {
        "successes" => ask.state.events.iter().filter(own).count(),
        _ => 0,
    };
    let name = view::destination_name(ask.state, destination);
    Ok(json!({"name": format!("{name}/metrics/{}", ask.at(2)), "total": total}))
}
