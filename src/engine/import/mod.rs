//! Many events from a file or a pipe, in constant memory, and so that an import which is killed goes
//! on where it was: rows become events on one thread (`feed`), lanes deliver or queue
//! them on another (`lanes`, `way`), and what is settled is written down (`book`). Sending a batch is
//! the courier's business, showing progress that of the command.

mod book;
mod event;
mod feed;
mod flow;
mod lanes;
mod load;
pub mod mapping;
mod plan;
mod rows;
mod source;
mod way;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value;
use tokio::runtime::Runtime as EventLoop;
use tokio::sync::Notify;

pub use mapping::Mapping;
pub use rows::Format;
pub use source::Source;

pub(super) use event::kinds;

use super::call::{Delivery, PlanCheck};
use super::courier::Rate;
use super::record::Recording;
use super::{Call, Engine, Outcome};
use crate::error::Fault;
use crate::ledger::imports::{Mark, Record};
use flow::Watch;
use way::{Queue, Way};

/// What is to be imported, and how.
#[derive(Debug, Clone)]
pub struct Import {
    /// The provider that takes the events.
    pub provider: String,
    /// The account, none for the usual one.
    pub account: Option<String>,
    /// Where rows come from.
    pub source: Source,
    /// Their form, none for the one that the source's name suggests.
    pub format: Option<Format>,
    /// How they become events.
    pub mapping: Mapping,
    /// Whether batches are sent as rows come, or events queued for couriers.
    pub delivery: Delivery,
    /// Events a second, none for the settings'. To queue them takes no turns.
    pub rate: Option<Rate>,
    /// Where rows that are refused go, none for a file beside the source.
    pub refused: Option<PathBuf>,
    /// Send everything anew, as new events.
    pub again: bool,
    /// Count `ask` in the policy as `allow`.
    pub force: bool,
    /// Check everything and send nothing.
    pub dry_run: bool,
    /// The tracking plan that events are held to; none for the account's own.
    pub plan: Option<String>,
    /// How strictly; none for what the account says.
    pub plan_check: Option<PlanCheck>,
}

/// What an import has done so far. Shared with whoever shows it.
#[derive(Debug, Default)]
pub struct Progress {
    read: AtomicU64,
    sent: AtomicU64,
    queued: AtomicU64,
    refused: AtomicU64,
    warned: AtomicU64,
}

impl Progress {
    /// Bytes of rows read, from the beginning of the source.
    pub fn bytes(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Events sent or queued in this run.
    pub fn events(&self) -> u64 {
        self.sent.load(Ordering::Relaxed) + self.queued.load(Ordering::Relaxed)
    }

    /// Rows refused in this run.
    pub fn refusals(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Events sent or queued in this run with a warning.
    pub fn warnings(&self) -> u64 {
        self.warned.load(Ordering::Relaxed)
    }

    fn warned(&self) {
        self.warned.fetch_add(1, Ordering::Relaxed);
    }

    fn read(&self, bytes: u64) {
        self.read.store(bytes, Ordering::Relaxed);
    }

    fn sent(&self, events: u64) {
        self.sent.fetch_add(events, Ordering::Relaxed);
    }

    fn queued(&self, events: u64) {
        self.queued.fetch_add(events, Ordering::Relaxed);
    }

    fn refused(&self, rows: u64) {
        self.refused.fetch_add(rows, Ordering::Relaxed);
    }
}

/// Asks an import to end. What is settled stays settled.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<(AtomicBool, Notify)>);

impl Stop {
    /// Asks.
    pub fn ask(&self) {
        self.0.0.store(true, Ordering::SeqCst);
        self.0.1.notify_one();
    }

    fn asked(&self) -> bool {
        self.0.0.load(Ordering::SeqCst)
    }

    async fn wait(&self) {
        self.0.1.notified().await;
    }
}

/// What came of an import.
#[derive(Debug)]
pub struct Imported {
    /// The run in the journal.
    pub run_id: String,
    /// How far it has come in all, also in earlier runs.
    pub record: Record,
    /// Whether an earlier run had begun it.
    pub resumed: bool,
    /// Whether an earlier run had finished it, so that there was nothing to do.
    pub already: bool,
    /// Events sent in this run.
    pub sent: u64,
    /// Events queued in this run, whatever became of them since.
    pub queued: u64,
    /// Those of them that have a warning.
    pub warned: u64,
    /// Rows refused in this run.
    pub refused: u64,
    /// Rows refused in this run, by code.
    pub codes: BTreeMap<String, u64>,
    /// The first of them.
    pub sample: Vec<Refusal>,
    /// Where refused rows were written, when there were any.
    pub refused_file: Option<PathBuf>,
    /// Why it ended early.
    pub fault: Option<Fault>,
}

/// A row that makes no event, or whose event the service will never take.
#[derive(Debug)]
pub struct Refusal {
    /// Where it begins.
    pub row: Mark,
    /// Where the next one begins, for rows that were never sent.
    end: Option<Mark>,
    /// The code of the failure.
    pub code: String,
    /// The failure in words.
    pub message: String,
    /// The field at fault.
    param: Option<String>,
    text: Value,
}

impl Engine {
    /// Imports, and returns when everything is settled, something fails or it is told to stop.
    ///
    /// # Errors
    /// Whatever keeps it from beginning; nothing was sent then. What ends it later is in
    /// [`Imported::fault`].
    pub fn import(
        &self,
        import: &Import,
        progress: &Progress,
        stop: &Stop,
        event_loop: &EventLoop,
    ) -> Result<Imported, Fault> {
        let call = self.import_call(import)?;
        let operation = self.catalogue.find(&call.function)?;
        let mut recording = Recording::begin(self, &call);
        recording.run.found(operation);
        let imported = self.begin(import, &call, Watch { progress, stop, event_loop });
        let outcome = match &imported {
            Ok(Imported { fault: None, record, queued, .. }) => {
                recording.run.account.clone_from(&record.account);
                Ok(Outcome { queued: *queued > 0, ..Outcome::default() })
            }
            Ok(Imported { fault: Some(fault), .. }) | Err(fault) => Err(fault.clone()),
        };
        let run = recording.finish(outcome);
        match (imported, run.result) {
            (Ok(imported), Err(fault)) => {
                Ok(Imported { run_id: run.id, fault: Some(fault), ..imported })
            }
            (Ok(imported), Ok(_)) => Ok(Imported { run_id: run.id, ..imported }),
            (Err(_), Err(fault)) | (Err(fault), Ok(_)) => Err(fault),
        }
    }

    fn begin(&self, import: &Import, call: &Call, watch: Watch<'_>) -> Result<Imported, Fault> {
        let plan = watch.event_loop.block_on(self.plan(import, call))?;
        if plan.already {
            return Ok(Imported {
                run_id: String::new(),
                record: plan.record,
                resumed: true,
                already: true,
                sent: 0,
                queued: 0,
                warned: 0,
                refused: 0,
                codes: BTreeMap::new(),
                sample: Vec::new(),
                refused_file: None,
                fault: None,
            });
        }
        let place = plan.place.clone();
        let way = match import.delivery {
            _ if import.dry_run => Way::Nowhere,
            Delivery::Direct => {
                Way::Direct(Box::new(self.sender(&place)?.at(import.rate).counted()))
            }
            Delivery::Outbox => Way::Outbox(Queue {
                outbox: &*self.outgoing.outbox,
                place: &place,
                access: &self.access,
            }),
        };
        self.flow(import, plan, &way, watch)
    }
}
