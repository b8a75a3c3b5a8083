//! One argument of an operation, and groups of them that operations share.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{self, IntoDeserializer as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The type of a parameter, as in JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    /// Text.
    #[default]
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// A map.
    Object,
    /// A list.
    Array,
    /// Whatever the service accepts.
    Any,
}

impl Type {
    /// The word used in rows, tables and schemas.
    pub fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::Array => "array",
            Self::Any => "any",
        }
    }

    /// What a value of this type is called in a sentence.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Object => "an object",
            Self::Array => "a list",
            Self::Any => "a value",
        }
    }
}

/// Where a parameter travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the path, percent-encoded.
    Path,
    /// In the query string.
    Query,
    /// In a header.
    Header,
    /// In the JSON body.
    Body,
    /// As the body: its fields are the body's.
    Whole,
    /// Nowhere: it is checked on this side only.
    Local,
}

/// The service's own codes for a parameter it would reject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reject {
    /// The code when the value is absent or empty.
    pub missing: Option<String>,
    /// The code when the value has the wrong type or form.
    pub wrong: Option<String>,
    /// The code when the text is too long.
    pub long: Option<String>,
}

/// One argument of an operation, or one field of an object argument.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// Its type.
    #[serde(rename = "type", default)]
    pub kind: Type,
    /// Whether a call without it is refused.
    #[serde(default)]
    pub required: bool,
    /// What it is, in one sentence.
    #[serde(default)]
    pub about: String,
    /// Where it travels when the method does not already say so.
    pub place: Option<Place>,
    /// The field of the account that stands in when the caller gives nothing.
    pub field: Option<String>,
    /// The operation that lists what the value may be the id of: a slug is taken for the id.
    pub resolve: Option<String>,
    /// The only version of the service's schema that knows it (`ga`, `beta`, `alpha`).
    pub only_in: Option<String>,
    /// Sent when the caller gives nothing.
    pub default: Option<Value>,
    /// The only values allowed, when there are any.
    #[serde(default)]
    pub choices: Vec<Value>,
    /// `date-time`, `uri` or `email`, as in JSON Schema; checked for `date-time`.
    pub format: Option<String>,
    /// Longest text, in characters.
    pub max_length: Option<usize>,
    /// Smallest number.
    pub minimum: Option<i64>,
    /// Largest number.
    pub maximum: Option<i64>,
    /// Whether null may be sent, which usually clears the value.
    #[serde(default)]
    pub nullable: bool,
    /// Whether the fields of an object may be neither lists nor objects.
    #[serde(default)]
    pub flat: bool,
    /// Whether a whole number is taken for its decimal text (for ids).
    #[serde(default)]
    pub from_integer: bool,
    /// The service's own codes for a wrong value.
    #[serde(default)]
    pub reject: Reject,
    /// The elements of an array.
    pub items: Option<Box<Self>>,
    /// The known fields of an object. An object without any takes every field. Where names and
    /// types say it all, a row may write them in one line: `"id enabled:boolean name?"`, the
    /// question mark for what may be null.
    #[serde(default, deserialize_with = "properties")]
    pub properties: IndexMap<String, Self>,
}

/// A table of fields, or one line of names and types.
fn properties<'de, D: Deserializer<'de>>(from: D) -> Result<IndexMap<String, Param>, D::Error> {
    struct Fields;

    impl<'de> Visitor<'de> for Fields {
        type Value = IndexMap<String, Param>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table of fields, or a line like \"id enabled:boolean name?\"")
        }

        fn visit_str<E: de::Error>(self, line: &str) -> Result<Self::Value, E> {
            line.split_whitespace()
                .map(|word| {
                    let (word, nullable) =
                        word.strip_suffix('?').map_or((word, false), |word| (word, true));
                    let (name, kind) = word.split_once(':').unwrap_or((word, "string"));
                    let kind = Type::deserialize(kind.into_deserializer())?;
                    Ok((name.to_owned(), Param { kind, nullable, ..Param::default() }))
                })
                .collect()
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut fields = IndexMap::new();
            while let Some((name, field)) = map.next_entry()? {
                fields.insert(name, field);
            }
            Ok(fields)
        }
    }

    from.deserialize_any(Fields)
}

/// Parameters and result fields that several operations share.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParamGroup {
    /// The shared parameters.
    #[serde(default)]
    pub params: IndexMap<String, Param>,
    /// At least one of these must be given.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// The service's own code when none of them is.
    pub one_of_reject: Option<String>,
    /// Fields that the results of the operations share.
    #[serde(default)]
    pub result: IndexMap<String, Param>,
}
