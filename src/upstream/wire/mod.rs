//! Sessions with servers: the one place in this room that knows the protocol's library. A session is
//! opened, asked by method and parameters, and closed; what goes wrong with it fails the question that
//! was asked and nothing else.

mod fault;
mod handler;
mod http;
mod stdio;
mod waiting;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rmcp::model::{ClientRequest, CustomRequest, Implementation, ProtocolVersion, ServerResult};
use rmcp::service::{
    ClientInitializeError, ClientLifecycleMode, ClientServiceExt as _, PeerRequestOptions,
    RoleClient, RunningService,
};
use serde_json::{Value, json};

pub(super) use fault::Heard;
use handler::Listener;
use waiting::Waiting;

use super::entry::Reach;
use crate::catalogue::tool::Tool;
use crate::engine::transport::Transport;
use crate::error::{Fault, Kind};

/// Messages larger than this are refused.
const LARGEST: usize = 64 << 20;

/// Pages of one list.
const MOST_PAGES: usize = 1000;

/// How often a call that tells of its progress may take its time anew.
const MOST_EXTENSIONS: u32 = 20;

/// What a session needs besides its entry.
pub(super) struct Outfit {
    /// The variables a program gets.
    pub(super) environment: Vec<(String, std::ffi::OsString)>,
    /// The folder it runs in.
    pub(super) folder: std::path::PathBuf,
    /// The door to services.
    pub(super) transport: Arc<Transport>,
}

/// How long to wait for an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// The time.
    pub(super) time: Duration,
    /// Whether news of progress gives it anew.
    pub(super) extended: bool,
}

/// One session.
pub(super) struct Session {
    name: String,
    running: RunningService<RoleClient, Listener>,
    heard: Arc<Heard>,
    child: Option<stdio::Child>,
}

impl Session {
    /// Opens a session. Servers that know no `initialize` any more are asked to `discover`.
    pub(super) async fn open(
        name: &str,
        reach: &Reach,
        outfit: &Outfit,
        time: Duration,
    ) -> Result<Self, Fault> {
        let first = ClientLifecycleMode::Initialize;
        let opened = Self::begin(name, reach, outfit, time, first).await;
        let opened = match opened {
            Err(Refused::Unknown) => {
                let preferred_versions = vec![ProtocolVersion::V_2026_07_28];
                let mode = ClientLifecycleMode::Discover { preferred_versions };
                Self::begin(name, reach, outfit, time, mode).await
            }
            other => other,
        };
        opened.map_err(|refused| match refused {
            Refused::Unknown => Fault::new(
                Kind::BadAnswer,
                format!("MCP server '{name}' speaks none of the known protocol revisions."),
            ),
            Refused::Fault(fault) => *fault,
        })
    }

    async fn begin(
        name: &str,
        reach: &Reach,
        outfit: &Outfit,
        time: Duration,
        mode: ClientLifecycleMode,
    ) -> Result<Self, Refused> {
        let heard = Arc::new(Heard::default());
        let listener = Listener::new(name, Arc::clone(&heard));
        let (served, child) = match reach {
            Reach::Stdio { .. } => {
                let (pipes, child) = stdio::start(name, reach, outfit, &heard)?;
                let served = tokio::time::timeout(time, listener.serve_with_lifecycle(pipes, mode));
                (served.await, Some(child))
            }
            Reach::Http { url, headers } => {
                let service = http::service(url, headers, Arc::clone(&outfit.transport))?;
                let served =
                    tokio::time::timeout(time, listener.serve_with_lifecycle(service, mode));
                (served.await, None)
            }
        };
        let running = match served {
            Err(_) => return Err(heard.timed_out(name, time).into()),
            Ok(Err(ClientInitializeError::JsonRpcError(error)))
                if [-32601, -32022, -32602, -32600].contains(&error.code.0) =>
            {
                return Err(match fault::is_about_revision(&error) {
                    true => Refused::Unknown,
                    false => fault::of_error(name, &error).into(),
                });
            }
            Ok(Err(error)) => {
                heard.settle().await;
                return Err(heard.of_start(name, &error).into());
            }
            Ok(Ok(running)) => running,
        };
        let session = Self { name: name.to_owned(), running, heard, child };
        session.revision()?;
        Ok(session)
    }

    /// Whether the server speaks a revision that is known.
    fn revision(&self) -> Result<(), Fault> {
        let Some(info) = self.running.peer_info() else { return Ok(()) };
        let revision = &info.protocol_version;
        if ProtocolVersion::KNOWN_VERSIONS.contains(revision) {
            return Ok(());
        }
        let known: Vec<&str> =
            ProtocolVersion::KNOWN_VERSIONS.iter().map(ProtocolVersion::as_str).collect();
        let message =
            format!("MCP server '{}' speaks the protocol revision `{revision}`.", self.name);
        Err(Fault::new(Kind::BadAnswer, message)
            .code("unknown_revision")
            .hint(format!("known are {}", known.join(", "))))
    }

