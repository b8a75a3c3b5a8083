//! What a request says: options in its query, one JSON document in its body. Whatever cannot be
//! understood is refused with its place and the nearest right word, and nothing is passed over.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Query;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::access::door::Problem;
use crate::catalogue::name::{did_you_mean, fold, nearest};
use crate::error::Fault;
use crate::settings::units;

/// The media type of what is sent.
const JSON: &str = "application/json";

/// The options of a query, each under the name it is known by.
#[derive(Debug, Default)]
pub(super) struct Asked(Vec<(&'static str, String)>);

impl Asked {
    /// Reads a query, in which only these options may be.
    ///
    /// # Errors
    /// An option that is not known, given twice, or not text.
    pub(super) fn read(uri: &Uri, known: &[&'static str]) -> Result<Self, Fault> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| Fault::usage("the query is not text").code("invalid_query"))?;
        let mut asked: Vec<(&'static str, String)> = Vec::new();
        for (written, value) in pairs.0 {
            let Some(name) = known.iter().find(|name| fold(name) == fold(&written)) else {
                let near = nearest(&written, known.iter().copied());
                let there = || format!("there are: {}", known.join(", "));
                return Err(Fault::usage(format!("there is no option `{written}`"))
                    .code("unknown_option")
                    .param(written)
                    .hint(did_you_mean(&near).unwrap_or_else(there)));
            };
            if asked.iter().any(|(have, _)| have == name) {
                return Err(Fault::usage(format!("`{name}` is given twice")).param(*name));
            }
            asked.push((name, value));
        }
        Ok(Self(asked))
    }

    /// A text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(have, _)| *have == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// A switch, which its name alone turns on.
    ///
    /// # Errors
    /// What is neither on nor off.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Fault> {
        let Some((_, value)) = self.0.iter().find(|(have, _)| *have == name) else {
            return Ok(false);
        };
        match value.to_ascii_lowercase().as_str() {
            "" | "1" | "true" | "yes" | "on" => Ok(true),
            "0" | "false" | "no" | "off" => Ok(false),
            _ => Err(wrong(name, "true or false")),
        }
    }

    /// A whole number.
    ///
    /// # Errors
    /// What is none, or less than `least`.
    pub(super) fn number<T: std::str::FromStr + PartialOrd + Copy>(
        &self,
        name: &str,
        least: T,
    ) -> Result<Option<T>, Fault> {
        let Some(value) = self.text(name) else { return Ok(None) };
        // A sign is no part of a count.
        let digits = value.bytes().all(|byte| byte.is_ascii_digit());
        let number = value.parse().ok().filter(|number| digits && *number >= least);
        number.map(Some).ok_or_else(|| wrong(name, "a whole number, and not too small or large"))
    }

    /// A time: `30`, `500ms`, `2m`.
    ///
    /// # Errors
    /// What is none.
    pub(super) fn time(&self, name: &str) -> Result<Option<Duration>, Fault> {
        let Some(value) = self.text(name) else { return Ok(None) };
        let seconds = units::seconds(&toml::Value::from(value)).filter(|seconds| *seconds > 0.0);
        let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        time.map(Some).ok_or_else(|| wrong(name, "a time such as 30, 500ms or 2m"))
    }

    /// A size: `1048576`, `64MB`.
    ///
    /// # Errors
    /// What is none.
    pub(super) fn size(&self, name: &str) -> Result<Option<u64>, Fault> {
        let Some(value) = self.text(name) else { return Ok(None) };
        let size = units::bytes(&toml::Value::from(value)).filter(|bytes| *bytes > 0);
        size.map(Some).ok_or_else(|| wrong(name, "a size such as 1048576 or 64MB"))
    }
}

fn wrong(name: &str, what: &str) -> Fault {
    Fault::usage(format!("`{name}` is to be {what}")).param(name)
}

/// The last part of a path, decoded.
///
/// # Errors
/// What is not text.
pub(super) fn tail(uri: &Uri) -> Result<String, Fault> {
    let last = uri.path().rsplit('/').next().unwrap_or_default();
    let text = percent_decode_str(last).decode_utf8();
    let text = text.map_err(|_| Fault::usage("the path is not text").code("invalid_path"))?;
    Ok(text.into_owned())
}

/// Refuses a body that says it is something else than what is wanted.
///
/// # Errors
/// 415.
pub(super) fn media(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.get(header::CONTENT_ENCODING).is_some_and(|packed| packed != "identity") {
        let fault = Fault::usage("the body is not to be packed").code("unsupported_encoding");
        let fault = fault.hint("leave out Content-Encoding");
        return Err(Problem::of(fault, StatusCode::UNSUPPORTED_MEDIA_TYPE)
            .header(header::ACCEPT_ENCODING, "identity"));
    }
    let Some(said) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    if is_media(said.to_str().unwrap_or_default(), JSON) {
        return Ok(());
    }
    let fault = Fault::usage("the body is to be JSON").code("unsupported_media_type");
    let fault = fault.hint("send `Content-Type: application/json`");
    Err(Problem::of(fault, StatusCode::UNSUPPORTED_MEDIA_TYPE).header(header::ACCEPT, JSON))
}

/// Whether a content type is of that media type, whatever its parameters.
pub(super) fn is_media(said: &str, wanted: &str) -> bool {
    let kind = said.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case(wanted)
}

/// A body as a JSON object; nothing at all is an empty one.
///
/// # Errors
/// What is not JSON, with its line and column, and what is no object.
pub(super) fn object(body: &Bytes) -> Result<Map<String, Value>, Fault> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match document(body)? {
        Value::Object(map) => Ok(map),
        _ => Err(Fault::usage("the body is to be a JSON object").code("not_an_object")),
    }
}

/// A body as JSON.
///
/// # Errors
/// What is none, with its line and column.
pub(super) fn document(body: &Bytes) -> Result<Value, Fault> {
    serde_json::from_slice(body).map_err(|why| {
        let mut fault = Fault::usage(format!("the body is not JSON: {why}"));
        fault.extra.detail = Some(json!({"line": why.line(), "column": why.column()}));
        fault.code("invalid_json")
    })
}

/// Takes the keys of an object one by one, and knows which were not asked for.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// The fields of a body.
    pub(super) fn of(map: Map<String, Value>) -> Self {
        Self(map)
    }

    /// The value under the first of these names that is there.
    pub(super) fn take(&mut self, names: &[&str]) -> Option<Value> {
        let name = names.iter().find(|name| self.0.contains_key(**name))?;
        self.0.shift_remove(*name).filter(|value| !value.is_null())
    }

    /// The same, which has to be a text.
    ///
    /// # Errors
    /// What is none.
    pub(super) fn text(&mut self, names: &[&str]) -> Result<Option<String>, Fault> {
        match self.take(names) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(names[0], "a text")),
        }
    }

    /// Refuses what nobody asked for.
    ///
    /// # Errors
    /// The first of it, with the nearest that is known.
    pub(super) fn done(self, known: &[&str]) -> Result<(), Fault> {
        let Some((name, _)) = self.0.into_iter().next() else { return Ok(()) };
        let near = nearest(&name, known.iter().copied());
        let there = || format!("there are: {}", known.join(", "));
        Err(Fault::usage(format!("the body has no `{name}`"))
            .code("unknown_field")
            .param(name)
            .hint(did_you_mean(&near).unwrap_or_else(there)))
    }
}

