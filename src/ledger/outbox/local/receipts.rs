//! The ids of what was sent, packed: a UUID is 16 bytes, anything else is kept as text.

use rusqlite::{Connection, params};
use uuid::Uuid;

/// Ids of events that were settled together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Packed {
    /// How many.
    pub(super) count: usize,
    /// The UUIDs among them, 16 bytes each.
    pub(super) ids: Vec<u8>,
    /// The others, each as JSON between newlines.
    pub(super) names: String,
}

impl Packed {
    /// Adds an id.
    pub(super) fn add(&mut self, message_id: &str) {
        self.count += 1;
        match uuid(message_id) {
            Some(uuid) => self.ids.extend(uuid.as_bytes()),
            None => {
                if self.names.is_empty() {
                    self.names.push('\n');
                }
                self.names.push_str(&line(message_id));
                self.names.push('\n');
            }
        }
    }
}

/// The UUID, when its text is the usual one: only then can it be written again from its bytes.
fn uuid(text: &str) -> Option<Uuid> {
    let uuid = Uuid::try_parse(text).ok()?;
    let mut buffer = Uuid::encode_buffer();
    (uuid.hyphenated().encode_lower(&mut buffer) == text).then_some(uuid)
}

fn line(message_id: &str) -> String {
    serde_json::Value::from(message_id).to_string()
}

/// Where and when an event was sent: the place's key and milliseconds since 1970.
pub(super) fn find(db: &Connection, message_id: &str) -> rusqlite::Result<Option<(String, i64)>> {
    let Some(uuid) = uuid(message_id) else {
        let sql = "SELECT place, at FROM outbox_settled WHERE instr(names, ?1) > 0
                   ORDER BY seq DESC LIMIT 1";
        let mut query = db.prepare_cached(sql)?;
        let mut rows = query.query([format!("\n{}\n", line(message_id))])?;
        return rows.next()?.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose();
    };
    // SQLite finds the groups that have these bytes somewhere; they must stand where an id stands.
    let sql =
        "SELECT place, at, ids FROM outbox_settled WHERE instr(ids, ?1) > 0 ORDER BY seq DESC";
    let mut query = db.prepare_cached(sql)?;
    let mut rows = query.query([uuid.as_bytes().as_slice()])?;
    while let Some(row) = rows.next()? {
        let ids: Vec<u8> = row.get(2)?;
        if ids.chunks_exact(16).any(|id| id == uuid.as_bytes()) {
            return Ok(Some((row.get(0)?, row.get(1)?)));
        }
    }
    Ok(None)
}

/// Forgets receipts from before `limit`, and the oldest of those that take more than `room` bytes.
pub(super) fn trim(db: &Connection, limit: i64, room: i64) -> rusqlite::Result<()> {
    db.execute("DELETE FROM outbox_settled WHERE at < ?1", [limit])?;
    let sql = "DELETE FROM outbox_settled WHERE seq <= (
                   SELECT seq FROM (SELECT seq, SUM(bytes) OVER (ORDER BY seq DESC) AS total
                                    FROM outbox_settled)
                   WHERE total > ?1 ORDER BY seq DESC LIMIT 1)";
    db.execute(sql, params![room]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Ledger;
    use crate::ledger::outbox::local::registry;

    fn settle(db: &Connection, at: i64, ids: &[&str]) {
        let mut packed = Packed::default();
        ids.iter().for_each(|id| packed.add(id));
        assert_eq!(packed.count, ids.len());
        registry::receipts(db, "p", at, &packed).unwrap();
    }

    #[test]
    fn ids_of_any_form_are_found_again_and_only_they() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("kosmo.db")).unwrap();
        let db = &ledger.connection;
        let (one, two) =
            ("00000000-0000-0000-0000-000000000001", "0000000000000000000000000000000a");
        let odd = ["", "with\nnewline", "a\"b", "ORDER-1", &one.replace('1', "A")];
        settle(db, 1, &[one, two]);
        settle(db, 2, &odd);
        for id in [one, two].iter().chain(&odd) {
            assert!(find(db, id).unwrap().is_some(), "{id:?}");
        }
        // Bytes that are there, but not as one id.
        for id in ["ORDER", "newline", "00000000-0000-0001-0000-000000000000", "\n"] {
            assert_eq!(find(db, id).unwrap(), None, "{id:?}");
        }
    }

    #[test]
    fn receipts_go_when_they_are_old_or_too_many() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("kosmo.db")).unwrap();
        let db = &ledger.connection;
        let ids: Vec<String> = (0..10).map(|_| Uuid::new_v4().to_string()).collect();
        for (at, id) in (0..).zip(&ids) {
            settle(db, at, &[id]);
        }
        let left = |db: &Connection| ids.iter().position(|id| find(db, id).unwrap().is_some());
        trim(db, 3, 1000).unwrap();
        assert_eq!(left(db), Some(3));
        trim(db, 3, 5 * 16).unwrap();
        assert_eq!(left(db), Some(5));
    }
}
