//! What is there, and what became of one event.

use std::collections::BTreeMap;
use std::fs;

use memchr::memmem::Finder;
use rusqlite::Connection;

use super::folder::{Segment, key, place, segments};
use super::graves::{self, Buried};
use super::registry;
use super::trouble::Trouble;
use super::walk::{End, Found, Walk};
use super::{Local, now, receipts, rfc3339};
use crate::error::Fault;
use crate::ledger::outbox::{Mine, Place, Receipt, State, Status, Which};

impl Local {
    pub(super) fn mine_now(&self, most: usize) -> Result<Mine, Fault> {
        let own = self.producer().own().to_vec();
        let mut mine = Mine::default();
        if own.is_empty() {
            return Ok(mine);
        }
        self.work(|_, db| {
            let refused = registry::count_buried(db, "segment")?;
            for segment in own {
                let buried = refused.get(&segment.name).copied().unwrap_or(0);
                let progress = registry::progress(db, &segment.name)?;
                let settled = match progress {
                    Some(progress) => progress.settled,
                    None if segment.file.exists() => 0,
                    // Settled to the end, and removed.
                    None => segment.appended,
                };
                let from = progress.unwrap_or_default().position;
                let ahead = registry::skips(db, &segment.name, from)?.len() as u64;
                let queued = segment.appended.saturating_sub(settled + ahead);
                mine.queued += queued;
                mine.refused += buried;
                mine.sent += segment.appended.saturating_sub(queued + buried);
                let room = most.saturating_sub(mine.listed.len());
                if buried > 0 && room > 0 {
                    let graves = graves::buried_of(db, &segment.name, room)?;
                    mine.listed.extend(graves.into_iter().map(receipt));
                }
            }
            Ok(mine)
        })
    }

    pub(super) fn state_now(&self, which: &Which) -> Result<BTreeMap<Place, State>, Fault> {
        if self.is_untouched() {
            return Ok(BTreeMap::new());
        }
        let folders = self.folders(which)?;
        self.work(|_, db| {
            let mut all: BTreeMap<Place, State> = BTreeMap::new();
            for (place, folder) in folders {
                let state = all.entry(place).or_default();
                for segment in segments(&folder)? {
                    count(db, &segment, state)?;
                }
            }
            let (sent, buried) = (registry::count_sent(db)?, registry::count_buried(db, "place")?);
            for (name, count) in &sent {
                if let Some(state) = known(&mut all, which, name) {
                    state.counts.sent = *count;
                }
            }
            for (name, count) in &buried {
                if let Some(state) = known(&mut all, which, name) {
                    state.counts.buried = *count;
                }
            }
            for (place, state) in &mut all {
                state.paused = registry::paused(db, &key(place), now())?;
            }
            all.retain(|_, state| *state != State::default());
            Ok(all)
        })
    }

    pub(super) fn look_now(&self, message_id: &str) -> Result<Receipt, Fault> {
        let unknown = Receipt {
            message_id: message_id.to_owned(),
            place: None,
            status: Status::Unknown,
            at: None,
            body: None,
        };
        if self.is_untouched() {
            return Ok(unknown);
        }
        let folders = self.folders(&Which::default())?;
        self.work(|_, db| {
            let finder = Finder::new(message_id);
            for (place, folder) in folders {
                for segment in segments(&folder)? {
                    if let Some(receipt) = find(db, &place, &segment, &finder, message_id)? {
                        return Ok(receipt);
                    }
                }
            }
            if let Some(grave) = graves::buried(db, Some(message_id), 0, 1)?.pop() {
                return Ok(receipt(grave));
            }
            Ok(match receipts::find(db, message_id)? {
                Some((name, at)) => {
                    let (place, at) = (place(&name), rfc3339(at));
                    Receipt { place, status: Status::Sent, at, ..unknown }
                }
                None => unknown,
            })
        })
    }
}

/// The state of a place, when it is meant.
fn known<'a>(
    all: &'a mut BTreeMap<Place, State>,
    which: &Which,
    name: &str,
) -> Option<&'a mut State> {
    let place = place(name).filter(|place| which.means(place))?;
    Some(all.entry(place).or_default())
}

/// Shows the unsettled events of a segment that were not buried where they lie, until `see` returns
/// false; why it ended, none when `see` had enough or the segment is gone.
pub(super) fn unsettled(
    db: &Connection,
    segment: &Segment,
    mut see: impl FnMut(&Found<'_>) -> bool,
) -> Result<Option<End>, Trouble> {
    let from = registry::progress(db, &segment.name)?.unwrap_or_default().position;
    let skips = registry::skips(db, &segment.name, from)?;
    let Some(walk) = Walk::open(&segment.file, from)? else { return Ok(None) };
    Ok(walk.each(|found| skips.contains(&found.here) || see(&found))?)
}

/// Adds what a segment holds.
fn count(db: &Connection, segment: &Segment, state: &mut State) -> Result<(), Trouble> {
    let mut oldest = None;
    let end = unsettled(db, segment, |found| {
        state.counts.queued += 1;
        state.counts.bytes += found.body.len() as u64;
        if oldest.is_none() {
            oldest = rfc3339(found.at);
        }
        true
    })?;
    if let Some(End::Damaged(why)) = end {
        state.damaged.push(why);
    }
    let older = oldest.filter(|oldest| state.oldest.as_ref().is_none_or(|have| oldest < have));
    state.oldest = older.or(state.oldest.take());
    Ok(())
}

/// The receipt of an event that is queued in a segment.
fn find(
    db: &Connection,
    place: &Place,
    segment: &Segment,
    finder: &Finder<'_>,
    message_id: &str,
) -> Result<Option<Receipt>, Trouble> {
    // Most segments do not have it: that is found out without taking them apart. They are not large.
    let bytes = match fs::read(&segment.file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if finder.find(&bytes).is_none() {
        return Ok(None);
    }
    let mut receipt = None;
    unsettled(db, segment, |found| {
        if found.message_id != message_id {
            return true;
        }
        receipt = Some(Receipt {
            message_id: message_id.to_owned(),
            place: Some(place.clone()),
            status: Status::Queued,
            at: rfc3339(found.at),
            body: Some(found.body.to_vec()),
        });
        false
    })?;
    Ok(receipt)
}

/// The receipt of a buried event.
pub(super) fn receipt(grave: Buried) -> Receipt {
    Receipt {
        place: place(&grave.place),
        message_id: grave.message_id,
        status: Status::Buried { reason: grave.reason },
        at: rfc3339(grave.at),
        body: Some(grave.body),
    }
}
