//! One row as the search sees it: its words, each with the weight of the place it stands in, and
//! what a fit as a whole adds. Comparing words is left to the index.

use std::collections::BTreeMap;

use super::Wanted;
use super::words::{stem, stems, telling};
use crate::catalogue::name::fold;
use crate::catalogue::{Effect, Operation};

/// The words of one row.
pub(super) struct Entry<'a> {
    pub(super) operation: &'a Operation,
    name: Vec<String>,
    intents: Vec<Vec<String>>,
}

impl<'a> Entry<'a> {
    /// The row, and the heaviest weight of each of its words.
    pub(super) fn of(operation: &'a Operation) -> (Self, BTreeMap<String, f64>) {
        let mut weights = BTreeMap::new();
        let mut add = |weight: f64, text: &str| {
            for word in stems(text) {
                let known = weights.entry(word).or_insert(weight);
                *known = weight.max(*known);
            }
        };
        let name = stems(&operation.name);
        // In a short name each word says more.
        #[expect(clippy::cast_precision_loss, reason = "a name has few words")]
        let length = name.len().max(1) as f64;
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
        if let Some(weight) = weights.get_mut(&stem(&operation.provider)) {
            *weight = 0.5;
        }
        let intents = operation.intent.iter().map(|phrase| telling(phrase)).collect();
        (Self { operation, name, intents }, weights)
    }

    /// What a fit as a whole adds: the very name, all words of the name, all words of one intent.
    pub(super) fn bonus(&self, wanted: &Wanted) -> f64 {
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
}
