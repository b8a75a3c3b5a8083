//! The words of some rows of one provider, each row's and each word's by number. Taken from the rows
//! here, or from what was kept of them when the program was made (`kept`); the index puts several
//! together.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::entry::{self, Entry};
use crate::catalogue::{Operation, Provider};

/// What a search asks of some rows.
#[derive(Default)]
pub(super) struct Section<'a> {
    /// The words by number.
    pub(super) words: Vec<Cow<'a, str>>,
    /// The rows where each word stands, with its weight there.
    pub(super) places: Vec<Vec<(usize, f64)>>,
    /// The rows, whose phrases are made of those words.
    pub(super) entries: Vec<Entry<'a>>,
}

impl<'a> Section<'a> {
    /// Reads the rows.
    pub(super) fn of(
        provider: &'a Provider,
        operations: impl Iterator<Item = &'a Operation>,
    ) -> Self {
        let mut numbers = BTreeMap::new();
        let mut section = Self::default();
        for (row, operation) in operations.enumerate() {
            for (word, weight) in entry::weights(operation) {
                let number = section.number(&mut numbers, word);
                section.places[number].push((row, weight));
            }
            let entry = Entry::of(provider, operation, |word| section.number(&mut numbers, word));
            section.entries.push(entry);
        }
        section
    }

    /// The number of a word; a new word gets the next one.
    fn number(&mut self, numbers: &mut BTreeMap<String, usize>, word: String) -> usize {
        if let Some(known) = numbers.get(&word) {
            return *known;
        }
        let next = self.words.len();
        self.words.push(Cow::Owned(word.clone()));
        self.places.push(Vec::new());
        numbers.insert(word, next);
        next
    }
}
