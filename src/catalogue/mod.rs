//! What can be called: providers and their operations, read from rows. Pure: no disk, no network,
//! no clock, no environment. How a call is performed is the engine's business.

pub mod action;
pub mod capability;
pub mod docs;
pub mod load;
pub mod name;
pub mod operation;
pub mod schema;
pub mod search;
mod shelf;
pub mod stub;
pub mod tool;

use std::sync::Arc;

use include_dir::{Dir, File, include_dir};

pub use action::{Action, ActionSource, Custom};
use capability::rows::{Around, Loaded, Part};
pub use load::Source;
pub use operation::{Effect, Operation, Param, Provider, Route, Service, Type};

use crate::error::{Fault, Kind};
use name::{did_you_mean, nearest, split};
use shelf::{Origin, Shelf};

/// The file beside embedded rows that holds their words for the search.
const WORDS: &str = "search.index";

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/providers");

/// Everything that can be called. Each provider's rows are read when it is first asked for.
#[derive(Debug)]
pub struct Catalogue {
    shelves: Vec<Shelf>,
    actions: Vec<Result<Action, Fault>>,
    /// Capability files that do not count, and why.
    strangers: Vec<Fault>,
}

impl Catalogue {
    /// The providers in the binary, then those in `folders` (name and files), which win over
    /// embedded ones of the same name.
    pub fn new(folders: Vec<(String, Vec<Source>)>) -> Self {
        let folders = folders.into_iter();
        let mut shelves: Vec<Shelf> =
            folders.map(|(name, sources)| Shelf::new(name, Origin::Folder(sources))).collect();
        for folder in EMBEDDED.dirs() {
            let name = folder.path().display().to_string();
            if shelves.iter().any(|shelf| shelf.name == name) {
                continue;
            }
            let rows = folder.files().filter(|file| file.path() != folder.path().join(WORDS));
            let sources = rows.map(|file| Source {
                file: file.path().display().to_string(),
                text: file.contents_utf8().unwrap_or_default().into(),
            });
            let words = folder.get_file(folder.path().join(WORDS));
            let words = words.and_then(File::contents_utf8);
            let origin = Origin::Embedded(sources.collect());
            shelves.push(Shelf { words, ..Shelf::new(name, origin) });
        }
        shelves.sort_by(|a, b| a.name.cmp(&b.name));
        Self { shelves, actions: Vec::new(), strangers: Vec::new() }
    }

    /// The same catalogue with what capability files call and show. What is shown and can be called
    /// without them is there for who asks for it, and named to nobody.
    #[must_use]
    pub fn with_capabilities(mut self, sources: &[ActionSource]) -> Self {
        for source in last_of_each(sources) {
            match capability::rows::load(source) {
                Ok(loaded) => self.admit(&loaded),
                Err(fault) => self.strangers.push(fault),
            }
        }
        self.shelves.sort_by(|a, b| a.name.cmp(&b.name));
        self
    }

    /// Takes in the parts of a file: into providers that exist, or as providers of their own.
    fn admit(&mut self, loaded: &Arc<Loaded>) {
        for (name, part) in loaded.parts() {
            let folded = name::fold(&name);
            let same = self.shelves.iter_mut().find(|shelf| name::fold(&shelf.name) == folded);
            match (same, &part) {
                (Some(shelf), Part::Consumed(at)) if !shelf.is_made() => {
                    shelf.joined.push((Arc::clone(loaded), *at));
                }
                (Some(_), _) => {
                    let why = format!("{}: there is an integration `{name}` already", loaded.file);
                    let fault = Fault::new(Kind::Config, why).code("invalid_capability");
                    self.strangers.push(fault.hint("give the `namespace` another name"));
                }
                (None, _) => {
                    let silent = loaded.adds_nothing(&part);
                    let origin = Origin::Capability(Arc::clone(loaded), part);
                    self.shelves.push(Shelf { silent, ..Shelf::new(name, origin) });
                }
            }
        }
    }

    /// The same catalogue with rows of the user's own. Of two with one key the later one counts.
    #[must_use]
    pub fn with_actions(mut self, sources: &[ActionSource]) -> Self {
        self.actions = last_of_each(sources).map(action::read).collect();
        self
    }

    /// What is wrong with actions, as far as their providers have been asked for.
    pub fn complaints(&self) -> Vec<Fault> {
        let broken = self.actions.iter().filter_map(|action| action.as_ref().err());
        let homeless = self.actions.iter().filter_map(|action| {
            let action = action.as_ref().ok()?;
            let provider = action.provider.as_ref()?;
            let missing = self.names().all(|name| name::fold(name) != name::fold(provider));
            missing.then(|| {
                let why = format!("{}: there is no integration `{provider}`", action.custom.file);
                Fault::new(Kind::Config, why).code("invalid_action")
            })
        });
        let refused = self.shelves.iter().filter_map(|shelf| shelf.refused.get()).flatten();
        let strangers = self.strangers.iter();
        broken.chain(strangers).cloned().chain(homeless).chain(refused.cloned()).collect()
    }

