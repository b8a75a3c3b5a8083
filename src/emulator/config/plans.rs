//! Tracking plans with their rules and sources, and the filters of destinations.

use serde_json::{Map, Value, json};

use super::sources::destination;
use super::view::{self, last, place, text};
use super::{Ask, Done, Line, mask, missing, nothing, refuse};
use crate::emulator::exchange::Answer;
use crate::emulator::fql;
use crate::emulator::model::mint;
use crate::emulator::public::scene::stamp;
use crate::emulator::public::special::filters::filtered;
use crate::emulator::state::{self, same};

pub(super) const ACTIONS: &[Line] = &[
    ("GET /workspaces/{}/tracking-plans", list),
    ("POST /workspaces/{}/tracking-plans", create),
    ("GET /workspaces/{}/tracking-plans/{}", get),
    ("PUT /workspaces/{}/tracking-plans/{}", update),
    ("DELETE /workspaces/{}/tracking-plans/{}", delete),
    ("GET /workspaces/{}/tracking-plans/{}/source-connections", connections),
    ("POST /workspaces/{}/tracking-plans/{}/source-connections", connect),
    (
        "POST /workspaces/{}/tracking-plans/{}/source-connections:batchCreateConnections",
        connect_many,
    ),
    ("DELETE /workspaces/{}/tracking-plans/{}/source-connections/{}", disconnect),
    ("GET /workspaces/{}/sources/{}/destinations/{}/filters", filters),
    ("POST /workspaces/{}/sources/{}/destinations/{}/filters", create_filter),
    ("GET /workspaces/{}/sources/{}/destinations/{}/filters/{}", get_filter),
    ("PATCH /workspaces/{}/sources/{}/destinations/{}/filters/{}", update_filter),
    ("DELETE /workspaces/{}/sources/{}/destinations/{}/filters/{}", delete_filter),
    ("POST /filters/preview", preview),
];

fn list(ask: &mut Ask<'_>) -> Done {
    let all: Vec<&Value> = ask.state.items("trackingPlans").iter().collect();
    ask.page("tracking_plans", &all, view::plan)
}

fn plan(ask: &Ask<'_>) -> Result<usize, Answer> {
    place(ask.state, "trackingPlans", "rs_", ask.at(0)).ok_or_else(missing)
}

fn shown(ask: &Ask<'_>, at: usize) -> Value {
    view::plan(ask.state, &ask.state.items("trackingPlans")[at])
}

fn get(ask: &mut Ask<'_>) -> Done {
    Ok(shown(ask, plan(ask)?))
}

fn create(ask: &mut Ask<'_>) -> Done {
    let given = ask.given("tracking_plan");
    let (id, now) = (mint("tp_{22}", 0), stamp(ask.now));
    let item = json!({
        "id": id, "name": given["display_name"], "type": "LIVE", "description": "",
        "slug": crate::emulator::model::slug(text(&given["display_name"]), "-"),
        "createdAt": now, "updatedAt": now,
    });
    ask.state.items_mut("trackingPlans").push(item);
    rules(ask, &id, given.get("rules").unwrap_or(&Value::Null));
    Ok(shown(ask, ask.state.items("trackingPlans").len() - 1))
}

fn update(ask: &mut Ask<'_>) -> Done {
    let at = plan(ask)?;
    let (now, id) = (stamp(ask.now), ask.state.items("trackingPlans")[at]["id"].clone());
    for (name, value) in mask::changes(&ask.body, "tracking_plan") {
        match name.as_str() {
            "display_name" => ask.state.items_mut("trackingPlans")[at]["name"] = value,
            "rules" => rules(ask, text(&id), &value),
            _ => return Err(refuse(400, &format!("`{name}` cannot be changed"))),
        }
        ask.state.items_mut("trackingPlans")[at]["updatedAt"] = json!(now);
    }
    Ok(shown(ask, at))
}

/// Makes these the only rules of a plan. Older spellings of their parts are understood.
fn rules(ask: &mut Ask<'_>, plan: &str, given: &Value) {
    let now = stamp(ask.now);
    let kept = ask.state.items_mut("rules");
    kept.retain(|rule| !same(&rule["_trackingPlanId"], plan));
    let mut add = |kind: &str, key: Option<&Value>, schema: &Value, version: Value| {
        let mut rule = Map::new();
        rule.insert("_trackingPlanId".to_owned(), json!(plan));
        rule.insert("type".to_owned(), json!(kind));
        rule.extend(key.map(|key| ("key".to_owned(), key.clone())));
        rule.insert("version".to_owned(), version);
        rule.insert("jsonSchema".to_owned(), schema.clone());
        rule.insert("createdAt".to_owned(), json!(now));
        rule.insert("updatedAt".to_owned(), json!(now));
        kept.push(Value::Object(rule));
    };
    for event in given["events"].as_array().into_iter().flatten() {
        let version = event.get("version").cloned().unwrap_or(json!(1));
        add("TRACK", Some(&event["name"]), &event["rules"], version);
    }
    for (key, old, kind) in [
        ("global", "global", "COMMON"),
        ("identify", "identify_traits", "IDENTIFY"),
        ("group", "group_traits", "GROUP"),
    ] {
        if let Some(schema) = given.get(key).or_else(|| given.get(old)) {
            add(kind, None, schema, json!(1));
        }
    }
}

fn delete(ask: &mut Ask<'_>) -> Done {
    let at = plan(ask)?;
    state::remove(ask.state, ask.model, "trackingPlans", at);
    Ok(nothing())
}

