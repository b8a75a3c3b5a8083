//! The single checks of the doctor. Each gives findings; none changes anything or shows a value.

use serde_json::{Value, json};

use crate::catalogue::Provider;
use crate::catalogue::name::{did_you_mean, nearest};
use crate::catalogue::operation::{Field, FieldKind};
use crate::cli::accounts::{check_account, exposed_files};
use crate::cli::describe::switched_on;
use crate::engine::Account;
use crate::engine::account::Found;
use crate::engine::hooks::{Level, Observation};
use crate::error::Fault;
use crate::ledger::journal::Filter;
use crate::runtime::Runtime;
use crate::settings::{Standing, edit};

/// One thing that was found.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) level: Level,
    /// Stable, machine-readable code, where it was found by asking the service.
    pub(super) code: Option<&'static str>,
    pub(super) account: Option<String>,
    pub(super) message: String,
    pub(super) hint: Option<String>,
    /// The command that mends it.
    pub(super) command: Option<String>,
}

impl Finding {
    pub(super) fn new(level: Level, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { level, code: None, account: None, message, hint: None, command: None }
    }

    /// What the service's own hooks have found out.
    pub(super) fn of_observation(account: &str, seen: Observation) -> Self {
        let Observation { level, code, message, hint, command } = seen;
        let (code, account) = (Some(code), Some(account.to_owned()));
        Self { level, code, account, message, hint, command }
    }

    pub(super) fn of_fault(account: &str, fault: &Fault) -> Self {
        let finding = Self::new(Level::Problem, fault.message.clone());
        Self { hint: fault.hint.clone(), ..finding }.about(account)
    }

    pub(super) fn about(self, account: &str) -> Self {
        Self { account: Some(account.to_owned()), ..self }
    }

    fn mended_by(self, command: String) -> Self {
        Self { command: Some(command), ..self }
    }

    pub(super) fn to_json(&self) -> Value {
        let level = self.level.word();
        json!({
            "level": level, "code": self.code, "account": self.account,
            "message": self.message, "hint": self.hint,
        })
    }

    /// For people.
    pub(super) fn line(&self) -> String {
        let account = self.account.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        let hint = self.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{account}{}{hint}", self.message)
    }
}

/// What concerns every provider: files, the project, the ledger, settings nobody knows.
pub(super) fn general(runtime: &Runtime) -> Vec<Finding> {
    let settings = runtime.settings();
    let mut findings: Vec<Finding> = exposed_files(runtime)
        .into_iter()
        .map(|warning| match warning.split_once("; run: ") {
            Some((message, command)) => {
                Finding::new(Level::Warning, message).mended_by(command.to_owned())
            }
            None => Finding::new(Level::Warning, warning),
        })
        .collect();
    if let Standing::Untrusted { ignored } = settings.standing()
        && !ignored.is_empty()
    {
        let message =
            format!("the project's kosmo.toml is not trusted; ignored: {}", ignored.join(", "));
        findings.push(Finding::new(Level::Warning, message).mended_by("kosmo trust".into()));
    }
    let known: Vec<&str> = runtime.catalogue().names().collect();
    let mut strangers: Vec<&str> = settings
        .under("integrations.")
        .filter_map(|(key, _)| key.split('.').nth(1))
        .filter(|name| !known.contains(name))
        .collect();
    strangers.dedup();
    for name in strangers {
        let hint = did_you_mean(&nearest(name, known.iter().copied()));
        let finding = Finding::new(
            Level::Warning,
            format!("settings name a provider `{name}`, which does not exist"),
        );
        findings.push(Finding { hint, ..finding });
    }
    for name in known {
        if let Err(fault) = runtime.catalogue().provider(name) {
            findings.push(Finding::new(Level::Problem, fault.message));
        }
    }
    let one = Filter { limit: Some(1), ..Filter::default() };
    if let Err(fault) = runtime.engine().journal.recent(&one) {
        let finding = Finding::new(Level::Warning, fault.message);
        findings.push(Finding { hint: fault.hint, ..finding });
    }
    findings
}

/// What concerns one provider, account by account.
pub(super) fn of(runtime: &Runtime, provider: &Provider) -> Vec<Finding> {
    let accounts = &runtime.engine().accounts;
    let mut findings = Vec::new();
    if !switched_on(runtime.settings(), provider) {
        findings.push(Finding::new(Level::Warning, "switched off in the settings"));
    }
    let names = accounts.names(provider);
    for name in &names {
        if let Err(fault) = check_account(provider, name) {
            findings.push(Finding::of_fault(name, &fault));
        }
        findings.extend(strange_fields(runtime, provider, name));
        for field in &provider.fields {
            if let Some(found) = accounts.find(provider, name, field) {
                findings.extend(reference(runtime, name, field, &found));
            }
        }
        let account = opened(runtime, provider, name);
        findings.extend(reach(runtime, provider, &account));
        findings.extend(unreachable(runtime, provider, &account));
    }
    let usual = accounts.usual(provider);
    if !names.iter().any(|name| name == usual) {
        let message = format!("`integrations.{}.account` names no account: {usual}", provider.name);
        findings.push(Finding::new(Level::Problem, message));
    }
    findings
}

