//! A wish as the search sees it: the words that say something and what its verb asks for. Where
//! those words stand is left to the index.

use super::tables::Mood;
use super::words::{says, telling, words};
use crate::catalogue::name::fold;

/// What a query asks for.
pub(super) struct Wanted {
    pub(super) folded: String,
    /// Its telling words without their endings, each once.
    pub(super) terms: Vec<String>,
    /// What its first verb asks for.
    pub(super) mood: Option<Mood>,
    /// Whether none of its words says anything by itself.
    pub(super) idle: bool,
    /// Whether it is about several of what it names first.
    pub(super) many: bool,
}

impl Wanted {
    /// Words that `known` does not know are cut in two where it knows both parts.
    pub(super) fn read(query: &str, known: impl Fn(&str) -> bool) -> Self {
        let mut terms: Vec<String> = Vec::new();
        for term in telling(query, known) {
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        let words = words(query);
        let thing = words.iter().find(|word| says(word) && Mood::of(word).is_none());
        let plural = |word: &String| word.len() > 3 && word.ends_with('s') && !word.ends_with("ss");
        Self {
            folded: fold(query),
            terms,
            mood: words.iter().find_map(|word| Mood::of(word)),
            many: thing.is_some_and(plural),
            idle: !words.iter().any(|word| says(word)),
        }
    }
}