fn connection(ask: &Ask<'_>, pair: &Value) -> Option<Value> {
    let source = ask.state.find("sources", &[("id", text(&pair["sourceId"]))])?;
    Some(json!({"source_name": view::source_name(ask.state, source)}))
}

fn connections(ask: &mut Ask<'_>) -> Done {
    let id = ask.state.items("trackingPlans")[plan(ask)?]["id"].clone();
    let pairs = ask.state.items("planSources").iter();
    let own = pairs.filter(|pair| pair["trackingPlanId"] == id);
    let connections: Vec<Value> = own.filter_map(|pair| connection(ask, pair)).collect();
    Ok(json!({"connections": connections}))
}

fn join(ask: &mut Ask<'_>, name: &str) -> Done {
    let plan = ask.state.items("trackingPlans")[plan(ask)?]["id"].clone();
    let source = ask.state.find("sources", &[("slug", last(name))]);
    let source = source.ok_or_else(|| refuse(400, "there is no such source"))?["id"].clone();
    let pairs = ask.state.items_mut("planSources");
    pairs.retain(|pair| pair["sourceId"] != source);
    let pair = json!({"trackingPlanId": plan, "sourceId": source});
    pairs.push(pair.clone());
    connection(ask, &pair).ok_or_else(missing)
}

fn connect(ask: &mut Ask<'_>) -> Done {
    let name = text(&ask.given("source_name")).to_owned();
    join(ask, &name)
}

fn connect_many(ask: &mut Ask<'_>) -> Done {
    let requests = ask.body.get("requests").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut connections = Vec::new();
    for request in requests {
        connections.push(join(ask, text(&request["source_name"]))?);
    }
    Ok(json!({"connections": connections}))
}

fn disconnect(ask: &mut Ask<'_>) -> Done {
    let plan = ask.state.items("trackingPlans")[plan(ask)?]["id"].clone();
    let source = ask.state.find("sources", &[("slug", ask.at(1))]).ok_or_else(missing)?;
    let wanted = json!({"trackingPlanId": plan, "sourceId": source["id"]});
    let found = ask.state.items("planSources").iter().position(|pair| *pair == wanted);
    ask.state.items_mut("planSources").remove(found.ok_or_else(missing)?);
    Ok(nothing())
}

fn filters(ask: &mut Ask<'_>) -> Done {
    let id = &ask.state.items("destinations")[destination(ask)?]["id"];
    let all = ask.state.items("destinationFilters").iter();
    let own: Vec<&Value> = all.filter(|filter| filter["destinationId"] == *id).collect();
    ask.page("filters", &own, view::filter)
}

fn filter(ask: &Ask<'_>) -> Result<usize, Answer> {
    let id = &ask.state.items("destinations")[destination(ask)?]["id"];
    let at = place(ask.state, "destinationFilters", "df_", ask.at(2)).ok_or_else(missing)?;
    let own = ask.state.items("destinationFilters")[at]["destinationId"] == *id;
    own.then_some(at).ok_or_else(missing)
}

fn get_filter(ask: &mut Ask<'_>) -> Done {
    let at = filter(ask)?;
    Ok(view::filter(ask.state, &ask.state.items("destinationFilters")[at]))
}

fn create_filter(ask: &mut Ask<'_>) -> Done {
    let at = destination(ask)?;
    let given = ask.given("filter");
    let get = |name: &str| given.get(name).cloned().unwrap_or_default();
    let actions = view::actions(&get("actions")).map_err(|why| refuse(400, &why))?;
    let (now, destination) = (stamp(ask.now), &ask.state.items("destinations")[at]);
    let item = json!({
        "id": mint("{22}", 0), "sourceId": destination["sourceId"],
        "destinationId": destination["id"], "if": get("if"), "actions": actions,
        "title": text(&get("title")), "description": text(&get("description")),
        "enabled": get("enabled") == json!(true), "createdAt": now, "updatedAt": now,
    });
    let shown = view::filter(ask.state, &item);
    ask.state.items_mut("destinationFilters").push(item);
    Ok(shown)
}

fn update_filter(ask: &mut Ask<'_>) -> Done {
    let at = filter(ask)?;
    for (name, value) in mask::changes(&ask.body, "filter") {
        let value = match name.as_str() {
            "actions" => view::actions(&value).map_err(|why| refuse(400, &why))?,
            "if" | "title" | "description" | "enabled" => value,
            _ => return Err(refuse(400, &format!("`{name}` cannot be changed"))),
        };
        ask.state.items_mut("destinationFilters")[at][&name] = value;
    }
    Ok(view::filter(ask.state, &ask.state.items("destinationFilters")[at]))
}

fn delete_filter(ask: &mut Ask<'_>) -> Done {
    let at = filter(ask)?;
    state::remove(ask.state, ask.model, "destinationFilters", at);
    Ok(nothing())
}

fn preview(ask: &mut Ask<'_>) -> Done {
    let (filter, payload) = (ask.given("filter"), ask.given("payload"));
    let condition = filter.get("if").map_or("", text);
    let met = fql::meets(condition, &payload).map_err(|why| refuse(400, &why))?;
    let actions = filter.get("actions").cloned().unwrap_or_default();
    let actions = view::actions(&actions).map_err(|why| refuse(400, &why))?;
    let actions = actions.as_array().cloned().unwrap_or_default();
    let result = if met { filtered(&actions, payload.clone()) } else { Some(payload.clone()) };
    Ok(json!({"input_payload": payload, "result": result}))
}
