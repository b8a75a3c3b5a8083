//! Writing down what became of events that were read, in one transaction.

use std::collections::{BTreeMap, HashSet};

use rusqlite::Connection;

use super::drain::Mark;
use super::folder::{Segment, key};
use super::graves::{self, Buried};
use super::now;
use super::receipts::Packed;
use super::registry::{self, change};
use super::trouble::{Trouble, lease_lost};
use super::walk::{Position, Walk};
use crate::error::{Fault, Kind};
use crate::ledger::outbox::{Claim, Reason};

/// Writes down that events are settled; how far that brought each segment.
pub(super) fn settle(
    db: &mut Connection,
    claim: &Claim,
    marks: &[Mark],
    buried: &[(usize, Reason)],
) -> Result<Vec<(Segment, Position)>, Trouble> {
    let (key, at) = (key(&claim.place), now());
    let graves = graves(claim, marks, buried, at)?;
    let refused: HashSet<usize> = buried.iter().map(|(index, _)| *index).collect();
    let mut sent = Packed::default();
    let mut far: Vec<(Segment, Position, u64)> = Vec::new();
    for (index, mark) in marks.iter().enumerate() {
        if !refused.contains(&index) {
            sent.add(&mark.message_id);
        }
        match far.last_mut().filter(|(segment, ..)| *segment == mark.segment) {
            Some((_, position, count)) => (*position, *count) = (mark.next, *count + mark.passed),
            None => far.push((mark.segment.clone(), mark.next, mark.passed)),
        }
    }
    let change = change(db)?;
    if !registry::is_leased(&change, (&key, claim.lane), &claim.token)? {
        return Err(lease_lost().into());
    }
    if graves::has_graves(&change, &key)? {
        // Put back and sent, by a process that died before it could say so.
        marks.iter().try_for_each(|mark| graves::exhume_sent(&change, &key, &mark.message_id))?;
    }
    if sent.count > 0 {
        registry::receipts(&change, &key, at, &sent)?;
    }
    graves.iter().try_for_each(|grave| graves::bury(&change, grave))?;
    for (segment, position, count) in &far {
        registry::advance(&change, &segment.name, *position, *count)?;
    }
    change.commit()?;
    Ok(far.into_iter().map(|(segment, position, _)| (segment, position)).collect())
}

/// What is kept of events that will not be sent. Their bodies are read again: there are few.
fn graves(
    claim: &Claim,
    marks: &[Mark],
    buried: &[(usize, Reason)],
    at: i64,
) -> Result<Vec<Buried>, Trouble> {
    let reasons: BTreeMap<usize, &Reason> =
        buried.iter().map(|(index, reason)| (*index, reason)).collect();
    let mut graves: Vec<Buried> = Vec::new();
    let mut wanted = reasons
        .into_iter()
        .filter_map(|(index, reason)| Some((marks.get(index)?, reason)))
        .peekable();
    while let Some((first, _)) = wanted.peek() {
        let segment = first.segment.clone();
        let Some(walk) = Walk::open(&segment.file, first.here)? else { return Err(gone(&segment)) };
        walk.each(|found| {
            let of_here =
                |(mark, _): &(&Mark, &Reason)| mark.segment == segment && mark.here == found.here;
            if let Some((mark, reason)) = wanted.next_if(of_here) {
                graves.push(Buried {
                    seq: 0,
                    place: key(&claim.place),
                    lane: claim.lane,
                    segment: segment.name.clone(),
                    message_id: mark.message_id.clone(),
                    at,
                    reason: reason.clone(),
                    body: found.body.to_vec(),
                });
            }
            wanted.peek().is_some_and(|(mark, _)| mark.segment == segment)
        })?;
        if wanted.peek().is_some_and(|(mark, _)| mark.segment == segment) {
            return Err(gone(&segment));
        }
    }
    Ok(graves)
}

fn gone(segment: &Segment) -> Trouble {
    let message = format!("{} cannot be read any more", segment.file.display());
    Fault::new(Kind::Io, message).code("outbox_failed").into()
}
