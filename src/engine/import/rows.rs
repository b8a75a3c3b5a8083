//! The rows of a source, one at a time in constant memory, each with its place: JSON Lines, or a
//! table with a header. What a row means is not this module's business.

use std::io::{self, BufRead, BufReader, Read};

use csv::{ByteRecord, ReaderBuilder};

use crate::error::{Fault, Kind};
use crate::ledger::imports::Mark;

/// How much is read at once.
const CHUNK: usize = 256 << 10;

/// The longest row that is looked at; an event has at most 32 KiB, a row may hold more than that.
pub(super) const LONGEST_ROW: usize = 1 << 20;

/// The form of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// Columns between delimiters, named by the first row.
    Table {
        /// What stands between two columns.
        delimiter: u8,
    },
}

impl Format {
    /// Values separated by commas.
    pub const CSV: Self = Self::Table { delimiter: b',' };
    /// Values separated by tabs.
    pub const TSV: Self = Self::Table { delimiter: b'\t' };
}

/// What a row holds.
#[derive(Debug)]
pub(super) enum Cells<'a> {
    /// One line of text.
    Line(&'a [u8]),
    /// One value for each column.
    Record(&'a ByteRecord),
    /// More than [`LONGEST_ROW`] bytes: how many.
    TooLong(u64),
    /// Nothing yet: the source is silent for the moment.
    Silence,
}

/// One row.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// Where it begins.
    pub(super) start: Mark,
    /// Where the next one begins.
    pub(super) end: Mark,
    /// What it holds.
    pub(super) cells: Cells<'a>,
}

/// The rows of a source.
pub(super) enum Rows {
    Lines(Lines),
    Table(Table),
}

impl Rows {
    /// The rows of `source` from `from` on. `skipped` says whether the source stands there already.
    ///
    /// # Errors
    /// A header that cannot be read.
    pub(super) fn open(
        format: Format,
        mut source: Box<dyn Read + Send>,
        from: Mark,
        skipped: bool,
    ) -> Result<Self, Fault> {
        match format {
            Format::JsonLines => {
                if !skipped {
                    let mut before = source.by_ref().take(from.offset);
                    io::copy(&mut before, &mut io::sink()).map_err(|why| unreadable(&why))?;
                }
                let source = BufReader::with_capacity(CHUNK, source);
                Ok(Self::Lines(Lines {
                    source,
                    at: from,
                    line: Vec::new(),
                    length: 0,
                    whole: true,
                }))
            }
            Format::Table { delimiter } => Table::open(source, delimiter, from).map(Self::Table),
        }
    }

    /// The names of the columns; none where every row names its own.
    pub(super) fn columns(&self) -> Option<&[String]> {
        match self {
            Self::Lines(_) => None,
            Self::Table(table) => Some(&table.columns),
        }
    }

    /// The next row, none at the end.
    ///
    /// # Errors
    /// A source that cannot be read on, with the place.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, Fault> {
        match self {
            Self::Lines(lines) => lines.next(),
            Self::Table(table) => table.next(),
        }
    }
}

/// Lines of text.
pub(super) struct Lines {
    source: BufReader<Box<dyn Read + Send>>,
    at: Mark,
    line: Vec<u8>,
    /// Bytes of the line that have come so far.
    length: u64,
    /// Whether all of it was handed out.
    whole: bool,
}

impl Lines {
    fn next(&mut self) -> Result<Option<Row<'_>>, Fault> {
        loop {
            let start = self.at;
            let (length, kept) = match self.read_line() {
                Err(why) if why.kind() == io::ErrorKind::WouldBlock => {
                    return Ok(Some(Row { start, end: start, cells: Cells::Silence }));
                }
                read => read.map_err(|why| broken_off(start.line, &why))?,
            };
            if length == 0 {
                return Ok(None);
            }
            self.at = Mark { offset: start.offset + length, line: start.line + 1 };
            if kept && trimmed(&self.line, start.offset == 0).is_empty() {
                continue;
            }
            let cells = match kept {
                true => Cells::Line(trimmed(&self.line, start.offset == 0)),
                false => Cells::TooLong(length),
            };
            return Ok(Some(Row { start, end: self.at, cells }));
        }
    }

    /// The length of the next line, and whether it was short enough to be kept.
    fn read_line(&mut self) -> io::Result<(u64, bool)> {
        if std::mem::take(&mut self.whole) {
            self.line.clear();
            self.length = 0;
        }
        loop {
            let chunk = match self.source.fill_buf() {
                Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
                chunk => chunk?,
            };
            let end = memchr::memchr(b'\n', chunk);
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.length += used as u64;
            if self.line.len() + used <= LONGEST_ROW {
                self.line.extend_from_slice(&chunk[..used]);
            }
            self.source.consume(used);
            if end.is_some() || used == 0 {
                self.whole = true;
                return Ok((self.length, self.length as usize == self.line.len()));
            }
        }
    }
}

