//! From keys and environment variables to the lines of the table of settings, and from a wrong key
//! to the one that was probably meant.

use super::is_account_name;
use super::known::{ACCESSES, EFFECTS, KNOWN, Known};

/// The line of the table that a key belongs to.
pub(super) fn find(key: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| {
        let mut parts = key.split('.');
        known.key.split('.').all(|pattern| parts.next().is_some_and(|part| fits(pattern, part)))
            && parts.next().is_none()
    })
}

fn fits(pattern: &str, part: &str) -> bool {
    match pattern {
        "<provider>" | "<server>" | "<secret>" => !part.is_empty(),
        "<access>" => ACCESSES.contains(&part),
        "<account>" => is_account_name(part),
        "<effect>" => EFFECTS.contains(&part),
        "<field>" => !part.is_empty() && part != "policy",
        _ => pattern == part,
    }
}

/// The key and line that an environment variable sets. Account fields have variables of their
/// own, which are found where accounts are.
pub(super) fn of_variable(name: &str) -> Option<(String, &'static Known)> {
    if let Some(known) = KNOWN.iter().find(|known| known.variable().is_some_and(|own| own == name))
    {
        return Some((known.key.to_owned(), known));
    }
    let rest = name.strip_prefix("KOSMO_INTEGRATIONS_")?.to_ascii_lowercase();
    let (provider, tail) = if let Some(provider) = rest.strip_suffix("_enabled") {
        (provider, "enabled".to_owned())
    } else if let Some(provider) = rest.strip_suffix("_account") {
        (provider, "account".to_owned())
    } else {
        let (provider, effect) = rest.rsplit_once("_policy_")?;
        (provider, format!("policy.{effect}"))
    };
    let key = format!("integrations.{provider}.{tail}");
    let known = find(&key)?;
    Some((key, known))
}

/// The variable of a key: `run.cpu_limit` → `KOSMO_RUN_CPU_LIMIT`.
pub(super) fn variable(key: &str) -> String {
    format!("KOSMO_{}", key.replace(['.', '-'], "_").to_ascii_uppercase())
}

/// The known key that is nearest to an unknown one.
pub(super) fn nearest(key: &str) -> Option<String> {
    let parts: Vec<&str> = key.split('.').collect();
    KNOWN
        .iter()
        .flat_map(|known| EFFECTS.iter().map(move |effect| (known, *effect)))
        .filter(|(known, _)| known.key.split('.').count() == parts.len())
        .map(|(known, effect)| {
            let filled: Vec<&str> = (known.key.split('.').zip(&parts))
                .map(|(pattern, part)| match pattern {
                    "<effect>" => effect,
                    _ if pattern.starts_with('<') => part,
                    _ => pattern,
                })
                .collect();
            filled.join(".")
        })
        // A field's name is anybody's guess here, so a guess that repeats the mistake is no help.
        .filter(|guess| guess != key)
        .map(|guess| (strsim::normalized_damerau_levenshtein(key, &guess), guess))
        .filter(|(score, _)| *score >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, guess)| guess)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_to_their_line() {
        let table = [
            ("run.cpu_limit", Some("run.cpu_limit")),
            ("integrations.segment.policy.erase", Some("integrations.<provider>.policy.<effect>")),
            (
                "integrations.segment.accounts.eu-1.write_key",
                Some("integrations.<provider>.accounts.<account>.<field>"),
            ),
            ("integrations.segment.accounts.EU.write_key", None),
            ("integrations.segment.policy.wreck", None),
            ("run", None),
            ("run.cpu_limit.more", None),
        ];
        for (key, expected) in table {
            assert_eq!(find(key).map(|known| known.key), expected, "{key}");
        }
    }

    #[test]
    fn variables_lead_to_their_key() {
        let key = |name| of_variable(name).map(|(key, _)| key);
        assert_eq!(key("KOSMO_RUN_CPU_LIMIT").as_deref(), Some("run.cpu_limit"));
        assert_eq!(
            key("KOSMO_INTEGRATIONS_SEGMENT_POLICY_WRITE").as_deref(),
            Some("integrations.segment.policy.write")
        );
        assert_eq!(
            key("KOSMO_INTEGRATIONS_SEGMENT_ACCOUNT").as_deref(),
            Some("integrations.segment.account")
        );
        assert_eq!(key("KOSMO_HOME"), None);
        assert_eq!(key("KOSMO_INTEGRATIONS_SEGMENT_POLICY_WRECK"), None);
    }

    #[test]
    fn a_slip_of_the_pen_is_recognised() {
        assert_eq!(nearest("run.memry_limit").as_deref(), Some("run.memory_limit"));
        assert_eq!(
            nearest("integrations.segment.policy.wirte").as_deref(),
            Some("integrations.segment.policy.write")
        );
        assert_eq!(nearest("colour.of.the.sky"), None);
    }
}
