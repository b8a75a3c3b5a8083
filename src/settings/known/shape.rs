//! What a setting takes, and how it is read and checked.

use toml::Value;

use super::POLICIES;
use crate::settings::{is_account_name, units};

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Bytes: a number, or text with a unit.
    Size,
    /// Seconds: a number, or text with a unit.
    Seconds,
    /// A whole number from zero up.
    Count,
    /// A whole number from one up.
    Days,
    /// True or false.
    Flag,
    /// Text.
    Text,
    /// The name of an account.
    Account,
    /// `allow`, `ask` or `deny`.
    Policy,
    /// A whole number from one up, or `off`.
    Rate,
    /// One of these words.
    Word(&'static [&'static str]),
}

impl Shape {
    /// Checks a value from a file; says what was expected when it is wrong, without repeating it.
    ///
    /// # Errors
    /// What was expected.
    pub fn check(self, value: &Value) -> Result<(), String> {
        let text = value.as_str();
        let fits = match self {
            Self::Size => units::bytes(value).is_some(),
            Self::Seconds => units::seconds(value).is_some(),
            Self::Count => value.as_integer().is_some_and(|count| count >= 0),
            Self::Days => value.as_integer().is_some_and(|count| count >= 1),
            Self::Flag => value.is_bool(),
            Self::Text => text.is_some(),
            Self::Account => text.is_some_and(is_account_name),
            Self::Policy => text.is_some_and(|word| POLICIES.contains(&word)),
            Self::Word(words) => text.is_some_and(|word| words.contains(&word)),
            Self::Rate => text == Some("off") || value.as_integer().is_some_and(|rate| rate >= 1),
        };
        if fits { Ok(()) } else { Err(format!("expected {}", self.expected())) }
    }

    /// Reads a value from text that has no types, such as an environment variable.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(self, text: &str) -> Result<Value, String> {
        let text = text.trim();
        let value = match self {
            Self::Flag => match text.to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" | "on" => Value::Boolean(true),
                "0" | "false" | "no" | "off" => Value::Boolean(false),
                _ => Value::from(text),
            },
            Self::Count | Self::Days | Self::Size | Self::Seconds | Self::Rate => {
                text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from)
            }
            Self::Text | Self::Account | Self::Policy | Self::Word(_) => Value::from(text),
        };
        self.check(&value).map(|()| value)
    }

    /// What a value of this shape looks like.
    pub fn expected(self) -> String {
        let fixed = match self {
            Self::Word(words) => return format!("\"{}\"", words.join("\" or \"")),
            Self::Size => "a size such as \"32MB\" or a number of bytes",
            Self::Seconds => "a number of seconds or a time such as \"2m\"",
            Self::Count => "a whole number, 0 or more",
            Self::Days => "a whole number, 1 or more",
            Self::Flag => "true or false",
            Self::Text => "text in quotes",
            Self::Account => "an account name (lower-case letters, digits, `_`, `-`)",
            Self::Rate => "a whole number, 1 or more, or \"off\"",
            Self::Policy => "\"allow\", \"ask\" or \"deny\"",
        };
        fixed.to_owned()
    }

    /// A value of this shape as a number, where it is one.
    pub fn number(self, value: &Value) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "limits are far below 2^53")]
            Self::Size => units::bytes(value).map(|bytes| bytes as f64),
            Self::Seconds => units::seconds(value),
            _ => units::number(value),
        }
    }
}