/// The key that a caller chose for a request.
///
/// # Errors
/// One that is too long, or not plain text.
pub(super) fn idempotency_key(parts: &Parts) -> Result<Option<String>, Fault> {
    let mut values = parts.headers.get_all("idempotency-key").iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().ok().filter(|_| values.next().is_none()).map(str::trim);
    let plain = |text: &&str| {
        (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    text.filter(plain).map(|text| Some(text.to_owned())).ok_or_else(|| {
        Fault::usage("an Idempotency-Key has 1 to 255 letters, digits and signs")
            .code("invalid_idempotency_key")
            .param("Idempotency-Key")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Result<Asked, Fault> {
        let uri = format!("/x?{query}").parse().unwrap();
        Asked::read(&uri, &["dry_run", "page_size", "timeout", "account"])
    }

    #[test]
    fn options_go_by_every_spelling_and_wrong_ones_are_named() {
        let good = asked("dryRun&page-size=5&timeout=500ms&account=a%20b").unwrap();
        assert!(good.flag("dry_run").unwrap());
        assert_eq!(good.number("page_size", 1_u32).unwrap(), Some(5));
        assert_eq!(good.time("timeout").unwrap(), Some(Duration::from_millis(500)));
        assert_eq!(good.text("account"), Some("a b"));
        assert!(asked("dry-rum=1").unwrap_err().hint.unwrap().contains("dry_run"));
        assert!(asked("account=a&account=b").is_err());
        for bad in ["dry_run=perhaps", "page_size=0", "page_size=-1", "page_size=+1", "timeout=0"] {
            let asked = asked(bad).unwrap();
            let wrong = asked.flag("dry_run").is_err()
                || asked.number("page_size", 1_u32).is_err()
                || asked.time("timeout").is_err();
            assert!(wrong, "{bad}");
        }
    }

    #[test]
    fn what_is_not_json_is_told_with_its_place() {
        let fault = object(&Bytes::from_static(b"{\n \"a\": }")).unwrap_err();
        assert_eq!(fault.extra.detail, Some(json!({"line": 2, "column": 7})));
        assert!(fault.message.contains("line 2 column 7"), "{fault}");
        assert!(object(&Bytes::from_static(b" ")).unwrap().is_empty());
        assert!(object(&Bytes::from_static(b"[]")).is_err());
    }
}
