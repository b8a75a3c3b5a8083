//! `capability add`, `list` and `remove`: files whose functions every face has.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::text;
use crate::catalogue::Catalogue;
use crate::catalogue::action::{ActionSource, Layer, is_key};
use crate::catalogue::capability::model::Consumed;
use crate::catalogue::capability::rows::{self, Loaded, provider_name};
use crate::catalogue::capability::{self, Finding, Level, Reading, template};
use crate::catalogue::operation::FieldKind;
use crate::cli::reply::Reply;
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;
use crate::runtime::own::{ARCHIVE, CAPABILITIES};
use crate::settings::edit::no_home;
use crate::settings::trust;

/// What to add.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct AddArgs {
    /// A capability file, or a page with one on it; - reads standard input
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) place: Place,
}

/// Where to keep it.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct Place {
    /// The name to keep it under; the file's own when absent
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Beside the project's kosmo.toml
    #[arg(long)]
    project: bool,
    /// In the place of one that has the name
    #[arg(long)]
    replace: bool,
}

/// Which one.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct RemoveArgs {
    /// Its name, as `capability list` shows it
    name: String,
}

/// None.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct ListArgs {}

/// Keeps a file, if all of it can be used.
///
/// # Errors
/// What is wrong with it, or that there is one of that name.
pub(in crate::cli) fn add(runtime: &Runtime, args: &AddArgs) -> Result<Reply, Fault> {
    add_text(runtime, &args.file, &args.place, text(&args.file)?)
}

/// Keeps a text that was read from a file, if all of it can be used.
///
/// # Errors
/// What is wrong with it, or that there is one of that name.
pub(super) fn add_text(
    runtime: &Runtime,
    from: &Path,
    place: &Place,
    written: String,
) -> Result<Reply, Fault> {
    let key = key(from, place)?;
    let layer = if place.project { Layer::Project } else { Layer::User };
    let folder = CAPABILITIES.folder(runtime.settings(), layer);
    let folder = folder.ok_or_else(|| match layer {
        Layer::Project => Fault::not_found("there is no kosmo.toml here or above"),
        Layer::User => no_home(),
    })?;
    let file = folder.join(format!("{key}.yaml"));
    let reading = capability::read(&written, false);
    if reading.capability.is_none() {
        let fault = rows::invalid(&from.display().to_string(), reading.error());
        return Err(Fault { kind: Kind::Usage, ..fault });
    }
    if file.exists() && !place.replace {
        return Err(Fault::new(Kind::Conflict, format!("there is a capability `{key}` already"))
            .code("already_exists")
            .hint("--replace puts this one in its place, --name gives it another"));
    }
    let source =
        ActionSource { key: key.clone(), file: file.display().to_string(), text: written, layer };
    let mut others = CAPABILITIES.sources(runtime.settings());
    others.retain(|other| other.key != key);
    others.push(source.clone());
    let catalogue = runtime.bare_catalogue().with_capabilities(&others);
    let loaded = rows::load(&source)?;
    let functions = functions(&catalogue, &loaded)?;
    let write = |bytes: &[u8]| {
        std::fs::create_dir_all(&folder)?;
        let mut draft = tempfile::NamedTempFile::new_in(&folder)?;
        std::io::Write::write_all(&mut draft, bytes)?;
        draft.persist(&file).map_err(|why| why.error).map(drop)
    };
    write(source.text.as_bytes())
        .map_err(|why| Fault::io(format!("cannot write {}", file.display()), &why))?;
    if layer == Layer::Project {
        trust::trust_files(runtime.settings().paths(), std::slice::from_ref(&file))?;
    }
    let added = Added { source: &source, functions, sends: sends(&catalogue, &loaded), reading };
    Ok(added.reply())
}

/// A file that was added.
struct Added<'a> {
    source: &'a ActionSource,
    functions: Vec<Value>,
    sends: Vec<Value>,
    reading: Reading,
}

impl Added<'_> {
    fn reply(&self) -> Reply {
        let Self { source, functions, sends, reading } = self;
        let word = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let ActionSource { key, file, layer, .. } = source;
        let mut said = format!("Added `{key}` ({file}): {} functions.", functions.len());
        for function in functions {
            said += &format!("\n  {:8} {}", word(function, "effect"), word(function, "name"));
        }
        for line in sends {
            said += &format!("\n{}", word(line, "text"));
        }
        let (repairs, warnings) = (reading.count(Level::Repair), reading.count(Level::Warning));
        said += &format!("\n{repairs} repairs, {warnings} warnings: kosmo capability lint {file}");
        let findings: Vec<Value> = reading.findings.iter().map(Finding::json).collect();
        let json = json!({
            "success": true, "key": key, "file": file, "layer": layer.word(),
            "functions": functions, "sends": sends, "repairs": repairs, "warnings": warnings,
            "findings": findings,
        });
        Reply::new(json, said)
    }
}

/// The name to keep a file under.
fn key(from: &Path, place: &Place) -> Result<String, Fault> {
    let stem = from.file_stem().and_then(|stem| stem.to_str()).filter(|stem| *stem != "-");
    let plain = |stem: &str| -> String {
        let lower = stem.to_ascii_lowercase();
        lower.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
    };
    let key = place.name.clone().or_else(|| stem.map(plain));
    let key = key.ok_or_else(|| Fault::usage("what comes from standard input needs a `--name`"))?;
    if !is_key(&key) {
        return Err(Fault::usage(format!("`{key}` cannot be a name"))
            .hint("names are made of lower-case letters, digits, `-` and `_`"));
    }
    Ok(key)
}

