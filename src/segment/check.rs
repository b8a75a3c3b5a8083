//! The one judge of an event's shape: everything that Segment would take with 200 and drop later,
//! found before it is sent and named by Segment's own code. The rules of each field are the rows';
//! what no row can say (sizes, counts, what is inside `context`) is in `limits`. It reads a parsed
//! event in its wire form in one pass and allocates only for what it finds. What a tracking plan
//! demands is `plans`' business, completing an event is `event`'s.

mod finding;
mod limits;

use serde_json::{Map, Value};

pub use finding::{Finding, Level};
pub use limits::{
    LARGEST_BATCH, LARGEST_EVENT, LONGEST_ID, MOST_EVENTS, MOST_PROPERTIES, MOST_UNIFY, bytes,
    too_large,
};

use crate::catalogue::Provider;
use crate::catalogue::name::{did_you_mean, nearest};
use crate::catalogue::operation::{Operation, Param, Type};

/// The service whose operations are events.
const SERVICE: &str = "tracking";

/// What an event may hold on the wire besides what its function takes: what Segment's libraries
/// and its own archives add.
const ADDED: &[&str] = &[
    "type",
    "userId",
    "anonymousId",
    "sentAt",
    "receivedAt",
    "originalTimestamp",
    "version",
    "channel",
    "writeKey",
    "projectId",
    "_metadata",
];

/// Judges events. Made once from the provider's rows, then shared.
#[derive(Debug)]
pub struct Checker {
    kinds: Vec<EventKind>,
}

/// The rules for one kind of event.
#[derive(Debug)]
pub struct EventKind {
    /// The `type` on the wire: `track`, `identify`, …
    wire: String,
    /// The names of its function, which are understood as well.
    names: Vec<String>,
    rules: Vec<Rule>,
    /// The rules whose fields must be there, a bit each: a row has far fewer than 64 parameters.
    required: u64,
    /// Of each set of fields at least one must be there, with the code when none is.
    one_of: Vec<(u64, String)>,
}

/// What one field must be.
#[derive(Debug)]
struct Rule {
    name: String,
    wanted: Type,
    longest: usize,
    moment: bool,
    person: bool,
    counted: bool,
    missing: String,
    wrong: String,
    long: String,
}

impl Checker {
    /// The judge of the events that this provider's rows describe.
    pub fn of(provider: &Provider) -> Self {
        let events = provider.operations.of_service(SERVICE).filter(|row| is_event(row));
        Self { kinds: events.map(EventKind::of).collect() }
    }

    /// The rules for the kind of event that `name` means: `track`, or any name of its function.
    pub fn kind(&self, name: &str) -> Option<&EventKind> {
        let wire = self.kinds.iter().find(|kind| kind.wire == name);
        wire.or_else(|| self.kinds.iter().find(|kind| kind.names.iter().any(|have| have == name)))
    }

    /// Everything wrong with a whole event, its `type` and its size included. Gives an empty
    /// vector, and allocates nothing, when all is well.
    pub fn judge(&self, event: &Map<String, Value>) -> Vec<Finding> {
        let mut found = match self.kind_of(event) {
            Ok(kind) => kind.check(event),
            Err(finding) => return vec![finding],
        };
        found.extend(too_large(bytes(event)));
        found
    }

    /// The rules for an event by its `type`.
    ///
    /// # Errors
    /// The finding that it has none, or one that Segment does not know.
    pub fn kind_of(&self, event: &Map<String, Value>) -> Result<&EventKind, Finding> {
        let named = event.get("type");
        named.and_then(Value::as_str).and_then(|name| self.kind(name)).ok_or_else(|| {
            let message = match named {
                Some(other) => format!("`type` cannot be {other}"),
                None => "the event has no `type`".to_owned(),
            };
            let kinds: Vec<&str> = self.kinds.iter().map(|kind| &*kind.wire).collect();
            Finding::error("type_unknown", "type", message)
                .hint(format!("it is one of {}", kinds.join(", ")))
        })
    }
}

/// Whether a row is about one event.
fn is_event(row: &Operation) -> bool {
    row.route().service == SERVICE && !row.params.contains_key("batch")
}

impl EventKind {
    fn of(row: &Operation) -> Self {
        let rules: Vec<Rule> =
            row.params.iter().take(64).map(|(name, param)| Rule::of(name, param)).collect();
        let bit = |name: &String| {
            rules.iter().position(|rule| rule.name == *name).map_or(0, |at| 1_u64 << at)
        };
        let required = row.params.iter().filter(|(_, param)| param.required);
        let required = required.map(|(name, _)| bit(name)).sum();
        let one_of = row
            .one_of
            .iter()
            .map(|(names, code)| {
                let code = code.clone().unwrap_or_else(|| "missing_parameter".to_owned());
                (names.iter().map(bit).sum(), code)
            })
            .collect();
        let wire = row.route().path.rsplit('/').next().unwrap_or_default().to_owned();
        let names = std::iter::once(&row.name).chain(&row.aliases).cloned().collect();
        Self { wire, names, rules, required, one_of }
    }

