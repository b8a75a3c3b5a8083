//! Names: every spelling of a function or parameter leads to the one it means, and a wrong one to
//! the nearest. Holds no list of names itself.

/// A name reduced to what counts: lower-case letters and digits.
pub fn fold(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// A written function name cut into provider and function: `app.integrations.segment.track` →
/// (`segment`, `track`). The prefixes `app.` and `integrations.` are optional.
pub fn split(written: &str) -> (&str, Option<&str>) {
    let name = written.trim();
    let name = name.strip_prefix("app.").unwrap_or(name);
    let name = name.strip_prefix("integrations.").unwrap_or(name);
    match name.split_once('.') {
        Some((provider, function)) => (provider, Some(function)),
        None => (name, None),
    }
}

/// The nearest candidates to a wrong name, best first, at most five, only those that are near.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wrong = fold(wrong);
    let mut scored: Vec<(f64, &str)> = candidates
        .into_iter()
        .map(|candidate| (likeness(&wrong, &fold(candidate)), candidate))
        .filter(|(score, _)| *score >= 0.6)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    // Next to a good guess, a poor one only distracts.
    let best = scored.first().map_or(0.0, |(score, _)| *score);
    scored.retain(|(score, _)| *score >= best - 0.15);
    scored.into_iter().take(5).map(|(_, name)| name).collect()
}

fn likeness(wrong: &str, candidate: &str) -> f64 {
    if wrong.is_empty() || candidate.is_empty() {
        return 0.0;
    }
    let contained = wrong.len() >= 3 && (candidate.contains(wrong) || wrong.contains(candidate));
    let near = strsim::normalized_damerau_levenshtein(wrong, candidate);
    if contained { near.max(0.7) } else { near }
}

/// `did you mean `a`, `b`?` — or nothing when nothing is near.
pub fn did_you_mean(nearest: &[&str]) -> Option<String> {
    let (last, rest) = nearest.split_last()?;
    let quoted = |name: &&str| format!("`{name}`");
    Some(if rest.is_empty() {
        format!("did you mean {}?", quoted(last))
    } else {
        let rest: Vec<_> = rest.iter().map(quoted).collect();
        format!("did you mean {} or {}?", rest.join(", "), quoted(last))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter() {
        for spelling in ["userId", "user_id", "user-id", "USERID", "UserId"] {
            assert_eq!(fold(spelling), "userid");
        }
    }

    #[test]
    fn prefixes_are_optional() {
        for written in
            ["segment.track", "integrations.segment.track", "app.integrations.segment.track"]
        {
            assert_eq!(split(written), ("segment", Some("track")));
        }
        assert_eq!(split("segment"), ("segment", None));
    }

    #[test]
    fn the_nearest_comes_first_and_strangers_stay_away() {
        let names = ["track_event", "identify_user", "list_sources", "get_source"];
        assert_eq!(nearest("trak_event", names)[0], "track_event");
        assert_eq!(nearest("list_source", names)[0], "list_sources");
        assert!(nearest("zzz", names).is_empty());
    }

    #[test]
    fn suggestions_read_like_a_question() {
        assert_eq!(did_you_mean(&[]), None);
        assert_eq!(did_you_mean(&["a"]).unwrap(), "did you mean `a`?");
        assert_eq!(did_you_mean(&["a", "b", "c"]).unwrap(), "did you mean `a`, `b` or `c`?");
    }
}
