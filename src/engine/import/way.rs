//! Where the loads of an import go: to the service at once, into the outbox for couriers to send, or
//! nowhere. When a load is taken it is settled for the import, whoever delivers it in the end.

use super::load::Load;
use crate::access::Access;
use crate::catalogue::operation::Batch;
use crate::engine::courier::{Delivered, Sender};
use crate::error::Fault;
use crate::ledger::outbox::{Outbox, Place};

/// Where loads go.
pub(super) enum Way<'a> {
    /// To the service, in batches.
    Direct(Box<Sender<'a>>),
    /// Into the outbox.
    Outbox(Queue<'a>),
    /// Nowhere: everything counts as taken.
    Nowhere,
}

/// An outbox, seen from an import.
pub(super) struct Queue<'a> {
    pub(super) outbox: &'a dyn Outbox,
    pub(super) place: &'a Place,
    pub(super) access: &'a Access,
}

/// What became of a load.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// What the service said.
    pub(super) delivered: Delivered,
    /// How many events were queued instead.
    pub(super) queued: usize,
}

impl Way<'_> {
    /// The bytes of events that one load should have: those of a request, or what is worth a write.
    /// A courier has batches of its own to hold at the same time.
    pub(super) fn room(&self, batch: &Batch) -> usize {
        match self {
            Self::Outbox(_) => batch.bytes / 4,
            Self::Direct(_) | Self::Nowhere => batch.bytes,
        }
    }

    /// Delivers the load of a lane, or keeps it safely.
    ///
    /// # Errors
    /// Nothing of it counts as settled then.
    pub(super) async fn take(&self, lane: u8, load: &Load) -> Result<Taken, Fault> {
        match self {
            Self::Direct(sender) => {
                let delivered = sender.deliver(&load.events()).await?;
                Ok(Taken { delivered, queued: 0 })
            }
            Self::Outbox(Queue { outbox, place, access }) => {
                // A load is a call for the token that limits the run, as a batch that is sent is.
                access.spend(None)?;
                outbox.append(place, load.items(lane)).await?;
                Ok(Taken { queued: load.len(), ..Taken::default() })
            }
            Self::Nowhere => {
                let delivered = Delivered { sent: load.len(), ..Delivered::default() };
                Ok(Taken { delivered, queued: 0 })
            }
        }
    }

    /// Returns when everything that was taken outlives the machine, as far as that is up to us.
    ///
    /// # Errors
    /// A disk that refuses it.
    pub(super) async fn sync(&self) -> Result<(), Fault> {
        match self {
            Self::Outbox(queue) => queue.outbox.sync().await,
            Self::Direct(_) | Self::Nowhere => Ok(()),
        }
    }
}
