//! JSON text while it is being written, the fields of every object in the order of their keys. What is
//! written, and whether it may be, is `to_json`'s business.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::ops::Range;

use serde_json::Value as Json;

/// A field that is written: where its key stands, without quotes, and all of it.
#[derive(Debug)]
struct Field {
    key: Range<usize>,
    all: Range<usize>,
}

/// What is written so far.
#[derive(Debug)]
pub(super) struct Text {
    text: String,
    /// The fields of the objects that are being written, the innermost last.
    fields: Vec<Field>,
    /// Room for putting fields in order.
    aside: String,
}

impl Text {
    /// Nothing yet, with room for an ordinary event.
    pub(super) fn new() -> Self {
        let (text, fields) = (String::with_capacity(512), Vec::with_capacity(32));
        Self { text, fields, aside: String::new() }
    }

    /// All of it.
    pub(super) fn done(self) -> String {
        self.text
    }

    /// How much it is, in bytes.
    pub(super) fn length(&self) -> usize {
        self.text.len()
    }

    /// Adds what is JSON already.
    pub(super) fn put(&mut self, json: &str) {
        self.text.push_str(json);
    }

    /// Takes back what was written from there on.
    pub(super) fn take_from(&mut self, start: usize) -> String {
        self.text.split_off(start)
    }

    /// Adds a whole number.
    pub(super) fn whole(&mut self, number: i64) {
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{number}");
    }

    /// Adds a text with its quotes.
    pub(super) fn quote(&mut self, text: &str) {
        let plain = |byte: &u8| *byte >= 0x20 && *byte != b'"' && *byte != b'\\';
        self.text.push('"');
        if text.as_bytes().iter().all(plain) {
            self.text.push_str(text);
        } else {
            let quoted = Json::from(text).to_string();
            self.text.push_str(&quoted[1..quoted.len() - 1]);
        }
        self.text.push('"');
    }

    /// Begins an object; what comes back is for its end.
    pub(super) fn begin_object(&mut self) -> usize {
        self.text.push('{');
        self.fields.len()
    }

    /// Ends the key that was quoted last; what comes back is for the end of its field.
    pub(super) fn end_key(&mut self) -> usize {
        let end = self.text.len() - 1;
        self.text.push(':');
        end
    }

    /// Ends the field that begins at `start` and whose key ends at `key_end`.
    pub(super) fn end_field(&mut self, start: usize, key_end: usize) {
        self.text.push(',');
        self.fields.push(Field { key: start + 1..key_end, all: start..self.text.len() });
    }

    /// Ends an object.
    pub(super) fn end_object(&mut self, begun: usize) {
        self.sort(begun);
        self.fields.truncate(begun);
        self.close('}');
    }

    /// Ends an array, each of whose items is followed by a comma.
    pub(super) fn end_array(&mut self) {
        self.close(']');
    }

    fn close(&mut self, bracket: char) {
        if self.text.ends_with(',') {
            self.text.pop();
        }
        self.text.push(bracket);
    }

    /// Puts the fields of the innermost object into the order of their keys.
    fn sort(&mut self, begun: usize) {
        let Self { text, fields, aside } = self;
        let own = &mut fields[begun..];
        let order = |a: &Field, b: &Field| text[a.key.clone()].cmp(&text[b.key.clone()]);
        if own.windows(2).all(|pair| order(&pair[0], &pair[1]) == Ordering::Less) {
            return;
        }
        let Some(start) = own.first().map(|first| first.all.start) else { return };
        own.sort_by(order);
        aside.clear();
        for (at, field) in own.iter().enumerate() {
            // Of the key 1 and the key "1" only one can stand in an object.
            let again = own.get(at + 1).is_some_and(|next| order(field, next) == Ordering::Equal);
            if !again {
                aside.push_str(&text[field.all.clone()]);
            }
        }
        text.truncate(start);
        text.push_str(aside);
    }
}
