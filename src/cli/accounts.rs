//! `integrations:list`, `:status` and `:fields`: what there is and how it stands. None of them shows
//! a credential, opens the ledger or uses the network.

use serde_json::{Map, Value, json};

use super::describe::{SUMMARY, State, auth_strategy, function, table, yes};
use super::reply::Reply;
use crate::catalogue::Provider;
use crate::catalogue::operation::{Field, FieldKind};
use crate::engine::Accounts;
use crate::error::Fault;
use crate::runtime::Runtime;
use crate::settings::{Origin, edit, is_account_name};

/// Nothing to say about it.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {}

/// Which fields.
#[derive(Debug, clap::Args)]
pub(super) struct FieldsArgs {
    /// The provider
    pub(super) provider: String,
    /// The account
    #[arg(long, value_name = "NAME")]
    pub(super) account: Option<String>,
}

/// Every provider with its functions.
///
/// # Errors
/// None.
pub(super) fn list(runtime: &Runtime, _: &ListArgs) -> Result<Reply, Fault> {
    let mut providers = Map::new();
    let mut rows = Vec::new();
    for provider in runtime.catalogue().providers() {
        let state = State::of(runtime, provider);
        let functions: Vec<Value> = provider
            .operations
            .values()
            .map(|operation| function(provider, &state, operation))
            .collect();
        let entry = json!({
            "active": state.active,
            "configured": state.configured,
            "auth_strategy": auth_strategy(provider),
            "cli_setup_supported": true,
            "cli_runtime_supported": true,
            "compatibility_summary": SUMMARY,
            "functions": functions,
        });
        providers.insert(provider.name.clone(), entry);
        rows.push(vec![
            provider.name.clone(),
            provider.operations.len().to_string(),
            state.word().to_owned(),
            SUMMARY.to_owned(),
            examples(provider),
        ]);
    }
    let json = json!({"success": true, "providers": providers});
    Ok(Reply::new(
        json,
        table(&["Provider", "Functions", "Status", "Compatibility", "Examples"], rows),
    )
    .listing("providers"))
}

fn examples(provider: &Provider) -> String {
    let featured = provider.featured.iter().chain(provider.operations.keys());
    let mut names: Vec<&str> = Vec::new();
    for name in featured.map(String::as_str) {
        if names.len() < 5 && !names.contains(&name) {
            names.push(name);
        }
    }
    let more = if provider.operations.len() > names.len() { ", ..." } else { "" };
    format!("{}{more}", names.join(", "))
}

/// Every provider with its accounts.
///
/// # Errors
/// None.
pub(super) fn status(runtime: &Runtime, _: &ListArgs) -> Result<Reply, Fault> {
    let mut providers = Map::new();
    let mut rows = Vec::new();
    for provider in runtime.catalogue().providers() {
        let state = State::of(runtime, provider);
        let entry = json!({
            "active": state.active,
            "configured": state.configured,
            "accounts": state.accounts,
            "functions": provider.operations.len(),
            "auth_strategy": auth_strategy(provider),
            "cli_setup_supported": true,
            "cli_runtime_supported": true,
            "compatibility_summary": SUMMARY,
        });
        providers.insert(provider.name.clone(), entry);
        rows.push(vec![
            provider.name.clone(),
            yes(state.active),
            yes(state.configured),
            state.accounts.join(", "),
            SUMMARY.to_owned(),
            provider.operations.len().to_string(),
        ]);
    }
    let warnings = exposed_files(runtime);
    let json = json!({"success": true, "providers": providers, "warnings": warnings});
    let header = ["Provider", "Active", "Configured", "Accounts", "Compatibility", "Functions"];
    let mut text = table(&header, rows);
    for warning in warnings {
        text += &format!("\nwarning: {warning}");
    }
    Ok(Reply::new(json, text).listing("providers"))
}

