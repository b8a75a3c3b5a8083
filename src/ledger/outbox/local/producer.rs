//! The writing side: one open segment for each place and lane, locked for as long as this process
//! may add to it. It opens no database: an append is one write to a file.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::{Item, LANES, Place};
use super::folder::{key, segment_file, segment_name};
use super::frame::{self, STATE, State};
use super::sync::Desk;
use crate::settings::edit::create_private_folder;

/// A segment that has grown to this is closed and another one begun.
const FULL: u64 = 8 << 20;

/// A segment this process has written.
#[derive(Debug, Clone)]
pub(super) struct Own {
    pub(super) name: String,
    /// Where it was made.
    pub(super) file: PathBuf,
    /// How many events were put into it.
    pub(super) appended: u64,
}

/// A segment this process writes.
#[derive(Debug)]
struct Open {
    file: Arc<File>,
    name: String,
    length: u64,
    /// Its place in the list of own segments.
    own: usize,
    /// When the syncing thread was last told of it.
    noted: Option<u64>,
}

impl Drop for Open {
    fn drop(&mut self) {
        // The syncing thread may have the file a moment longer.
        self.file.unlock().ok();
    }
}

/// Whether a segment is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// It was closed just now.
    Now,
    /// There is more in it.
    Not,
    /// It is not being written here.
    Elsewhere,
}

/// Everything this process writes.
#[derive(Debug, Default)]
pub(super) struct Producer {
    places: Vec<(Place, [Option<Open>; LANES as usize])>,
    /// Every segment this process has made.
    own: Vec<Own>,
    /// Room for the bytes of an append.
    bytes: Vec<u8>,
}

/// Where an append goes, and who is to make it last.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    /// The folder of the outbox.
    pub(super) root: &'a Path,
    /// Whose events.
    pub(super) place: &'a Place,
    /// When, milliseconds since 1970.
    pub(super) at: i64,
    /// Is told what has to be brought to the disk.
    pub(super) desk: &'a Desk,
}

/// A frame that is written and does not count yet.
struct Written {
    lane: usize,
    at: u64,
    count: usize,
}

impl Producer {
    /// Appends items to their lanes, all or none.
    ///
    /// # Errors
    /// When the disk refuses; nothing of it counts then.
    pub(super) fn append(&mut self, target: Target<'_>, items: &[Item]) -> io::Result<()> {
        let row = self.row(target.place);
        let mut lanes: BTreeMap<usize, Vec<&Item>> = BTreeMap::new();
        for item in items {
            lanes.entry(usize::from(item.lane % LANES)).or_default().push(item);
        }
        // Only between two appends: what is taken back is marked in the file it was written to.
        for &lane in lanes.keys() {
            self.close_full(row, lane);
        }
        let frames = |items: &[&Item]| frame::fits(items) == items.len();
        if let (1, Some((&lane, items))) = (lanes.len(), lanes.first_key_value())
            && frames(items)
        {
            let written = self.write(target, row, lane, items, State::Kept)?;
            self.count(row, &written);
            return Ok(());
        }
        let mut written = Vec::new();
        for (lane, items) in lanes {
            let mut rest = items.as_slice();
            while !rest.is_empty() {
                match self.write(target, row, lane, rest, State::Pending) {
                    Ok(frame) => {
                        rest = &rest[frame.count..];
                        written.push(frame);
                    }
                    Err(error) => {
                        self.forsake(row, &written);
                        return Err(error);
                    }
                }
            }
        }
        for (done, frame) in written.iter().enumerate() {
            if let Err(error) = self.mark(row, frame, State::Kept) {
                self.forsake(row, &written[done..]);
                return Err(error);
            }
            self.count(row, frame);
        }
        Ok(())
    }

    fn row(&mut self, place: &Place) -> usize {
        let known = self.places.iter().position(|(have, _)| have == place);
        known.unwrap_or_else(|| {
            self.places.push((place.clone(), Default::default()));
            self.places.len() - 1
        })
    }

    fn open(&mut self, row: usize, lane: usize) -> Option<&mut Open> {
        self.places[row].1[lane].as_mut()
    }

    /// Closes a segment that has grown enough.
    fn close_full(&mut self, row: usize, lane: usize) {
        if self.open(row, lane).is_some_and(|open| open.length >= FULL) {
            self.places[row].1[lane] = None;
        }
    }

    fn count(&mut self, row: usize, frame: &Written) {
        if let Some(own) = self.open(row, frame.lane).map(|open| open.own) {
            self.own[own].appended += frame.count as u64;
        }
    }

