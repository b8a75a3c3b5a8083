//! The tokens that were handed out: which of them are revoked, and how many calls each has made. What
//! a token allows is signed into the token itself and is not this file's business.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::desk::Desk;
use super::{Ledger, explain};
use crate::error::Fault;

/// How long an expired token is still listed, in seconds.
const KEPT: i64 = 30 * 24 * 3600;

/// One token as it was handed out. The token itself is kept nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// The token it was narrowed from.
    pub parent: Option<String>,
    /// What its maker called it.
    pub name: Option<String>,
    /// When it was made, in seconds since the epoch.
    pub made: i64,
    /// When it ends.
    pub expires: i64,
    /// What it allows, as JSON.
    pub scope: String,
    /// The calls it may make; none for any number.
    pub calls: Option<u64>,
    /// The calls made with it and with what was narrowed from it.
    pub used: u64,
    /// When it was revoked.
    pub revoked: Option<i64>,
}

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Nothing is known of it.
    Unknown,
    /// It, or one it was narrowed from, was revoked.
    Revoked,
    /// It, or one it was narrowed from, has made this many calls and may make no more.
    Spent(u64),
}

/// The register of tokens.
#[derive(Debug)]
pub struct Register(Desk);

impl Register {
    /// A register kept in the ledger at `path`. Opens nothing yet.
    pub fn at(path: Option<PathBuf>) -> Self {
        Self(Desk::at(path))
    }

    /// Writes a token down, and forgets those that ended long ago.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn add(&self, entry: &Entry) -> Result<(), Fault> {
        self.change(|change| {
            change.execute("DELETE FROM tokens WHERE expires < ?1", [entry.made - KEPT])?;
            let sql = "INSERT INTO tokens (id, parent, name, made, expires, scope, calls, used) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)";
            let Entry { id, parent, name, made, expires, scope, .. } = entry;
            let calls = entry.calls.map(|calls| i64::try_from(calls).unwrap_or(i64::MAX));
            change.execute(sql, params![id, parent, name, made, expires, scope, calls]).map(drop)
        })
    }

    /// Whether a token counts: `chain` is it and all it was narrowed from.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn standing(&self, chain: &[(&str, Option<u64>)]) -> Result<Result<(), Refused>, Fault> {
        let stands = |ledger: &Ledger| stands(&ledger.connection, chain);
        Ok(self.look(stands)?.unwrap_or(Err(Refused::Unknown)))
    }

    /// Takes one call from every token of the chain, or from none of them.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn spend(&self, chain: &[(&str, Option<u64>)]) -> Result<Result<(), Refused>, Fault> {
        self.change(|change| {
            if let Err(refused) = stands(change, chain)? {
                return Ok(Err(refused));
            }
            for (id, calls) in chain {
                let sql = "UPDATE tokens SET used = used + 1 WHERE id = ?1 RETURNING used";
                let used: i64 = change.query_row(sql, [id], |row| row.get(0))?;
                let used = u64::try_from(used).unwrap_or(u64::MAX);
                if let Some(calls) = calls.filter(|calls| used > *calls) {
                    return Ok(Err(Refused::Spent(calls)));
                }
            }
            Ok(Ok(()))
        })
    }

    /// Every token that is remembered, the newest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn list(&self) -> Result<Vec<Entry>, Fault> {
        let look = |ledger: &Ledger| {
            let sql = "SELECT id, parent, name, made, expires, scope, calls, used, revoked \
                       FROM tokens ORDER BY made DESC, id DESC";
            ledger.connection.prepare(sql)?.query_map([], entry)?.collect()
        };
        Ok(self.look(look)?.unwrap_or_default())
    }

    /// Revokes a token; what was narrowed from it ends with it. Whether it counted until now.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn revoke(&self, id: &str, now: i64) -> Result<bool, Fault> {
        self.change(|change| {
            let sql = "UPDATE tokens SET revoked = ?2 WHERE id = ?1 AND revoked IS NULL";
            Ok(change.execute(sql, params![id, now])? > 0)
        })
    }

    /// Reads without making anything; none where no token was ever written down.
    fn look<T>(&self, step: impl Fn(&Ledger) -> rusqlite::Result<T>) -> Result<Option<T>, Fault> {
        let Some(path) = self.0.path() else { return Ok(None) };
        let Some(ledger) = Ledger::open_to_read(path)? else { return Ok(None) };
        let sql = "SELECT 1 FROM sqlite_master WHERE name = 'tokens'";
        let known = ledger.connection.query_row(sql, [], |_| Ok(())).optional();
        match known.map_err(|error| explain(path, &error))? {
            None => Ok(None),
            Some(()) => step(&ledger).map(Some).map_err(|error| explain(path, &error)),
        }
    }

    /// One transaction that no other process can come between. What answers with a refusal leaves
    /// nothing behind.
    fn change<T: Outcome>(
        &self,
        step: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Fault> {
        self.0.change(step, Outcome::keeps)
    }
}

