//! One thing found out about a file: what, how bad, and where. How findings are printed is left to
//! the faces.

use serde_json::{Value, json};

/// A place in a text, both counted from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// The line.
    pub line: usize,
    /// The character on it.
    pub column: usize,
}

impl At {
    /// The beginning.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The file cannot be used as it is.
    Error,
    /// Somebody should look at it.
    Warning,
    /// What was made of something that the file leaves open.
    Repair,
    /// Good to know.
    Note,
}

impl Level {
    /// The word for programs and people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Repair => "repair",
            Self::Note => "note",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// Stable, machine-readable code.
    pub code: &'static str,
    /// Where.
    pub at: At,
    /// What, for a person.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Finding {
    /// A finding.
    pub fn new(level: Level, code: &'static str, at: At, message: impl Into<String>) -> Self {
        Self { level, code, at, message: message.into(), hint: None }
    }

    /// What makes a file useless.
    pub fn error(code: &'static str, at: At, message: impl Into<String>) -> Self {
        Self::new(Level::Error, code, at, message)
    }

    /// The same with the cure.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// As an object.
    pub fn json(&self) -> Value {
        json!({
            "level": self.level.word(), "code": self.code, "line": self.at.line,
            "column": self.at.column, "message": self.message, "hint": self.hint,
        })
    }
}

/// What has been found so far.
#[derive(Debug, Default)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    /// Adds one that makes the file useless.
    pub fn error(&mut self, code: &'static str, at: At, message: impl Into<String>) {
        self.0.push(Finding::error(code, at, message));
    }

    /// Adds one that somebody should look at.
    pub fn warn(&mut self, code: &'static str, at: At, message: impl Into<String>) {
        self.0.push(Finding::new(Level::Warning, code, at, message));
    }

    /// Adds what was made of something left open.
    pub fn repair(&mut self, code: &'static str, at: At, message: impl Into<String>) {
        self.0.push(Finding::new(Level::Repair, code, at, message));
    }

    /// Adds what is good to know.
    pub fn note(&mut self, code: &'static str, at: At, message: impl Into<String>) {
        self.0.push(Finding::new(Level::Note, code, at, message));
    }
}
