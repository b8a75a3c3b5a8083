//! Changes that a person asks for: putting buried events back, burying queued ones, and letting what
//! was queued for one place go to another.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use uuid::Uuid;

use super::folder::{Segment, key, place, segments};
use super::graves::{self, Buried};
use super::holder::end_leases_of_the_dead;
use super::inquiry::unsettled;
use super::producer::Target;
use super::registry::{self, change};
use super::sync::sync_folder;
use super::trouble::Trouble;
use super::walk::{End, Found};
use super::{Local, now};
use crate::error::{Fault, Kind};
use crate::ledger::outbox::{Item, LANES, Place, Reason, Which};
use crate::settings::edit::create_private_folder;

/// Events changed together.
const GROUP: usize = 500;

/// How long a change may take before a courier takes the lane nevertheless.
const LEASE: Duration = Duration::from_secs(60);

impl Local {
    pub(super) fn retry_now(&self, which: &Which) -> Result<u64, Fault> {
        if self.is_untouched() {
            return Ok(0);
        }
        let (mut after, mut count) = (0, 0);
        loop {
            let page = self.work(|root, db| {
                let change = change(db)?;
                let page = graves::buried(&change, None, after, GROUP)?;
                let last = page.last().map(|grave| grave.seq);
                let mut back = Vec::new();
                for grave in page {
                    let place = place(&grave.place).filter(|place| which.means(place));
                    if let (Some(place), true) = (place, which.names(&grave.message_id)) {
                        let Buried { message_id, lane, body, .. } = grave;
                        let item = Item { message_id, lane, body };
                        let target = Target { root, place: &place, at: now(), desk: &self.desk };
                        self.producer().append(target, &[item])?;
                        back.push(grave.seq);
                    }
                }
                // Should the process die here, they are queued and buried: sent at most once too often.
                graves::exhume(&change, &back)?;
                change.commit()?;
                count += back.len() as u64;
                Ok(last)
            })?;
            match page {
                Some(last) => after = last,
                None => break,
            }
        }
        self.start_syncing();
        Ok(count)
    }

    pub(super) fn bury_now(&self, which: &Which, reason: &Reason) -> Result<u64, Fault> {
        let mut count = 0;
        for (place, folder) in self.folders(which)? {
            let key = key(&place);
            for lane in 0..LANES {
                count += self.work(|root, db| {
                    let mut segments = segments(&folder)?;
                    segments.retain(|segment| segment.lane == lane);
                    let mut meant = 0;
                    for segment in &segments {
                        meant += each_meant(db, segment, which, |_| ())?;
                    }
                    if meant == 0 {
                        return Ok(0);
                    }
                    let token = hold(db, root, &key, lane)?;
                    let mut count = 0;
                    for segment in &segments {
                        count += bury_in(db, segment, which, (&key, reason))?;
                    }
                    registry::give_back(db, (&key, lane), &token)?;
                    Ok(count)
                })?;
            }
        }
        Ok(count)
    }

    pub(super) fn adopt_now(&self, from: &Place, mark: &str) -> Result<u64, Fault> {
        let to = Place { mark: mark.to_owned(), ..from.clone() };
        if self.is_untouched() || *from == to {
            return Ok(0);
        }
        self.producer().leave(from);
        self.work(|root, db| {
            let (old, new) = (key(from), key(&to));
            let (source, target) = (root.join(&old), root.join(&new));
            create_private_folder(&target)?;
            let mut tokens = Vec::new();
            for lane in 0..LANES {
                tokens.push((lane, hold(db, root, &old, lane)?));
            }
            // Nobody looks for segments that seem to be gone while this is under way.
            let change = change(db)?;
            let mut count = 0;
            for segment in segments(&source)? {
                let mut queued = 0;
                let end = unsettled(&change, &segment, |_| {
                    queued += 1;
                    true
                })?;
                // One that is still written to is meant for the old place.
                if end == Some(End::Over) {
                    let name = segment.file.file_name().unwrap_or_default();
                    fs::rename(&segment.file, target.join(name))?;
                    count += queued;
                }
            }
            count += graves::rename_buried(&change, &old, &new)?;
            for (lane, token) in tokens {
                registry::give_back(&change, (&old, lane), &token)?;
            }
            change.commit()?;
            sync_folder(&target)?;
            sync_folder(&source)?;
            Ok(count)
        })
    }
}

/// Takes a lane for a change.
fn hold(db: &Connection, root: &Path, key: &str, lane: u8) -> Result<String, Trouble> {
    end_leases_of_the_dead(db, root, key, now())?;
    let token = Uuid::new_v4().to_string();
    let lasting = i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
    if registry::lease(db, (key, lane), &token, now(), lasting)? {
        return Ok(token);
    }
    let fault = Fault::new(Kind::Conflict, "a courier is sending these events at this moment")
        .code("being_sent")
        .hint("stop `kosmo outbox:run`, or try again when it has finished");
    Err(fault.into())
}

fn each_meant(
    db: &Connection,
    segment: &Segment,
    which: &Which,
    mut see: impl FnMut(&Found<'_>),
) -> Result<u64, Trouble> {
    let mut count = 0;
    unsettled(db, segment, |found| {
        if which.names(found.message_id) {
            count += 1;
            see(found);
        }
        true
    })?;
    Ok(count)
}

/// Buries the events of a segment that are meant; how many there were.
fn bury_in(
    db: &mut Connection,
    segment: &Segment,
    which: &Which,
    (key, reason): (&str, &Reason),
) -> Result<u64, Trouble> {
    let change = change(db)?;
    let mut failed = None;
    let count = each_meant(&change, segment, which, |found| {
        let grave = Buried {
            seq: 0,
            place: key.to_owned(),
            lane: segment.lane,
            segment: segment.name.clone(),
            message_id: found.message_id.to_owned(),
            at: now(),
            reason: reason.clone(),
            body: found.body.to_vec(),
        };
        let buried = graves::bury(&change, &grave)
            .and_then(|()| registry::skip(&change, &segment.name, found.here));
        failed = failed.take().or(buried.err());
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    change.commit()?;
    Ok(count)
}
