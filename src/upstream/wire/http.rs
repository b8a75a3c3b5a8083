//! Services that speak Streamable HTTP. Requests go through the engine's one door, so that proxies,
//! trust roots and time-outs are the same as everywhere.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use http::{HeaderName, HeaderValue};
use indexmap::IndexMap;
use rmcp::model::{ClientJsonRpcMessage, JsonRpcMessage, ServerJsonRpcMessage};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::{
    SseError, StreamableHttpClient, StreamableHttpClientTransportConfig, StreamableHttpError,
    StreamableHttpPostResponse,
};
use sse_stream::{Sse, SseStream};

use super::LARGEST;
use crate::engine::stream::{Asked, Opened, Pieces};
use crate::engine::transport::Transport;
use crate::error::{Fault, Kind};

/// The most that is read of an answer that is an error.
const LARGEST_ERROR: usize = 64 << 10;

const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");

type Failed = StreamableHttpError<Fault>;
type Headers = HashMap<HeaderName, HeaderValue>;
type Events = BoxStream<'static, Result<Sse, SseError>>;

/// A way to a service through the engine's door.
#[derive(Clone)]
pub(super) struct Door(Arc<Transport>);

/// The transport to a service.
pub(super) fn service(
    url: &str,
    headers: &IndexMap<String, String>,
    transport: Arc<Transport>,
) -> Result<StreamableHttpClientTransport<Door>, Fault> {
    let mut custom = Headers::new();
    for (name, value) in headers {
        let wrong = |what: &str| {
            Fault::new(Kind::Config, format!("the header `{name}` of the entry has {what}"))
        };
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("no valid name"))?;
        let mut value = HeaderValue::from_str(value).map_err(|_| wrong("no valid value"))?;
        value.set_sensitive(true);
        custom.insert(key, value);
    }
    let config = StreamableHttpClientTransportConfig::with_uri(url)
        .custom_headers(custom)
        .max_sse_event_size(LARGEST)
        .reinit_on_expired_session(true);
    Ok(StreamableHttpClientTransport::with_client(Door(transport), config))
}

impl Door {
    async fn open(
        &self,
        method: &str,
        url: &str,
        session: Option<&str>,
        (auth, custom): (Option<String>, Headers),
        (last_event, body): (Option<String>, Option<Vec<u8>>),
    ) -> Result<Opened, Failed> {
        let mut headers = HeaderMap::new();
        let accepted = HeaderValue::from_static("text/event-stream, application/json");
        headers.insert(ACCEPT, accepted);
        if body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let value = |text: &str| {
            let bad = |_| Fault::new(Kind::BadAnswer, "the server gave a header that is none");
            HeaderValue::from_str(text).map_err(bad).map_err(Failed::Client)
        };
        headers.extend(custom.into_iter().map(|(name, value)| (Some(name), value)));
        if let Some(auth) = auth {
            headers.insert(AUTHORIZATION, value(&format!("Bearer {auth}"))?);
        }
        if let Some(session) = session {
            headers.insert(SESSION, value(session)?);
        }
        if let Some(last) = last_event {
            headers.insert(LAST_EVENT, value(&last)?);
        }
        self.0.open(Asked { method, url, headers, body }).await.map_err(Failed::Client)
    }

    async fn post(
        &self,
        url: &str,
        message: &ClientJsonRpcMessage,
        session: Option<&str>,
        how: (Option<String>, Headers),
    ) -> Result<StreamableHttpPostResponse, Failed> {
        let body = serde_json::to_vec(message)?;
        let answer = self.open("POST", url, session, how, (None, Some(body))).await?;
        let waits = matches!(message, JsonRpcMessage::Request(_));
        match answer.status {
            202 | 204 => return Ok(StreamableHttpPostResponse::Accepted),
            404 if session.is_some() => return Err(Failed::SessionExpired),
            200..=299 => {}
            _ => return refused(answer).await,
        }
        let new_session = text(&answer.headers, &SESSION);
        match text(&answer.headers, &CONTENT_TYPE) {
            Some(kind) if kind.starts_with("text/event-stream") => {
                Ok(StreamableHttpPostResponse::Sse(events(answer.body), new_session))
            }
            Some(kind) if kind.starts_with("application/json") => {
                let body = whole(answer.body, LARGEST).await?;
                match serde_json::from_slice::<ServerJsonRpcMessage>(&body) {
                    Ok(message) => Ok(StreamableHttpPostResponse::Json(message, new_session)),
                    Err(_) if !waits => Ok(StreamableHttpPostResponse::Accepted),
                    Err(why) => Err(bad(format!("the answer is no message: {why}"))),
                }
            }
            _ if !waits => Ok(StreamableHttpPostResponse::Accepted),
            kind => {
                let kind = kind.unwrap_or_else(|| "none".to_owned());
                Err(bad(format!(
                    "the answer has the content type {kind}; is this an MCP endpoint?"
                )))
            }
        }
    }

