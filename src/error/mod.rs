//! Every failure the program can report, and the one table that says what each kind means to a
//! shell, to an HTTP client and to a script. How a fault is printed is left to the faces.

mod kind;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value, json};

pub use kind::{KINDS, Kind, KindRow};

/// Whether the failed call changed anything at the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SideEffect {
    /// Certainly nothing.
    #[default]
    None,
    /// It was done, although something after it failed.
    Done,
    /// Bytes may have reached the service and no answer came back.
    Unknown,
}

impl SideEffect {
    /// The word used in JSON and Lua.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Done => "done",
            Self::Unknown => "unknown",
        }
    }
}

/// A failure, in the form every face renders. Messages are lowercase fragments unless they quote a
/// service; they never hold a secret. The cure, when one is known, is the separate hint.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// What sort of failure.
    pub kind: Kind,
    /// Stable, machine-readable code; the kind's own unless something more exact is known.
    pub code: Cow<'static, str>,
    /// What failed, for a person.
    pub message: String,
    /// What to do about it, in one line.
    pub hint: Option<String>,
    /// The less common facts.
    pub extra: Box<Extra>,
}

/// Facts that only some faults have.
#[derive(Debug, Clone, Default)]
pub struct Extra {
    /// The status the service answered with.
    pub http_status: Option<u16>,
    /// How long the service asked to wait.
    pub retry_after: Option<Duration>,
    /// Set when this one fault differs from its kind.
    pub retryable: Option<bool>,
    /// Whether anything was changed at the service.
    pub effect: SideEffect,
    /// The run in the journal.
    pub run_id: Option<String>,
    /// The parameter at fault, as a dotted path on the wire.
    pub param: Option<String>,
    /// Where in a script, as `name:line`.
    pub at: Option<String>,
    /// Anything else worth knowing, already free of secrets.
    pub detail: Option<Value>,
}

impl Fault {
    /// A fault of `kind` with its default code.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            code: Cow::Borrowed(kind.row().code),
            message: message.into(),
            hint: None,
            extra: Box::default(),
        }
    }

    /// The message with where in a script it came about, if it came about in one.
    pub fn placed(&self) -> String {
        match &self.extra.at {
            Some(at) if !self.message.starts_with(at.as_str()) => format!("{at}: {}", self.message),
            _ => self.message.clone(),
        }
    }

    /// Shorthand for a wrong argument.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Shorthand for something that does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    /// A file or the disk failed while doing `what`.
    pub fn io(what: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::new(Kind::Io, format!("{what}: {error}"))
    }

    /// The same fault with a more exact code.
    #[must_use]
    pub fn code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.code = code.into();
        self
    }

    /// The same fault with the cure.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same fault naming the parameter that caused it.
    #[must_use]
    pub fn param(mut self, param: impl Into<String>) -> Self {
        self.extra.param = Some(param.into());
        self
    }

    /// The same fault with the service's status.
    #[must_use]
    pub fn http(mut self, status: u16) -> Self {
        self.extra.http_status = Some(status);
        self
    }

    /// The same fault with what is known of its effect.
    #[must_use]
    pub fn effect(mut self, effect: SideEffect) -> Self {
        self.extra.effect = effect;
        self
    }

    /// Whether the same call may succeed later without any change.
    pub fn retryable(&self) -> bool {
        self.extra.retryable.unwrap_or(self.kind.row().retryable)
    }

    /// The exit status of a process that ends with this fault.
    pub fn exit(&self) -> u8 {
        self.kind.row().exit
    }

    /// The `error_detail` object: `code`, `message`, `hint`, `http_status`, `retryable`,
    /// `retry_after_ms`, `run_id`, `effect`, then `param`, `at` and `detail` when known.
    pub fn to_json(&self) -> Value {
        let mut map = Map::new();
        map.insert("code".into(), json!(self.code));
        map.insert("message".into(), json!(self.message));
        map.insert("hint".into(), json!(self.hint));
        map.insert("http_status".into(), json!(self.extra.http_status));
        map.insert("retryable".into(), json!(self.retryable()));
        map.insert("retry_after_ms".into(), json!(self.retry_after_ms()));
        map.insert("run_id".into(), json!(self.extra.run_id));
        map.insert("effect".into(), json!(self.extra.effect.word()));
        for (key, value) in [("param", &self.extra.param), ("at", &self.extra.at)] {
            if let Some(value) = value {
                map.insert(key.into(), json!(value));
            }
        }
        if let Some(detail) = &self.extra.detail {
            map.insert("detail".into(), detail.clone());
        }
        Value::Object(map)
    }

    /// The wait the service asked for, in whole milliseconds.
    pub fn retry_after_ms(&self) -> Option<u64> {
        self.extra.retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_line_with_a_code_of_its_own() {
        let mut codes: Vec<_> = KINDS.iter().map(|row| row.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), KINDS.len());
        for row in KINDS {
            assert_eq!(row.kind.row().code, row.code);
        }
    }

    #[test]
    fn the_detail_keeps_its_documented_order() {
        let fault = Fault::usage("no").hint("yes").param("userId");
        let keys: Vec<_> =
            fault.to_json().as_object().unwrap().keys().map(String::to_owned).collect();
        assert_eq!(
            keys,
            [
                "code",
                "message",
                "hint",
                "http_status",
                "retryable",
                "retry_after_ms",
                "run_id",
                "effect",
                "param"
            ]
        );
    }
}
