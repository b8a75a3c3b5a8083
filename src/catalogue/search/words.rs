//! Words: how text is cut into them, which mean one together, and what is left of one when its
//! ending is taken off. What words mean stands in the tables; weighing them is left to the search.

use super::tables::{IDIOMS, STOP};

/// The words of a text without their endings.
pub(super) fn stems(text: &str) -> Vec<String> {
    words(text).iter().map(|word| stem(word)).collect()
}

/// The words of a phrase that say something, without their endings; all of them when none does.
/// A word that is not `known` but is two known words run together counts as those two.
pub(super) fn telling(phrase: &str, known: impl Fn(&str) -> bool) -> Vec<String> {
    let all = words(phrase);
    let chosen: Vec<&String> = all.iter().filter(|word| says(word)).collect();
    let chosen = if chosen.is_empty() { all.iter().collect() } else { chosen };
    let parts = chosen.into_iter().flat_map(|word| {
        let whole = stem(word);
        if known(&whole) { vec![whole] } else { parts(word, &known).unwrap_or(vec![whole]) }
    });
    parts.collect()
}

/// Whether a word says something about what is wanted.
pub(super) fn says(word: &str) -> bool {
    !STOP.contains(&word)
}

/// `pageview` → `page`, `view`.
fn parts(word: &str, known: impl Fn(&str) -> bool) -> Option<Vec<String>> {
    const SHORTEST: usize = 3;
    let cuts = SHORTEST..=word.len().checked_sub(SHORTEST)?;
    cuts.filter_map(|cut| word.split_at_checked(cut))
        .map(|(left, right)| vec![stem(left), stem(right)])
        .find(|parts| parts.iter().all(|part| known(part)))
}

/// Lower-case words, idioms as the one word they mean.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = cut(text);
    let mut start = 0;
    while start + 1 < words.len() {
        let first = stem(&words[start]);
        let met = IDIOMS.iter().filter(|(opening, ..)| *opening == first);
        let met = met.filter_map(|(_, second, between, meaning)| {
            let rest = words.iter().skip(start + 1).take(between + 1);
            let end = rest.into_iter().position(|word| word == second)?;
            Some((start + 1 + end, *meaning))
        });
        if let Some((end, meaning)) = met.into_iter().next() {
            words.remove(end);
            meaning.clone_into(&mut words[start]);
        }
        start += 1;
    }
    words
}

/// Lower-case words; `listSources` and `list_sources` are two words each.
fn cut(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    for c in text.chars() {
        let hump = c.is_uppercase() && before.is_lowercase();
        if (hump || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A word without its ending, good enough to bring `sources` and `source` together.
pub(super) fn stem(word: &str) -> String {
    if !word.is_ascii() || word.len() < 4 {
        return word.to_owned();
    }
    let cut =
        |ending: &str, longer: usize| word.strip_suffix(ending).filter(|rest| rest.len() >= longer);
    if let Some(rest) = cut("ies", 3).or_else(|| cut("ied", 3)) {
        return format!("{rest}y");
    }
    if let Some(rest) = cut("ing", 4).or_else(|| cut("ed", 4)) {
        return undouble(rest).trim_end_matches('e').to_owned();
    }
    let rest = match word.as_bytes() {
        [.., b's' | b'a' | b'i' | b'u', b's'] => word,
        _ => word.strip_suffix('s').unwrap_or(word),
    };
    rest.strip_suffix('e').filter(|rest| rest.len() >= 3).unwrap_or(rest).to_owned()
}

/// `logg` → `log`.
fn undouble(word: &str) -> &str {
    match word.as_bytes() {
        [.., a, b] if a == b && !matches!(b, b'l' | b's') => &word[..word.len() - 1],
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_do_not_matter() {
        for (one, other) in [
            ("source", "sources"),
            ("page", "pages"),
            ("track", "tracking"),
            ("identify", "identifies"),
            ("identify", "identified"),
            ("log", "logged"),
            ("purchase", "purchases"),
            ("alias", "aliases"),
            ("company", "companies"),
        ] {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
    }

    #[test]
    fn humps_and_underscores_cut_words() {
        assert_eq!(cut("listSources"), ["list", "sources"]);
        assert_eq!(cut("user's e-mail, page_view"), ["user", "s", "e", "mail", "page", "view"]);
        assert!(cut(" -- ").is_empty());
    }

    #[test]
    fn an_idiom_is_the_word_it_means() {
        assert_eq!(words("turned that old source off"), ["disable", "that", "old", "source"]);
        assert_eq!(words("Roll it back, take it down"), ["restore", "it", "delete", "it"]);
        assert_eq!(words("off turn"), ["off", "turn"]);
    }

    #[test]
    fn every_idiom_opens_with_what_is_left_of_a_word() {
        for (opening, ..) in IDIOMS {
            let written = [(*opening).to_owned(), format!("{opening}e"), format!("{opening}ing")];
            assert!(written.iter().any(|word| stem(word) == *opening), "{opening}");
        }
    }

    #[test]
    fn an_unknown_word_of_two_known_ones_counts_as_both() {
        let known = |word: &str| ["pag", "view", "page"].contains(&word);
        assert_eq!(telling("the pageviews", known), [stem("page"), stem("view")]);
        assert_eq!(telling("the pagers", known), [stem("pagers")]);
        assert_eq!(telling("of the", known), ["of", "the"]);
    }
}
