//! Which provider and account somebody means who names one of them, both, or neither.

use super::Engine;
use crate::catalogue::Provider;
use crate::catalogue::name::fold;
use crate::error::Fault;

/// The provider that is meant where none is named, if there is more than one.
const USUAL: &str = "segment";

impl Engine {
    /// The provider and account that `written` names: `segment.production`, `production` where one
    /// provider has an account of that name, or `segment` for its usual account.
    ///
    /// # Errors
    /// `unknown_account`; usage where several providers have one of that name.
    pub fn whose(&self, written: &str) -> Result<(String, String), Fault> {
        let (catalogue, accounts) = (&self.catalogue, &self.accounts);
        let named = |name: &str| catalogue.names().find(|known| fold(known) == fold(name));
        if let Some((provider, account)) = written.split_once(['.', ':'])
            && let Some(provider) = named(provider)
        {
            return Ok((provider.to_owned(), account.to_owned()));
        }
        let having: Vec<&str> = catalogue
            .providers()
            .filter(|provider| accounts.open(provider, Some(written)).is_ok())
            .map(|provider| provider.name.as_str())
            .collect();
        match having.as_slice() {
            [one] => Ok(((*one).to_owned(), written.to_owned())),
            [] => match named(written) {
                Some(provider) => {
                    let usual = accounts.usual(catalogue.provider(provider)?).to_owned();
                    Ok((provider.to_owned(), usual))
                }
                // The provider there is says which accounts it has.
                None => {
                    let mut providers = catalogue.providers();
                    match (providers.next(), providers.next()) {
                        (Some(only), None) => Ok((only.name.clone(), written.to_owned())),
                        _ => Err(Fault::not_found(format!("Unknown account: {written}"))
                            .code("unknown_account")
                            .hint("`kosmo integrations:status` lists them")),
                    }
                }
            },
            several => {
                let names: Vec<String> =
                    several.iter().map(|provider| format!("`{provider}.{written}`")).collect();
                Err(Fault::usage(format!("`{written}` is an account of several providers"))
                    .hint(format!("say {}", names.join(" or "))))
            }
        }
    }

    /// The provider and the account, as far as they are named. An account that does not exist is
    /// refused.
    ///
    /// # Errors
    /// `not_found` with what there is.
    pub fn named(
        &self,
        provider: Option<&str>,
        account: Option<&str>,
    ) -> Result<(Option<String>, Option<String>), Fault> {
        let provider = match provider {
            Some(name) => Some(self.catalogue.provider(name)?.name.clone()),
            None => None,
        };
        let Some(written) = account else { return Ok((provider, None)) };
        let (provider, account) = match provider {
            Some(provider) => {
                let known = self.catalogue.provider(&provider)?;
                // The connection of the usual account has the provider's name for an id.
                let account = match written.strip_prefix(&format!("{provider}.")) {
                    Some(account) => account,
                    None if written == provider => self.accounts.usual(known),
                    None => written,
                }
                .to_owned();
                (provider, account)
            }
            None => self.whose(written)?,
        };
        self.accounts.open(self.catalogue.provider(&provider)?, Some(&account))?;
        Ok((Some(provider), Some(account)))
    }

    /// The same, with the usual ones where none is named.
    ///
    /// # Errors
    /// As [`Self::named`].
    pub fn settled(
        &self,
        provider: Option<&str>,
        account: Option<&str>,
    ) -> Result<(String, String), Fault> {
        let (provider, account) = self.named(provider, account)?;
        let provider = match provider {
            Some(name) => self.catalogue.provider(&name)?,
            None => self.usual_provider()?,
        };
        let usual = || self.accounts.usual(provider).to_owned();
        Ok((provider.name.clone(), account.unwrap_or_else(usual)))
    }

    fn usual_provider(&self) -> Result<&Provider, Fault> {
        match self.catalogue.names().find(|name| *name == USUAL) {
            Some(name) => self.catalogue.provider(name),
            None => self
                .catalogue
                .providers()
                .next()
                .ok_or_else(|| Fault::not_found("there is no integration")),
        }
    }
}
