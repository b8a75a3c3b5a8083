//! Finding a function by what somebody wants to do. Weighs the words of a query against every part
//! of every row; knows synonyms and forgives typing errors. Same question, same answer: nothing is
//! random and nothing is remembered. How hits are shown is left to the faces.

mod confidence;
mod entry;
mod kept;
mod query;
mod section;
mod tables;
mod words;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;

use super::{Catalogue, Operation, Provider};
pub use confidence::confident;
use entry::Entry;
use query::Wanted;
use section::Section;

/// A function that was found.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'a> {
    /// Its row.
    pub operation: &'a Operation,
    /// How well it fits; only comparable within one search.
    pub score: f64,
    /// How much of what was said, and of one phrase of the row, is the same, from 0 to 1.
    pub overlap: f64,
    /// How much of the words that were said the row has, from 0 to 1.
    pub covered: f64,
}

/// Hits this much worse than the best one are noise.
const NOISE: f64 = 0.2;
/// How near to a word of the query its synonyms, longer forms and corrections are.
const SYNONYM: f64 = 0.65;
const BEGINNING: f64 = 0.6;
const SLIP: f64 = 0.6;
/// What saying exactly one of a row's phrases is worth.
const PHRASE: f64 = 40.0;
/// What saying it in the row's own words is worth besides.
const VERY: f64 = 15.0;
/// From where on a phrase counts as said in full.
const WHOLE: f64 = 0.9;
/// How much of its score a second edition keeps.
const SECOND: f64 = 0.8;
/// A query of which no row answers to this share of the words is about something else.
const FEWEST: f64 = 0.3;

/// The best functions for `query`, best first, at most `limit`.
pub fn search<'a>(catalogue: &'a Catalogue, query: &str, limit: usize) -> Vec<Hit<'a>> {
    Index::of(catalogue).find(query, limit)
}

/// The words of a provider's rows, to be kept beside them: a search reads this instead of the rows.
pub fn kept(provider: &Provider) -> String {
    kept::write(&Section::of(provider, provider.operations.values()))
}

/// Every row's words, for more than one search over the same catalogue.
pub struct Index<'a> {
    entries: Vec<Entry<'a>>,
    /// Each word and its number.
    numbers: BTreeMap<Cow<'a, str>, usize>,
    /// The rows where each word stands, with its weight there.
    places: Vec<Vec<(usize, f64)>>,
    /// How much each word says.
    rarities: Vec<f64>,
}

impl<'a> Index<'a> {
    /// The words of every row of `catalogue`: as they were kept, and of rows that came later as they
    /// are read now.
    pub fn of(catalogue: &'a Catalogue) -> Self {
        let sections = catalogue.providers().flat_map(|provider| {
            let text = catalogue.kept_words(&provider.name);
            let kept = text.and_then(|text| kept::read(provider, text)).unwrap_or_default();
            let known: HashSet<&str> = kept.entries.iter().map(|entry| &*entry.name).collect();
            let new = provider.operations.keys().filter(|name| !known.contains(name.as_str()));
            let new = Section::of(provider, new.filter_map(|name| provider.operations.get(name)));
            [kept, new]
        });
        Self::joined(sections)
    }

    /// Puts sections together.
    fn joined(sections: impl Iterator<Item = Section<'a>>) -> Self {
        let mut entries = Vec::new();
        let mut numbers = BTreeMap::new();
        let mut places: Vec<Vec<(usize, f64)>> = Vec::new();
        for mut section in sections {
            let first = entries.len();
            let mut renumbered = Vec::with_capacity(section.words.len());
            for (word, mut rows) in section.words.into_iter().zip(section.places) {
                let number = *numbers.entry(word).or_insert(places.len());
                rows.iter_mut().for_each(|(row, _)| *row += first);
                match places.get_mut(number) {
                    Some(known) => known.append(&mut rows),
                    None => places.push(rows),
                }
                renumbered.push(number);
            }
            for word in section.entries.iter_mut().flat_map(|entry| &mut entry.phrases).flatten() {
                *word = renumbered[*word];
            }
            entries.append(&mut section.entries);
        }
        let rarities = places.iter().map(|rows| rarity(entries.len(), rows.len())).collect();
        Self { entries, numbers, places, rarities }
    }

