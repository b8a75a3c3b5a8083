//! What can be said of a provider besides its rows: whether it is active, which accounts it has, and
//! the facts that every listing repeats.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::output::{grid::fitted, terminal::width};
use crate::catalogue::operation::{Auth, FieldKind};
use crate::catalogue::schema::input_schema;
use crate::catalogue::{Effect, Operation, Provider};
use crate::engine::Accounts;
use crate::engine::account::DEFAULT;
use crate::engine::policy::in_force;
use crate::runtime::Runtime;
use crate::settings::{Origin, Settings};

/// What every provider here can do, in the words that listings use.
pub(super) const SUMMARY: &str = "CLI setup and runtime supported.";

/// How a provider stands.
pub(super) struct State {
    /// Switched on, and with a credential.
    pub(super) active: bool,
    /// Whether some account has a credential.
    pub(super) configured: bool,
    /// Every account, `default` first.
    pub(super) accounts: Vec<String>,
}

impl State {
    /// Looks.
    pub(super) fn of(runtime: &Runtime, provider: &Provider) -> Self {
        let accounts = &runtime.engine().accounts;
        let names = accounts.names(provider);
        let configured = names.iter().any(|name| has_credential(accounts, provider, name));
        let active = configured && switched_on(runtime.settings(), provider);
        Self { active, configured, accounts: names }
    }

    /// One word for it.
    pub(super) fn word(&self) -> &'static str {
        match (self.active, self.configured) {
            (true, _) => "active",
            (false, true) => "disabled",
            (false, false) => "inactive",
        }
    }
}

/// Whether an account has any of the provider's credentials; true where none is needed.
pub(super) fn has_credential(accounts: &Accounts, provider: &Provider, account: &str) -> bool {
    if accounts.archived(provider, account).is_some() {
        return false;
    }
    let mut secrets =
        provider.fields.iter().filter(|field| field.kind == FieldKind::Secret).peekable();
    secrets.peek().is_none()
        || secrets.any(|field| accounts.find(provider, account, field).is_some())
}

/// Whether the user has not switched the provider off.
pub(super) fn switched_on(settings: &Settings, provider: &Provider) -> bool {
    settings.flag(&format!("integrations.{}.enabled", provider.name)) != Some(false)
}

/// How a provider's services are authenticated.
pub(super) fn auth_strategy(provider: &Provider) -> String {
    let words: BTreeSet<&str> =
        provider.services.values().map(|service| auth_word(service.auth)).collect();
    words.into_iter().collect::<Vec<_>>().join("+")
}

fn auth_word(auth: Auth) -> &'static str {
    match auth {
        Auth::Basic => "basic",
        Auth::Bearer => "bearer_token",
        Auth::Login => "login",
        Auth::Key => "api_key",
        Auth::None => "none",
    }
}

/// Where a provider runs.
pub(super) fn availability() -> Map<String, Value> {
    let compatibility = json!({
        "cli_setup_supported": true, "cli_runtime_supported": true,
        "web_setup_supported": false, "web_runtime_supported": false,
    });
    object(json!({
        "host_availability": {
            "cli": {
                "setup_supported": true, "runtime_supported": true,
                "setup_mode": "manual_secret", "runtime_mode": "normal",
            },
            "web": {"setup_supported": false, "runtime_supported": false},
            "proxy": false,
        },
        "runtime_requirements": [],
        "compatibility": compatibility,
        "compatibility_summary": SUMMARY,
    }))
}

/// A function as listings, searches and documentation give it to programs.
pub(super) fn function(provider: &Provider, state: &State, operation: &Operation) -> Value {
    let service = provider.services.get(&operation.route().service);
    let named: Vec<&String> = state.accounts.iter().filter(|name| *name != DEFAULT).collect();
    let mut function = object(json!({
        "provider": provider.name,
        "function": operation.name,
        "name": operation.full_name(),
        "slug": operation.slug(),
        "title": operation.title,
        "description": operation.about,
        "operation": operation.effect.word(),
        "active": state.active,
        "configured": state.configured,
        "accounts": named,
        "auth": service.and_then(|service| service.secret.clone()),
        "auth_strategy": service.map(|service| auth_word(service.auth)),
    }));
    function.append(&mut availability());
    function.append(&mut object(json!({
        "cli_setup_supported": true,
        "cli_runtime_supported": true,
        "input_schema": input_schema(operation),
    })));
    Value::Object(function)
}

/// The policy in force for every effect, for an account.
pub(super) fn permissions(
    settings: &Settings,
    provider: &Provider,
    account: &str,
) -> Map<String, Value> {
    let policy = |effect: Effect| in_force(settings, &provider.name, account, effect).word();
    Effect::ALL.iter().map(|effect| (effect.word().to_owned(), json!(policy(*effect)))).collect()
}

/// Where a value came from, as `origin` and `source`.
pub(super) fn origin(origin: &Origin) -> Map<String, Value> {
    object(json!({"origin": origin.word(), "source": origin.source()}))
}

/// The entries of an object written with `json!`.
pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Two maps as one object, the second after the first.
pub(super) fn joined(first: Map<String, Value>, second: Map<String, Value>) -> Value {
    Value::Object(first.into_iter().chain(second).collect())
}

/// A table for people, as wide as its content or, on a terminal, no wider than that.
pub(super) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    fitted(header, rows.into_iter().collect(), width())
}

/// `yes` or `no`.
pub(super) fn yes(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}
