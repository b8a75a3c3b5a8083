//! Buried events, in the ledger: what will not be sent unless somebody puts it back.

use rusqlite::{Connection, params};

use super::super::Reason;

/// An event that will not be sent.
#[derive(Debug, Clone)]
pub(super) struct Buried {
    pub(super) seq: i64,
    pub(super) place: String,
    pub(super) lane: u8,
    /// The segment it came from.
    pub(super) segment: String,
    pub(super) message_id: String,
    /// When it was buried, milliseconds since 1970.
    pub(super) at: i64,
    pub(super) reason: Reason,
    pub(super) body: Vec<u8>,
}

/// Buries an event.
pub(super) fn bury(db: &Connection, event: &Buried) -> rusqlite::Result<()> {
    let sql = "INSERT INTO outbox_buried
               (place, lane, segment, message_id, at, code, message, http_status, body)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let Buried { place, lane, segment, message_id, at, reason, body, .. } = event;
    let Reason { code, message, http_status } = reason;
    db.prepare_cached(sql)?
        .execute(params![place, lane, segment, message_id, at, code, message, http_status, body])
        .map(drop)
}

const GRAVE: &str =
    "SELECT seq, place, lane, segment, message_id, at, code, message, http_status, body
     FROM outbox_buried";

fn grave(row: &rusqlite::Row<'_>) -> rusqlite::Result<Buried> {
    Ok(Buried {
        seq: row.get(0)?,
        place: row.get(1)?,
        lane: row.get(2)?,
        segment: row.get(3)?,
        message_id: row.get(4)?,
        at: row.get(5)?,
        reason: Reason { code: row.get(6)?, message: row.get(7)?, http_status: row.get(8)? },
        body: row.get(9)?,
    })
}

/// The first of the events of a segment that are buried.
pub(super) fn buried_of(
    db: &Connection,
    segment: &str,
    most: usize,
) -> rusqlite::Result<Vec<Buried>> {
    let sql = format!("{GRAVE} WHERE segment = ?1 ORDER BY seq LIMIT ?2");
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    db.prepare_cached(&sql)?.query_map(params![segment, most], grave)?.collect()
}

/// Lets buried events belong to another place; how many.
pub(super) fn rename_buried(db: &Connection, from: &str, to: &str) -> rusqlite::Result<u64> {
    let sql = "UPDATE outbox_buried SET place = ?2 WHERE place = ?1";
    db.execute(sql, [from, to]).map(|count| count as u64)
}

/// Buried events, the oldest first, after number `after`; of one id, when it is given.
pub(super) fn buried(
    db: &Connection,
    message_id: Option<&str>,
    after: i64,
    most: usize,
) -> rusqlite::Result<Vec<Buried>> {
    let one = if message_id.is_some() { "message_id = ?1" } else { "?1 IS NULL" };
    let sql = format!("{GRAVE} WHERE {one} AND seq > ?2 ORDER BY seq LIMIT ?3");
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    db.prepare_cached(&sql)?.query_map(params![message_id, after, most], grave)?.collect()
}

/// Forgets buried events by their number.
pub(super) fn exhume(db: &Connection, seqs: &[i64]) -> rusqlite::Result<()> {
    let mut delete = db.prepare_cached("DELETE FROM outbox_buried WHERE seq = ?1")?;
    seqs.iter().try_for_each(|seq| delete.execute([seq]).map(drop))
}

/// Whether anything is buried of a place.
pub(super) fn has_graves(db: &Connection, place: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM outbox_buried WHERE place = ?1 LIMIT 1")?.exists([place])
}

/// Forgets a buried event that was sent after all.
pub(super) fn exhume_sent(db: &Connection, place: &str, message_id: &str) -> rusqlite::Result<()> {
    let sql = "DELETE FROM outbox_buried WHERE message_id = ?2 AND place = ?1";
    db.prepare_cached(sql)?.execute([place, message_id]).map(drop)
}
