//! Functions: those there are, and each with its documentation and a form to try it. The form begins
//! with the example of the documentation and with a dry run; anything else has to be chosen.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;

use super::frame::{page, table};
use super::{Filled, Service, Shown, Visitor, markdown};
use crate::access::door::session::secret;
use crate::catalogue::{Effect, Operation, Param, Type, docs, search};
use crate::engine::policy::in_force;
use crate::error::Fault;
use crate::rest::input::{Asked, tail};
use crate::rest::scope::Sight;

/// The most functions that an intent is answered with.
const MOST: usize = 30;

/// What stands before the name of an argument in the form.
pub(super) const ARGUMENT: &str = "arg.";

/// So many items of a list at first.
const ITEMS: &str = "20";

/// `GET /functions`: all of them by group, or those that do what is wanted.
pub(super) async fn list(
    State(service): State<Arc<Service>>,
    visitor: Visitor,
    request: Request,
) -> Shown {
    let asked = Asked::read(request.uri(), &["intent"])?;
    let catalogue = service.runtime.catalogue();
    let sight = Sight::of(catalogue, &visitor.caller);
    let intent = asked.text("intent");
    let seek = html! {
        form role="search" method="get" action="/functions" {
            label for="intent" { "What do you want to do?" }
            input #intent name="intent" type="search" value=[intent];
            button type="submit" { "Find functions" }
        }
    };
    if let Some(intent) = intent {
        let hits = search::search(catalogue, intent, MOST * 4).into_iter().map(|hit| hit.operation);
        let found: Vec<&Operation> = hits.filter(|row| sight.function(row)).take(MOST).collect();
        let body = html! {
            (seek)
            h2 { "Best fits" }
            @if found.is_empty() { p { "Nothing fits. " a href="/functions" { "Show all" } } }
            @else { (rows("Functions", &found)) }
        };
        return Ok(page(&visitor, "/functions", "Functions", &body));
    }
    let body = html! {
        (seek)
        @for provider in catalogue.providers() {
            @for group in provider.groups.values() {
                @let own: Vec<&Operation> = provider.operations.values()
                    .filter(|row| row.group == group.name && sight.function(row)).collect();
                @if !own.is_empty() {
                    h2 { (provider.title) ": " (group.title) }
                    (rows(&group.title, &own))
                }
            }
            @let rest: Vec<&Operation> = provider.operations.values()
                .filter(|row| !provider.groups.contains_key(&row.group) && sight.function(row)).collect();
            @if !rest.is_empty() { h2 { (provider.title) } (rows(&provider.title, &rest)) }
        }
    };
    Ok(page(&visitor, "/functions", "Functions", &body))
}

fn rows(label: &str, operations: &[&Operation]) -> Markup {
    let row = |operation: &&Operation| {
        let name = operation.full_name();
        vec![
            html! { a href={ "/functions/" (name) } { (operation.title) } small { (name) } },
            html! { (operation.effect.word()) },
            html! { (operation.about) },
        ]
    };
    let rows: Vec<Vec<Markup>> = operations.iter().map(row).collect();
    table(label, &["Function", "Operation", "What it does"], &rows)
}

/// `GET /functions/{name}`.
pub(super) async fn show(
    State(service): State<Arc<Service>>,
    visitor: Visitor,
    request: Request,
) -> Shown {
    let operation = service.runtime.catalogue().find(&tail(request.uri())?)?;
    Ok(one(&service, &visitor, operation, None)?)
}

