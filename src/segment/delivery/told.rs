//! What the counts mean: which cause explains the events that did not arrive, and what no count can
//! tell.

use super::{Destination, Overview, Sent, Stage};
use crate::engine::hooks::{Level, Observation};
use crate::error::Fault;
use crate::segment::key::{Key, Place, Verdict};

/// Why an event may be in no count although nothing is wrong.
const UNKNOWN: &str = "cannot tell why: counts are some minutes late, and an event whose messageId was seen within a day is dropped as a repetition";

/// Everything that is to be said, from sending to the destinations.
pub(super) fn observations(
    verdict: &Verdict,
    sent: &Sent,
    overview: Option<&Overview>,
) -> Vec<Observation> {
    let mut told = vec![of_sending(sent)];
    let trouble = verdict.observations().into_iter().filter(|one| one.level != Level::Fine);
    told.extend(trouble);
    match overview {
        None => told.push(unasked(verdict)),
        Some(overview) => told.extend(of_source(verdict, sent, overview)),
    }
    told
}

fn of_sending(sent: &Sent) -> Observation {
    let what = match (&sent.last, sent.events) {
        (Some(last), events) => format!("{} sent from here, the last at {last}", count(events)),
        (None, _) => "no event is known to have been sent from here".to_owned(),
    };
    Observation::new(Level::Fine, "sent", format!("{what} (since {})", sent.since))
        .hinting("calls that were answered, as the journal has them; not what a courier or another program sent")
}

/// Why Segment cannot be asked what became of the events.
fn unasked(verdict: &Verdict) -> Observation {
    let why = match (&verdict.place, &verdict.key) {
        (_, Key::Absent) => "the account has no write key, so it sends no events",
        (Place::NotAsked, _) => "that takes an api_token, and the account has none",
        (Place::Elsewhere(..), _) => "the account sends to another region than its workspace's",
        (Place::Refused(_) | Place::CannotTell(_), _) => "the api_token does not work",
        (Place::Here(_), Key::Foreign(_)) => {
            "events with this write key go to no source of this workspace"
        }
        (Place::Here(_), _) => "which source the write key belongs to is not known",
    };
    Observation::new(
        Level::Warning,
        "cannot_tell",
        format!("what became of them cannot be told: {why}"),
    )
}

fn of_source(verdict: &Verdict, sent: &Sent, overview: &Overview) -> Vec<Observation> {
    let name = verdict.source().map(|source| source.name.as_str()).unwrap_or_default();
    let mut told = Vec::new();
    match &overview.received {
        Ok(stage) => {
            let message = format!("source {name} received {} from all senders", count(stage.total));
            told.push(Observation::new(Level::Fine, "received", message));
        }
        Err(fault) => told.push(unknown("what the source received", fault)),
    }
    told.extend(stopped(&overview.refused, "refused_on_ingest", |reason, events| {
        let message =
            format!("{} dropped on the way in: {reason}{}", count(events), explained(reason));
        Observation::new(Level::Problem, "refused_on_ingest", message)
    }));
    told.extend(stopped(&overview.filtered, "filtered_at_source", |reason, events| {
        let message = format!("{} held back at the source: {reason}", count(events));
        by_schema(
            Observation::new(Level::Problem, "filtered_at_source", message),
            verdict,
            overview,
        )
    }));
    told.extend(missing(verdict, sent, overview));
    match &overview.destinations {
        Ok(list) if list.is_empty() => told.push(Observation::new(
            Level::Warning,
            "no_destination",
            format!("source {name} has no destination: its events go no further"),
        )),
        Ok(list) => told.extend(list.iter().flat_map(|one| of_destination(one, verdict))),
        Err(fault) => told.push(unknown("where the source's events go", fault)),
    }
    told
}

/// What the schema settings and the plan have to do with events held back.
fn by_schema(observation: Observation, verdict: &Verdict, overview: &Overview) -> Observation {
    let id = verdict.source().map(|source| source.id.as_str()).unwrap_or_default();
    let account = &verdict.account;
    match (&overview.plan, overview.blocks_unplanned) {
        (Some(plan), Some(true)) => observation
            .hinting(format!("the source blocks what its tracking plan {plan} does not name"))
            .mended_by(format!("kosmo plan:pull {plan} --account {account}")),
        (Some(plan), _) => observation
            .hinting(format!("its tracking plan is {plan}; its schema settings say what is blocked"))
            .mended_by(format!(
                "kosmo integrations:segment list_schema_settings_in_source --sourceId={id} --account {account}"
            )),
        (None, _) => observation.hinting("no tracking plan is connected: a filter or a blocked event of its schema"),
    }
}