/// Whether what a step did is to be kept.
trait Outcome {
    fn keeps(&self) -> bool {
        true
    }
}

impl Outcome for () {}
impl Outcome for bool {}
impl Outcome for Result<(), Refused> {
    fn keeps(&self) -> bool {
        self.is_ok()
    }
}

fn stands(
    change: &Connection,
    chain: &[(&str, Option<u64>)],
) -> rusqlite::Result<Result<(), Refused>> {
    for (id, _) in chain {
        let sql = "SELECT revoked FROM tokens WHERE id = ?1";
        let revoked: Option<Option<i64>> =
            change.query_row(sql, [id], |row| row.get(0)).optional()?;
        match revoked {
            None => return Ok(Err(Refused::Unknown)),
            Some(Some(_)) => return Ok(Err(Refused::Revoked)),
            Some(None) => {}
        }
    }
    Ok(Ok(()))
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let count = |index| {
        let count: Option<i64> = row.get(index)?;
        Ok::<_, rusqlite::Error>(count.and_then(|count| u64::try_from(count).ok()))
    };
    Ok(Entry {
        id: row.get(0)?,
        parent: row.get(1)?,
        name: row.get(2)?,
        made: row.get(3)?,
        expires: row.get(4)?,
        scope: row.get(5)?,
        calls: count(6)?,
        used: count(7)?.unwrap_or(0),
        revoked: row.get(8)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register() -> (tempfile::TempDir, Register) {
        let home = tempfile::tempdir().unwrap();
        let register = Register::at(Some(home.path().join("kosmo.db")));
        (home, register)
    }

    fn token(id: &str, made: i64) -> Entry {
        let scope = "{}".to_owned();
        Entry { id: id.to_owned(), made, expires: made + 60, scope, ..Entry::default() }
    }

    #[test]
    fn a_budget_is_shared_by_all_that_was_narrowed_from_it() {
        let (_home, register) = register();
        for id in ["root", "one", "other"] {
            register.add(&token(id, 0)).unwrap();
        }
        let spend = |id| register.spend(&[("root", Some(2)), (id, Some(5))]).unwrap();
        assert_eq!(spend("one"), Ok(()));
        assert_eq!(spend("other"), Ok(()));
        assert_eq!(spend("one"), Err(Refused::Spent(2)));
        let used = |id: &str| {
            register.list().unwrap().into_iter().find(|entry| entry.id == id).unwrap().used
        };
        assert_eq!((used("root"), used("one"), used("other")), (2, 1, 1), "nothing half taken");
    }

    #[test]
    fn a_budget_is_shared_by_processes() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("kosmo.db");
        Register::at(Some(path.clone())).add(&token("t", 0)).unwrap();
        let spent: usize = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..4)
                .map(|_| {
                    let register = Register::at(Some(path.clone()));
                    scope.spawn(move || {
                        let chain = [("t", Some(10))];
                        (0..5).filter(|_| register.spend(&chain).unwrap().is_ok()).count()
                    })
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).sum()
        });
        assert_eq!(spent, 10);
    }

    #[test]
    fn what_is_revoked_or_unknown_does_not_count() {
        let (_home, register) = register();
        assert_eq!(register.standing(&[("t", None)]).unwrap(), Err(Refused::Unknown));
        register.add(&token("t", 0)).unwrap();
        assert_eq!(register.standing(&[("t", None)]).unwrap(), Ok(()));
        assert!(register.revoke("t", 1).unwrap());
        assert!(!register.revoke("t", 2).unwrap(), "once is enough");
        for answer in [register.standing(&[("t", None)]), register.spend(&[("t", None)])] {
            assert_eq!(answer.unwrap(), Err(Refused::Revoked));
        }
        assert_eq!(register.spend(&[("stranger", None)]).unwrap(), Err(Refused::Unknown));
    }

    #[test]
    fn what_ended_long_ago_is_forgotten() {
        let (_home, register) = register();
        register.add(&token("old", 0)).unwrap();
        register.add(&token("new", KEPT + 61)).unwrap();
        let ids: Vec<String> = register.list().unwrap().into_iter().map(|e| e.id).collect();
        assert_eq!(ids, ["new"]);
    }
}
