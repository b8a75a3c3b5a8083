//! Whose credentials: an account's fields, found when they are asked for and not before, in the
//! order environment > project file > user file > row. Writing them down is the command line's
//! business.

mod base;
mod complaint;
mod inventory;
mod reference;
mod secret;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::catalogue::Provider;
use crate::catalogue::name::{did_you_mean, nearest};
use crate::catalogue::operation::{Field, FieldKind};
use crate::error::{Fault, Kind};
use crate::redact::{Redactor, Secret};
use crate::settings::{Origin, Settings, is_account_name, is_reference};
pub use base::{check_url, travels_in_clear};
use reference::References;
pub use reference::located;

/// The account that always exists.
pub const DEFAULT: &str = "default";

/// Finds accounts.
#[derive(Debug)]
pub struct Accounts {
    settings: Arc<Settings>,
    redactor: Redactor,
    /// The base URL that replaces every service's when the emulator is in use.
    emulator: Option<String>,
    references: References,
    /// The accounts of the providers that were asked for.
    names: Mutex<BTreeMap<String, Vec<String>>>,
    /// Providers whose secrets the redactor has been taught.
    taught: Mutex<BTreeSet<String>>,
    /// The fields found so far: a run asks for the same few with every call.
    known: Mutex<HashMap<String, Option<Secret>>>,
}

/// One account, its fields not yet looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    /// The provider it belongs to.
    pub provider: String,
    /// Its name; `default` always exists.
    pub name: String,
    /// Whether it stands for nobody's data.
    pub emulated: bool,
    /// The region it is looked for in, in place of its own.
    pub elsewhere: Option<String>,
}

/// A field's value as it was written: the value itself, or a reference to it.
#[derive(Debug, Clone)]
pub struct Found {
    /// As written.
    pub written: Secret,
    /// Where it was written.
    pub origin: Origin,
}

impl Found {
    /// The reference, when it is one.
    pub fn reference(&self) -> Option<&str> {
        Some(self.written.expose()).filter(|text| is_reference(text))
    }
}

