//! Answers that are kept for a while under the key their caller chose, so that a request sent again is
//! answered as the first time and not done again. What a request and an answer are is not this file's
//! business; what it keeps holds no credential.

use std::path::PathBuf;

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::desk::Desk;
use crate::error::Fault;

/// How long an answer is kept, in seconds.
pub const KEPT: i64 = 24 * 3600;

/// A larger answer is not kept, only that there was one.
const LARGEST: usize = 4 << 20;

/// A request under a key.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Whose key, and which.
    pub key: &'a str,
    /// What it asks for, as a fingerprint.
    pub print: &'a str,
    /// The run it will be.
    pub run: &'a str,
    /// Who works on it: unique to one process.
    pub worker: &'a str,
}

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// What is known under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing: the request is to be worked on now.
    Nothing,
    /// Another request.
    Other,
    /// The same request, which is being worked on by this process.
    Working(String),
    /// The same request, begun by a process that kept no answer so far: still at it, or dead. Its run.
    Begun(String),
    /// The same request and its answer.
    Answered(Answer),
    /// The same request; its answer was too large to be kept. Its run.
    Done(String),
}

/// The answers.
#[derive(Debug)]
pub struct Replays(Desk);

impl Replays {
    /// Answers kept in the ledger at `path`. Opens nothing yet.
    pub fn at(path: Option<PathBuf>) -> Self {
        Self(Desk::at(path))
    }

    /// What is known under the key of a request. Where that is nothing, the request is put down as
    /// being worked on.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn begin(&self, request: &Request<'_>, now: i64) -> Result<Known, Fault> {
        self.change(|change| {
            change.execute("DELETE FROM replays WHERE at < ?1", [now - KEPT])?;
            let sql = "SELECT print, run, worker, status, body FROM replays WHERE key = ?1";
            type Row = (String, String, String, Option<u16>, Option<Vec<u8>>);
            let found: Option<Row> = change
                .query_row(sql, [request.key], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
                })
                .optional()?;
            let Some((print, run, worker, status, body)) = found else {
                let sql =
                    "INSERT INTO replays (key, print, run, worker, at) VALUES (?1, ?2, ?3, ?4, ?5)";
                let Request { key, print, run, worker } = request;
                change.execute(sql, params![key, print, run, worker, now])?;
                return Ok(Known::Nothing);
            };
            Ok(match (status, body) {
                _ if print != request.print => Known::Other,
                (Some(status), Some(body)) => Known::Answered(Answer { status, body }),
                (Some(_), None) => Known::Done(run),
                (None, _) if worker == request.worker => Known::Working(run),
                (None, _) => Known::Begun(run),
            })
        })
    }

    /// Keeps the answer to a request that was begun.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn keep(&self, key: &str, answer: &Answer) -> Result<(), Fault> {
        let body = (answer.body.len() <= LARGEST).then_some(&answer.body);
        self.change(|change| {
            let sql = "UPDATE replays SET status = ?2, body = ?3 WHERE key = ?1";
            change.execute(sql, params![key, answer.status, body]).map(drop)
        })
    }

    /// Forgets a request that came to nothing, so that its key can be used again.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn forget(&self, key: &str) -> Result<(), Fault> {
        self.change(|change| change.execute("DELETE FROM replays WHERE key = ?1", [key]).map(drop))
    }

    fn change<T>(
        &self,
        step: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Fault> {
        self.0.change(step, |_| true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request<'a>(key: &'a str, print: &'a str, worker: &'a str) -> Request<'a> {
        Request { key, print, run: "r1", worker }
    }

    #[test]
    fn a_request_is_worked_on_once_and_answered_as_often_as_it_comes() {
        let home = tempfile::tempdir().unwrap();
        let path = Some(home.path().join("kosmo.db"));
        let replays = Replays::at(path.clone());
        let answer = Answer { status: 200, body: b"{}".to_vec() };
        assert_eq!(replays.begin(&request("k", "a", "w"), 0).unwrap(), Known::Nothing);
        assert_eq!(replays.begin(&request("k", "a", "w"), 1).unwrap(), Known::Working("r1".into()));
        assert_eq!(replays.begin(&request("k", "b", "w"), 1).unwrap(), Known::Other);
        // Another process, after a restart for example.
        let later = Replays::at(path);
        assert_eq!(later.begin(&request("k", "a", "x"), 2).unwrap(), Known::Begun("r1".into()));
        replays.keep("k", &answer).unwrap();
        assert_eq!(later.begin(&request("k", "a", "x"), 3).unwrap(), Known::Answered(answer));
        assert_eq!(later.begin(&request("k", "a", "x"), KEPT + 1).unwrap(), Known::Nothing);
        later.forget("k").unwrap();
        assert_eq!(later.begin(&request("k", "b", "x"), KEPT + 1).unwrap(), Known::Nothing);
        let large = Answer { status: 200, body: vec![0; LARGEST + 1] };
        later.keep("k", &large).unwrap();
        assert_eq!(
            later.begin(&request("k", "b", "x"), KEPT + 1).unwrap(),
            Known::Done("r1".into())
        );
    }
}
