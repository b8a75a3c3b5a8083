//! What an import has settled so far, and the file with what was refused: both are written in step,
//! so that an import which is killed at any point goes on without gaps.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::load::Load;
use super::way::Taken;
use super::{Progress, Refusal};
use crate::engine::now;
use crate::error::Fault;
use crate::ledger::imports::{Checkpoint, Mark, Record};
use crate::ledger::outbox::LANES;

/// The state of a running import.
pub(super) struct Book<'a> {
    /// Where the record is kept; none for an import into the emulator, which nobody resumes.
    pub(super) checkpoint: Option<Checkpoint>,
    pub(super) record: Record,
    /// Loads settled, by lane.
    loads: [u64; LANES as usize],
    /// Refusals written down.
    written: u64,
    side: Side,
    /// What was refused, by code.
    pub(super) codes: BTreeMap<String, u64>,
    /// The first refusals.
    pub(super) sample: Vec<Refusal>,
    progress: &'a Progress,
}

/// How many refusals are kept for a message.
const SAMPLE: usize = 10;

impl<'a> Book<'a> {
    pub(super) fn new(
        checkpoint: Option<Checkpoint>,
        record: Record,
        side: Option<PathBuf>,
        progress: &'a Progress,
    ) -> Self {
        let side = Side { path: side, file: None, bytes: record.refused_bytes };
        let (loads, codes, sample) = Default::default();
        Self { checkpoint, record, loads, written: 0, side, codes, sample, progress }
    }

    /// Refusals written down since the import was begun or resumed.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Writes down a row that makes no event.
    ///
    /// # Errors
    /// A side file that cannot be written.
    pub(super) fn refuse(&mut self, refusal: Refusal) -> Result<(), Fault> {
        self.written += 1;
        self.record.seen = self.record.seen.max(refusal.end.unwrap_or_default());
        self.note(refusal)
    }

    fn note(&mut self, refusal: Refusal) -> Result<(), Fault> {
        self.side.write(&self.record.source, &refusal)?;
        self.record.refused += 1;
        self.progress.refused(1);
        *self.codes.entry(refusal.code.clone()).or_default() += 1;
        if self.sample.len() < SAMPLE {
            self.sample.push(refusal);
        }
        Ok(())
    }

    /// Settles a load that was delivered or queued; its refusals are written down first.
    ///
    /// # Errors
    /// A side file or a ledger that cannot be written.
    pub(super) fn settle(
        &mut self,
        lane: usize,
        load: &Load,
        Taken { delivered, queued }: &Taken,
    ) -> Result<(), Fault> {
        let events = load.events();
        for (index, reason) in &delivered.refused {
            let event = events.get(*index).copied().unwrap_or_default();
            let refusal = Refusal {
                row: load.row(*index),
                end: None,
                code: reason.code.clone(),
                message: reason.message.clone(),
                param: None,
                text: serde_json::from_slice(event).unwrap_or_default(),
            };
            self.note(refusal)?;
        }
        self.record.sent += delivered.sent as u64;
        self.progress.sent(delivered.sent as u64);
        self.record.queued += *queued as u64;
        self.progress.queued(*queued as u64);
        self.loads[lane] += 1;
        self.raise(lane, load.upto);
        for other in 0..usize::from(LANES) {
            // Nothing of that lane was outstanding: it is as far as the reader was.
            if self.loads[other] >= load.tide.loads[other] {
                self.raise(other, load.tide.floors[other]);
            }
        }
        self.save()
    }

    /// The end: everything before `at` is settled.
    ///
    /// # Errors
    /// As [`Self::settle`].
    pub(super) fn finish(&mut self, at: Mark) -> Result<(), Fault> {
        for lane in 0..usize::from(LANES) {
            self.raise(lane, at);
        }
        self.record.done = true;
        self.save()
    }

    fn raise(&mut self, lane: usize, mark: Mark) {
        let settled = &mut self.record.settled[lane];
        *settled = (*settled).max(mark);
    }

    /// Keeps how far it has come.
    ///
    /// # Errors
    /// As [`Self::settle`].
    pub(super) fn save(&mut self) -> Result<(), Fault> {
        self.record.refused_bytes = self.side.flush()?;
        self.record.at = now();
        match &mut self.checkpoint {
            Some(checkpoint) => checkpoint.save(&self.record),
            None => Ok(()),
        }
    }
}

/// The file with what was refused, one JSON object a line; made when there is something to put in.
struct Side {
    /// None writes nothing.
    path: Option<PathBuf>,
    file: Option<BufWriter<File>>,
    /// Its length, as far as it counts.
    bytes: u64,
}

impl Side {
    fn write(&mut self, source: &str, refusal: &Refusal) -> Result<(), Fault> {
        let Some(path) = self.path.clone() else { return Ok(()) };
        let mut line = json!({
            "source": source,
            "line": refusal.row.line + 1,
            "code": refusal.code,
            "message": refusal.message,
            "param": refusal.param,
            "row": refusal.text,
        })
        .to_string();
        line.push('\n');
        let failed = |why| Fault::io(format!("cannot write {}", path.display()), &why);
        let file = self.open(&path).map_err(failed)?;
        file.write_all(line.as_bytes()).map_err(failed)?;
        self.bytes += line.len() as u64;
        Ok(())
    }

    /// What an earlier run wrote after its last checkpoint is written again, so it goes.
    fn open(&mut self, path: &Path) -> std::io::Result<&mut BufWriter<File>> {
        match &mut self.file {
            Some(file) => Ok(file),
            none => {
                let mut options = File::options();
                options.create(true).truncate(false).write(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let mut file = options.open(path)?;
                self.bytes = self.bytes.min(file.metadata()?.len());
                file.set_len(self.bytes)?;
                file.seek(SeekFrom::End(0))?;
                Ok(none.insert(BufWriter::new(file)))
            }
        }
    }

    fn flush(&mut self) -> Result<u64, Fault> {
        if let Some(file) = &mut self.file {
            file.flush().map_err(|why| Fault::io("cannot write the refused rows", &why))?;
        }
        Ok(self.bytes)
    }
}
