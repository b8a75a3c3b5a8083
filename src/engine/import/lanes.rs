//! The sending half of an import: every lane delivers its loads in order, all lanes at once, and what
//! is delivered, or queued, is settled.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use tokio::sync::mpsc::Receiver;

use super::book::Book;
use super::load::Load;
use super::way::{Taken, Way};
use super::{Refusal, Stop};
use crate::error::Fault;

/// The sending half.
pub(super) struct Lanes<'a, 'b> {
    pub(super) way: &'a Way<'a>,
    pub(super) book: &'a RefCell<Book<'b>>,
    pub(super) refusals: RefCell<Receiver<Refusal>>,
    /// Set by whoever wants the import to end; seen by the reading half too.
    pub(super) stop: &'a Stop,
    /// The first failure.
    pub(super) failed: RefCell<Option<Fault>>,
}

impl Lanes<'_, '_> {
    /// Delivers until every lane has ended.
    pub(super) async fn run(&self, loads: Vec<Receiver<Load>>) {
        let mut work: Vec<Pin<Box<dyn Future<Output = ()> + '_>>> = vec![Box::pin(self.listen())];
        for (lane, loads) in (0..).zip(loads) {
            work.push(Box::pin(self.deliver(lane, loads)));
        }
        poll_fn(|cx| {
            work.retain_mut(|part| part.as_mut().poll(cx).is_pending());
            if work.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    async fn deliver(&self, lane: u8, mut loads: Receiver<Load>) {
        while let Some(load) = loads.recv().await {
            if self.stop.asked() {
                return;
            }
            let taken = self.way.take(lane, &load).await;
            let settled = taken.and_then(|taken| self.settle(usize::from(lane), &load, &taken));
            if let Err(fault) = settled {
                return self.fail(fault);
            }
        }
    }

    fn settle(&self, lane: usize, load: &Load, taken: &Taken) -> Result<(), Fault> {
        let mut book = self.book.borrow_mut();
        // What was refused before this was closed is on its way and must be written down first.
        let mut refusals = self.refusals.borrow_mut();
        while book.written() < load.tide.refused
            && let Ok(refusal) = refusals.try_recv()
        {
            book.refuse(refusal)?;
        }
        book.settle(lane, load, taken)
    }

    /// Writes down what the reading half refuses.
    async fn listen(&self) {
        loop {
            let next = poll_fn(|cx| self.refusals.borrow_mut().poll_recv(cx)).await;
            let Some(refusal) = next else { return };
            let written = self.book.borrow_mut().refuse(refusal);
            if let Err(fault) = written {
                return self.fail(fault);
            }
        }
    }

    fn fail(&self, fault: Fault) {
        self.stop.ask();
        self.refusals.borrow_mut().close();
        self.failed.borrow_mut().get_or_insert(fault);
    }
}
