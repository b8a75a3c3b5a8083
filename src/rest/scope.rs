//! What of the past a token shows: the runs it could have made, and the events of accounts it reaches.
//! Whoever owns the accounts sees everything.

use crate::access::Grant;
use crate::access::door::Caller;
use crate::catalogue::Catalogue;
use crate::ledger::journal::Entry;
use crate::ledger::outbox::Place;

/// What a caller may look at.
#[derive(Debug, Clone)]
pub(super) struct Sight<'a> {
    catalogue: &'a Catalogue,
    grant: Option<&'a Grant>,
}

impl<'a> Sight<'a> {
    pub(super) fn of(catalogue: &'a Catalogue, caller: &'a Caller) -> Self {
        Self { catalogue, grant: caller.grant.as_ref() }
    }

    /// A run.
    pub(super) fn run(&self, entry: &Entry) -> bool {
        let Some(grant) = self.grant else { return true };
        let operation = self.catalogue.find(&entry.function);
        operation.is_ok_and(|row| grant.claims().admit(row, &entry.account).is_ok())
    }

    /// A place of the outbox: one for which the token covers some function.
    pub(super) fn place(&self, place: &Place) -> bool {
        self.account(&place.provider, &place.account)
    }

    /// An account: one for which the token covers some function.
    pub(super) fn account(&self, provider: &str, account: &str) -> bool {
        let Some(grant) = self.grant else { return true };
        let Ok(provider) = self.catalogue.provider(provider) else { return false };
        let mut rows = provider.operations.values();
        rows.any(|row| grant.claims().admit(row, account).is_ok())
    }

    /// A function.
    pub(super) fn function(&self, operation: &crate::catalogue::Operation) -> bool {
        let Some(grant) = self.grant else { return true };
        grant.claims().scope.iter().all(|link| link.covers(operation))
    }
}