    /// Writes as many items as one frame takes.
    fn write(
        &mut self,
        target: Target<'_>,
        row: usize,
        lane: usize,
        items: &[&Item],
        state: State,
    ) -> io::Result<Written> {
        if self.open(row, lane).is_none() {
            return self.begin(target, row, lane, items, state);
        }
        let Self { places, bytes, .. } = self;
        let Some(open) = &mut places[row].1[lane] else { return Err(io::ErrorKind::Other.into()) };
        bytes.clear();
        let count = frame::write(bytes, items, target.at, state);
        if let Err(error) = (&*open.file).write_all(bytes) {
            // What is torn cannot be read as an event; if it stays, nothing may follow it.
            let mended = open.file.set_len(open.length);
            if mended.and_then(|()| (&*open.file).seek(SeekFrom::Start(open.length))).is_err() {
                places[row].1[lane] = None;
            }
            return Err(error);
        }
        let at = open.length;
        open.length += bytes.len() as u64;
        target.desk.note(&open.file, &mut open.noted, bytes.len());
        Ok(Written { lane, at, count })
    }

    /// Begins a segment. It gets its name when the lock is held and the first frame is in it, so that
    /// nobody takes it for one whose producer is gone.
    fn begin(
        &mut self,
        target: Target<'_>,
        row: usize,
        lane: usize,
        items: &[&Item],
        state: State,
    ) -> io::Result<Written> {
        let folder = target.root.join(key(target.place));
        create_private_folder(&folder)?;
        let number = u8::try_from(lane).unwrap_or(0);
        let name = segment_name(number);
        let path = segment_file(&folder, &name);
        let unready = segment_file(&folder, &format!(".new-{name}"));
        let file = private_file(&unready)?;
        self.bytes.clear();
        self.bytes.extend(frame::header(target.place, number));
        let at = self.bytes.len() as u64;
        let count = frame::write(&mut self.bytes, items, target.at, state);
        let ready = file.lock().and_then(|()| (&file).write_all(&self.bytes));
        if let Err(error) = ready.and_then(|()| fs::rename(&unready, &path)) {
            fs::remove_file(&unready).ok();
            return Err(error);
        }
        let (length, own) = (self.bytes.len() as u64, self.own.len());
        let mut open = Open { file: Arc::new(file), name: name.clone(), length, own, noted: None };
        target.desk.note(&open.file, &mut open.noted, self.bytes.len());
        target.desk.note_folder(target.root, &folder);
        self.own.push(Own { name, file: path, appended: 0 });
        self.places[row].1[lane] = Some(open);
        Ok(Written { lane, at, count })
    }

    /// Says what a frame is worth. It is one byte in the middle of the file: no room is needed for it.
    fn mark(&mut self, row: usize, frame: &Written, state: State) -> io::Result<()> {
        let Some(open) = self.open(row, frame.lane) else { return Ok(()) };
        let mut file = &*open.file;
        file.seek(SeekFrom::Start(frame.at + STATE as u64))?;
        file.write_all(&[state as u8])?;
        file.seek(SeekFrom::Start(open.length)).map(drop)
    }

    /// Makes sure that frames will not count. Where that cannot be written down the segment is closed:
    /// a frame that its producer left pending does not count either.
    fn forsake(&mut self, row: usize, frames: &[Written]) {
        for frame in frames {
            if self.mark(row, frame, State::Void).is_err() {
                self.places[row].1[frame.lane] = None;
            }
        }
    }

    /// Closes a segment if it is being written here and nothing follows what is settled.
    pub(super) fn close(&mut self, name: &str, settled: u64) -> Closed {
        let mut all = self.places.iter_mut().flat_map(|(_, lanes)| lanes);
        match all.find(|open| open.as_ref().is_some_and(|open| open.name == name)) {
            Some(open) if open.as_ref().is_some_and(|open| open.length > settled) => Closed::Not,
            Some(open) => {
                *open = None;
                Closed::Now
            }
            None => Closed::Elsewhere,
        }
    }

    /// Closes every segment of a place.
    pub(super) fn leave(&mut self, place: &Place) {
        self.places.retain(|(have, _)| have != place);
    }

    /// The segments this process has made.
    pub(super) fn own(&self) -> &[Own] {
        &self.own
    }
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
impl Producer {
    /// Lets the next write to a lane of the first place go to another file.
    pub(super) fn break_lane(&mut self, lane: usize, file: File) {
        if let Some(open) = &mut self.places[0].1[lane] {
            open.file = Arc::new(file);
        }
    }
}
