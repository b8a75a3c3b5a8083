//! Lists in pages: all of them gathered, or one with the cursor of the next. How a service cuts
//! its lists is written in its rows.

use serde_json::{Map, Value};

use super::Engine;
use super::call::Pages;
use super::hooks::Scene;
use super::request::Request;
use crate::catalogue::Route;
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
    /// Where the next page starts, when one page was asked for and there are more.
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
        mut request: Request,
        wanted: &Pages,
    ) -> Result<Gathered, Fault> {
        let paging = scene.provider.services[&scene.route.service].paging.as_ref();
        let (Some(items), Some(paging)) = (scene.route.items.as_deref(), paging) else {
            let (value, status) = self.deliver(scene, &request).await?;
            return Ok(Gathered { value, status, next: None });
        };
        start(&mut request, paging, wanted);
        let (mut value, mut status) = self.deliver(scene, &request).await?;
        let mut next = next_cursor(&value, paging);
        if matches!(wanted, Pages::One { .. }) {
            return Ok(Gathered { value, status, next });
        }
        let mut pages = 1;
        while let Some(cursor) = next {
            request.set_query(&paging.cursor, cursor.as_str());
            let page = self.deliver(scene, &request).await;
            let (mut page, page_status) =
                page.map_err(|fault| so_far(fault, &value[items], &cursor))?;
            status = page_status;
            if let (Some(all), Some(more)) =
                (value[items].as_array_mut(), page[items].as_array_mut())
            {
                all.append(more);
            }
            pages += 1;
            next = next_cursor(&page, paging).filter(|new| *new != cursor && pages < MOST_PAGES);
        }
        Ok(Gathered { value, status, next: None })
    }
}

impl Engine {
    /// The raw answer of another operation of the same provider on the service in use, every page
    /// of it, and the route it came by. For the few calls that need to look before they act.
    ///
    /// # Errors
    /// That operation's failure, or `internal_error` when the service has no such operation.
    pub async fn ask<'a>(
        &self,
        scene: Scene<'a>,
        name: &str,
        args: &Map<String, Value>,
    ) -> Result<(Value, &'a Route), Fault> {
        let service = &scene.route.service;
        let operation = scene.provider.operation(name);
        let found = operation.and_then(|operation| {
            let route = operation.routes.iter().find(|route| route.service == *service)?;
            Some((operation, route))
        });
        let (operation, route) = found
            .ok_or_else(|| Fault::new(Kind::Internal, format!("{service} has no `{name}`")))?;
        let request = self.bind(scene.provider, operation, route, scene.account, args)?;
        let scene = Scene { operation, route, args, request: &request, ..scene };
        let gathered = self.gather(scene, request.clone(), &Pages::All).await?;
        Ok((gathered.value, route))
    }
}

fn start(request: &mut Request, paging: &Paging, wanted: &Pages) {
    let (cursor, count) = match wanted {
        Pages::All => (None, paging.size),
        Pages::One { cursor, count } => (cursor.as_deref(), count.unwrap_or(paging.size)),
    };
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
    found.as_str().filter(|cursor| !cursor.is_empty()).map(str::to_owned)
}

fn so_far(mut fault: Fault, items: &Value, cursor: &str) -> Fault {
    let count = items.as_array().map_or(0, Vec::len);
    fault.message = format!("{} (after {count} items)", fault.message);
    let service = fault.extra.detail.take();
    fault.extra.detail =
        Some(serde_json::json!({"items": count, "cursor": cursor, "service": service}));
    fault
}
