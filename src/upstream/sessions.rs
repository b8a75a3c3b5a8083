//! Sessions that are open: one for each server, begun when it is first asked for, begun anew after it
//! broke, and told of tools that have changed.

use std::collections::HashMap;
use std::ffi::OsString;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::configured::Configured;
use super::entry::{Entry, Reach};
use super::wire::{Outfit, Patience, Session};
use crate::catalogue::tool::Tools;
use crate::engine::account::travels_in_clear;
use crate::engine::relay::Errand;
use crate::engine::transport::{Connect, Transport};
use crate::error::{Fault, Kind};

/// The variables that every program gets.
const USUAL: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "TEMP",
    "TMP",
    "LANG",
    "LC_ALL",
    "SYSTEMROOT",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "PATHEXT",
];

/// An open session and its tools, once they are known.
struct Live {
    session: Session,
    tools: Mutex<Option<Arc<Tools>>>,
}

/// At most one session; whoever comes while it is being opened waits for it.
type Slot = Arc<tokio::sync::Mutex<Option<Arc<Live>>>>;

/// Every session.
pub(super) struct Sessions {
    configured: Arc<Configured>,
    slots: Mutex<HashMap<String, Slot>>,
    transport: OnceLock<Arc<Transport>>,
}

impl Sessions {
    pub(super) fn new(configured: Arc<Configured>) -> Self {
        Self { configured, slots: Mutex::default(), transport: OnceLock::new() }
    }

    /// The tools of a server. A list that has changed is asked for again.
    pub(super) async fn tools(
        &self,
        name: &str,
        allowed: Option<Duration>,
    ) -> Result<Arc<Tools>, Fault> {
        let (live, patience) = self.live(name, allowed).await?;
        if live.session.has_other_tools() {
            *live.tools.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        if let Some(known) = &*live.tools.lock().unwrap_or_else(PoisonError::into_inner) {
            return Ok(Arc::clone(known));
        }
        let tools = Arc::new(Tools::new(name, live.session.tools(patience).await?));
        let mut slot = live.tools.lock().unwrap_or_else(PoisonError::into_inner);
        *slot = Some(Arc::clone(&tools));
        Ok(tools)
    }

    /// Runs an errand.
    pub(super) async fn ask(&self, name: &str, errand: Errand) -> Result<Value, Fault> {
        let (live, patience) = self.live(name, errand.allowed).await?;
        match errand.items {
            Some(key) => live.session.list(&errand.method, key, patience).await.map(Value::Array),
            None => {
                let result = live.session.ask(&errand.method, errand.params, patience).await?;
                if errand.method == "tools/call" {
                    super::result::value(result)
                } else {
                    Ok(result)
                }
            }
        }
    }

    /// Who a server says it is.
    pub(super) async fn about(
        &self,
        name: &str,
        allowed: Option<Duration>,
    ) -> Result<Value, Fault> {
        Ok(self.live(name, allowed).await?.0.session.about())
    }

    async fn live(
        &self,
        name: &str,
        allowed: Option<Duration>,
    ) -> Result<(Arc<Live>, Patience), Fault> {
        let entry = self.configured.ready(name)?;
        let patience =
            Patience { time: allowed.unwrap_or(entry.timeout), extended: allowed.is_none() };
        let slot = self.slot(name);
        let mut slot = slot.lock().await;
        if let Some(live) = slot.as_ref().filter(|live| live.session.is_open()) {
            return Ok((Arc::clone(live), patience));
        }
        // What is left of a session that broke is ended before the next one begins.
        if let Some(live) = slot.take().and_then(Arc::into_inner) {
            live.session.close().await;
        }
        let entry = self.configured.ready_to_start(name)?;
        tracing::debug!(server = name, "starting an MCP server");
        let reach = self.configured.resolved(&entry)?;
        sealed(name, &entry, &reach)?;
        let outfit = self.outfit(&entry, &reach)?;
        let session = Session::open(name, &reach, &outfit, patience.time).await?;
        let live = Arc::new(Live { session, tools: Mutex::default() });
        *slot = Some(Arc::clone(&live));
        Ok((live, patience))
    }

    fn slot(&self, name: &str) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(name.to_owned()).or_default())
    }

    fn outfit(&self, entry: &Entry, reach: &Reach) -> Result<Outfit, Fault> {
        let settings = self.configured.settings();
        let environment = settings.environment();
        let all = environment.get("KOSMO_MCP_INHERIT_ENV").is_some_and(|value| value == "1");
        let mut variables: Vec<(String, OsString)> = if all {
            environment.starting_with("")
        } else {
            let usual = |name: &&str| Some(((*name).to_owned(), environment.get(name)?));
            USUAL.iter().filter_map(usual).collect()
        };
        if let Reach::Stdio { env_file: Some(file), .. } = reach {
            variables.extend(from_file(entry, file)?);
        }
        let transport = self
            .transport
            .get_or_init(|| Arc::new(Transport::new(Connect::from_settings(settings, false))));
        Ok(Outfit {
            environment: variables,
            folder: entry.root.clone(),
            transport: Arc::clone(transport),
        })
    }

    /// Ends every session, all at the same time.
    pub(super) async fn close(&self) {
        let slots: Vec<Slot> = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            slots.drain().map(|(_, slot)| slot).collect()
        };
        let ends = slots.into_iter().map(|slot| async move {
            let live = slot.lock().await.take();
            if let Some(live) = live.and_then(Arc::into_inner) {
                live.session.close().await;
            }
        });
        futures_util::future::join_all(ends).await;
    }
}

/// Refuses to send secrets where they can be read on their way.
fn sealed(name: &str, entry: &Entry, reach: &Reach) -> Result<(), Fault> {
    let Reach::Http { url, headers } = reach else { return Ok(()) };
    let written = matches!(&entry.reach, Ok(Reach::Http { url: written, .. }) if written == url);
    let secrets = !headers.is_empty() || !written || url.contains(['@', '?']);
    if !secrets || !travels_in_clear(url) {
        return Ok(());
    }
    let message = format!(
        "MCP server '{name}' is reached over plain http on another machine; its headers and secrets would travel in clear."
    );
    Err(Fault::new(Kind::Config, message)
        .code("plain_http")
        .hint("use https, or a tunnel that ends on this machine; nothing was sent"))
}

/// The variables in a file, a `NAME=value` each line.
fn from_file(entry: &Entry, file: &str) -> Result<Vec<(String, OsString)>, Fault> {
    let path = entry.root.join(file);
    let text = std::fs::read_to_string(&path).map_err(|why| {
        let message = format!("MCP server '{}': cannot read {}: {why}", entry.name, path.display());
        Fault::new(Kind::Config, message)
    })?;
    let line = |line: &str| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
        let value = value.trim();
        let quoted =
            ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
        Some((name.trim().to_owned(), OsString::from(quoted.unwrap_or(value))))
    };
    Ok(text.lines().filter_map(line).collect())
}
