//! How much the calls in the journal have carried, counted where they lie.

use rusqlite::{Row, ToSql, params_from_iter};

use super::journal::Journal;
use super::{Ledger, explain};
use crate::error::Fault;

impl Journal {
    /// How many events the calls of an account to a service have carried since then, as far as
    /// they are remembered: those the service took, and when the last of them began.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn carried(
        &self,
        account: &str,
        service: &str,
        since: &str,
        emulated: bool,
    ) -> Result<(u64, Option<String>), Fault> {
        let Some(path) = self.path() else { return Ok((0, None)) };
        let Some(ledger) = Ledger::open_to_read(path)? else { return Ok((0, None)) };
        let sum = "SELECT coalesce(sum(coalesce(json_extract(request, '$.events'), 1)), 0), max(at)
            FROM runs WHERE account = ? AND at >= ? AND emulated = ? AND status = 'ok'
            AND json_extract(request, '$.backend') = ?";
        let values: [&dyn ToSql; 4] = [&account, &since, &emulated, &service];
        let row = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?));
        let (events, last) = ledger
            .connection
            .query_row(sum, params_from_iter(values), row)
            .map_err(|error| explain(path, &error))?;
        Ok((u64::try_from(events).unwrap_or(0), last))
    }
}
