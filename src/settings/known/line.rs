//! One line of the table of settings.

use toml::Value;

use super::Shape;
use crate::settings::keys;

/// What an untrusted project file may do to a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tighten {
    /// Nothing.
    Never,
    /// Set it lower than it is.
    Lower,
    /// Set a stricter policy than the one in force.
    Stricter,
    /// Switch it off.
    Off,
    /// Set it.
    Always,
}

/// One line of the table.
#[derive(Debug)]
pub struct Known {
    /// The dotted key; a part in angle brackets stands for any name of its sort.
    pub key: &'static str,
    /// What it takes.
    pub shape: Shape,
    /// The value when nobody sets it, as it would be written in a file.
    pub default: Option<&'static str>,
    /// What an untrusted project file may do to it.
    pub tighten: Tighten,
    /// What it is for.
    pub about: &'static str,
}

impl Known {
    /// The default as a value.
    pub fn default_value(&self) -> Option<Value> {
        self.default.and_then(|text| self.read(text).ok())
    }

    /// The environment variable that sets it, when its key names one setting.
    pub fn variable(&self) -> Option<String> {
        (!self.key.contains('<')).then(|| keys::variable(self.key))
    }

    /// Checks a value from a file; says what was expected when it is wrong, without repeating it.
    ///
    /// # Errors
    /// What was expected.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        self.shape.check(value)
    }

    /// Reads a value from text that has no types, such as an environment variable.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(&self, text: &str) -> Result<Value, String> {
        self.shape.read(text)
    }
}
