//! A provider's operations by name. A row that nobody asks for is never read.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use serde::Deserialize;

use super::Background;
use super::read::{complain, parse};
use super::row::{Row, build};
use super::scan;
use crate::catalogue::name::fold;
use crate::catalogue::operation::{Operation, ParamGroup};
use crate::error::{Fault, Kind};

/// What the rows of one file have in common.
pub(super) struct File {
    /// How to name it in a complaint.
    pub(super) name: String,
    /// What every row of the provider may refer to.
    pub(super) background: Arc<Background>,
    /// The resource group.
    pub(super) group: String,
    /// The service, unless a row names another.
    pub(super) service: String,
    /// Shared groups of this file.
    pub(super) groups: IndexMap<String, ParamGroup>,
}

/// One row's text.
pub(super) struct Chunk {
    /// The file it stands in.
    pub(super) file: Arc<File>,
    /// The text from `[[operation]]` on.
    pub(super) text: Cow<'static, str>,
    /// Lines before it.
    pub(super) line: usize,
}

struct Slot {
    /// Its text; none for a row that was made elsewhere.
    chunk: Option<Chunk>,
    read: OnceLock<Result<Operation, Fault>>,
}

impl Slot {
    fn read(&self) -> Result<&Operation, Fault> {
        let read = || match &self.chunk {
            Some(chunk) => chunk.read(),
            None => Err(Fault::new(Kind::Internal, "a row without a text")),
        };
        self.read.get_or_init(read).as_ref().map_err(Clone::clone)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    operation: Vec<Row>,
}

impl Chunk {
    fn read(&self) -> Result<Operation, Fault> {
        let Self { file, text, line } = self;
        let one: One = parse(&file.name, text, *line)?;
        let row = one.operation.into_iter().next();
        let row = row.ok_or_else(|| complain(&file.name, "a row is empty"))?;
        let place = format!("{}: `{}`", file.name, row.name);
        build(&file.background, &file.group, &file.service, &file.groups, row)
            .map_err(|why| complain(&place, &why))
    }

    /// Whether the row may say one of these words. A text that escapes characters may say anything.
    fn may_say(&self, words: &[String]) -> bool {
        self.text.contains('\\') || words.iter().any(|word| self.text.contains(word.as_str()))
    }
}

/// Operations by canonical name, in the order of their files; found under every other name too.
/// Rows that cannot be read are as if they were not there: those in the binary are all read by a
/// test, those a user brings before anything else.
pub struct Operations {
    provider: String,
    slots: IndexMap<String, Slot>,
    index: HashMap<String, usize>,
    /// Rows that were made elsewhere by their names as they are written.
    exact: HashMap<String, usize>,
}

impl fmt::Debug for Operations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.slots.keys()).finish()
    }
}

impl Operations {
    /// None yet.
    pub(in crate::catalogue) fn new(provider: &str) -> Self {
        let (slots, index, exact) = Default::default();
        Self { provider: fold(provider), slots, index, exact }
    }

    /// Takes a row in under its names.
    pub(super) fn admit(&mut self, chunk: Chunk) -> Result<(), Fault> {
        let names = scan::names(&chunk.text);
        let place = format!("{}:{}", chunk.file.name, chunk.line + 1);
        let Some(canonical) = names.first().map(|&name| name.to_owned()) else {
            return Err(complain(&place, "field `name` is missing"));
        };
        let position = self.slots.len();
        for name in names {
            match self.index.insert(self.key(name), position) {
                Some(other) if other != position => {
                    let other = self.slots.get_index(other).map_or("", |(name, _)| name);
                    let why = format!("field `aliases`: `{name}` also names `{other}`");
                    return Err(complain(&format!("{place}: `{canonical}`"), &why));
                }
                _ => {}
            }
        }
        self.slots.insert(canonical, Slot { chunk: Some(chunk), read: OnceLock::new() });
        Ok(())
    }

