//! `connection delete`, `restore` and `patch`. Deleting puts an account away; only `--purge` forgets
//! what it holds.

use std::path::Path;

use serde_json::{Value, json};

use super::place::Place;
use super::remembered;
use crate::catalogue::operation::FieldKind;
use crate::cli::configure;
use crate::cli::invocation::Invocation;
use crate::cli::reply::Reply;
use crate::cli::stdin;
use crate::engine::{Accounts, now};
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;
use crate::settings::edit::{self, Draft, Privacy};
use crate::settings::{Origin, is_reference};

/// Command lines for the help.
pub(in crate::cli) const PATCH_EXAMPLES: &str = "\
kosmo connection patch segment.staging --data '{\"name\": \"Staging\", \"input\": {\"region\": \"eu\"}}'";

/// The longest name of a connection.
const LENGTHY: usize = 200;

/// Which connection to put away.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct DeleteArgs {
    /// Its id, or the name of its account
    connection: String,
    /// Forget what it holds for good, instead of putting it away
    #[arg(long)]
    purge: bool,
    /// With --purge: do not ask
    #[arg(long)]
    yes: bool,
}

/// Which connection to bring back.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct RestoreArgs {
    /// Its id, or the name of its account
    connection: String,
}

/// What to change.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct PatchArgs {
    /// Its id, or the name of its account
    connection: String,
    /// A JSON object (or @FILE, or - for standard input) with `name`, and `input` with the fields to
    /// set; null forgets a field
    #[arg(long, value_name = "JSON")]
    data: String,
}

/// Puts an account away, or forgets it.
///
/// # Errors
/// `not_found` when there is none; `policy_denied` for a purge that nobody has agreed to.
pub(in crate::cli) fn delete(invocation: &Invocation, args: &DeleteArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("deleting connections")?;
    let place = Place::existing(runtime, &args.connection)?;
    let id = place.id();
    let mut notes = elsewhere(runtime, &place)?;
    if !args.purge {
        let archived = now();
        set(runtime, &place, "archived", Some(&archived))?;
        let text = format!(
            "Archived {id}. Nothing is forgotten: `kosmo connection restore {id}` brings it back, \
             `--purge` would forget it."
        );
        let json = json!({
            "success": true, "id": id, "archivedAt": archived, "purged": false, "notes": [],
        });
        return Ok(invocation.say(&Reply::new(json, text)));
    }
    if !args.yes && !invocation.agreed(&format!("Forget everything that {id} holds, for good?")) {
        let message = format!("everything that `{id}` holds would be forgotten for good");
        return Err(Fault::new(Kind::PolicyDenied, message)
            .hint(format!("kosmo connection delete {id} --purge --yes")));
    }
    forget(runtime, &place)?;
    remembered::forget(runtime.engine(), &place);
    let text = format!("Forgot {id} for good.");
    notes.dedup();
    let lines: Vec<String> = notes.iter().map(|note| format!("\nnote: {note}")).collect();
    let json = json!({
        "success": true, "id": id, "archivedAt": null, "purged": true, "notes": notes,
    });
    Ok(invocation.say(&Reply::new(json, text + &lines.concat())))
}

/// What another place than the user's own files says of the account, and goes on saying.
fn elsewhere(runtime: &Runtime, place: &Place) -> Result<Vec<String>, Fault> {
    let provider = runtime.catalogue().provider(&place.provider)?;
    let accounts: &Accounts = &runtime.engine().accounts;
    let found = provider.fields.iter().filter_map(|field| {
        let origin = accounts.find(provider, &place.account, field)?.origin;
        matches!(origin, Origin::Environment(_) | Origin::Project(_))
            .then(|| format!("`{}` still comes from {origin}", field.name))
    });
    Ok(found.collect())
}

/// Brings an account back.
///
/// # Errors
/// `not_found` when there is none.
pub(in crate::cli) fn restore(invocation: &Invocation, args: &RestoreArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("restoring connections")?;
    let place = Place::existing(runtime, &args.connection)?;
    set(runtime, &place, "archived", None)?;
    super::show(invocation, &invocation.look(place)?)
}

