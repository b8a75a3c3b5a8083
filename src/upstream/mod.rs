//! MCP servers as a source of rows: which are configured, which of them the user trusts, sessions with
//! them, and their tools as operations. Calls come from `Engine::call`, through the trait
//! [`crate::engine::Upstream`] that [`Servers`] implements; a face that wants more than a call asks
//! [`Servers`] for:
//!
//! - [`Servers::all`]: every configured server; starts none;
//! - `engine.tools(server)`: the rows of one, which starts it when it is trusted;
//! - `Engine::call` with the function `mcp.<server>.<tool>`: a tool;
//! - `Engine::call` with `mcp.<server>.resources/list`, `…/read`, `…/templates/list`, `prompts/list`,
//!   `prompts/get`: what a server has besides tools.

pub mod entry;
pub mod file;
mod resolve;
pub mod secrets;
pub mod shown;
pub mod sources;
mod text;

use std::sync::{Arc, PoisonError, RwLock};

use crate::catalogue::name::{did_you_mean, nearest};
use crate::error::{Fault, Kind};
use crate::redact::Redactor;
use crate::settings::{Settings, trust};
use entry::{Entry, Reach};
use resolve::Resolver;
use sources::Sources;

/// Every configured server.
pub struct Servers {
    settings: Arc<Settings>,
    redactor: Redactor,
    sources: RwLock<Option<Arc<Sources>>>,
}

impl Servers {
    /// Servers that nobody has looked for yet.
    pub fn new(settings: Arc<Settings>, redactor: Redactor) -> Self {
        Self { settings, redactor, sources: RwLock::default() }
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
        if !self.is_trusted(&entry)? {
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