/// Whether events sent from here are in none of the counts.
fn missing(verdict: &Verdict, sent: &Sent, overview: &Overview) -> Option<Observation> {
    let (Ok(received), Ok(refused)) = (&overview.received, &overview.refused) else { return None };
    let known = received.total + refused.total;
    if sent.events <= known {
        let message = "Segment's counts hold as many events as were sent from here";
        return (sent.events > 0).then(|| Observation::new(Level::Fine, "none_missing", message));
    }
    let message =
        format!("{} sent from here are in none of Segment's counts", count(sent.events - known));
    let explained = match &verdict.place {
        Place::Elsewhere(region, _) => {
            format!("they were sent to the wrong region; it is `{region}`")
        }
        _ => UNKNOWN.to_owned(),
    };
    Some(Observation::new(Level::Warning, "missing", message).hinting(explained))
}

fn of_destination(one: &Destination, verdict: &Verdict) -> Vec<Observation> {
    let (name, id, account) = (&one.name, &one.id, &verdict.account);
    let mut told = Vec::new();
    if !one.enabled {
        let message = format!("destination {name} is disabled and gets nothing");
        let mend = format!(
            "kosmo integrations:segment update_destination --destinationId={id} --enabled=true --account {account}"
        );
        told.push(
            Observation::new(Level::Warning, "destination_disabled", message).mended_by(mend),
        );
    }
    match &one.delivered {
        Ok(stage) => {
            let message = format!("destination {name} took {}", count(stage.total));
            told.push(Observation::new(Level::Fine, "delivered", message));
        }
        Err(fault) => told.push(unknown(&format!("what destination {name} took"), fault)),
    }
    told.extend(stopped(&one.filtered, "destination_filter", |reason, events| {
        let reason = if reason == NO_REASON { String::new() } else { format!(": {reason}") };
        let message = format!("{} filtered out before destination {name}{reason}", count(events));
        Observation::new(Level::Warning, "destination_filter", message).mended_by(format!(
            "kosmo integrations:segment list_filters_from_destination --destinationId={id} --account {account}"
        ))
    }));
    told.extend(stopped(&one.failed, "delivery_failed", |reason, events| {
        let message = format!("destination {name} refused {}: {reason}", count(events));
        Observation::new(Level::Problem, "delivery_failed", message)
    }));
    told
}

/// What stands for a reason that Segment does not give.
const NO_REASON: &str = "no reason given";

/// One observation for each reason why events went no further.
fn stopped(
    stage: &Result<Stage, Fault>,
    what: &str,
    tell: impl Fn(&str, u64) -> Observation,
) -> Vec<Observation> {
    let stage = match stage {
        Ok(stage) => stage,
        Err(fault) => return vec![unknown(&what.replace('_', " "), fault)],
    };
    let named: u64 = stage.reasons.iter().map(|(_, events)| events).sum();
    let rest = stage.total.saturating_sub(named);
    let unnamed = (rest > 0).then(|| (String::new(), rest));
    let all = stage.reasons.iter().cloned().chain(unnamed);
    all.map(|(reason, events)| tell(if reason.is_empty() { NO_REASON } else { &reason }, events))
        .collect()
}

/// What a code of Segment's means, where there is more to say than the code does.
fn explained(reason: &str) -> &'static str {
    match reason {
        "source_disabled" => " (the source was disabled when they came)",
        "locked_workspace" => " (the workspace is locked)",
        "too_many_messages" | "empty_batch" | "empty_batch_result" => " (the batch as a whole)",
        NO_REASON => "",
        reason if reason.starts_with("consent") => " (consent)",
        _ => " (what is sent from here is checked for that; they came from elsewhere)",
    }
}

fn unknown(what: &str, fault: &Fault) -> Observation {
    let observation =
        Observation::new(Level::Warning, "cannot_tell", format!("{what} cannot be told: {fault}"));
    match &fault.hint {
        Some(hint) => observation.hinting(hint.clone()),
        None => observation,
    }
}

fn count(events: u64) -> String {
    if events == 1 { "1 event".to_owned() } else { format!("{events} events") }
}
