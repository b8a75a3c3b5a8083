//! How the text of a cell becomes a value.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Number, Value};

/// Seconds since 1970 beyond this are milliseconds: the year 5138 in one, 1973 in the other.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// How the values of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// As it is.
    AsIs,
    /// A number that is written like one, true, false, else text.
    Auto,
    /// Text.
    String,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// JSON.
    Json,
    /// A time: RFC 3339, a date with or without a time of day (UTC), seconds or milliseconds since
    /// 1970.
    Time,
}

/// Every way to read a value, with its name.
const NAMES: [(&str, Reads); 7] = [
    ("auto", Reads::Auto),
    ("string", Reads::String),
    ("number", Reads::Number),
    ("integer", Reads::Integer),
    ("boolean", Reads::Boolean),
    ("json", Reads::Json),
    ("time", Reads::Time),
];

impl Reads {
    /// The way of that name.
    ///
    /// # Errors
    /// The names there are.
    pub fn parse(name: &str) -> Result<Self, String> {
        let found = NAMES.iter().find(|(known, _)| *known == name).map(|(_, reads)| *reads);
        found.ok_or_else(|| {
            let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            format!("`{name}` is no type; choose one of {}", names.join(", "))
        })
    }

    /// The value of a cell; null when there is none.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(self, value: Value) -> Result<Value, String> {
        let text = match (self, value) {
            (Self::AsIs, value) => return Ok(value),
            (_, Value::Null) => return Ok(Value::Null),
            (_, Value::String(text)) if text.trim().is_empty() => return Ok(Value::Null),
            (_, Value::String(text)) => text,
            (Self::Auto | Self::Json, value) => return Ok(value),
            (_, value) => value.to_string(),
        };
        let bare = text.trim();
        match self {
            Self::AsIs | Self::String => Ok(Value::String(text)),
            Self::Auto => Ok(guess(bare).unwrap_or(Value::String(text))),
            Self::Number => number(bare).ok_or_else(|| format!("`{}` is not a number", cut(bare))),
            Self::Integer => bare
                .parse::<i64>()
                .map(Value::from)
                .map_err(|_| format!("`{}` is not a whole number", cut(bare))),
            Self::Boolean => match bare.to_ascii_lowercase().as_str() {
                "true" | "t" | "yes" | "y" | "1" => Ok(Value::Bool(true)),
                "false" | "f" | "no" | "n" | "0" => Ok(Value::Bool(false)),
                _ => Err(format!("`{}` is neither true nor false", cut(bare))),
            },
            Self::Json => serde_json::from_str(bare).map_err(|why| format!("not JSON: {why}")),
            Self::Time => time(bare)
                .map(|time| Value::String(format!("{time:.3}")))
                .ok_or_else(|| format!("`{}` is not a time", cut(bare))),
        }
    }
}

/// The beginning of a text, for a message.
fn cut(text: &str) -> &str {
    text.char_indices().nth(40).map_or(text, |(end, _)| &text[..end])
}

/// What a text is when it is written exactly as JSON would write it: `7` but not `007` or `7e2`.
fn guess(text: &str) -> Option<Value> {
    match text {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        _ => {
            let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
            // Longer ones are ids or phone numbers, or would lose digits elsewhere.
            (plain && text.len() <= 15).then(|| number(text)).flatten()
        }
    }
}

fn number(text: &str) -> Option<Value> {
    text.parse::<Number>().ok().map(Value::Number)
}

fn time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let utc = |time: DateTime| time.to_zoned(TimeZone::UTC).ok().map(|time| time.timestamp());
    if let Ok(time) = text.parse::<DateTime>() {
        return utc(time);
    }
    if let Ok(date) = text.parse::<Date>() {
        return utc(date.to_datetime(jiff::civil::Time::midnight()));
    }
    if let Ok(whole) = text.parse::<i64>() {
        return match whole.abs() < MILLISECONDS_FROM {
            true => Timestamp::from_second(whole).ok(),
            false => Timestamp::from_millisecond(whole).ok(),
        };
    }
    let (seconds, fraction) = text.split_once('.')?;
    let digits = fraction.bytes().all(|byte| byte.is_ascii_digit()) && fraction.len() <= 9;
    let nanoseconds = format!("{fraction:0<9}").parse::<i32>().ok().filter(|_| digits)?;
    Timestamp::new(seconds.parse().ok()?, nanoseconds).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_read_by_their_type() {
        for (reads, text, want) in [
            (Reads::Auto, "7", json!(7)),
            (Reads::Auto, "007", json!("007")),
            (Reads::Auto, "7.5", json!(7.5)),
            (Reads::Auto, "+49 30 1234", json!("+49 30 1234")),
            (Reads::Auto, "4915112345678901", json!("4915112345678901")),
            (Reads::Auto, "true", json!(true)),
            (Reads::Auto, " ", json!(null)),
            (Reads::String, "7", json!("7")),
            (Reads::Number, "1e3", "1e3".parse::<Number>().map(Value::Number).unwrap()),
            (Reads::Integer, "-7", json!(-7)),
            (Reads::Boolean, "No", json!(false)),
            (Reads::Json, "[1, {\"a\": 2}]", json!([1, {"a": 2}])),
            (Reads::Time, "2026-01-31T12:00:00+01:00", json!("2026-01-31T11:00:00.000Z")),
            (Reads::Time, "2026-01-31 12:00:00", json!("2026-01-31T12:00:00.000Z")),
            (Reads::Time, "2026-01-31", json!("2026-01-31T00:00:00.000Z")),
            (Reads::Time, "1767225600", json!("2026-01-01T00:00:00.000Z")),
            (Reads::Time, "1767225600250", json!("2026-01-01T00:00:00.250Z")),
            (Reads::Time, "1767225600.5", json!("2026-01-01T00:00:00.500Z")),
        ] {
            let read = reads.read(Value::String(text.to_owned())).unwrap();
            assert_eq!(read.to_string(), want.to_string(), "{reads:?} {text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error_that_names_it() {
        for (reads, text) in [
            (Reads::Number, "seven"),
            (Reads::Integer, "7.5"),
            (Reads::Boolean, "maybe"),
            (Reads::Json, "{"),
            (Reads::Time, "31.01.2026"),
            (Reads::Time, "1767225600.x"),
        ] {
            assert!(reads.read(Value::String(text.to_owned())).is_err(), "{reads:?} {text}");
        }
        assert!(Reads::parse("date").unwrap_err().contains("time"));
    }
}
