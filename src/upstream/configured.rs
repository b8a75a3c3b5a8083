//! Which servers are configured, and which of them may be started.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde_json::{Map, Value, json};

use super::entry::{Entry, Reach};
use super::resolve::Resolver;
use super::shown;
use super::sources::Sources;
use crate::catalogue::Effect;
use crate::catalogue::name::{did_you_mean, nearest};
use crate::engine::relay::permission;
use crate::error::{Fault, Kind};
use crate::redact::Redactor;
use crate::settings::{Settings, trust};

/// Every configured server.
pub struct Configured {
    settings: Arc<Settings>,
    redactor: Redactor,
    sources: RwLock<Option<Arc<Sources>>>,
    /// The servers that were found to be trusted.
    trusted: Mutex<BTreeSet<String>>,
}

impl Configured {
    /// Servers that nobody has looked for yet.
    pub fn new(settings: Arc<Settings>, redactor: Redactor) -> Self {
        Self { settings, redactor, sources: RwLock::default(), trusted: Mutex::default() }
    }

    /// The settings in force.
    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What the files say, read once.
    pub fn all(&self) -> Arc<Sources> {
        if let Some(known) = &*self.sources.read().unwrap_or_else(PoisonError::into_inner) {
            return Arc::clone(known);
        }
        let read = Arc::new(Sources::read(&self.settings));
        *self.sources.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&read));
        read
    }

    /// The entry of that name.
    ///
    /// # Errors
    /// `not_found` with the nearest names; what is wrong with a file, since it may name the server.
    pub fn entry(&self, name: &str) -> Result<Entry, Fault> {
        let all = self.all();
        if let Some(entry) = all.servers.get(name) {
            return Ok(entry.clone());
        }
        if let Some(problem) = all.problems.first() {
            return Err(problem.clone());
        }
        let known = || all.servers.keys().map(String::as_str);
        let near = nearest(name, known());
        let hint = did_you_mean(&near).unwrap_or_else(|| match all.servers.is_empty() {
            true => "add one: kosmo mcp:add NAME COMMAND".to_owned(),
            false => format!("there are: {}", known().collect::<Vec<_>>().join(", ")),
        });
        Err(Fault::not_found(format!("Unknown MCP server: {name}"))
            .code("unknown_server")
            .hint(hint))
    }

    /// The entry of a server that may be started: switched on, well-formed and trusted.
    ///
    /// # Errors
    /// Why it may not.
    pub fn ready(&self, name: &str) -> Result<Entry, Fault> {
        let entry = self.entry(name)?;
        if !entry.enabled {
            let message = format!("MCP server '{name}' is disabled.");
            return Err(
                Fault::new(Kind::NotActive, message).hint(format!("kosmo mcp:enable {name}"))
            );
        }
        entry.reach.clone()?;
        if !self.counts(&entry)? {
            let file = entry.path.display();
            let message = format!(
                "Project MCP server '{name}' is not trusted. Run `kosmo mcp:trust {name} --project --json` after reviewing {file}."
            );
            return Err(Fault::new(Kind::PolicyDenied, message)
                .code("untrusted_server")
                .hint("nothing of it was started; it runs a command of the project's choosing"));
        }
        Ok(entry)
    }

    /// How a server is reached, with every reference of its entry followed.
    ///
    /// # Errors
    /// What is missing.
    pub fn resolved(&self, entry: &Entry) -> Result<Reach, Fault> {
        Resolver::new(&self.settings, &self.redactor, entry).reach()
    }

    /// The documented row of a server, with what the user lets it do and whether it is trusted.
    pub fn row(&self, entry: &Entry) -> Map<String, Value> {
        let mut row = shown::row(entry);
        let word = |effect| permission(&self.settings, &entry.name, effect).word();
        let permissions = json!({"read": word(Effect::Read), "write": word(Effect::Write)});
        row.insert("permissions".to_owned(), permissions);
        let trusted = self.is_trusted(entry).unwrap_or(false);
        row.insert("trusted".to_owned(), json!(trusted));
        if let Err(fault) = &entry.reach {
            row.insert("problem".to_owned(), json!(fault.message));
        }
        row
    }

    /// The same for a server that is about to be started: what it would run is looked at anew.
    ///
    /// # Errors
    /// As [`Self::ready`].
    pub(super) fn ready_to_start(&self, name: &str) -> Result<Entry, Fault> {
        self.trusted.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        self.ready(name)
    }

    /// Whether an entry is trusted, or was when it was last looked at.
    fn counts(&self, entry: &Entry) -> Result<bool, Fault> {
        let known = || self.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        if known().contains(&entry.name) {
            return Ok(true);
        }
        let trusted = self.is_trusted(entry)?;
        if trusted {
            known().insert(entry.name.clone());
        }
        Ok(trusted)
    }

    /// Whether the user trusts an entry as it is. What only the user can have written is trusted.
    ///
    /// # Errors
    /// When what is known of trust cannot be read.
    pub fn is_trusted(&self, entry: &Entry) -> Result<bool, Fault> {
        if !entry.source.is_project() {
            return Ok(true);
        }
        let paths = self.settings.paths();
        trust::trusts_part(paths, &entry.path, &entry.name, &entry.fingerprint())
    }

    /// Trusts an entry as it is.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub fn trust(&self, entry: &Entry) -> Result<(), Fault> {
        let paths = self.settings.paths();
        trust::trust_part(paths, &entry.path, &entry.name, &entry.fingerprint())
    }
}
