//! How long the log beside the ledger may become. It is left where it is when a run ends, since to fold
//! it into the file costs a flush to disk; but the next run has to read all of it before anything else.

use std::fs;

use rusqlite::config::DbConfig;

use super::Ledger;

/// How many bytes of log are left to the next run.
const LONG: u64 = 1 << 20;

impl Drop for Ledger {
    /// Of all who leave, the last folds a log that has become long into the file: SQLite begins a
    /// log anew only while somebody stays, so that of short runs it would grow for ever.
    fn drop(&mut self) {
        let log = self.connection.path().and_then(|path| fs::metadata(format!("{path}-wal")).ok());
        if log.is_some_and(|log| log.len() > LONG) {
            // Who cannot fold it leaves it to the next.
            self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Opens the ledger, writes a little and leaves.
    fn run(path: &Path, number: usize) {
        let ledger = Ledger::open(path).unwrap();
        let sql = "INSERT OR REPLACE INTO facts VALUES ('runs', ?1)";
        ledger.connection.execute(sql, [format!("{number:09000}")]).unwrap();
    }

    #[test]
    fn of_many_short_runs_one_folds_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kosmo.db");
        let log = || fs::metadata(folder.path().join("kosmo.db-wal")).map_or(0, |log| log.len());
        run(&path, 0);
        assert!(log() > 0, "a short run pays for no flush");
        let longest = (1..300).map(|number| (run(&path, number), log()).1).max().unwrap();
        assert!(longest <= LONG, "{longest}");
        assert!(longest > LONG / 2, "{longest}");
    }

    #[test]
    fn who_stays_keeps_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kosmo.db");
        let log = folder.path().join("kosmo.db-wal");
        let stays = Ledger::open(&path).unwrap();
        (0..300).for_each(|number| run(&path, number));
        assert!(fs::metadata(&log).unwrap().len() > LONG);
        drop(stays);
        assert!(!log.exists());
    }
}
