//! Finding a function by what somebody wants to do. Weighs the words of a query against every part
//! of every row; knows synonyms and forgives typing errors. Same question, same answer: nothing is
//! random and nothing is remembered. How hits are shown is left to the faces.

mod words;

use super::name::fold;
use super::{Catalogue, Effect, Operation};
use words::{STOP, SYNONYMS, stem, stems, words};

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
    let entries: Vec<Entry<'a>> = catalogue.operations().map(Entry::of).collect();
    let wanted = Wanted::read(query);
    let mut scores = vec![0.0; entries.len()];
    let mut covered = vec![0_u32; entries.len()];
    for term in &wanted.terms {
        let matches = weigh(term, &entries);
        let found = matches.iter().filter(|weight| **weight > 0.0).count();
        let rarity = rarity(entries.len(), found);
        for (index, weight) in matches.into_iter().enumerate().filter(|(_, weight)| *weight > 0.0) {
            scores[index] += weight * rarity;
            covered[index] += 1;
        }
    }
    let mut hits: Vec<Hit<'a>> = entries
        .iter()
        .enumerate()
        .filter(|(index, _)| covered[*index] > 0)
        .map(|(index, entry)| Hit {
            operation: entry.operation,
            score: scores[index] * coverage(covered[index], wanted.terms.len())
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

/// What a query asks for.
struct Wanted {
    folded: String,
    terms: Vec<String>,
}

impl Wanted {
    fn read(query: &str) -> Self {
        let all = words(query);
        let telling = |word: &&String| !STOP.contains(&word.as_str());
        let chosen: Vec<&String> = match all.iter().filter(telling).count() {
            0 => all.iter().collect(),
            _ => all.iter().filter(telling).collect(),
        };
        let mut terms: Vec<String> = Vec::new();
        for term in chosen.into_iter().map(|word| stem(word)) {
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        Self { folded: fold(query), terms }
    }
}

/// The words of one row, with the weight of the place each stands in.
struct Entry<'a> {
    operation: &'a Operation,
    words: Vec<(f64, String)>,
    name: Vec<String>,
    intents: Vec<Vec<String>>,
}

impl<'a> Entry<'a> {
    fn of(operation: &'a Operation) -> Self {
        let mut weighted = Vec::new();
        let mut add = |weight: f64, text: &str| {
            weighted.extend(stems(text).into_iter().map(|word| (weight, word)));
        };
        // In a short name each word says more.
        #[expect(clippy::cast_precision_loss, reason = "a name has few words")]
        let length = stems(&operation.name).len().max(1) as f64;
        add(5.0 + 6.0 / length, &operation.name);
        add(4.0 + 6.0 / length, &operation.title);
        operation.aliases.iter().for_each(|alias| add(6.0, alias));
        operation.intent.iter().for_each(|phrase| add(5.0, phrase));
        add(3.0, &operation.group);
        add(3.0, &operation.about);
        for (name, param) in &operation.params {
            add(2.0, name);
            add(1.0, &param.about);
        }
        operation.result.keys().for_each(|field| add(1.5, field));
        add(1.0, &operation.notes);
        // The provider's name is in every alias and says nothing within one provider.
        let provider = stem(&operation.provider);
        weighted.iter_mut().filter(|(_, word)| *word == provider).for_each(|(w, _)| *w = 0.5);
        Self {
            operation,
            words: weighted,
            name: stems(&operation.name),
            intents: operation.intent.iter().map(|phrase| telling(phrase)).collect(),
        }
    }

    /// What a fit as a whole adds: the very name, all words of the name, all words of one intent.
    fn bonus(&self, wanted: &Wanted) -> f64 {
        let operation = self.operation;
        let names = || operation.aliases.iter().chain([&operation.name]);
        let full = fold(&operation.full_name());
        // Who names no verb wants to look.
        let mut bonus = if operation.effect == Effect::Read { 4.0 } else { 0.0 };
        if wanted.folded == full
            || names().any(|name| fold(name) == wanted.folded)
            || fold(&operation.title) == wanted.folded
        {
            bonus += 100.0;
        }
        // `source` means `get_source` rather than one of the many names that mention a source.
        let told = self.name.iter().filter(|word| wanted.terms.contains(word)).count();
        #[expect(clippy::cast_precision_loss, reason = "a name has few words")]
        let share = told as f64 / self.name.len().max(1) as f64;
        bonus += 10.0 * share * share;
        let within = |phrase: &&Vec<String>| wanted.terms.iter().all(|term| phrase.contains(term));
        // The shorter the phrase, the more of it was said.
        let said = self.intents.iter().filter(within).map(Vec::len).min();
        bonus
            + said.map_or(0.0, |length| if length <= wanted.terms.len() + 1 { 20.0 } else { 10.0 })
    }

    /// How well the row answers to `term`, by a way of comparing words.
    fn weight(&self, likeness: impl Fn(&str) -> f64) -> f64 {
        self.words.iter().map(|(weight, word)| weight * likeness(word)).fold(0.0, f64::max)
    }
}

/// The words of a phrase that say something.
fn telling(phrase: &str) -> Vec<String> {
    let words = words(phrase);
    words.iter().filter(|word| !STOP.contains(&word.as_str())).map(|word| stem(word)).collect()
}

/// How well each row answers to `term`. Typing errors are only thought of when nothing fits.
fn weigh(term: &str, entries: &[Entry<'_>]) -> Vec<f64> {
    let circle: Vec<String> = SYNONYMS
        .iter()
        .map(|group| group.iter().map(|word| stem(word)).collect::<Vec<_>>())
        .filter(|group| group.iter().any(|word| word == term))
        .flatten()
        .collect();
    let known = |word: &str| {
        if word == term {
            1.0
        } else if circle.iter().any(|synonym| synonym == word) {
            0.5
        } else if term.len() >= 4 && word.starts_with(term) {
            0.6
        } else {
            0.0
        }
    };
    let weights: Vec<f64> = entries.iter().map(|entry| entry.weight(known)).collect();
    if term.len() < 4 || weights.iter().any(|weight| *weight > 0.0) {
        return weights;
    }
    let slips = if term.len() >= 7 { 2 } else { 1 };
    let misspelt = |word: &str| {
        let far = strsim::osa_distance(term, word);
        if word.len() >= 3 && far <= slips { 0.6 } else { 0.0 }
    };
    entries.iter().map(|entry| entry.weight(misspelt)).collect()
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
