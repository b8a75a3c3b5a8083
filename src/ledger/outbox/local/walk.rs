//! Reading a segment from some point on, frame by frame. A segment may grow meanwhile, and its end
//! may be torn: what a killed producer had not finished was never acknowledged and does not count.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::frame::{self, HEAD, Head, PREFIX, State};

/// Bytes read at once.
const CHUNK: usize = 256 << 10;

/// How far a segment is settled: whole frames, and some records of the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Position {
    /// Where a frame begins; 0 for the beginning.
    pub(super) frame: u64,
    /// How many of its records are settled.
    pub(super) record: u32,
}

/// Why there is nothing more to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// All is read, and nothing more will come.
    Over,
    /// All is read; the producer is alive and may add to it.
    Open,
    /// It cannot be read on, and this is why.
    Damaged(String),
}

/// One event in a segment.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) message_id: &'a str,
    pub(super) body: &'a [u8],
    /// When it was appended, milliseconds since 1970.
    pub(super) at: i64,
    pub(super) here: Position,
    pub(super) next: Position,
}

/// A segment that is being read.
#[derive(Debug)]
pub(super) struct Walk {
    file: File,
    path: PathBuf,
    buffer: Vec<u8>,
    /// Where in the file the buffer begins.
    base: u64,
    at: Position,
}

impl Walk {
    /// Opens a segment to read from a position.
    ///
    /// # Errors
    /// When it cannot be opened; none when it does not exist any more.
    pub(super) fn open(path: &Path, from: Position) -> io::Result<Option<Self>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let (path, buffer) = (path.to_owned(), Vec::new());
        Ok(Some(Self { file, path, buffer, base: from.frame, at: from }))
    }

    /// Shows every event to `see` until it returns false.
    ///
    /// # Errors
    /// When the file cannot be read. The answer is why it ended, none when `see` had enough.
    pub(super) fn each(
        mut self,
        mut see: impl FnMut(Found<'_>) -> bool,
    ) -> io::Result<Option<End>> {
        if let Some(end) = self.skip_header()? {
            return Ok(Some(end));
        }
        loop {
            let head = match self.head()? {
                Ok(head) => head,
                Err(end) => return Ok(Some(end)),
            };
            let begin = usize::try_from(self.at.frame - self.base).unwrap_or(0);
            let body = begin + HEAD;
            let next = Position { frame: self.at.frame + (HEAD + head.length) as u64, record: 0 };
            if head.state == State::Kept {
                let bytes = &self.buffer[body..body + head.length];
                if !head.covers(bytes) {
                    return Ok(Some(self.damaged()));
                }
                let skipped = self.at.record as usize;
                for (index, (message_id, body)) in (0..).zip(frame::records(bytes)).skip(skipped) {
                    let here = Position { frame: self.at.frame, record: index };
                    let last = index + 1 == head.records;
                    let next = if last { next } else { Position { record: index + 1, ..here } };
                    if !see(Found { message_id, body, at: head.at, here, next }) {
                        return Ok(None);
                    }
                }
            }
            self.at = next;
        }
    }

    fn skip_header(&mut self) -> io::Result<Option<End>> {
        if self.at.frame > 0 {
            return Ok(None);
        }
        if self.fill(PREFIX)? < PREFIX {
            return self.end().map(Some);
        }
        let length = match frame::header_length(&self.buffer) {
            Ok(length) => length,
            Err(why) => return Ok(Some(End::Damaged(format!("{} {why}", self.path.display())))),
        };
        if self.fill(length)? < length || !frame::header_is_sound(&self.buffer[..length]) {
            return Ok(Some(self.damaged()));
        }
        self.at.frame = length as u64;
        Ok(None)
    }

    /// The head of the frame at hand, its records being in the buffer.
    fn head(&mut self) -> io::Result<Result<Head, End>> {
        // A pending frame may be completed between a look at it and a look at its producer.
        for last in [false, true] {
            if self.fill(HEAD)? < HEAD {
                return Ok(Err(self.end()?));
            }
            let Some(head) = frame::head(self.here()) else {
                return Ok(Err(if self.only_zeros()? { self.end()? } else { self.damaged() }));
            };
            if self.fill(HEAD + head.length)? < HEAD + head.length {
                return Ok(Err(self.end()?));
            }
            if head.state != State::Pending || last {
                return Ok(Ok(head));
            }
            if self.end()? == End::Open {
                return Ok(Err(End::Open));
            }
            self.base = self.at.frame;
            self.buffer.clear();
        }
        Ok(Err(self.damaged()))
    }

    fn here(&self) -> &[u8] {
        let begin = usize::try_from(self.at.frame - self.base).unwrap_or(0);
        self.buffer.get(begin..).unwrap_or_default()
    }

    /// Reads until so many bytes from the position on are in the buffer; how many there are.
    fn fill(&mut self, wanted: usize) -> io::Result<usize> {
        let have = self.here().len();
        if have >= wanted {
            return Ok(have);
        }
        let used = self.buffer.len() - have;
        self.buffer.drain(..used);
        self.base = self.at.frame;
        self.file.seek(SeekFrom::Start(self.base + have as u64))?;
        let more = (wanted - have).max(CHUNK) as u64;
        // What a length promises is not allocated before it is there.
        (&self.file).take(more).read_to_end(&mut self.buffer)?;
        Ok(self.buffer.len())
    }

    /// What remains was made room for and never written, as after a power cut.
    fn only_zeros(&mut self) -> io::Result<bool> {
        let mut rest = self.here().to_vec();
        self.file.seek(SeekFrom::Start(self.base + self.buffer.len() as u64))?;
        loop {
            if rest.iter().any(|byte| *byte != 0) {
                return Ok(false);
            }
            rest.clear();
            if (&self.file).take(CHUNK as u64).read_to_end(&mut rest)? == 0 {
                return Ok(true);
            }
        }
    }

    fn end(&self) -> io::Result<End> {
        Ok(if has_producer(&self.file)? { End::Open } else { End::Over })
    }

    fn damaged(&self) -> End {
        End::Damaged(format!("{} is damaged at byte {}", self.path.display(), self.at.frame))
    }
}

/// Whether the process that writes a segment is alive: it holds a lock on it.
///
/// # Errors
/// When locks do not work here.
pub(super) fn has_producer(file: &File) -> io::Result<bool> {
    match file.try_lock_shared() {
        Ok(()) => file.unlock().map(|()| false),
        Err(std::fs::TryLockError::WouldBlock) => Ok(true),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}
