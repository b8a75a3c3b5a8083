//! One thing that is wrong with an event, as every face shows it.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::engine::Warning;
use crate::error::{Fault, Kind};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It arrives, but not as it was meant, or not everywhere.
    Warning,
    /// Segment would drop it without a word.
    Error,
}

impl Level {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing that is wrong with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// Segment's own code where it has one.
    pub code: Cow<'static, str>,
    /// The field, as a dotted path on the wire; empty for the event as a whole.
    pub path: Cow<'static, str>,
    /// What is wrong, for a person.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Finding {
    /// Something that would lose the event.
    pub fn error(
        code: impl Into<Cow<'static, str>>,
        path: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        let (code, path, message) = (code.into(), path.into(), message.into());
        Self { level: Level::Error, code, path, message, hint: None }
    }

    /// Something to know that does not lose the event.
    pub fn warning(
        code: impl Into<Cow<'static, str>>,
        path: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self { level: Level::Warning, ..Self::error(code, path, message) }
    }

    /// The same finding with the cure.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same finding where nobody is to be stopped by it.
    #[must_use]
    pub fn only_warned(self) -> Self {
        Self { level: Level::Warning, ..self }
    }

    /// The same finding about the event at this place of a batch.
    #[must_use]
    pub fn within(self, index: usize) -> Self {
        let path = format!("batch[{index}].{}", self.path);
        Self { path: path.trim_end_matches('.').to_owned().into(), ..self }
    }

    /// Whether the event would be lost.
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }

    /// The refusal of an event with this finding.
    pub fn into_fault(self) -> Fault {
        let fault = Fault::new(Kind::EventInvalid, self.message).code(self.code);
        let fault = if self.path.is_empty() { fault } else { fault.param(self.path) };
        match self.hint {
            Some(hint) => fault.hint(hint),
            None => fault,
        }
    }

    /// What a call says that was made in spite of it.
    pub fn into_warning(self) -> Warning {
        let (code, param) = (self.code.into_owned(), self.path.into_owned());
        Warning { code, param, message: self.message }
    }

    /// `level`, `code`, `path`, `message`, `hint`.
    pub fn to_json(&self) -> Value {
        json!({
            "level": self.level.word(), "code": self.code, "path": self.path,
            "message": self.message, "hint": self.hint,
        })
    }
}
