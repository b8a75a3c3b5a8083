//! MCP servers as a source of rows: which are configured, which of them the user trusts, sessions with
//! them, and their tools as operations. Calls come from `Engine::call`, through the trait
//! [`crate::engine::Upstream`] that [`Servers`] implements; a face that wants more than a call asks
//! [`Servers`] for:
//!
//! - [`Configured::all`](configured::Configured::all): every configured server; starts none;
//! - `engine.tools(server)`: the rows of one, which starts it when it is trusted;
//! - `Engine::call` with the function `mcp.<server>.<tool>`: a tool;
//! - `Engine::call` with `mcp.<server>.resources/list`, `…/read`, `…/templates/list`, `prompts/list`,
//!   `prompts/get`: what a server has besides tools.

pub mod configured;
pub mod entry;
pub mod file;
mod resolve;
mod result;
pub mod secrets;
mod sessions;
pub mod shown;
pub mod sources;
mod text;
mod wire;
mod worker;

use std::future::Future;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::Value;

use crate::catalogue::tool::Tools;
use crate::engine::Upstream;
use crate::engine::hooks::Later;
use crate::engine::relay::{Errand, Reached};
use crate::error::Fault;
use crate::redact::Redactor;
use crate::settings::Settings;
use configured::Configured;
use sessions::Sessions;
use worker::Worker;

/// The longest that ending all servers may take.
const LAST: Duration = Duration::from_secs(3);

/// The configured servers and the sessions with them.
pub struct Servers {
    configured: Arc<Configured>,
    sessions: Arc<Sessions>,
    worker: OnceLock<Result<Worker, Fault>>,
}

impl Deref for Servers {
    type Target = Configured;

    fn deref(&self) -> &Configured {
        &self.configured
    }
}

impl Servers {
    /// Servers that nobody has looked for yet.
    pub fn new(settings: Arc<Settings>, redactor: Redactor) -> Self {
        let configured = Arc::new(Configured::new(settings, redactor));
        let sessions = Arc::new(Sessions::new(Arc::clone(&configured)));
        Self { configured, sessions, worker: OnceLock::new() }
    }

    fn worker(&self) -> Result<&Worker, Fault> {
        self.worker.get_or_init(Worker::start).as_ref().map_err(Clone::clone)
    }

    async fn on_worker<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Fault>> + Send + 'static,
    ) -> Result<T, Fault> {
        self.worker()?.run(work).await
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        let Some(Ok(worker)) = self.worker.get_mut() else { return };
        let sessions = Arc::clone(&self.sessions);
        let end = async move {
            sessions.close().await;
            Ok(())
        };
        worker.finish(end, LAST);
    }
}

impl Upstream for Servers {
    fn names(&self) -> Vec<String> {
        self.all().servers.keys().cloned().collect()
    }

    fn split(&self, name: &str) -> Result<(String, String), Fault> {
        let all = self.all();
        // A server's name may hold dots itself; the longest that fits is meant.
        let fits = |server: &&String| {
            name.strip_prefix(server.as_str()).is_some_and(|rest| rest.starts_with('.'))
        };
        match all.servers.keys().filter(fits).max_by_key(|server| server.len()) {
            Some(server) => Ok((server.clone(), name[server.len() + 1..].to_owned())),
            None => {
                let server = name.split('.').next().unwrap_or_default();
                self.entry(server)?;
                let message = format!("Unknown MCP function: {name}");
                Err(Fault::not_found(message)
                    .code("unknown_function")
                    .hint(format!("name a tool of it: {server}.TOOL; kosmo mcp:tools {server}")))
            }
        }
    }

    fn ready(&self, server: &str) -> Result<Reached, Fault> {
        let entry = self.configured.ready(server)?;
        Ok(Reached { kind: entry.kind(), line: shown::line(&entry) })
    }

    fn tools<'a>(&'a self, server: &'a str, allowed: Option<Duration>) -> Later<'a, Arc<Tools>> {
        let (sessions, server) = (Arc::clone(&self.sessions), server.to_owned());
        let work = async move { sessions.tools(&server, allowed).await };
        Box::pin(self.on_worker(work))
    }

    fn ask<'a>(&'a self, server: &'a str, errand: Errand) -> Later<'a, Value> {
        let (sessions, server) = (Arc::clone(&self.sessions), server.to_owned());
        let work = async move { sessions.ask(&server, errand).await };
        Box::pin(self.on_worker(work))
    }

    fn about<'a>(&'a self, server: &'a str, allowed: Option<Duration>) -> Later<'a, Value> {
        let (sessions, server) = (Arc::clone(&self.sessions), server.to_owned());
        let work = async move { sessions.about(&server, allowed).await };
        Box::pin(self.on_worker(work))
    }

    fn tools_now(&self, server: &str, go_on: &dyn Fn() -> bool) -> Result<Arc<Tools>, Fault> {
        let (sessions, server) = (Arc::clone(&self.sessions), server.to_owned());
        let work = async move { sessions.tools(&server, None).await };
        self.worker()?.block(work, go_on)
    }
}
