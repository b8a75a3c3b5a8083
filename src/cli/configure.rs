//! `integrations:configure`: what a user wants written down about an account. Everything is checked
//! before anything is written; secrets go to the credentials file and nowhere else.

mod change;
pub(super) mod hidden;
mod wish;

use std::sync::Arc;

use serde_json::json;

use super::accounts::check_account;
use super::describe::{has_credential, permissions, switched_on};
use super::invocation::Invocation;
use super::reply::Reply;
use crate::catalogue::Provider;
use crate::catalogue::operation::FieldKind;
use crate::engine::Accounts;
use crate::engine::account::{DEFAULT, choose};
use crate::error::Fault;
use crate::redact::{Redactor, Secret};
use crate::runtime::Runtime;
use crate::settings::edit::{self, Draft, Privacy};
use crate::settings::{Settings, Standing, is_reference, trust};
use hidden::Hidden;
use wish::{Scope, Wish};

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo integrations:configure segment --set write_key=-
kosmo integrations:configure segment --account production --set write_key=env:PROD_KEY --set region=eu
kosmo integrations:configure segment --write allow --destroy deny";

/// What to write down.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct ConfigureArgs {
    /// The provider
    pub(super) provider: String,
    /// The account; policy given with it is for this account alone
    #[arg(long, value_name = "NAME")]
    pub(super) account: Option<String>,
    /// A field; `-` as the value reads it from a line of standard input, and `env:NAME`, `file:PATH`
    /// or `cmd:COMMAND` says where it is to be found
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    /// A field to forget
    #[arg(long, value_name = "KEY")]
    pub(super) unset: Vec<String>,
    /// Read account, scope, set, unset, enabled and permissions from a JSON object on standard input
    #[arg(long)]
    pub(super) stdin_json: bool,
    /// Switch the provider on
    #[arg(long)]
    pub(super) enable: bool,
    /// Switch the provider off
    #[arg(long)]
    pub(super) disable: bool,
    /// Policy for looking
    #[arg(long, value_name = "POLICY")]
    pub(super) read: Option<String>,
    /// Policy for changing; replacing and destroying go with it unless they went their own way
    #[arg(long, value_name = "POLICY")]
    pub(super) write: Option<String>,
    /// Policy for overwriting whole sets
    #[arg(long, value_name = "POLICY")]
    pub(super) replace: Option<String>,
    /// Policy for deleting
    #[arg(long, value_name = "POLICY")]
    pub(super) destroy: Option<String>,
    /// Policy for erasing people's data; it always needs a confirmation too
    #[arg(long, value_name = "POLICY")]
    pub(super) erase: Option<String>,
    /// Several policies at once
    #[arg(long, value_name = "read:allow,write:ask")]
    pub(super) permissions: Option<String>,
    /// Write to your own settings, which is usual
    #[arg(long, conflicts_with = "project")]
    pub(super) global: bool,
    /// Write to the project's kosmo.toml, which cannot hold secrets
    #[arg(long)]
    pub(super) project: bool,
}

/// Writes it down.
///
/// # Errors
/// Usage for anything that cannot be right, settings faults for a broken file.
pub(super) fn configure(invocation: &Invocation, args: &ConfigureArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("changing accounts and policy")?;
    let provider = runtime.catalogue().provider(&args.provider)?;
    let hide =
        |name: &str| Hidden::begin().inspect(|_| invocation.printer().prompt(&format!("{name}: ")));
    let wish = Wish::of(provider, args, &mut std::io::stdin().lock(), hide)?;
    let account = wish.account.as_deref().unwrap_or(DEFAULT);
    let Kept { after, accounts, notes } = write_down(runtime, provider, account, &wish)?;
    Ok(invocation.say(&reply(&after, &accounts, provider, account, &wish, &notes)))
}

/// What is in force after something was written down.
struct Kept {
    after: Arc<Settings>,
    accounts: Accounts,
    notes: Vec<String>,
}

/// Checks everything, then writes it.
fn write_down(
    runtime: &Runtime,
    provider: &Provider,
    account: &str,
    wish: &Wish,
) -> Result<Kept, Fault> {
    for (name, value) in &wish.set {
        let secret = provider.field(name).is_some_and(|field| field.kind == FieldKind::Secret);
        if secret && !is_reference(value) {
            runtime.redactor().learn(&Secret::new(value.as_str()));
        }
    }
    check_account(provider, account)?;
    wish.check(provider)?;
    let before = runtime.settings();
    let mut notes = match wish.scope {
        Scope::Global => write_global(before, provider, account, wish)?,
        Scope::Project => write_project(before, provider, account, wish)?,
    };
    let after = Arc::new(before.read_again()?);
    let accounts = Accounts::new(Arc::clone(&after), Redactor::default(), None);
    notes.extend(overruled(&accounts, provider, account, wish));
    Ok(Kept { after, accounts, notes })
}

