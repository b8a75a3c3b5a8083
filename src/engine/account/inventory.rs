//! Which accounts there are, and which secrets they hold: what can be known from settings and the
//! environment without following a reference.

use std::collections::BTreeSet;

use super::{Accounts, DEFAULT, upper};
use crate::catalogue::Provider;
use crate::catalogue::operation::FieldKind;
use crate::redact::Secret;
use crate::settings::{is_account_name, is_reference};

impl Accounts {
    /// The setting that names the account of a provider which is meant where none is named.
    pub fn usual_key(provider: &str) -> String {
        format!("integrations.{provider}.account")
    }

    /// The names of a provider's accounts, `default` first, the others sorted: those in settings
    /// files, those that have an environment variable, and the emulator's when it is in use.
    pub fn names(&self, provider: &Provider) -> Vec<String> {
        // Neither settings nor the environment change while the program runs.
        let Ok(mut known) = self.names.lock() else { return self.look_around(provider) };
        let names =
            known.entry(provider.name.clone()).or_insert_with(|| self.look_around(provider));
        names.clone()
    }

    /// Since when an account has been put away; none for one that is in use. On the emulator every
    /// account is in use.
    pub fn archived(&self, provider: &Provider, account: &str) -> Option<&str> {
        let key = format!("integrations.{}.accounts.{account}.connection.archived", provider.name);
        self.settings.text(&key).filter(|_| !self.emulated())
    }

    /// The accounts that were put away, sorted.
    pub fn put_away(&self, provider: &Provider) -> Vec<String> {
        let prefix = format!("integrations.{}.accounts.", provider.name);
        let keys = self.settings.under(&prefix).map(|(key, _)| &key[prefix.len()..]);
        let names = keys.filter_map(|key| key.strip_suffix(".connection.archived"));
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.retain(|name| self.archived(provider, name).is_some());
        names
    }

    fn look_around(&self, provider: &Provider) -> Vec<String> {
        let mut names = BTreeSet::new();
        let prefix = format!("integrations.{}.accounts.", provider.name);
        for (key, _) in self.settings.under(&prefix) {
            names.extend(key[prefix.len()..].split('.').next().map(str::to_owned));
        }
        for name in self.named_by_environment(provider) {
            // `MY_PROD` may be what a file calls `my-prod`.
            if !names.iter().any(|known| upper(known) == upper(&name)) {
                names.insert(name);
            }
        }
        if self.emulated() {
            names.extend(provider.emulator_accounts.iter().cloned());
        }
        names.retain(|name| self.archived(provider, name).is_none());
        names.remove(DEFAULT);
        std::iter::once(DEFAULT.to_owned()).chain(names).collect()
    }

    fn named_by_environment(&self, provider: &Provider) -> Vec<String> {
        let prefix = format!("KOSMO_{}_", upper(&provider.name));
        let fields: Vec<String> = provider.fields.iter().map(|field| upper(&field.name)).collect();
        let account = |variable: &str| {
            let rest = variable.strip_prefix(&prefix)?;
            // `EU_API_URL` is the field `api_url` of `eu`, not `url` of `eu_api`.
            let field = fields
                .iter()
                .filter(|field| rest.ends_with(field.as_str()))
                .max_by_key(|field| field.len())?;
            let name = rest.strip_suffix(field.as_str())?.strip_suffix('_')?.to_ascii_lowercase();
            is_account_name(&name).then_some(name)
        };
        let variables = self.settings.environment().starting_with(&prefix);
        variables.iter().filter_map(|(variable, _)| account(variable)).collect()
    }

    /// Teaches the redactor every secret of a provider that can be known without opening or
    /// running anything, whether it is used or not.
    pub(super) fn teach(&self, provider: &Provider) {
        let Ok(mut taught) = self.taught.lock() else { return };
        if taught.contains(&provider.name) {
            return;
        }
        let environment = self.settings.environment();
        let learn = |text: &str| match text.strip_prefix("env:") {
            Some(name) => {
                let value = environment.get(name).and_then(|value| value.into_string().ok());
                value.into_iter().for_each(|value| self.redactor.learn(&Secret::new(value)));
            }
            None if is_reference(text) => {}
            None => self.redactor.learn(&Secret::new(text)),
        };
        let plain =
            |name: &str| provider.field(name).is_some_and(|field| field.kind != FieldKind::Secret);
        for (key, setting) in self.settings.under(&format!("integrations.{}.", provider.name)) {
            let Some((head, name)) = key.rsplit_once('.') else { continue };
            let field = head.contains(".accounts.")
                && ![".policy", ".connection"].iter().any(|end| head.ends_with(end))
                && !plain(name);
            setting.value.as_str().filter(|_| field).into_iter().for_each(learn);
        }
        for name in self.names(provider) {
            for field in provider.fields.iter().filter(|field| field.kind == FieldKind::Secret) {
                if let Some((_, value)) = self.variable_value(provider, &name, field) {
                    learn(&value);
                }
            }
        }
        taught.insert(provider.name.clone());
    }
}
