//! Words: how text is cut into them, which are left out, which stand for one another, and what is
//! left of one when its ending is taken off. Weighing them is left to the search.

/// Words that say nothing about what is wanted.
const STOP: &[&str] = &[
    "a",
    "all",
    "an",
    "and",
    "any",
    "are",
    "can",
    "do",
    "does",
    "every",
    "for",
    "from",
    "has",
    "have",
    "how",
    "i",
    "in",
    "is",
    "it",
    "me",
    "my",
    "of",
    "on",
    "one",
    "our",
    "please",
    "some",
    "somebody",
    "something",
    "that",
    "the",
    "this",
    "to",
    "want",
    "what",
    "which",
    "who",
    "with",
];

/// Words that may stand for one another.
pub(super) const SYNONYMS: &[&[&str]] = &[
    &["list", "show", "enumerate", "inventory", "browse"],
    &["get", "fetch", "read", "retrieve", "lookup", "look", "find", "describe", "detail", "info"],
    &["create", "add", "new", "make", "insert"],
    &["update", "change", "edit", "modify", "set", "rename"],
    &["delete", "remove", "drop", "destroy", "erase", "forget"],
    &["track", "record", "log", "capture", "event", "action"],
    &["identify", "profile", "trait", "attribute"],
    &["user", "person", "people", "customer", "visitor", "member"],
    &["group", "company", "organization", "organisation", "team", "account"],
    &["token", "credential", "key", "secret", "auth", "login"],
    &["verify", "check", "test", "validate", "whoami"],
    &["merge", "join", "link", "alias", "combine", "unify"],
    &["batch", "bulk", "import", "backfill", "many", "history", "historical"],
    &["page", "website", "web", "url"],
    &["screen", "mobile", "app", "ios", "android"],
    &["email", "mail"],
];

/// The words of a text without their endings.
pub(super) fn stems(text: &str) -> Vec<String> {
    words(text).iter().map(|word| stem(word)).collect()
}

/// The words of a phrase that say something, without their endings; all of them when none does.
pub(super) fn telling(phrase: &str) -> Vec<String> {
    let all = words(phrase);
    let says = |word: &&String| !STOP.contains(&word.as_str());
    let chosen: Vec<&String> = all.iter().filter(says).collect();
    let chosen = if chosen.is_empty() { all.iter().collect() } else { chosen };
    chosen.into_iter().map(|word| stem(word)).collect()
}

/// Lower-case words; `listSources` and `list_sources` are two words each.
fn words(text: &str) -> Vec<String> {
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
        assert_eq!(words("listSources"), ["list", "sources"]);
        assert_eq!(words("user's e-mail, page_view"), ["user", "s", "e", "mail", "page", "view"]);
        assert!(words(" -- ").is_empty());
    }
}
