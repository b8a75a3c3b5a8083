//! A list handed out page by page, in constant memory: each page is a call of its own, with its
//! own time and its own entry in the journal.

use serde_json::{Value, json};

use super::Engine;
use super::call::{Call, Pages, Run};
use crate::error::Fault;

/// A list in progress.
pub struct Listing<'a> {
    engine: &'a Engine,
    call: Call,
    count: Option<u32>,
    cursor: Option<String>,
    most: Option<usize>,
    items: usize,
    ended: bool,
}

/// One page.
#[derive(Debug)]
pub struct Page {
    /// Its items; none when the page failed.
    pub items: Vec<Value>,
    /// The call that brought it. A failure says how many items came before and the cursor to go on.
    pub run: Run,
}

impl Engine {
    /// Begins a list, at the first page or where the call's options say.
    ///
    /// # Errors
    /// When there is no such function or it lists nothing.
    pub fn pages(&self, mut call: Call) -> Result<Listing<'_>, Fault> {
        let operation = self.catalogue.find(&call.function)?;
        if operation.route().items.is_none() {
            let message = format!("`{}` does not list anything in pages", operation.full_name());
            return Err(Fault::usage(message).code("not_a_list"));
        }
        // Each page is a run of its own.
        call.id = None;
        let most = call.options.pages.most();
        let (cursor, count) = call.options.pages.start();
        let cursor = cursor.map(str::to_owned);
        Ok(Listing { engine: self, call, count, cursor, most, items: 0, ended: most == Some(0) })
    }
}

impl Listing<'_> {
    /// The next page; none after the last one or after a page that failed.
    pub async fn next(&mut self) -> Option<Page> {
        if self.ended {
            return None;
        }
        let mut call = self.call.clone();
        call.options.pages = Pages::One { cursor: self.cursor.clone(), count: self.count };
        let mut run = self.engine.call(call).await;
        let key = self.key(&run);
        let mut items = Vec::new();
        match &mut run.result {
            Ok(outcome) => {
                if let Some(Value::Array(list)) =
                    key.and_then(|key| outcome.value.get_mut(key)).map(Value::take)
                {
                    items = list;
                }
                let next = outcome.next_cursor.clone();
                items.truncate(self.most.map_or(usize::MAX, |most| most - self.items));
                self.items += items.len();
                // A cursor that leads back to itself would never end.
                self.ended = next.is_none() || next == self.cursor || self.most == Some(self.items);
                self.cursor = next;
            }
            Err(fault) => {
                self.ended = true;
                self.so_far(fault);
            }
        }
        Some(Page { items, run })
    }

    /// How many items came so far.
    pub fn items(&self) -> usize {
        self.items
    }

    /// Where the next page starts, none for the first.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// The key of the list in the answer of the service that was used.
    fn key(&self, run: &Run) -> Option<&str> {
        let operation = self.engine.catalogue.find(&self.call.function).ok()?;
        let used = |service: &String| run.backend.as_ref() == Some(service);
        operation.routes.iter().find(|route| used(&route.service))?.items.as_deref()
    }

    fn so_far(&self, fault: &mut Fault) {
        if self.items == 0 {
            return;
        }
        fault.message = format!("{} (after {} items)", fault.message, self.items);
        let service = fault.extra.detail.take();
        fault.extra.detail =
            Some(json!({"items": self.items, "cursor": self.cursor, "service": service}));
    }
}
