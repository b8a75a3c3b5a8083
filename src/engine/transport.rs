//! The one door out: the only module that builds an HTTP client and opens a connection. It sends
//! one request once; whether to send it again is `retry`'s decision.

mod roots;

use std::error::Error as _;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, Method, Proxy, StatusCode, Url, redirect};
use rustls::RootCertStore;

use super::content::Content;
use super::moment::moment;
use super::request::Request;
use super::retry::Trouble;
use super::trace;
use crate::error::{Fault, Kind};
use crate::settings::Settings;
use roots::roots;

/// Larger answers are refused: nothing Segment documents comes near.
const LARGEST_ANSWER: usize = 64 << 20;

/// Redirects followed for one request.
const MOST_REDIRECTS: usize = 5;

/// How to connect.
#[derive(Debug, Clone)]
pub struct Connect {
    /// Longest time to establish a connection.
    pub timeout: Duration,
    /// A proxy for everything; none obeys the usual environment variables.
    pub proxy: Option<String>,
    /// No proxy at all, for an emulator on this machine.
    pub direct: bool,
    /// A file of PEM certificates that replaces the built-in roots.
    pub ca_file: Option<PathBuf>,
    /// A folder of such files, for want of a file.
    pub ca_dir: Option<PathBuf>,
}

impl Connect {
    /// From the settings.
    pub fn from_settings(settings: &Settings, direct: bool) -> Self {
        let path = |key: &str, variable: &str| {
            let variable = || settings.environment().get(variable).map(PathBuf::from);
            settings.text(key).map(PathBuf::from).or_else(variable)
        };
        Self {
            timeout: settings.duration("http.connect_timeout").unwrap_or(Duration::from_secs(10)),
            proxy: settings.text("http.proxy").map(str::to_owned),
            direct,
            ca_file: path("http.ca_file", "SSL_CERT_FILE"),
            ca_dir: path("http.ca_dir", "SSL_CERT_DIR"),
        }
    }
}

/// Sends requests over one pool of connections, built at the first request.
#[derive(Debug)]
pub struct Transport {
    connect: Connect,
    /// For `https`; trust roots may cost many files to read.
    secure: OnceLock<Result<Client, Fault>>,
    /// For plain `http` on this machine.
    plain: OnceLock<Result<Client, Fault>>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// How long the service asks to wait.
    pub retry_after: Option<Duration>,
    /// The time until its allowance is full again, when it says.
    pub reset: Option<Duration>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Vec<u8>,
}

/// Why nothing usable came back.
#[derive(Debug)]
pub struct Broken {
    /// For the decision to retry.
    pub trouble: Trouble,
    /// For a person; names no URL.
    pub reason: String,
    /// The status, when a head arrived and the body did not.
    pub status: Option<u16>,
}

impl Transport {
    /// A transport that has not connected yet.
    pub fn new(connect: Connect) -> Self {
        Self { connect, secure: OnceLock::new(), plain: OnceLock::new() }
    }

    /// The client for an address, built now if it is not yet.
    pub(super) fn client(&self, url: &Url) -> Result<&Client, Fault> {
        let client = match url.scheme() {
            "http" => self.plain.get_or_init(|| build(&self.connect, RootCertStore::empty())),
            _ => self.secure.get_or_init(|| build(&self.connect, roots(&self.connect)?)),
        };
        client.as_ref().map_err(Clone::clone)
    }

    /// Sends a request once, stamped with `now`, and reads the whole answer.
    ///
    /// # Errors
    /// The outer fault when no client can be built or a redirect leads astray, the inner one when
    /// the connection failed.
    pub async fn send(
        &self,
        request: &Request,
        now: &str,
    ) -> Result<Result<Answer, Broken>, Fault> {
        let mut url = parse(&request.full_url())?;
        let client = self.client(&url)?;
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| Fault::usage(format!("`{}` is no HTTP method", request.method)))?;
        let body = request.content(now);
        trace::outgoing(request, now);
        for _ in 0..=MOST_REDIRECTS {
            let mut builder = client.request(method.clone(), url.clone());
            for (name, value) in request.headers() {
                builder = builder.header(&*name, value);
            }
            if let Some(body) = &body {
                builder = builder.body(sendable(body));
            }
            let response = match builder.send().await {
                Ok(response) => response,
                Err(error) => return Ok(Err(broken(error, None))),
            };
            match redirected(request, &url, response.status(), response.headers())? {
                Some(next) => url = next,
                None => return Ok(read(response).await),
            }
        }
        Err(Fault::new(Kind::BadAnswer, format!("more than {MOST_REDIRECTS} redirects")))
    }
}

