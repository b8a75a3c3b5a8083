//! The runtime: settings, catalogue and engine, each opened once and only when asked for, shared
//! by every face.

pub mod own;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, Weak};

use crate::access::Access;
use crate::catalogue::{ActionSource, Catalogue, Source};
use crate::engine::consent::Approve;
use crate::engine::governor::Governor;
use crate::engine::oauth::Tokens;
use crate::engine::outgoing::Outgoing;
use crate::engine::transport::{Connect, Transport};
use crate::engine::{Accounts, Engine, Noting, Scripts, Upstream};
use crate::error::Fault;
use crate::ledger::facts::Facts;
use crate::ledger::journal::{Journal, Retention};
use crate::ledger::limits::Limits;
use crate::ledger::outbox::Outbox;
use crate::ledger::outbox::jetstream::{Address, JetStream};
use crate::ledger::outbox::local::{Habits, Local, Sync};
use crate::redact::{Redactor, Secret};
use crate::settings::{Settings, Surroundings};
use crate::upstream::Servers;

/// Makes who can run the scripts of actions from the runtime they belong to.
pub type OpenScripts = fn(Weak<Runtime>) -> Arc<dyn Scripts>;

/// How to open a runtime.
#[derive(Default)]
pub struct Opening {
    /// What settings are read from; none for the process's own environment and folders.
    pub surroundings: Option<Surroundings>,
    /// Settings given as flags: (key, value, the flag as typed).
    pub flags: Vec<(String, toml::Value, String)>,
    /// The base URL of an emulator that every account is to point at.
    pub emulator: Option<String>,
    /// The token that limits what may be done; none for that of the variable `KOSMO_TOKEN`.
    pub token: Option<Secret>,
    /// Who can be asked for consent where policy says `ask`.
    pub approve: Option<Arc<dyn Approve>>,
    /// Who can run the scripts of actions, given the runtime they belong to.
    pub scripts: Option<OpenScripts>,
    /// What must never be printed; shared with whoever listens to what happens inside.
    pub redactor: Redactor,
    /// A capability file that is served without having been added.
    pub served: Option<ActionSource>,
}

/// Settings, catalogue and engine.
pub struct Runtime {
    settings: Arc<Settings>,
    redactor: Redactor,
    emulator: OnceLock<String>,
    token: Option<Secret>,
    approve: Option<Arc<dyn Approve>>,
    scripts: Option<Arc<dyn Scripts>>,
    served: Option<ActionSource>,
    catalogue: OnceLock<Arc<Catalogue>>,
    servers: OnceLock<Arc<Servers>>,
    engine: OnceLock<Engine>,
}

impl Runtime {
    /// Reads the settings; everything else waits until it is asked for.
    ///
    /// # Errors
    /// A broken settings file.
    pub fn open(opening: Opening) -> Result<Arc<Self>, Fault> {
        let surroundings = opening.surroundings.unwrap_or_else(Surroundings::of_process);
        let settings = Settings::open_in(surroundings, opening.flags)?;
        let variable = || Some(Secret::new(settings.environment().get("KOSMO_TOKEN")?.to_str()?));
        let token = opening.token.or_else(variable);
        let redactor = opening.redactor;
        token.iter().for_each(|token| redactor.learn(token));
        Ok(Arc::new_cyclic(|own| Self {
            scripts: opening.scripts.map(|scripts| scripts(Weak::clone(own))),
            settings: Arc::new(settings),
            redactor,
            token,
            emulator: opening.emulator.map(OnceLock::from).unwrap_or_default(),
            approve: opening.approve,
            served: opening.served,
            catalogue: OnceLock::new(),
            servers: OnceLock::new(),
            engine: OnceLock::new(),
        }))
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What must never be printed.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// What can be called.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        self.catalogue.get_or_init(|| {
            let folders = folders(&self.settings);
            tracing::debug!(folders = folders.len(), "reading the catalogue");
            let mut capabilities = own::CAPABILITIES.sources(&self.settings);
            if let Some(served) = &self.served {
                // Whatever else there is, it is this file that is served.
                let other = |own: &ActionSource| own.key != served.key && own.text != served.text;
                capabilities.retain(other);
                capabilities.insert(0, served.clone());
            }
            let bare = Catalogue::new(folders).with_capabilities(&capabilities);
            Arc::new(bare.with_actions(&own::ACTIONS.sources(&self.settings)))
        })
    }

    /// The MCP servers that are configured. Starts none.
    pub fn servers(&self) -> &Arc<Servers> {
        self.servers.get_or_init(|| {
            Arc::new(Servers::new(Arc::clone(&self.settings), self.redactor.clone()))
        })
    }

    /// The providers that are built in and in folders, without anything added to them.
    pub fn bare_catalogue(&self) -> Catalogue {
        Catalogue::new(folders(&self.settings))
    }

    /// What the user should know of rows of their own, as far as anybody has asked for any: which
    /// are broken, and which do not count because nobody has trusted them.
    pub fn complaints(&self) -> Vec<String> {
        let Some(catalogue) = self.catalogue.get() else { return Vec::new() };
        let broken = catalogue.complaints().into_iter().map(|fault| fault.to_string());
        let untrusted = own::untrusted(&self.settings).into_iter().map(|file| {
            let file = file.display();
            format!("{file} is not trusted and left out (read it, then run `kosmo trust`)")
        });
        broken.chain(untrusted).collect()
    }

    /// Points every account at the emulator with this base URL. Only the first one counts, and only
    /// before the first call.
    pub fn use_emulator(&self, url: String) {
        let _ = self.emulator.set(url);
    }

    /// Whether every account points at an emulator.
    pub fn is_emulated(&self) -> bool {
        self.emulator.get().is_some()
    }

    /// Waits until every call is written down; the warning when it could not be. Opens nothing.
    pub fn flush(&self) -> Option<String> {
        self.engine.get()?.journal.flush()
    }

    /// Where events wait that are not sent at once.
    pub fn outbox(&self) -> &dyn Outbox {
        &*self.engine().outgoing.outbox
    }

    /// What performs calls, when it was ever asked for.
    pub fn engine_if_open(&self) -> Option<&Engine> {
        self.engine.get()
    }

    /// What performs calls.
    pub fn engine(&self) -> &Engine {
        self.engine.get_or_init(|| Engine {
            catalogue: Arc::clone(self.catalogue()),
            accounts: Accounts::new(
                Arc::clone(&self.settings),
                self.redactor.clone(),
                self.emulator.get().cloned(),
            ),
            settings: Arc::clone(&self.settings),
            redactor: self.redactor.clone(),
            journal: journal(&self.settings),
            noting: Noting::of(&self.settings),
            governor: Governor::new(Limits::at(self.settings.ledger_path())),
            facts: Facts::at(self.settings.ledger_path()),
            tokens: Tokens::default(),
            outgoing: Outgoing::new(outbox(
                &self.settings,
                &self.redactor,
                self.emulator.get().is_some(),
            )),
            transport: Transport::new(Connect::from_settings(
                &self.settings,
                self.emulator.get().is_some(),
            )),
            hooks: vec![("segment", Arc::new(crate::segment::Segment::default()))],
            access: Arc::new(self.access()),
            scripts: self.scripts.clone(),
            upstream: Some(Arc::clone(self.servers()) as Arc<dyn Upstream>),
            approve: self.approve.clone(),
        })
    }
}

