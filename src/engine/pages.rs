//! Lists in pages: all of them gathered, or one with the cursor of the next. How a service cuts
//! its lists is written in its rows.

use serde_json::Value;

use super::Engine;
use super::call::Pages;
use super::hooks::Scene;
use super::request::Request;
use crate::catalogue::operation::Paging;
use crate::error::{Fault, Kind};

/// A cursor that leads back to itself would never end; no workspace has so many pages.
const MOST_PAGES: usize = 100_000;

/// A decoded answer, its list complete or with the cursor to go on.
#[derive(Debug)]
pub struct Gathered {
    /// The answer; its list holds every item gathered.
    pub value: Value,
    /// The status of the last page.
    pub status: u16,
    /// Where the next page starts, when not everything was asked for and there is more.
    pub next: Option<String>,
}

impl Engine {
    /// Sends a request and, when its route lists, the requests for the pages that are wanted.
    ///
    /// # Errors
    /// The failing page's fault; its detail says how many items had come and the cursor to go on.
    pub async fn gather(
        &self,
        scene: Scene<'_>,
        request: &Request,
        wanted: &Pages,
    ) -> Result<Gathered, Fault> {
        match scene.operation.each.as_deref().filter(|name| !scene.args.contains_key(*name)) {
            Some(name) => self.each(scene, request.clone(), name, wanted).await,
            None => self.list(scene, request, wanted, &Before::default()).await,
        }
    }

    async fn list(
        &self,
        scene: Scene<'_>,
        request: &Request,
        wanted: &Pages,
        before: &Before,
    ) -> Result<Gathered, Fault> {
        let paging = scene.provider.services[&scene.route.service].paging.as_ref();
        let (Some(items), Some(paging)) = (scene.route.items.as_deref(), paging) else {
            let (value, status) = self.deliver(scene, request).await?;
            return Ok(Gathered { value, status, next: None });
        };
        let most = scene.route.page.or(paging.most);
        fits(scene, wanted, most)?;
        let paging = &Paging { size: paging.size.min(most.unwrap_or(u32::MAX)), ..paging.clone() };
        let mut request = request.clone();
        start(&mut request, paging, wanted);
        let first = self.deliver(scene, &request).await;
        let (mut value, mut status) = first.map_err(|fault| before.so_far(fault, 0, ""))?;
        let mut next = next_cursor(&value, paging);
        if matches!(wanted, Pages::One { .. }) {
            return Ok(Gathered { value, status, next });
        }
        let mut pages = 1;
        while let Some(cursor) = next.take_if(|_| !enough(&value[items], wanted)) {
            resize(&mut request, paging, &wanted.after(length(&value[items])));
            request.set_query(&paging.cursor, cursor.as_str());
            let page = self.deliver(scene, &request).await;
            let (mut page, page_status) =
                page.map_err(|fault| before.so_far(fault, length(&value[items]), &cursor))?;
            status = page_status;
            append(&mut value[items], &mut page[items]);
            pages += 1;
            next = next_cursor(&page, paging).filter(|new| *new != cursor && pages < MOST_PAGES);
        }
        // What was cut off lies between two cursors.
        let whole = !cut(&mut value[items], wanted);
        Ok(Gathered { value, status, next: next.filter(|_| whole) })
    }

    /// The lists of every choice of a parameter, one after the other. A cursor says which choice
    /// it belongs to: `SOURCE:MQ==`.
    async fn each(
        &self,
        scene: Scene<'_>,
        mut request: Request,
        name: &str,
        wanted: &Pages,
    ) -> Result<Gathered, Fault> {
        let choices = &scene.operation.params[name].choices;
        let choices: Vec<&str> = choices.iter().filter_map(Value::as_str).collect();
        let (at, mut cursor) = place(&choices, wanted.start().0)?;
        if let Pages::One { count, .. } = wanted {
            request.set_query(name, choices[at]);
            let wanted = Pages::One { cursor, count: *count };
            let mut page = self.list(scene, &request, &wanted, &Before::default()).await?;
            page.next = match page.next {
                Some(cursor) => Some(format!("{}:{cursor}", choices[at])),
                None => choices.get(at + 1).map(|following| format!("{following}:")),
            };
            return Ok(page);
        }
        let items = scene.route.items.as_deref().unwrap_or_default();
        let mut all: Option<Gathered> = None;
        for (index, choice) in choices.iter().enumerate().skip(at) {
            request.set_query(name, *choice);
            let count = all.as_ref().map_or(0, |all| length(&all.value[items]));
            let before = Before { items: count, prefix: format!("{choice}:") };
            let mut wanted = wanted.after(count);
            if let Pages::First { cursor: start, .. } = &mut wanted {
                *start = cursor.take();
            }
            let mut more = self.list(scene, &request, &wanted, &before).await?;
            let following = || choices.get(index + 1).map(|following| format!("{following}:"));
            let next = more.next.take().map(|cursor| format!("{choice}:{cursor}"));
            let done = enough(&more.value[items], &wanted);
            let all = match &mut all {
                Some(all) => {
                    append(&mut all.value[items], &mut more.value[items]);
                    all
                }
                None => all.insert(more),
            };
            if done {
                all.next = next.or_else(following);
                break;
            }
        }
        all.ok_or_else(|| Fault::new(Kind::Internal, format!("`{name}` has no choices")))
    }
}

