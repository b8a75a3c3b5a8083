//! Who may see the form and send it: the browser that opened its address first, talking to this very
//! host. Everything else is turned away before anything is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, FromRequest as _, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::any;
use tokio::sync::{mpsc, oneshot};

use crate::access::door::session::{same, secret};
use crate::cli::connect::page::{self, Done, Shown};
use crate::error::Fault;

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
    origin: String,
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
    /// A form at that address.
    ///
    /// # Errors
    /// When the platform has no randomness.
    pub(super) fn new(
        origin: String,
        shown: Shown,
        posts: mpsc::Sender<Post>,
    ) -> Result<Self, Fault> {
        let (path, seal, cookie) = (secret()?, secret()?, secret()?);
        let (opened, closed) = Default::default();
        Ok(Self { origin, path, seal, cookie, shown, opened, closed, posts })
    }

    /// Where it is.
    pub(super) fn url(&self) -> String {
        format!("{}/{}", self.origin, self.path)
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
        let mut fields = match form.await {
            Ok(Form(fields)) => fields,
            Err(rejection) => return notice(rejection.status()),
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
    Router::new().fallback(any(answer)).layer(DefaultBodyLimit::disable()).with_state(desk)
}

async fn answer(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let headers = request.headers();
    let one = |name: header::HeaderName| {
        let mut values = headers.get_all(name).iter();
        let value = values.next().and_then(|value| value.to_str().ok());
        value.filter(|_| values.next().is_none())
    };
    // Even another name of this very machine is not the address that was given.
    let host = desk.origin.strip_prefix("http://");
    if one(header::HOST) != host {
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
    let own = one(header::ORIGIN) == Some(desk.origin.as_str()) && site != Some(false);
    if !own || !desk.knows(headers) {
        return notice(StatusCode::FORBIDDEN);
    }
    desk.post(request).await
}

fn notice(status: StatusCode) -> Response {
    page::response(status, &page::notice(status), None)
}