impl Runtime {
    fn access(&self) -> Access {
        let folder = self.settings.paths().data.as_deref();
        let access = Access::new(folder, self.settings.ledger_path().as_deref());
        self.token.iter().for_each(|token| access.present(token.clone()));
        access
    }
}

/// The outbox: on this machine, or on the server that settings name. What goes to the emulator is kept
/// apart, and gone with the process.
fn outbox(settings: &Settings, redactor: &Redactor, emulated: bool) -> Box<dyn Outbox> {
    let usual = Habits::default();
    let days = settings.get("outbox.keep_days").and_then(|days| days.value.as_integer());
    let habits = Habits {
        sync: if settings.text("outbox.sync") == Some("each") { Sync::Each } else { Sync::Group },
        keep_days: days.and_then(|days| u32::try_from(days).ok()).unwrap_or(usual.keep_days),
        keep_bytes: settings.bytes("outbox.keep_size").unwrap_or(usual.keep_bytes),
    };
    if let Some(url) = settings.text("outbox.url").filter(|url| !url.is_empty() && !emulated) {
        let keep_days = habits.keep_days;
        let credentials = settings.text("outbox.credentials").map(PathBuf::from);
        let url = Secret::new(url);
        redactor.learn(&url);
        return Box::new(JetStream::at(Address { url, credentials, keep_days }));
    }
    Box::new(match emulated {
        true => Local::passing(habits),
        false => Local::beside(settings.ledger_path(), habits),
    })
}

fn journal(settings: &Settings) -> Journal {
    let on = settings.flag("journal.enabled") != Some(false);
    let days = |key: &str| {
        let days = settings.get(key)?.value.as_integer()?;
        u32::try_from(days).ok()
    };
    Journal::at(settings.ledger_path().filter(|_| on)).keep(Retention {
        days: days("journal.keep_days"),
        details_days: days("journal.details_days"),
        details_bytes: settings.bytes("journal.details_bytes"),
    })
}

/// The providers a user brings: every folder with a `provider.toml` in `<config>/providers`, and in
/// the folders of the setting `catalogue.folders` (separated like `PATH`).
fn folders(settings: &Settings) -> Vec<(String, Vec<Source>)> {
    let mut roots: Vec<PathBuf> =
        settings.paths().config.iter().map(|config| config.join("providers")).collect();
    if let Some(more) = settings.text("catalogue.folders") {
        roots.extend(std::env::split_paths(more));
    }
    let mut found: Vec<(String, Vec<Source>)> = Vec::new();
    for folder in roots.iter().flat_map(|root| entries(root)) {
        let sources = rows(&folder);
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        if let (Some(name), true) = (name, folder.join("provider.toml").is_file()) {
            found.retain(|(have, _)| *have != name);
            found.push((name, sources));
        }
    }
    found
}

/// A folder's rows. A file that is not text is kept as an empty one, which the loader complains of
/// by name.
fn rows(folder: &Path) -> Vec<Source> {
    entries(folder)
        .into_iter()
        .filter(|file| file.extension() == Some(OsStr::new("toml")))
        .map(|file| Source {
            text: std::fs::read_to_string(&file).unwrap_or_default().into(),
            file: file.display().to_string(),
        })
        .collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}