    async fn listen(
        &self,
        url: &str,
        session: Option<&str>,
        last_event: Option<String>,
        how: (Option<String>, Headers),
    ) -> Result<Events, Failed> {
        let answer = self.open("GET", url, session, how, (last_event, None)).await?;
        let kind = text(&answer.headers, &CONTENT_TYPE).unwrap_or_default();
        match answer.status {
            // Whoever has no events to send of its own accord says so in one of these ways.
            404 | 405 | 400 | 501 => Err(Failed::ServerDoesNotSupportSse),
            200..=299 if kind.starts_with("text/event-stream") => Ok(events(answer.body)),
            200..=299 => Err(Failed::ServerDoesNotSupportSse),
            _ => match refused(answer).await {
                Err(failed) => Err(failed),
                Ok(_) => Err(Failed::ServerDoesNotSupportSse),
            },
        }
    }
}

/// An answer that is an error: the protocol's own where there is one, else by its status.
async fn refused(answer: Opened) -> Result<StreamableHttpPostResponse, Failed> {
    let status = answer.status;
    let wait = text(&answer.headers, &RETRY_AFTER).and_then(|text| text.parse::<u64>().ok());
    let body = whole(answer.body, LARGEST_ERROR).await.unwrap_or_default();
    let fault =
        |kind: Kind, message: String| Failed::Client(Fault::new(kind, message).http(status));
    match status {
        401 => {
            let message = "the server wants other credentials (HTTP 401)".to_owned();
            let fault = Fault::new(Kind::AuthenticationFailed, message).http(status);
            Err(Failed::Client(
                fault.hint("give them as a header of its entry, such as Authorization"),
            ))
        }
        403 => Err(fault(Kind::Forbidden, "the server does not allow it (HTTP 403)".to_owned())),
        429 => {
            let message = "the server has had too many requests (HTTP 429)";
            let mut fault = Fault::new(Kind::RateLimited, message).http(status);
            fault.extra.retry_after = wait.map(std::time::Duration::from_secs);
            Err(Failed::Client(fault))
        }
        _ => {
            if let Ok(message @ JsonRpcMessage::Error(_)) =
                serde_json::from_slice::<ServerJsonRpcMessage>(&body)
            {
                return Ok(StreamableHttpPostResponse::Json(message, None));
            }
            let kind = match status {
                404 => Kind::NotFound,
                500.. => Kind::Unavailable,
                _ => Kind::Rejected,
            };
            Err(fault(kind, format!("the server answered HTTP {status}; is this an MCP endpoint?")))
        }
    }
}

fn bad(message: String) -> Failed {
    Failed::Client(Fault::new(Kind::BadAnswer, message))
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

async fn whole(mut body: Pieces, most: usize) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::new();
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(Failed::Client)?;
        if bytes.len() + piece.len() > most {
            return Err(bad(format!("the answer is larger than {} MiB", most >> 20)));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// The events of a body. One that is too large ends it.
fn events(body: Pieces) -> Events {
    let mut event = Size::default();
    let bounded = body.map(move |piece| {
        let piece: Bytes = piece?;
        match event.fits(&piece) {
            true => Ok(piece),
            false => Err(Fault::new(
                Kind::BadAnswer,
                format!("an event is larger than {} MiB", LARGEST >> 20),
            )),
        }
    });
    SseStream::from_bytes_stream(bounded).boxed()
}

/// How much of an event has come.
#[derive(Default)]
struct Size {
    event: usize,
    line: usize,
}

impl Size {
    fn fits(&mut self, piece: &[u8]) -> bool {
        for byte in piece {
            match byte {
                b'\n' if self.line == 0 => self.event = 0,
                b'\n' => self.line = 0,
                b'\r' => {}
                _ => {
                    self.line += 1;
                    self.event += 1;
                }
            }
            if self.event > LARGEST {
                return false;
            }
        }
        true
    }
}

impl StreamableHttpClient for Door {
    type Error = Fault;

    async fn post_message(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        auth_header: Option<String>,
        custom_headers: Headers,
    ) -> Result<StreamableHttpPostResponse, Failed> {
        self.post(&uri, &message, session_id.as_deref(), (auth_header, custom_headers)).await
    }

    async fn delete_session(
        &self,
        uri: Arc<str>,
        session_id: Arc<str>,
        auth_header: Option<String>,
        custom_headers: Headers,
    ) -> Result<(), Failed> {
        let how = (auth_header, custom_headers);
        // Whether the service keeps sessions that can be ended is its own business.
        self.open("DELETE", &uri, Some(&session_id), how, (None, None)).await.map(drop)
    }

    async fn get_stream(
        &self,
        uri: Arc<str>,
        session_id: Option<Arc<str>>,
        last_event_id: Option<String>,
        auth_header: Option<String>,
        custom_headers: Headers,
    ) -> Result<Events, Failed> {
        let how = (auth_header, custom_headers);
        self.listen(&uri, session_id.as_deref(), last_event_id, how).await
    }
}
