//! Forgetting what is too old, once a day.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Transaction;

use super::details;

/// How long things are kept.
#[derive(Debug, Clone, Copy, Default)]
pub struct Retention {
    /// Entries, in days; none for ever.
    pub days: Option<u32>,
    /// Their details, in days.
    pub details_days: Option<u32>,
    /// All details together, in bytes; the oldest go first.
    pub details_bytes: Option<u64>,
}

/// Deletes what is too old by the clock of the newest entry, unless that was done that day or later.
pub(super) fn old(
    change: &Transaction<'_>,
    now: &str,
    retention: Retention,
) -> rusqlite::Result<()> {
    let (days, details_days) = (retention.days, retention.details_days);
    let Ok(at) = now.parse::<Timestamp>() else { return Ok(()) };
    if days.or(details_days).is_none() {
        return Ok(());
    }
    let before = |days: u32| {
        at.checked_sub(SignedDuration::from_hours(24 * i64::from(days)))
            .ok()
            .map(|at| at.to_string())
    };
    let today = at.to_string().chars().take(10).collect::<String>();
    let new_day = change.execute(
        "INSERT INTO facts VALUES ('forgot', ?1)
         ON CONFLICT (name) DO UPDATE SET value = ?1 WHERE value < ?1",
        [&today],
    )?;
    if new_day == 0 {
        return Ok(());
    }
    let shorter = details_days.into_iter().chain(days).min();
    if let Some(limit) = shorter.and_then(before) {
        details::forget(change, &limit)?;
    }
    if let Some(limit) = days.and_then(before) {
        change.execute("DELETE FROM runs WHERE at < ?", [limit])?;
    }
    Ok(())
}
