//! What went wrong with a session, and the documented words for it. What a server wrote to its standard
//! error is added, its end only.

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rmcp::model::ErrorData;
use rmcp::service::{ClientInitializeError, ServiceError};
use rmcp::transport::DynamicTransportError;
use rmcp::transport::streamable_http_client::StreamableHttpError;
use serde_json::json;

use crate::error::{Fault, Kind, SideEffect};

/// How much of a server's standard error is kept.
const TAIL: usize = 4096;

/// Why the connection to a program was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::upstream) enum Trouble {
    /// It ended, or closed its output.
    Exited(Option<String>),
    /// It wrote something that is no JSON.
    InvalidJson,
    /// It wrote JSON that is no message of the protocol.
    NoMessage,
    /// It wrote a message that is too large.
    TooLarge,
    /// It wrote too much that is no message at all.
    Babble,
    /// Its output could not be read.
    Unreadable(String),
}

/// What was heard of a server besides its answers.
#[derive(Debug, Default)]
pub(in crate::upstream) struct Heard {
    /// Its tools are others now.
    pub(in crate::upstream) changed: AtomicBool,
    trouble: Mutex<Option<Trouble>>,
    errors: Mutex<VecDeque<u8>>,
}

impl Heard {
    /// The first trouble counts.
    pub(super) fn lose(&self, trouble: Trouble) {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(trouble);
    }

