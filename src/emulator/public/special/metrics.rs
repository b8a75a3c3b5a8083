//! Numbers: deliveries, volumes, usage. Counted from the events that were received, so that what
//! is sent can be found again.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Done, Scene};
use crate::emulator::exchange::Answer;
use crate::emulator::fql;
use crate::emulator::public::items::listed;
use crate::emulator::public::scene::unfit;
use crate::emulator::public::special::filters::filtered;
use crate::emulator::state::{Event, Status, same};

/// Which events are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Received,
    RefusedOnIngest,
    FilteredAtSource,
    Delivered,
    FilteredAtDestination,
    /// Stages that nothing reaches here: no event fails at a destination that does not exist.
    Never,
}

pub(super) fn received(scene: &mut Scene<'_>) -> Done {
    overview(scene, Stage::Received)
}

pub(super) fn refused(scene: &mut Scene<'_>) -> Done {
    overview(scene, Stage::RefusedOnIngest)
}

pub(super) fn filtered_at_source(scene: &mut Scene<'_>) -> Done {
    overview(scene, Stage::FilteredAtSource)
}

pub(super) fn delivered(scene: &mut Scene<'_>) -> Done {
    overview(scene, Stage::Delivered)
}

pub(super) fn filtered_at_destination(scene: &mut Scene<'_>) -> Done {
    overview(scene, Stage::FilteredAtDestination)
}

pub(super) fn none(scene: &mut Scene<'_>) -> Done {
    overview(scene, Stage::Never)
}

/// The events of a source in the time asked for that came to this stage.
fn at<'a>(
    scene: &'a Scene<'_>,
    stage: Stage,
    source: Option<&str>,
    destination: &str,
) -> Result<Vec<&'a Event>, Answer> {
    let time = |name: &str| match scene.text(name) {
        "" => Ok(None),
        text => text
            .parse::<Timestamp>()
            .map(Some)
            .map_err(|_| unfit(name, &format!("`{name}` must be an RFC 3339 time"))),
    };
    let (start, end) = (time("startTime")?, time("endTime")?);
    let within = |event: &&Event| {
        start.is_none_or(|start| event.received_at >= start)
            && end.is_none_or(|end| event.received_at < end)
            && source.is_none_or(|source| event.source.as_deref() == Some(source))
    };
    let state = &scene.state;
    let enabled = state
        .find("destinations", &[("id", destination)])
        .is_some_and(|destination| destination["enabled"] == json!(true));
    let filters: Vec<&Value> = state
        .items("destinationFilters")
        .iter()
        .filter(|filter| {
            same(&filter["destinationId"], destination) && filter["enabled"] == json!(true)
        })
        .collect();
    let reached = |event: &&Event| match stage {
        Stage::Received => matches!(event.status, Status::Delivered | Status::Filtered),
        Stage::FilteredAtSource => event.status == Status::Filtered,
        Stage::RefusedOnIngest => event.status == Status::Rejected,
        Stage::Delivered | Stage::FilteredAtDestination => {
            let there = enabled && event.status == Status::Delivered;
            there && dropped(&filters, event) == (stage == Stage::FilteredAtDestination)
        }
        Stage::Never => false,
    };
    Ok(state.events.iter().filter(within).filter(reached).collect())
}

fn dropped(filters: &[&Value], event: &Event) -> bool {
    let message = Value::Object(event.message.clone());
    filters.iter().any(|filter| {
        let condition = filter["if"].as_str().unwrap_or_default();
        let actions = filter["actions"].as_array().map(Vec::as_slice).unwrap_or_default();
        fql::meets(condition, &message) == Ok(true) && filtered(actions, message.clone()).is_none()
    })
}

/// What an event is grouped and filtered by.
fn trait_of(event: &Event, name: &str) -> String {
    match name {
        "eventName" => event.message.get("event").or_else(|| event.message.get("name")),
        "appVersion" => event.message.get("context").map(|context| &context["app"]["version"]),
        "eventType" => return event.kind.clone(),
        "discardReason" => return event.reason.clone().unwrap_or_default(),
        "sourceId" => return event.source.clone().unwrap_or_default(),
        _ => None,
    }
    .and_then(Value::as_str)
    .unwrap_or_default()
    .to_owned()
}

/// The start of the step of time that an event falls into.
fn step(event: &Event, granularity: &str) -> String {
    let at = event.received_at.to_string();
    match granularity {
        "DAY" => format!("{}T00:00:00.000Z", &at[..10]),
        "HOUR" => format!("{}:00:00.000Z", &at[..13]),
        _ => format!("{}:00.000Z", &at[..16]),
    }
}

/// The events in groups, each with its number by step of time.
fn grouped(scene: &Scene<'_>, events: &[&Event]) -> Vec<Map<String, Value>> {
    let by = scene.texts("groupBy");
    let granularity = scene.text("granularity");
    let mut groups: IndexMap<Vec<String>, BTreeMap<String, u64>> = IndexMap::new();
    for event in events {
        let key = by.iter().map(|name| trait_of(event, name)).collect();
        *groups.entry(key).or_default().entry(step(event, granularity)).or_default() += 1;
    }
    groups
        .into_iter()
        .map(|(key, steps)| {
            let names = by.iter().cloned().zip(key.into_iter().map(Value::from));
            let mut group: Map<String, Value> = names.collect();
            group.insert("total".to_owned(), json!(steps.values().sum::<u64>()));
            let series: Vec<Value> =
                steps.iter().map(|(time, count)| json!({"time": time, "count": count})).collect();
            group.insert("series".to_owned(), json!(series));
            group
        })
        .collect()
}

