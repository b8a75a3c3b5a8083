//! How things stand, on one screen: accounts, events that wait, the newest runs.

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};
use serde_json::Value;

use super::frame::{cell, member, page, table};
use super::{Service, Shown, Visitor, outbox, runs};
use crate::ledger::outbox::Which;
use crate::rest::outbox::standing;
use crate::rest::scope::Sight;

/// So many runs.
const RUNS: usize = 8;

/// `GET /`.
pub(super) async fn home(State(service): State<Arc<Service>>, visitor: Visitor) -> Shown {
    let sight = Sight::of(service.runtime.catalogue(), &visitor.caller);
    let mut accounts = (service.accounts)(&service.runtime);
    accounts.retain(|it| {
        let text = |name: &str| it[name].as_str().unwrap_or_default().to_owned();
        sight.account(&text("integrationKey"), &text("account"))
    });
    let places = standing(&service, &visitor.caller, &Which::default()).await?;
    let newest = runs::newest(&service, &visitor, RUNS, false)?;
    let body = html! {
        @if service.runtime.engine().accounts.emulated() {
            p.note { "Every account is pointed at the emulator: nothing leaves this machine." }
        }
        form role="search" method="get" action="/functions" {
            label for="intent" { "What do you want to do?" }
            input #intent name="intent" type="search";
            button type="submit" { "Find functions" }
        }
        h2 { "Accounts" }
        @if accounts.is_empty() {
            p { "There is none yet: " code { "kosmo connect" } " makes one." }
        } @else { (table("Accounts", &["Account", "State", "Has", "Region", "Checked"], &accounts.iter().map(account).collect::<Vec<_>>())) }
        h2 { "Outbox" }
        (outbox::places(&places))
        h2 { "Newest runs" }
        (runs::table(&newest))
    };
    Ok(page(&visitor, "/", "Overview", &body))
}

fn account(account: &Value) -> Vec<Markup> {
    let ready = account["success"] == true;
    let held = account["credentials"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let held: Vec<&str> = held.collect();
    let why = member(account, "error");
    vec![
        html! { code { (cell(account, "id")) } br; (cell(account, "name")) },
        html! {
            span class=[(!ready).then_some("state-bad")] { (cell(account, "state")) }
            @if let Some(why) = why { small { (why) } }
            @if let Some(hint) = member(&account["error_detail"], "hint") { small { (hint) } }
        },
        html! { (held.join(", ")) },
        cell(account, "region"),
        cell(account, "verifiedAt"),
    ]
}
