//! The commands about the outbox: a look at it, sending what it holds, and deciding about what could
//! not be sent. How it keeps events is the ledger's business, how they are sent the courier's.

pub(super) mod change;
pub(super) mod export;
pub(super) mod flush;
pub(super) mod list;
mod log;
pub(super) mod run;
pub(super) mod show;
mod stop;

use super::invocation::Invocation;
use super::sending::Store;
use crate::engine::Engine;
use crate::error::Fault;
use crate::ledger::outbox::{Outbox, Which};

/// Which account is meant.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Whose {
    /// Only events of this account
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Only events for this provider
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    #[command(flatten)]
    store: Store,
}

impl Whose {
    /// What the outbox understands.
    ///
    /// # Errors
    /// `not_found` for a provider there is none of. An account may be gone; its events are not.
    fn which(&self, engine: &Engine) -> Result<Which, Fault> {
        if let Some(name) = &self.provider {
            engine.catalogue.provider(name)?;
        }
        let (provider, account) = (self.provider.clone(), self.account.clone());
        Ok(Which { provider, account, ..Which::default() })
    }

    /// Whether nothing was said.
    fn is_open(&self) -> bool {
        self.account.is_none() && self.provider.is_none()
    }
}

/// The engine and its outbox, for a command that no token covers.
fn open(invocation: &Invocation) -> Result<(&Engine, &dyn Outbox), Fault> {
    let runtime = invocation.owner("the outbox")?;
    Ok((runtime.engine(), runtime.outbox()))
}

/// `1 event`, `2 events`.
fn events(count: u64) -> String {
    format!("{count} event{}", if count == 1 { "" } else { "s" })
}
