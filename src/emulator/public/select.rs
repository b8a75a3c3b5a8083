//! Which items of a list are asked for, in which order, and which of them are on the page.

use std::cmp::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::scene::{Scene, unfit};
use crate::emulator::exchange::{Answer, Request};
use crate::emulator::state::same;

/// Both spellings that Segment's own libraries use.
const CURSOR: &[&str] = &["pagination.cursor", "pagination[cursor]"];
const COUNT: &[&str] = &["pagination.count", "pagination[count]"];

/// How a list is cut into pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paging {
    /// By opaque cursors, both ways.
    Usual,
    /// Cursors are numbers, and only lead on.
    Numbers,
    /// Cursors only lead on.
    Forward,
    /// `cursor` and `count` stand for themselves, and the answer says nothing of pages.
    Bare,
}

/// The lists that are cut in their own way.
const OWN: &[(&str, Paging)] = &[
    ("/filters", Paging::Numbers),
    ("/spaces/{}/traits", Paging::Forward),
    ("/reverse-etl-models/{}/subscriptionId/{}/syncs", Paging::Bare),
];

/// The page that is asked for.
#[derive(Debug, Clone, Copy)]
pub(in crate::emulator) struct Window {
    /// Where it starts.
    pub(super) start: usize,
    /// How long it may be.
    pub(super) count: usize,
    paging: Paging,
}

/// The page that a request to this pattern asks for.
pub(super) fn window(request: &Request, pattern: &str) -> Result<Window, Answer> {
    let own = OWN.iter().find(|(of, _)| *of == pattern);
    let paging = own.map_or(Paging::Usual, |(_, paging)| *paging);
    let bare = paging == Paging::Bare;
    let (cursor, count) = if bare { (&["cursor"][..], &["count"][..]) } else { (CURSOR, COUNT) };
    let wrong = |why| unfit(count[0], why);
    let length = match request.query(count) {
        None if !bare && request.query(cursor).is_some() => {
            return Err(wrong("pagination.count is required"));
        }
        None => 200,
        Some(text) => text
            .parse()
            .ok()
            .filter(|count| (1..=1000).contains(count))
            .ok_or_else(|| wrong("the count must be a whole number from 1 to 1000"))?,
    };
    let text = request.query(cursor).unwrap_or_default();
    let start = match text.is_empty() {
        true => Some(0),
        false if paging == Paging::Numbers => text.parse().ok(),
        false => position(text),
    };
    let start = start.ok_or_else(|| unfit(cursor[0], "the cursor is not one of ours"))?;
    Ok(Window { start, count: length, paging })
}

impl Window {
    /// A page of so many items from here, in the usual way.
    pub(super) fn usual(start: usize, count: usize) -> Self {
        Self { start, count, paging: Paging::Usual }
    }
}

/// A cursor as a position.
pub(in crate::emulator) fn position(cursor: &str) -> Option<usize> {
    let bytes = STANDARD.decode(cursor).ok()?;
    String::from_utf8(bytes).ok()?.parse().ok()
}

/// A position as a cursor.
pub(in crate::emulator) fn cursor(position: usize) -> String {
    STANDARD.encode(position.to_string())
}

/// The items on the page, and what is said about it.
pub(super) fn paged<T>(all: &[T], window: Window) -> (&[T], Value) {
    let Window { start, count, paging } = window;
    let end = start.saturating_add(count).min(all.len());
    let at = |position: usize| match paging {
        Paging::Numbers => json!(position),
        _ => json!(cursor(position)),
    };
    let mut pagination = Map::new();
    pagination.insert("current".into(), at(start));
    if end < all.len() {
        pagination.insert("next".into(), at(end));
    }
    if start > 0 && paging == Paging::Usual {
        pagination.insert("previous".into(), at(start.saturating_sub(count)));
    }
    pagination.insert("totalEntries".into(), json!(all.len()));
    (all.get(start..end).unwrap_or_default(), Value::Object(pagination))
}

/// The items that fit what the query asks for: equal fields, one of a list, a time between two, a
/// word searched for; in the order it asks for.
pub(super) fn fitting<'a>(
    scene: &Scene<'_>,
    items: impl Iterator<Item = &'a Value>,
) -> Vec<&'a Value> {
    let query = &scene.query;
    let mut kept: Vec<&Value> =
        items.filter(|item| query.iter().all(|(name, wanted)| fits(item, name, wanted))).collect();
    let sort = query.get("sort");
    let by = |key: &str, inner: &str| {
        let text = query.get(key).or_else(|| sort?.get(inner)).and_then(Value::as_str)?;
        Some(text.to_owned())
    };
    if let Some(field) = by("sortBy", "field") {
        let field = camel(&field);
        kept.sort_by(|a, b| order(&a[field.as_str()], &b[field.as_str()]));
    }
    if by("sortDir", "direction").is_some_and(|way| way.eq_ignore_ascii_case("desc")) {
        kept.reverse();
    }
    kept
}

