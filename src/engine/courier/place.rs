//! Where events belong, and whether that is still the same place: who changes an account's key or
//! URL must say that what was queued before is meant for the new place too.

use sha2::{Digest as _, Sha256};

use crate::catalogue::{Provider, Service};
use crate::engine::{Account, Engine};
use crate::error::{Fault, Kind};
use crate::ledger::outbox::Place;

/// The mark of everything sent to the emulator: it is nobody's data, wherever it listens.
const EMULATOR: &str = "emulator";

impl Engine {
    /// The place of an account's events as things stand now.
    ///
    /// # Errors
    /// A provider that takes no batches, an unknown account, a missing credential, a wrong base URL.
    pub fn place(&self, provider: &str, account: Option<&str>) -> Result<Place, Fault> {
        let provider = self.catalogue.provider(provider)?;
        let account = self.accounts.open(provider, account)?;
        let (name, service) = batching(provider)?;
        self.place_of(provider, &account, name, service)
    }

    /// The same for an account that is open.
    ///
    /// # Errors
    /// A missing credential, a wrong base URL.
    pub fn place_of(
        &self,
        provider: &Provider,
        account: &Account,
        name: &str,
        service: &Service,
    ) -> Result<Place, Fault> {
        let base = self.accounts.base(provider, account, service)?;
        let secret = self.accounts.secret(provider, account, service)?;
        let mark = match account.emulated {
            true => EMULATOR.to_owned(),
            false => mark(&base, secret.as_ref().map_or("", |secret| secret.expose())),
        };
        Ok(Place {
            provider: provider.name.clone(),
            account: account.name.clone(),
            service: name.to_owned(),
            mark,
        })
    }
}

/// The service of a provider that takes batches.
///
/// # Errors
/// Usage, when there is none.
pub fn batching(provider: &Provider) -> Result<(&str, &Service), Fault> {
    let mut services = provider.services.iter();
    let found = services.find(|(_, service)| service.batch.is_some());
    found.map(|(name, service)| (name.as_str(), service)).ok_or_else(|| {
        Fault::usage(format!("{} takes no batches of events", provider.title))
            .hint("its calls are made one by one")
    })
}

/// Half of a hash: enough to tell places apart, too little to say anything about a credential.
fn mark(base: &str, secret: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(base.as_bytes());
    hash.update([0]);
    hash.update(secret.as_bytes());
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// That events were queued for another place than the account leads to now.
pub(super) fn changed(place: &Place) -> Fault {
    let account = &place.account;
    let message =
        format!("account '{account}' has another key or URL than when its events were queued");
    Fault::new(Kind::WrongPlace, message).code("place_changed").hint(format!(
        "restore it, or send them to the new place: kosmo outbox:retry --account {account} --as-is"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_depends_on_both_and_shows_neither() {
        let mark = mark("https://api.segment.io", "the-key");
        assert_eq!(mark.len(), 16);
        assert_ne!(mark, super::mark("https://api.segment.io", "another"));
        assert_ne!(mark, super::mark("https://events.eu1.segmentapis.com", "the-key"));
        assert_ne!(super::mark("a", "bc"), super::mark("ab", "c"));
        assert!(!mark.contains("key"));
    }
}
