//! Text into the shape of a file, with complaints that say where.

use serde::de::DeserializeOwned;

use crate::error::{Fault, Kind};

/// One piece of a file, which begins after `line` lines.
///
/// # Errors
/// A complaint that names file, line and row.
pub(super) fn parse<T: DeserializeOwned>(file: &str, text: &str, line: usize) -> Result<T, Fault> {
    toml::from_str(text).map_err(|error| {
        let within =
            error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count());
        let row = text
            .lines()
            .take(within.max(1))
            .filter_map(|text| text.trim().strip_prefix("name"))
            .filter_map(|rest| rest.trim_start().strip_prefix('='))
            .last()
            .map(|name| format!(" near {}", name.trim()))
            .unwrap_or_default();
        complain(&format!("{file}:{}{row}", line + within.max(1)), error.message())
    })
}

/// A complaint about a place.
pub(super) fn complain(place: &str, why: &str) -> Fault {
    Fault::new(Kind::Config, format!("{place}: {why}"))
}
