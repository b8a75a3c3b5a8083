//! Who may see the form and send it: the browser that opened its address first, talking to this very
//! host. Everything else is turned away before anything is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, FromRequest as _, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::any;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::cli::connect::page::{self, Done, Shown};
use crate::error::{Fault, Kind};

/// More than this is no credential.
const LARGEST: usize = 64 << 10;

/// The time a body has to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was typed in, and whom to tell what came of it.
pub(super) struct Post {
    /// Field and value; what was left empty is not there.
    pub(super) fields: Vec<(String, String)>,
    /// Takes the answer.
    pub(super) answer: oneshot::Sender<Answer>,
}

/// What came of it.
pub(super) enum Answer {
    /// It is saved.
    Done(Done),
    /// It was no good, and why.
    Again(String),
}

/// The one form.
pub(super) struct Desk {
    port: u16,
    /// The address' secret part, what the form carries, and what the browser keeps.
    path: String,
    seal: String,
    cookie: String,
    shown: Shown,
    opened: AtomicBool,
    closed: AtomicBool,
    posts: mpsc::Sender<Post>,
}

impl Desk {
    /// A form on that port.
    ///
    /// # Errors
    /// When the platform has no randomness.
    pub(super) fn new(port: u16, shown: Shown, posts: mpsc::Sender<Post>) -> Result<Self, Fault> {
        let (path, seal, cookie) = (secret()?, secret()?, secret()?);
        let (opened, closed) = Default::default();
        Ok(Self { port, path, seal, cookie, shown, opened, closed, posts })
    }

    /// Where it is.
    pub(super) fn url(&self) -> String {
        format!("{}/{}", self.origin(), self.path)
    }

    fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Whether it is the browser that opened the form.
    fn knows(&self, headers: &HeaderMap) -> bool {
        let cookies =
            headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|line| line.split("; "));
        let wanted = format!("kosmo={}", self.cookie);
        pairs.any(|pair| same(pair, &wanted))
    }

    fn page(&self, status: StatusCode, complaint: Option<&str>) -> Response {
        let text = page::form(&self.shown, &self.path, &self.seal, complaint);
        let cookie =
            format!("kosmo={}; Path=/{}; HttpOnly; SameSite=Strict", self.cookie, self.path);
        page::response(status, &text, Some(cookie))
    }

    async fn post(&self, request: Request) -> Response {
        let form = Form::<Vec<(String, String)>>::from_request(request, &());
        let mut fields = match timeout(PATIENCE, form).await {
            Ok(Ok(Form(fields))) => fields,
            Ok(Err(rejection)) => return notice(rejection.status()),
            Err(_) => return notice(StatusCode::REQUEST_TIMEOUT),
        };
        let sealed = fields.iter().any(|(name, value)| name == "seal" && same(value, &self.seal));
        fields.retain(|(name, _)| name != "seal");
        if !sealed || fields.iter().any(|(name, _)| !self.shown.has(name)) {
            return notice(StatusCode::FORBIDDEN);
        }
        for (_, value) in &mut fields {
            *value = value.trim().to_owned();
        }
        fields.retain(|(_, value)| !value.is_empty());
        if fields.is_empty() {
            let complaint = Some("Nothing was typed in.");
            return self.page(StatusCode::UNPROCESSABLE_ENTITY, complaint);
        }
        let (answer, answered) = oneshot::channel();
        if self.posts.send(Post { fields, answer }).await.is_err() {
            return notice(StatusCode::GONE);
        }
        match answered.await {
            Ok(Answer::Done(done)) => {
                self.closed.store(true, Ordering::SeqCst);
                page::response(StatusCode::OK, &page::done(&done), None)
            }
            Ok(Answer::Again(why)) => self.page(StatusCode::UNPROCESSABLE_ENTITY, Some(&why)),
            Err(_) => notice(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

/// Everything the server answers to.
pub(super) fn routes(desk: Arc<Desk>) -> Router {
    Router::new().fallback(any(answer)).layer(DefaultBodyLimit::max(LARGEST)).with_state(desk)
}

async fn answer(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let headers = request.headers();
    let one = |name: header::HeaderName| {
        let mut values = headers.get_all(name).iter();
        let value = values.next().and_then(|value| value.to_str().ok());
        value.filter(|_| values.next().is_none())
    };
    // Another name for this machine is how a page elsewhere would get at it.
    let host = format!("127.0.0.1:{}", desk.port);
    if one(header::HOST) != Some(&host) {
        return notice(StatusCode::MISDIRECTED_REQUEST);
    }
    let path = request.uri().path().strip_prefix('/').unwrap_or_default();
    if !same(path, &desk.path) || request.uri().query().is_some() {
        return notice(StatusCode::NOT_FOUND);
    }
    if desk.closed.load(Ordering::SeqCst) {
        return notice(StatusCode::GONE);
    }
    if *request.method() == Method::GET {
        let first = || !desk.opened.swap(true, Ordering::SeqCst);
        return match desk.knows(headers) || first() {
            true => desk.page(StatusCode::OK, None),
            false => notice(StatusCode::GONE),
        };
    }
    if *request.method() != Method::POST {
        return notice(StatusCode::METHOD_NOT_ALLOWED);
    }
    let site = headers.get("sec-fetch-site").map(|value| value.as_bytes() == b"same-origin");
    let own = one(header::ORIGIN) == Some(&desk.origin()) && site != Some(false);
    if !own || !desk.knows(headers) {
        return notice(StatusCode::FORBIDDEN);
    }
    desk.post(request).await
}

fn notice(status: StatusCode) -> Response {
    page::response(status, &page::notice(status), None)
}

/// Compares in a time that says nothing of where two texts differ.
fn same(one: &str, other: &str) -> bool {
    Sha256::digest(one) == Sha256::digest(other)
}

/// 256 bits that nobody can guess.
fn secret() -> Result<String, Fault> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Fault::new(Kind::Internal, "the platform has no randomness"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
