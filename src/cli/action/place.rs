//! Where an action goes: the integration and the account, by any of the names that other tools have
//! for them.

use crate::cli::raw::whose;
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
        let catalogue = runtime.catalogue();
        let provider = match &self.integration {
            Some(name) => Some(catalogue.provider(name)?.name.clone()),
            None => None,
        };
        let Some(written) = &self.connection else { return Ok((provider, None)) };
        if let Some(provider) = &provider {
            let accounts = &runtime.engine().accounts;
            let known = catalogue.provider(provider)?;
            // The connection of the usual account has the provider's name for an id.
            let account = match written.strip_prefix(&format!("{provider}.")) {
                Some(account) => account,
                None if written == provider => accounts.usual(known),
                None => written,
            };
            accounts.open(known, Some(account))?;
            return Ok((Some(provider.clone()), Some(account.to_owned())));
        }
        let (provider, account) = whose(runtime, written)?;
        runtime.engine().accounts.open(catalogue.provider(&provider)?, Some(&account))?;
        Ok((Some(provider), Some(account)))
    }

    /// The same, with the usual ones where none is named.
    ///
    /// # Errors
    /// As [`Self::named`].
    pub(super) fn settled(&self, runtime: &Runtime) -> Result<(String, String), Fault> {
        let (provider, account) = self.named(runtime)?;
        let catalogue = runtime.catalogue();
        let provider = match provider {
            Some(name) => catalogue.provider(&name)?,
            None => match catalogue.names().find(|name| *name == "segment") {
                Some(name) => catalogue.provider(name)?,
                None => catalogue
                    .providers()
                    .next()
                    .ok_or_else(|| Fault::not_found("there is no integration"))?,
            },
        };
        let usual = || runtime.engine().accounts.usual(provider).to_owned();
        Ok((provider.name.clone(), account.unwrap_or_else(usual)))
    }
}
