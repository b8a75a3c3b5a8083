//! What a command that only looks or only sets has to say, in both of its forms. Printing it is
//! `output`'s business.

use serde_json::{Map, Value};

use super::output::View;
use super::output::view::named;

/// A command's answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reply {
    /// The whole object printed with `--json`.
    pub json: Value,
    /// What a person reads, without a final newline.
    pub text: String,
    /// The key of the object that holds the rows, when this is a listing.
    pub rows: Option<&'static str>,
}

impl Reply {
    /// An answer in both forms.
    pub fn new(json: Value, text: impl Into<String>) -> Self {
        Self { json, text: text.into(), rows: None }
    }

    /// The same answer as a listing: `--output` and `--select` are about what the object holds under
    /// this key, an array of rows or rows by name.
    #[must_use]
    pub fn listing(self, key: &'static str) -> Self {
        Self { rows: Some(key), ..self }
    }

    /// The data alone: a listing's rows, else the object without the word that it went well.
    pub fn data(&self) -> Value {
        match (self.rows.and_then(|key| self.json.get(key)), &self.json) {
            (Some(Value::Object(map)), _) => named(map),
            (Some(rows), _) => rows.clone(),
            (None, Value::Object(map)) => {
                map.clone().into_iter().filter(|(key, _)| key != "success").collect()
            }
            (None, other) => other.clone(),
        }
    }

    /// The whole object, with the selected part in the place of the rows; where there are none, as
    /// `data`.
    pub fn object(&self, view: &View) -> Value {
        if view.select.is_none() {
            return self.json.clone();
        }
        let key = self.rows.unwrap_or("data");
        let mut object = match (self.rows, &self.json) {
            (Some(_), Value::Object(map)) => map.clone(),
            _ => Map::from_iter([("success".to_owned(), Value::Bool(true))]),
        };
        object.insert(key.to_owned(), view.part(&self.data()));
        Value::Object(object)
    }
}