/// Changes a name, or fields that are no secrets.
///
/// # Errors
/// Usage for what cannot be changed so.
pub(in crate::cli) fn patch(invocation: &Invocation, args: &PatchArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("changing connections")?;
    let place = Place::existing(runtime, &args.connection)?;
    let provider = runtime.catalogue().provider(&place.provider)?;
    let text = match args.data.strip_prefix('@') {
        Some(path) => stdin::file("data file", Path::new(path))?,
        None if args.data == "-" => stdin::all()?,
        None => args.data.clone(),
    };
    let object = crate::cli::arguments::object(&text, "--data")?;
    let (mut given, mut fields) = (None, Vec::new());
    for (key, value) in &object {
        match (key.as_str(), value) {
            ("name", Value::String(name)) => given = Some(check_name(name)?),
            ("input" | "connectorParameters" | "parameters", Value::Object(map)) => {
                fields.extend(map);
            }
            ("name" | "input" | "connectorParameters" | "parameters", _) => {
                return Err(Fault::usage(format!("`{key}` has the wrong type")).param(key));
            }
            ("key" | "id", _) => {
                return Err(Fault::usage("a connection's id and key do not change")
                    .param(key)
                    .hint("`name` is what people see; another account is another connection"));
            }
            _ => {
                return Err(Fault::usage(format!("`{key}` cannot be changed"))
                    .param(key)
                    .hint("there are: name, input"));
            }
        }
    }
    let (mut sets, mut unsets) = (Vec::new(), Vec::new());
    for (name, value) in fields {
        let secret = provider.field(name).is_some_and(|field| field.kind == FieldKind::Secret);
        match value {
            Value::Null => unsets.push(name.clone()),
            Value::String(text) if secret && !is_reference(text) => {
                return Err(Fault::usage(format!("`{name}` is a secret and is not given so"))
                    .code("secret_in_argument")
                    .param(name)
                    .hint(format!("kosmo connect {}, or a reference: env:NAME", place.id())));
            }
            Value::String(text) => sets.push((name.clone(), text.clone())),
            _ => return Err(Fault::usage(format!("`{name}` must be text or null")).param(name)),
        }
    }
    if !sets.is_empty() || !unsets.is_empty() {
        configure::keep(runtime, provider, &place.account, sets, unsets)?;
    }
    if let Some(given) = given {
        name(runtime, &place, given)?;
    }
    super::show(invocation, &invocation.look(place)?)
}

fn check_name(name: &str) -> Result<&str, Fault> {
    let name = name.trim();
    if name.is_empty() || name.len() > LENGTHY || name.chars().any(char::is_control) {
        return Err(Fault::usage("that cannot be the name of a connection").param("name"));
    }
    Ok(name)
}

/// Gives a connection a name, which also makes an account that was none yet.
///
/// # Errors
/// Usage for what can be no name; when it cannot be written.
pub(super) fn name(runtime: &Runtime, place: &Place, name: &str) -> Result<(), Fault> {
    set(runtime, place, "name", Some(check_name(name)?))
}

/// Sets or removes what the user's settings say of a connection.
fn set(runtime: &Runtime, place: &Place, key: &str, value: Option<&str>) -> Result<(), Fault> {
    let paths = runtime.settings().paths();
    let _lock = paths.config.as_deref().and_then(edit::lock);
    let mut draft = Draft::open(paths.config_file().ok_or_else(edit::no_home)?, Privacy::Shared)?;
    let key = ["integrations", &place.provider, "accounts", &place.account, "connection", key];
    match value {
        Some(value) => draft.set(&key, value.into()),
        None => drop(draft.remove(&key)),
    }
    edit::save(&[&draft])
}

/// Removes an account from the user's files.
fn forget(runtime: &Runtime, place: &Place) -> Result<(), Fault> {
    let paths = runtime.settings().paths();
    let _lock = paths.config.as_deref().and_then(edit::lock);
    let mut config = Draft::open(paths.config_file().ok_or_else(edit::no_home)?, Privacy::Shared)?;
    let mut credentials =
        Draft::open(paths.credentials_file().ok_or_else(edit::no_home)?, Privacy::Private)?;
    let key = ["integrations", &place.provider, "accounts", &place.account];
    config.remove(&key);
    credentials.remove(&key);
    edit::save(&[&credentials, &config])
}
