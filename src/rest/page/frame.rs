//! What every page looks like: its head, the way to the others, its style. Read on a phone as on a
//! screen, in the dark as by day, and walked through with the keyboard alone.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use super::Visitor;
use crate::access::door;
use crate::error::Fault;

/// How it looks.
const STYLE: &str = include_str!("style.css");

/// More of a value than this is not shown.
const MOST: usize = 256 << 10;

/// The pages there are: path, name.
const PAGES: [(&str, &str); 5] = [
    ("/", "Overview"),
    ("/functions", "Functions"),
    ("/runs", "Runs"),
    ("/outbox", "Outbox"),
    ("/docs", "Documentation"),
];

/// A page of somebody who was let in. `here` is the path of the page it belongs to.
pub(super) fn page(visitor: &Visitor, here: &str, title: &str, body: &Markup) -> Response {
    answer(StatusCode::OK, Some((visitor, here)), title, body)
}

/// A page with any status; without a visitor, for whoever stands outside.
pub(super) fn answer(
    status: StatusCode,
    visitor: Option<(&Visitor, &str)>,
    title: &str,
    body: &Markup,
) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · kosmo" }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                @if let Some((visitor, here)) = visitor {
                    header {
                        nav aria-label="Pages" {
                            @for (path, name) in PAGES {
                                a href=(path) aria-current=[(path == here).then_some("page")] { (name) }
                            }
                        }
                        @if visitor.caller.session.is_some() {
                            form method="post" action="/logout" {
                                (visitor.seal())
                                button.plain type="submit" { "Log out" }
                            }
                        }
                    }
                }
                main #main tabindex="-1" { h1 { (title) } (body) }
            }
        }
    };
    door::html(status, STYLE, page.into_string())
}

/// What went wrong, in the words of every face.
pub(super) fn failure(fault: &Fault) -> Markup {
    html! {
        div.bad role="alert" {
            p { strong { (fault.message) } }
            @if let Some(hint) = &fault.hint { p { (hint) } }
            p.small { code { (fault.code) } ", effect: " (fault.extra.effect.word()) }
        }
    }
}

/// A value as people read it.
pub(super) fn value(label: &str, value: &Value) -> Markup {
    let text = match value {
        Value::String(text) => text.clone(),
        value => serde_json::to_string_pretty(value).unwrap_or_default(),
    };
    let end = text.floor_char_boundary(MOST);
    html! {
        pre tabindex="0" role="region" aria-label=(label) { code { (text[..end]) } }
        @if end < text.len() { p.small { "Only the first " (end) " of " (text.len()) " bytes are shown." } }
    }
}

/// Names and what is known under them; what is empty is left out.
pub(super) fn facts<'a>(rows: impl IntoIterator<Item = (&'a str, Option<String>)>) -> Markup {
    let rows = rows.into_iter().filter_map(|(name, value)| Some((name, value?)));
    html! { dl { @for (name, value) in rows { dt { (name) } dd { (value) } } } }
}

/// A table that may be wider than the screen.
pub(super) fn table(label: &str, head: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label=(label) { table {
            thead { tr { @for name in head { th scope="col" { (name) } } } }
            tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
        } }
    }
}

/// A member of an object as text; none when it is not there.
pub(super) fn member(object: &Value, name: &str) -> Option<String> {
    match &object[name] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}

/// The same as a cell.
pub(super) fn cell(object: &Value, name: &str) -> Markup {
    html! { (member(object, name).unwrap_or_default()) }
}
