//! The log of `outbox:run` on standard error: one line for each thing of note, as text or as JSON.
//! Batches that went well are summed up.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cli::invocation::Invocation;
use crate::engine::courier::News;
use crate::engine::now;
use crate::error::Fault;

/// While much is being sent, how often to say so.
const OFTEN: Duration = Duration::from_secs(10);

/// What was sent to one account since it was last told.
#[derive(Debug, Default)]
struct Sum {
    sent: usize,
    buried: usize,
    requests: u32,
}

/// A log.
pub(super) struct Log<'a> {
    invocation: &'a Invocation,
    sums: RefCell<BTreeMap<String, (News, Sum)>>,
    told: RefCell<Instant>,
}

impl<'a> Log<'a> {
    /// A log that begins.
    pub(super) fn new(invocation: &'a Invocation) -> Self {
        let (sums, told) = (RefCell::default(), RefCell::new(Instant::now()));
        Self { invocation, sums, told }
    }

    /// Says something in both forms.
    pub(super) fn say(&self, line: &str, fields: Value) {
        let text = match self.invocation.json() {
            false => line.to_owned(),
            true => {
                let mut object = json!({"at": now()});
                if let (Some(object), Value::Object(fields)) = (object.as_object_mut(), fields) {
                    object.extend(fields);
                }
                object.to_string()
            }
        };
        self.invocation.printer().note(&text);
    }

    /// A failure that the service goes on after.
    pub(super) fn complain(&self, fault: &Fault) {
        let mut fields = json!({"event": "error"});
        fields["error"] = fault.to_json();
        self.say(&format!("error: {}", fault.message), fields);
    }

    /// Takes in what a courier tells.
    pub(super) fn hear(&self, news: &News) {
        let News::Settled { place, sent, buried, requests } = news else {
            self.sum_up();
            self.say(&news.line(), news.to_json());
            return;
        };
        let mut sums = self.sums.borrow_mut();
        let key = format!("{}/{}", place.provider, place.account);
        let (_, sum) = sums.entry(key).or_insert_with(|| (news.clone(), Sum::default()));
        sum.sent += sent;
        sum.buried += buried;
        sum.requests += requests;
        drop(sums);
        if self.told.borrow().elapsed() >= OFTEN {
            self.sum_up();
        }
    }

    /// Says what was sent since it was last told.
    pub(super) fn sum_up(&self) {
        *self.told.borrow_mut() = Instant::now();
        for (mut news, sum) in std::mem::take(&mut *self.sums.borrow_mut()).into_values() {
            if let News::Settled { sent, buried, requests, .. } = &mut news {
                (*sent, *buried, *requests) = (sum.sent, sum.buried, sum.requests);
            }
            self.say(&news.line(), news.to_json());
        }
    }
}