    /// Takes in a row that was made elsewhere and whose names, as they are written, are free. In other
    /// spellings a name means the row that had it first.
    pub(super) fn adopt(&mut self, row: Operation) {
        let position = self.slots.len();
        for name in [&row.name].into_iter().chain(&row.aliases) {
            self.exact.insert(name.clone(), position);
            self.index.entry(self.key(name)).or_insert(position);
        }
        self.slots.insert(row.name.clone(), Slot { chunk: None, read: OnceLock::from(Ok(row)) });
    }

    /// What a name is found by, however it is spelled: `segment_track` answers to `track` as well, and
    /// `track_event` to `segment_track_event`.
    fn key(&self, name: &str) -> String {
        let mut key = fold(name);
        while !self.provider.is_empty()
            && key.len() > self.provider.len()
            && key.starts_with(&self.provider)
        {
            key.drain(..self.provider.len());
        }
        key
    }

    /// The operation of that name or alias, in any spelling.
    pub fn find(&self, name: &str) -> Option<&Operation> {
        // Nearly always it is the canonical one already.
        if let Some(slot) = self.slots.get(name) {
            return slot.read().ok();
        }
        let exact = self.exact.get(name);
        let index = *exact.or_else(|| self.index.get(&self.key(name)))?;
        self.slots.get_index(index)?.1.read().ok()
    }

    /// Whether a row has exactly that name. Reads no row.
    pub fn has_name(&self, name: &str) -> bool {
        let slot = self.index.get(&self.key(name)).and_then(|at| self.slots.get_index(*at));
        let chunk = slot.and_then(|(_, slot)| slot.chunk.as_ref());
        let written = chunk.is_some_and(|chunk| scan::names(&chunk.text).contains(&name));
        written || self.exact.contains_key(name)
    }

    /// The operation of that canonical name.
    pub fn get(&self, name: &str) -> Option<&Operation> {
        self.slots.get(name)?.read().ok()
    }

    /// Whether there is an operation of that canonical name. Reads no row.
    pub fn contains_key(&self, name: &str) -> bool {
        self.slots.contains_key(name)
    }

    /// The canonical names. Reads no row.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.slots.keys()
    }

    /// All of them.
    pub fn values(&self) -> impl Iterator<Item = &Operation> {
        self.slots.values().filter_map(|slot| slot.read().ok())
    }

    /// Those with a route at that service. Reads no row that cannot be one of them.
    pub fn of_service(&self, service: &str) -> impl Iterator<Item = &Operation> {
        let named = [format!("\"{service}\""), format!("'{service}'")];
        self.likely(move |row| row.file.service == service || row.may_say(&named))
            .filter(move |row| row.routes.iter().any(|route| route.service == service))
    }

    /// Those with a route of that method. Reads no row that cannot be one of them.
    pub fn of_method(&self, method: &str) -> impl Iterator<Item = &Operation> {
        let named = [format!("{method} ")];
        self.likely(move |row| row.may_say(&named))
            .filter(move |row| row.routes.iter().any(|route| route.method == method))
    }

    /// Those whose text passes, and those that were made elsewhere.
    fn likely(&self, may: impl Fn(&Chunk) -> bool) -> impl Iterator<Item = &Operation> {
        let slots = self.slots.values();
        slots
            .filter(move |slot| slot.chunk.as_ref().is_none_or(&may))
            .filter_map(|slot| slot.read().ok())
    }

    /// How many there are. Reads no row.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Each row with its place, read, or why it cannot be.
    pub(super) fn read_all(&self) -> impl Iterator<Item = Result<(String, &Operation), Fault>> {
        let own =
            self.slots.iter().filter_map(|(name, slot)| Some((name, slot, slot.chunk.as_ref()?)));
        own.map(|(name, slot, chunk)| {
            let place = format!("{}: `{name}`", chunk.file.name);
            let operation = slot.read()?;
            let mut names = [&operation.name].into_iter().chain(&operation.aliases);
            if operation.name != *name
                || names.any(|name| !self.index.contains_key(&self.key(name)))
            {
                return Err(complain(&place, "`name` and `aliases` come first, as plain strings"));
            }
            Ok((place, operation))
        })
    }
}

#[cfg(test)]
mod tests;
