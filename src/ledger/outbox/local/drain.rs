//! The courier's side: taking a lane, reading on in it, and settling what was read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::folder::{Segment, key, places, segments};
use super::holder::end_leases_of_the_dead;
use super::receipts::trim;
use super::registry;
use super::settle::settle;
use super::trouble::{Trouble, lease_lost};
use super::walk::{End, Position, Walk};
use super::{Local, now};
use crate::error::Fault;
use crate::ledger::outbox::{Claim, Kept, Place, Reason, Which};

/// What a holder of a lane has read and not settled.
#[derive(Debug, Default)]
pub(super) struct Held {
    read: Vec<Mark>,
    settled: u32,
}

/// Where one of those events stands.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) segment: Segment,
    pub(super) message_id: String,
    pub(super) here: Position,
    pub(super) next: Position,
    /// How many events lie between the one before and the next one: itself, and those passed over.
    pub(super) passed: u64,
}

/// Settlings by one holder after which old receipts are looked for.
const TRIM: u32 = 256;

impl Local {
    pub(super) fn claim_now(&self, which: &Which, lease: Duration) -> Result<Option<Claim>, Fault> {
        if self.is_untouched() {
            return Ok(None);
        }
        let root = self.root()?;
        let found = places(&root, which).map_err(|error| super::disk(&root, &error))?;
        if found.is_empty() {
            return Ok(None);
        }
        let token = self.token(&root)?;
        let claim = self.work(|_, db| {
            for (place, folder) in found {
                if let Some(lane) = self.take(db, &place, &folder, &token, lease)? {
                    return Ok(Some(Claim { place, lane, token }));
                }
            }
            Ok(None)
        })?;
        if let Some(claim) = &claim {
            self.held().insert(claim.token.clone(), Held::default());
        }
        Ok(claim)
    }

    fn take(
        &self,
        db: &mut Connection,
        place: &Place,
        folder: &Path,
        token: &str,
        lease: Duration,
    ) -> Result<Option<u8>, Trouble> {
        let (key, now) = (key(place), now());
        if registry::paused(db, &key, now)?.is_some() {
            return Ok(None);
        }
        if let Some(root) = folder.parent() {
            end_leases_of_the_dead(db, root, &key, now)?;
        }
        let taken = registry::leases(db, &key, now)?;
        let mut found: BTreeMap<u8, Vec<Segment>> = BTreeMap::new();
        for segment in segments(folder)? {
            found.entry(segment.lane).or_default().push(segment);
        }
        for (lane, segments) in
            found.into_iter().filter(|(lane, _)| taken.iter().all(|(held, _)| held != lane))
        {
            let mut more = false;
            for segment in &segments {
                more = more || self.has_more(db, segment)?;
            }
            let lasting = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
            if more && registry::lease(db, (&key, lane), token, now, lasting)? {
                return Ok(Some(lane));
            }
        }
        Ok(None)
    }

    /// Whether there is something to settle in a segment. One that nothing will be added to is removed.
    fn has_more(&self, db: &mut Connection, segment: &Segment) -> Result<bool, Trouble> {
        let position = registry::progress(db, &segment.name)?.unwrap_or_default().position;
        let Some(walk) = Walk::open(&segment.file, position)? else { return Ok(false) };
        match walk.each(|_| false)? {
            None => return Ok(true),
            Some(End::Over) => self.remove(db, segment)?,
            Some(End::Open | End::Damaged(_)) => {}
        }
        Ok(false)
    }

