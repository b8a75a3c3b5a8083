//! One run of an import: the reading half and the sending half put together, and what came of them.

use std::cell::RefCell;
use std::sync::atomic::Ordering;

use tokio::runtime::Runtime as EventLoop;
use tokio::sync::mpsc;

use super::book::Book;
use super::event::{self, Maker};
use super::feed::Feed;
use super::lanes::Lanes;
use super::plan::Plan;
use super::rows::Rows;
use super::way::Way;
use super::{Import, Imported, Progress, Stop};
use crate::engine::scan::Scanner;
use crate::engine::{Engine, Options, now};
use crate::error::Fault;
use crate::ledger::imports::{Mark, Record};
use crate::ledger::outbox::LANES;

/// Loads of a lane that may wait to be sent.
const WAITING: usize = 2;

/// Refused rows that may wait to be written down.
const REFUSED_WAITING: usize = 256;

/// What watches a run and what it runs on.
#[derive(Clone, Copy)]
pub(super) struct Watch<'a> {
    pub(super) progress: &'a Progress,
    pub(super) stop: &'a Stop,
    pub(super) event_loop: &'a EventLoop,
}

impl Engine {
    /// Reads, delivers and settles until the end, a failure or the wish to stop.
    ///
    /// # Errors
    /// A source that cannot be opened, a record that cannot be kept.
    pub(super) fn flow(
        &self,
        import: &Import,
        plan: Plan<'_>,
        way: &Way<'_>,
        watch: Watch<'_>,
    ) -> Result<Imported, Fault> {
        let from = plan.record.low_water();
        let opened = import.source.open(plan.format, from, watch.stop)?;
        let rows = Rows::open(plan.format, opened.bytes, from, opened.skipped)?;
        if let Some(columns) = rows.columns() {
            import.mapping.check(columns)?;
        }
        let record = plan.record.clone();
        let maker = self.maker(import, &plan, &rows, &record.id, watch.progress)?;
        let side = plan.side.clone();
        let mut book = Book::new(plan.checkpoint, plan.record, plan.side, watch.progress);
        if !plan.resumed {
            // What cannot be remembered must not be begun.
            book.save()?;
        }
        let book = RefCell::new(book);
        let (read, failed) = run(&record, (rows, maker), (way, &book), watch);
        let mut book = book.into_inner();
        let ended = match read {
            Ok((at, true)) if failed.is_none() && !watch.stop.asked() => {
                // Where the file counts as imported, nothing of it may still be on its way.
                let synced = watch.event_loop.block_on(way.sync());
                match synced {
                    Ok(()) => book.finish(at).err(),
                    Err(fault) => book.save().err().or(Some(fault)),
                }
            }
            Ok(_) => book.save().err(),
            Err(fault) => book.save().err().or(Some(fault)),
        };
        Ok(Imported {
            run_id: String::new(),
            codes: std::mem::take(&mut book.codes),
            sample: std::mem::take(&mut book.sample),
            resumed: plan.resumed,
            already: false,
            sent: watch.progress.sent.load(Ordering::Relaxed),
            queued: watch.progress.queued.load(Ordering::Relaxed),
            warned: watch.progress.warnings(),
            refused: watch.progress.refusals(),
            refused_file: side.filter(|_| book.record.refused > 0),
            fault: failed.or(ended),
            record: book.record,
        })
    }

    fn maker<'a>(
        &'a self,
        import: &'a Import,
        plan: &Plan<'a>,
        rows: &Rows,
        id: &'a str,
        progress: &'a Progress,
    ) -> Result<Maker<'a>, Fault> {
        let kinds = event::kinds(plan.provider, &plan.place.service);
        let account = self.accounts.open(plan.provider, Some(&plan.place.account))?;
        let options = Options {
            plan: import.plan.clone(),
            plan_check: import.plan_check,
            ..Options::default()
        };
        let held = match self.hooks(&plan.provider.name) {
            Some(hooks) => hooks.held(self, plan.provider, &account, &options)?,
            None => false,
        };
        Ok(Maker {
            engine: self,
            provider: plan.provider,
            batch: plan.batch,
            scanner: Scanner::new(plan.batch, &kinds),
            kinds,
            mapping: &import.mapping,
            account,
            options,
            held,
            progress,
            columns: rows.columns().unwrap_or_default().to_vec(),
            id,
            now: now(),
        })
    }
}

/// Both halves, until both have ended: where reading stands and whether that is the end, and the
/// first failure of sending.
fn run(
    record: &Record,
    (rows, maker): (Rows, Maker<'_>),
    (way, book): (&Way<'_>, &RefCell<Book<'_>>),
    Watch { progress, stop, event_loop }: Watch<'_>,
) -> (Result<(Mark, bool), Fault>, Option<Fault>) {
    let (lanes, loads): (Vec<_>, Vec<_>) = (0..LANES).map(|_| mpsc::channel(WAITING)).unzip();
    let (refuse, refusals) = mpsc::channel(REFUSED_WAITING);
    let room = way.room(maker.batch);
    let feed = Feed { rows, maker, record, lanes, refusals: refuse, stop, progress, room };
    let refusals = RefCell::new(refusals);
    let lanes = Lanes { way, book, refusals, stop, failed: RefCell::default() };
    let read = std::thread::scope(|threads| {
        let reading = threads.spawn(|| feed.run());
        event_loop.block_on(async {
            tokio::select! {
                () = lanes.run(loads) => {}
                () = stop.wait() => stop.ask(),
            }
            // The reading half may be waiting for room.
            lanes.refusals.borrow_mut().close();
        });
        reading.join()
    });
    let read = read.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    (read, lanes.failed.into_inner())
}
