//! Standard input, read only when there is a reason to and never waited for without end: a terminal
//! is not read, a file or a closed pipe is read at once, and an open pipe has a moment to say
//! something. `-` on the command line asks for it by name and waits as long as it takes.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::error::Fault;

/// How long an open pipe may stay silent before it counts as empty.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// More than this is not an argument or a script.
const LARGEST: u64 = 64 << 20;

/// What an open, unasked standard input had to say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piped {
    /// It is a terminal, or closed without a word.
    Nothing,
    /// It is open and silent.
    Silent,
    /// Its text.
    Text(String),
}

/// Reads standard input if it is not a terminal and says something within `patience`.
///
/// # Errors
/// When it cannot be read or is not UTF-8.
pub(super) fn piped(patience: Duration) -> Result<Piped, Fault> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Ok(Piped::Nothing);
    }
    let mut ready = [PollFd::new(&stdin, PollFlags::IN)];
    let wait = Timespec {
        tv_sec: i64::try_from(patience.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: patience.subsec_nanos().into(),
    };
    // A descriptor that cannot be polled can be read without waiting.
    if poll(&mut ready, Some(&wait)).is_ok_and(|count| count == 0) {
        return Ok(Piped::Silent);
    }
    let text = all()?;
    Ok(if text.trim().is_empty() { Piped::Nothing } else { Piped::Text(text) })
}

/// Reads standard input to its end as text.
///
/// # Errors
/// When it cannot be read, is too large or not UTF-8.
pub(super) fn all() -> Result<String, Fault> {
    decode("standard input", all_bytes()?)
}

/// Reads standard input to its end.
///
/// # Errors
/// When it cannot be read or is too large.
pub(super) fn all_bytes() -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|why| Fault::io("cannot read standard input", &why))?;
    bounded("standard input", bytes)
}

/// Reads a text file.
///
/// # Errors
/// What is wrong with it, under `title`.
pub(super) fn file(title: &str, path: &Path) -> Result<String, Fault> {
    decode(&path.display().to_string(), file_bytes(title, path)?)
}

/// Reads a file of any kind.
///
/// # Errors
/// What is wrong with it, under `title`.
pub(super) fn file_bytes(title: &str, path: &Path) -> Result<Vec<u8>, Fault> {
    let name = path.display();
    let wrong = |why: &io::Error| match why.kind() {
        io::ErrorKind::NotFound => {
            Fault::usage(format!("{title} not found: {name}")).code("file_not_found")
        }
        io::ErrorKind::IsADirectory => {
            Fault::usage(format!("{title} is a directory: {name}")).code("file_not_found")
        }
        _ => Fault::usage(format!("cannot read {name}: {why}")).code("file_unreadable"),
    };
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|why| wrong(&why))?;
    bounded(&name.to_string(), bytes)
}

fn bounded(name: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Fault> {
    if bytes.len() as u64 > LARGEST {
        let limit = LARGEST >> 20;
        return Err(Fault::usage(format!("{name} is larger than {limit} MiB")).code("too_long"));
    }
    Ok(bytes)
}

fn decode(name: &str, bytes: Vec<u8>) -> Result<String, Fault> {
    String::from_utf8(bytes).map_err(|why| {
        let at = why.utf8_error().valid_up_to();
        let line = why.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        Fault::usage(format!("{name} is not UTF-8: byte {at}, line {line}")).code("invalid_utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_not_utf8_is_refused_with_its_place() {
        let fault = decode("x.lua", b"a\nb\xff".to_vec()).unwrap_err();
        assert_eq!(fault.message, "x.lua is not UTF-8: byte 3, line 2");
    }

    #[test]
    fn a_missing_file_and_a_folder_are_told_apart() {
        let missing = file("Lua file", Path::new("/nowhere/x.lua")).unwrap_err();
        assert_eq!(missing.message, "Lua file not found: /nowhere/x.lua");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        assert_eq!(
            file("Lua file", path).unwrap_err().message,
            format!("Lua file is a directory: {}", path.display())
        );
    }
}
