//! What a service is shown as proof of who asks.

use super::{Account, Accounts};
use crate::catalogue::Provider;
use crate::catalogue::operation::{Auth, Service};
use crate::error::Fault;
use crate::redact::Secret;

impl Accounts {
    /// The secret a service needs; none when it needs none.
    ///
    /// # Errors
    /// `missing_credential` with a hint that names the variable and the command that supply it.
    pub fn secret(
        &self,
        provider: &Provider,
        account: &Account,
        service: &Service,
    ) -> Result<Option<Secret>, Fault> {
        let Some(name) = service.secret.as_deref().filter(|_| service.auth != Auth::None) else {
            return Ok(None);
        };
        match self.field(provider, account, name)? {
            Some(value) => match &service.password {
                None => Ok(Some(Secret::new(value))),
                Some(field) => match self.field(provider, account, field)? {
                    Some(password) => Ok(Some(Secret::new(format!("{value}:{password}")))),
                    None => Err(self.missing(provider, account, service, field)),
                },
            },
            None => Err(self.missing(provider, account, service, name)),
        }
    }
}
