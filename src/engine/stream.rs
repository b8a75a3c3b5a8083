//! Requests whose answers are read as they come: for protocols that keep an answer open. They go
//! through the same door as every other request; what they say is their protocol's business.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, Url};

use super::transport::Transport;
use crate::error::{Fault, Kind, SideEffect};

/// Redirects followed for one request.
const MOST_REDIRECTS: usize = 5;

/// A request.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The address.
    pub url: &'a str,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Option<Vec<u8>>,
}

/// A body as it comes.
pub type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, Fault>> + Send>>;

/// An answer whose body has not been read.
pub struct Opened {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Pieces,
}

impl Transport {
    /// Sends a request once. Redirects are followed within the same origin only, since headers may
    /// hold credentials.
    ///
    /// # Errors
    /// No client, no connection, or a redirect that leads astray.
    pub async fn open(&self, asked: Asked<'_>) -> Result<Opened, Fault> {
        let wrong = |why: String| Fault::usage(format!("the URL is not valid: {why}"));
        let mut url = Url::parse(asked.url).map_err(|why| wrong(why.to_string()))?;
        let client = self.client(&url)?;
        let method = Method::from_bytes(asked.method.as_bytes())
            .map_err(|_| Fault::usage(format!("`{}` is no HTTP method", asked.method)))?;
        for _ in 0..=MOST_REDIRECTS {
            let mut builder =
                client.request(method.clone(), url.clone()).headers(asked.headers.clone());
            if let Some(body) = &asked.body {
                builder = builder.body(body.clone());
            }
            let response = builder.send().await.map_err(lost)?;
            let status = response.status();
            let location = response.headers().get(LOCATION).filter(|_| status.is_redirection());
            let Some(location) = location else {
                let headers = response.headers().clone();
                let body = Box::pin(response.bytes_stream().map(|piece| piece.map_err(lost)));
                return Ok(Opened { status: status.as_u16(), headers, body });
            };
            let next = location.to_str().ok().and_then(|location| url.join(location).ok());
            let follows = matches!(status.as_u16(), 307 | 308) || method == Method::GET;
            match next.filter(|next| follows && next.origin() == url.origin()) {
                Some(next) => url = next,
                None => {
                    let message = format!("refused a redirect (HTTP {})", status.as_u16());
                    return Err(Fault::new(Kind::BadAnswer, message)
                        .http(status.as_u16())
                        .hint("credentials go to the configured host only; check the URL"));
                }
            }
        }
        Err(Fault::new(Kind::BadAnswer, format!("more than {MOST_REDIRECTS} redirects")))
    }
}

/// A connection that failed; whether anything was sent decides what is known of the effect.
fn lost(error: reqwest::Error) -> Fault {
    let unsent = error.is_connect() || error.is_builder();
    let broken = super::transport::broken(error, None);
    let effect = if unsent { SideEffect::None } else { SideEffect::Unknown };
    Fault::new(Kind::Network, broken.reason).effect(effect)
}
