//! What is wrong with a connection as far as settings, files and the environment show.

use super::record::Record;
use crate::catalogue::Provider;
use crate::catalogue::operation::{Field, FieldKind, Service};
use crate::cli::accounts::check_account;
use crate::cli::describe::switched_on;
use crate::engine::account::located;
use crate::engine::{Account, Accounts};
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;
use crate::settings::Origin;

/// What is wrong as far as can be seen without asking the service.
pub(super) fn problem(
    runtime: &Runtime,
    provider: &Provider,
    account: &Account,
    record: &Record,
) -> Option<Fault> {
    let accounts = &runtime.engine().accounts;
    let id = record.place.id();
    if record.is_archived() {
        return accounts.open(provider, Some(&account.name)).err();
    }
    if let Err(fault) = check_account(provider, &account.name) {
        return Some(fault);
    }
    if !switched_on(runtime.settings(), provider) {
        let message = format!("{} is switched off", provider.title);
        let hint = format!("kosmo integrations:configure {} --enable", provider.name);
        return Some(Fault::new(Kind::NotActive, message).hint(hint));
    }
    for secret in &record.credentials {
        if let Err(fault) = reachable(accounts, provider, account, secret) {
            return Some(fault);
        }
    }
    let mut dangling = provider.fields.iter().filter_map(|field| {
        let found = accounts.find(provider, &account.name, field)?;
        let lost = lost(runtime, field, found.reference()?, &found.origin)?;
        Some(Fault::new(Kind::MissingCredential, lost).hint(format!("kosmo connect {id}")))
    });
    if let Some(fault) = dangling.next() {
        return Some(fault);
    }
    let needs = provider.fields.iter().any(|field| field.kind == FieldKind::Secret);
    (needs && record.credentials.is_empty()).then(|| {
        let message = format!("{} has no credential for `{id}` yet", provider.title);
        Fault::new(Kind::MissingCredential, message).hint(format!("kosmo connect {id}"))
    })
}

/// Whether what a secret opens can be reached from where the account is. A service that does not
/// exist in the account's region is no fault as long as another one does.
fn reachable(
    accounts: &Accounts,
    provider: &Provider,
    account: &Account,
    secret: &str,
) -> Result<(), Fault> {
    let uses = |service: &&Service| service.secret.as_deref() == Some(secret);
    let mut elsewhere = Ok(());
    let mut here = false;
    for service in provider.services.values().filter(uses) {
        match accounts.base(provider, account, service) {
            Ok(_) => here = true,
            Err(fault) if fault.kind == Kind::WrongPlace => elsewhere = Err(fault),
            Err(fault) => return Err(fault),
        }
    }
    if here { Ok(()) } else { elsewhere }
}

/// Why a reference leads nowhere, as far as can be seen without running anything.
fn lost(runtime: &Runtime, field: &Field, reference: &str, origin: &Origin) -> Option<String> {
    let environment = runtime.settings().environment();
    let name = &field.name;
    match reference.split_once(':')? {
        ("env", variable) if environment.get(variable).is_none() => {
            Some(format!("`{name}` is to come from the variable {variable}, which is not set"))
        }
        ("file", target) => {
            let path = located(target, origin, environment);
            let path = (!path.exists()).then_some(path)?;
            Some(format!("`{name}` is to come from {}, which does not exist", path.display()))
        }
        _ => None,
    }
}
