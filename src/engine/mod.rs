//! How a call is performed.

pub mod account;
pub mod call;
pub mod hooks;

use std::sync::Arc;
use std::time::Duration;

pub use account::{Account, Accounts};
pub use call::{Args, Call, Options, Origin, Outcome, Pages, Run};

use crate::catalogue::Catalogue;
use crate::ledger::journal::Journal;
use crate::redact::Redactor;
use crate::settings::Settings;

/// Performs calls. One per process, shared by every face.
pub struct Engine {
    /// What can be called.
    pub catalogue: Arc<Catalogue>,
    /// Whose credentials.
    pub accounts: Accounts,
    /// The settings in force.
    pub settings: Arc<Settings>,
    /// What must never be printed.
    pub redactor: Redactor,
    /// Where calls are remembered.
    pub journal: Journal,
}

impl Engine {
    /// Performs one call.
    pub async fn call(&self, call: Call) -> Run {
        let _ = self.settings.paths();
        Run {
            id: uuid::Uuid::now_v7().to_string(),
            function: call.function.clone(),
            tool: None,
            asked_account: call.account.clone(),
            account: "default".to_owned(),
            effect: None,
            backend: None,
            attempts: 0,
            dry_run: call.options.dry_run,
            forced: call.options.force,
            took: Duration::ZERO,
            waited: Duration::ZERO,
            message_id: None,
            result: self.catalogue.find(&call.function).map(|_| Outcome::default()),
        }
    }
}
