//! One request and one answer as plain data, so that every face of the emulator is a function from
//! one to the other and can be tested without a socket. How they travel is `http`'s business.

use std::io::Read as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// Where unpacking a gzip body stops: well over any size that is accepted.
const UNPACK_BYTES: u64 = 4 * 1024 * 1024;

/// A request, read to its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    /// The HTTP method.
    pub(super) method: String,
    /// The path as it was sent, still percent-encoded.
    pub(super) path: String,
    /// The query, decoded, in order.
    pub(super) query: Vec<(String, String)>,
    /// The headers, names in lower case.
    pub(super) headers: Vec<(String, String)>,
    /// The body as it was sent.
    pub(super) body: Vec<u8>,
}

impl Request {
    /// The first header of that name, given in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    /// The first query value under any of the names.
    pub(super) fn query(&self, names: &[&str]) -> Option<&str> {
        self.query
            .iter()
            .find(|(have, _)| names.contains(&have.as_str()))
            .map(|(_, value)| value.as_str())
    }

    /// What follows the scheme in `Authorization`, when it is that scheme.
    pub(super) fn credentials(&self, scheme: &str) -> Option<&str> {
        let (have, rest) = self.header("authorization")?.split_once(' ')?;
        have.eq_ignore_ascii_case(scheme).then(|| rest.trim())
    }

    /// The user name of HTTP Basic. None when the header is absent, an error when it is malformed.
    pub(super) fn basic_user(&self) -> Option<Result<String, &'static str>> {
        let encoded = self.credentials("basic")?;
        Some(
            STANDARD
                .decode(encoded)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .ok_or("the Basic credentials are not base64")
                .and_then(|text| match text.split_once(':') {
                    Some((user, _)) => Ok(user.to_owned()),
                    None => Err("the Basic credentials lack their colon"),
                }),
        )
    }

    /// The body without its packing.
    pub(super) fn plain(&self) -> Result<Vec<u8>, &'static str> {
        match self.header("content-encoding").unwrap_or("identity") {
            "identity" => Ok(self.body.clone()),
            "gzip" => {
                let mut plain = Vec::new();
                let unpacked = flate2::read::GzDecoder::new(self.body.as_slice());
                let read = unpacked.take(UNPACK_BYTES).read_to_end(&mut plain);
                read.map(|_| plain).map_err(|_| "the body is not gzip")
            }
            _ => Err("Content-Encoding must be gzip or absent"),
        }
    }

    /// The body as one JSON document.
    pub(super) fn json(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

/// The pairs of a query string, decoded as a form is.
pub(super) fn parse_query(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
        })
        .collect()
}

/// Percent-decoded text; bytes that are no UTF-8 become the replacement character.
pub(super) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// What is sent back.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: u16,
    /// Headers besides `Content-Length`.
    pub(super) headers: Vec<(&'static str, String)>,
    /// The body.
    pub(super) body: Vec<u8>,
    /// How long to wait before sending it.
    pub(super) delay: Duration,
}

impl Answer {
    /// A JSON document.
    pub(super) fn json(status: u16, value: &Value) -> Self {
        Self::typed(status, "application/json", value.to_string())
    }

    /// Plain text.
    pub(super) fn text(status: u16, text: &str) -> Self {
        Self::typed(status, "text/plain; charset=utf-8", text)
    }

    /// A body of any media type.
    pub(super) fn typed(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type", media_type.to_owned())],
            body: body.into(),
            delay: Duration::ZERO,
        }
    }

    /// The same answer with one more header.
    #[must_use]
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_like_a_form() {
        let pairs = parse_query("pagination%5Bcount%5D=2&message=a+b%26c&flag");
        let pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("pagination[count]", "2"), ("message", "a b&c"), ("flag", "")]);
    }

    #[test]
    fn basic_credentials_need_their_colon() {
        let with = |text: &str| Request {
            headers: vec![("authorization".into(), format!("Basic {}", STANDARD.encode(text)))],
            ..Request::default()
        };
        assert_eq!(with("key:").basic_user(), Some(Ok("key".to_owned())));
        assert!(with("key").basic_user().unwrap().is_err());
        assert_eq!(Request::default().basic_user(), None);
    }
}
