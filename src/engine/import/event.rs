//! From a row to the bytes of an event as it stands in a batch, or to the reason why it cannot be
//! one. Plain events are passed on as they are; all others are judged by the rows and rules that
//! judge every other call.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::Progress;
use super::mapping::Mapping;
use super::rows::{Cells, LONGEST_ROW, Row};
use crate::catalogue::operation::Batch;
use crate::catalogue::schema;
use crate::catalogue::{Operation, Provider};
use crate::engine::scan::Scanner;
use crate::engine::{Account, Engine, Options, now};
use crate::error::{Fault, Kind};
use crate::ledger::outbox::lane_of;

/// The operations that are events of a service, by the word on the wire: the last one of their path.
pub(in crate::engine) fn kinds<'a>(
    provider: &'a Provider,
    service: &str,
) -> Vec<(&'a str, &'a Operation)> {
    let batch = provider.services[service].batch.as_ref().map(|batch| batch.list.as_str());
    provider
        .operations
        .of_service(service)
        .filter(|row| row.route().service == service && row.route().method == "POST")
        .filter(|row| batch.is_none_or(|list| !row.params.contains_key(list)))
        .map(|row| (row.route().path.rsplit('/').next().unwrap_or_default(), row))
        .collect()
}

/// Makes events of rows.
pub(super) struct Maker<'a> {
    pub(super) engine: &'a Engine,
    pub(super) provider: &'a Provider,
    pub(super) batch: &'a Batch,
    pub(super) kinds: Vec<(&'a str, &'a Operation)>,
    pub(super) scanner: Scanner<'a>,
    pub(super) mapping: &'a Mapping,
    /// The names of the columns, where the source names them once.
    pub(super) columns: Vec<String>,
    pub(super) account: Account,
    pub(super) options: Options,
    /// Whether a quick look at an event is not enough.
    pub(super) held: bool,
    /// Where warnings are counted.
    pub(super) progress: &'a Progress,
    /// The import's id; the ids of events are made from it.
    pub(super) id: &'a str,
    /// The time of events that say none.
    pub(super) now: String,
}

/// An event, ready for its lane.
#[derive(Debug)]
pub(super) struct Made<'r> {
    /// Its lane.
    pub(super) lane: u8,
    /// Its id.
    pub(super) id: Cow<'r, str>,
}

impl<'a> Maker<'a> {
    /// Appends the event that a row makes to `out`.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn make<'r>(&self, row: &Row<'r>, out: &mut Vec<u8>) -> Result<Made<'r>, Fault> {
        match &row.cells {
            Cells::Silence => Err(invalid("empty_row", "the row is empty")),
            Cells::TooLong(bytes) => Err(invalid(
                "row_too_long",
                format!("the row has {bytes} bytes, {LONGEST_ROW} is the limit"),
            )),
            Cells::Line(line) if self.mapping.leaves_alone() => {
                match self.scanner.look(line, None, &self.now) {
                    Some(seen) if !self.held => {
                        let lane = lane_of(&seen.subject);
                        let own = seen.id.clone();
                        let id = own.unwrap_or_else(|| self.message_id(row.start.offset).into());
                        seen.complete(line, (self.batch, None), (&id, &self.now), out);
                        Ok(Made { lane, id })
                    }
                    _ => self.judge(object(line)?, row.start.offset, out),
                }
            }
            Cells::Line(line) => {
                let cells = object(line)?;
                let names: Vec<String> = cells.keys().cloned().collect();
                let cells = names.iter().map(String::as_str).zip(cells.into_iter().map(|(_, v)| v));
                let event = self.mapping.event(cells, &self.batch.kind, &|k| self.of(k), false)?;
                self.judge(event, row.start.offset, out)
            }
            Cells::Record(record) => {
                if record.len() != self.columns.len() {
                    let (have, want) = (record.len(), self.columns.len());
                    let message = format!("the row has {have} columns, the header {want}");
                    return Err(invalid("wrong_columns", message));
                }
                let mut cells = Vec::with_capacity(record.len());
                for (name, value) in self.columns.iter().zip(record.iter()) {
                    let text = std::str::from_utf8(value).map_err(|_| not_utf8())?;
                    cells.push((name.as_str(), Value::String(text.to_owned())));
                }
                let cells = cells.into_iter().filter(|(name, _)| !name.is_empty());
                let event = self.mapping.event(cells, &self.batch.kind, &|k| self.of(k), true)?;
                self.judge(event, row.start.offset, out)
            }
        }
    }

    fn of(&self, kind: &str) -> Option<&'a Operation> {
        let row = self.provider.operation(kind)?;
        self.kinds.iter().any(|(_, known)| known.name == row.name).then_some(row)
    }

    /// The id of the event at an offset: the same whenever the row is read again.
    fn message_id(&self, offset: u64) -> String {
        format!("{}-{offset:x}", self.id)
    }

    /// An event that needs judging.
    fn judge(
        &self,
        mut event: Map<String, Value>,
        offset: u64,
        out: &mut Vec<u8>,
    ) -> Result<Made<'static>, Fault> {
        let kind = event.shift_remove(&self.batch.kind);
        let row = kind.as_ref().and_then(Value::as_str).and_then(|kind| self.of(kind));
        let Some(row) = row else {
            let words: Vec<&str> = self.kinds.iter().map(|(word, _)| *word).collect();
            let message = match kind {
                Some(Value::String(kind)) => format!("`{kind}` is no kind of event"),
                _ => format!("`{}` must name the kind of event", self.batch.kind),
            };
            return Err(invalid("type_unknown", message)
                .param(&*self.batch.kind)
                .hint(format!("choose one of {}", words.join(", "))));
        };
        let mut event = schema::normalise(row, event)?;
        event.entry("messageId").or_insert_with(|| Value::String(self.message_id(offset)));
        event.entry("timestamp").or_insert_with(|| Value::String(self.now.clone()));
        let (body, warnings) = self.engine.prepare(
            (self.provider, row, row.route()),
            &self.account,
            &self.options,
            event,
        )?;
        if !warnings.is_empty() {
            self.progress.warned();
        }
        let subject = self.batch.subject.iter().find_map(|name| body.get(name)?.as_str());
        let lane = lane_of(subject.unwrap_or_default());
        let id = body.get(&self.batch.id).and_then(Value::as_str).unwrap_or_default().to_owned();
        let word = row.route().path.rsplit('/').next().unwrap_or_default();
        let mut whole = Map::from_iter([(self.batch.kind.clone(), Value::from(word))]);
        whole.extend(body);
        serde_json::to_writer(&mut *out, &whole).map_err(|why| {
            Fault::new(Kind::Internal, format!("an event cannot be written: {why}"))
        })?;
        Ok(Made { lane, id: id.into() })
    }

    /// Notes the time, for the events that say none.
    pub(super) fn tick(&mut self) {
        self.now = now();
    }
}

fn object(line: &[u8]) -> Result<Map<String, Value>, Fault> {
    match serde_json::from_slice(line) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(invalid("event_not_object", "the row is not a JSON object")),
        Err(_) if std::str::from_utf8(line).is_err() => Err(not_utf8()),
        Err(why) => Err(invalid("invalid_json", format!("not JSON: {why}"))),
    }
}

fn not_utf8() -> Fault {
    invalid("invalid_utf8", "the row is not UTF-8")
}

fn invalid(code: &'static str, message: impl Into<String>) -> Fault {
    Fault::new(Kind::EventInvalid, message).code(code)
}
