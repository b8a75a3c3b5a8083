//! What calls said and were told, kept beside their entries and forgotten sooner. What is in it is
//! the caller's business; how much of it there may be is decided here.

use rusqlite::{Transaction, params};

/// The fact that counts the bytes of all details, so that nobody has to add them up.
const COUNTER: &str = "details_bytes";

/// Rows looked at in one go when there are too many bytes.
const SWEEP: i64 = 500;

/// Keeps the details of the entries with these ids; the oldest make room.
pub(super) fn insert<'a>(
    change: &Transaction<'_>,
    told: impl Iterator<Item = (&'a str, &'a str)>,
    most: Option<u64>,
) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO details (run, bytes, content) VALUES (?1, ?2, ?3)";
    let mut insert = change.prepare_cached(sql)?;
    let mut more = 0;
    for (id, content) in told {
        let bytes = i64::try_from(content.len()).unwrap_or(i64::MAX);
        insert.execute(params![id, bytes, content])?;
        more += bytes;
    }
    if more == 0 {
        return Ok(());
    }
    let kept = count(change, more)?;
    let most = most.and_then(|most| i64::try_from(most).ok());
    match most.filter(|most| kept > *most) {
        // A little more than needed goes, so that not every call has to clear away.
        Some(most) => shrink(change, kept - most + most / 10),
        None => Ok(()),
    }
}

/// Forgets the details of entries that began before `limit`.
pub(super) fn forget(change: &Transaction<'_>, limit: &str) -> rusqlite::Result<()> {
    let sql = "DELETE FROM details WHERE run IN (SELECT id FROM runs WHERE at < ?) RETURNING bytes";
    let freed = change
        .prepare_cached(sql)?
        .query_map([limit], |row| row.get::<_, i64>(0))?
        .sum::<rusqlite::Result<i64>>()?;
    count(change, -freed).map(drop)
}

/// Adds to the counter; what it says then.
fn count(change: &Transaction<'_>, more: i64) -> rusqlite::Result<i64> {
    change
        .prepare_cached(
            "INSERT INTO facts VALUES (?1, ?2) ON CONFLICT (name)
             DO UPDATE SET value = CAST(value AS INTEGER) + ?2 RETURNING CAST(value AS INTEGER)",
        )?
        .query_row(params![COUNTER, more], |row| row.get(0))
}

/// Deletes the oldest until so many bytes are free.
fn shrink(change: &Transaction<'_>, mut excess: i64) -> rusqlite::Result<()> {
    while excess > 0 {
        let oldest: Vec<(i64, i64)> = change
            .prepare_cached("SELECT number, bytes FROM details ORDER BY number LIMIT ?")?
            .query_map([SWEEP], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let (mut last, mut freed) = (None, 0);
        for (number, bytes) in oldest {
            if freed >= excess {
                break;
            }
            last = Some(number);
            freed += bytes;
        }
        let Some(last) = last else { return Ok(()) };
        change.prepare_cached("DELETE FROM details WHERE number <= ?")?.execute([last])?;
        count(change, -freed)?;
        excess -= freed;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ledger::journal::{Entry, Journal, Retention};

    fn record(journal: &Journal, id: &str, at: &str, bytes: usize) {
        let entry = Entry { id: id.into(), at: at.into(), ..Entry::default() };
        let text = json!("x".repeat(bytes)).to_string();
        journal.record_with(entry, Box::new(move || Some(text)));
        assert_eq!(journal.flush(), None);
    }

    #[test]
    fn the_oldest_details_make_room_and_their_entries_stay() {
        let folder = tempfile::tempdir().unwrap();
        let retention = Retention { details_bytes: Some(10_000), ..Retention::default() };
        let journal = Journal::at(Some(folder.path().join("kosmo.db"))).keep(retention);
        for n in 0..30 {
            record(&journal, &format!("{n:02}"), "2026-01-01T12:00:00Z", 1000);
        }
        let kept: Vec<u32> =
            (0..30).filter(|n| journal.details(&format!("{n:02}")).unwrap().is_some()).collect();
        assert!(kept.len() <= 10 && kept.len() >= 8, "{kept:?}");
        assert_eq!(kept.last(), Some(&29), "the newest are kept");
        assert!(journal.get("00").is_ok());
    }

    #[test]
    fn details_are_forgotten_before_their_entries() {
        let folder = tempfile::tempdir().unwrap();
        let retention = Retention { days: Some(30), details_days: Some(7), ..Retention::default() };
        let journal = Journal::at(Some(folder.path().join("kosmo.db"))).keep(retention);
        record(&journal, "1", "2026-01-01T12:00:00Z", 10);
        assert!(journal.details("1").unwrap().is_some());
        record(&journal, "2", "2026-01-10T12:00:00Z", 10);
        assert_eq!(journal.details("1").unwrap(), None);
        assert!(journal.details("2").unwrap().is_some());
        assert!(journal.get("1").is_ok());
    }
}
