//! The lines of a file or of standard input, one after the other in constant memory: a line that is
//! longer than any event can be is skipped over, not kept.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::error::Fault;

/// The longest line that is looked at: many times the largest event, room for a whole batch.
const LONGEST: usize = 4 << 20;

/// What the beginning of a file may hold before its text.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Lines of one source.
pub(super) struct Lines {
    input: Box<dyn BufRead>,
    name: String,
    number: u64,
    line: Vec<u8>,
}

/// One line.
pub(super) enum Line<'a> {
    /// Its text, without its end.
    Text(&'a [u8]),
    /// It is longer than it could be.
    TooLong,
}

impl Lines {
    /// The lines of a file; `-` is standard input.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn open(path: &Path) -> Result<Self, Fault> {
        let name = path.display().to_string();
        let input: Box<dyn Read> = if name == "-" {
            Box::new(io::stdin())
        } else {
            let opened = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
                true => Err(io::Error::from(io::ErrorKind::IsADirectory)),
                false => Ok(file),
            });
            Box::new(opened.map_err(|why| {
                let message = format!("cannot read {name}: {why}");
                Fault::usage(message).code("file_unreadable")
            })?)
        };
        let name = if name == "-" { "stdin".to_owned() } else { name };
        let input = Box::new(BufReader::with_capacity(1 << 16, input));
        Ok(Self { input, name, number: 0, line: Vec::new() })
    }

    /// What its lines are told by.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The next line that is not blank, with its number; none at the end.
    ///
    /// # Errors
    /// When reading fails on the way.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Line<'_>)>, Fault> {
        loop {
            let Some(whole) = self.fill()? else { return Ok(None) };
            self.number += 1;
            if !whole {
                return Ok(Some((self.number, Line::TooLong)));
            }
            let mark = self.number == 1 && self.line.starts_with(MARK);
            let start = if mark { MARK.len() } else { 0 };
            if !self.line[start..].trim_ascii().is_empty() {
                return Ok(Some((self.number, Line::Text(self.line[start..].trim_ascii_end()))));
            }
        }
    }

    /// Reads one line; whether all of it was kept. None at the end.
    fn fill(&mut self) -> Result<Option<bool>, Fault> {
        self.line.clear();
        self.line.shrink_to(LONGEST / 16);
        let (mut whole, mut any) = (true, false);
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
                Err(why) => return Err(Fault::io(format!("cannot read {}", self.name), &why)),
            };
            if chunk.is_empty() {
                return Ok(any.then_some(whole));
            }
            any = true;
            let end = memchr::memchr(b'\n', chunk);
            let piece = &chunk[..end.unwrap_or(chunk.len())];
            whole &= self.line.len() + piece.len() <= LONGEST;
            if whole {
                self.line.extend_from_slice(piece);
            }
            let used = end.map_or(chunk.len(), |at| at + 1);
            self.input.consume(used);
            if end.is_some() {
                return Ok(Some(whole));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<(u64, String)> {
        let input = Box::new(BufReader::with_capacity(7, io::Cursor::new(text.to_vec())));
        let mut lines = Lines { input, name: String::new(), number: 0, line: Vec::new() };
        let mut found = Vec::new();
        while let Some((number, line)) = lines.next().unwrap() {
            let text = match line {
                Line::Text(text) => String::from_utf8_lossy(text).into_owned(),
                Line::TooLong => "too long".to_owned(),
            };
            found.push((number, text));
        }
        found
    }

    #[test]
    fn marks_ends_and_blank_lines_are_no_part_of_an_event() {
        let text = b"\xef\xbb\xbf{\"a\":1}\r\n\r\n  \n{\"b\":2}\n\n{\"c\":3}";
        let want = [(1, "{\"a\":1}"), (4, "{\"b\":2}"), (6, "{\"c\":3}")];
        assert_eq!(lines(text), want.map(|(number, text)| (number, text.to_owned())));
        assert!(lines(b"").is_empty());
    }

    #[test]
    fn a_line_without_end_is_skipped_and_the_next_is_read() {
        let mut text = vec![b'x'; LONGEST + 1];
        text.extend_from_slice(b"\n{}\n");
        assert_eq!(lines(&text), [(1, "too long".to_owned()), (2, "{}".to_owned())]);
    }
}