/// Writes the fields that were given on a command line; what else wins over them is the answer.
///
/// # Errors
/// Usage for a value that cannot be right; nothing is written then.
pub(super) fn keep_given(
    invocation: &Invocation,
    provider: &Provider,
    args: &ConfigureArgs,
) -> Result<Vec<String>, Fault> {
    let hide =
        |name: &str| Hidden::begin().inspect(|_| invocation.printer().prompt(&format!("{name}: ")));
    let wish = Wish::of(provider, args, &mut std::io::stdin().lock(), hide)?;
    let account = wish.account.as_deref().unwrap_or(DEFAULT);
    write_down(invocation.runtime()?, provider, account, &wish).map(|kept| kept.notes)
}

/// Writes fields of an account into the user's own files; what else wins over them is the answer.
///
/// # Errors
/// Usage for a value that cannot be right; nothing is written then.
pub(super) fn keep(
    runtime: &Runtime,
    provider: &Provider,
    account: &str,
    set: Vec<(String, String)>,
    unset: Vec<String>,
) -> Result<Vec<String>, Fault> {
    let account_named = Some(account.to_owned());
    let wish = Wish { account: account_named, set, unset, ..Wish::default() };
    write_down(runtime, provider, account, &wish).map(|kept| kept.notes)
}

fn write_global(
    settings: &Settings,
    provider: &Provider,
    account: &str,
    wish: &Wish,
) -> Result<Vec<String>, Fault> {
    let paths = settings.paths();
    let (Some(config), Some(credentials)) = (paths.config_file(), paths.credentials_file()) else {
        return Err(edit::no_home());
    };
    let _lock = paths.config.as_deref().and_then(edit::lock);
    let mut config = Draft::open(config, Privacy::Shared)?;
    let mut credentials = Draft::open(credentials, Privacy::Private)?;
    change::settings(&mut config, provider, account, wish);
    change::fields(&mut config, Some(&mut credentials), provider, account, wish);
    edit::save(&[&credentials, &config])?;
    Ok(Vec::new())
}

fn write_project(
    settings: &Settings,
    provider: &Provider,
    account: &str,
    wish: &Wish,
) -> Result<Vec<String>, Fault> {
    let path = settings.project_file().ok_or_else(edit::no_home)?;
    for (name, value) in &wish.set {
        let secret = provider.field(name).is_some_and(|field| field.kind == FieldKind::Secret);
        if secret && !is_reference(value) {
            let hint = format!(
                "name a place for it, such as --set {name}=env:NAME, or leave out --project"
            );
            return Err(Fault::usage(format!(
                "`{name}` is a secret, and a project's file is no place for one"
            ))
            .code("secret_in_project")
            .hint(hint));
        }
    }
    let lock = path.parent().and_then(edit::lock);
    let mut draft = Draft::open(path, Privacy::Shared)?;
    let file = draft.path().to_owned();
    // What the user writes is trusted as long as all the rest was, too.
    let own = draft.is_new() || *settings.standing() == Standing::Trusted;
    change::settings(&mut draft, provider, account, wish);
    change::fields(&mut draft, None, provider, account, wish);
    edit::save(&[&draft])?;
    // The file of trust may lie in the same folder.
    drop(lock);
    if own && trust::trust(settings.paths(), &file).is_ok() {
        return Ok(Vec::new());
    }
    let file = file.display();
    Ok(vec![format!("{file} is not trusted and may only tighten; read it, then run `kosmo trust`")])
}

/// What was written but does not count, because another layer wins.
fn overruled(accounts: &Accounts, provider: &Provider, account: &str, wish: &Wish) -> Vec<String> {
    let wins = |(name, value): &(String, String)| {
        let field = provider.field(name)?;
        let found = accounts.find(provider, account, field)?;
        let written = choose(field, value.clone()).unwrap_or_else(|_| value.clone());
        (found.written.expose() != written)
            .then(|| format!("`{name}` comes from {}, which wins", found.origin))
    };
    wish.set.iter().filter_map(wins).collect()
}

fn reply(
    settings: &Settings,
    accounts: &Accounts,
    provider: &Provider,
    account: &str,
    wish: &Wish,
    notes: &[String],
) -> Reply {
    let names: Vec<&String> = wish.set.iter().map(|(name, _)| name).collect();
    let json = json!({
        "success": true,
        "provider": provider.name,
        "account": account,
        "scope": wish.scope.word(),
        "credentials_set": names,
        "credentials_unset": wish.unset,
        "enabled": switched_on(settings, provider),
        "configured": has_credential(accounts, provider, account),
        "cli_setup_supported": true,
        "cli_runtime_supported": true,
        "permissions": permissions(settings, provider, account),
        "notes": notes,
    });
    let mut text = format!("Configured {} ({account}).", provider.name);
    for note in notes {
        text += &format!("\nnote: {note}");
    }
    Reply::new(json, text)
}