impl Accounts {
    /// Accounts from `settings`; `emulator` is the base URL of the emulator when one is in use.
    pub fn new(settings: Arc<Settings>, redactor: Redactor, emulator: Option<String>) -> Self {
        for secret in settings.stored_secrets() {
            redactor.learn(secret);
        }
        let (references, names, taught, known) = Default::default();
        Self { settings, redactor, emulator, references, names, taught, known }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Option<Secret>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether every account points at the emulator.
    pub fn emulated(&self) -> bool {
        self.emulator.is_some()
    }

    /// The name of the account used when none is given: the setting
    /// `integrations.<provider>.account`, else `default`.
    pub fn usual(&self, provider: &Provider) -> &str {
        self.settings.text(&Self::usual_key(&provider.name)).unwrap_or(DEFAULT)
    }

    /// The account of that name, none for the usual one.
    ///
    /// # Errors
    /// `not_found` with the list of accounts; `not_active` when the provider is switched off.
    pub fn open(&self, provider: &Provider, name: Option<&str>) -> Result<Account, Fault> {
        let key = format!("integrations.{}.enabled", provider.name);
        if self.settings.flag(&key) == Some(false) {
            let message = format!("Integration '{}' is installed but not active.", provider.name);
            let hint = format!("kosmo integrations:configure {} --enable", provider.name);
            return Err(Fault::new(Kind::NotActive, message).hint(hint));
        }
        let name = self.known_name(provider, name.unwrap_or_else(|| self.usual(provider)))?;
        self.teach(provider);
        let (provider, emulated) = (provider.name.clone(), self.emulated());
        Ok(Account { provider, name, emulated, elsewhere: None })
    }

    fn known_name(&self, provider: &Provider, name: &str) -> Result<String, Fault> {
        if self.archived(provider, name).is_some() {
            return Err(complaint::archived(provider, name));
        }
        if name == DEFAULT {
            return Ok(name.to_owned());
        }
        let names = self.names(provider);
        // A file may say `my-prod` where only `MY_PROD` can be a variable's name.
        let alike = |known: &&String| is_account_name(name) && upper(known) == upper(name);
        let exact = names.iter().find(|known| *known == name);
        if let Some(known) = exact.or_else(|| names.iter().find(alike)) {
            return Ok(known.clone());
        }
        let near = nearest(name, names.iter().map(String::as_str));
        let question = did_you_mean(&near).map(|text| format!("{text} ")).unwrap_or_default();
        Err(Fault::not_found(format!("Unknown {} account: {name}", provider.title))
            .code("unknown_account")
            .hint(format!("{question}there are: {}", names.join(", "))))
    }

    /// The variables that can set a field, the most exact first.
    pub fn variables(provider: &Provider, account: &str, field: &Field) -> Vec<String> {
        let exact =
            format!("KOSMO_{}_{}_{}", upper(&provider.name), upper(account), upper(&field.name));
        let shared = field.env.iter().filter(|_| account == DEFAULT).cloned();
        std::iter::once(exact).chain(shared).collect()
    }

    /// The variable a person would think of first.
    pub fn usual_variable(provider: &Provider, account: &str, field: &Field) -> String {
        let variables = Self::variables(provider, account, field);
        variables.get(1).or(variables.first()).cloned().unwrap_or_default()
    }

    /// The variable that holds, or could hold, the credential for a route.
    pub fn variable_of(&self, provider: &Provider, account: &Account, service: &str) -> String {
        let field = provider.services.get(service).and_then(|service| service.secret.as_deref());
        let field = field.and_then(|name| provider.field(name));
        field.map_or_else(String::new, |field| {
            let found = self.find(provider, &account.name, field).map(|found| found.origin);
            match found {
                Some(Origin::Environment(name)) => name,
                _ => Self::usual_variable(provider, &account.name, field),
            }
        })
    }

    fn variable_value(
        &self,
        provider: &Provider,
        account: &str,
        field: &Field,
    ) -> Option<(String, String)> {
        let environment = self.settings.environment();
        Self::variables(provider, account, field).into_iter().find_map(|name| {
            let value = environment.get(&name)?.to_string_lossy().into_owned();
            Some((name, value))
        })
    }

    /// What is written for a field, and where; references are not followed.
    pub fn find(&self, provider: &Provider, account: &str, field: &Field) -> Option<Found> {
        let found = |written: &str, origin| Found { written: Secret::new(written), origin };
        if self.emulated() && !field.kept {
            // Real values stay out of it: what runs here runs alike for everybody.
            let value = field.emulator.as_deref().or(field.default.as_deref())?;
            return Some(found(value, Origin::Default));
        }
        if let Some((name, value)) = self.variable_value(provider, account, field) {
            return Some(found(&value, Origin::Environment(name)));
        }
        let key = format!("integrations.{}.accounts.{account}.{}", provider.name, field.name);
        let written = self.settings.get(&key).and_then(|setting| {
            let text = setting.value.as_str().filter(|text| !text.is_empty())?;
            Some(found(text, setting.origin.clone()))
        });
        written.or_else(|| Some(found(field.default.as_deref()?, Origin::Default)))
    }

    /// Whether a field has a value, without running or opening anything to learn it.
    pub fn has(&self, provider: &Provider, account: &Account, field: &str) -> bool {
        let key = format!("{}/{}/{field}", provider.name, account.name);
        if let Some(value) = self.known().get(&key) {
            return value.is_some();
        }
        let found =
            provider.field(field).and_then(|field| self.find(provider, &account.name, field));
        found.is_some_and(|found| match found.reference().and_then(|r| r.strip_prefix("env:")) {
            Some(name) => self.settings.environment().get(name).is_some(),
            None => true,
        })
    }

    /// A field's value: environment, project, user file, the row's default. References
    /// (`env:NAME`, `file:path`, `cmd:…`) are resolved. Secrets are taught to the redactor.
    ///
    /// # Errors
    /// When a reference cannot be resolved, or the value is none of the field's choices; the
    /// message names where it was written, never a value.
    pub fn field(
        &self,
        provider: &Provider,
        account: &Account,
        field: &str,
    ) -> Result<Option<String>, Fault> {
        let key = format!("{}/{}/{field}", provider.name, account.name);
        if let Some(value) = self.known().get(&key) {
            return Ok(value.as_ref().map(|value| value.expose().to_owned()));
        }
        let value = self.look_up(provider, account, field)?;
        self.known().insert(key, value.as_deref().map(Secret::new));
        Ok(value)
    }

    fn look_up(
        &self,
        provider: &Provider,
        account: &Account,
        field: &str,
    ) -> Result<Option<String>, Fault> {
        let Some(field) = provider.field(field) else { return Ok(None) };
        let Some(found) = self.find(provider, &account.name, field) else { return Ok(None) };
        let value = match found.reference() {
            Some(reference) => self
                .references
                .resolve(reference, &found.origin, self.settings.environment())
                .map_err(|why| complaint::unresolved(provider, account, field, &found, &why))?,
            None => found.written.expose().to_owned(),
        };
        if field.kind == FieldKind::Secret {
            self.redactor.learn(&Secret::new(value.as_str()));
            return Ok(Some(value));
        }
        choose(field, value)
            .map(Some)
            .map_err(|why| Fault::new(Kind::Config, format!("{why} (from {})", found.origin)))
    }

    /// The account's region (`us`, `eu`), from its field `region`.
    ///
    /// # Errors
    /// As [`Self::field`].
    pub fn region(&self, provider: &Provider, account: &Account) -> Result<String, Fault> {
        let region = match &account.elsewhere {
            Some(region) => Some(region.clone()),
            None => self.field(provider, account, base::REGION)?,
        };
        Ok(region.unwrap_or_else(|| "us".to_owned()))
    }
}

/// The value as the field's choices spell it.
///
/// # Errors
/// The choices, when it is none of them.
pub fn choose(field: &Field, value: String) -> Result<String, String> {
    if field.choices.is_empty() {
        return Ok(value);
    }
    let choice = field.choices.iter().find(|choice| choice.eq_ignore_ascii_case(&value));
    choice
        .cloned()
        .ok_or_else(|| format!("`{}` must be one of: {}", field.name, field.choices.join(", ")))
}

fn upper(name: &str) -> String {
    name.replace('-', "_").to_ascii_uppercase()
}
