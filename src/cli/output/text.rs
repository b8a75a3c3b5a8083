//! Values as text: JSON as this program writes it, and a value as a person reads it.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Value, json};

use crate::error::Fault;

/// The short envelope of a command that failed before it had anything else to say.
pub fn failure(fault: &Fault) -> Value {
    json!({"success": false, "error": fault.message, "error_detail": fault.to_json()})
}

/// JSON for people and programs: four blanks, keys in the order they were put in.
pub fn pretty(value: &Value) -> String {
    let mut bytes = Vec::new();
    // A value in memory always serialises, and always to UTF-8; the compact form is a safe fallback.
    match write(&mut bytes, value) {
        Ok(()) => String::from_utf8(bytes).unwrap_or_else(|_| value.to_string()),
        Err(_) => value.to_string(),
    }
}

/// Writes such JSON and a newline, piece by piece: a large answer is never there as a whole.
pub(super) fn document(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    write(&mut out, value)?;
    out.write_all(b"\n")?;
    out.flush()
}

fn write(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let form = PrettyFormatter::with_indent(b"    ");
    value.serialize(&mut Serializer::with_formatter(out, form)).map_err(io::Error::from)
}

/// A value as a person reads it: nothing for null, text bare, anything else as JSON.
pub fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(pretty(other)),
    }
}

/// Help with its headings in bold: lines that are not indented and end in a colon.
pub(super) fn headings(text: &str) -> String {
    let line = |line: &str| {
        let heading = line.ends_with(':') && !line.starts_with(' ');
        if heading { format!("\x1b[1m{line}\x1b[0m\n") } else { format!("{line}\n") }
    };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_order_and_is_indented_by_four() {
        assert_eq!(
            pretty(&json!({"b": 1, "a": ["ü/", {}]})),
            "{\n    \"b\": 1,\n    \"a\": [\n        \"ü/\",\n        {}\n    ]\n}"
        );
    }

    #[test]
    fn text_is_shown_bare_and_null_not_at_all() {
        assert_eq!(shown(&Value::Null), None);
        assert_eq!(shown(&json!("a\nb")).unwrap(), "a\nb");
        assert_eq!(shown(&json!([1])).unwrap(), "[\n    1\n]");
    }

    #[test]
    fn a_failure_carries_its_detail() {
        let value = failure(&Fault::usage("no").hint("yes"));
        assert_eq!(value["success"], false);
        assert_eq!(value["error"], "no");
        assert_eq!(value["error_detail"]["hint"], "yes");
    }
}