fn sendable(content: &Content) -> reqwest::Body {
    match content {
        Content::Text(text) => text.clone().into(),
        Content::Bytes(bytes) => bytes.clone().into(),
        Content::Lines(packed) => reqwest::Body::wrap(packed.pieces()),
    }
}

async fn read(mut response: reqwest::Response) -> Result<Answer, Broken> {
    let status = response.status().as_u16();
    let now = SystemTime::now();
    let retry_after = moment(response.headers(), RETRY_AFTER.as_str(), now);
    let reset = moment(response.headers(), "x-ratelimit-reset", now);
    trace::incoming(status, response.headers());
    let headers = std::mem::take(response.headers_mut());
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST_ANSWER => {
                let reason = format!("the answer is larger than {} MiB", LARGEST_ANSWER >> 20);
                let trouble = Trouble::Status { status, retry_after: None };
                return Err(Broken { trouble, reason, status: Some(status) });
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => {
                trace::body(&body);
                return Ok(Answer { status, retry_after, reset, headers, body });
            }
            Err(error) => return Err(broken(error, Some(status))),
        }
    }
}

/// Where a redirect leads, if this is one that may be followed.
fn redirected(
    request: &Request,
    from: &Url,
    status: StatusCode,
    headers: &HeaderMap,
) -> Result<Option<Url>, Fault> {
    let follows = match status.as_u16() {
        307 | 308 => true,
        301..=303 => request.method == "GET",
        _ => false,
    };
    let Some(location) = headers.get(LOCATION).filter(|_| follows) else { return Ok(None) };
    let next = location
        .to_str()
        .ok()
        .and_then(|location| from.join(location).ok())
        .ok_or_else(|| Fault::new(Kind::BadAnswer, "a redirect leads to no valid address"))?;
    let same = next.origin() == from.origin();
    let kin = request.redirects.as_deref().is_some_and(|suffix| {
        next.scheme() == "https" && [from, &next].iter().all(|url| belongs(url, suffix))
    });
    if same || kin {
        return Ok(Some(next));
    }
    let host = next.host_str().unwrap_or("another place");
    Err(Fault::new(Kind::BadAnswer, format!("refused a redirect to {host}"))
        .http(status.as_u16())
        .hint("credentials are only sent to the account's own hosts; check the base URL"))
}

fn belongs(url: &Url, suffix: &str) -> bool {
    url.host_str().is_some_and(|host| {
        host == suffix || host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'))
    })
}

fn parse(url: &str) -> Result<Url, Fault> {
    Url::parse(url).map_err(|why| Fault::usage(format!("the URL is not valid: {why}")))
}

pub(super) fn broken(error: reqwest::Error, status: Option<u16>) -> Broken {
    let trouble =
        if error.is_connect() || error.is_builder() { Trouble::NotSent } else { Trouble::Lost };
    let error = error.without_url();
    // The innermost cause says what happened; the outer ones only that something did.
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        reason = inner.to_string();
        cause = inner.source();
    }
    Broken { trouble, reason, status }
}

fn build(connect: &Connect, roots: RootCertStore) -> Result<Client, Fault> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| Fault::new(Kind::Internal, format!("TLS cannot be set up: {why}")))?;
    let mut tls = tls.with_root_certificates(roots).with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    #[expect(clippy::disallowed_methods, reason = "this is the one door out")]
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .connect_timeout(connect.timeout)
        // Addresses of Segment are not static; an idle connection must not outlive them.
        .pool_idle_timeout(Duration::from_secs(60))
        .tcp_nodelay(true);
    if connect.direct {
        builder = builder.no_proxy();
    } else if let Some(proxy) = &connect.proxy {
        let proxy = Proxy::all(proxy)
            .map_err(|_| Fault::new(Kind::Config, "`http.proxy` is not a proxy URL"))?;
        builder = builder.proxy(proxy);
    }
    builder.build().map_err(|why| Fault::new(Kind::Internal, format!("no HTTP client: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_stay_in_the_family() {
        let url = |text: &str| Url::parse(text).unwrap();
        for host in ["https://api.segmentapis.com", "https://eu1.api.segmentapis.com"] {
            assert!(belongs(&url(host), "api.segmentapis.com"), "{host}");
        }
        for host in ["https://evilapi.segmentapis.com", "https://api.segmentapis.com.evil.test"] {
            assert!(!belongs(&url(host), "api.segmentapis.com"), "{host}");
        }
    }
}
