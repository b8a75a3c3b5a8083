//! Events of one lane on their way to the service or the outbox, in one piece of memory.

use std::ops::Range;

use crate::ledger::imports::Mark;
use crate::ledger::outbox::{Item, LANES};

/// Events of one lane.
#[derive(Debug, Default)]
pub(super) struct Load {
    bytes: Vec<u8>,
    /// Where each event ends.
    ends: Vec<usize>,
    ids: String,
    /// Where the id of each event ends.
    id_ends: Vec<usize>,
    /// Where the row of each event begins.
    rows: Vec<Mark>,
    /// Everything of this lane before it is settled once this is delivered.
    pub(super) upto: Mark,
    /// How things stood with all lanes when this was closed.
    pub(super) tide: Tide,
}

/// How far everything had come at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tide {
    /// Where the earliest row begins that is in no load yet, by lane.
    pub(super) floors: [Mark; LANES as usize],
    /// Loads closed so far, by lane.
    pub(super) loads: [u64; LANES as usize],
    /// Refused rows reported so far.
    pub(super) refused: u64,
}

impl Load {
    /// An empty one with room for so many bytes of events.
    pub(super) fn with_room(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), ..Self::default() }
    }

    /// Adds an event.
    pub(super) fn push(&mut self, (id, event): (&str, &[u8]), row: Mark, end: Mark) {
        self.bytes.extend_from_slice(event);
        self.ends.push(self.bytes.len());
        self.ids.push_str(id);
        self.id_ends.push(self.ids.len());
        self.rows.push(row);
        self.upto = end;
    }

    /// The events.
    pub(super) fn events(&self) -> Vec<&[u8]> {
        ranges(&self.ends).filter_map(|range| self.bytes.get(range)).collect()
    }

    /// The events with their ids, for an outbox.
    pub(super) fn items(&self, lane: u8) -> Vec<Item> {
        let ids = ranges(&self.id_ends).filter_map(|range| self.ids.get(range));
        let item = |(id, body): (&str, &[u8])| Item {
            message_id: id.to_owned(),
            lane,
            body: body.to_owned(),
        };
        ids.zip(self.events()).map(item).collect()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The bytes of all.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Where the row of an event begins.
    pub(super) fn row(&self, index: usize) -> Mark {
        self.rows.get(index).copied().unwrap_or_default()
    }

    /// Where the row of the first event begins.
    pub(super) fn first(&self) -> Option<Mark> {
        self.rows.first().copied()
    }
}

/// What lies between ends that follow one another.
fn ranges(ends: &[usize]) -> impl Iterator<Item = Range<usize>> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends).map(|(from, to)| from..*to)
}