/// Files with secrets in them that others may read.
pub(super) fn exposed_files(runtime: &Runtime) -> Vec<String> {
    let paths = runtime.settings().paths();
    let mut files = Vec::new();
    files.extend(paths.credentials_file());
    for provider in runtime.catalogue().providers() {
        let prefix = format!("integrations.{}.accounts.", provider.name);
        for (key, setting) in runtime.settings().under(&prefix) {
            let field = key.rsplit('.').next().and_then(|name| provider.field(name));
            let secret = field.is_some_and(|field| field.kind == FieldKind::Secret);
            let literal =
                setting.value.as_str().is_some_and(|text| !crate::settings::is_reference(text));
            if let (true, Origin::User(file) | Origin::Project(file)) =
                (secret && literal, &setting.origin)
                && !files.contains(file)
            {
                files.push(file.clone());
            }
        }
    }
    let exposed = files.into_iter().filter(|file| edit::readable_by_others(file));
    exposed
        .map(|file| {
            let file = file.display();
            format!("{file} holds secrets and others may read it; run: chmod 600 {file}")
        })
        .collect()
}

/// The fields of an account.
///
/// # Errors
/// `not_found` for an unknown provider, usage for a name that cannot be an account's.
pub(super) fn fields(runtime: &Runtime, args: &FieldsArgs) -> Result<Reply, Fault> {
    let provider = runtime.catalogue().provider(&args.provider)?;
    let accounts = &runtime.engine().accounts;
    let account = args.account.as_deref().unwrap_or_else(|| accounts.usual(provider));
    check_account(provider, account)?;
    let names = accounts.names(provider);
    let fields: Vec<Value> = provider
        .fields
        .iter()
        .map(|field| {
            json!({
                "key": field.name,
                "label": field.title,
                "type": kind(field),
                "required": false,
                "configured": is_set(accounts, provider, account, field),
                "description": field.about,
                "choices": field.choices,
                "default": field.default,
                "env": Accounts::variables(provider, account, field),
            })
        })
        .collect();
    let example = format!(
        "kosmo integrations:configure {} --account={account} --set key=value --enable --json",
        provider.name
    );
    let rows = provider.fields.iter().map(|field| {
        vec![
            field.name.clone(),
            field.title.clone(),
            kind(field).to_owned(),
            yes(is_set(accounts, provider, account, field)),
            Accounts::usual_variable(provider, account, field),
        ]
    });
    let text = table(&["Key", "Label", "Type", "Configured", "Variable"], rows);
    let json = json!({
        "success": true,
        "provider": provider.name,
        "account": account,
        "accounts": names,
        "cli_setup_supported": true,
        "cli_runtime_supported": true,
        "auth_strategy": auth_strategy(provider),
        "compatibility_summary": SUMMARY,
        "fields": fields,
        "example": example,
    });
    Ok(Reply::new(json, format!("{text}\n{example}")).listing("fields"))
}

/// Refuses what cannot name an account: anything but lower-case letters, digits, `_` and `-`, and
/// the name of a function, which a script could not tell from it.
///
/// # Errors
/// Usage.
pub(super) fn check_account(provider: &Provider, name: &str) -> Result<(), Fault> {
    let fault = |why: String| Fault::usage(why).code("bad_account_name");
    if !is_account_name(name) {
        return Err(fault(format!("`{name}` cannot be the name of an account")).hint(
            "use lower-case letters, digits, `_` and `-`, and begin with a letter or digit",
        ));
    }
    match provider.operation(name) {
        None => Ok(()),
        Some(operation) => Err(fault(format!(
            "`{name}` cannot be the name of an account: it names the function `{}`",
            operation.full_name()
        ))),
    }
}

/// Whether somebody has set a field, the row's default aside.
fn is_set(accounts: &Accounts, provider: &Provider, account: &str, field: &Field) -> bool {
    let found = accounts.find(provider, account, field);
    found.is_some_and(|found| accounts.emulated() || found.origin != Origin::Default)
}

fn kind(field: &Field) -> &'static str {
    match field.kind {
        FieldKind::Secret => "secret",
        FieldKind::Url => "url",
        FieldKind::Text => "text",
    }
}
