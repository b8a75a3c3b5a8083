//! Bodies that are not one JSON object: what a person gave as it is, and lists packed as compressed
//! lines. A large one lies in a file that nobody else sees, and is read piece by piece as it is sent.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use serde_json::{Value, json};
use tempfile::{SpooledData, SpooledTempFile};

use crate::catalogue::operation::Lines;
use crate::error::{Fault, Kind};

/// What is larger once it is compressed lies in a file.
const IN_MEMORY: usize = 4 << 20;

/// Bytes read of such a file at once.
const PIECE: usize = 64 << 10;

/// A body as it is sent.
#[derive(Debug, Clone)]
pub enum Content {
    /// Text, JSON in most cases.
    Text(String),
    /// Bytes of any kind.
    Bytes(Bytes),
    /// Many JSON documents, one a line.
    Lines(Packed),
}

impl Content {
    /// What a dry run shows of it.
    pub(super) fn shown(&self) -> Value {
        match self {
            Self::Text(text) => Value::String(text.clone()),
            Self::Bytes(bytes) => json!({"bytes": bytes.len()}),
            Self::Lines(packed) => json!({
                "lines": packed.lines, "bytes": packed.bytes, "gzip_bytes": packed.length,
            }),
        }
    }
}

/// Lines, compressed.
#[derive(Debug, Clone)]
pub struct Packed {
    data: Data,
    /// How many lines there are.
    pub lines: u64,
    /// Their bytes before compression.
    pub bytes: u64,
    /// And after it.
    pub length: u64,
    /// The file they came from.
    pub source: Option<PathBuf>,
}

#[derive(Debug, Clone)]
enum Data {
    Memory(Bytes),
    File(Arc<File>),
}

impl Packed {
    /// The bytes from the beginning, to be sent.
    pub(super) fn pieces(&self) -> Pieces {
        Pieces { data: self.data.clone(), at: 0, length: self.length }
    }

    /// The lines as text, unless they are too many to be looked at.
    pub(super) fn text(&self) -> Option<String> {
        let Data::Memory(bytes) = &self.data else { return None };
        let mut text = String::new();
        GzDecoder::new(bytes.as_ref()).read_to_string(&mut text).ok()?;
        Some(text)
    }
}

/// A body on its way.
pub(super) struct Pieces {
    data: Data,
    at: u64,
    length: u64,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let left = usize::try_from(self.length - self.at).unwrap_or(PIECE);
        if left == 0 {
            return Poll::Ready(None);
        }
        let piece = match &self.data {
            Data::Memory(bytes) => Ok(bytes.clone()),
            Data::File(file) => {
                let mut piece = vec![0; left.min(PIECE)];
                file.read_exact_at(&mut piece, self.at).map(|()| Bytes::from(piece))
            }
        };
        if let Ok(piece) = &piece {
            self.at += piece.len() as u64;
        }
        Poll::Ready(Some(piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.at == self.length
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length - self.at)
    }
}

/// Packs documents line by line and keeps to the limits of the row.
pub(super) struct Packer<'a> {
    limits: &'a Lines,
    into: GzEncoder<SpooledTempFile>,
    lines: u64,
    bytes: u64,
}

impl<'a> Packer<'a> {
    /// Nothing packed yet.
    pub(super) fn new(limits: &'a Lines) -> Self {
        let into = GzEncoder::new(SpooledTempFile::new(IN_MEMORY), Compression::default());
        Self { limits, into, lines: 0, bytes: 0 }
    }

    /// Adds one document, which stands at `place`.
    ///
    /// # Errors
    /// When it or all of them together are too large, or the disk is full.
    pub(super) fn add(&mut self, place: &str, document: &Value) -> Result<(), Fault> {
        let mut line = document.to_string();
        let (length, Lines { largest, most, .. }) = (line.len(), self.limits);
        if length > *largest {
            return Err(too_large(format!("{place} has {length} bytes, {largest} is the limit")));
        }
        line.push('\n');
        self.lines += 1;
        self.bytes += line.len() as u64;
        if self.bytes > *most {
            return Err(too_large(format!("at {place} the limit of {most} bytes is passed"))
                .hint("send them in several uploads"));
        }
        self.into.write_all(line.as_bytes()).map_err(|why| unwritable(&why))
    }

