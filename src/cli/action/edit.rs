//! `action create`, `update`, `replace`, `delete` and `restore`: which file of a user's own rows is
//! meant, and what is to be done with it.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::find::{item, ranked};
use super::place::Place;
use super::run::text;
use super::slug;
use super::write::{checked, keep, merge, trusted};
use crate::catalogue::Custom;
use crate::catalogue::action::{Layer, is_key};
use crate::cli::arguments::object;
use crate::cli::reply::Reply;
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;
use crate::runtime::own::{ACTIONS, ARCHIVE};
use crate::settings::edit::{Draft, Privacy, lock, no_home};

/// A new action.
#[derive(Debug, Clone, Default, clap::Args)]
pub(in crate::cli) struct CreateArgs {
    /// What you want to do, to be told which actions do it already
    #[arg(long, value_name = "TEXT")]
    intent: Option<String>,
    /// Its key, and the name of its file
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Its name for people
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What it does
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// request or lua
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// What it consists of: {"request": {"method", "path", …}} or {"code": "…"} (@FILE, or -)
    #[arg(long, value_name = "JSON")]
    config: Option<String>,
    /// The JSON Schema of its input (@FILE, or -)
    #[arg(long = "inputSchema", alias = "input-schema", value_name = "JSON")]
    input_schema: Option<String>,
    /// The most it does to the world: read, write, replace, destroy
    #[arg(long, value_name = "EFFECT")]
    effect: Option<String>,
    /// All of it as one object (@FILE, or -)
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    layer: Where,
}

/// Whose action it is.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
struct Where {
    /// In the project's folder (usual where there is a kosmo.toml)
    #[arg(long)]
    project: bool,
    /// In your own folder
    #[arg(long, conflicts_with = "project")]
    user: bool,
}

/// An action and what is to be changed in it.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct ChangeArgs {
    /// Its id or key
    selector: String,
    /// The fields as a JSON object (@FILE, or -)
    #[arg(long, value_name = "JSON")]
    data: String,
    #[command(flatten)]
    place: Place,
}

/// An action.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct OneArgs {
    /// Its id or key
    selector: String,
    #[command(flatten)]
    place: Place,
}

/// Saves an action, or says which one does what is wanted.
///
/// # Errors
/// What is wrong with it, or that it exists.
pub(in crate::cli) fn create(runtime: &Runtime, args: &CreateArgs) -> Result<Reply, Fault> {
    if let (Some(intent), None, None) = (&args.intent, &args.config, &args.data) {
        return nearest(runtime, intent, args);
    }
    let mut fields = match &args.data {
        Some(data) => object(&text(data)?, "--data")?,
        None => Map::new(),
    };
    for (field, given) in [
        ("name", &args.name),
        ("description", &args.description),
        ("type", &args.kind),
        ("effect", &args.effect),
    ] {
        given.iter().for_each(|value| drop(fields.insert(field.to_owned(), json!(value))));
    }
    for (field, given) in [("config", &args.config), ("inputSchema", &args.input_schema)] {
        if let Some(given) = given {
            let value = object(&text(given)?, &format!("--{field}"))?;
            fields.insert(field.to_owned(), Value::Object(value));
        }
    }
    let (provider, account) = args.place.named(runtime)?;
    provider.iter().for_each(|name| drop(fields.insert("integration".to_owned(), json!(name))));
    account.iter().for_each(|name| drop(fields.insert("connection".to_owned(), json!(name))));
    let own = fields.remove("key").and_then(|key| key.as_str().map(str::to_owned));
    let named = fields.get("name").and_then(Value::as_str).map(slug);
    let key = args.key.clone().or(own).or(named).filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| Fault::usage("an action needs a `--key` or a `--name`"))?;
    let layer = layer(runtime, args.layer)?;
    let file = file(runtime, layer, &key)?;
    let _lock = file.parent().and_then(lock);
    if file.exists() {
        return Err(Fault::new(Kind::Conflict, format!("there is an action `{key}` already"))
            .code("already_exists")
            .hint(format!("change it with `kosmo action update {key} --data …`")));
    }
    let mut draft = Draft::open(file, Privacy::Shared)?;
    merge(&mut draft, &mut Vec::new(), &Value::Object(fields));
    keep(runtime, &draft, &key, layer)
}

/// What does already what is wanted. Nothing is made by guessing.
fn nearest(runtime: &Runtime, intent: &str, args: &CreateArgs) -> Result<Reply, Fault> {
    let provider = args.place.named(runtime)?.0;
    let found = ranked(runtime, intent, provider.as_deref(), 5);
    let Some((best, confidence)) = found.first() else {
        return Err(Fault::not_found(format!("no action does `{intent}`")).code("no_action").hint(
            "write one: kosmo action create --key KEY --type request --config '{\"request\": {\"path\": \"/…\"}}'",
        ));
    };
    let items: Vec<Value> = found.iter().map(item).collect();
    let text = format!(
        "Nothing was made: `{}` does that ({}, confidence {confidence:.2}).\nRun it: kosmo action run {} --input '{{…}}'",
        best.full_name(),
        best.about.trim_end_matches('.'),
        super::key(best),
    );
    let json = json!({
        "success": true, "created": false, "intent": intent, "id": best.full_name(),
        "key": super::key(best), "state": "READY", "items": items,
    });
    Ok(Reply::new(json, text))
}

/// Merges fields into an action; null takes one away. Comments stay.
///
/// # Errors
/// `not_found`, or what would be wrong with it.
pub(in crate::cli) fn update(runtime: &Runtime, args: &ChangeArgs) -> Result<Reply, Fault> {
    change(runtime, args, false)
}

