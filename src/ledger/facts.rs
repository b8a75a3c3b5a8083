//! Small facts that outlive a run, by name. Losing them harms nothing but what they guard: a home
//! that cannot be written to has none.

use std::path::PathBuf;

use rusqlite::{OptionalExtension as _, params};

use super::Ledger;

/// The facts.
#[derive(Debug)]
pub struct Facts {
    path: Option<PathBuf>,
}

impl Facts {
    /// Facts kept in the ledger at `path`. Opens nothing yet.
    pub fn at(path: Option<PathBuf>) -> Self {
        Self { path }
    }

    /// The fact of that name, if it is known.
    pub fn get(&self, name: &str) -> Option<String> {
        let ledger = Ledger::open_to_read(self.path.as_deref()?).ok()??;
        let sql = "SELECT value FROM facts WHERE name = ?1";
        ledger.connection.query_row(sql, [name], |row| row.get(0)).optional().ok()?
    }

    /// Keeps a fact if it can be kept.
    pub fn set(&self, name: &str, value: &str) {
        let Some(Ok(ledger)) = self.path.as_deref().map(Ledger::open) else { return };
        let sql = "INSERT OR REPLACE INTO facts (name, value) VALUES (?1, ?2)";
        // What cannot be kept is not known the next time, and nothing else.
        let _ = ledger.connection.execute(sql, params![name, value]);
    }

    /// Forgets a fact.
    pub fn forget(&self, name: &str) {
        if self.get(name).is_none() {
            return;
        }
        let Some(Ok(ledger)) = self.path.as_deref().map(Ledger::open) else { return };
        let _ = ledger.connection.execute("DELETE FROM facts WHERE name = ?1", [name]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_outlives_whoever_learnt_it() {
        let home = tempfile::tempdir().unwrap();
        let path = Some(home.path().join("kosmo.db"));
        assert_eq!(Facts::at(path.clone()).get("a"), None);
        Facts::at(path.clone()).set("a", "1");
        Facts::at(path.clone()).set("a", "2");
        assert_eq!(Facts::at(path).get("a").as_deref(), Some("2"));
    }

    #[test]
    fn where_nothing_can_be_kept_nothing_is_known() {
        let facts = Facts::at(Some(PathBuf::from("/dev/null/kosmo.db")));
        facts.set("a", "1");
        assert_eq!(facts.get("a"), None);
        assert_eq!(Facts::at(None).get("a"), None);
    }
}
