//! JSON as people write it into settings: comments and trailing commas are let through, as editors
//! do, and what is wrong is said with its line and column.

use std::path::Path;

use serde_json::Value;

use crate::error::{Fault, Kind};

/// Reads a file's text.
///
/// # Errors
/// [`Kind::Config`] with the place.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Value, Fault> {
    let broken = |line: usize, column: usize, why: &str| {
        Fault::new(Kind::Config, format!("{}:{line}:{column}: {why}", path.display()))
            .code("invalid_json")
            .hint("correct the file; it is left as it is until then")
    };
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        broken(line, 1, "not UTF-8 text")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    serde_json::from_str(&plain(text)).map_err(|error| {
        let words = error.to_string();
        let why = words.split(" at line ").next().unwrap_or_default();
        broken(error.line(), error.column().max(1), why)
    })
}

/// Whether a text is plain JSON, which can be written again without losing anything.
pub(super) fn is_plain(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| plain(text) == text)
}

/// The text with comments and trailing commas blanked out, everything else in its place.
fn plain(text: &str) -> String {
    let mut out = text.as_bytes().to_vec();
    let mut at = 0;
    while at < out.len() {
        match out[at] {
            b'"' => at = string_end(&out, at),
            b'/' if out.get(at + 1) == Some(&b'/') => {
                while at < out.len() && out[at] != b'\n' {
                    out[at] = b' ';
                    at += 1;
                }
            }
            b'/' if out.get(at + 1) == Some(&b'*') => at = blank_block(&mut out, at),
            _ => at += 1,
        }
    }
    let mut at = 0;
    while at < out.len() {
        match out[at] {
            b'"' => at = string_end(&out, at),
            b',' => {
                let next = out[at + 1..].iter().find(|byte| !byte.is_ascii_whitespace());
                if matches!(next, Some(b'}' | b']')) {
                    out[at] = b' ';
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() && text[at] != b'"' {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(text.len())
}

fn blank_block(text: &mut [u8], start: usize) -> usize {
    let end = text[start + 2..].windows(2).position(|pair| pair == b"*/");
    let end = end.map_or(text.len(), |end| start + end + 4);
    for byte in &mut text[start..end] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Value, Fault> {
        parse(Path::new("mcp.json"), text.as_bytes())
    }

    #[test]
    fn editors_comments_and_commas_are_let_through() {
        let text = "{ // one\n \"a\": \"// no\", /* two\n lines */ \"b\": [1, 2,], }";
        assert_eq!(read(text).unwrap(), json!({"a": "// no", "b": [1, 2]}));
        assert_eq!(read("{\"a\": \"x,}\\\"//\"}").unwrap(), json!({"a": "x,}\"//"}));
        assert_eq!(read("\u{feff} \n").unwrap(), json!({}));
        assert!(is_plain(b"{\"a\": \"//\"}") && !is_plain(b"{} // x"));
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        for (text, place) in [
            ("{\n  \"a\": }", "mcp.json:2:8: "),
            ("{\"a\": 1\n\"b\": 2}", "mcp.json:2:1: "),
            ("{ /* never closed", "mcp.json:1:17: "),
        ] {
            let fault = read(text).unwrap_err();
            assert!(fault.message.starts_with(place), "{}", fault.message);
        }
        assert!(parse(Path::new("x"), b"{\n\xff").unwrap_err().message.starts_with("x:2:"));
    }
}
