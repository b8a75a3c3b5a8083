//! What is imported: a file, packed or not, or standard input. How its bytes are to be understood is
//! said by the format.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use sha2::{Digest as _, Sha256};

use super::Stop;
use super::rows::Format;
use crate::error::{Fault, Kind};
use crate::ledger::imports::Mark;

/// How much of the beginning tells one file from another.
const HEAD: u64 = 64 << 10;

/// How long a silent pipe is waited for before others get a turn.
const GLANCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// Where rows come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file; one that ends in `.gz` is unpacked.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

/// A source that is open.
pub(super) struct Opened {
    pub(super) bytes: Box<dyn Read + Send>,
    /// Whether it stands where it was asked to.
    pub(super) skipped: bool,
}

impl Source {
    /// Its name for people.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "standard input".to_owned(),
        }
    }

    /// The form its name suggests.
    pub fn format(&self) -> Option<Format> {
        let Self::File(path) = self else { return None };
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        match name.strip_suffix(".gz").unwrap_or(&name).rsplit_once('.')?.1 {
            "csv" => Some(Format::CSV),
            "tsv" | "tab" => Some(Format::TSV),
            "jsonl" | "ndjson" | "json" => Some(Format::JsonLines),
            _ => None,
        }
    }

    fn packed(path: &Path) -> bool {
        path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"))
    }

    /// Its length in bytes of rows, where that is known before it is read.
    pub fn length(&self) -> Option<u64> {
        match self {
            Self::File(path) if !Self::packed(path) => {
                path.metadata().ok().filter(std::fs::Metadata::is_file).map(|file| file.len())
            }
            _ => None,
        }
    }

    /// What tells it from all other sources; none for what cannot be read twice.
    ///
    /// # Errors
    /// A file that does not exist.
    pub(super) fn identity(&self) -> Result<Option<String>, Fault> {
        let Self::File(path) = self else { return Ok(None) };
        let file = path.metadata().map_err(|why| missing(path, &why))?;
        if file.is_dir() {
            return Err(Fault::usage(format!("{} is a folder", path.display())));
        }
        // A named pipe has a name and no second reading.
        let whole = file.is_file().then(|| path.canonicalize()).transpose();
        Ok(whole.map_err(|why| missing(path, &why))?.map(|path| path.display().to_string()))
    }

    /// A fingerprint of the beginning. `like` is an earlier one: so much is looked at again.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(super) fn head(&self, like: Option<&str>) -> Result<String, Fault> {
        let Self::File(path) = self else { return Ok(String::new()) };
        let size = like.and_then(|like| like.split_once(':')?.0.parse().ok()).unwrap_or(HEAD);
        let mut head = Vec::new();
        File::open(path)
            .and_then(|file| file.take(size).read_to_end(&mut head))
            .map_err(|why| missing(path, &why))?;
        let hash: String =
            Sha256::digest(&head).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        Ok(format!("{}:{hash}", head.len()))
    }

    /// Opens it, at `from` where that can be done at once.
    ///
    /// # Errors
    /// A file that cannot be opened.
    pub(super) fn open(&self, format: Format, from: Mark, stop: &Stop) -> Result<Opened, Fault> {
        let path = match self {
            Self::Stdin => {
                let bytes =
                    Box::new(Pipe { stop: stop.clone(), lines: format == Format::JsonLines });
                return Ok(Opened { bytes, skipped: false });
            }
            Self::File(path) => path,
        };
        let mut file = File::open(path).map_err(|why| missing(path, &why))?;
        if Self::packed(path) {
            return Ok(Opened { bytes: Box::new(MultiGzDecoder::new(file)), skipped: false });
        }
        let seekable = format == Format::JsonLines && from.offset > 0;
        if seekable {
            file.seek(SeekFrom::Start(from.offset)).map_err(|why| missing(path, &why))?;
        }
        Ok(Opened { bytes: Box::new(file), skipped: seekable })
    }
}

fn missing(path: &Path, why: &io::Error) -> Fault {
    let kind = if why.kind() == io::ErrorKind::NotFound { Kind::NotFound } else { Kind::Io };
    Fault::new(kind, format!("cannot read {}: {why}", path.display()))
}

/// Standard input, which may be silent for long: who reads it is told so, and may be told to stop.
struct Pipe {
    stop: Stop,
    /// Whether whoever reads can go on after a silence.
    lines: bool,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let input = io::stdin();
        loop {
            if self.stop.asked() {
                return Err(io::Error::other("stopped"));
            }
            let mut ready = [PollFd::new(&input, PollFlags::IN)];
            match poll(&mut ready, Some(&GLANCE)) {
                Ok(0) if self.lines => return Err(io::ErrorKind::WouldBlock.into()),
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return rustix::io::read(&input, buffer).map_err(io::Error::from),
                Err(errno) => return Err(errno.into()),
            }
        }
    }
}
