//! Finding a function by what somebody wants to do. Weighs the words of a query against every part
//! of every row; knows synonyms and forgives typing errors. Same question, same answer: nothing is
//! random and nothing is remembered. How hits are shown is left to the faces.

mod entry;
mod words;

use std::collections::BTreeMap;

use super::name::fold;
use super::{Catalogue, Operation};
use entry::Entry;
use words::{SYNONYMS, stem, telling};

/// A function that was found.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'a> {
    /// Its row.
    pub operation: &'a Operation,
    /// How well it fits; only comparable within one search.
    pub score: f64,
}

/// Hits this much worse than the best one are noise.
const NOISE: f64 = 0.2;

/// The best functions for `query`, best first, at most `limit`.
pub fn search<'a>(catalogue: &'a Catalogue, query: &str, limit: usize) -> Vec<Hit<'a>> {
    Index::of(catalogue).find(query, limit)
}

/// What a query asks for.
struct Wanted {
    folded: String,
    terms: Vec<String>,
}

impl Wanted {
    fn read(query: &str) -> Self {
        let mut terms: Vec<String> = Vec::new();
        for term in telling(query) {
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        Self { folded: fold(query), terms }
    }
}

/// Every row's words, for more than one search over the same catalogue.
pub struct Index<'a> {
    entries: Vec<Entry<'a>>,
    /// Each word, the rows it stands in and its weight in each.
    places: BTreeMap<String, Vec<(usize, f64)>>,
    synonyms: Vec<Vec<String>>,
}

impl<'a> Index<'a> {
    /// The words of every row of `catalogue`.
    pub fn of(catalogue: &'a Catalogue) -> Self {
        let mut entries = Vec::new();
        let mut places: BTreeMap<String, Vec<(usize, f64)>> = BTreeMap::new();
        for (row, operation) in catalogue.operations().enumerate() {
            let (entry, weights) = Entry::of(operation);
            entries.push(entry);
            for (word, weight) in weights {
                places.entry(word).or_default().push((row, weight));
            }
        }
        let stemmed = |group: &&[&str]| group.iter().map(|word| stem(word)).collect();
        Self { entries, places, synonyms: SYNONYMS.iter().map(stemmed).collect() }
    }

    /// The best functions for `query`, best first, at most `limit`.
    pub fn find(&self, query: &str, limit: usize) -> Vec<Hit<'a>> {
        let wanted = Wanted::read(query);
        let mut scores = vec![0.0; self.entries.len()];
        let mut covered = vec![0_u32; self.entries.len()];
        for term in &wanted.terms {
            let matches = self.weigh(term);
            let rarity = rarity(self.entries.len(), matches.len());
            for (row, weight) in matches {
                scores[row] += weight * rarity;
                covered[row] += 1;
            }
        }
        let mut hits: Vec<Hit<'a>> = self
            .entries
            .iter()
            .enumerate()
            .filter(|(row, _)| covered[*row] > 0)
            .map(|(row, entry)| Hit {
                operation: entry.operation,
                score: scores[row] * coverage(covered[row], wanted.terms.len())
                    + entry.bonus(&wanted),
            })
            .collect();
        hits.sort_by(|a, b| {
            // Of equals the harmless one first.
            let effects = a.operation.effect.cmp(&b.operation.effect);
            let names = || a.operation.full_name().cmp(&b.operation.full_name());
            b.score.total_cmp(&a.score).then(effects).then_with(names)
        });
        let floor = hits.first().map_or(0.0, |best| best.score * NOISE);
        hits.retain(|hit| hit.score >= floor);
        hits.truncate(limit);
        hits
    }

    /// The rows that answer to `term`, and how well. Typing errors are only thought of when
    /// nothing fits.
    fn weigh(&self, term: &str) -> BTreeMap<usize, f64> {
        let circles = self.synonyms.iter().filter(|group| group.iter().any(|word| word == term));
        let circle: Vec<&String> = circles.flatten().collect();
        let known = self.matching(|word| {
            if word == term {
                1.0
            } else if circle.iter().any(|synonym| *synonym == word) {
                0.5
            } else if term.len() >= 4 && word.starts_with(term) {
                0.6
            } else {
                0.0
            }
        });
        if term.len() < 4 || !known.is_empty() {
            return known;
        }
        let slips = if term.len() >= 7 { 2 } else { 1 };
        self.matching(|word| {
            let near = word.len() >= 3
                && word.len().abs_diff(term.len()) <= slips
                && strsim::osa_distance(term, word) <= slips;
            if near { 0.6 } else { 0.0 }
        })
    }

    /// The best weight of each row by a way of comparing words.
    fn matching(&self, likeness: impl Fn(&str) -> f64) -> BTreeMap<usize, f64> {
        let mut rows = BTreeMap::new();
        for (word, places) in &self.places {
            let like = likeness(word);
            if like == 0.0 {
                continue;
            }
            for (row, weight) in places {
                let best = rows.entry(*row).or_insert(0.0_f64);
                *best = best.max(weight * like);
            }
        }
        rows
    }
}

/// Rare words say more than common ones.
fn rarity(all: usize, found: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of rows are small")]
    let ratio = all as f64 / found.max(1) as f64;
    (1.0 + ratio).ln()
}

/// A row that answers to every word of the query beats one that answers to some.
fn coverage(covered: u32, terms: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a query has few words")]
    let share = f64::from(covered) / terms.max(1) as f64;
    share * share
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(query: &str) -> Vec<String> {
        let catalogue = Catalogue::new(Vec::new());
        search(&catalogue, query, 20).iter().map(|hit| hit.operation.name.clone()).collect()
    }

    #[test]
    fn the_function_meant_comes_first() {
        for (query, expected) in [
            ("track_event", "track_event"),
            ("listSources", "list_sources"),
            ("segment.segment_identify", "identify_user"),
            ("Page View", "page_view"),
            ("log a conversion", "track_event"),
            ("record a purchase", "track_event"),
            ("who am I", "get_current_user"),
            ("verify credentials", "get_current_user"),
            ("is my token valid", "get_current_user"),
            ("add user to company", "group"),
            ("merge two ids", "alias"),
            ("bulk import", "batch"),
            ("show all sources", "list_sources"),
            ("write key of one source", "get_source"),
            ("workspace details", "get_workspace"),
            ("team members", "list_users"),
            ("update a user's traits", "identify_user"),
            ("mobile screen", "screen"),
            ("somebody visited the website", "page_view"),
            ("workspce", "get_workspace"),
            ("idnetify", "identify_user"),
        ] {
            assert_eq!(found(query).first().map(String::as_str), Some(expected), "{query}");
        }
    }

    #[test]
    fn a_group_of_functions_is_found_by_its_noun() {
        let sources = found("source");
        assert!(sources[..2].contains(&"get_source".to_owned()), "{sources:?}");
        assert!(sources[..2].contains(&"list_sources".to_owned()), "{sources:?}");
    }

    #[test]
    fn nothing_is_found_for_nothing_and_for_nonsense() {
        assert!(found("").is_empty());
        assert!(found("  ").is_empty());
        assert!(found("xyzzy qwrtp").is_empty());
    }

    #[test]
    fn the_limit_holds_and_the_order_is_always_the_same() {
        let catalogue = Catalogue::new(Vec::new());
        assert_eq!(search(&catalogue, "user", 2).len(), 2);
        assert_eq!(found("user"), found("user"));
    }
}