    pub(super) fn renew_now(&self, claim: &Claim, lease: Duration) -> Result<(), Fault> {
        self.work(|_, db| {
            let until = now().saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX));
            let lane = (key(&claim.place), claim.lane);
            let prolonged = registry::prolong(db, (&lane.0, lane.1), &claim.token, until)?;
            if prolonged { Ok(()) } else { Err(lease_lost().into()) }
        })
    }

    pub(super) fn read_now(
        &self,
        claim: &Claim,
        most: usize,
        bytes: usize,
    ) -> Result<Vec<Kept>, Fault> {
        let (kept, marks) = self.work(|root, db| {
            let folder = root.join(key(&claim.place));
            let (mut kept, mut marks, mut room) = (Vec::new(), Vec::new(), bytes);
            for segment in segments(&folder)?.into_iter().filter(|one| one.lane == claim.lane) {
                let full = read(db, &segment, most, &mut room, &mut kept, &mut marks)?;
                if full {
                    break;
                }
            }
            Ok((kept, marks))
        })?;
        match self.held().get_mut(&claim.token) {
            Some(held) => held.read = marks,
            None => return Err(lease_lost()),
        }
        Ok(kept)
    }

    pub(super) fn settle_now(
        &self,
        claim: &Claim,
        count: usize,
        buried: &[(usize, Reason)],
    ) -> Result<(), Fault> {
        let (marks, trims) = {
            let mut held = self.held();
            let held = held.get_mut(&claim.token).ok_or_else(lease_lost)?;
            let trims = held.settled % TRIM == 0;
            held.settled = held.settled.wrapping_add(1);
            (held.read[..count.min(held.read.len())].to_vec(), trims)
        };
        self.work(|_, db| {
            let settled = settle(db, claim, &marks, buried)?;
            for (segment, position) in settled {
                self.retire(db, &segment, position)?;
            }
            if trims {
                let oldest = now() - i64::from(self.habits.keep_days) * 24 * 60 * 60 * 1000;
                trim(db, oldest, i64::try_from(self.habits.keep_bytes).unwrap_or(i64::MAX))?;
            }
            Ok(())
        })?;
        if let Some(held) = self.held().get_mut(&claim.token) {
            held.read.drain(..marks.len());
        }
        Ok(())
    }

    pub(super) fn release_now(&self, claim: &Claim) -> Result<(), Fault> {
        self.held().remove(&claim.token);
        let key = key(&claim.place);
        self.work(|_, db| Ok(registry::give_back(db, (&key, claim.lane), &claim.token)?))
    }

    pub(super) fn pause_now(&self, place: &Place, until: i64, why: &str) -> Result<(), Fault> {
        self.work(|_, db| Ok(registry::pause(db, &key(place), until, now(), why)?))
    }

    /// The places that are meant, with their folders.
    pub(super) fn folders(&self, which: &Which) -> Result<Vec<(Place, PathBuf)>, Fault> {
        if self.is_untouched() {
            return Ok(Vec::new());
        }
        let root = self.root()?;
        places(&root, which).map_err(|error| super::disk(&root, &error))
    }
}

/// Reads on in one segment; whether there is no room for more.
fn read(
    db: &Connection,
    segment: &Segment,
    most: usize,
    room: &mut usize,
    kept: &mut Vec<Kept>,
    marks: &mut Vec<Mark>,
) -> Result<bool, Trouble> {
    let from = registry::progress(db, &segment.name)?.unwrap_or_default().position;
    let skips = registry::skips(db, &segment.name, from)?;
    let Some(walk) = Walk::open(&segment.file, from)? else { return Ok(false) };
    let (mut leading, mut read, mut passed) = (None, 0, 0);
    let end = walk.each(|found| {
        passed += 1;
        if skips.contains(&found.here) {
            if read == 0 {
                leading = Some((found.next, passed));
            }
            return true;
        }
        if kept.len() >= most || (found.body.len() > *room && !kept.is_empty()) {
            return false;
        }
        *room = room.saturating_sub(found.body.len());
        if read == 0 && leading.is_some() {
            passed = 1;
        }
        read += 1;
        let message_id = found.message_id.to_owned();
        marks.push(Mark {
            segment: segment.clone(),
            message_id: message_id.clone(),
            here: found.here,
            next: found.next,
            passed: std::mem::take(&mut passed),
        });
        kept.push(Kept { message_id, body: found.body.to_vec() });
        true
    })?;
    // What was buried where it lies needs no settling: it is passed when it comes first.
    if let Some((position, count)) = leading {
        registry::advance(db, &segment.name, position, count)?;
    }
    Ok(end.is_none())
}
