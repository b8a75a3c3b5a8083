//! Settings in layers, flags last: defaults < user file < project file < environment < flags. A
//! setting is a dotted key (`integrations.segment.policy.write`) with a value and the place it
//! came from. What a key means is left to whoever asks for it; accounts are `engine::account`'s.

pub mod edit;
mod file;
mod keys;
pub mod known;
pub mod surroundings;
pub mod trust;
pub mod units;
mod variables;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use known::{KNOWN, Known, Shape};
pub use surroundings::{Environment, Paths, Surroundings};
pub use trust::Standing;
pub use variables::VARIABLES;

use crate::error::{Fault, Kind};
use crate::redact::Secret;

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

impl Origin {
    /// The layer's name in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::User(_) => "user",
            Self::Project(_) => "project",
            Self::Environment(_) => "environment",
            Self::Flag(_) => "flag",
        }
    }

    /// The file, variable or flag; none for what is built in.
    pub fn source(&self) -> Option<String> {
        match self {
            Self::Default => None,
            Self::User(path) | Self::Project(path) => Some(path.display().to_string()),
            Self::Environment(name) | Self::Flag(name) => Some(name.clone()),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("built in"),
            Self::User(path) | Self::Project(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => write!(f, "${name}"),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// A value with its origin.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The value as TOML has it.
    pub value: toml::Value,
    /// Where it came from.
    pub origin: Origin,
}

/// All settings in force.
#[derive(Debug, Default)]
pub struct Settings {
    values: BTreeMap<String, Setting>,
    paths: Paths,
    surroundings: Surroundings,
    standing: Standing,
    stored: Vec<Secret>,
    warnings: Vec<String>,
}

impl Settings {
    /// Reads every layer. `flags` are (key, value, flag as typed).
    ///
    /// # Errors
    /// [`Kind::Config`] with file, line and column when a file is broken.
    pub fn open(flags: Vec<(String, toml::Value, String)>) -> Result<Self, Fault> {
        Self::open_in(Surroundings::of_process(), flags)
    }

    /// Reads every layer as seen from `surroundings`.
    ///
    /// # Errors
    /// As [`Settings::open`].
    pub fn open_in(
        surroundings: Surroundings,
        flags: Vec<(String, toml::Value, String)>,
    ) -> Result<Self, Fault> {
        let paths = surroundings.paths();
        let mut settings = Self { paths, surroundings, ..Self::default() };
        for known in KNOWN {
            if let Some(value) = known.default_value() {
                settings.put(known.key.to_owned(), value, Origin::Default);
            }
        }
        settings.add_user_file(settings.paths.config_file(), false)?;
        settings.add_user_file(settings.paths.credentials_file(), true)?;
        settings.add_project_file()?;
        settings.add_environment()?;
        for (key, value, flag) in flags {
            let known = keys::find(&key)
                .ok_or_else(|| Fault::usage(format!("`{flag}`: no such setting `{key}`")))?;
            known.check(&value).map_err(|why| Fault::usage(format!("`{flag}`: {why}")))?;
            settings.put(key, value, Origin::Flag(flag));
        }
        Ok(settings)
    }

    fn put(&mut self, key: String, value: toml::Value, origin: Origin) {
        self.values.insert(key, Setting { value, origin });
    }

    fn add_user_file(&mut self, path: Option<PathBuf>, secret: bool) -> Result<(), Fault> {
        let Some(path) = path else { return Ok(()) };
        let Some(bytes) = file::read(&path)? else { return Ok(()) };
        for entry in file::entries(&path, &bytes, &mut self.warnings)? {
            if let Some(text) = entry.value.as_str().filter(|text| secret && !is_reference(text)) {
                self.stored.push(Secret::new(text));
            }
            self.put(entry.key, entry.value, Origin::User(path.clone()));
        }
        Ok(())
    }

    fn add_project_file(&mut self) -> Result<(), Fault> {
        let Some(path) = self.paths.project.clone() else { return Ok(()) };
        let Some(bytes) = file::read(&path)? else { return Ok(()) };
        let entries = file::entries(&path, &bytes, &mut self.warnings)?;
        if trust::is_trusted(&self.paths, &path, &bytes)? {
            self.standing = Standing::Trusted;
            for entry in entries {
                self.put(entry.key, entry.value, Origin::Project(path.clone()));
            }
            return Ok(());
        }
        let (tighter, ignored): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| {
            trust::tightens(&entry.key, entry.known, &entry.value, &self.values)
        });
        for entry in tighter {
            self.put(entry.key, entry.value, Origin::Project(path.clone()));
        }
        let ignored: Vec<String> = ignored.into_iter().map(|entry| entry.key).collect();
        if !ignored.is_empty() {
            self.warnings.push(format!(
                "{} is not trusted; ignored: {} (read it, then run `kosmo trust` to accept it)",
                path.display(),
                ignored.join(", ")
            ));
        }
        self.standing = Standing::Untrusted { ignored };
        Ok(())
    }

    fn add_environment(&mut self) -> Result<(), Fault> {
        for (name, value) in self.surroundings.environment.starting_with("KOSMO_") {
            let Some((key, known)) = keys::of_variable(&name) else { continue };
            let value = value.to_str().ok_or_else(|| {
                Fault::new(Kind::Config, format!("environment variable `{name}` is not UTF-8"))
            })?;
            if value.is_empty() {
                continue;
            }
            let value = known.read(value).map_err(|why| {
                Fault::new(Kind::Config, format!("environment variable `{name}`: {why}"))
            })?;
            self.put(key, value, Origin::Environment(name));
        }
        Ok(())
    }

    /// The winning value of a dotted key.
    pub fn get(&self, key: &str) -> Option<&Setting> {
        self.values.get(key)
    }

    /// The winning value as text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.value.as_str()
    }

    /// The winning value as true or false; none when absent.
    pub fn flag(&self, key: &str) -> Option<bool> {
        self.get(key)?.value.as_bool()
    }

    /// The winning value as a number: sizes in bytes, times in seconds.
    pub fn number(&self, key: &str) -> Option<f64> {
        let value = &self.get(key)?.value;
        match keys::find(key).map(|known| known.shape) {
            Some(shape) => shape.number(value),
            None => units::number(value),
        }
    }

    /// The winning value as a size in bytes.
    pub fn bytes(&self, key: &str) -> Option<u64> {
        units::bytes(&self.get(key)?.value)
    }

    /// The winning value as a length of time.
    pub fn duration(&self, key: &str) -> Option<Duration> {
        Duration::try_from_secs_f64(units::seconds(&self.get(key)?.value)?).ok()
    }

    /// Every winning (key, setting), sorted by key, whose key starts with `prefix` (dotted).
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a Setting)> {
        self.values
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
            .take_while(move |(key, _)| key.starts_with(prefix))
            .map(|(key, setting)| (key.as_str(), setting))
    }

    /// The folders in use.
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// What the settings are now that files have changed; flags are not repeated.
    ///
    /// # Errors
    /// As [`Settings::open`].
    pub fn read_again(&self) -> Result<Self, Fault> {
        Self::open_in(self.surroundings.clone(), Vec::new())
    }

    /// The file for settings of the project: the one in use, else where one would be made.
    pub fn project_file(&self) -> Option<PathBuf> {
        let new = || Some(self.surroundings.project_root()?.join("kosmo.toml"));
        self.paths.project.clone().or_else(new)
    }

    /// The environment the settings were read in.
    pub fn environment(&self) -> &Environment {
        &self.surroundings.environment
    }

    /// Whether the project's file is trusted, and what of it was ignored.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Things the user should be told once, for example what an untrusted project file was not
    /// allowed to set.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What the credentials file holds, references aside, even where another layer wins.
    pub fn stored_secrets(&self) -> &[Secret] {
        &self.stored
    }

    /// Where the ledger lives.
    pub fn ledger_path(&self) -> Option<PathBuf> {
        self.paths().data.as_deref().map(|folder: &Path| folder.join("kosmo.db"))
    }
}

/// Whether a value says where a secret is instead of being one: `env:NAME`, `file:path`, `cmd:…`.
pub fn is_reference(value: &str) -> bool {
    ["env:", "file:", "cmd:"].iter().any(|prefix| value.starts_with(prefix))
}

/// Whether a name can be an account's: `[a-z0-9][a-z0-9_-]*`.
pub fn is_account_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.bytes().next().is_some_and(plain)
        && name.bytes().all(|byte| plain(byte) || byte == b'_' || byte == b'-')
}
