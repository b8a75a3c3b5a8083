//! Text into the shape of a file, with complaints that say where. Two threads share the files: at
//! start there is nothing else to do, and everybody waits for the rows.

use std::panic::resume_unwind;
use std::thread;

use serde::de::DeserializeOwned;

use super::{GroupFile, Source};
use crate::error::{Fault, Kind};

/// The files of rows, in the order given.
pub(super) fn groups(sources: &[&Source]) -> Vec<Result<GroupFile, Fault>> {
    let (first, second) = sources.split_at(middle(sources));
    let read = |sources: &[&Source]| sources.iter().map(|source| parse(source)).collect();
    thread::scope(|scope| {
        let other = thread::Builder::new().spawn_scoped(scope, move || read(second));
        let mut files: Vec<_> = read(first);
        let rest = match other {
            Ok(other) => other.join().unwrap_or_else(|panic| resume_unwind(panic)),
            // Where no thread is to be had, one does.
            Err(_) => read(second),
        };
        files.extend(rest);
        files
    })
}

/// Where half of the text has been seen.
fn middle(sources: &[&Source]) -> usize {
    let all: usize = sources.iter().map(|source| source.text.len()).sum();
    let mut seen = 0;
    sources
        .iter()
        .take_while(|source| {
            seen += source.text.len();
            seen <= all / 2
        })
        .count()
}

/// One file.
///
/// # Errors
/// A complaint that names file, line and row.
pub(super) fn parse<T: DeserializeOwned>(source: &Source) -> Result<T, Fault> {
    toml::from_str(&source.text).map_err(|error| {
        let line = error
            .span()
            .map_or(1, |span| source.text[..span.start.min(source.text.len())].lines().count());
        let row = source
            .text
            .lines()
            .take(line.max(1))
            .filter_map(|text| text.trim().strip_prefix("name"))
            .filter_map(|rest| rest.trim_start().strip_prefix('='))
            .last()
            .map(|name| format!(" near {}", name.trim()))
            .unwrap_or_default();
        complain(&format!("{}:{}{row}", source.file, line.max(1)), error.message())
    })
}

/// A complaint about a place.
pub(super) fn complain(place: &str, why: &str) -> Fault {
    Fault::new(Kind::Config, format!("{place}: {why}"))
}
