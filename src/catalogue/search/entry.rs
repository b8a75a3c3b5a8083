//! One row as the search sees it: its words, each with the weight of the place it stands in, its
//! phrases, and what a fit as a whole adds. Which words are alike is left to the index.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::query::Wanted;
use super::tables::Mood;
use super::words::{stem, stems, telling};
use crate::catalogue::name::fold;
use crate::catalogue::{Effect, Operation, Provider};

/// A row, reduced to what a search asks of it.
pub(super) struct Entry<'a> {
    pub(super) provider: &'a Provider,
    /// Its canonical name.
    pub(super) name: Cow<'a, str>,
    pub(super) effect: Effect,
    /// Whether this is a second edition that carries its group in its name and that nobody means
    /// who does not say so.
    pub(super) back: bool,
    /// Its title and every name it has, folded; its own name is the first.
    pub(super) names: Vec<Cow<'a, str>>,
    /// The words of its name.
    pub(super) stems: Vec<Cow<'a, str>>,
    /// What people say who want it, its title and its name: the words of each, by number.
    pub(super) phrases: Vec<Vec<usize>>,
}

impl<'a> Entry<'a> {
    /// The row, whose phrases are numbered by `number`.
    pub(super) fn of(
        provider: &'a Provider,
        operation: &'a Operation,
        mut number: impl FnMut(String) -> usize,
    ) -> Self {
        let phrases = operation.intent.iter().chain([&operation.title, &operation.name]);
        let mut numbered = |phrase: &String| {
            telling(phrase, |_| true).into_iter().map(&mut number).collect::<Vec<_>>()
        };
        let names = operation.aliases.iter().chain([&operation.title]).map(|name| fold(name));
        let names = [&operation.name, &operation.full_name()]
            .map(|name| fold(name))
            .into_iter()
            .chain(names);
        let second = operation.name.strip_prefix(operation.group.as_str());
        Self {
            provider,
            name: Cow::Borrowed(&operation.name),
            effect: operation.effect,
            back: second.is_some_and(|rest| rest.starts_with('_')),
            names: names.map(Cow::Owned).collect(),
            stems: stems(&operation.name).into_iter().map(Cow::Owned).collect(),
            phrases: phrases.map(&mut numbered).collect(),
        }
    }

    /// The row itself, which is read now; none when it cannot be.
    pub(super) fn operation(&self) -> Option<&'a Operation> {
        self.provider.operations.get(&self.name)
    }

    /// How much of what was said stands in one phrase of the row and how much of that phrase was
    /// said, from 0 to 1; `said` is the rarity of all words that were, `likes` how near each word
    /// is to each of them.
    pub(super) fn overlap(&self, likes: &[Vec<f64>], rarities: &[f64], said: f64) -> f64 {
        let overlap = |phrase: &Vec<usize>| {
            let nearest = |like: &Vec<f64>| {
                phrase.iter().map(|word| like[*word] * rarities[*word]).fold(0.0, f64::max)
            };
            let common: f64 = likes.iter().map(nearest).sum();
            let whole = said + phrase.iter().map(|word| rarities[*word]).sum::<f64>();
            if whole > 0.0 { 2.0 * common / whole } else { 0.0 }
        };
        self.phrases.iter().map(overlap).fold(0.0, f64::max).min(1.0)
    }

    /// What a fit as a whole adds: the effect asked for, the very name, the words of the name.
    pub(super) fn bonus(&self, wanted: &Wanted) -> f64 {
        // Who names no verb wants to look.
        let mood = wanted.mood.unwrap_or(Mood::Look);
        let mut bonus = if mood.asks_for(self.effect) { 4.0 } else { 0.0 };
        if self.names.iter().any(|name| *name == wanted.folded) {
            bonus += 100.0;
        }
        // `source` means `get_source` rather than one of the many names that mention a source.
        let said = |word: &Cow<'_, str>| wanted.terms.iter().any(|term| term == word);
        let told = self.stems.iter().filter(|word| said(word)).count();
        #[expect(clippy::cast_precision_loss, reason = "a name has few words")]
        let share = told as f64 / self.stems.len().max(1) as f64;
        bonus += 10.0 * share * share;
        if wanted.many && self.stems.first().is_some_and(|verb| verb == "list") {
            bonus += 4.0;
        }
        // Said in this very order, it is the thing itself and not another that also has the words.
        let run = wanted.folded.len() >= 5
            && self.names.first().is_some_and(|name| name.contains(&wanted.folded));
        bonus + if run { 10.0 } else { 0.0 }
    }
}

/// The heaviest weight of each word of a row.
pub(super) fn weights(operation: &Operation) -> BTreeMap<String, f64> {
    let mut weights = BTreeMap::new();
    let mut add = |weight: f64, text: &str| {
        for word in stems(text) {
            let known = weights.entry(word).or_insert(weight);
            *known = weight.max(*known);
        }
    };
    // In a short name each word says more.
    #[expect(clippy::cast_precision_loss, reason = "a name has few words")]
    let length = stems(&operation.name).len().max(1) as f64;
    add(5.0 + 6.0 / length, &operation.name);
    add(4.0 + 6.0 / length, &operation.title);
    operation.aliases.iter().for_each(|alias| add(6.0, alias));
    operation.intent.iter().for_each(|phrase| add(6.0, phrase));
    add(3.0, &operation.group);
    add(3.0, &operation.about);
    for (name, param) in &operation.params {
        add(2.0, name);
        add(1.0, &param.about);
    }
    operation.result.keys().for_each(|field| add(1.5, field));
    add(1.0, &operation.notes);
    // The provider's name is in every alias and says nothing within one provider.
    if let Some(weight) = weights.get_mut(&stem(&operation.provider)) {
        *weight = 0.5;
    }
    weights
}
