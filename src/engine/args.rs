//! The arguments of a call, in whatever form a face has them. What they must be is said by rows
//! (`catalogue::schema`).

use serde::Deserialize as _;
use serde_json::{Map, Value};

use crate::catalogue::{Operation, schema};
use crate::error::{Fault, Kind};

/// The arguments as the caller gave them.
#[derive(Debug, Clone)]
pub enum Args {
    /// By name, in any spelling.
    Named(Map<String, Value>),
    /// In declared order.
    Positional(Vec<Value>),
    /// A JSON text that nobody has looked into yet: an object with the parameters by name, or a list
    /// that is the first of them.
    Json(String),
}

impl Default for Args {
    fn default() -> Self {
        Self::Named(Map::new())
    }
}

impl Args {
    /// The arguments by name, in the caller's spelling.
    ///
    /// # Errors
    /// When there are more of them than parameters.
    pub(super) fn named(self, operation: &Operation) -> Result<Map<String, Value>, Fault> {
        match self {
            Self::Named(map) => Ok(map),
            Self::Positional(values) => schema::positional(operation, values),
            Self::Json(text) => {
                let mut reader = serde_json::Deserializer::from_str(&text);
                // How deep it may be was decided by whoever wrote it.
                reader.disable_recursion_limit();
                match Value::deserialize(&mut reader) {
                    Ok(Value::Object(map)) => Ok(map),
                    Ok(first) => schema::positional(operation, vec![first]),
                    Err(why) => {
                        Err(Fault::new(Kind::Internal, format!("arguments are not JSON: {why}")))
                    }
                }
            }
        }
    }
}