/// The page of a function: before anything was tried, or with what was typed in and became of it.
///
/// # Errors
/// When the platform has no randomness, or there is no page for it.
pub(super) fn one(
    service: &Service,
    visitor: &Visitor,
    operation: &Operation,
    tried: Option<(&Filled, &Markup)>,
) -> Result<Response, Fault> {
    let name = operation.full_name();
    let text = docs::read(service.runtime.catalogue(), Some(&name))
        .map_err(|answer| crate::rest::look::no_page(&answer))?;
    // The page has this heading already.
    let text = text.split_once('\n').filter(|(first, _)| first.starts_with("# "));
    let text = text.map_or("", |(_, rest)| rest);
    let body = html! {
        @if let Some((_, outcome)) = tried { section #result aria-label="Result" { (outcome) } }
        p { a href="#try" { "Try it" } }
        (markdown::render(text))
        h2 #try { "Try it" }
        (form(service, visitor, operation, tried.map(|(filled, _)| filled))?)
    };
    Ok(page(visitor, "/functions", &name, &body))
}

fn form(
    service: &Service,
    visitor: &Visitor,
    operation: &Operation,
    filled: Option<&Filled>,
) -> Result<Markup, Fault> {
    let runtime = &service.runtime;
    let provider = runtime.catalogue().provider(&operation.provider)?;
    let accounts = &runtime.engine().accounts;
    let sight = Sight::of(runtime.catalogue(), &visitor.caller);
    let mut names = accounts.names(provider);
    names.retain(|name| sight.account(&provider.name, name));
    let usual = accounts.usual(provider);
    let account = filled.and_then(|filled| filled.one("account")).unwrap_or(usual);
    let policy = in_force(runtime.settings(), &provider.name, account, operation.effect).word();
    let typed = |name: &str| filled.and_then(|filled| filled.one(name)).unwrap_or_default();
    let lists = operation.route().items.is_some();
    Ok(html! {
        form method="post" action={ "/functions/" (operation.full_name()) "#result" } autocomplete="off" {
            (visitor.seal())
            input type="hidden" name="once" value=(secret()?);
            label for="account" { "Account" }
            select #account name="account" {
                @for name in &names { option value=(name) selected[name == account] { (name) } }
            }
            @if !operation.params.is_empty() {
                fieldset {
                    legend { "Arguments" }
                    @for (name, param) in &operation.params {
                        (control(name, param, &shown(operation, name, filled)))
                    }
                }
            }
            @if lists {
                label for="limit" { "At most so many items" }
                input #limit name="limit" inputmode="numeric" value=(if filled.is_some() { typed("limit") } else { ITEMS });
            }
            fieldset {
                legend { "How" }
                // Always back at the start, so that nothing is sent by pressing the same key again.
                label.inline { input type="radio" name="mode" value="dry" checked; "Dry run: check everything, show the request, send nothing" }
                label.inline { input type="radio" name="mode" value="real"; "Call it for real" }
                @if operation.effect != Effect::Read && !accounts.emulated() {
                    p.small { "Your policy says " strong { (policy) } " for " (operation.effect.word()) "." }
                    label.inline { input type="checkbox" name="force" value="yes"; "Where policy says ask: I say yes, this once" }
                }
                @if operation.replaces.is_some() {
                    label.inline { input type="checkbox" name="replace_all" value="yes"; "Overwrite the whole set, whatever is in it" }
                }
                @if operation.effect == Effect::Erase {
                    label for="confirm" { "How many people this is about, to confirm that it cannot be undone" }
                    input #confirm name="confirm" inputmode="numeric";
                }
            }
            button type="submit" { "Go" }
        }
    })
}

/// What stands in a field: what was typed, or else the example.
fn shown(operation: &Operation, name: &str, filled: Option<&Filled>) -> String {
    match filled {
        Some(filled) => filled.one(&format!("{ARGUMENT}{name}")).unwrap_or_default().to_owned(),
        None => operation.example.get(name).map(text).unwrap_or_default(),
    }
}

/// A value as it is typed.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => {
            serde_json::to_string_pretty(value).unwrap_or_default()
        }
        other => other.to_string(),
    }
}

fn control(name: &str, param: &Param, shown: &str) -> Markup {
    let field = format!("{ARGUMENT}{name}");
    let required = param.required && param.field.is_none();
    let about = format!("about.{name}");
    let choices: Vec<String> = match param.kind {
        Type::Boolean => vec!["true".to_owned(), "false".to_owned()],
        _ => param.choices.iter().map(text).collect(),
    };
    html! {
        label for=(field) { code { (name) } @if required { " (required)" } }
        small id=(about) { (param.about) " " (kind(param)) }
        @if !choices.is_empty() {
            select id=(field) name=(field) aria-describedby=(about) {
                option value="" { "" }
                @for choice in &choices { option value=(choice) selected[choice == shown] { (choice) } }
            }
        } @else if matches!(param.kind, Type::Object | Type::Array | Type::Any) {
            textarea id=(field) name=(field) rows="5" spellcheck="false" aria-describedby=(about) { "\n" (shown) }
        } @else {
            input id=(field) name=(field) value=(shown) aria-describedby=(about) spellcheck="false" autocapitalize="none"
                inputmode=[matches!(param.kind, Type::Integer).then_some("numeric")];
        }
    }
}

/// How a value of a parameter is typed.
fn kind(param: &Param) -> &'static str {
    match param.kind {
        Type::Object => "As JSON: {…}.",
        Type::Array => "As JSON: […].",
        Type::Any => "As JSON.",
        _ => "",
    }
}
