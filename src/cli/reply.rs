//! What a command that only looks or only sets has to say, in both of its forms. Printing it is
//! `output`'s business.

use serde_json::Value;

/// A command's answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reply {
    /// The whole object printed with `--json`.
    pub json: Value,
    /// What a person reads, without a final newline.
    pub text: String,
}

impl Reply {
    /// An answer in both forms.
    pub fn new(json: Value, text: impl Into<String>) -> Self {
        Self { json, text: text.into() }
    }
}
