//! A wish bound to HTTP: method, URL, headers, body. It knows how to show itself without secrets;
//! sending it is the transport's business.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::content::Content;
use super::encode::{encode, flatten, repeat, segment};
use super::raw::check_headers;
use crate::catalogue::operation::{Auth, Lists, Place};
use crate::catalogue::{Operation, Route, Service};
use crate::error::Fault;
use crate::redact::{MASK, Redactor, Secret};

/// The media type of bodies written like a query.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// The media type that every service understands.
const JSON: &str = "application/json";

/// A request, ready to be sent.
#[derive(Debug, Clone)]
pub struct Request {
    /// The HTTP method.
    pub method: String,
    /// The URL without its query.
    pub url: String,
    /// The query, unencoded, in order.
    pub query: Vec<(String, String)>,
    /// The JSON body.
    pub body: Option<Map<String, Value>>,
    /// A body of any other form, sent as it is in place of the JSON body.
    pub raw: Option<Content>,
    /// How the body of that form is packed (`gzip`).
    pub encoding: Option<&'static str>,
    /// Headers of the caller's own; each takes the place of ours of that name.
    pub extra: Vec<(String, String)>,
    /// Whether the answer is wanted with the key that wraps it.
    pub whole: bool,
    /// The media type of the body.
    pub media_type: String,
    /// How to authenticate, and with what.
    pub auth: Option<(Auth, Secret)>,
    /// A token that takes the credential's place in the header.
    pub token: Option<Secret>,
    /// The body field that gets the credential as well.
    pub secret_in_body: Option<String>,
    /// The body field that is stamped with the time of each sending.
    pub sent_at: Option<String>,
    /// Hosts ending in this may be redirected to with the credential.
    pub redirects: Option<String>,
}

/// Binds normalised arguments to a route. `base` is the service's URL for the account.
///
/// # Errors
/// A path value that is empty or would climb out of its segment.
pub fn bind(
    operation: &Operation,
    route: &Route,
    service: &Service,
    base: &str,
    secret: Option<Secret>,
    args: &Map<String, Value>,
) -> Result<Request, Fault> {
    let mut path = route.path.clone();
    let mut query = Vec::new();
    let mut extra = Vec::new();
    let mut body = Map::new();
    for (name, value) in args {
        let Some(param) = operation.params.get(name) else {
            // What the service's own rules have added.
            body.insert(name.clone(), value.clone());
            continue;
        };
        match operation.place(route, name, param) {
            Place::Path => path = path.replace(&format!("{{{name}}}"), &segment(name, value)?),
            Place::Query => match service.lists {
                Lists::Dotted => flatten(name, value, &mut query),
                Lists::Repeated => repeat(name, value, &mut query),
            },
            Place::Header => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                extra.push((name.clone(), text));
                check_headers(&extra)?;
            }
            Place::Body | Place::Whole => {
                body.insert(name.clone(), value.clone());
            }
            Place::Local => {}
        }
    }
    let mut auth = secret.map(|secret| (service.auth, secret));
    if let (Some((Auth::Key, secret)), Some(key)) = (&auth, &service.key) {
        let into = if key.query { &mut query } else { &mut extra };
        into.push((key.name.clone(), secret.expose().to_owned()));
        auth = None;
    }
    let has_body = matches!(route.method.as_str(), "POST" | "PUT" | "PATCH");
    Ok(Request {
        method: route.method.clone(),
        url: format!("{base}{path}"),
        query,
        body: has_body.then_some(body),
        raw: None,
        encoding: None,
        extra,
        whole: false,
        media_type: service.media_type_in(operation.version(args)?).to_owned(),
        auth,
        token: None,
        secret_in_body: service.secret_in_body.clone(),
        sent_at: service.sent_at.clone(),
        redirects: service.redirects.clone(),
    })
}

impl Request {
    /// Sets a query parameter, replacing one of that name.
    pub fn set_query(&mut self, key: &str, value: impl Into<String>) {
        self.query.retain(|(have, _)| have != key);
        self.query.push((key.to_owned(), value.into()));
    }

    /// URL and query as they are sent.
    pub fn full_url(&self) -> String {
        match self.query.is_empty() {
            true => self.url.clone(),
            false => format!("{}?{}", self.url, encode(&self.query)),
        }
    }