/// What came before the list in hand, when it is one of several.
#[derive(Default)]
struct Before {
    items: usize,
    prefix: String,
}

impl Before {
    /// A page's fault with how far the listing came and where to go on.
    fn so_far(&self, mut fault: Fault, items: usize, cursor: &str) -> Fault {
        let count = self.items + items;
        if count == 0 {
            return fault;
        }
        fault.message = format!("{} (after {count} items)", fault.message);
        let service = fault.extra.detail.take();
        let cursor = format!("{}{cursor}", self.prefix);
        fault.extra.detail =
            Some(serde_json::json!({"items": count, "cursor": cursor, "service": service}));
        fault
    }
}

fn place(choices: &[&str], cursor: Option<&str>) -> Result<(usize, Option<String>), Fault> {
    let Some(cursor) = cursor else { return Ok((0, None)) };
    let split = cursor.split_once(':');
    let found = split.and_then(|(choice, rest)| {
        let at = choices.iter().position(|known| *known == choice)?;
        Some((at, Some(rest.to_owned()).filter(|rest| !rest.is_empty())))
    });
    found.ok_or_else(|| Fault::usage("the cursor is not one that this list gave"))
}

fn length(items: &Value) -> usize {
    items.as_array().map_or(0, Vec::len)
}

fn append(all: &mut Value, more: &mut Value) {
    if let (Some(all), Some(more)) = (all.as_array_mut(), more.as_array_mut()) {
        all.append(more);
    }
}

/// Whether as many items have come as are wanted.
fn enough(items: &Value, wanted: &Pages) -> bool {
    wanted.most().is_some_and(|most| length(items) >= most)
}

/// Drops what is more than was wanted; whether there was any.
fn cut(items: &mut Value, wanted: &Pages) -> bool {
    let (Some(most), Some(items)) = (wanted.most(), items.as_array_mut()) else { return false };
    let over = items.len() > most;
    items.truncate(most);
    over
}

/// Refuses pages that the service would cut short or not give at all.
fn fits(scene: Scene<'_>, wanted: &Pages, most: Option<u32>) -> Result<(), Fault> {
    let (Some(count), Some(most)) = (wanted.start().1, most) else { return Ok(()) };
    if count <= most {
        return Ok(());
    }
    let name = scene.operation.full_name();
    Err(Fault::usage(format!("a page of `{name}` has {most} items at most, not {count}"))
        .hint("leave the page size out: all pages are put together"))
}

/// The page size: the caller's or the service's, but not more than is wanted.
fn size(paging: &Paging, wanted: &Pages) -> u32 {
    let size = wanted.start().1.unwrap_or(paging.size);
    let most = wanted.most().and_then(|most| u32::try_from(most).ok());
    most.map_or(size, |most| size.min(most.max(1)))
}

/// Asks for a smaller last page, so that its end is where the next cursor starts.
fn resize(request: &mut Request, paging: &Paging, wanted: &Pages) {
    if wanted.most().is_some() {
        request.set_query(&paging.count, size(paging, wanted).to_string());
    }
}

fn start(request: &mut Request, paging: &Paging, wanted: &Pages) {
    let (cursor, count) = (wanted.start().0, size(paging, wanted));
    if !request.query.iter().any(|(key, _)| *key == paging.count) {
        request.set_query(&paging.count, count.to_string());
    }
    if let Some(cursor) = cursor {
        request.set_query(&paging.cursor, cursor);
    }
}

/// The next cursor, at a dotted path of the answer; an empty one means the end.
fn next_cursor(value: &Value, paging: &Paging) -> Option<String> {
    let found = paging.next.split('.').fold(value, |value, key| &value[key]);
    match found {
        Value::String(cursor) if !cursor.is_empty() => Some(cursor.clone()),
        // Of one list they are numbers.
        Value::Number(cursor) => Some(cursor.to_string()),
        _ => None,
    }
}
