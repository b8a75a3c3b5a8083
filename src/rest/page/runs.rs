//! What was done: the newest runs, and each with everything that was said and answered, as the journal
//! keeps it, which is without secrets.

use std::sync::Arc;

use axum::extract::{Request, State};
use maud::{Markup, html};
use serde_json::Value;

use super::frame::{self, facts, member, page, value};
use super::{Service, Shown, Visitor};
use crate::error::Fault;
use crate::ledger::journal::{Entry, Filter};
use crate::rest::input::{Asked, tail};
use crate::rest::look::found;
use crate::rest::scope::Sight;

/// How many can be asked for.
const COUNTS: [usize; 3] = [50, 200, 1000];

/// The newest runs that a visitor may see.
///
/// # Errors
/// When the journal cannot be read.
pub(super) fn newest(
    service: &Service,
    visitor: &Visitor,
    limit: usize,
    failed: bool,
) -> Result<Vec<Entry>, Fault> {
    service.runtime.flush();
    let most = u32::try_from(limit).ok();
    let limited = visitor.caller.grant.is_some();
    // What may not be seen does not count, and is not known beforehand.
    let filter = Filter { failed, limit: most.filter(|_| !limited), ..Filter::default() };
    let sight = Sight::of(service.runtime.catalogue(), &visitor.caller);
    let mut entries = service.runtime.engine().journal.recent(&filter)?;
    entries.retain(|entry| sight.run(entry));
    entries.truncate(limit);
    Ok(entries)
}

/// A table of runs.
pub(super) fn table(entries: &[Entry]) -> Markup {
    if entries.is_empty() {
        return html! { p { "None." } };
    }
    let rows: Vec<Vec<Markup>> = entries.iter().map(row).collect();
    frame::table("Runs", &["When", "Function", "Account", "Outcome", "ms", "By"], &rows)
}

fn row(entry: &Entry) -> Vec<Markup> {
    let good = ["ok", "queued"].contains(&&*entry.status);
    vec![
        html! { a href={ "/runs/" (entry.id) } { (entry.at) } },
        html! { code { (entry.function) } },
        html! { (entry.account) },
        html! { span class=[(!good).then_some("state-bad")] { (entry.status) } },
        html! { (format!("{:.1}", entry.duration_ms)) },
        html! { (entry.origin) },
    ]
}

/// `GET /runs`.
pub(super) async fn list(
    State(service): State<Arc<Service>>,
    visitor: Visitor,
    request: Request,
) -> Shown {
    let asked = Asked::read(request.uri(), &["failed", "limit"])?;
    let failed = asked.flag("failed")?;
    let limit = asked.number("limit", 1)?.unwrap_or(COUNTS[0]).min(COUNTS[2]);
    let entries = newest(&service, &visitor, limit, failed)?;
    let more = COUNTS.into_iter().find(|count| *count > limit && entries.len() == limit);
    let all = if failed { "&failed" } else { "" };
    let body = html! {
        p {
            @if failed { a href="/runs" { "Show all" } }
            @else { a href="/runs?failed" { "Show those that failed" } }
        }
        (table(&entries))
        @if let Some(more) = more { p { a href={ "/runs?limit=" (more) (all) } { "Show more" } } }
    };
    Ok(page(&visitor, "/runs", "Runs", &body))
}

/// `GET /runs/{id}`: one run, or the calls of a script's.
pub(super) async fn show(
    State(service): State<Arc<Service>>,
    visitor: Visitor,
    request: Request,
) -> Shown {
    let id = tail(request.uri())?;
    let sight = Sight::of(service.runtime.catalogue(), &visitor.caller);
    let entries = found(&service.runtime, &sight, &id)?;
    let single = entries.first().filter(|first| entries.len() == 1 && first.id.starts_with(&id));
    let Some(entry) = single else {
        let body = html! { p { "The calls of one script, in their order." } (table(&entries)) };
        return Ok(page(&visitor, "/runs", "Script run", &body));
    };
    let kept = service.runtime.engine().journal.details(&entry.id)?;
    let body = html! {
        p { a href={ "/functions/" (entry.function) } { (entry.function) } }
        (facts([
            ("When", Some(entry.at.clone())),
            ("Account", Some(entry.account.clone())),
            ("Outcome", Some(entry.status.to_string())),
            ("HTTP status", entry.http_status.map(|status| status.to_string())),
            ("Attempts", Some(entry.attempts.to_string())),
            ("Took", Some(format!("{:.1} ms", entry.duration_ms))),
            ("Operation", Some(entry.effect.to_string())),
            ("By", Some(entry.origin.to_string())),
            ("Script run", entry.parent.clone()),
            ("Emulator", entry.emulated.then(|| "yes".to_owned())),
        ]))
        @if let Some(error) = &entry.error { p.bad { (error) } }
        @match &kept {
            Some(kept) => (details(kept)),
            None => p { "Of what was said and answered nothing is kept." },
        }
    };
    Ok(page(&visitor, "/runs", &format!("Run {}", entry.id), &body))
}

fn details(kept: &Value) -> Markup {
    let exchanges = kept["exchanges"].as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        @if !kept["input"].is_null() { h2 { "Arguments" } (value("Arguments", &kept["input"])) }
        @for (number, exchange) in exchanges.iter().enumerate() {
            h2 { "Exchange " (number + 1) }
            (one(exchange))
        }
        @if let Some(more) = member(kept, "more") { p { (more) " more are not kept." } }
    }
}

fn one(exchange: &Value) -> Markup {
    let (request, response) = (&exchange["request"], &exchange["response"]);
    let part = |title: &str, part: &Value| {
        html! { @if !part.is_null() { h4 { (title) } (value(title, part)) } }
    };
    html! {
        (facts([("When", member(exchange, "at")), ("Took", member(exchange, "duration_ms").map(|ms| format!("{ms} ms")))]))
        h3 { (member(request, "method").unwrap_or_default()) " " (member(request, "url").unwrap_or_default()) }
        (part("Request headers", &request["headers"]))
        (part("Request body", &request["body"]))
        @if let Some(error) = member(exchange, "error") { p.bad { (error) } }
        @if !response.is_null() {
            h3 { "Answer " (member(response, "status").unwrap_or_default()) }
            (part("Answer headers", &response["headers"]))
            (part("Answer body", &response["body"]))
        }
    }
}
