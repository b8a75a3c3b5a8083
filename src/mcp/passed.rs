//! Tools of other MCP servers, passed on under the names `mcp__<server>__<tool>`: which servers a
//! profile exposes, what is listed of them, and which tool a name means. A server starts when somebody
//! lists or calls its tools, never before. One that is slow is left out of a list and announced once
//! it has answered; one that fails is left out, and whoever calls its tools is told why.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use rmcp::model;
use rmcp::service::{Peer, RoleServer};

use super::offer::UNKNOWN_TOOL;
use super::profile::{Profile, Shape};
use super::server::Shared;
use super::tool::{Tool, plain};
use crate::access::claims::fits;
use crate::catalogue::Operation;
use crate::catalogue::name::nearest;
use crate::catalogue::tool::Tools;
use crate::error::Fault;
use crate::runtime::Runtime;

/// How long a list waits for a server.
const PATIENCE: Duration = Duration::from_secs(3);

/// The servers that are passed on.
pub(super) struct Passed {
    /// What the names of their tools begin with, and theirs.
    servers: Vec<(String, String)>,
    /// Those that have not answered yet.
    late: Mutex<HashSet<String>>,
}

/// The servers that a profile exposes, each with what the names of its tools begin with. An entry that
/// starts a gateway like this one is left out: each would start the next.
pub(super) fn exposed(runtime: &Runtime, profile: &Profile) -> Vec<(String, String)> {
    let Some(upstream) = runtime.engine().upstream().ok().filter(|_| profile.relays()) else {
        return Vec::new();
    };
    let serves = |server: &str| {
        let reached = upstream.ready(server);
        reached.is_ok_and(|it| it.line.split_whitespace().any(|word| word == "mcp:serve"))
    };
    let mut all: Vec<(String, String)> = Vec::new();
    for server in upstream.names() {
        if !profile.fence.passes(&server) || serves(&server) {
            continue;
        }
        let name = plain(&server);
        let taken = |prefix: &String| all.iter().any(|(have, _)| have == prefix);
        let mut prefixes = (1..)
            .map(|n| if n == 1 { format!("mcp__{name}__") } else { format!("mcp__{name}_{n}__") });
        if let Some(prefix) = prefixes.find(|prefix| !taken(prefix)) {
            all.push((prefix, server));
        }
    }
    all
}

impl Passed {
    pub(super) fn new(runtime: &Runtime, profile: &Profile) -> Self {
        Self { servers: exposed(runtime, profile), late: Mutex::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.servers.is_empty()
    }

    /// Whether a name is that of a tool of an exposed server, should it have it.
    pub(super) fn means(&self, name: &str) -> bool {
        self.split(name).is_some()
    }

    /// The server and its tool.
    fn split<'a>(&'a self, name: &'a str) -> Option<(&'a str, &'a str)> {
        let mut split = self
            .servers
            .iter()
            .filter_map(|(prefix, server)| Some((server.as_str(), name.strip_prefix(prefix)?)));
        split.next()
    }

    fn is_late(&self, server: &str) -> bool {
        self.late.lock().unwrap_or_else(PoisonError::into_inner).contains(server)
    }

    fn set_late(&self, server: &str, late: bool) {
        let mut all = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        if late {
            all.insert(server.to_owned())
        } else {
            all.remove(server)
        };
    }
}

impl Profile {
    /// Whether tools of any other server are let through.
    fn relays(&self) -> bool {
        self.fence.functions.iter().any(|pattern| pattern.starts_with("mcp."))
    }

    /// Whether a tool of another server has one of its own here.
    fn lists(&self, row: &Operation) -> bool {
        let full = row.full_name();
        let pinned = || self.pinned.iter().any(|pattern| fits(pattern, &full));
        self.lets(row) && (self.shape == Shape::Direct || pinned())
    }

    fn lets(&self, row: &Operation) -> bool {
        row.effect <= self.fence.most && self.fence.covers(&row.full_name())
    }
}

impl Shared {
    /// The tools of other servers, as far as they answer in time. Whoever asks is told when more have.
    pub(super) async fn passed(self: &Arc<Self>, peer: Peer<RoleServer>) -> Vec<model::Tool> {
        let direct = self.profile.shape == Shape::Direct;
        let pinned = |server: &str| self.profile.pinned.iter().any(|pattern| pins(pattern, server));
        let wanted = |server: &str| direct || pinned(server);
        let asked = self.passed.servers.iter().filter(|(_, server)| wanted(server));
        let peer = &peer;
        let asked = asked.map(|(prefix, server)| async move {
            let tools = self.in_time(server, peer).await;
            let rows = tools.iter().flat_map(|tools| tools.iter());
            let listed = rows.filter(|row| self.profile.lists(row));
            let named = |row: &Arc<Operation>| Tool::passed(format!("{prefix}{}", row.name), row);
            listed.map(|row| named(row).definition()).collect::<Vec<_>>()
        });
        join_all(asked).await.into_iter().flatten().collect()
    }

    /// The tools of a server, unless it fails or takes too long.
    async fn in_time(
        self: &Arc<Self>,
        server: &str,
        peer: &Peer<RoleServer>,
    ) -> Option<Arc<Tools>> {
        if self.passed.is_late(server) {
            return None;
        }
        let (shared, name) = (Arc::clone(self), server.to_owned());
        let mut asked = tokio::spawn(async move { shared.runtime.engine().tools(&name).await });
        let answered = match tokio::time::timeout(PATIENCE, &mut asked).await {
            Ok(answered) => answered.ok()?,
            Err(_) => {
                self.passed.set_late(server, true);
                let (shared, name, peer) = (Arc::clone(self), server.to_owned(), peer.clone());
                tokio::spawn(async move {
                    let came = matches!(asked.await, Ok(Ok(_)));
                    shared.passed.set_late(&name, false);
                    if came {
                        // A client that has left needs no news.
                        let _ = peer.notify_tool_list_changed().await;
                    }
                });
                return None;
            }
        };
        let failed = |fault: &Fault| tracing::warn!(server, why = %fault.message, "not passed on");
        answered.inspect_err(failed).ok()
    }

    /// The tool of another server that a name means. The server is started when it is not running.
    ///
    /// # Errors
    /// `unknown_tool` when it has none of that name here; else what went wrong with the server.
    pub(super) async fn passed_on(&self, name: &str) -> Result<Arc<Tool>, Fault> {
        let unknown = || Fault::not_found(format!("unknown tool `{name}`")).code(UNKNOWN_TOOL);
        let (server, tool) = self.passed.split(name).ok_or_else(unknown)?;
        let tools = self.runtime.engine().tools(server).await?;
        let rows: Vec<_> = tools.iter().filter(|row| self.profile.lets(row)).collect();
        if let Some(row) = rows.iter().find(|row| row.name == tool) {
            return Ok(Arc::new(Tool::passed(name.to_owned(), row)));
        }
        let prefix = &name[..name.len() - tool.len()];
        let near = nearest(tool, rows.iter().map(|row| row.name.as_str()));
        let near: Vec<String> = near.iter().map(|near| format!("{prefix}{near}")).collect();
        Err(match near.is_empty() {
            true => unknown().hint("tools/list names them"),
            false => unknown().hint(format!("did you mean {}?", near.join(", "))),
        })
    }
}

/// Whether a pattern for `mcp.<server>.<tool>` may mean a tool of this server.
fn pins(pattern: &str, server: &str) -> bool {
    let rest = pattern.strip_prefix("mcp.");
    rest.is_some_and(|rest| fits(rest.rsplit_once('.').map_or(rest, |it| it.0), server))
}
