//! What became of what the segments hold, in the ledger: who holds which lane, how far each segment is
//! settled, who pauses, and the receipts of what was sent. What was buried has a module of its own.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::super::CLOCKS_DIFFER;
use super::receipts::Packed;
use super::walk::Position;

/// No lease is asked for longer than this. One that seems to last longer was taken before the clock
/// was put back, and counts as ended: its holder learns so when it settles, and what it had sent is
/// sent again under the same ids. A clock that goes back by less makes a dead courier's lease last
/// longer by as much; one that goes forward ends leases early, with the same effect as above. In no
/// case is anything lost.
const LONGEST_LEASE: i64 = 10 * 60 * 1000;

/// The longest pause.
const LONGEST_PAUSE: i64 = 24 * 60 * 60 * 1000;

/// How far a segment is settled, and how many of its events are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) position: Position,
    pub(super) settled: u64,
}

/// A change of the registry that nobody can come between.
pub(super) fn change(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn held(now: i64, until: i64) -> bool {
    until > now && until <= now.saturating_add(LONGEST_LEASE)
}

/// The lanes of a place that somebody holds, with the tokens they are held by.
pub(super) fn leases(
    db: &Connection,
    place: &str,
    now: i64,
) -> rusqlite::Result<Vec<(u8, String)>> {
    let sql = "SELECT lane, token, until FROM outbox_leases WHERE place = ?1";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([place], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    let rows: Vec<((u8, String), i64)> = rows.collect::<Result<_, _>>()?;
    Ok(rows.into_iter().filter(|(_, until)| held(now, *until)).map(|(lease, _)| lease).collect())
}

/// Takes a lane unless somebody holds it; whether it was taken.
pub(super) fn lease(
    db: &Connection,
    (place, lane): (&str, u8),
    token: &str,
    now: i64,
    lasting: i64,
) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO outbox_leases (place, lane, token, until) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (place, lane) DO UPDATE SET token = ?3, until = ?4
               WHERE until <= ?5 OR until > ?5 + ?6";
    let until = now.saturating_add(lasting.min(LONGEST_LEASE));
    let values = params![place, lane, token, until, now, LONGEST_LEASE];
    Ok(db.prepare_cached(sql)?.execute(values)? > 0)
}

/// Lets a lease last longer; whether it was still there.
pub(super) fn prolong(
    db: &Connection,
    (place, lane): (&str, u8),
    token: &str,
    until: i64,
) -> rusqlite::Result<bool> {
    let sql = "UPDATE outbox_leases SET until = ?4 WHERE place = ?1 AND lane = ?2 AND token = ?3";
    Ok(db.prepare_cached(sql)?.execute(params![place, lane, token, until])? > 0)
}

/// Whether a lease is still there. One that has run out is, until somebody else takes the lane.
pub(super) fn is_leased(
    db: &Connection,
    (place, lane): (&str, u8),
    token: &str,
) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM outbox_leases WHERE place = ?1 AND lane = ?2 AND token = ?3";
    db.prepare_cached(sql)?.exists(params![place, lane, token])
}

/// Ends a lease.
pub(super) fn give_back(
    db: &Connection,
    (place, lane): (&str, u8),
    token: &str,
) -> rusqlite::Result<()> {
    let sql = "DELETE FROM outbox_leases WHERE place = ?1 AND lane = ?2 AND token = ?3";
    db.prepare_cached(sql)?.execute(params![place, lane, token]).map(drop)
}

/// Sets or lifts a pause.
pub(super) fn pause(
    db: &Connection,
    place: &str,
    until: i64,
    now: i64,
    why: &str,
) -> rusqlite::Result<()> {
    if until <= now {
        return db.execute("DELETE FROM outbox_pauses WHERE place = ?1", [place]).map(drop);
    }
    let sql = "INSERT OR REPLACE INTO outbox_pauses (place, until, why, since)
               VALUES (?1, ?2, ?3, ?4)";
    let until = until.min(now.saturating_add(LONGEST_PAUSE));
    db.execute(sql, params![place, until, why, now]).map(drop)
}

