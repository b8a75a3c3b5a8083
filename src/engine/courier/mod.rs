//! How events that were not sent one by one get to the service: packed into batches within its
//! limits, retried, taken apart when one of them is refused. Where they wait until then is the
//! ledger's business.

mod attempt;
pub mod batch;
mod drain;
mod flushed;
mod news;
pub mod pace;
pub mod place;
mod round;
pub mod send;
mod serve;
pub mod standing;
mod trouble;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use drain::{Aim, Stop, Wait, never};
pub use flushed::{Flushed, Refusal};
pub use news::News;
pub use pace::Rate;
pub use send::Sender;
pub use serve::Ended;
pub use trouble::needs_action;

use tokio::sync::Notify;

use super::Engine;
use crate::error::Fault;
use crate::ledger::outbox::{Claim, Outbox, Place, Reason};

/// Batches in flight at once. More would only wait for one another: a lane is sent in order.
const IN_FLIGHT: usize = 8;

/// How long a lane is held without a sign of life when settings say nothing, and at least.
const LEASE: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(2));

/// Carries what an outbox holds to where it belongs.
pub struct Courier<'e> {
    engine: &'e Engine,
    outbox: &'e dyn Outbox,
    rate: Option<Rate>,
    lease: Duration,
    tell: &'e (dyn Fn(&News) + 'e),
    book: Mutex<Book<'e>>,
    /// Rings when a lane became spare.
    spared: Notify,
}

/// What a courier knows while it is at work.
#[derive(Default)]
struct Book<'e> {
    /// What sends to each place.
    senders: HashMap<Place, Arc<Sender<'e>>>,
    /// The lanes held.
    held: Vec<Claim>,
    /// Lanes held that nobody is sending.
    spare: Vec<Claim>,
    /// Places that failed since the last beginning: why, and what has to be done about it.
    failed: HashMap<Place, Fault>,
    /// Places that took something since the last beginning.
    working: HashSet<Place>,
    /// What has come of it so far.
    flushed: Flushed,
    /// Whether nothing new is to be begun.
    ending: bool,
    /// When to ask again whether the work is done.
    due: Option<Instant>,
}

impl<'e> Courier<'e> {
    /// A courier between an outbox and the accounts of an engine.
    pub fn new(engine: &'e Engine, outbox: &'e dyn Outbox) -> Self {
        Self {
            engine,
            outbox,
            rate: None,
            lease: engine.settings.duration("outbox.lease").unwrap_or(LEASE.0).max(LEASE.1),
            tell: &|_| {},
            book: Mutex::default(),
            spared: Notify::new(),
        }
    }

    /// The same courier at another rate than the settings say.
    #[must_use]
    pub fn at(self, rate: Option<Rate>) -> Self {
        Self { rate, ..self }
    }

    /// The same courier, which tells what happens.
    #[must_use]
    pub fn telling(self, tell: &'e (dyn Fn(&News) + 'e)) -> Self {
        Self { tell, ..self }
    }

    /// The same courier with leases of another length.
    #[must_use]
    pub fn leasing(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    fn book(&self) -> MutexGuard<'_, Book<'e>> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A lane that nobody sends for the moment.
    fn spare(&self, claim: Claim) {
        self.book().spare.push(claim);
        self.spared.notify_one();
    }

    /// What sends to a place, opened at the first need.
    fn sender(&self, place: &Place) -> Result<Arc<Sender<'e>>, Fault> {
        if let Some(sender) = self.book().senders.get(place) {
            return Ok(Arc::clone(sender));
        }
        let sender = Arc::new(self.engine.sender(place)?.at(self.rate));
        self.book().senders.insert(place.clone(), Arc::clone(&sender));
        Ok(sender)
    }
}

/// What became of the events of one batch that was delivered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered {
    /// How many the service took.
    pub sent: usize,
    /// Those it will never take, by their index in the batch.
    pub refused: Vec<(usize, Reason)>,
    /// Requests sent for it.
    pub requests: u32,
}

impl Delivered {
    /// How many of the first events are settled, one way or the other.
    pub fn settled(&self) -> usize {
        self.sent + self.refused.len()
    }
}

/// Milliseconds since 1970.
fn millis() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
