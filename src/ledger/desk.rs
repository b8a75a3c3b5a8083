//! A ledger that is opened when something is first changed in it, and the one way to change it: a
//! transaction that no other process can come between. What is changed is its owners' business.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Transaction, TransactionBehavior};

use super::{Ledger, explain};
use crate::error::Fault;

/// Where changes are made.
#[derive(Debug)]
pub(super) struct Desk {
    path: Option<PathBuf>,
    ledger: Mutex<Option<Ledger>>,
}

impl Desk {
    /// The desk of the ledger at `path`. Opens nothing yet.
    pub(super) fn at(path: Option<PathBuf>) -> Self {
        Self { path, ledger: Mutex::new(None) }
    }

    /// Where the ledger is; none without a home.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Makes a change. What `keeps` says no to leaves nothing behind.
    ///
    /// # Errors
    /// Without a home, and when the ledger cannot be opened or written.
    pub(super) fn change<T>(
        &self,
        step: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
        keeps: impl FnOnce(&T) -> bool,
    ) -> Result<T, Fault> {
        let Some(path) = self.path() else {
            return Err(crate::settings::edit::no_home());
        };
        let mut place = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let ledger = match &mut *place {
            Some(ledger) => ledger,
            none => none.insert(Ledger::open(path)?),
        };
        let attempt = || {
            let change =
                ledger.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let outcome = step(&change)?;
            if keeps(&outcome) {
                change.commit()?;
            } else {
                change.rollback()?;
            }
            Ok(outcome)
        };
        attempt().map_err(|error| explain(path, &error))
    }
}
