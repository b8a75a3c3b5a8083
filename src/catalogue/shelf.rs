//! One provider of the catalogue, its rows unread until somebody asks: from a folder, or from a part of
//! a capability file, with the rows that users add to it.

use std::sync::{Arc, OnceLock};

use super::Action;
use super::capability::rows::{Around, Loaded, Part};
use super::load::{self, Source};
use super::operation::Provider;
use crate::error::Fault;

/// What a shelf is filled from.
#[derive(Debug)]
pub(super) enum Origin {
    /// A folder of the program's own; a test has read every row of it.
    Embedded(Vec<Source>),
    /// A folder of the user's.
    Folder(Vec<Source>),
    /// A part of a capability file.
    Capability(Arc<Loaded>, Part),
}

/// A provider.
#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) name: String,
    pub(super) origin: Origin,
    /// Files that call it, and which of their APIs it is.
    pub(super) joined: Vec<(Arc<Loaded>, usize)>,
    /// Whether it is named by nobody who is not asked for it: what it shows can be called without it.
    pub(super) silent: bool,
    /// The words of its rows for the search, where they came with the program.
    pub(super) words: Option<&'static str>,
    pub(super) provider: OnceLock<Result<Provider, Fault>>,
    /// Rows of the user's own that cannot be rows of it.
    pub(super) refused: OnceLock<Vec<Fault>>,
}

impl Shelf {
    pub(super) fn new(name: String, origin: Origin) -> Self {
        let (joined, provider, refused) = Default::default();
        Self { name, origin, joined, silent: false, words: None, provider, refused }
    }

    pub(super) fn is_embedded(&self) -> bool {
        matches!(self.origin, Origin::Embedded(_))
    }

    /// Whether it is made of a capability file alone.
    pub(super) fn is_made(&self) -> bool {
        matches!(self.origin, Origin::Capability(..))
    }

    /// Reads the provider and takes in the user's own rows. `around` is what the rest of the catalogue
    /// has.
    pub(super) fn open<'a>(
        &self,
        actions: impl Iterator<Item = &'a Action>,
        around: &Around<'_>,
    ) -> Result<Provider, Fault> {
        let mut refused = Vec::new();
        let mut provider = match &self.origin {
            Origin::Embedded(sources) => load::provider(sources)?,
            Origin::Folder(sources) => {
                let provider = load::provider(sources)?;
                load::check(&provider)?;
                provider
            }
            Origin::Capability(loaded, part) => {
                let (mut provider, rows) = loaded.provider(part, around)?;
                for row in rows {
                    let file = format!("Called and shown by `{}`.", loaded.file);
                    load::adopt(&mut provider, row, ("Capabilities", &file));
                }
                provider
            }
        };
        for (loaded, at) in &self.joined {
            for row in loaded.join(*at, &provider) {
                match row {
                    Ok(row) => load::adopt(&mut provider, row, CAPABILITIES),
                    Err(fault) => refused.push(fault),
                }
            }
        }
        for action in actions {
            match action.row(&provider) {
                Ok(row) => load::adopt(&mut provider, row, ACTIONS),
                Err(fault) => refused.push(fault),
            }
        }
        let _ = self.refused.set(refused);
        Ok(provider)
    }
}

const ACTIONS: (&str, &str) =
    ("Actions of your own", "What you have added to it: requests and scripts in files of yours.");

const CAPABILITIES: (&str, &str) =
    ("Capabilities", "What capability files that you have added call, under their names.");
