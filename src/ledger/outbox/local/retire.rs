//! Removing segments that are settled to their end and that nobody will add to.

use std::fs;
use std::io;

use rusqlite::Connection;

use super::Local;
use super::folder::Segment;
use super::producer::Closed;
use super::registry;
use super::trouble::Trouble;
use super::walk::{End, Position, Walk};

impl Local {
    /// Removes a segment that is settled up to `position`, if that is its end and its producer is gone.
    pub(super) fn retire(
        &self,
        db: &Connection,
        segment: &Segment,
        position: Position,
    ) -> Result<(), Trouble> {
        if position.record > 0 {
            return Ok(());
        }
        match self.producer().close(&segment.name, position.frame) {
            Closed::Now => return self.remove(db, segment),
            Closed::Not => return Ok(()),
            Closed::Elsewhere => {}
        }
        let Some(walk) = Walk::open(&segment.file, position)? else { return Ok(()) };
        match walk.each(|_| false)? {
            Some(End::Over) => self.remove(db, segment),
            _ => Ok(()),
        }
    }

    /// The file goes first: a segment without a note of what is settled would be sent again.
    pub(super) fn remove(&self, db: &Connection, segment: &Segment) -> Result<(), Trouble> {
        match fs::remove_file(&segment.file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(registry::forget(db, &segment.name)?),
        }
    }
}
