//! The socket: reads requests, carries scripted faults out, sends answers. Low enough to drop a
//! connection or cut a body. What is answered is `core`'s business.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;

mod payload;

use self::payload::Payload;
use super::control;
use super::core::Core;
use super::exchange::{Answer, Request, parse_query};
use super::face::{Face, reason};
use super::faults::{Body, Drop, Effect, Rate, Verdict, Wait};
use super::objects::FILE_BYTES;

/// The largest body that is read at all.
const BODY_BYTES: usize = 4 * 1024 * 1024;

/// How long changes are gathered before the data file is written.
const GATHER: Duration = Duration::from_millis(200);

/// Serves until the core's `ending` is rung; the data file is written on the way and at the end.
pub(super) async fn serve(listener: TcpListener, core: Arc<Core>) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let saver = tokio::spawn(save_changes(Arc::clone(&core)));
    loop {
        let stream = tokio::select! {
            () = core.ending.notified() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // Out of file descriptors, most likely: those in use must first be given back.
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
        };
        // Only a matter of speed; a socket that cannot do it still works.
        let _ = stream.set_nodelay(true);
        let core = Arc::clone(&core);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&core, request));
            // It ends with an error whenever a fault asks for it, or when the client leaves.
            let _ = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
    saver.abort();
    Ok(())
}

async fn save_changes(core: Arc<Core>) {
    loop {
        core.changed.notified().await;
        tokio::time::sleep(GATHER).await;
        // The failure is kept in the stats, and shown when the emulator is closed.
        let _ = core.save();
    }
}

/// The connection is to be dropped without an answer.
#[derive(Debug, thiserror::Error)]
#[error("dropped as a scripted fault asks")]
struct Dropped;

async fn answer(
    core: &Core,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Payload>, Dropped> {
    let method = request.method().as_str().to_owned();
    let path = request.uri().path().to_owned();
    if control::owns(&path) {
        let answer = match read(request).await {
            Ok(request) => core.answer(&request),
            Err(answer) => answer,
        };
        return Ok(response(answer, None));
    }
    let _flight = core.enter(&method, &path);
    // Looked up only when a fault asks for it: most runs never need to know the row.
    let by_row = core.faults().by_row();
    let row = by_row.then(|| core.limit(&method, &path)).flatten();
    let by_body = core.faults().by_body();
    let mut inbound = Inbound::Unread(request);
    if by_body {
        inbound = inbound.read().await;
    }
    let body = inbound.plain();
    let verdict = core.faults().judge((&method, &path), &body, row.as_ref(), Instant::now());
    if verdict.effect.is_some() || verdict.rate.is_some_and(|rate| rate.exceeded()) {
        core.stats().faulted += 1;
    }
    let Verdict { effect, rate } = verdict;
    let effect = effect.unwrap_or_default();
    tokio::time::sleep(effect.delay).await;
    if effect.drop == Some(Drop::Before) {
        return Err(Dropped);
    }
    let mut answer = match inbound.whole().await {
        Err(answer) => answer,
        Ok(request) => {
            let answer = match &request {
                _ if rate.is_some_and(|rate| rate.exceeded()) => too_many(&path, rate),
                _ if effect.status.is_some() => failed(&effect, &path),
                request => replaced(&effect, &path, core.answer(request)),
            };
            core.heard().note(request, answer.status);
            answer
        }
    };
    if let Some(rate) = rate {
        answer = limited(answer, rate, &path);
    }
    tokio::time::sleep(answer.delay).await;
    if effect.drop == Some(Drop::After) {
        return Err(Dropped);
    }
    let cut = effect.truncate.map(|bytes| bytes.unwrap_or(answer.body.len() / 2));
    Ok(response(answer, cut))
}

/// A request on its way in. Most faults are decided before its body is read.
enum Inbound {
    Unread(hyper::Request<Incoming>),
    Read(Result<Request, Answer>),
}

impl Inbound {
    async fn read(self) -> Self {
        Self::Read(self.whole().await)
    }

    /// The body as far as it has been read, without its packing.
    fn plain(&self) -> Vec<u8> {
        match self {
            Self::Read(Ok(request)) => request.plain().unwrap_or_default(),
            Self::Read(Err(_)) | Self::Unread(_) => Vec::new(),
        }
    }

    async fn whole(self) -> Result<Request, Answer> {
        match self {
            Self::Unread(request) => read(request).await,
            Self::Read(request) => request,
        }
    }
}

/// The whole request, or the answer to one that cannot be read.
async fn read(request: hyper::Request<Incoming>) -> Result<Request, Answer> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let most = if path.starts_with("/v0/upload/") { FILE_BYTES } else { BODY_BYTES };
    let body = match Limited::new(body, most).collect().await {
        Ok(body) => body.to_bytes().to_vec(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            return Err(Face::of(&path).refuse(413));
        }
        Err(_) => return Err(Face::of(&path).refuse(400)),
    };
    Ok(Request {
        method: head.method.as_str().to_owned(),
        query: parse_query(head.uri.query().unwrap_or_default()),
        path,
        headers: head
            .headers
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect(),
        body,
    })
}

