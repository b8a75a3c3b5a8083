//! The words of a provider's rows as a text that is made once, since reading hundreds of rows takes
//! longer than everything else a search does. First a line a row: name, effect, whether it stands
//! back, its names folded, the words of its name, its phrases as numbers of words. After a blank line
//! a line a word, in alphabetical order: the word, then each weight with the rows where it has it.
//! A test holds that the text is what the rows say.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::entry::Entry;
use super::section::Section;
use crate::catalogue::{Effect, Provider};

/// The text of a section.
pub(super) fn write(section: &Section<'_>) -> String {
    let mut order: Vec<usize> = (0..section.words.len()).collect();
    order.sort_by(|one, other| section.words[*one].cmp(&section.words[*other]));
    let mut ranks = vec![0; order.len()];
    order.iter().enumerate().for_each(|(rank, number)| ranks[*number] = rank);
    let mut text = String::new();
    for entry in &section.entries {
        let phrase = |phrase: &Vec<usize>| joined(phrase.iter().map(|number| ranks[*number]), " ");
        text += &joined(
            [
                entry.name.to_string(),
                entry.effect.word().to_owned(),
                (if entry.back { "back" } else { "" }).to_owned(),
                entry.names.join(" "),
                entry.stems.join(" "),
                joined(entry.phrases.iter().map(phrase), ","),
            ],
            "\t",
        );
        text.push('\n');
    }
    for number in order {
        let mut weights: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (row, weight) in &section.places[number] {
            weights.entry(weight.to_string()).or_default().push(*row);
        }
        text = text + "\n" + &section.words[number];
        for (weight, rows) in weights {
            text += &format!("\t{weight} {}", joined(rows, " "));
        }
    }
    text.push('\n');
    text
}

fn joined<T: ToString>(parts: impl IntoIterator<Item = T>, between: &str) -> String {
    parts.into_iter().map(|part| part.to_string()).collect::<Vec<_>>().join(between)
}

/// The section of a text; none when it is not one.
pub(super) fn read<'a>(provider: &'a Provider, text: &'a str) -> Option<Section<'a>> {
    let (rows, words) = text.split_once("\n\n")?;
    let entries = rows.lines().map(|line| entry(provider, line)).collect::<Option<Vec<_>>>()?;
    let mut section = Section { entries, ..Section::default() };
    for line in words.lines() {
        let mut fields = line.split('\t');
        section.words.push(Cow::Borrowed(fields.next()?));
        let mut places = Vec::new();
        for field in fields {
            let (weight, rows) = field.split_once(' ')?;
            let weight: f64 = weight.parse().ok()?;
            for row in rows.split(' ') {
                places.push((below(row, section.entries.len())?, weight));
            }
        }
        section.places.push(places);
    }
    let mut numbers = section.entries.iter().flat_map(|entry| entry.phrases.iter().flatten());
    let whole = numbers.all(|number| *number < section.words.len());
    whole.then_some(section)
}

fn entry<'a>(provider: &'a Provider, line: &'a str) -> Option<Entry<'a>> {
    let mut fields = line.split('\t');
    let mut field = || fields.next();
    let name = Cow::Borrowed(field()?);
    let effect = Effect::parse(field()?)?;
    let back = field()? == "back";
    let words = |field: &'a str| field.split(' ').map(Cow::Borrowed).collect::<Vec<_>>();
    let (names, stems) = (words(field()?), words(field()?));
    let phrase = |phrase: &str| {
        let numbers = phrase.split(' ').filter(|number| !number.is_empty());
        numbers.map(|number| number.parse().ok()).collect::<Option<Vec<usize>>>()
    };
    let phrases = field()?.split(',').map(phrase).collect::<Option<_>>()?;
    Some(Entry { provider, name, effect, back, names, stems, phrases })
}

fn below(number: &str, end: usize) -> Option<usize> {
    number.parse().ok().filter(|number| *number < end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn what_is_written_is_read_again() {
        let catalogue = Catalogue::new(Vec::new());
        let provider = catalogue.provider("segment").unwrap();
        let text = write(&Section::of(provider, provider.operations.values()));
        assert_eq!(write(&read(provider, &text).unwrap()), text);
    }

    #[test]
    fn a_text_that_is_no_index_is_none() {
        let catalogue = Catalogue::new(Vec::new());
        let provider = catalogue.provider("segment").unwrap();
        let row = "a\tread\t\ta\ta\t0";
        assert!(read(provider, &format!("{row}\n\nword\t5 0\n")).is_some());
        for broken in [
            "".to_owned(),
            "a\n\nb".to_owned(),
            format!("{row}\n\nword\t5 1\n"),
            format!("{row}\n\nword\t5\n"),
            format!("{row}\n\nword\tx 0\n"),
            format!("{row}1\n\nword\t5 0\n"),
            format!("{}\n\nword\t5 0\n", row.replace("read", "reed")),
        ] {
            assert!(read(provider, &broken).is_none(), "{broken:?}");
        }
    }
}
