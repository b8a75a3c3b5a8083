//! The way in: an address that lets one browser in once, or a token typed into a form. And the way out.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::html;

use super::{Failed, Filled, Service, Shown, Visitor, frame};
use crate::access::door::with_cookie;
use crate::error::Fault;
use crate::rest::input::Asked;

/// The path of it, which is open to everybody.
pub(in crate::rest) const OPEN: &str = "/login";

/// What is only spoken to by programs, who are answered in their own language.
const PROGRAMS: [&str; 5] = ["/v1/", "/act", "/openapi.json", "/metrics", "/healthz"];

/// How somebody without a token is turned away: a person with a form, a program with a problem.
pub fn refuse(parts: &Parts, fault: &Fault) -> Option<Response> {
    let path = parts.uri.path();
    if PROGRAMS.iter().any(|programs| path.starts_with(programs)) {
        return None;
    }
    // Whoever was never here has done nothing wrong yet.
    let told = (fault.code != "token_missing").then_some(fault);
    let status = StatusCode::from_u16(fault.kind.row().http).unwrap_or(StatusCode::UNAUTHORIZED);
    let mut response = form(status, told);
    let scheme = HeaderValue::from_static("Bearer realm=\"kosmo\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    Some(response)
}

fn form(status: StatusCode, fault: Option<&Fault>) -> Response {
    let body = html! {
        @if let Some(fault) = fault { (frame::failure(fault)) }
        p { "Open the address that " code { "kosmo serve" } " has printed, which lets one browser in, \
             or type a token of " code { "kosmo token mint" } " in here." }
        form method="post" action=(OPEN) autocomplete="off" {
            label for="token" { "Token" }
            input #token name="token" type="password" required autocomplete="off"
                autocapitalize="none" spellcheck="false";
            button type="submit" { "Log in" }
        }
    };
    frame::answer(status, None, "Log in", &body)
}

/// `GET /login`: the form; with `?key=` the address that counts once.
pub(super) async fn invited(State(service): State<Arc<Service>>, request: Request) -> Shown {
    let asked = Asked::read(request.uri(), &["key"])?;
    let Some(key) = asked.text("key") else { return Ok(form(StatusCode::OK, None)) };
    // Whoever only asks what is there shall not use it up.
    if request.method() == Method::HEAD {
        return Ok(form(StatusCode::OK, None));
    }
    match service.people.enter(key)? {
        Some(cookie) => Ok(with_cookie(see("/"), &cookie)),
        None => {
            let fault = Fault::new(
                crate::error::Kind::AuthenticationFailed,
                "this address has been used, or is too old",
            );
            let fault = fault.code("invitation_used");
            Ok(form(
                StatusCode::UNAUTHORIZED,
                Some(&fault.hint("start kosmo serve again, or log in with a token")),
            ))
        }
    }
}

/// `POST /login`: a token that was typed in.
pub(super) async fn log_in(State(service): State<Arc<Service>>, request: Request) -> Shown {
    let filled = Filled::read(request).await?;
    match service.people.log_in(filled.one("token").unwrap_or_default()) {
        Ok(cookie) => Ok(with_cookie(see("/"), &cookie)),
        Err(fault) => {
            let status = StatusCode::from_u16(fault.kind.row().http);
            Ok(form(status.unwrap_or(StatusCode::UNAUTHORIZED), Some(&fault)))
        }
    }
}

/// `POST /logout`.
pub(super) async fn log_out(
    State(service): State<Arc<Service>>,
    visitor: Visitor,
    request: Request,
) -> Result<Response, Failed> {
    let headers = request.headers().clone();
    visitor.check(&Filled::read(request).await?)?;
    Ok(with_cookie(see(OPEN), &service.people.log_out(&headers)))
}

/// Sends a browser on.
fn see(path: &'static str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response()
}
