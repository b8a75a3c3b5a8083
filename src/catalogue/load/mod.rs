//! Reading rows: TOML text in, a [`Provider`] out. Every complaint names the file, the row and the
//! field. A row is read when it is first asked for, since most runs need one or two of hundreds;
//! [`check`] reads all of them. Where the text comes from is the caller's business.

mod check;
mod operations;
mod read;
mod row;
mod scan;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Deserialize;

use super::operation::{Field, Group, Operation, ParamGroup, Provider, Service};
use crate::error::{Fault, Kind};
pub use operations::Operations;
use operations::{Chunk, File};
use read::{complain, parse};

/// One file of rows.
#[derive(Debug, Clone)]
pub struct Source {
    /// How to name it in a complaint (`segment/sources.toml`).
    pub file: String,
    /// Its text.
    pub text: Cow<'static, str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderFile {
    name: String,
    title: String,
    #[serde(default)]
    about: String,
    services: IndexMap<String, Service>,
    #[serde(default)]
    fields: Vec<Field>,
    #[serde(default)]
    groups: IndexMap<String, ParamGroup>,
    #[serde(default)]
    featured: Vec<String>,
    raw: Option<String>,
    #[serde(default)]
    listed: IndexMap<String, String>,
    #[serde(default)]
    domains: Vec<String>,
    #[serde(default)]
    emulator_accounts: Vec<String>,
}

/// What a file says before its rows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupFile {
    group: String,
    title: String,
    #[serde(default)]
    about: String,
    service: String,
    #[serde(default)]
    groups: IndexMap<String, ParamGroup>,
}

/// What every row of a provider may refer to.
#[derive(Debug)]
pub(super) struct Background {
    provider: String,
    services: HashSet<String>,
    groups: IndexMap<String, ParamGroup>,
}

/// Builds a provider from its files; its rows are only looked at for their names. The file named
/// `provider.toml` comes first in meaning whatever its position; the others are resource groups in
/// the order given.
///
/// # Errors
/// A [`Kind::Config`] fault that names file, row and field.
pub fn provider(sources: &[Source]) -> Result<Provider, Fault> {
    let is_head = |source: &&Source| source.file.ends_with("provider.toml");
    let head = sources
        .iter()
        .find(is_head)
        .ok_or_else(|| Fault::new(Kind::Config, "a provider folder holds no provider.toml"))?;
    let file: ProviderFile = parse(&head.file, &head.text, 0)?;
    let background = Arc::new(Background {
        provider: file.name.clone(),
        services: file.services.keys().cloned().collect(),
        groups: file.groups,
    });
    let mut provider = Provider {
        operations: Operations::new(&file.name),
        name: file.name,
        title: file.title,
        about: file.about,
        services: file.services,
        fields: file.fields,
        featured: file.featured,
        raw: file.raw,
        listed: file.listed,
        domains: file.domains,
        emulator_accounts: file.emulator_accounts,
        groups: IndexMap::new(),
    };
    check::services(&provider, head)?;
    for source in sources.iter().filter(|source| !is_head(source)) {
        shelve(&mut provider, &background, source)?;
    }
    let featured = provider.featured.iter().map(|name| ("featured", name));
    let batches = provider.services.values().filter_map(|service| service.batch.as_ref());
    let batches = batches.map(|batch| ("batch.operation", &batch.operation));
    let listed = provider.listed.values().map(|name| ("listed", name));
    let named = featured.chain(batches).chain(listed);
    for (field, name) in named {
        if !provider.operations.contains_key(name) {
            return Err(complain(&head.file, &format!("field `{field}`: no operation `{name}`")));
        }
    }
    Ok(provider)
}

/// Takes in a file: its head at once, its rows by name.
fn shelve(
    provider: &mut Provider,
    background: &Arc<Background>,
    source: &Source,
) -> Result<(), Fault> {
    let mut pieces = scan::pieces(&source.text);
    let head: GroupFile = match pieces.next() {
        Some((text, line)) => parse(&source.file, &text, line)?,
        None => return Err(complain(&source.file, "the file is empty")),
    };
    let GroupFile { group, title, about, service, groups } = head;
    let file = Arc::new(File {
        name: source.file.clone(),
        background: Arc::clone(background),
        group: group.clone(),
        service,
        groups,
    });
    for (text, line) in pieces {
        provider.operations.admit(Chunk { file: Arc::clone(&file), text, line })?;
    }
    provider.groups.insert(group.clone(), Group { name: group, title, about });
    Ok(())
}

/// Takes in a row of the user's own, which was checked before; `title` and `about` are its group's.
pub(super) fn adopt(provider: &mut Provider, row: Operation, (title, about): (&str, &str)) {
    provider.groups.entry(row.group.clone()).or_insert_with(|| Group {
        name: row.group.clone(),
        title: title.to_owned(),
        about: about.to_owned(),
    });
    provider.operations.adopt(row);
}

/// Reads every row and checks it.
///
/// # Errors
/// The first complaint, naming file, row and field.
pub fn check(provider: &Provider) -> Result<(), Fault> {
    for row in provider.operations.read_all() {
        let (place, operation) = row?;
        check::operation(provider, operation).map_err(|why| complain(&place, &why))?;
    }
    Ok(())
}
