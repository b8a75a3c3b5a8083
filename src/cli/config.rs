//! `config show` and `config path`: every value in force with the place it came from, and the files
//! and folders in use. Secrets are masked, references are not secrets.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::describe::{joined, object, origin};
use super::reply::Reply;
use crate::catalogue::name::{did_you_mean, nearest};
use crate::catalogue::operation::FieldKind;
use crate::error::Fault;
use crate::redact::MASK;
use crate::runtime::Runtime;
use crate::settings::{Origin, Setting, is_reference};

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo config show --origin
kosmo config show integrations.segment";

/// What to show.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct ShowArgs {
    /// Only keys that start with this
    pub(super) prefix: Option<String>,
    /// Say where each value came from
    #[arg(long)]
    pub(super) origin: bool,
}

/// Nothing to say about it.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct PathArgs {}

/// Every value in force.
///
/// # Errors
/// `not_found` when there is nothing under the prefix.
pub(super) fn show(runtime: &Runtime, args: &ShowArgs) -> Result<Reply, Fault> {
    let prefix = args.prefix.as_deref().unwrap_or_default();
    let mut rows: Vec<(String, Value, Origin)> = runtime
        .settings()
        .under("")
        .map(|(key, setting)| {
            (key.to_owned(), shown(runtime, key, setting), setting.origin.clone())
        })
        .collect();
    for (key, value, origin) in from_environment(runtime) {
        // The environment wins over what a file says of the same field.
        rows.retain(|(have, _, _)| *have != key);
        rows.push((key, value, origin));
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let keys: Vec<String> = rows.iter().map(|(key, _, _)| key.clone()).collect();
    rows.retain(|(key, _, _)| key.starts_with(prefix));
    if rows.is_empty() && !prefix.is_empty() {
        return Err(unset(prefix, &keys));
    }
    let lines: Vec<String> = rows
        .iter()
        .map(|(key, value, origin)| match args.origin {
            true => format!("{key} = {value}  # {origin}"),
            false => format!("{key} = {value}"),
        })
        .collect();
    let settings: Vec<Value> = rows
        .iter()
        .map(|(key, value, from)| joined(object(json!({"key": key, "value": value})), origin(from)))
        .collect();
    let json = json!({
        "success": true,
        "settings": settings,
        "warnings": runtime.settings().warnings(),
    });
    Ok(Reply::new(json, lines.join("\n")).listing("settings"))
}

/// The complaint about a key that nothing is set under.
fn unset(prefix: &str, keys: &[String]) -> Fault {
    let near = nearest(prefix, keys.iter().map(String::as_str));
    let hint = did_you_mean(&near).unwrap_or_else(|| "`kosmo config show` lists them".to_owned());
    Fault::not_found(format!("nothing is set under `{prefix}`")).code("unknown_setting").hint(hint)
}

/// The account fields that variables set.
fn from_environment(runtime: &Runtime) -> Vec<(String, Value, Origin)> {
    let accounts = &runtime.engine().accounts;
    let mut rows = Vec::new();
    for provider in runtime.catalogue().providers() {
        for account in accounts.names(provider) {
            for field in &provider.fields {
                let Some(found) = accounts.find(provider, &account, field) else { continue };
                if !matches!(found.origin, Origin::Environment(_)) {
                    continue;
                }
                let key =
                    format!("integrations.{}.accounts.{account}.{}", provider.name, field.name);
                let secret = field.kind == FieldKind::Secret && found.reference().is_none();
                let value = if secret { MASK } else { found.written.expose() };
                rows.push((key, json!(value), found.origin));
            }
        }
    }
    rows
}

/// A value, or the mask when it is, or may be, a secret.
fn shown(runtime: &Runtime, key: &str, setting: &Setting) -> Value {
    let value = serde_json::to_value(&setting.value).unwrap_or_default();
    let parts: Vec<&str> = key.split('.').collect();
    let provider = match parts.as_slice() {
        ["integrations", provider, "accounts", _, _] => provider,
        ["mcp", "servers", _, "secrets", _] => "",
        _ => return value,
    };
    let field = parts.last().copied().unwrap_or_default();
    let field = runtime.catalogue().provider(provider).ok().and_then(|known| known.field(field));
    let harmless = field.is_some_and(|field| field.kind != FieldKind::Secret)
        || value.as_str().is_some_and(is_reference);
    if harmless { value } else { json!(MASK) }
}

/// The files and folders in use.
///
/// # Errors
/// None.
pub(super) fn path(runtime: &Runtime, _: &PathArgs) -> Result<Reply, Fault> {
    let settings = runtime.settings();
    let paths = settings.paths();
    let known: [(&str, Option<PathBuf>); 7] = [
        ("config", paths.config.clone()),
        ("settings", paths.config_file()),
        ("credentials", paths.credentials_file()),
        ("trust", paths.trust_file()),
        ("data", paths.data.clone()),
        ("ledger", settings.ledger_path()),
        ("project", paths.project.clone()),
    ];
    let mut json = Map::from_iter([("success".to_owned(), json!(true))]);
    let mut lines = Vec::new();
    for (name, path) in known {
        let path = path.map(|path| path.display().to_string());
        lines.push(format!("{name:12}{}", path.as_deref().unwrap_or("-")));
        json.insert(name.to_owned(), json!(path));
    }
    Ok(Reply::new(Value::Object(json), lines.join("\n")))
}