    /// What was packed.
    ///
    /// # Errors
    /// When there is nothing, or the disk is full.
    pub(super) fn finish(self, source: Option<&Path>) -> Result<Packed, Fault> {
        if self.lines == 0 {
            let param = &self.limits.param;
            return Err(Fault::usage(format!("`{param}` holds nothing to send"))
                .code("missing_parameter")
                .param(param));
        }
        let spooled = self.into.finish().map_err(|why| unwritable(&why))?;
        let (data, length) = match spooled.into_inner() {
            SpooledData::InMemory(bytes) => {
                let bytes = Bytes::from(bytes.into_inner());
                (Data::Memory(bytes.clone()), bytes.len() as u64)
            }
            SpooledData::OnDisk(file) => {
                let length = file.metadata().map_err(|why| unwritable(&why))?.len();
                (Data::File(Arc::new(file)), length)
            }
        };
        let source = source.map(Path::to_path_buf);
        Ok(Packed { data, lines: self.lines, bytes: self.bytes, length, source })
    }
}

fn too_large(message: String) -> Fault {
    Fault::usage(message).code("too_long")
}

fn unwritable(why: &io::Error) -> Fault {
    Fault::new(Kind::Internal, format!("cannot pack the body: {why}"))
        .hint("a large body needs room where temporary files are kept (TMPDIR)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Lines {
        let row =
            json!({"param": "rows", "media_type": "x/y", "largest": 2000, "most": 20_000_000});
        serde_json::from_value(row).unwrap()
    }

    fn gathered(mut pieces: Pieces) -> Vec<u8> {
        let mut all = Vec::new();
        let mut context = Context::from_waker(std::task::Waker::noop());
        while let Poll::Ready(Some(piece)) = Pin::new(&mut pieces).poll_frame(&mut context) {
            all.extend_from_slice(&piece.unwrap().into_data().unwrap());
        }
        all
    }

    #[test]
    fn what_is_packed_comes_out_again_from_memory_and_from_a_file() {
        let limits = limits();
        for count in [3, 9_000] {
            let mut packer = Packer::new(&limits);
            let mut lines = String::new();
            for _ in 0..count {
                // Random text, so that it does not fit into memory once it is compressed.
                let words: Vec<String> =
                    (0..40).map(|_| uuid::Uuid::new_v4().simple().to_string()).collect();
                let document = json!({ "words": words.concat() });
                packer.add("here", &document).unwrap();
                lines += &format!("{document}\n");
            }
            let packed = packer.finish(None).unwrap();
            assert_eq!(matches!(packed.data, Data::File(_)), count > 3);
            assert_eq!((packed.lines, packed.bytes), (count, lines.len() as u64));
            // Twice: what failed is sent again.
            for _ in 0..2 {
                let sent = gathered(packed.pieces());
                assert_eq!(sent.len() as u64, packed.length);
                let mut text = String::new();
                GzDecoder::new(sent.as_slice()).read_to_string(&mut text).unwrap();
                assert!(text == lines, "{count} lines came out differently");
            }
        }
    }

    #[test]
    fn the_limits_of_the_row_are_kept() {
        let limits = Lines { most: 30, ..limits() };
        let mut packer = Packer::new(&limits);
        let fault = packer.add("line 1", &json!("x".repeat(1999))).unwrap_err();
        assert_eq!(fault.message, "line 1 has 2001 bytes, 2000 is the limit");
        packer.add("line 2", &json!("x".repeat(20))).unwrap();
        assert_eq!(packer.add("line 3", &json!("too much")).unwrap_err().code, "too_long");
        assert_eq!(Packer::new(&limits).finish(None).unwrap_err().code, "missing_parameter");
    }
}