/// Puts other fields in the place of an action's.
///
/// # Errors
/// `not_found`, or what would be wrong with it.
pub(in crate::cli) fn replace(runtime: &Runtime, args: &ChangeArgs) -> Result<Reply, Fault> {
    change(runtime, args, true)
}

fn change(runtime: &Runtime, args: &ChangeArgs, whole: bool) -> Result<Reply, Fault> {
    let (key, layer, file) = existing(runtime, &args.selector, &args.place)?;
    let mut fields = object(&text(&args.data)?, "--data")?;
    let renamed = fields.remove("key").and_then(|key| key.as_str().map(str::to_owned));
    if renamed.is_some_and(|other| other != key) {
        return Err(Fault::usage("an action keeps its key: the file has that name")
            .hint("create another one, and delete this one"));
    }
    let _lock = file.parent().and_then(lock);
    let mut draft = Draft::open(file, Privacy::Shared)?;
    if whole {
        draft.clear();
    }
    merge(&mut draft, &mut Vec::new(), &Value::Object(fields));
    keep(runtime, &draft, &key, layer)
}

/// Moves an action away; it can be brought back.
///
/// # Errors
/// `not_found`, or when the file cannot be moved.
pub(in crate::cli) fn delete(runtime: &Runtime, args: &OneArgs) -> Result<Reply, Fault> {
    let (key, _, file) = existing(runtime, &args.selector, &args.place)?;
    let archived = archived(&file);
    relocate(&file, &archived)?;
    let json = json!({"success": true, "key": key, "archived": true, "file": archived});
    Ok(Reply::new(json, format!("Archived `{key}`. Bring it back: kosmo action restore {key}")))
}

/// Brings back an action that was moved away.
///
/// # Errors
/// `not_found`, or when there is another one by now.
pub(in crate::cli) fn restore(runtime: &Runtime, args: &OneArgs) -> Result<Reply, Fault> {
    let key = bare(&args.selector);
    for layer in [Layer::Project, Layer::User] {
        let Some(folder) = ACTIONS.folder(runtime.settings(), layer) else { continue };
        let file = folder.join(format!("{key}.toml"));
        let from = archived(&file);
        if !from.is_file() {
            continue;
        }
        if file.exists() {
            return Err(Fault::new(Kind::Conflict, format!("there is an action `{key}` again"))
                .hint("delete that one first"));
        }
        let draft = Draft::open(from.clone(), Privacy::Shared)?;
        checked(runtime, &draft.text(), &file, &key, layer)?;
        relocate(&from, &file)?;
        trusted(runtime, &file, layer)?;
        let json = json!({"success": true, "key": key, "archived": false, "file": file});
        return Ok(Reply::new(json, format!("Restored `{key}`.")));
    }
    Err(Fault::not_found(format!("no action `{key}` was archived")))
}

fn archived(file: &Path) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new("."));
    folder.join(ARCHIVE).join(file.file_name().unwrap_or_default())
}

fn relocate(from: &Path, to: &Path) -> Result<(), Fault> {
    let moved = std::fs::create_dir_all(to.parent().unwrap_or(Path::new(".")))
        .and_then(|()| std::fs::rename(from, to));
    moved.map_err(|why| Fault::io(format!("cannot move {}", from.display()), &why))
}

/// The key in `list-things`, `segment.list_things` or `list_things`.
fn bare(selector: &str) -> String {
    selector.rsplit('.').next().unwrap_or(selector).to_owned()
}

/// The key, layer and file of an action; a broken one has a file as well.
fn existing(
    runtime: &Runtime,
    selector: &str,
    place: &Place,
) -> Result<(String, Layer, PathBuf), Fault> {
    let provider = place.named(runtime)?.0;
    let operation = super::find::found(runtime, selector, provider.as_deref());
    if let Ok(operation) = &operation {
        let Some(custom) = operation.custom.as_deref() else {
            let message = format!("`{}` is built in and cannot be changed", operation.full_name());
            return Err(Fault::usage(message).hint("`kosmo action create` makes one of your own"));
        };
        let Custom { key, layer, file, .. } = custom;
        return Ok((key.clone(), *layer, PathBuf::from(file)));
    }
    for layer in [Layer::Project, Layer::User] {
        let key = bare(selector);
        let folder = ACTIONS.folder(runtime.settings(), layer);
        let file = folder.map(|folder| folder.join(format!("{key}.toml")));
        if let Some(file) = file.filter(|file| is_key(&key) && file.is_file()) {
            return Ok((key, layer, file));
        }
    }
    Err(operation.err().unwrap_or_else(|| Fault::not_found(selector)))
}

fn layer(runtime: &Runtime, asked: Where) -> Result<Layer, Fault> {
    let project = runtime.settings().paths().project.is_some();
    match (asked.project, asked.user) {
        (true, _) if !project => Err(Fault::not_found("there is no kosmo.toml here or above")
            .hint("make one, or leave out --project to save it in your own folder")),
        (true, _) => Ok(Layer::Project),
        (_, true) => Ok(Layer::User),
        _ if project => Ok(Layer::Project),
        _ => Ok(Layer::User),
    }
}

fn file(runtime: &Runtime, layer: Layer, key: &str) -> Result<PathBuf, Fault> {
    if !is_key(key) {
        return Err(Fault::usage(format!("`{key}` cannot be a key"))
            .hint("keys are made of lower-case letters, digits, `-` and `_`"));
    }
    let folder = ACTIONS.folder(runtime.settings(), layer).ok_or_else(no_home)?;
    Ok(folder.join(format!("{key}.toml")))
}
