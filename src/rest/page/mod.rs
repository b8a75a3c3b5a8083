//! The page for people: how accounts stand, functions with their documentation and a form to try each,
//! runs with what was said and answered, the outbox. Every part of it is made here and sent whole; it
//! needs no script, and its forms carry a seal that no other site can know.
//!
//! ```text
//! frame     what every page looks like     entry     the way in, and out
//! home      how things stand               function  functions, and the form to try one
//! trial     what became of a form          runs      what was done
//! outbox    events that wait               markdown  the documentation as HTML
//! ```

mod entry;
mod frame;
mod function;
mod home;
mod markdown;
mod outbox;
mod runs;
mod trial;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};

use super::Service;
use super::input::tail;
use crate::access::door::session::same;
use crate::access::door::{Caller, Problem};
use crate::catalogue::docs;
use crate::error::{Fault, Kind};
pub(super) use entry::OPEN;
pub use entry::refuse;

/// The pages.
pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route("/", get(home::home))
        .route("/login", get(entry::invited).post(entry::log_in))
        .route("/logout", post(entry::log_out))
        .route("/functions", get(function::list))
        .route("/functions/{name}", get(function::show).post(trial::tried))
        .route("/runs", get(runs::list))
        .route("/runs/{id}", get(runs::show))
        .route("/outbox", get(outbox::list))
        .route("/outbox/{id}", get(outbox::show))
        .route("/docs", get(read))
        .route("/docs/{page}", get(read))
}

/// Who looks at a page, and what their forms carry to show that they are this site's own.
#[derive(Debug)]
struct Visitor {
    caller: Caller,
    seal: String,
}

impl Visitor {
    /// What goes into every form.
    fn seal(&self) -> Markup {
        html! { input type="hidden" name="seal" value=(self.seal); }
    }

    /// Refuses a form that does not carry it.
    ///
    /// # Errors
    /// `form_denied`.
    fn check(&self, form: &Filled) -> Result<(), Fault> {
        if form.one("seal").is_some_and(|given| same(given, &self.seal)) {
            return Ok(());
        }
        Err(Fault::new(Kind::PolicyDenied, "the form does not come from this page")
            .code("form_denied")
            .hint("nothing was done; open the page again and send the form from there"))
    }
}

impl FromRequestParts<Arc<Service>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &Arc<Service>,
    ) -> Result<Self, Infallible> {
        let caller = parts.extensions.get::<Caller>().cloned().unwrap_or_default();
        let own = caller.session.as_ref().map(|session| session.seal().to_owned());
        Ok(Self { seal: own.unwrap_or_else(|| service.seal.clone()), caller })
    }
}

/// A form that was filled in.
#[derive(Debug, Default)]
struct Filled(Vec<(String, String)>);

impl Filled {
    /// Reads it.
    ///
    /// # Errors
    /// A body that is no form, or too large or slow.
    async fn read(request: Request) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let body = crate::access::door::read(body).await?;
        let request = Request::from_parts(parts, body.into());
        let form = axum::Form::<Vec<(String, String)>>::from_request(request, &()).await;
        let form = form.map_err(|why| {
            Problem::of(Fault::usage("that is no form").code("invalid_form"), why.status())
        })?;
        Ok(Self(form.0))
    }

    /// A field that is there exactly once, even if it is empty.
    fn one(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(have, _)| have == name);
        let value = values.next().map(|(_, value)| value.as_str());
        value.filter(|_| values.next().is_none())
    }
}

use axum::extract::FromRequest as _;

/// A failure on the way to a page, as a page.
#[derive(Debug)]
struct Failed(Problem);

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self(fault.into())
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let title = match self.0.status() {
            StatusCode::NOT_FOUND => "Not found",
            StatusCode::FORBIDDEN => "Not allowed",
            _ => "That did not work",
        };
        let body = html! {
            (frame::failure(self.0.fault()))
            p { a href="/" { "Back to the overview" } }
        };
        frame::answer(self.0.status(), None, title, &body)
    }
}

type Shown = Result<Response, Failed>;

/// `GET /docs` and `/docs/{page}`: a page of the documentation.
async fn read(State(service): State<Arc<Service>>, visitor: Visitor, request: Request) -> Shown {
    let index = request.uri().path() == "/docs";
    let page = if index { "index".to_owned() } else { tail(request.uri())? };
    let catalogue = service.runtime.catalogue();
    let text =
        docs::read(catalogue, Some(&page)).map_err(|answer| super::look::no_page(&answer))?;
    let guides: Vec<String> = docs::guides().map(|guide| guide.name).collect();
    let body = html! {
        @if index {
            nav aria-label="Guides" { @for name in &guides { a href={ "/docs/" (name) } { (name) } } }
        }
        (markdown::render(&text))
    };
    Ok(frame::page(&visitor, "/docs", if index { "Documentation" } else { &page }, &body))
}