fn overview(scene: &Scene<'_>, stage: Stage) -> Done {
    let source = scene.text("sourceId");
    let mut events = at(scene, stage, Some(source), scene.text("destinationConfigId"))?;
    let filter = scene.query.get("filter").and_then(Value::as_object).cloned().unwrap_or_default();
    events.retain(|event| {
        filter.iter().all(|(name, choices)| {
            let value = trait_of(event, name);
            choices
                .as_array()
                .is_none_or(|choices| choices.iter().any(|choice| same(choice, &value)))
        })
    });
    let groups: Vec<Value> = grouped(scene, &events).into_iter().map(Value::Object).collect();
    let mut answer = listed(scene, &groups.iter().collect::<Vec<_>>());
    answer["total"] = json!(events.len());
    Ok(answer)
}

/// How many events there were, by what is asked for.
pub(super) fn volume(scene: &mut Scene<'_>) -> Done {
    let mut events = at(scene, Stage::Received, None, "")?;
    for name in ["sourceId", "eventName", "eventType", "appVersion"] {
        let wanted = scene.texts(name);
        events.retain(|event| wanted.is_empty() || wanted.contains(&trait_of(event, name)));
    }
    let mut groups = grouped(scene, &events);
    for group in &mut groups {
        let Some(id) = group.shift_remove("sourceId") else { continue };
        let source = scene.state.items("sources").iter().find(|source| source["id"] == id);
        let get = |name: &str| source.map_or(json!(""), |source| source[name].clone());
        let source = json!({"id": id, "name": get("name"), "slug": get("slug")});
        group.insert("source".to_owned(), source);
    }
    let groups: Vec<Value> = groups.into_iter().map(Value::Object).collect();
    let mut answer = listed(scene, &groups.iter().collect::<Vec<_>>());
    let mut query = scene.query.clone();
    query.insert("workspaceId".to_owned(), scene.state.workspace["id"].clone());
    answer["query"] = Value::Object(query);
    answer["path"] = json!("/events/volume");
    Ok(answer)
}

/// What became of the events that were meant for a destination.
pub(super) fn summary(scene: &mut Scene<'_>) -> Done {
    let (destination, source) = (scene.at(0), scene.text("sourceId"));
    let index = scene.find("destinations", destination)?;
    let mut metrics = Vec::new();
    for (name, stage) in [
        ("successes", Stage::Delivered),
        ("failures", Stage::Never),
        ("discarded", Stage::FilteredAtDestination),
    ] {
        let total = at(scene, stage, Some(source), destination)?.len();
        metrics.push(json!({"metricName": name, "total": total}));
    }
    let destination = &scene.state.items("destinations")[index];
    Ok(json!({"deliveryMetricsSummary": {
        "sourceId": source, "destinationMetadataId": destination["metadata"]["id"],
        "metrics": metrics,
    }}))
}

/// The events of the month asked for, by day and, where wanted, by source.
fn daily<'a>(
    scene: &'a Scene<'_>,
    by_source: bool,
) -> Result<BTreeMap<(String, String), Vec<&'a Event>>, Answer> {
    let period = scene.text("period");
    let month = period.get(..7).filter(|_| period.parse::<jiff::civil::Date>().is_ok());
    let month = month.ok_or_else(|| unfit("period", "`period` must be a date, as 2026-01-01"))?;
    let mut days: BTreeMap<(String, String), Vec<&Event>> = BTreeMap::new();
    for event in &scene.state.events {
        let day = event.received_at.to_string()[..10].to_owned();
        let source = event.source.clone().filter(|_| by_source).unwrap_or_default();
        if day.starts_with(month) && event.status == Status::Delivered {
            days.entry((day, source)).or_default().push(event);
        }
    }
    Ok(days)
}

/// How many calls were made each day.
pub(super) fn calls(scene: &mut Scene<'_>) -> Done {
    usage(scene, false, |_, events| json!({"apiCalls": events.len().to_string()}))
}

/// The same by source.
pub(super) fn calls_by_source(scene: &mut Scene<'_>) -> Done {
    usage(scene, true, |_, events| json!({"apiCalls": events.len().to_string()}))
}

/// How many people were seen each day.
pub(super) fn users(scene: &mut Scene<'_>) -> Done {
    usage(scene, false, people)
}

/// The same by source.
pub(super) fn users_by_source(scene: &mut Scene<'_>) -> Done {
    usage(scene, true, people)
}

fn people(day: &str, events: &[&Event]) -> Value {
    let ids = |id: fn(&Event) -> &Option<String>| -> BTreeSet<&str> {
        events.iter().filter_map(|event| id(event).as_deref()).collect()
    };
    let unknown = |event: &&&Event| event.user_id.is_none();
    let strangers: BTreeSet<&str> =
        events.iter().filter(unknown).filter_map(|event| event.anonymous_id.as_deref()).collect();
    let anonymous = ids(|event| &event.anonymous_id);
    let start = day.parse::<jiff::civil::Date>().ok();
    let start = start.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let start = start.map_or(0, |day| day.timestamp().as_second());
    json!({
        "periodStart": start, "periodEnd": start + 86_400,
        "anonymous": anonymous.len().to_string(),
        "anonymousIdentified": (anonymous.len() - strangers.len()).to_string(),
        "identified": ids(|event| &event.user_id).len().to_string(),
        "neverIdentified": strangers.len().to_string(),
    })
}

fn usage(scene: &Scene<'_>, by_source: bool, count: fn(&str, &[&Event]) -> Value) -> Done {
    let days = daily(scene, by_source)?;
    let numbers = days.iter().map(|((day, source), events)| {
        let mut item = count(day, events);
        item["timestamp"] = json!(format!("{day}T00:00:00.000Z"));
        if by_source {
            item["sourceId"] = json!(source);
        }
        item
    });
    let numbers: Vec<Value> = numbers.collect();
    Ok(listed(scene, &numbers.iter().collect::<Vec<_>>()))
}
