//! What to say when an account lacks what a call needs: where it could come from, and the command
//! that supplies it.

use super::{Account, Accounts, DEFAULT, Found};
use crate::catalogue::Provider;
use crate::catalogue::operation::{Field, Service};
use crate::error::{Fault, Kind};

impl Accounts {
    /// The fault of a service's secret that nobody has configured.
    pub(super) fn missing(
        &self,
        provider: &Provider,
        account: &Account,
        service: &Service,
        name: &str,
    ) -> Fault {
        let Some(field) = provider.field(name) else {
            return Fault::new(Kind::Internal, format!("the rows name no field `{name}`"));
        };
        let message = format!(
            "{} {} is not configured for account '{}'; the {} needs it",
            provider.title,
            spoken(&field.title),
            account.name,
            service.title
        );
        let variable = Self::usual_variable(provider, &account.name, field);
        let whose = match account.name.as_str() {
            DEFAULT => String::new(),
            other => format!(" --account {other}"),
        };
        let others: Vec<String> = provider
            .services
            .values()
            .filter_map(|other| Some((other, provider.field(other.secret.as_deref()?)?)))
            .filter(|(_, other)| other.name != name && self.has(provider, account, &other.name))
            .map(|(other, held)| format!("{} ({})", spoken(&held.title), other.title))
            .collect();
        let held = match others.as_slice() {
            [] => String::new(),
            others => format!("; this account has only the {}", others.join(" and the ")),
        };
        Fault::new(Kind::MissingCredential, message).hint(format!(
            "set {variable}, or run `kosmo integrations:configure {}{whose} --set {name}=-` and \
             type it in{held}",
            provider.name
        ))
    }
}

/// The fault of an account that was put away.
pub(super) fn archived(provider: &Provider, account: &str) -> Fault {
    let message = format!("{} account '{account}' is archived", provider.title);
    let hint = format!("kosmo connection restore {}.{account}", provider.name);
    Fault::not_found(message).code("archived_account").hint(hint)
}

/// The fault of a reference that leads nowhere.
pub(super) fn unresolved(
    provider: &Provider,
    account: &Account,
    field: &Field,
    found: &Found,
    why: &str,
) -> Fault {
    let message = format!(
        "the {} of {} account '{}' cannot be had: {why} (from {})",
        spoken(&field.title),
        provider.title,
        account.name,
        found.origin
    );
    let reference = found.reference().unwrap_or_default();
    let hint = match reference.split_once(':') {
        Some(("env", name)) => {
            format!("set {name}, or name another source with {} --set", configure(provider))
        }
        Some(("cmd", command)) => format!("see what this prints: {command}"),
        _ => format!("name another source with {} --set", configure(provider)),
    };
    Fault::new(Kind::MissingCredential, message).code("credential_unavailable").hint(hint)
}

fn configure(provider: &Provider) -> String {
    format!("kosmo integrations:configure {}", provider.name)
}

/// A title in the middle of a sentence: `Write Key` → `write key`, `API Token` → `API token`.
fn spoken(title: &str) -> String {
    let word = |word: &str| match word.chars().any(char::is_lowercase) {
        true => word.to_lowercase(),
        false => word.to_owned(),
    };
    title.split(' ').map(word).collect::<Vec<_>>().join(" ")
}