    /// How the program ended, once that is known.
    pub(super) fn ended(&self, status: String) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *trouble {
            Some(Trouble::Exited(known)) => *known = Some(status),
            Some(_) => {}
            None => *trouble = Some(Trouble::Exited(Some(status))),
        }
    }

    pub(super) fn is_lost(&self) -> bool {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Keeps the end of what it wrote to its standard error.
    pub(super) fn complained(&self, bytes: &[u8]) {
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        errors.extend(bytes);
        let extra = errors.len().saturating_sub(TAIL);
        errors.drain(..extra);
    }

    /// What it wrote last, when it wrote anything.
    fn last_words(&self) -> Option<String> {
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(errors.make_contiguous()).into_owned();
        let plain = |letter: char| letter == '\n' || letter == '\t' || !letter.is_control();
        let text: String = text.chars().filter(|letter| plain(*letter)).collect();
        let lines: Vec<&str> =
            text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        let last = lines.len().saturating_sub(6);
        (!lines.is_empty()).then(|| lines[last..].join("\n"))
    }

    /// Gives the end of a program the moment that its last words need to arrive.
    pub(super) async fn settle(&self) {
        if matches!(
            *self.trouble.lock().unwrap_or_else(PoisonError::into_inner),
            Some(Trouble::Exited(None))
        ) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn with_words(&self, fault: Fault) -> Fault {
        match self.last_words() {
            Some(words) => Fault { message: format!("{} Stderr: {words}", fault.message), ..fault },
            None => fault,
        }
    }

    /// No answer in time.
    pub(super) fn timed_out(&self, name: &str, time: Duration) -> Fault {
        let message = format!("MCP server '{name}' timed out after {}s.", seconds(time));
        let fault = Fault::new(Kind::Timeout, message)
            .effect(SideEffect::Unknown)
            .hint("give it more time with --timeout, or `timeout` in its entry");
        self.with_words(fault)
    }

    /// A session that did not begin.
    pub(super) fn of_start(&self, name: &str, error: &ClientInitializeError) -> Fault {
        match error {
            ClientInitializeError::JsonRpcError(error) => of_error(name, error),
            ClientInitializeError::TransportError { error, .. } => self.of_transport(name, error),
            ClientInitializeError::ConnectionClosed(_) => self.of_trouble(name),
            ClientInitializeError::NoCompatibleProtocolVersion { .. } => {
                let message =
                    format!("MCP server '{name}' speaks none of the known protocol revisions.");
                Fault::new(Kind::BadAnswer, message).code("unknown_revision")
            }
            _ => self.with_words(Fault::new(
                Kind::BadAnswer,
                format!("MCP server '{name}' did not begin as the protocol says."),
            )),
        }
    }

    /// A question that was not answered.
    pub(super) fn of_service(&self, name: &str, error: &ServiceError, time: Duration) -> Fault {
        match error {
            ServiceError::McpError(error) => of_error(name, error),
            ServiceError::TransportSend(error) => self.of_transport(name, error),
            ServiceError::Timeout { .. } => self.timed_out(name, time),
            ServiceError::Cancelled { .. } => {
                let message = format!("MCP server '{name}' cancelled the request.");
                Fault::new(Kind::Interrupted, message)
            }
            _ => self.of_trouble(name),
        }
    }

    fn of_trouble(&self, name: &str) -> Fault {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let bad = |text: String| Fault::new(Kind::BadAnswer, text);
        let fault = match trouble {
            None | Some(Trouble::Exited(None)) => Fault::new(
                Kind::Unavailable,
                format!("MCP server '{name}' exited before responding."),
            ),
            Some(Trouble::Exited(Some(status))) => Fault::new(
                Kind::Unavailable,
                format!("MCP server '{name}' exited before responding ({status})."),
            ),
            Some(Trouble::InvalidJson) => {
                bad(format!("MCP server '{name}' wrote invalid JSON to stdout."))
            }
            Some(Trouble::NoMessage) => {
                bad(format!("MCP server '{name}' wrote JSON to stdout that is no message."))
            }
            Some(Trouble::TooLarge) => bad(format!(
                "MCP server '{name}' wrote a message of more than {} MiB.",
                super::LARGEST >> 20
            )),
            Some(Trouble::Babble) => bad(format!(
                "MCP server '{name}' writes text to stdout, which is for messages only."
            )),
            Some(Trouble::Unreadable(why)) => {
                bad(format!("Failed while reading MCP server '{name}'. {why}"))
            }
        };
        self.with_words(fault.effect(SideEffect::Unknown))
    }

    fn of_transport(&self, name: &str, error: &DynamicTransportError) -> Fault {
        let failed = |fault: &Fault| {
            let message = format!("MCP server '{name}': {}", fault.message);
            Fault { message, ..fault.clone() }
        };
        match error.error.downcast_ref::<StreamableHttpError<Fault>>() {
            Some(StreamableHttpError::Client(fault)) => failed(fault),
            Some(StreamableHttpError::SessionExpired) => {
                Fault::new(Kind::Unavailable, format!("MCP server '{name}' ended the session."))
            }
            Some(other) => {
                let message = format!("MCP server '{name}': {other}");
                Fault::new(Kind::BadAnswer, message).effect(SideEffect::Unknown)
            }
            None => self.of_trouble(name),
        }
    }
}

/// What a server says is wrong with a request.
pub(super) fn of_error(name: &str, error: &ErrorData) -> Fault {
    let message = match error.message.trim() {
        "" => "MCP request failed.".to_owned(),
        text => text.to_owned(),
    };
    let (kind, code) = match error.code.0 {
        -32602 => (Kind::Usage, "invalid_argument"),
        -32601 => (Kind::NotFound, "unknown_method"),
        -32002 => (Kind::NotFound, "unknown_resource"),
        _ => (Kind::Tool, "mcp_error"),
    };
    let mut fault = Fault::new(kind, message).code(code);
    let mut detail = json!({"server": name, "jsonrpc_code": error.code.0});
    if let Some(data) = &error.data {
        detail["data"] = data.clone();
    }
    fault.extra.detail = Some(detail);
    fault
}

/// Whether an error at the beginning means that the server begins in another way.
pub(super) fn is_about_revision(error: &ErrorData) -> bool {
    let words = error.message.to_ascii_lowercase();
    error.code.0 == -32601
        || error.code.0 == -32022
        || words.contains("protocol version")
        || words.contains("initialize")
}

fn seconds(time: Duration) -> String {
    if time.subsec_nanos() == 0 {
        time.as_secs().to_string()
    } else {
        format!("{:.1}", time.as_secs_f64())
    }
}
