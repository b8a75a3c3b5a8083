//! Keeping secrets in: a type that cannot print itself, and a redactor that removes known values
//! from text at every border. What counts as a secret is decided by the rows' fields.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// What stands in the place of a secret.
pub const MASK: &str = "[redacted]";

/// Shorter values are not searched for in text: they would hide ordinary words.
const SHORTEST: usize = 4;

/// Whether a key or header holds a secret, as far as its name tells.
pub fn names_a_secret(name: &str) -> bool {
    const WORDS: [&str; 14] = [
        "authorization",
        "cookie",
        "password",
        "passphrase",
        "secret",
        "token",
        "writekey",
        "apikey",
        "accesskey",
        "privatekey",
        "signingkey",
        "credential",
        "passwd",
        "assertion",
    ];
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let plain = plain.to_ascii_lowercase();
    WORDS.iter().any(|word| plain.contains(word))
}

/// The value with every text masked whose name says that it is a secret.
pub fn hide_by_name(value: &Value) -> Value {
    hide(value, false)
}

fn hide(value: &Value, secret: bool) -> Value {
    match value {
        Value::String(_) if secret => Value::String(MASK.to_owned()),
        Value::Array(items) => items.iter().map(|item| hide(item, secret)).collect(),
        Value::Object(map) => {
            let item = |(key, item): (&String, &Value)| {
                (key.clone(), hide(item, secret || names_a_secret(key)))
            };
            Value::Object(map.iter().map(item).collect())
        }
        other => other.clone(),
    }
}

/// A credential. It has no way to print itself; `expose` is the one door.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a value in.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for building an authorization header and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Removes the values it has been told of, and their Basic-auth and JSON-escaped forms, from text. Clones share
/// one list.
#[derive(Clone, Default)]
pub struct Redactor(Arc<RwLock<Vec<String>>>);

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// Remembers a value so that no border lets it through from now on.
    pub fn learn(&self, secret: &Secret) {
        let value = secret.expose();
        if value.len() < SHORTEST {
            return;
        }
        let Ok(mut known) = self.0.write() else { return };
        if known.iter().any(|have| have == value) {
            return;
        }
        let basic = STANDARD.encode(format!("{value}:"));
        let escaped = Value::String(value.to_owned()).to_string();
        let escaped = escaped.trim_matches('"').to_owned();
        let encoded =
            percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC)
                .to_string();
        known.push(value.to_owned());
        known.push(basic.trim_end_matches('=').to_owned());
        for form in [escaped, encoded] {
            if form != value {
                known.push(form);
            }
        }
        // The longest first, so that a secret which contains another leaves nothing behind.
        known.sort_by_key(|form| std::cmp::Reverse(form.len()));
    }

    /// The text without any known secret.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Ok(known) = self.0.read() else { return Cow::Borrowed(MASK) };
        let mut clean = Cow::Borrowed(text);
        for value in known.iter() {
            if clean.contains(value.as_str()) {
                clean = Cow::Owned(clean.replace(value.as_str(), MASK));
            }
        }
        clean
    }

    /// The value with every string and key cleaned.
    pub fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text).into_owned()),
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.value(item)).collect())
            }
            Value::Object(map) => Value::Object(
                map.iter()
                    .map(|(key, item)| (self.text(key).into_owned(), self.value(item)))
                    .collect(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_its_mask() {
        let secret = Secret::new("canary-123");
        assert_eq!(format!("{secret} {secret:?}"), "[redacted] [redacted]");
    }

    #[test]
    fn a_name_tells_of_a_secret() {
        for name in ["Authorization", "X-Api-Key", "writeKeys", "api_token", "clientSecret"] {
            assert!(names_a_secret(name), "{name}");
        }
        assert!(!names_a_secret("key") && !names_a_secret("name"));
        let value = serde_json::json!({"writeKeys": ["a"], "settings": {"apiKey": "b", "n": 1}});
        let shown = serde_json::json!({"writeKeys": [MASK], "settings": {"apiKey": MASK, "n": 1}});
        assert_eq!(hide_by_name(&value), shown);
    }

    #[test]
    fn text_loses_every_form_of_a_known_value() {
        let redactor = Redactor::default();
        redactor.learn(&Secret::new("ca/na\"ry"));
        let basic = STANDARD.encode("ca/na\"ry:");
        let text = format!("a ca/na\"ry b {basic} c ca/na\\\"ry d ca%2Fna%22ry");
        assert_eq!(
            redactor.text(&text),
            "a [redacted] b [redacted] c [redacted] d [redacted]".replace(
                "b [redacted]",
                &format!("b [redacted]{}", &basic[basic.trim_end_matches('=').len()..])
            )
        );
    }

    #[test]
    fn what_goes_by_a_telling_name_is_hidden_whoever_it_belongs_to() {
        let value = serde_json::json!({
            "writeKeys": ["a", "b"], "settings": {"apiKey": {"value": "c"}, "tokens": 3},
            "name": "web", "pagination": {"next": "d"},
        });
        assert_eq!(
            hide_by_name(&value),
            serde_json::json!({
                "writeKeys": [MASK, MASK], "settings": {"apiKey": {"value": MASK}, "tokens": 3},
                "name": "web", "pagination": {"next": "d"},
            })
        );
    }
}
