//! How events that were not sent one by one get to the service: packed into batches within its
//! limits, retried, taken apart when one of them is refused. Where they wait until then is the
//! ledger's business.

mod attempt;
pub mod batch;
pub mod pace;
pub mod place;
pub mod send;

pub use pace::Rate;
pub use send::Sender;

use crate::ledger::outbox::Reason;

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
