//! The part of the data that is wanted and its form: `--select` and `--output`, for every command
//! alike. A command hands over its data; nothing here knows which command it was.

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use super::grid;
use super::text::pretty;

/// The form of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// One JSON document.
    Json,
    /// One line of JSON for each row.
    Jsonl,
    /// A table for people.
    Table,
    /// Tab-separated values under a line of names.
    Tsv,
}

/// What is wanted of the data, and in which form; by default all of it, as people read it.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The form, when one was asked for.
    pub form: Option<Form>,
    /// The part, when not everything is wanted.
    pub select: Option<JsonPath>,
}

impl View {
    /// Whether nothing in particular is wanted.
    pub fn is_usual(&self) -> bool {
        self.form.is_none() && self.select.is_none()
    }

    /// Whether rows are wanted as lines of JSON as they come, which a selection from the whole
    /// cannot be.
    pub fn streams(&self) -> bool {
        self.form == Some(Form::Jsonl) && self.select.is_none()
    }

    /// The selected part of the data: a list of what matches, or the data itself when everything
    /// is wanted.
    pub fn part(&self, data: &Value) -> Value {
        match &self.select {
            Some(path) => path.query(data).all().into_iter().cloned().collect(),
            None => data.clone(),
        }
    }

    /// The data as text; none when there is nothing to print. `items` are its rows where it is a
    /// list with something around it.
    pub fn text(
        &self,
        data: &Value,
        items: Option<&Value>,
        width: Option<usize>,
    ) -> Option<String> {
        let by_row = matches!(self.form, Some(Form::Jsonl | Form::Table | Form::Tsv));
        let part = match items.filter(|_| by_row && self.select.is_none()) {
            Some(items) => items.clone(),
            None => self.part(data),
        };
        match self.form {
            Some(Form::Json) => Some(pretty(&part)),
            Some(Form::Jsonl) => lines(self.rows(part).iter().map(Value::to_string)),
            Some(Form::Tsv) => Some(grid::tsv(&self.rows(part))),
            Some(Form::Table) => Some(grid::table(&self.rows(part), width)),
            // Selected without a form: a line for each match, texts bare, for shells.
            None => lines(self.rows(part).iter().map(bare)),
        }
    }

    /// One value for each line: the items of a list, or the one thing there is. A selection of one
    /// list means its items.
    fn rows(&self, part: Value) -> Vec<Value> {
        let mut items = match part {
            Value::Array(items) => items,
            Value::Null => return Vec::new(),
            other => return vec![other],
        };
        match items.as_mut_slice() {
            [Value::Array(inner)] if self.select.is_some() => std::mem::take(inner),
            _ => items,
        }
    }
}

/// The items of a list that comes with something around it: its one array.
pub(in crate::cli) fn items(data: &Value) -> Option<&Value> {
    let mut arrays = data.as_object()?.values().filter(|value| value.is_array());
    arrays.next().filter(|_| arrays.next().is_none())
}

/// A value on one line, text without quotes.
fn bare(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn lines(lines: impl Iterator<Item = String>) -> Option<String> {
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The rows of a listing kept by name: each object with its name in front.
pub(in crate::cli) fn named(map: &Map<String, Value>) -> Value {
    let row = |(name, value): (&String, &Value)| {
        let mut row = Map::from_iter([("name".to_owned(), Value::String(name.clone()))]);
        match value {
            Value::Object(fields) => row.extend(fields.clone()),
            other => {
                row.insert("value".to_owned(), other.clone());
            }
        }
        Value::Object(row)
    };
    map.iter().map(row).collect()
}

/// Reads a JSONPath from the command line.
///
/// # Errors
/// What is wrong with it and where.
pub(in crate::cli) fn path(text: &str) -> Result<JsonPath, String> {
    JsonPath::parse(text).map_err(|why| format!("{why}; an example is `$[*].id` (RFC 9535)"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn view(form: Option<Form>, select: &str) -> View {
        View { form, select: (!select.is_empty()).then(|| path(select).unwrap()) }
    }

    fn shown(form: Option<Form>, select: &str) -> String {
        let data = json!([{"id": "a", "n": 1, "tags": ["x"]}, {"id": "b\t", "n": null, "m": true}]);
        view(form, select).text(&data, None, None).unwrap()
    }

    #[test]
    fn a_selection_is_a_line_for_each_match() {
        assert_eq!(shown(None, "$[*].id"), "a\nb\t");
        assert_eq!(shown(None, "$[0].tags"), "x");
        assert_eq!(shown(None, "$[?@.n == 1]"), r#"{"id":"a","n":1,"tags":["x"]}"#);
        assert_eq!(view(None, "$.nothing").text(&json!({}), None, None), None);
    }

    #[test]
    fn every_form_prints_the_selected_part() {
        assert_eq!(shown(Some(Form::Jsonl), "$[*].id"), "\"a\"\n\"b\\t\"");
        assert_eq!(shown(Some(Form::Json), "$[*].n"), "[\n    1,\n    null\n]");
        assert_eq!(shown(Some(Form::Tsv), "$[0]"), "id\tn\ttags\na\t1\t[\"x\"]");
        assert_eq!(shown(Some(Form::Tsv), ""), "id\tn\ttags\tm\na\t1\t[\"x\"]\t\nb\\t\t\t\ttrue");
    }

    #[test]
    fn numbers_are_compared_and_kept_as_they_are() {
        let data = json!([{"n": 12345678901234567890_u64}, {"n": 2.5}]);
        let large = view(None, "$[?@.n > 3].n").text(&data, None, None).unwrap();
        assert_eq!(large, "12345678901234567890");
    }

    #[test]
    fn a_wrong_path_says_what_is_wrong() {
        assert!(path("$[").unwrap_err().contains("RFC 9535"));
        assert!(path("id").is_err());
    }
}