/// What a file adds, each with its effect.
///
/// # Errors
/// The first thing that cannot be added.
fn functions(catalogue: &Catalogue, loaded: &Loaded) -> Result<Vec<Value>, Fault> {
    let mut functions = Vec::new();
    for (name, part) in loaded.parts() {
        if loaded.adds_nothing(&part) {
            continue;
        }
        let provider = catalogue.provider(&name)?;
        let own = provider.operations.values();
        let own =
            own.filter(|row| row.custom.as_ref().is_some_and(|custom| custom.file == loaded.file));
        functions.extend(own.map(
            |row| json!({"name": row.full_name(), "effect": row.effect.word(), "title": row.title}),
        ));
    }
    let mine = |fault: &Fault| fault.message.starts_with(&loaded.file);
    match catalogue.complaints().into_iter().find(mine) {
        Some(fault) => Err(Fault { kind: Kind::Usage, ..fault }),
        None => Ok(functions),
    }
}

/// Whose credentials go where, in words and for programs.
fn sends(catalogue: &Catalogue, loaded: &Loaded) -> Vec<Value> {
    let lines = loaded.capability.consumes.iter().filter_map(|consumed| {
        let provider = catalogue.provider(&provider_name(&consumed.namespace)).ok()?;
        let own = provider.services.contains_key(&provider.name);
        let secrets = match own {
            true => {
                let secret = provider.fields.iter().filter(|it| it.kind == FieldKind::Secret);
                secret.map(|field| field.title.as_str()).collect()
            }
            false => named(consumed),
        };
        let (title, base) = (&provider.title, &consumed.base);
        let text = match (own, secrets.join(", ")) {
            (false, _) => format!("Sends {title}'s own credentials to {base} and nowhere else."),
            (true, none) if none.is_empty() => format!("Sends no credentials to {base}."),
            (true, secrets) => format!("Sends {secrets} to {base}."),
        };
        Some(json!({"provider": provider.name, "url": base, "secrets": secrets, "text": text}))
    });
    lines.collect()
}

/// The variables that an API is authenticated with.
fn named(consumed: &Consumed) -> Vec<&str> {
    let texts = consumed.auth.iter().flat_map(|auth| &auth.fields);
    texts.flat_map(|(_, text)| template::names(text)).collect()
}

/// The files that count, and those that do not.
///
/// # Errors
/// None.
pub(in crate::cli) fn list(runtime: &Runtime, _: &ListArgs) -> Result<Reply, Fault> {
    let mut rows = Vec::new();
    for source in CAPABILITIES.sources(runtime.settings()) {
        let reading = capability::read(&source.text, false);
        let about = reading.capability.as_ref();
        let consumes = about.map(|it| {
            it.consumes.iter().map(|it| provider_name(&it.namespace)).collect::<Vec<_>>()
        });
        rows.push(json!({
            "name": source.key, "layer": source.layer.word(), "file": source.file,
            "label": about.map(|it| it.label.clone()), "providers": consumes,
            "operations": about.map(|it| it.consumes.iter().map(|it| it.operations.len()).sum::<usize>()),
            "state": if about.is_some() { "ready" } else { "broken" },
        }));
    }
    for file in CAPABILITIES.untrusted(runtime.settings()) {
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        rows.push(json!({
            "name": name, "layer": "project", "file": file, "label": null, "providers": null,
            "operations": null, "state": "untrusted",
        }));
    }
    let lines = rows.iter().map(|row| {
        let word = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        format!("{:24} {:9} {:8} {}", word("name"), word("state"), word("layer"), word("label"))
    });
    let text = lines.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n");
    Ok(Reply::new(json!({"success": true, "capabilities": rows}), text).listing("capabilities"))
}

/// Moves a file away; it can be added again from there.
///
/// # Errors
/// `not_found`, or when it cannot be moved.
pub(in crate::cli) fn remove(runtime: &Runtime, args: &RemoveArgs) -> Result<Reply, Fault> {
    let folders = [Layer::Project, Layer::User].into_iter();
    let folders = folders.filter_map(|layer| CAPABILITIES.folder(runtime.settings(), layer));
    let all: Vec<PathBuf> = folders.flat_map(|folder| CAPABILITIES.files(&folder)).collect();
    let named = |file: &&PathBuf| file.file_stem().is_some_and(|stem| stem == args.name.as_str());
    let Some(file) = all.iter().find(named) else {
        let names: Vec<String> = all
            .iter()
            .filter_map(|file| Some(file.file_stem()?.to_string_lossy().into_owned()))
            .collect();
        let fault = Fault::not_found(format!("there is no capability `{}`", args.name));
        return Err(fault.hint(format!("there are: {}", names.join(", "))));
    };
    let archive = file.parent().unwrap_or(Path::new(".")).join(ARCHIVE);
    let to = archive.join(file.file_name().unwrap_or_default());
    std::fs::create_dir_all(&archive)
        .and_then(|()| std::fs::rename(file, &to))
        .map_err(|why| Fault::io(format!("cannot move {}", file.display()), &why))?;
    let text = format!("Removed `{}`. It is in {}.", args.name, to.display());
    Ok(Reply::new(json!({"success": true, "name": args.name, "archived": to}), text))
}
