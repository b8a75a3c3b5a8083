//! Events that wait, why they do, and what became of each. Sending them and deciding about them is left
//! to the command line.

use std::sync::Arc;

use axum::extract::{Request, State};
use maud::{Markup, html};
use serde_json::Value;

use super::frame::{cell, facts, member, page, table, value};
use super::{Service, Shown, Visitor};
use crate::ledger::outbox::Which;
use crate::rest::input::tail;
use crate::rest::outbox::{listed, looked_up, standing};

/// So many events of each sort.
const EVENTS: usize = 50;

/// How things stand, by account.
pub(super) fn places(places: &[Value]) -> Markup {
    if places.is_empty() {
        return html! { p { "Nothing waits." } };
    }
    let row = |place: &Value| {
        let why = member(&place["paused"], "why");
        let until = member(&place["paused"], "until");
        let damaged = place["damaged"].as_array().into_iter().flatten().filter_map(Value::as_str);
        vec![
            html! { (cell(place, "provider")) ", " (cell(place, "account")) small { (cell(place, "service")) } },
            html! {
                (cell(place, "state"))
                @if let Some(why) = why { small { (why) } }
                @if let Some(until) = until { small { "until " (until) } }
                @for line in damaged { small.state-bad { (line) } }
            },
            cell(place, "queued"),
            cell(place, "buried"),
            cell(place, "sent"),
            cell(place, "oldest"),
        ]
    };
    let rows: Vec<Vec<Markup>> = places.iter().map(row).collect();
    table("Outbox", &["Account", "State", "Queued", "Refused", "Sent", "Oldest"], &rows)
}

/// `GET /outbox`.
pub(super) async fn list(State(service): State<Arc<Service>>, visitor: Visitor) -> Shown {
    let all = Which::default();
    let standing = standing(&service, &visitor.caller, &all).await?;
    let (queued, more) = listed(&service, &visitor.caller, &all, false, None, EVENTS).await?;
    let (buried, more_buried) = listed(&service, &visitor.caller, &all, true, None, EVENTS).await?;
    let body = html! {
        (places(&standing))
        h2 { "Queued" }
        (events(&queued, more.is_some()))
        h2 { "Refused" }
        (events(&buried, more_buried.is_some()))
        p.small { code { "kosmo outbox:flush" } " sends what is queued, " code { "kosmo outbox:retry" }
            " puts back what was refused." }
    };
    Ok(page(&visitor, "/outbox", "Outbox", &body))
}

fn events(events: &[Value], more: bool) -> Markup {
    if events.is_empty() {
        return html! { p { "None." } };
    }
    let row = |event: &Value| {
        let id = member(event, "message_id").unwrap_or_default();
        let path = percent_encoding::utf8_percent_encode(&id, percent_encoding::NON_ALPHANUMERIC);
        vec![
            html! { a href={ "/outbox/" (path) } { (id) } },
            html! { (cell(event, "provider")) ", " (cell(event, "account")) },
            cell(event, "at"),
            html! { (member(&event["reason"], "message").unwrap_or_default()) },
        ]
    };
    let rows: Vec<Vec<Markup>> = events.iter().map(row).collect();
    html! {
        (table("Events", &["Message id", "Account", "When", "Reason"], &rows))
        @if more { p.small { "And more: " code { "kosmo outbox:list" } " shows all." } }
    }
}

/// `GET /outbox/{id}`: one event.
pub(super) async fn show(
    State(service): State<Arc<Service>>,
    visitor: Visitor,
    request: Request,
) -> Shown {
    let id = tail(request.uri())?;
    let receipt = Value::Object(looked_up(&service, &visitor.caller, &id).await?);
    let body = html! {
        (facts([
            ("Status", member(&receipt, "status")),
            ("Provider", member(&receipt, "provider")),
            ("Account", member(&receipt, "account")),
            ("When", member(&receipt, "at")),
            ("Reason", member(&receipt["reason"], "message")),
            ("Code", member(&receipt["reason"], "code")),
        ]))
        @if !receipt["event"].is_null() { h2 { "The event" } (value("The event", &receipt["event"])) }
    };
    Ok(page(&visitor, "/outbox", &format!("Event {id}"), &body))
}