    /// The name of the function that sends it.
    pub fn function(&self) -> &str {
        self.names.first().map_or(&*self.wire, String::as_str)
    }

    /// The `type` on the wire.
    pub fn wire(&self) -> &str {
        &self.wire
    }

    /// Everything wrong with the fields of an event of this kind, in their order. Its `type` and
    /// its size are not looked at.
    pub fn check(&self, event: &Map<String, Value>) -> Vec<Finding> {
        let mut found = Vec::new();
        let (mut there, mut empty) = (0_u64, 0_u64);
        for (name, value) in event {
            match self.rules.iter().position(|rule| rule.name == *name) {
                // Null is the same as absent to Segment.
                Some(_) if value.is_null() => {}
                Some(at) if value.as_str() == Some("") => empty |= 1 << at,
                Some(at) => {
                    there |= 1 << at;
                    self.rules[at].check(value, &mut found);
                }
                None if ADDED.contains(&name.as_str()) => {}
                None => found.push(self.stranger(name)),
            }
        }
        if there & self.required != self.required {
            self.missing(there, &mut found);
        }
        for (set, code) in self.one_of.iter().filter(|(set, _)| there & set == 0) {
            let names: Vec<&str> = self.named(*set).collect();
            let message = match set & empty {
                0 => format!("the event has none of {}", names.join(", ")),
                _ => format!("{} must not be empty", names.join(", ")),
            };
            let first = names.first().copied().unwrap_or_default().to_owned();
            found.push(Finding::error(code.clone(), first, message));
        }
        found
    }

    fn missing(&self, there: u64, found: &mut Vec<Finding>) {
        for (at, rule) in self.rules.iter().enumerate() {
            if self.required & !there & (1 << at) != 0 {
                let message = format!("`{}` is missing or empty", rule.name);
                found.push(Finding::error(rule.missing.clone(), rule.name.clone(), message));
            }
        }
    }

    fn named(&self, set: u64) -> impl Iterator<Item = &str> {
        let of_set = move |(at, _): &(usize, &Rule)| set & (1 << at) != 0;
        self.rules.iter().enumerate().filter(of_set).map(|(_, rule)| rule.name.as_str())
    }

    /// A field that means nothing in this kind of event: Segment takes it and no destination sees
    /// it, which is how a misspelt `userId` loses its user.
    fn stranger(&self, name: &str) -> Finding {
        let near = nearest(name, self.rules.iter().map(|rule| rule.name.as_str()));
        let message = format!("`{name}` means nothing in a {} event", self.wire);
        let finding = Finding::warning("unknown_field", name.to_owned(), message);
        match did_you_mean(&near) {
            Some(hint) => finding.hint(hint),
            None => finding,
        }
    }
}

impl Rule {
    fn of(name: &str, param: &Param) -> Self {
        let code = |own: &Option<String>, otherwise: &str| {
            own.clone().unwrap_or_else(|| otherwise.to_owned())
        };
        Self {
            name: name.to_owned(),
            wanted: param.kind,
            longest: param.max_length.unwrap_or(usize::MAX),
            moment: param.format.as_deref() == Some("date-time"),
            person: name.ends_with("Id") && param.from_integer,
            counted: matches!(name, "properties" | "traits"),
            missing: code(&param.reject.missing, "missing_parameter"),
            wrong: code(&param.reject.wrong, "wrong_type"),
            long: code(&param.reject.long, "too_long"),
        }
    }

    fn check(&self, value: &Value, found: &mut Vec<Finding>) {
        match (self.wanted, value) {
            (Type::String, Value::String(text)) => self.text(text, found),
            (Type::Object, Value::Object(map)) if self.counted => {
                found.extend(limits::too_many(&self.name, map));
            }
            (Type::Object, Value::Object(map)) if self.name == "context" => {
                limits::context(map, found);
            }
            (Type::Any, _)
            | (Type::Object, Value::Object(_))
            | (Type::Array, Value::Array(_))
            | (Type::Boolean, Value::Bool(_))
            | (Type::Integer | Type::Number, Value::Number(_)) => {}
            (wanted, other) => {
                let (phrase, is) = (wanted.phrase(), limits::word(other));
                let message = format!("`{}` must be {phrase}, not {is}", self.name);
                found.push(self.finding(&self.wrong, message));
            }
        }
    }

    fn text(&self, text: &str, found: &mut Vec<Finding>) {
        // Bytes are counted first: they are never fewer than characters.
        if text.len() > self.longest && text.chars().count() > self.longest {
            let message = format!("`{}` is longer than {} characters", self.name, self.longest);
            found.push(self.finding(&self.long, message));
        }
        if self.moment {
            found.extend(limits::moment(&self.name, &self.wrong, text));
        }
        if self.person && limits::stands_for_nobody(text) {
            let message = format!("`{}` is the text `{text}`, which is nobody's id", self.name);
            found.push(Finding::warning("id_placeholder", self.name.clone(), message));
        }
    }

    fn finding(&self, code: &str, message: String) -> Finding {
        Finding::error(code.to_owned(), self.name.clone(), message)
    }
}

#[cfg(test)]
mod tests;
