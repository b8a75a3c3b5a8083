//! The reading half of an import, on a thread of its own: rows become events, events are sorted into
//! lanes, and a full lane is handed to the sending half. Memory is bounded, since handing over waits
//! for room.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::mpsc::Sender;

use super::event::{Made, Maker};
use super::load::{Load, Tide};
use super::rows::{Cells, Row, Rows};
use super::{Progress, Refusal, Stop};
use crate::error::Fault;
use crate::ledger::imports::{Mark, Record};
use crate::ledger::outbox::LANES;

/// Room for what surrounds the events of a batch.
const AROUND: usize = 1024;

/// A lane that is not full is handed over after this, so that a slow source is not held back.
const LINGER: Duration = Duration::from_millis(500);

/// The reading half.
pub(super) struct Feed<'a> {
    pub(super) rows: Rows,
    pub(super) maker: Maker<'a>,
    /// What was known when the import began: what it says is settled is passed over.
    pub(super) record: &'a Record,
    pub(super) lanes: Vec<Sender<Load>>,
    pub(super) refusals: Sender<Refusal>,
    pub(super) stop: &'a Stop,
    pub(super) progress: &'a Progress,
    /// The bytes of events that one load takes.
    pub(super) room: usize,
}

/// What is being gathered.
struct Gathered {
    loads: [Load; LANES as usize],
    tide: Tide,
    since: Instant,
    /// The bytes of events that one load takes.
    room: usize,
}

impl Feed<'_> {
    /// Reads to the end, or until told to stop. Returns where it stands, and whether that is the end.
    ///
    /// # Errors
    /// A source that cannot be read on.
    pub(super) fn run(mut self) -> Result<(Mark, bool), Fault> {
        let mut gathered = Gathered {
            loads: std::array::from_fn(|_| Load::with_room(self.room)),
            tide: Tide::default(),
            since: Instant::now(),
            room: self.room,
        };
        let mut event = Vec::new();
        let mut at = self.record.low_water();
        let ended = loop {
            if self.stop.asked() {
                break Ok(false);
            }
            let row = match self.rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => break Ok(true),
                Err(fault) => break Err(fault),
            };
            let (start, end) = (row.start, row.end);
            at = end;
            event.clear();
            self.progress.read(at.offset);
            let made = match row.cells {
                Cells::Silence => None,
                _ => Some(self.maker.make(&row, &mut event)),
            };
            let open = match made.transpose() {
                Ok(None) => true,
                Ok(Some(Made { lane, id })) => {
                    let lane = usize::from(lane);
                    start < self.record.settled[lane]
                        || add(
                            &self.lanes,
                            &mut gathered,
                            lane,
                            (&id, &event),
                            (start, end),
                            self.maker.batch.most,
                        )
                }
                Err(_) if start < self.record.seen => true,
                Err(fault) => {
                    gathered.tide.refused += 1;
                    self.refusals.blocking_send(Refusal::of(&row, &fault)).is_ok()
                }
            };
            if !open {
                break Ok(false);
            }
            if gathered.since.elapsed() > LINGER {
                self.maker.tick();
                gathered.since = Instant::now();
                (0..usize::from(LANES)).all(|lane| close(&self.lanes, &mut gathered, lane, at));
            }
        };
        for lane in 0..usize::from(LANES) {
            close(&self.lanes, &mut gathered, lane, at);
        }
        ended.map(|ended| (at, ended))
    }
}

/// Puts an event into its lane; whether anybody still wants it.
fn add(
    lanes: &[Sender<Load>],
    gathered: &mut Gathered,
    lane: usize,
    (id, event): (&str, &[u8]),
    (start, end): (Mark, Mark),
    most: usize,
) -> bool {
    let load = &gathered.loads[lane];
    let full = load.len() >= most
        || load.bytes() + load.len() + event.len() + AROUND > gathered.room && !load.is_empty();
    let open = !full || close(lanes, gathered, lane, start);
    gathered.loads[lane].push((id, event), start, end);
    open
}

/// Hands a lane over; whether anybody still wants it.
fn close(lanes: &[Sender<Load>], gathered: &mut Gathered, lane: usize, at: Mark) -> bool {
    if gathered.loads[lane].is_empty() {
        return true;
    }
    let mut load = std::mem::replace(&mut gathered.loads[lane], Load::with_room(gathered.room));
    gathered.tide.loads[lane] += 1;
    gathered.tide.floors = std::array::from_fn(|lane| gathered.loads[lane].first().unwrap_or(at));
    load.tide = gathered.tide;
    lanes[lane].blocking_send(load).is_ok()
}

impl Refusal {
    /// A row that makes no event.
    fn of(row: &Row<'_>, fault: &Fault) -> Self {
        let text = match &row.cells {
            Cells::Line(line) => match serde_json::from_slice::<Value>(line) {
                Ok(value) => value,
                Err(_) => Value::from(String::from_utf8_lossy(line)),
            },
            Cells::Record(record) => {
                record.iter().map(|cell| Value::from(String::from_utf8_lossy(cell))).collect()
            }
            Cells::TooLong(_) | Cells::Silence => Value::Null,
        };
        Self {
            row: row.start,
            end: Some(row.end),
            code: fault.code.to_string(),
            message: fault.message.clone(),
            param: fault.extra.param.clone(),
            text,
        }
    }
}
