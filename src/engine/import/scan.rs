//! A quick look at a line that may be an event in the provider's own words already: whether it is
//! certainly fine as it stands, without taking it apart. Whatever it is not certain of is judged by
//! the rows and rules that judge every other call.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::catalogue::Operation;
use crate::catalogue::operation::{Batch, Type};

/// What a quick look found.
#[derive(Debug, PartialEq)]
pub(super) struct Seen<'a> {
    /// The operation it is an event of, by the word on the wire.
    pub(super) kind: Cow<'a, str>,
    /// Whom it is about.
    pub(super) subject: Cow<'a, str>,
    /// Whether it has an id of its own.
    pub(super) has_id: bool,
    /// Whether it says when it happened.
    pub(super) has_time: bool,
}

/// Knows the fields of the events of a service.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    kinds: Vec<(&'a str, &'a Operation)>,
    batch: &'a Batch,
}

/// The longest text of a field that is certainly short enough, in bytes.
const SHORT: usize = 100;

impl<'a> Scanner<'a> {
    /// A scanner for the events of a service. `kinds` are its operations by the word on the wire.
    pub(super) fn new(batch: &'a Batch, kinds: &[(&'a str, &'a Operation)]) -> Self {
        Self { kinds: kinds.to_vec(), batch }
    }

    /// What the line is, when it is certainly an event that needs nothing but an id and a time.
    pub(super) fn look<'l>(&self, line: &'l [u8]) -> Option<Seen<'l>> {
        if line.len() + 200 > self.batch.event_bytes {
            return None;
        }
        let text = std::str::from_utf8(line).ok()?;
        let mut reader = serde_json::Deserializer::from_str(text);
        let found = reader.deserialize_map(Fields { batch: self.batch }).ok()?;
        reader.end().ok()?;
        let found = found?;
        let kind = found.kind?;
        let (_, operation) = self.kinds.iter().find(|(word, _)| *word == kind)?;
        let mut given = 0;
        for (name, shape) in &found.fields {
            if !fits(operation, name, *shape) || self.batch.judged.iter().any(|own| own == name) {
                return None;
            }
            given += usize::from(operation.params[&**name].required);
        }
        let needed = operation.params.values().filter(|param| param.required).count();
        let one_of = operation
            .one_of
            .iter()
            .all(|(names, _)| names.iter().any(|name| found.fields.iter().any(|(n, _)| n == name)));
        let has = |name: &str| found.fields.iter().any(|(have, _)| have == name);
        (given == needed && one_of).then_some(())?;
        let (has_id, has_time) = (has("messageId"), has("timestamp"));
        Some(Seen { kind, subject: found.subject?, has_id, has_time })
    }
}

/// The form of a field's value.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    /// Text that is not empty and not long.
    ShortText,
    /// A time with its offset.
    Time,
    /// An object.
    Object,
}

fn fits(operation: &Operation, name: &str, shape: Shape) -> bool {
    let Some(param) = operation.params.get(name) else { return false };
    if !param.choices.is_empty() || !param.properties.is_empty() {
        return false;
    }
    match (param.kind, param.format.as_deref(), shape) {
        (Type::String, Some("date-time"), Shape::Time) => true,
        (Type::String, None, Shape::ShortText | Shape::Time) => {
            param.max_length.is_none_or(|longest| longest >= SHORT)
        }
        (Type::Object, _, Shape::Object) => true,
        _ => false,
    }
}

/// The fields of one line.
#[derive(Debug, Default)]
struct Found<'a> {
    kind: Option<Cow<'a, str>>,
    subject: Option<Cow<'a, str>>,
    fields: Vec<(Cow<'a, str>, Shape)>,
}

struct Fields<'b> {
    batch: &'b Batch,
}

impl<'de> Visitor<'de> for Fields<'_> {
    /// None as soon as anything is not plainly right.
    type Value = Option<Found<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Found { fields: Vec::with_capacity(8), ..Found::default() };
        let mut plain = true;
        let mut rank = usize::MAX;
        while let Some(Text(name)) = map.next_key()? {
            if !plain {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let Glance { text, shape } = map.next_value()?;
            let Some(shape) = shape else {
                plain = false;
                continue;
            };
            if name == *self.batch.kind {
                plain = found.kind.is_none() && shape == Shape::ShortText;
                found.kind = text;
                continue;
            }
            plain = !found.fields.iter().any(|(have, _)| *have == name);
            if let Some(at) = self.batch.subject.iter().position(|subject| *subject == name)
                && at < rank
            {
                rank = at;
                found.subject = text;
            }
            found.fields.push((name, shape));
        }
        Ok(plain.then_some(found))
    }
}

/// A text that borrows from the line where it can.
struct Text<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl<'de> Visitor<'de> for Words {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Words)
    }
}

/// A value, looked at from outside.
struct Glance<'a> {
    text: Option<Cow<'a, str>>,
    shape: Option<Shape>,
}

impl<'a> Glance<'a> {
    const STRANGE: Self = Self { text: None, shape: None };

    fn text(text: Cow<'a, str>) -> Self {
        let shape = match text.len() {
            0 => None,
            _ if is_time(text.as_bytes()) => Some(Shape::Time),
            length => (length <= SHORT).then_some(Shape::ShortText),
        };
        Self { text: Some(text), shape }
    }
}

impl<'de> serde::Deserialize<'de> for Glance<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Outside)
    }
}

struct Outside;

impl<'de> Visitor<'de> for Outside {
    type Value = Glance<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Glance::text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Glance::text(Cow::Owned(text.to_owned())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        // Numbers of any precision arrive as maps with this one key.
        let mut shape = Some(Shape::Object);
        while let Some(Text(key)) = map.next_key()? {
            if key == "$serde_json::private::Number" {
                shape = None;
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(Glance { text: None, shape })
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Glance::STRANGE)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Glance::STRANGE)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Glance::STRANGE)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Glance::STRANGE)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Glance::STRANGE)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Glance::STRANGE)
    }
}

/// Whether a text is plainly an RFC 3339 time in UTC of an ordinary year: `2026-01-31T12:00:00.000Z`.
fn is_time(text: &[u8]) -> bool {
    let digits = |from: usize, to: usize| text[from..to].iter().all(u8::is_ascii_digit);
    let number = |at: usize| (text[at] - b'0') * 10 + (text[at + 1] - b'0');
    let [year, .., last] = text else { return false };
    (20..=30).contains(&text.len())
        && matches!(year, b'1' | b'2')
        && *last == b'Z'
        && [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')]
            .iter()
            .all(|&(at, mark)| text[at] == mark)
        && [(0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19)]
            .iter()
            .all(|&(from, to)| digits(from, to))
        && (1..=12).contains(&number(5))
        && (1..=28).contains(&number(8))
        && number(11) < 24
        && number(14) < 60
        && number(17) < 60
        && (text.len() == 20 || text.len() > 21 && text[19] == b'.' && digits(20, text.len() - 1))
}

#[cfg(test)]
mod tests;