    /// The best functions for `query`, best first, at most `limit`.
    pub fn find(&self, query: &str, limit: usize) -> Vec<Hit<'a>> {
        let wanted = Wanted::read(query, |word| self.numbers.contains_key(word));
        let mut sums = vec![Sum::default(); self.entries.len()];
        let mut likes = Vec::new();
        let mut said = 0.0;
        for term in &wanted.terms {
            let words = self.like(term);
            let rows = self.rows(&words);
            let rarity = rarity(self.entries.len(), rows.len());
            for (row, weight) in &rows {
                sums[*row].score += weight * rarity;
                sums[*row].covered += 1;
            }
            let says = words.iter().map(|(word, near)| near * self.rarities[*word]);
            said += says.fold(0.0, f64::max);
            let mut like = vec![0.0; self.places.len()];
            words.into_iter().for_each(|(word, near)| like[word] = near);
            likes.push(like);
        }
        if unknown(&wanted, &sums) {
            return Vec::new();
        }
        let mut hits: Vec<(&Entry<'a>, Fit)> = (self.entries.iter().zip(&sums))
            .filter(|(_, sum)| sum.covered > 0)
            .map(|(entry, sum)| (entry, sum, entry.overlap(&likes, &self.rarities, said)))
            .filter(|(.., overlap)| !wanted.idle || *overlap > WHOLE)
            .map(|(entry, sum, overlap)| {
                let words = sum.score * coverage(sum.covered, wanted.terms.len());
                let very = if overlap > WHOLE { VERY } else { 0.0 };
                let whole = entry.bonus(&wanted) + PHRASE * overlap * overlap + very;
                let share = if entry.back { SECOND } else { 1.0 };
                let score = (words + whole) * share;
                let covered = coverage(sum.covered, wanted.terms.len()).sqrt();
                (entry, Fit { score, overlap, covered })
            })
            .collect();
        hits.sort_by(|(a, of_a), (b, of_b)| {
            // Of equals the harmless one first.
            let names = |entry: &Entry<'a>| format!("{}.{}", entry.provider.name, entry.name);
            let (scores, effects) = (of_b.score.total_cmp(&of_a.score), a.effect.cmp(&b.effect));
            scores.then(effects).then_with(|| names(a).cmp(&names(b)))
        });
        let floor = hits.first().map_or(0.0, |(_, best)| best.score * NOISE);
        let hits = hits.into_iter().take_while(|(_, fit)| fit.score >= floor);
        hits.filter_map(|(entry, fit)| Some(fit.hit(entry.operation()?))).take(limit).collect()
    }

    /// The words that `term` may mean, and how near each is. Typing errors are only thought of
    /// when nothing fits.
    fn like(&self, term: &str) -> BTreeMap<usize, f64> {
        let mut words = BTreeMap::new();
        if term.len() >= 4 {
            let longer = self.numbers.range::<str, _>((Bound::Included(term), Bound::Unbounded));
            let longer = longer.take_while(|(word, _)| word.starts_with(term));
            words.extend(longer.map(|(_, number)| (*number, BEGINNING)));
        }
        for synonym in tables::synonyms(term) {
            words.extend(self.numbers.get(synonym.as_str()).map(|number| (*number, SYNONYM)));
        }
        words.extend(self.numbers.get(term).map(|number| (*number, 1.0)));
        if term.len() < 4 || !words.is_empty() {
            return words;
        }
        let slips = if term.len() >= 7 { 2 } else { 1 };
        let near = |word: &str| {
            word.len() >= 3
                && word.len().abs_diff(term.len()) <= slips
                && strsim::osa_distance(term, word) <= slips
        };
        // What stands only in remarks is too far-fetched for a guess.
        let telling = |number: usize| self.places[number].iter().any(|(_, weight)| *weight >= 5.0);
        let all = self.numbers.iter().map(|(word, number)| (word, *number));
        let meant = all.filter(|(word, number)| near(word) && telling(*number));
        meant.map(|(_, number)| (number, SLIP)).collect()
    }

    /// The rows where these words stand, with the best weight of each.
    fn rows(&self, words: &BTreeMap<usize, f64>) -> BTreeMap<usize, f64> {
        let mut rows = BTreeMap::new();
        for (word, like) in words {
            for (row, weight) in &self.places[*word] {
                let best = rows.entry(*row).or_insert(0.0_f64);
                *best = best.max(weight * like);
            }
        }
        rows
    }
}

/// How well a row fits, before it is read.
struct Fit {
    score: f64,
    overlap: f64,
    covered: f64,
}

impl Fit {
    fn hit(self, operation: &Operation) -> Hit<'_> {
        let Self { score, overlap, covered } = self;
        Hit { operation, score, overlap, covered }
    }
}

/// What the words of a query add up to in one row.
#[derive(Clone, Copy, Default)]
struct Sum {
    score: f64,
    covered: u32,
}

/// Whether too few words of the query stand together anywhere for an answer to be one.
fn unknown(wanted: &Wanted, sums: &[Sum]) -> bool {
    let most = sums.iter().map(|sum| sum.covered).max().unwrap_or(0);
    coverage(most, wanted.terms.len()) < FEWEST * FEWEST
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
mod tests;