/// Which of the provider's services an account can use.
fn reach(runtime: &Runtime, provider: &Provider, account: &Account) -> Option<Finding> {
    let accounts = &runtime.engine().accounts;
    let (mut open, mut shut) = (Vec::new(), Vec::new());
    for service in provider.services.values() {
        match service.secret.as_deref() {
            Some(secret) if !accounts.has(provider, account, secret) => {
                shut.push(format!("{} needs {secret}", service.title));
            }
            _ if elsewhere(accounts.base(provider, account, service).as_ref().err()) => {
                shut.push(format!("{} is not in its region", service.title));
            }
            _ => open.push(service.title.as_str()),
        }
    }
    let open = if open.is_empty() { return None } else { open.join(", ") };
    let shut = if shut.is_empty() { String::new() } else { format!("; {}", shut.join(", ")) };
    Some(Finding::new(Level::Fine, format!("can use the {open}{shut}")).about(&account.name))
}

/// Whether a service is somewhere, but not in the account's region.
fn elsewhere(fault: Option<&Fault>) -> bool {
    fault.is_some_and(|fault| fault.code == "wrong_region")
}

/// What keeps an account from its services. That some of them are not in its region is as it should
/// be, that none is cannot be meant.
fn unreachable(runtime: &Runtime, provider: &Provider, account: &Account) -> Vec<Finding> {
    let accounts = &runtime.engine().accounts;
    let bases: Vec<_> = provider
        .services
        .values()
        .map(|service| (service, accounts.base(provider, account, service)))
        .collect();
    let somewhere = bases.iter().any(|(_, base)| base.is_ok());
    bases
        .into_iter()
        .filter(|(service, _)| {
            let secret = service.secret.as_deref();
            secret.is_some_and(|secret| accounts.has(provider, account, secret))
        })
        .filter_map(|(_, base)| base.err())
        .filter(|fault| !(somewhere && elsewhere(Some(fault))))
        .map(|fault| Finding::of_fault(&account.name, &fault))
        .collect()
}

fn opened(runtime: &Runtime, provider: &Provider, name: &str) -> Account {
    let emulated = runtime.engine().accounts.emulated();
    Account { provider: provider.name.clone(), name: name.to_owned(), emulated, elsewhere: None }
}

fn strange_fields(runtime: &Runtime, provider: &Provider, account: &str) -> Vec<Finding> {
    let prefix = format!("integrations.{}.accounts.{account}.", provider.name);
    let fields: Vec<&str> = provider.fields.iter().map(|field| field.name.as_str()).collect();
    runtime
        .settings()
        .under(&prefix)
        .filter_map(|(key, setting)| Some((key.strip_prefix(&prefix)?, setting)))
        .filter(|(name, _)| {
            !name.starts_with("policy.")
                && !name.starts_with("connection.")
                && !fields.contains(name)
        })
        .map(|(name, setting)| {
            let message =
                format!("`{name}` in {} is no field of {}", setting.origin, provider.title);
            let hint = did_you_mean(&nearest(name, fields.iter().copied()));
            Finding { hint, ..Finding::new(Level::Warning, message) }.about(account)
        })
        .collect()
}

/// Whether a reference can be followed, as far as can be seen without running anything.
fn reference(runtime: &Runtime, account: &str, field: &Field, found: &Found) -> Option<Finding> {
    let reference = found.reference()?;
    let origin = &found.origin;
    let finding = match reference.split_once(':')? {
        ("env", name) if runtime.settings().environment().get(name).is_none() => Finding::new(
            Level::Problem,
            format!("`{}` is {reference} (from {origin}), and {name} is not set", field.name),
        ),
        ("file", target) => {
            let path =
                crate::engine::account::located(target, origin, runtime.settings().environment());
            let path_shown = path.display();
            if !path.exists() {
                let message = format!(
                    "`{}` is {reference} (from {origin}), and there is no {path_shown}",
                    field.name
                );
                Finding::new(Level::Problem, message)
            } else if field.kind == FieldKind::Secret && edit::readable_by_others(&path) {
                Finding::new(
                    Level::Warning,
                    format!("{path_shown} holds a secret and others may read it"),
                )
                .mended_by(format!("chmod 600 {path_shown}"))
            } else {
                return None;
            }
        }
        _ => return None,
    };
    Some(finding.about(account))
}

/// Which fields an account has, and from where.
pub(super) fn held(runtime: &Runtime, provider: &Provider, account: &str) -> Vec<String> {
    let accounts = &runtime.engine().accounts;
    let line = |field: &Field| {
        let found = accounts.find(provider, account, field)?;
        let what = found.reference().map(|reference| format!(" = {reference}")).unwrap_or_default();
        Some(format!("{}{what} ({})", field.name, found.origin))
    };
    provider.fields.iter().filter_map(line).collect()
}