    /// The words of an embedded provider's rows, as they were kept for the search.
    fn kept_words(&self, name: &str) -> Option<&'static str> {
        self.shelves.iter().find(|shelf| shelf.name == name)?.words
    }

    /// The actions of a shelf: those that name it, and on the first of the embedded ones those that
    /// name none.
    fn actions_of<'a>(&'a self, shelf: &'a Shelf) -> impl Iterator<Item = &'a Action> {
        let usual = self.shelves.iter().find(|shelf| shelf.is_embedded()).or(self.shelves.first());
        let is_usual = usual.is_some_and(|usual| usual.name == shelf.name);
        self.actions.iter().filter_map(|action| action.as_ref().ok()).filter(move |action| {
            action
                .provider
                .as_ref()
                .map_or(is_usual, |name| name::fold(name) == name::fold(&shelf.name))
        })
    }

    /// The keys of all providers, sorted; reads no rows.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.shelves.iter().filter(|shelf| !shelf.silent).map(|shelf| shelf.name.as_str())
    }

    /// The provider of that key.
    ///
    /// # Errors
    /// `not_found` with the nearest keys, or the complaint of a folder whose rows are wrong.
    pub fn provider(&self, name: &str) -> Result<&Provider, Fault> {
        let exact = self.shelves.iter().find(|shelf| shelf.name == name);
        let alike = || {
            let folded = name::fold(name);
            self.shelves.iter().find(|shelf| name::fold(&shelf.name) == folded)
        };
        let Some(shelf) = exact.or_else(alike) else {
            let fault = Fault::not_found(format!("Unknown integration provider: {name}"))
                .code("unknown_provider");
            let near = nearest(name, self.names());
            return Err(fault.hint(did_you_mean(&near).unwrap_or_else(|| {
                format!("there are: {}", self.names().collect::<Vec<_>>().join(", "))
            })));
        };
        let open = || {
            let row = |provider: &str, name: &str| self.provider(provider).ok()?.operation(name);
            let around = Around { variables: &|| self.variables(), row: &row };
            shelf.open(self.actions_of(shelf), &around)
        };
        shelf.provider.get_or_init(open).as_ref().map_err(Clone::clone)
    }

    /// The variables of all providers that are not made of capability files.
    fn variables(&self) -> Vec<String> {
        let others = self.shelves.iter().filter(|shelf| !shelf.is_made());
        let others = others.filter_map(|shelf| self.provider(&shelf.name).ok());
        others.flat_map(|provider| &provider.fields).flat_map(|field| field.env.clone()).collect()
    }

    /// Reads and checks every row there is.
    ///
    /// # Errors
    /// The first complaint.
    pub fn check(&self) -> Result<(), Fault> {
        self.names().try_for_each(|name| load::check(self.provider(name)?))
    }

    /// Every provider whose rows can be read.
    pub fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.names().filter_map(|name| self.provider(name).ok())
    }

    /// Every operation of every provider.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.providers().flat_map(|provider| provider.operations.values())
    }

    /// The operation that `written` names, in any spelling, with or without `app.integrations.`,
    /// and even without the provider where only one has it.
    ///
    /// # Errors
    /// `not_found` with the nearest full names.
    pub fn find(&self, written: &str) -> Result<&Operation, Fault> {
        let (first, rest) = split(written);
        match rest.map(|function| (function, self.provider(first))) {
            Some((function, Ok(provider))) => {
                return provider
                    .operation(function)
                    .ok_or_else(|| self.unknown(written, Some(provider), function));
            }
            // Rows that are wrong are the reason, not that there are none.
            Some((_, Err(fault))) if fault.kind == Kind::Config => return Err(fault),
            Some((_, Err(_))) | None => {}
        }
        let mut hits = self.providers().filter_map(|provider| provider.operation(written));
        match (hits.next(), hits.next()) {
            (Some(only), None) => Ok(only),
            (Some(one), Some(other)) => Err(Fault::usage(format!("`{written}` is ambiguous"))
                .hint(format!("say `{}` or `{}`", one.full_name(), other.full_name()))),
            (None, _) => Err(self.unknown(written, None, rest.unwrap_or(first))),
        }
    }

    fn unknown(&self, written: &str, within: Option<&Provider>, function: &str) -> Fault {
        let fault = Fault::not_found(format!("Unknown integration function: {written}"))
            .code("unknown_function");
        let pool: Vec<&Provider> =
            within.map_or_else(|| self.providers().collect(), |provider| vec![provider]);
        let mut names: Vec<(&str, String)> = Vec::new();
        for operation in pool.iter().flat_map(|provider| provider.operations.values()) {
            names.push((&operation.name, operation.full_name()));
            for alias in &operation.aliases {
                names.push((alias, operation.full_name()));
            }
        }
        let mut full: Vec<&str> = Vec::new();
        for near in nearest(function, names.iter().map(|(name, _)| *name)) {
            if let Some((_, name)) = names.iter().find(|(name, _)| *name == near)
                && !full.contains(&name.as_str())
            {
                full.push(name);
            }
        }
        fault.hint(
            did_you_mean(&full)
                .unwrap_or_else(|| "kosmo integrations:search finds functions by intent".into()),
        )
    }
}

/// Of sources with one key the last one.
fn last_of_each(sources: &[ActionSource]) -> impl Iterator<Item = &ActionSource> {
    sources.iter().filter(|source| {
        let last = sources.iter().rfind(|other| other.key == source.key);
        last.is_some_and(|last| last.file == source.file)
    })
}
