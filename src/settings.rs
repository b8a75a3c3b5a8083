//! Settings in layers, flags last: defaults < user file < project file < environment < flags. A
//! setting is a dotted key (`integrations.segment.policy.write`) with a value and the place it
//! came from. What a key means is left to whoever asks for it; accounts are `engine::account`'s.

use std::path::{Path, PathBuf};

use crate::error::Fault;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// The user's `config.toml`, or the credentials file beside it.
    User(PathBuf),
    /// A project's `kosmo.toml`.
    Project(PathBuf),
    /// An environment variable.
    Environment(String),
    /// A command-line flag.
    Flag(String),
}

/// A value with its origin.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The value as TOML has it.
    pub value: toml::Value,
    /// Where it came from.
    pub origin: Origin,
}

/// The folders the program uses. None means that the platform names no home.
#[derive(Debug, Clone, Default)]
pub struct Paths {
    /// Settings, credentials, trust.
    pub config: Option<PathBuf>,
    /// The ledger and the REPL's history.
    pub data: Option<PathBuf>,
    /// The project's `kosmo.toml`, when there is one here or above.
    pub project: Option<PathBuf>,
}

/// All settings in force.
#[derive(Debug, Default)]
pub struct Settings {
    _todo: (),
}

impl Settings {
    /// Reads every layer. `flags` are (key, value, flag as typed).
    ///
    /// # Errors
    /// [`crate::error::Kind::Config`] with file, line and column when a file is broken.
    pub fn open(_flags: Vec<(String, toml::Value, String)>) -> Result<Self, Fault> {
        Ok(Self::default())
    }

    /// The winning value of a dotted key.
    pub fn get(&self, _key: &str) -> Option<&Setting> {
        None
    }

    /// The winning value as text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.value.as_str()
    }

    /// The winning value as true or false; none when absent.
    pub fn flag(&self, key: &str) -> Option<bool> {
        self.get(key)?.value.as_bool()
    }

    /// The winning value as a number.
    pub fn number(&self, key: &str) -> Option<f64> {
        let value = &self.get(key)?.value;
        #[expect(clippy::cast_precision_loss, reason = "settings are small numbers")]
        value.as_float().or_else(|| value.as_integer().map(|n| n as f64))
    }

    /// Every winning (key, setting), sorted by key, whose key starts with `prefix` (dotted).
    pub fn under<'a>(&'a self, _prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a Setting)> {
        std::iter::empty()
    }

    /// The folders in use.
    pub fn paths(&self) -> &Paths {
        static NONE: Paths = Paths { config: None, data: None, project: None };
        &NONE
    }

    /// Things the user should be told once, for example what an untrusted project file was not
    /// allowed to set.
    pub fn warnings(&self) -> &[String] {
        &[]
    }

    /// Where the ledger lives.
    pub fn ledger_path(&self) -> Option<PathBuf> {
        self.paths().data.as_deref().map(|folder: &Path| folder.join("kosmo.db"))
    }
}