fn fits(item: &Value, name: &str, wanted: &Value) -> bool {
    let hidden = format!("_{name}");
    match (name, wanted) {
        ("startTime", Value::String(time)) => {
            text(item, "timestamp").is_none_or(|at| at >= time.as_str())
        }
        ("endTime", Value::String(time)) => {
            text(item, "timestamp").is_none_or(|at| at <= time.as_str())
        }
        ("search", Value::String(word)) => {
            let named = text(item, "name").or_else(|| text(item, "trait"));
            named.or_else(|| text(item, "entityName")).is_some_and(|name| holds(name, word))
        }
        ("search", Value::Object(search)) => {
            let field = search.get("type").and_then(Value::as_str).unwrap_or_default();
            let word = search.get("query").and_then(Value::as_str).unwrap_or_default();
            holds(&item[field.to_lowercase()].to_string(), word)
        }
        (name, Value::Array(choices)) => {
            let field = name.strip_suffix('s').unwrap_or(name);
            item.get(field).is_none_or(|value| choices.contains(value))
        }
        (_, Value::String(wanted)) => {
            let value = item.get(name).or_else(|| item.get(&hidden));
            value.is_none_or(|value| value.is_object() || value.is_array() || same(value, wanted))
        }
        _ => true,
    }
}

fn text<'a>(item: &'a Value, field: &str) -> Option<&'a str> {
    item.get(field).and_then(Value::as_str)
}

fn holds(text: &str, word: &str) -> bool {
    text.to_lowercase().contains(&word.to_lowercase())
}

fn order(a: &Value, b: &Value) -> Ordering {
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => a.cmp(b),
        _ => a.to_string().cmp(&b.to_string()),
    }
}

/// `CREATED_AT` as `createdAt`; other names stay.
fn camel(name: &str) -> String {
    if name.chars().any(char::is_lowercase) {
        return name.to_owned();
    }
    let mut words = name.split('_').map(str::to_lowercase);
    let mut camel = words.next().unwrap_or_default();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_say_what_is_before_and_behind_them() {
        let all = [1, 2, 3, 4, 5];
        let (page, said) = paged(&all, Window::usual(0, 2));
        assert_eq!(
            (page, &said["next"], said.get("previous")),
            (&[1, 2][..], &json!("Mg=="), None)
        );
        let (page, said) = paged(&all, Window::usual(4, 2));
        assert_eq!((page, said.get("next"), &said["previous"]), (&[5][..], None, &json!("Mg==")));
        assert!(paged(&all, Window::usual(9, 2)).0.is_empty());
        assert_eq!(position(&cursor(7)), Some(7));
        assert_eq!(position("zzz"), None);
        let (_, said) = paged(&all, Window { start: 2, count: 2, paging: Paging::Numbers });
        assert_eq!(said, json!({"current": 2, "next": 4, "totalEntries": 5}));
    }

    #[test]
    fn a_constant_is_read_as_the_field_it_means() {
        assert_eq!(camel("CREATED_AT"), "createdAt");
        assert_eq!(camel("lastSeenAt"), "lastSeenAt");
        assert_eq!(camel("NAME"), "name");
    }

    #[test]
    fn an_item_fits_by_what_it_says_of_itself() {
        let item = json!({"type": "LIVE", "name": "Checkout", "_functionId": "f", "status": "DONE",
            "regulationType": "DELETE_ONLY", "timestamp": "2026-01-02T00:00:00Z"});
        for (name, wanted, fit) in [
            ("type", json!("LIVE"), true),
            ("type", json!("ENGAGE"), false),
            ("functionId", json!("f"), true),
            ("functionId", json!("g"), false),
            ("regulationTypes", json!(["SUPPRESS_ONLY"]), false),
            ("regulationTypes", json!(["DELETE_ONLY"]), true),
            ("startTime", json!("2026-01-03T00:00:00Z"), false),
            ("search", json!("check"), true),
            ("search", json!({"type": "NAME", "query": "returns"}), false),
            ("includeSampleValues", json!(true), true),
        ] {
            assert_eq!(fits(&item, name, &wanted), fit, "{name} {wanted}");
        }
    }
}
