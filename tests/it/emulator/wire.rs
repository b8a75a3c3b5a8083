//! HTTP/1.1 written by hand: one request a connection, the reply read to its end or to the break.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kosmo::emulator::Emulator;
use serde_json::Value;

/// A request in the making.
#[derive(Clone)]
pub(crate) struct Ask {
    head: String,
    body: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The status.
    pub(crate) status: u16,
    /// The headers, as sent, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// As much of the body as came.
    pub(crate) body: Vec<u8>,
}

/// A request without a body.
pub(crate) fn ask(method: &str, target: &str) -> Ask {
    let head = format!("{method} {target} HTTP/1.1\r\nhost: emulator\r\nconnection: close\r\n");
    Ask { head, body: Vec::new() }
}

impl Ask {
    /// With a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.head.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// With HTTP Basic: the user name and an empty password.
    pub(crate) fn basic(self, user: &str) -> Self {
        let encoded = STANDARD.encode(format!("{user}:"));
        self.header("authorization", &format!("Basic {encoded}"))
    }

    /// With a bearer token.
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With these bytes.
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// With a JSON document.
    pub(crate) fn json(self, value: &Value) -> Self {
        self.header("content-type", "application/json").body(value.to_string())
    }

    /// Sends it; none when the connection ends without an answer.
    pub(crate) fn try_send(self, emulator: &Emulator) -> Option<Reply> {
        let url = emulator.url();
        let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!("{}content-length: {}\r\n\r\n", self.head, self.body.len());
        // A server that drops the connection may do so before it has everything.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&self.body));
        let mut bytes = Vec::new();
        let end = stream.read_to_end(&mut bytes);
        if let Err(error) = end {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
        }
        parse(&bytes)
    }

    /// Sends it and demands an answer.
    #[track_caller]
    pub(crate) fn send(self, emulator: &Emulator) -> Reply {
        self.try_send(emulator).expect("an answer")
    }
}

impl Reply {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|why| panic!("{why}: {self:?}"))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// A header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    /// Demands a status.
    #[track_caller]
    pub(crate) fn status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} {self:?}", self.text());
        self
    }

    /// Whether the body is as long as was promised.
    pub(crate) fn whole(&self) -> bool {
        self.header("content-length").unwrap().parse::<usize>().unwrap() == self.body.len()
    }
}

fn parse(bytes: &[u8]) -> Option<Reply> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().unwrap();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Some(Reply { status, headers, body: bytes[end + 4..].to_vec() })
}
