//! A settings file as a list of dotted keys, checked against the table. What is wrong is reported
//! with file, line and column, and without the text around it, which may hold a secret.

use std::path::Path;

use toml::Value;
use toml::de::{DeTable, DeValue};

use super::keys;
use super::known::Known;
use crate::error::{Fault, Kind};

/// One value of a file.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its dotted key.
    pub(super) key: String,
    /// The line of the table it belongs to.
    pub(super) known: &'static Known,
    /// The value.
    pub(super) value: Value,
}

/// The bytes of a file; none when there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, Fault> {
    use std::io::ErrorKind;
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => {
            Err(Fault::new(Kind::Config, format!("cannot read {}: {error}", path.display())))
        }
    }
}

/// The text of a settings file.
pub(super) fn text<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, Fault> {
    std::str::from_utf8(bytes).map_err(|error| {
        let (line, column) = position(&bytes[..error.valid_up_to()]);
        broken(path, line, column, "not UTF-8 text")
    })
}

/// Every value of a file that the table knows; the others become warnings.
pub(super) fn entries(
    path: &Path,
    bytes: &[u8],
    warnings: &mut Vec<String>,
) -> Result<Vec<Entry>, Fault> {
    let text = text(path, bytes)?;
    let table = DeTable::parse(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start.min(bytes.len()));
        let (line, column) = position(&bytes[..start]);
        broken(path, line, column, error.message())
    })?;
    let mut reader = Reader { path, bytes, warnings, entries: Vec::new() };
    reader.table("", table.get_ref())?;
    Ok(reader.entries)
}

struct Reader<'a> {
    path: &'a Path,
    bytes: &'a [u8],
    warnings: &'a mut Vec<String>,
    entries: Vec<Entry>,
}

impl Reader<'_> {
    fn table(&mut self, prefix: &str, table: &DeTable<'_>) -> Result<(), Fault> {
        for (name, value) in table {
            let (line, column) = position(&self.bytes[..name.span().start]);
            if name.get_ref().contains('.') {
                let why = format!("the name `{}` may not contain a dot", name.get_ref());
                return Err(broken(self.path, line, column, &why));
            }
            let key = match prefix {
                "" => name.get_ref().to_string(),
                _ => format!("{prefix}.{}", name.get_ref()),
            };
            if let DeValue::Table(inner) = value.get_ref() {
                self.table(&key, inner)?;
                continue;
            }
            let Some(known) = keys::find(&key) else {
                self.warnings.push(unknown(self.path, line, column, &key));
                continue;
            };
            let (line, column) = position(&self.bytes[..value.span().start]);
            let value = plain(value.get_ref())
                .ok_or_else(|| "a number out of range".to_owned())
                .and_then(|value| known.check(&value).map(|()| value))
                .map_err(|why| broken(self.path, line, column, &format!("`{key}`: {why}")))?;
            self.entries.push(Entry { key, known, value });
        }
        Ok(())
    }
}

fn unknown(path: &Path, line: usize, column: usize, key: &str) -> String {
    let place = format!("{}:{line}:{column}", path.display());
    match keys::nearest(key) {
        Some(guess) => format!("{place}: unknown setting `{key}`, did you mean `{guess}`?"),
        None => format!("{place}: unknown setting `{key}`"),
    }
}

fn plain(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => {
            Value::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok()?)
        }
        DeValue::Float(number) => Value::Float(number.as_str().parse().ok()?),
        DeValue::Boolean(flag) => Value::Boolean(*flag),
        DeValue::Datetime(time) => Value::Datetime(*time),
        DeValue::Array(items) => {
            Value::Array(items.iter().map(|item| plain(item.get_ref())).collect::<Option<_>>()?)
        }
        DeValue::Table(_) => return None,
    })
}

/// A complaint about a place in a file.
pub(super) fn broken(path: &Path, line: usize, column: usize, why: &str) -> Fault {
    Fault::new(Kind::Config, format!("{}:{line}:{column}: {why}", path.display()))
        .hint("correct the file; it is left as it is until then")
}

/// Line and column, both from 1, of what follows `before`; columns count characters.
pub(super) fn position(before: &[u8]) -> (usize, usize) {
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    (line, String::from_utf8_lossy(&before[start..]).chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &[u8]) -> (Result<Vec<Entry>, Fault>, Vec<String>) {
        let mut warnings = Vec::new();
        (entries(Path::new("config.toml"), text, &mut warnings), warnings)
    }

    #[test]
    fn what_is_wrong_is_placed() {
        let table: [(&[u8], &str); 6] = [
            (b"[run]\ncpu_limit = \n", "config.toml:2:"),
            (b"[run]\n  cpu_limit = true", "config.toml:2:15: `run.cpu_limit`: expected"),
            (b"a = 1\na = 2", "config.toml:2:1"),
            (b"x = \"\xc3\xa9\xff\"", "config.toml:1:7: not UTF-8"),
            (b"[integrations.\"a.b\"]\nenabled = true", "config.toml:1:15: the name `a.b`"),
            (b"[http]\nretries = 99999999999999999999", "config.toml:2:"),
        ];
        for (text, expected) in table {
            let fault = parse(text).0.unwrap_err();
            assert!(fault.message.starts_with(expected), "{} / {expected}", fault.message);
            assert_eq!(fault.kind, Kind::Config);
        }
    }

    #[test]
    fn a_complaint_never_repeats_the_value() {
        let text = b"[integrations.segment.accounts.default]\nwrite_key = \"canary-1\" oops";
        let fault = parse(text).0.unwrap_err();
        assert!(!fault.message.contains("canary"), "{}", fault.message);
    }

    #[test]
    fn an_unknown_key_is_a_warning() {
        let (entries, warnings) = parse(b"[run]\nmemry_limit = 1\ncpu_limit = 2");
        assert_eq!(entries.unwrap().len(), 1);
        assert_eq!(
            warnings,
            [
                "config.toml:2:1: unknown setting `run.memry_limit`, did you mean `run.memory_limit`?"
            ]
        );
    }
}
