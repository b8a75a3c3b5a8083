//! Many events as the body of one request. Events go in as they are, byte for byte: nothing here
//! reads them. What a body may hold is said by the service's row.

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress, Status};
use serde_json::{Value, json};

use crate::catalogue::Service;
use crate::catalogue::operation::Batch;
use crate::error::{Fault, Kind};
use crate::redact::Secret;

/// How bodies are packed.
pub const ENCODING: &str = "gzip";

/// Measured with events of about 500 bytes: level 1 leaves 24 % of them for 1.2 µs an event, level 2
/// leaves 17 % for 2.3 µs, level 6 leaves 16 % for 6.3 µs. A sender is short of time before it is
/// short of bandwidth.
const LEVEL: Compression = Compression::new(1);

/// The size of deflate's window, as a power of two; the largest there is.
const WINDOW: u8 = 15;

/// Room for the time of sending in a body: a quoted RFC 3339 stamp.
const STAMP: usize = 32;

/// What surrounds the events of a batch, and how many of them may be in it.
#[derive(Debug)]
pub struct Envelope {
    /// What comes before the events.
    head: Vec<u8>,
    /// What comes behind them, up to the stamp of sending.
    tail: Vec<u8>,
    /// The end: the credential, and the brace.
    end: Secret,
    most: usize,
    bytes: usize,
    event_bytes: usize,
}

impl Envelope {
    /// The surroundings of batches for a service, with the credential where it belongs in the body.
    pub fn new(service: &Service, batch: &Batch, secret: Option<&Secret>) -> Self {
        let mut tail = "]".to_owned();
        if let Some(path) = &batch.library {
            let (key, value) = library(path);
            tail += &format!(",{}:{value}", json!(key));
        }
        if let Some(field) = &service.sent_at {
            tail += &format!(",{}:", json!(field));
        }
        let secret = service.secret_in_body.as_ref().zip(secret);
        let end = secret.map_or_else(String::new, |(field, secret)| {
            format!(",{}:{}", json!(field), json!(secret.expose()))
        });
        Self {
            head: format!("{{{}:[", json!(batch.list)).into_bytes(),
            tail: tail.into_bytes(),
            end: Secret::new(end + "}"),
            most: batch.most,
            bytes: batch.bytes,
            event_bytes: batch.event_bytes,
        }
    }

    /// Whether an event of this size is taken at all.
    pub fn takes(&self, bytes: usize) -> bool {
        bytes <= self.event_bytes && self.around() + bytes <= self.bytes
    }

    /// How many of the first events one batch holds; none when the first is too large for any.
    pub fn fit<E: AsRef<[u8]>>(&self, events: &[E]) -> usize {
        let mut room = self.bytes.saturating_sub(self.around());
        let taken = events.iter().take(self.most).take_while(|event| {
            let bytes = event.as_ref().len();
            // Each has a comma behind it but for the last.
            let left = room.checked_sub(bytes).filter(|_| bytes <= self.event_bytes);
            room = left.map_or(0, |left| left.saturating_sub(1));
            left.is_some()
        });
        taken.count()
    }

    /// The bytes that events may have together, with a comma behind each of as many as there can be.
    pub fn room(&self) -> usize {
        self.bytes.saturating_sub(self.around() + self.most)
    }

    /// The bytes of a body besides its events.
    fn around(&self) -> usize {
        self.head.len() + self.tail.len() + STAMP + self.end.expose().len()
    }
}

/// The first part of a dotted path and what belongs there: this program's name and version at its
/// end.
fn library(path: &str) -> (&str, Value) {
    let (key, rest) = path.split_once('.').unwrap_or((path, ""));
    let mut value = json!({"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")});
    for part in rest.rsplit('.').filter(|part| !part.is_empty()) {
        value = json!({part: value});
    }
    (key, value)
}

/// Makes bodies, one after the other in the same memory.
#[derive(Debug)]
pub struct Press {
    plain: Vec<u8>,
    compress: Compress,
}

impl Default for Press {
    fn default() -> Self {
        Self { plain: Vec::new(), compress: Compress::new_gzip(LEVEL, WINDOW) }
    }
}