    /// The headers as they are sent, the authorization among them.
    pub fn headers(&self) -> Vec<(Cow<'_, str>, String)> {
        let mut headers = vec![
            ("Accept", self.accepted()),
            ("User-Agent", concat!("kosmo/", env!("CARGO_PKG_VERSION")).to_owned()),
        ];
        if self.body.is_some() || self.raw.is_some() {
            headers.push(("Content-Type", self.media_type.clone()));
        }
        headers.extend(self.encoding.map(|encoding| ("Content-Encoding", encoding.to_owned())));
        headers
            .retain(|(ours, _)| !self.extra.iter().any(|(own, _)| own.eq_ignore_ascii_case(ours)));
        headers.extend(self.authorization().map(|value| ("Authorization", value)));
        let ours = headers.into_iter().map(|(name, value)| (Cow::Borrowed(name), value));
        let own = self.extra.iter().map(|(name, value)| (Cow::Borrowed(&**name), value.clone()));
        ours.chain(own).collect()
    }

    /// A version of the service that is not generally available is asked for by its media type.
    fn accepted(&self) -> String {
        match self.media_type.as_str() {
            JSON | FORM => JSON.to_owned(),
            // What is sent says nothing about what comes back.
            _ if matches!(self.raw, Some(Content::Lines(_))) => JSON.to_owned(),
            version => format!("{version}, {JSON}"),
        }
    }

    fn authorization(&self) -> Option<String> {
        if let Some(token) = &self.token {
            return Some(format!("Bearer {}", token.expose()));
        }
        match &self.auth {
            Some((Auth::Basic, secret)) => {
                Some(format!("Basic {}", STANDARD.encode(format!("{}:", secret.expose()))))
            }
            Some((Auth::Login, secret)) => {
                Some(format!("Basic {}", STANDARD.encode(secret.expose())))
            }
            Some((Auth::Bearer, secret)) => Some(format!("Bearer {}", secret.expose())),
            Some((Auth::None | Auth::Key, _)) | None => None,
        }
    }

    /// The body as it is sent at `now` (RFC 3339).
    pub fn body_at(&self, now: &str) -> Option<Map<String, Value>> {
        let mut body = self.body.clone()?;
        if let Some(field) = &self.sent_at {
            body.insert(field.clone(), json!(now));
        }
        if let (Some(field), Some((_, secret))) = (&self.secret_in_body, &self.auth) {
            body.insert(field.clone(), json!(secret.expose()));
        }
        Some(body)
    }

    /// The body as JSON, the stamps written behind it rather than into a copy.
    fn json_body(&self, now: &str) -> Option<String> {
        let body = self.body.as_ref()?;
        let secret = self.auth.as_ref().map(|(_, secret)| secret.expose());
        let stamps = [(&self.sent_at, Some(now)), (&self.secret_in_body, secret)];
        let stamps =
            stamps.into_iter().filter_map(|(field, value)| Some((field.as_ref()?, value?)));
        if stamps.clone().any(|(field, _)| body.contains_key(field)) {
            return Some(Value::Object(self.body_at(now)?).to_string());
        }
        let mut text = serde_json::to_string(body).ok()?;
        text.truncate(text.len() - 1);
        for (field, value) in stamps {
            let comma = if text.len() > 1 { "," } else { "" };
            text += &format!("{comma}{}:{}", json!(field), json!(value));
        }
        text.push('}');
        Some(text)
    }

    /// The body as it is sent at `now`.
    pub fn content(&self, now: &str) -> Option<Content> {
        self.raw.clone().or_else(|| self.encoded_body(now).map(Content::Text))
    }

    /// The body's fields as text in its media type, as they are sent at `now`.
    pub(super) fn encoded_body(&self, now: &str) -> Option<String> {
        if self.media_type != FORM {
            return self.json_body(now);
        }
        let body = self.body_at(now)?;
        let mut pairs = Vec::new();
        for (name, value) in &body {
            flatten(name, value, &mut pairs);
        }
        Some(encode(&pairs))
    }

    /// What a dry run shows: method, URL, headers, body, with every secret masked.
    pub fn preview(&self, redactor: &Redactor, now: &str) -> Value {
        let headers: Map<String, Value> = self
            .headers()
            .into_iter()
            .map(|(name, value)| {
                let shown = match (&*name, value.split_once(' ')) {
                    ("Authorization", Some((scheme, _))) => format!("{scheme} {MASK}"),
                    _ => value,
                };
                (name.into_owned(), json!(shown))
            })
            .collect();
        let body = self.body_at(now).map(|mut body| {
            if let Some(field) = &self.secret_in_body
                && body.contains_key(field)
            {
                body.insert(field.clone(), json!(MASK));
            }
            Value::Object(body)
        });
        let body = body.or_else(|| self.raw.as_ref().map(Content::shown));
        redactor.value(&json!({
            "method": self.method, "url": self.full_url(), "headers": headers, "body": body,
        }))
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.full_url())
    }
}

#[cfg(test)]
mod tests;
