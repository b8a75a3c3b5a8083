//! HTTP/1.1, as much of it as senders of events speak: one request after the other on a
//! connection, bodies of known length or in chunks, packed or not.

use std::io::{Error, Read as _, Result, Write as _};
use std::net::TcpStream;

use memchr::{memchr, memmem};

/// The longest head and the longest body, packed or unpacked, that is read at all.
const HEAD_BYTES: usize = 64 * 1024;
const BODY_BYTES: usize = 64 * 1024 * 1024;

/// One request, its body unpacked.
#[derive(Debug, Default)]
pub(super) struct Request {
    head: String,
    pub(super) body: Vec<u8>,
    /// Bytes of the body as it came over the wire.
    pub(super) wire_bytes: usize,
}

impl Request {
    pub(super) fn path(&self) -> &str {
        let target = self.head.split(' ').nth(1).unwrap_or_default();
        target.split("\r\n").next().unwrap_or_default()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1);
        lines.find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(super) fn keeps_alive(&self) -> bool {
        let last = self.header("connection").is_some_and(|word| word.eq_ignore_ascii_case("close"));
        !last && !self.head.lines().next().is_some_and(|line| line.ends_with("HTTP/1.0"))
    }
}

/// A connection and what has been read of it beyond the last request.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
    spare: Request,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, read: Vec::new(), spare: Request::default() }
    }

    /// Gives the buffers of a request back for the next one.
    pub(super) fn reuse(&mut self, request: Request) {
        self.spare = request;
    }

    /// The next request; none when the other side is done.
    pub(super) fn read(&mut self) -> Result<Option<Request>> {
        let end = loop {
            if let Some(end) = memmem::find(&self.read, b"\r\n\r\n") {
                break end + 4;
            }
            if self.read.len() > HEAD_BYTES {
                return Err(Error::other("the head does not end"));
            }
            if !self.more()? {
                return Ok(None);
            }
        };
        let mut request = std::mem::take(&mut self.spare);
        request.head.clear();
        request.head.push_str(&String::from_utf8_lossy(&self.read[..end]));
        self.read.drain(..end);
        if request.header("expect").is_some() {
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let chunked = request.header("transfer-encoding").is_some_and(|how| how == "chunked");
        let length = request.header("content-length").and_then(|length| length.parse().ok());
        let wire = if chunked { self.chunks()? } else { self.exactly(length.unwrap_or(0))? };
        request.wire_bytes = wire.len();
        request.body.clear();
        if request.header("content-encoding").is_some_and(|how| how == "gzip") {
            let mut packed = flate2::read::GzDecoder::new(&wire[..]).take(BODY_BYTES as u64);
            packed.read_to_end(&mut request.body)?;
        } else {
            request.body = wire;
        }
        Ok(Some(request))
    }

    pub(super) fn answer(&mut self, status: u16, headers: &str, body: &str) -> Result<()> {
        let length = body.len();
        let kind = if body.starts_with('{') { "application/json" } else { "text/plain" };
        let text = format!(
            "HTTP/1.1 {status} So\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        );
        self.write(text.as_bytes())
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream.write_all(bytes)
    }

    /// Reads on; whether anything came.
    fn more(&mut self) -> Result<bool> {
        let have = self.read.len();
        self.read.resize(have + 64 * 1024, 0);
        let got = self.stream.read(&mut self.read[have..]);
        self.read.truncate(have + *got.as_ref().unwrap_or(&0));
        got.map(|got| got > 0)
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>> {
        if length > BODY_BYTES {
            return Err(Error::other("the body is too long"));
        }
        while self.read.len() < length {
            if !self.more()? {
                return Err(Error::other("the body ends early"));
            }
        }
        let rest = self.read.split_off(length);
        Ok(std::mem::replace(&mut self.read, rest))
    }

    fn line(&mut self) -> Result<String> {
        loop {
            if let Some(end) = memchr(b'\n', &self.read) {
                let line = self.exactly(end + 1)?;
                return Ok(String::from_utf8_lossy(&line).trim().to_owned());
            }
            if !self.more()? {
                return Err(Error::other("the body ends early"));
            }
        }
    }

    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let size = line.split(';').next().unwrap_or_default();
            let size = usize::from_str_radix(size, 16).map_err(Error::other)?;
            if size == 0 {
                while !self.line()?.is_empty() {}
                return Ok(body);
            }
            body.extend_from_slice(&self.exactly(size)?);
            self.line()?;
            if body.len() > BODY_BYTES {
                return Err(Error::other("the body is too long"));
            }
        }
    }
}
