//! One value of an event, seen from outside: its form, and its text when it is one. Whether that is
//! right is not looked at here.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

/// The longest text of a field that is certainly short enough, in bytes.
pub(super) const SHORT: usize = 100;

/// The form of a field's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape {
    /// Text that is not empty and not long.
    ShortText,
    /// A time with its offset.
    Time,
    /// An object.
    Object,
}

/// A text that borrows from the line where it can.
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

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
pub(super) struct Glance<'a> {
    pub(super) text: Option<Cow<'a, str>>,
    pub(super) shape: Option<Shape>,
    /// How many keys an object has.
    pub(super) keys: usize,
}

impl<'a> Glance<'a> {
    const STRANGE: Self = Self { text: None, shape: None, keys: 0 };

    fn text(text: Cow<'a, str>) -> Self {
        let shape = match text.len() {
            0 => None,
            _ if is_time(text.as_bytes()) => Some(Shape::Time),
            length => (length <= SHORT).then_some(Shape::ShortText),
        };
        Self { text: Some(text), shape, keys: 0 }
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
        let (mut shape, mut keys) = (Some(Shape::Object), 0);
        while let Some(Text(key)) = map.next_key()? {
            if key == "$serde_json::private::Number" {
                shape = None;
            }
            map.next_value::<IgnoredAny>()?;
            keys += 1;
        }
        Ok(Glance { text: None, shape, keys })
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

/// The days of the months; of a leap year's last one nothing is plain.
const LENGTHS: [u8; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

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
        && (1..=LENGTHS[usize::from(number(5) - 1)]).contains(&number(8))
        && number(11) < 24
        && number(14) < 60
        && number(17) < 60
        && (text.len() == 20 || text.len() > 21 && text[19] == b'.' && digits(20, text.len() - 1))
}