impl Press {
    /// The packed body of these events as it is sent at `now` (RFC 3339).
    ///
    /// # Errors
    /// A defect of this program: the compressor stopped early.
    pub fn pack<E: AsRef<[u8]>>(
        &mut self,
        envelope: &Envelope,
        events: &[E],
        now: &str,
    ) -> Result<Bytes, Fault> {
        self.fill(envelope, events, now);
        // Incompressible data grows by a few bytes a block.
        let mut packed = Vec::with_capacity(self.plain.len() / 3 + 1024);
        self.compress.reset();
        loop {
            let done = usize::try_from(self.compress.total_in()).unwrap_or(usize::MAX);
            let rest = self.plain.get(done..).unwrap_or_default();
            match self.compress.compress_vec(rest, &mut packed, FlushCompress::Finish) {
                Ok(Status::StreamEnd) => return Ok(packed.into()),
                Ok(Status::Ok | Status::BufError) if packed.len() == packed.capacity() => {
                    packed.reserve(packed.len().max(1024));
                }
                _ => return Err(Fault::new(Kind::Internal, "a batch cannot be packed")),
            }
        }
    }

    fn fill<E: AsRef<[u8]>>(&mut self, envelope: &Envelope, events: &[E], now: &str) {
        let plain = &mut self.plain;
        plain.clear();
        plain.extend_from_slice(&envelope.head);
        for (index, event) in events.iter().enumerate() {
            if index > 0 {
                plain.push(b',');
            }
            plain.extend_from_slice(event.as_ref());
        }
        plain.extend_from_slice(&envelope.tail);
        if envelope.tail.ends_with(b":") {
            plain.push(b'"');
            plain.extend_from_slice(now.as_bytes());
            plain.push(b'"');
        }
        plain.extend_from_slice(envelope.end.expose().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::catalogue::Catalogue;

    fn envelope(change: impl FnOnce(&mut Batch)) -> Envelope {
        let catalogue = Catalogue::new(Vec::new());
        let service = &catalogue.provider("segment").unwrap().services["tracking"];
        let mut batch = service.batch.clone().unwrap();
        change(&mut batch);
        Envelope::new(service, &batch, Some(&Secret::new("k\"ey")))
    }

    fn unpacked(bytes: &[u8]) -> String {
        let mut text = String::new();
        flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_body_holds_the_events_as_they_are_and_what_belongs_around_them() {
        let envelope = envelope(|_| {});
        let mut press = Press::default();
        for events in [&[r#"{"a" : 1}"#, "{}"][..], &["{}"], &[]] {
            let body =
                unpacked(&press.pack(&envelope, events, "2026-01-01T00:00:00.000Z").unwrap());
            assert!(body.starts_with(&format!("{{\"batch\":[{}],", events.join(","))), "{body}");
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(body["sentAt"], "2026-01-01T00:00:00.000Z");
            assert_eq!(body["writeKey"], "k\"ey");
            assert_eq!(body["context"]["library"]["name"], "kosmo");
        }
    }

    #[test]
    fn what_cannot_be_compressed_arrives_too() {
        let mut state = 1_u64;
        let noise: String = (0..400_000)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                char::from(b'#' + (state % 57) as u8)
            })
            .collect();
        let envelope = envelope(|_| {});
        let body = unpacked(&Press::default().pack(&envelope, &[&noise], "T").unwrap());
        assert!(body.contains(&noise));
    }

    #[test]
    fn a_batch_ends_at_the_first_of_its_limits() {
        let event = "x".repeat(100);
        let events = vec![event; 50];
        assert_eq!(envelope(|batch| batch.most = 7).fit(&events), 7);
        assert_eq!(envelope(|batch| batch.event_bytes = 99).fit(&events), 0);
        let tight = envelope(|batch| batch.bytes = 1000);
        let fits = tight.fit(&events);
        assert!((1..50).contains(&fits));
        let mut press = Press::default();
        let whole = |press: &mut Press, count: usize| {
            unpacked(&press.pack(&tight, &events[..count], &super::super::super::now()).unwrap())
                .len()
        };
        assert!(whole(&mut press, fits) <= 1000);
        assert!(whole(&mut press, fits + 1) > 1000 - STAMP);
        assert_eq!(tight.fit::<&str>(&[]), 0);
    }

    #[test]
    fn an_event_that_is_too_large_ends_the_batch_before_it() {
        let events = ["x".repeat(10), "x".repeat(10), "x".repeat(40_000), "x".repeat(10)];
        let envelope = envelope(|_| {});
        assert_eq!(envelope.fit(&events), 2);
        assert_eq!(envelope.fit(&events[2..]), 0);
        assert!(envelope.takes(32_768) && !envelope.takes(32_769));
    }
}