/// A line without what only editors put there.
fn trimmed(line: &[u8], first: bool) -> &[u8] {
    let line = if first { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
    line.trim_ascii()
}

/// Rows of a table.
pub(super) struct Table {
    reader: csv::Reader<Bounded>,
    columns: Vec<String>,
    record: ByteRecord,
    from: Mark,
}

impl Table {
    fn open(source: Box<dyn Read + Send>, delimiter: u8, from: Mark) -> Result<Self, Fault> {
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            // The reader's own idea of a line's end leaves it between the two bytes of one.
            .terminator(csv::Terminator::Any(b'\n'))
            .buffer_capacity(CHUNK)
            .from_reader(Bounded { source, since_row: 0 });
        let columns = reader.headers().map_err(|why| csv_error(&why, 0))?;
        let columns: Vec<String> = columns.iter().map(|name| name.trim().to_owned()).collect();
        let mut seen = columns.clone();
        seen.sort_unstable();
        let twice = seen.windows(2).find(|pair| pair[0] == pair[1] && !pair[0].is_empty());
        if let Some(pair) = twice {
            return Err(Fault::usage(format!("two columns are named `{}`", pair[0]))
                .hint("give every column a name of its own"));
        }
        Ok(Self { reader, columns, record: ByteRecord::new(), from })
    }

    fn next(&mut self) -> Result<Option<Row<'_>>, Fault> {
        loop {
            let start = self.mark();
            self.reader.get_mut().since_row = 0;
            let more = self.reader.read_byte_record(&mut self.record);
            if !more.map_err(|why| csv_error(&why, start.line + 1))? {
                return Ok(None);
            }
            self.drop_carriage_return();
            let end = self.mark();
            // Where a table was left can only be found again by reading up to there.
            if end.offset <= self.from.offset {
                continue;
            }
            let start = match self.record.position() {
                Some(at) => Mark { offset: at.byte(), line: at.line() - 1 },
                None => start,
            };
            let length = end.offset.saturating_sub(start.offset);
            let cells = if length > LONGEST_ROW as u64 {
                Cells::TooLong(length)
            } else {
                Cells::Record(&self.record)
            };
            return Ok(Some(Row { start, end, cells }));
        }
    }

    fn drop_carriage_return(&mut self) {
        let Some(last) = self.record.len().checked_sub(1) else { return };
        if let Some(text) = self.record.get(last).and_then(|text| text.strip_suffix(b"\r")) {
            let text = text.to_vec();
            self.record.truncate(last);
            self.record.push_field(&text);
        }
    }

    fn mark(&self) -> Mark {
        let at = self.reader.position();
        Mark { offset: at.byte(), line: at.line() - 1 }
    }
}

/// A source that ends with an error rather than give one row more than it may have: a quote that is
/// never closed would otherwise swallow the rest of the file.
struct Bounded {
    source: Box<dyn Read + Send>,
    since_row: usize,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since_row > 8 * LONGEST_ROW {
            return Err(io::Error::other("a row without an end"));
        }
        let count = self.source.read(buffer)?;
        self.since_row += count;
        Ok(count)
    }
}

fn csv_error(why: &csv::Error, line: u64) -> Fault {
    match why.kind() {
        csv::ErrorKind::Utf8 { .. } => Fault::usage("the header is not UTF-8"),
        csv::ErrorKind::Io(why) => broken_off(line, why).hint("is a closing quote missing?"),
        _ => Fault::usage(format!("line {line}: {why}")),
    }
}

fn broken_off(line: u64, why: &io::Error) -> Fault {
    Fault::new(Kind::Io, format!("cannot read on after line {line}: {why}"))
}

fn unreadable(why: &io::Error) -> Fault {
    Fault::new(Kind::Io, format!("cannot read the source: {why}"))
}

#[cfg(test)]
mod tests;
