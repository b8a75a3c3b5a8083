//! Operations whose body is a list, one element a line: the list in the arguments, or the file that
//! stands for it. Every element is checked as the row says before the first byte is sent.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use serde_json::Value;

use super::content::{Content, Packer};
use super::request::Request;
use crate::catalogue::operation::{Lines, Param};
use crate::catalogue::{Operation, schema};
use crate::error::{Fault, Kind};

/// Where a compressed file is told from a plain one.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// What some programs write at the beginning of a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a file must look like.
const FORM: &str = "the file must hold one JSON object on each line";

/// Elements packed before other work has its turn.
const AT_ONCE: u64 = 1_000;

/// Puts the list, or what stands in `file`, in place of the request's body.
///
/// # Errors
/// The first element that is wrong, with its place; a file that cannot be read.
pub(super) async fn pack(
    operation: &Operation,
    lines: &Lines,
    request: &mut Request,
    file: Option<&Path>,
) -> Result<(), Fault> {
    let list = request.body.take().and_then(|mut body| body.remove(&lines.param));
    let mut packer = Packer::new(lines);
    match file {
        None => {
            let list = list.and_then(|list| list.as_array().cloned()).unwrap_or_default();
            for (index, element) in list.iter().enumerate() {
                packer.add(&format!("`{}[{index}]`", lines.param), element)?;
            }
        }
        Some(path) => {
            let item = operation.params.get(&lines.param).and_then(|param| param.items.as_deref());
            let mut reader = open(path)?;
            let mut number = 0;
            while let Some(line) = next(&mut *reader, lines, number + 1, path)? {
                number += 1;
                if number % AT_ONCE == 0 {
                    tokio::task::yield_now().await;
                }
                if let Some(element) = element(&line, number, item)? {
                    packer.add(&format!("line {number}"), &element)?;
                }
            }
        }
    }
    request.raw = Some(Content::Lines(packer.finish(file)?));
    request.encoding = Some("gzip");
    request.media_type.clone_from(&lines.media_type);
    Ok(())
}

/// The file, unpacked when it is compressed; `-` is standard input.
fn open(path: &Path) -> Result<Box<dyn BufRead + Send>, Fault> {
    let name = path.display();
    let wrong = |why: &io::Error| match why.kind() {
        io::ErrorKind::NotFound => {
            Fault::usage(format!("file not found: {name}")).code("file_not_found")
        }
        _ => Fault::usage(format!("cannot read {name}: {why}")).code("file_unreadable"),
    };
    let mut reader: Box<dyn BufRead + Send> = if path == Path::new("-") {
        Box::new(BufReader::new(io::stdin()))
    } else {
        let file = File::open(path).map_err(|why| wrong(&why))?;
        Box::new(BufReader::new(file))
    };
    let begins = reader.fill_buf().map_err(|why| wrong(&why))?;
    Ok(if begins.starts_with(GZIP) {
        Box::new(BufReader::new(MultiGzDecoder::new(reader)))
    } else {
        reader
    })
}

/// The next line; none at the end.
fn next(
    reader: &mut (dyn BufRead + Send),
    lines: &Lines,
    number: u64,
    path: &Path,
) -> Result<Option<Vec<u8>>, Fault> {
    let mut line = Vec::new();
    let room = lines.largest as u64 + 2;
    let read = reader.take(room).read_until(b'\n', &mut line).map_err(|why| {
        Fault::usage(format!("cannot read line {number} of {}: {why}", path.display()))
            .code("file_unreadable")
    })?;
    if read as u64 == room && !line.ends_with(b"\n") {
        let largest = lines.largest;
        return Err(Fault::usage(format!("line {number} is longer than {largest} bytes"))
            .code("too_long")
            .hint(FORM));
    }
    Ok((read > 0).then_some(line))
}

/// What a line says, checked like an element of the list; none when it is blank.
fn element(line: &[u8], number: u64, item: Option<&Param>) -> Result<Option<Value>, Fault> {
    let line = line.strip_prefix(BYTE_ORDER_MARK).filter(|_| number == 1).unwrap_or(line);
    if line.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let place = format!("line {number}");
    let value: Value = serde_json::from_slice(line).map_err(|why| {
        Fault::new(Kind::Usage, format!("{place} is not JSON: {why}"))
            .code("invalid_json")
            .hint(FORM)
    })?;
    let Some(item) = item else { return Ok(Some(value)) };
    let whole = value.is_object();
    schema::element(&place, item, value)
        .map(Some)
        .map_err(|fault| if whole { fault } else { fault.hint(FORM) })
}
