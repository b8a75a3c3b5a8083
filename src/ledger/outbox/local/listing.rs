//! Lists of what is queued or buried, the oldest first, in memory that depends on what is asked for
//! and not on what there is.

use std::collections::BinaryHeap;

use rusqlite::Connection;

use super::Local;
use super::folder::{Segment, place, segments};
use super::graves;
use super::inquiry::{receipt, unsettled};
use super::rfc3339;
use super::trouble::Trouble;
use super::walk::Position;
use crate::error::Fault;
use crate::ledger::outbox::{Place, Receipt, Status, Which};

/// The order of the list: by time, then by where an event lies.
type Order = (i64, String, Position);

/// An event of the list.
struct Line {
    order: Order,
    receipt: Receipt,
}

impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Line {}

impl PartialOrd for Line {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Line {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order.cmp(&other.order)
    }
}

impl Local {
    pub(super) fn list_now(
        &self,
        which: &Which,
        buried: bool,
        cursor: Option<&str>,
        most: usize,
    ) -> Result<Vec<Receipt>, Fault> {
        if self.is_untouched() || most == 0 {
            return Ok(Vec::new());
        }
        if buried {
            return self.work(|_, db| graves(db, which, cursor, most));
        }
        let folders = self.folders(which)?;
        self.work(|_, db| {
            let mut found = Vec::new();
            for (place, folder) in folders {
                found.extend(segments(&folder)?.into_iter().map(|one| (place.clone(), one)));
            }
            let after = match cursor {
                Some(id) => order_of(db, &found, id)?,
                None => None,
            };
            let mut lines = BinaryHeap::new();
            for (place, segment) in &found {
                gather(db, place, segment, which, after.as_ref(), most, &mut lines)?;
            }
            Ok(lines.into_sorted_vec().into_iter().map(|line| line.receipt).collect())
        })
    }
}

/// Where in the order an event stands; none when it is not queued any more, and then the list begins
/// anew.
fn order_of(
    db: &Connection,
    all: &[(Place, Segment)],
    message_id: &str,
) -> Result<Option<Order>, Trouble> {
    for (_, segment) in all {
        let mut order = None;
        unsettled(db, segment, |found| {
            if found.message_id == message_id {
                order = Some((found.at, segment.name.clone(), found.here));
            }
            order.is_none()
        })?;
        if order.is_some() {
            return Ok(order);
        }
    }
    Ok(None)
}

/// Adds the events of a segment that belong among the first `most` after `after`.
fn gather(
    db: &Connection,
    place: &Place,
    segment: &Segment,
    which: &Which,
    after: Option<&Order>,
    most: usize,
    lines: &mut BinaryHeap<Line>,
) -> Result<(), Trouble> {
    unsettled(db, segment, |found| {
        if !which.names(found.message_id) {
            return true;
        }
        let order = (found.at, segment.name.clone(), found.here);
        if after.is_some_and(|after| order <= *after) {
            return true;
        }
        if lines.len() >= most && lines.peek().is_some_and(|last| order > last.order) {
            // A clock that was put back can bring older ones later in a segment: look on.
            return true;
        }
        let receipt = Receipt {
            message_id: found.message_id.to_owned(),
            place: Some(place.clone()),
            status: Status::Queued,
            at: rfc3339(found.at),
            body: Some(found.body.to_vec()),
        };
        lines.push(Line { order, receipt });
        if lines.len() > most {
            lines.pop();
        }
        true
    })?;
    Ok(())
}

fn graves(
    db: &Connection,
    which: &Which,
    cursor: Option<&str>,
    most: usize,
) -> Result<Vec<Receipt>, Trouble> {
    let mut after = match cursor {
        Some(id) => graves::buried(db, Some(id), 0, 1)?.pop().map_or(0, |grave| grave.seq),
        None => 0,
    };
    let mut listed = Vec::new();
    loop {
        let page = graves::buried(db, None, after, most.min(500))?;
        let Some(last) = page.last() else { return Ok(listed) };
        after = last.seq;
        for grave in page {
            let meant = place(&grave.place).is_some_and(|place| which.means(&place));
            if meant && which.names(&grave.message_id) {
                listed.push(receipt(grave));
            }
            if listed.len() >= most {
                return Ok(listed);
            }
        }
    }
}
