//! Sizes and spans of time on the command line, read as settings files read them. Used as clap value parsers, so the complaint is a
//! plain text.

use std::time::Duration;

use crate::settings::units;

/// A number of bytes: `33554432`, `64MB`, `64MiB`, `1.5g`.
///
/// # Errors
/// What is wrong with the text.
pub(super) fn bytes(text: &str) -> Result<usize, String> {
    match units::bytes(&text.into()).map(usize::try_from) {
        Some(Ok(0)) => Err(ZERO.to_owned()),
        Some(bytes) => bytes.map_err(|_| "it is too large".to_owned()),
        None => Err("write a size such as 33554432 or 64MB".to_owned()),
    }
}

/// A span of time that may be none at all: as [`duration`], or `0`.
///
/// # Errors
/// What is wrong with the text.
pub(super) fn patience(text: &str) -> Result<Duration, String> {
    if text.trim() == "0" { Ok(Duration::ZERO) } else { duration(text) }
}

/// A span of time: `30` and `0.5` are seconds, `250ms`, `5s`, `2m`, `1h`.
///
/// # Errors
/// What is wrong with the text.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    match units::seconds(&text.into()).map(Duration::try_from_secs_f64) {
        Some(Ok(Duration::ZERO)) => Err(ZERO.to_owned()),
        Some(span) => span.map_err(|_| "it is too long".to_owned()),
        None => Err("write a time such as 30, 0.5, 250ms or 2m".to_owned()),
    }
}

const ZERO: &str = "it must be more than zero";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_every_usual_spelling() {
        for (text, want) in [
            ("33554432", 32 << 20),
            ("64MB", 64 << 20),
            ("64MiB", 64 << 20),
            ("64m", 64 << 20),
            ("1.5 k", 1536),
            ("1g", 1 << 30),
        ] {
            assert_eq!(bytes(text), Ok(want), "{text}");
        }
        for text in ["", "abc", "0", "-1", "12QB", "1.2.3"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_seconds_unless_they_say_otherwise() {
        for (text, want) in [("30", 30_000), ("0.5", 500), ("250ms", 250), ("2m", 120_000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(want)), "{text}");
        }
        for text in ["", "soon", "0", "-1", "1y", "9999999999999999999999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
