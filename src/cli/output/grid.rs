//! Rows and columns: a table for people that fits the terminal, and tab-separated values that any
//! program can cut.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};
use serde_json::Value;

/// What a row is called that has no names of its own.
const LONE: &str = "value";

/// A table under a header, no wider than `width` where there is one.
pub(in crate::cli) fn fitted(
    header: &[&str],
    rows: Vec<Vec<String>>,
    width: Option<usize>,
) -> String {
    let names = rows.iter().filter_map(|row| row.first()).map(|name| name.chars().count());
    let longest = names.max().unwrap_or(0);
    let mut table = Table::new();
    table.load_style(presets::ASCII_FULL_CONDENSED).set_header(header.to_vec());
    table.add_rows(rows);
    if let Some(width) = width {
        let cells = u16::try_from(width).unwrap_or(u16::MAX);
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(cells);
        // What is named first is what gets copied, so it stays in one piece where there is room.
        if let Some(name) = table.column_mut(0).filter(|_| longest <= width / 2) {
            name.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table.to_string()
}

/// Values as a table: a column for every name that holds plain values somewhere. What is nested is
/// left to forms that can show it.
pub(super) fn table(rows: &[Value], width: Option<usize>) -> String {
    let all = columns(rows);
    let plain = |name: &&str| {
        rows.iter().any(|row| matches!(row.get(*name), Some(value) if !is_nested(value)))
    };
    let mut shown: Vec<&str> = all.iter().copied().filter(plain).collect();
    if shown.is_empty() {
        shown = all;
    }
    let cells = rows.iter().map(|row| shown.iter().map(|name| cell(row, name)).collect());
    fitted(&shown, cells.collect(), width)
}

/// Values as tab-separated lines under a line of names. Tabs, line breaks and backslashes in a value
/// are written `\t`, `\n`, `\r` and `\\`, so that a line is always a row and a tab always a border.
pub(super) fn tsv(rows: &[Value]) -> String {
    let columns = columns(rows);
    let header = columns.iter().map(|name| escaped(name)).collect::<Vec<_>>().join("\t");
    let lines = rows.iter().map(|row| {
        let cells = columns.iter().map(|name| escaped(&cell(row, name)));
        cells.collect::<Vec<_>>().join("\t")
    });
    std::iter::once(header).chain(lines).collect::<Vec<_>>().join("\n")
}

/// Every name in the rows, in the order they first appear.
fn columns(rows: &[Value]) -> Vec<&str> {
    let mut seen = indexmap::IndexSet::new();
    for row in rows {
        match row {
            Value::Object(map) => seen.extend(map.keys().map(String::as_str)),
            _ => {
                seen.insert(LONE);
            }
        }
    }
    seen.into_iter().collect()
}

fn cell(row: &Value, name: &str) -> String {
    let value = match row {
        Value::Object(map) => map.get(name),
        other => (name == LONE).then_some(other),
    };
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn is_nested(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\t' => safe.push_str("\\t"),
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\\' => safe.push_str("\\\\"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_fits_the_terminal_and_keeps_its_names_whole() {
        let rows = vec![vec!["0199f3-aaaa-bbbb".to_owned(), "many words ".repeat(20)]];
        let table = fitted(&["Run", "About"], rows.clone(), Some(60));
        assert!(table.lines().all(|line| line.len() <= 60), "{table}");
        assert!(table.contains("0199f3-aaaa-bbbb"), "{table}");
        assert_eq!(fitted(&["Run", "About"], rows, None).lines().count(), 5);
    }

    #[test]
    fn a_border_is_never_part_of_a_value() {
        let rows = [json!({"a": "x\ty\nz\\", "b": {"c": "\t"}}), json!({"b": null, "d": 1.50})];
        let text = tsv(&rows);
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
        assert_eq!(lines[0], ["a", "b", "d"]);
        assert_eq!(lines[1], ["x\\ty\\nz\\\\", r#"{"c":"\\t"}"#, ""]);
        assert_eq!(lines[2], ["", "", "1.5"]);
    }

    #[test]
    fn a_table_shows_what_is_plain() {
        let rows = [json!({"id": "a", "deep": {"x": 1}}), json!({"id": "b"})];
        let table = table(&rows, None);
        assert!(table.contains("id") && !table.contains("deep"), "{table}");
        assert!(super::table(&[json!("lone")], None).contains("value"));
    }
}
