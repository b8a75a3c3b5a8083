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
pub mod stub;
pub mod tool;

use std::sync::OnceLock;

use include_dir::{Dir, File, include_dir};

pub use action::{Action, ActionSource, Custom};
pub use load::Source;
pub use operation::{Effect, Operation, Param, Provider, Route, Service, Type};

use crate::error::{Fault, Kind};
use name::{did_you_mean, nearest, split};

/// The file beside embedded rows that holds their words for the search.
const WORDS: &str = "search.index";

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/providers");

/// Everything that can be called. Each provider's rows are read when it is first asked for.
#[derive(Debug)]
pub struct Catalogue {
    shelves: Vec<Shelf>,
    actions: Vec<Result<Action, Fault>>,
}

#[derive(Debug)]
struct Shelf {
    name: String,
    sources: Vec<Source>,
    /// Whether it came with the program; a test has read every row of it.
    embedded: bool,
    /// The words of its rows, where they came with it.
    words: Option<&'static str>,
    provider: OnceLock<Result<Provider, Fault>>,
    /// Actions that cannot be rows of it.
    refused: OnceLock<Vec<Fault>>,
}

impl Shelf {
    /// Reads the provider and takes in the user's own rows.
    fn open<'a>(&self, actions: impl Iterator<Item = &'a Action>) -> Result<Provider, Fault> {
        let mut provider = load::provider(&self.sources)?;
        if !self.embedded {
            load::check(&provider)?;
        }
        let mut refused = Vec::new();
        for action in actions {
            match action.row(&provider) {
                Ok(row) => load::adopt(&mut provider, row),
                Err(fault) => refused.push(fault),
            }
        }
        let _ = self.refused.set(refused);
        Ok(provider)
    }
}

impl Catalogue {
    /// The providers in the binary, then those in `folders` (name and files), which win over
    /// embedded ones of the same name.
    pub fn new(folders: Vec<(String, Vec<Source>)>) -> Self {
        let mut shelves: Vec<Shelf> = folders
            .into_iter()
            .map(|(name, sources)| Shelf {
                name,
                sources,
                embedded: false,
                words: None,
                provider: OnceLock::new(),
                refused: OnceLock::new(),
            })
            .collect();
        for folder in EMBEDDED.dirs() {
            let name = folder.path().display().to_string();
            if shelves.iter().any(|shelf| shelf.name == name) {
                continue;
            }
            let rows = folder.files().filter(|file| file.path() != folder.path().join(WORDS));
            let sources = rows
                .map(|file| Source {
                    file: file.path().display().to_string(),
                    text: file.contents_utf8().unwrap_or_default().into(),
                })
                .collect();
            let words = folder.get_file(folder.path().join(WORDS));
            let words = words.and_then(File::contents_utf8);
            let (provider, refused) = (OnceLock::new(), OnceLock::new());
            shelves.push(Shelf { name, sources, embedded: true, words, provider, refused });
        }
        shelves.sort_by(|a, b| a.name.cmp(&b.name));
        Self { shelves, actions: Vec::new() }
    }

    /// The same catalogue with rows of the user's own. Of two with one key the later one counts.
    #[must_use]
    pub fn with_actions(mut self, sources: &[ActionSource]) -> Self {
        let last = |source: &&ActionSource| {
            sources.iter().rfind(|other| other.key == source.key).map(|other| &other.file)
                == Some(&source.file)
        };
        self.actions = sources.iter().filter(last).map(action::read).collect();
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
        broken.cloned().chain(homeless).chain(refused.cloned()).collect()
    }

    /// The words of an embedded provider's rows, as they were kept for the search.
    fn kept_words(&self, name: &str) -> Option<&'static str> {
        self.shelves.iter().find(|shelf| shelf.name == name)?.words
    }

    /// The actions of a shelf: those that name it, and on the first of the embedded ones those that
    /// name none.
    fn actions_of<'a>(&'a self, shelf: &'a Shelf) -> impl Iterator<Item = &'a Action> {
        let usual = self.shelves.iter().find(|shelf| shelf.embedded).or(self.shelves.first());
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
        self.shelves.iter().map(|shelf| shelf.name.as_str())
    }

    /// The provider of that key.
    ///
    /// # Errors
    /// `not_found` with the nearest keys, or the complaint of a folder whose rows are wrong.
    pub fn provider(&self, name: &str) -> Result<&Provider, Fault> {
        let folded = name::fold(name);
        let Some(shelf) = self.shelves.iter().find(|shelf| name::fold(&shelf.name) == folded)
        else {
            let fault = Fault::not_found(format!("Unknown integration provider: {name}"))
                .code("unknown_provider");
            let near = nearest(name, self.names());
            return Err(fault.hint(did_you_mean(&near).unwrap_or_else(|| {
                format!("there are: {}", self.names().collect::<Vec<_>>().join(", "))
            })));
        };
        shelf
            .provider
            .get_or_init(|| shelf.open(self.actions_of(shelf)))
            .as_ref()
            .map_err(Clone::clone)
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
        self.shelves.iter().filter_map(|shelf| self.provider(&shelf.name).ok())
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
