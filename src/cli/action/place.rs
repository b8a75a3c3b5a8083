//! Where an action goes: the integration and the account, by any of the names that other tools have
//! for them.

use crate::error::Fault;
use crate::runtime::Runtime;

/// The integration and the account.
#[derive(Debug, Clone, Default, clap::Args)]
pub(in crate::cli) struct Place {
    /// The account; also --connectionId, --account
    #[arg(long = "connectionKey", aliases = ["connectionId", "connection-key", "connection-id", "connection", "account"], value_name = "NAME")]
    pub(super) connection: Option<String>,
    /// The integration; also --integrationId, --externalAppId, --connectorKey
    #[arg(long = "integrationKey", aliases = ["integrationId", "integration-key", "integration-id", "integration", "externalAppId", "external-app-id", "connectorKey", "connectorId"], value_name = "NAME")]
    pub(super) integration: Option<String>,
}

impl Place {
    /// The provider and the account, when they are named. An account that does not exist is refused.
    ///
    /// # Errors
    /// `not_found` with what there is.
    pub(super) fn named(
        &self,
        runtime: &Runtime,
    ) -> Result<(Option<String>, Option<String>), Fault> {
        runtime.engine().named(self.integration.as_deref(), self.connection.as_deref())
    }

    /// The same, with the usual ones where none is named.
    ///
    /// # Errors
    /// As [`Self::named`].
    pub(super) fn settled(&self, runtime: &Runtime) -> Result<(String, String), Fault> {
        runtime.engine().settled(self.integration.as_deref(), self.connection.as_deref())
    }
}
