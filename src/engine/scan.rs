//! A quick look at a line that may be an event in the provider's own words already: whether it is
//! certainly fine as it stands, without taking it apart. Whatever it is not certain of is judged by
//! the rows and rules that judge every other call.

mod glance;

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::catalogue::operation::{Batch, Type};
use crate::catalogue::{Operation, Param};
use glance::{Glance, SHORT, Shape, Text};

/// What a quick look found.
#[derive(Debug, PartialEq)]
pub(super) struct Seen<'a> {
    /// The operation it is an event of, by the word on the wire.
    pub(super) kind: Cow<'a, str>,
    /// Whom it is about.
    pub(super) subject: Cow<'a, str>,
    /// Its own id.
    pub(super) id: Option<Cow<'a, str>>,
    /// Whether it says when it happened.
    pub(super) has_time: bool,
}

impl Seen<'_> {
    /// Appends the event to `out` with what it lacks: the given kind, an id, a time.
    pub(super) fn complete(
        &self,
        event: &[u8],
        (batch, kind): (&Batch, Option<&str>),
        (id, now): (&str, &str),
        out: &mut Vec<u8>,
    ) {
        let part = |out: &mut Vec<u8>, name: &str, text: &str| {
            for piece in ["\"", name, "\":\"", text, "\""] {
                out.extend_from_slice(piece.as_bytes());
            }
        };
        out.push(b'{');
        if let Some(kind) = kind {
            part(out, &batch.kind, kind);
            out.push(b',');
        }
        // What was recognised is an object with something in it.
        let event = event.trim_ascii();
        out.extend_from_slice(&event[1..event.len() - 1]);
        if self.id.is_none() {
            out.push(b',');
            part(out, &batch.id, id);
        }
        if !self.has_time {
            out.push(b',');
            part(out, "timestamp", now);
        }
        out.push(b'}');
    }
}

/// Knows the fields of the events of a service.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    kinds: Vec<(&'a str, &'a Operation)>,
    batch: &'a Batch,
}

/// Room for what is added to an event before it is sent.
const ADDED: usize = 400;

/// What happened before had its seconds taken for milliseconds.
const DAWN: &str = "1971";

impl<'a> Scanner<'a> {
    /// A scanner for the events of a service. `kinds` are its operations by the word on the wire.
    pub(super) fn new(batch: &'a Batch, kinds: &[(&'a str, &'a Operation)]) -> Self {
        Self { kinds: kinds.to_vec(), batch }
    }

    /// What the line is, when it is certainly an event that needs nothing but an id and a time, and
    /// that nobody need be told anything of. An event that does not name its kind itself is of the
    /// given one. `now` is a time not long ago, RFC 3339 in UTC.
    pub(super) fn look<'l>(
        &self,
        line: &'l [u8],
        kind: Option<&'l str>,
        now: &str,
    ) -> Option<Seen<'l>> {
        if line.len() + ADDED > self.batch.event_bytes {
            return None;
        }
        let text = std::str::from_utf8(line).ok()?;
        let mut reader = serde_json::Deserializer::from_str(text);
        let fields = Fields { batch: self.batch, named: kind.is_none(), now };
        let found = reader.deserialize_map(fields).ok()?;
        reader.end().ok()?;
        let found = found?;
        let kind = found.kind.or(kind.map(Cow::Borrowed))?;
        let (_, operation) = self.kinds.iter().find(|(word, _)| *word == kind)?;
        let mut given = 0;
        for (name, shape) in &found.fields {
            let param = operation.params.get(&**name)?;
            if !fits(param, *shape) || self.batch.judged.iter().any(|own| own == name) {
                return None;
            }
            given += usize::from(param.required);
        }
        let needed = operation.params.values().filter(|param| param.required).count();
        let has = |name: &str| found.fields.iter().any(|(have, _)| have == name);
        let mut one_of = operation.one_of.iter();
        let one_of = one_of.all(|(names, _)| names.iter().any(|name| has(name)));
        (given == needed && one_of).then_some(())?;
        let has_time = has("timestamp");
        Some(Seen { kind, subject: found.subject?, id: found.id, has_time })
    }
}

fn fits(param: &Param, shape: Shape) -> bool {
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
    id: Option<Cow<'a, str>>,
    fields: Vec<(Cow<'a, str>, Shape)>,
}

struct Fields<'b> {
    batch: &'b Batch,
    /// Whether the event names its kind itself.
    named: bool,
    now: &'b str,
}

impl Fields<'_> {
    /// Whether a value is nothing to be told of.
    fn sound(&self, glance: &Glance<'_>) -> bool {
        let Glance { text, shape, keys } = glance;
        let doubtful =
            |text: &str| self.batch.doubtful.iter().any(|word| word.eq_ignore_ascii_case(text));
        match (shape, text) {
            (Some(Shape::Time), Some(text)) => {
                **text > *DAWN && text.get(..10) <= self.now.get(..10)
            }
            (Some(Shape::ShortText), Some(text)) => !doubtful(text),
            (Some(Shape::Object), _) => self.batch.keys.is_none_or(|most| *keys <= most),
            _ => false,
        }
    }
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
            let glance: Glance<'de> = map.next_value()?;
            let Some(shape) = glance.shape.filter(|_| self.sound(&glance)) else {
                plain = false;
                continue;
            };
            let text = glance.text;
            if self.named && name == *self.batch.kind {
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
            } else if name == *self.batch.id {
                found.id = text;
            }
            found.fields.push((name, shape));
        }
        Ok(plain.then_some(found))
    }
}

#[cfg(test)]
mod tests;
