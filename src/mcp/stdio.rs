//! One client over pipes: a message a line. What is no message is answered with the error that
//! JSON-RPC has for it and the connection goes on; at the end of the input, or when told to stop, the
//! calls in flight are finished first. A client that does not read only holds itself.

mod lines;

use std::collections::HashSet;
use std::io::{BufReader, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, GetMeta as _, JsonRpcMessage,
    RequestId, ServerJsonRpcMessage,
};
use rmcp::service::{RoleServer, serve_server};
use rmcp::transport::Transport;
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc};

use super::server::{REVISIONS, Server};
use crate::error::{Fault, Kind};
use lines::{Incoming, LONGEST, complaint, read, write};

/// Messages that may wait on either side.
const WAITING: usize = 64;

/// How long calls in flight may take to finish at the end.
const GRACE: Duration = Duration::from_secs(30);

/// Serves one client until its input ends or `stop` is notified.
///
/// # Errors
/// When the platform gives no threads.
pub async fn serve(
    server: Server,
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
    stop: Arc<Notify>,
) -> Result<(), Fault> {
    let (pipe, writer) = Pipe::open(input, output, stop)?;
    let flown = Arc::clone(&pipe.flight);
    let served = serve_server(server, pipe).await;
    if let Ok(running) = served {
        let _ = running.waiting().await;
    }
    drop(flown);
    // A client that has stopped reading is not waited for.
    for _ in 0..200 {
        if writer.is_finished() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// Calls in flight.
#[derive(Debug, Default)]
struct Flight {
    ids: Mutex<HashSet<RequestId>>,
    landed: Notify,
}

impl Flight {
    fn begin(&self, id: RequestId) {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
    }

    fn end(&self, id: &RequestId) {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        self.landed.notify_waiters();
    }

    async fn over(&self) {
        loop {
            let landed = self.landed.notified();
            tokio::pin!(landed);
            landed.as_mut().enable();
            if self.ids.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
                return;
            }
            landed.await;
        }
    }
}

/// A connection over pipes. Reading and writing block, so each has a thread of its own.
struct Pipe {
    incoming: mpsc::Receiver<Incoming>,
    outgoing: Option<mpsc::Sender<Vec<u8>>>,
    flight: Arc<Flight>,
    stop: Arc<Notify>,
    /// Whether the client has begun as the protocol wants it.
    begun: bool,
    ending: bool,
}

impl Pipe {
    fn open(
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        stop: Arc<Notify>,
    ) -> Result<(Self, thread::JoinHandle<()>), Fault> {
        let (to_us, incoming) = mpsc::channel(WAITING);
        let (outgoing, from_us) = mpsc::channel(WAITING);
        let start = |name: &str, body: Box<dyn FnOnce() + Send>| {
            let thread = thread::Builder::new().name(name.to_owned()).spawn(body);
            thread.map_err(|why| Fault::io("cannot start a thread", &why))
        };
        start("mcp-in", Box::new(move || read(BufReader::new(input), &to_us)))?;
        let writer = start("mcp-out", Box::new(move || write(output, from_us)))?;
        let flight = Arc::new(Flight::default());
        let (outgoing, begun, ending) = (Some(outgoing), false, false);
        Ok((Self { incoming, outgoing, flight, stop, begun, ending }, writer))
    }

    /// Answers what is no message.
    async fn refuse(&self, code: i32, message: String, id: Value) {
        let answer = json!({
            "jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message},
        });
        let mut line = answer.to_string().into_bytes();
        line.push(b'\n');
        if let Some(outgoing) = &self.outgoing {
            let _ = outgoing.send(line).await;
        }
    }

    /// Understands a line; none when it was answered here or means nothing.
    async fn understand(&mut self, line: &[u8]) -> Option<ClientJsonRpcMessage> {
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        if line.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        let Ok(message) = serde_json::from_slice::<ClientJsonRpcMessage>(line) else {
            let (code, message, id) = complaint(line);
            self.refuse(code, message, id).await;
            return None;
        };
        if self.begun {
            return Some(message);
        }
        let ClientJsonRpcMessage::Request(request) = &message else {
            // Nothing is under way that it could be about.
            return None;
        };
        match &request.request {
            ClientRequest::InitializeRequest(_) => self.begun = true,
            ClientRequest::CustomRequest(custom) if custom.method == "initialize" => {
                let what =
                    "initialize requires params.protocolVersion, capabilities and clientInfo";
                let id = serde_json::to_value(&request.id).unwrap_or_default();
                self.refuse(-32602, what.to_owned(), id).await;
                return None;
            }
            ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_) => {}
            other => {
                let version = other.get_meta().protocol_version();
                self.begun = version.is_some_and(|version| REVISIONS.contains(&version))
                    && other.get_meta().client_capabilities().is_some();
            }
        }
        Some(message)
    }

    fn note(&self, message: &ClientJsonRpcMessage) {
        match message {
            JsonRpcMessage::Request(request) => self.flight.begin(request.id.clone()),
            JsonRpcMessage::Notification(notice) => {
                if let ClientNotification::CancelledNotification(cancelled) = &notice.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    // Nothing is answered to what was cancelled.
                    self.flight.end(id);
                }
            }
            JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_) => {}
        }
    }
}

impl Transport<RoleServer> for Pipe {
    type Error = Fault;

    fn send(
        &mut self,
        item: ServerJsonRpcMessage,
    ) -> impl Future<Output = Result<(), Fault>> + Send + 'static {
        let (outgoing, flight) = (self.outgoing.clone(), Arc::clone(&self.flight));
        async move {
            let id = match &item {
                JsonRpcMessage::Response(response) => Some(response.id.clone()),
                JsonRpcMessage::Error(error) => error.id.clone(),
                _ => None,
            };
            let closed = || Fault::new(Kind::Network, "the client has gone");
            let line = serde_json::to_vec(&item).map(|mut line| {
                line.push(b'\n');
                line
            });
            let line = line.map_err(|why| Fault::new(Kind::Internal, why.to_string()))?;
            let sent = outgoing.ok_or_else(closed)?.send(line).await.map_err(|_| closed());
            id.iter().for_each(|id| flight.end(id));
            sent
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            if self.ending {
                let _ = tokio::time::timeout(GRACE, self.flight.over()).await;
                return None;
            }
            let incoming = tokio::select! {
                incoming = self.incoming.recv() => incoming,
                () = self.stop.notified() => None,
            };
            match incoming {
                None => self.ending = true,
                Some(Incoming::TooLong) => {
                    let message = format!("the message is longer than {LONGEST} bytes");
                    self.refuse(-32600, message, Value::Null).await;
                }
                Some(Incoming::Line(line)) => {
                    if let Some(message) = self.understand(&line).await {
                        self.note(&message);
                        return Some(message);
                    }
                }
            }
        }
    }

    async fn close(&mut self) -> Result<(), Fault> {
        self.outgoing = None;
        Ok(())
    }
}