/// Why a place pauses, and until when. A pause that begins later than now was set before the clock was
/// put back, and is over.
pub(super) fn paused(
    db: &Connection,
    place: &str,
    now: i64,
) -> rusqlite::Result<Option<(String, i64)>> {
    let sql = "SELECT why, until FROM outbox_pauses
               WHERE place = ?1 AND until > ?2 AND since <= ?2 + ?3";
    db.prepare_cached(sql)?
        .query_row(params![place, now, CLOCKS_DIFFER], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// How far a segment is settled; none when nothing of it is.
pub(super) fn progress(db: &Connection, segment: &str) -> rusqlite::Result<Option<Progress>> {
    let sql = "SELECT frame, record, settled FROM outbox_progress WHERE segment = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        let frame = row.get::<_, i64>(0)?.unsigned_abs();
        let position = Position { frame, record: row.get(1)? };
        Ok(Progress { position, settled: row.get::<_, i64>(2)?.unsigned_abs() })
    };
    db.prepare_cached(sql)?.query_row([segment], read).optional()
}

/// Notes that a segment is settled up to `position`, `more` events further than before.
pub(super) fn advance(
    db: &Connection,
    segment: &str,
    position: Position,
    more: u64,
) -> rusqlite::Result<()> {
    let sql =
        "INSERT INTO outbox_progress (segment, frame, record, settled) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (segment) DO UPDATE
               SET frame = ?2, record = ?3, settled = settled + ?4
               WHERE (frame, record) < (?2, ?3)";
    let (frame, more) = (position.frame.cast_signed(), more.cast_signed());
    db.prepare_cached(sql)?.execute(params![segment, frame, position.record, more]).map(drop)
}

/// Forgets a segment that is gone.
pub(super) fn forget(db: &Connection, segment: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM outbox_progress WHERE segment = ?1")?.execute([segment])?;
    db.prepare_cached("DELETE FROM outbox_skips WHERE segment = ?1")?.execute([segment]).map(drop)
}

/// The unsettled events of a segment that were buried where they lie.
pub(super) fn skips(
    db: &Connection,
    segment: &str,
    from: Position,
) -> rusqlite::Result<Vec<Position>> {
    let sql = "SELECT frame, record FROM outbox_skips
               WHERE segment = ?1 AND (frame, record) >= (?2, ?3)";
    let read = |row: &rusqlite::Row<'_>| {
        let frame = row.get::<_, i64>(0)?.unsigned_abs();
        Ok(Position { frame, record: row.get(1)? })
    };
    let mut query = db.prepare_cached(sql)?;
    query.query_map(params![segment, from.frame.cast_signed(), from.record], read)?.collect()
}

/// Lets the reader of a segment pass over an event.
pub(super) fn skip(db: &Connection, segment: &str, at: Position) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO outbox_skips (segment, frame, record) VALUES (?1, ?2, ?3)";
    let values = params![segment, at.frame.cast_signed(), at.record];
    db.prepare_cached(sql)?.execute(values).map(drop)
}

/// How many events are buried, by a column: `place` or `segment`.
pub(super) fn count_buried(
    db: &Connection,
    by: &'static str,
) -> rusqlite::Result<HashMap<String, u64>> {
    count(db, &format!("SELECT {by}, COUNT(*) FROM outbox_buried GROUP BY 1"))
}

/// How many events are known to be sent, by place.
pub(super) fn count_sent(db: &Connection) -> rusqlite::Result<HashMap<String, u64>> {
    count(db, "SELECT place, SUM(count) FROM outbox_settled GROUP BY 1")
}

fn count(db: &Connection, sql: &str) -> rusqlite::Result<HashMap<String, u64>> {
    let mut query = db.prepare_cached(sql)?;
    let rows =
        query.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
    rows.collect()
}

/// Keeps the receipts of events that were sent.
pub(super) fn receipts(
    db: &Connection,
    place: &str,
    at: i64,
    packed: &Packed,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO outbox_settled (place, at, count, bytes, ids, names)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let count = i64::try_from(packed.count).unwrap_or(i64::MAX);
    let bytes = i64::try_from(packed.ids.len() + packed.names.len()).unwrap_or(i64::MAX);
    db.prepare_cached(sql)?
        .execute(params![place, at, count, bytes, packed.ids, packed.names])
        .map(drop)
}
