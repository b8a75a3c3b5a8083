//! One request at the door: whether there is room, whether it is meant for this site, who makes it,
//! and how large it may be. Only then the service sees it. Whatever the service does with it is done
//! to its end, even when nobody waits for the answer any more.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::body::{bounded, too_large};
use super::problem::Problem;
use super::{Caller, Keeper};
use crate::error::{Fault, Kind};

/// What every answer says, unless the service says otherwise.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Lets a request in, or answers it.
pub(super) async fn guard(
    State(keeper): State<Arc<Keeper>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match admit(&keeper, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn admit(keeper: &Arc<Keeper>, request: Request, next: Next) -> Result<Response, Problem> {
    let room = Arc::clone(&keeper.requests).try_acquire_owned().map_err(|_| too_busy())?;
    let (mut parts, body) = request.into_parts();
    keeper.site.admit(&parts)?;
    match keeper.caller(&parts) {
        Ok(caller) => parts.extensions.insert(caller),
        Err(fault) => {
            let own = keeper.rules.refuse.and_then(|refuse| refuse(&parts, &fault));
            return own.map_or_else(|| Err(refused(fault)), Ok);
        }
    };
    let limits = &keeper.rules.limits;
    if announced(&parts.headers).is_some_and(|length| length > limits.body as u64) {
        return Err(too_large());
    }
    let body = bounded(body, limits.body, limits.patience);
    let work = async move {
        let _room = room;
        next.run(Request::from_parts(parts, body)).await
    };
    tokio::spawn(work).await.map_err(|_| {
        let fault = Fault::new(Kind::Internal, "the service failed while it worked on the request");
        Problem::from(fault)
    })
}

impl Keeper {
    /// Who makes a request.
    fn caller(&self, parts: &Parts) -> Result<Caller, Fault> {
        let given = bearer(&parts.headers)?;
        if let Some(token) = given {
            let grant = Some(self.verified.grant(token)?);
            return Ok(Caller { grant, session: None });
        }
        let open = !self.rules.token || self.rules.open.contains(&parts.uri.path());
        match self.sessions.caller(&parts.headers) {
            Ok(Some(caller)) => return Ok(caller),
            // A browser whose token ran out must still find the way in.
            Err(fault) if !open => return Err(fault),
            _ if open => return Ok(Caller::default()),
            _ => {}
        }
        Err(Fault::new(Kind::AuthenticationFailed, "a token is needed")
            .code("token_missing")
            .hint("send `Authorization: Bearer TOKEN`; `kosmo token mint` makes one"))
    }
}

/// The token of a request, when it has one.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Fault> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let token = value.to_str().ok().filter(|_| values.next().is_none()).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    token.map(Some).ok_or_else(|| {
        Fault::new(Kind::AuthenticationFailed, "the Authorization header holds no bearer token")
            .code("token_invalid")
            .hint("send `Authorization: Bearer TOKEN`; `kosmo token mint` makes one")
    })
}

fn refused(fault: Fault) -> Problem {
    let denied = fault.kind == Kind::AuthenticationFailed;
    let given = denied && fault.code != "token_missing";
    let problem = Problem::from(fault);
    match given {
        true => problem
            .header(header::WWW_AUTHENTICATE, "Bearer realm=\"kosmo\", error=\"invalid_token\""),
        false => problem,
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_busy() -> Problem {
    let fault = Fault::new(Kind::Unavailable, "too many requests are being worked on");
    let fault = fault.code("too_busy").hint("try again in a moment");
    Problem::from(fault).header(header::RETRY_AFTER, "1")
}