/// The answer of a fault that has a status of its own.
fn failed(effect: &Effect, path: &str) -> Answer {
    let status = effect.status.unwrap_or(200);
    let face = Face::of(path);
    let answer = if status >= 400 { face.refuse(status) } else { Answer::json(status, &json!({})) };
    replaced(effect, path, answer)
}

/// The answer with what the fault changes about its body and headers.
fn replaced(effect: &Effect, path: &str, answer: Answer) -> Answer {
    let status = answer.status;
    let words = reason(status);
    let mut answer = match effect.body {
        None => answer,
        Some(Body::Json) => Face::of(path).refuse(status),
        Some(Body::Text) => Answer::text(status, words),
        Some(Body::Empty) => Answer { headers: Vec::new(), body: Vec::new(), ..answer },
        Some(Body::Html) => {
            let page = format!("<html><body><h1>{status} {words}</h1></body></html>\n");
            Answer::typed(status, "text/html", page)
        }
    };
    match effect.retry_after {
        None => {}
        Some(Wait::Seconds(seconds)) => answer = answer.header("retry-after", seconds.to_string()),
        Some(Wait::Date(seconds)) => {
            let date = SystemTime::now() + Duration::from_secs(seconds);
            answer = answer.header("retry-after", httpdate::fmt_http_date(date));
        }
    }
    answer
}

/// The refusal of a request over its limit.
fn too_many(path: &str, rate: Option<Rate>) -> Answer {
    let Some(rate) = rate else { return Face::of(path).refuse(429) };
    let data = json!({
        "msBeforeNext": u64::try_from(rate.reset.as_millis()).unwrap_or(u64::MAX),
        "remainingPoints": 0,
        "consumedPoints": rate.consumed,
    });
    Face::of(path)
        .error(429, "Too Many Requests", None, Some(data))
        .header("retry-after", whole_seconds(rate.reset).to_string())
}

/// The headers that tell a client where it stands. The Tracking API gives the reset in seconds,
/// the others as a date.
fn limited(answer: Answer, rate: Rate, path: &str) -> Answer {
    let reset = match Face::of(path) {
        Face::Tracking => whole_seconds(rate.reset).to_string(),
        _ => httpdate::fmt_http_date(SystemTime::now() + rate.reset),
    };
    answer
        .header("x-ratelimit-limit", rate.limit.to_string())
        .header("x-ratelimit-consumed", rate.consumed.to_string())
        .header("x-ratelimit-remaining", rate.limit.saturating_sub(rate.consumed).to_string())
        .header("x-ratelimit-reset", reset)
}

/// Rounded up, so that who waits this long has waited long enough.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

fn response(answer: Answer, cut: Option<usize>) -> hyper::Response<Payload> {
    let length = answer.body.len();
    let mut body = Bytes::from(answer.body);
    let broken = cut.is_some_and(|cut| cut < length);
    if let Some(cut) = cut {
        body.truncate(cut);
    }
    let mut response = hyper::Response::new(Payload::new(body, broken));
    if let Ok(status) = hyper::StatusCode::from_u16(answer.status) {
        *response.status_mut() = status;
    }
    let headers = response.headers_mut();
    // A cut body still promises its whole length.
    headers.insert(hyper::header::CONTENT_LENGTH, HeaderValue::from(length));
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    response
}