    /// Whether it can still be asked.
    pub(super) fn is_open(&self) -> bool {
        !self.running.is_closed() && !self.running.is_transport_closed() && !self.heard.is_lost()
    }

    /// Whether the server has said that its tools are others now; says so once.
    pub(super) fn has_other_tools(&self) -> bool {
        self.heard.changed.swap(false, Ordering::AcqRel)
    }

    /// Who the server says it is: name, version, revision, what it can do, and its instructions.
    pub(super) fn about(&self) -> Value {
        let Some(info) = self.running.peer_info() else { return Value::Null };
        let info = serde_json::to_value(&*info).unwrap_or_default();
        json!({
            "server": info["serverInfo"], "protocol": info["protocolVersion"],
            "capabilities": info["capabilities"], "instructions": info["instructions"],
        })
    }

    fn offers(&self, capability: &str) -> bool {
        let info = self.running.peer_info();
        let info = info.and_then(|info| serde_json::to_value(&info.capabilities).ok());
        info.is_none_or(|capabilities| capabilities.get(capability).is_some())
    }

    /// Every tool of every page.
    pub(super) async fn tools(&self, patience: Patience) -> Result<Vec<Tool>, Fault> {
        let listed = self.list("tools/list", "tools", patience).await?;
        Ok(listed.iter().filter_map(|tool| Tool::read(&self.name, tool)).collect())
    }

    /// Every item of every page of a list; nothing where the server has no such lists.
    pub(super) async fn list(
        &self,
        method: &str,
        key: &str,
        patience: Patience,
    ) -> Result<Vec<Value>, Fault> {
        if !self.offers(method.split('/').next().unwrap_or_default()) {
            return Ok(Vec::new());
        }
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let params = cursor.as_ref().map_or_else(|| json!({}), |it| json!({"cursor": it}));
            let mut page = self.ask(method, params, patience).await?;
            match page.get_mut(key).map(Value::take) {
                Some(Value::Array(more)) => items.extend(more),
                _ => {
                    let message = format!("MCP server '{}' sent no list of {key}.", self.name);
                    return Err(Fault::new(Kind::BadAnswer, message));
                }
            }
            let next = page["nextCursor"].as_str().filter(|next| !next.is_empty());
            match next {
                None => return Ok(items),
                Some(next) if cursor.as_deref() == Some(next) => break,
                Some(next) => cursor = Some(next.to_owned()),
            }
        }
        let message = format!("MCP server '{}' does not come to the end of its {key}.", self.name);
        Err(Fault::new(Kind::BadAnswer, message))
    }

    /// Asks a question. When nobody waits for the answer any more, the server is told so.
    pub(super) async fn ask(
        &self,
        method: &str,
        params: Value,
        patience: Patience,
    ) -> Result<Value, Fault> {
        let request = ClientRequest::CustomRequest(CustomRequest::new(method, Some(params)));
        let mut options = PeerRequestOptions::with_timeout(patience.time);
        if patience.extended {
            options = options
                .reset_timeout_on_progress()
                .with_max_total_timeout(patience.time.saturating_mul(MOST_EXTENSIONS));
        }
        let peer = self.running.peer();
        let sent = peer.send_request_with_option(request, options).await;
        let answered = match sent {
            Ok(handle) => {
                let waiting = Waiting::new(peer, handle.id.clone());
                let answer = handle.await_response().await;
                waiting.over();
                answer
            }
            Err(error) => Err(error),
        };
        match answered {
            Ok(ServerResult::InputRequiredResult(_)) => {
                let message =
                    format!("MCP server '{}' asks for input that nobody can give.", self.name);
                Err(Fault::new(Kind::BadAnswer, message).code("input_required"))
            }
            Ok(result) => serde_json::to_value(result).map_err(|why| {
                Fault::new(Kind::Internal, format!("an answer cannot be read: {why}"))
            }),
            Err(error) => {
                self.heard.settle().await;
                Err(self.heard.of_service(&self.name, &error, patience.time))
            }
        }
    }

    /// Ends it: first by closing its input, then with less and less patience.
    pub(super) async fn close(mut self) {
        // What it does in this time is its own business; what is left of it is ended below.
        self.running.close_with_timeout(Duration::from_millis(500)).await.ok();
        if let Some(child) = self.child.take() {
            child.end().await;
        }
    }
}

/// Why a session did not begin.
enum Refused {
    /// The server does not know this way to begin.
    Unknown,
    Fault(Box<Fault>),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

/// Who asks.
fn own_name() -> Implementation {
    Implementation::new("kosmo", env!("CARGO_PKG_VERSION"))
}
