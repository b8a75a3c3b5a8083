//! The table of settings: every key, what it takes, its default, and whether a project that nobody
//! has trusted may set it. Reading files and variables is left to the others.

use toml::Value;

use super::{is_account_name, units};

/// The effects a policy can be about.
pub const EFFECTS: [&str; 5] = ["read", "write", "replace", "destroy", "erase"];

/// The policies, mildest first.
pub const POLICIES: [&str; 3] = ["allow", "ask", "deny"];

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Bytes: a number, or text with a unit.
    Size,
    /// Seconds: a number, or text with a unit.
    Seconds,
    /// A whole number from zero up.
    Count,
    /// A whole number from one up.
    Days,
    /// True or false.
    Flag,
    /// Text.
    Text,
    /// The name of an account.
    Account,
    /// `allow`, `ask` or `deny`.
    Policy,
}

/// What an untrusted project file may do to a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tighten {
    /// Nothing.
    Never,
    /// Set it lower than it is.
    Lower,
    /// Set a stricter policy than the one in force.
    Stricter,
    /// Switch it off.
    Off,
    /// Set it.
    Always,
}

/// One line of the table.
#[derive(Debug)]
pub struct Known {
    /// The dotted key; a part in angle brackets stands for any name of its sort.
    pub key: &'static str,
    /// What it takes.
    pub shape: Shape,
    /// The value when nobody sets it, as it would be written in a file.
    pub default: Option<&'static str>,
    /// What an untrusted project file may do to it.
    pub tighten: Tighten,
    /// What it is for.
    pub about: &'static str,
}

const fn row(
    key: &'static str,
    shape: Shape,
    default: Option<&'static str>,
    tighten: Tighten,
    about: &'static str,
) -> Known {
    Known { key, shape, default, tighten, about }
}

/// Every setting there is.
pub const KNOWN: &[Known] = &[
    row("run.memory_limit", Shape::Size, Some("32MB"), Tighten::Lower, "memory a script may use"),
    row(
        "run.cpu_limit",
        Shape::Seconds,
        Some("30"),
        Tighten::Lower,
        "CPU time a script may use, in seconds",
    ),
    row(
        "run.timeout",
        Shape::Seconds,
        None,
        Tighten::Lower,
        "longest time a script may run, in seconds",
    ),
    row("run.max_calls", Shape::Count, None, Tighten::Lower, "calls a script may make"),
    row(
        "http.connect_timeout",
        Shape::Seconds,
        Some("10"),
        Tighten::Lower,
        "time to reach a server, in seconds",
    ),
    row(
        "http.timeout",
        Shape::Seconds,
        Some("30"),
        Tighten::Lower,
        "time for a call with all its retries, in seconds",
    ),
    row(
        "http.retries",
        Shape::Count,
        Some("3"),
        Tighten::Lower,
        "how often a call that may be repeated is repeated",
    ),
    row("http.proxy", Shape::Text, None, Tighten::Never, "the proxy every request goes through"),
    row(
        "http.ca_file",
        Shape::Text,
        None,
        Tighten::Never,
        "PEM certificates trusted instead of the built-in ones; SSL_CERT_FILE says the same",
    ),
    row(
        "http.ca_dir",
        Shape::Text,
        None,
        Tighten::Never,
        "a folder of such files; SSL_CERT_DIR says the same",
    ),
    row("emulator", Shape::Flag, None, Tighten::Never, "point every account at the emulator"),
    row(
        "catalogue.folders",
        Shape::Text,
        None,
        Tighten::Never,
        "folders with providers of your own, separated as in PATH",
    ),
    row(
        "safety.erase_cap",
        Shape::Count,
        Some("10"),
        Tighten::Lower,
        "the most people one erasure may be about",
    ),
    row(
        "journal.enabled",
        Shape::Flag,
        Some("true"),
        Tighten::Never,
        "whether calls are remembered",
    ),
    row(
        "journal.keep_days",
        Shape::Days,
        Some("30"),
        Tighten::Never,
        "how long calls are remembered",
    ),
    row(
        "integrations.<provider>.enabled",
        Shape::Flag,
        None,
        Tighten::Off,
        "false switches the provider off",
    ),
    row(
        "integrations.<provider>.account",
        Shape::Account,
        None,
        Tighten::Always,
        "the account used when none is named",
    ),
    row(
        "integrations.<provider>.policy.<effect>",
        Shape::Policy,
        None,
        Tighten::Stricter,
        "what may be done without asking",
    ),
    row(
        "integrations.<provider>.accounts.<account>.policy.<effect>",
        Shape::Policy,
        None,
        Tighten::Stricter,
        "the same for one account",
    ),
    row(
        "integrations.<provider>.accounts.<account>.<field>",
        Shape::Text,
        None,
        Tighten::Never,
        "a field of an account; `integrations:fields` lists them",
    ),
];

impl Known {
    /// The default as a value.
    pub fn default_value(&self) -> Option<Value> {
        self.default.and_then(|text| self.read(text).ok())
    }

    /// The environment variable that sets it, when its key names one setting.
    pub fn variable(&self) -> Option<String> {
        (!self.key.contains('<')).then(|| variable(self.key))
    }

    /// Checks a value from a file; says what was expected when it is wrong, without repeating it.
    ///
    /// # Errors
    /// What was expected.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        let text = value.as_str();
        let fits = match self.shape {
            Shape::Size => units::bytes(value).is_some(),
            Shape::Seconds => units::seconds(value).is_some(),
            Shape::Count => value.as_integer().is_some_and(|count| count >= 0),
            Shape::Days => value.as_integer().is_some_and(|count| count >= 1),
            Shape::Flag => value.is_bool(),
            Shape::Text => text.is_some(),
            Shape::Account => text.is_some_and(is_account_name),
            Shape::Policy => text.is_some_and(|word| POLICIES.contains(&word)),
        };
        if fits { Ok(()) } else { Err(format!("expected {}", self.shape.expected())) }
    }

    /// Reads a value from text that has no types, such as an environment variable.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(&self, text: &str) -> Result<Value, String> {
        let text = text.trim();
        let value = match self.shape {
            Shape::Flag => match text.to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" | "on" => Value::Boolean(true),
                "0" | "false" | "no" | "off" => Value::Boolean(false),
                _ => Value::from(text),
            },
            Shape::Count | Shape::Days | Shape::Size | Shape::Seconds => {
                text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from)
            }
            Shape::Text | Shape::Account | Shape::Policy => Value::from(text),
        };
        self.check(&value).map(|()| value)
    }
}

impl Shape {
    /// What a value of this shape looks like.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Size => "a size such as \"32MB\" or a number of bytes",
            Self::Seconds => "a number of seconds or a time such as \"2m\"",
            Self::Count => "a whole number, 0 or more",
            Self::Days => "a whole number, 1 or more",
            Self::Flag => "true or false",
            Self::Text => "text in quotes",
            Self::Account => "an account name (lower-case letters, digits, `_`, `-`)",
            Self::Policy => "\"allow\", \"ask\" or \"deny\"",
        }
    }

    /// A value of this shape as a number, where it is one.
    pub fn number(self, value: &Value) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "limits are far below 2^53")]
            Self::Size => units::bytes(value).map(|bytes| bytes as f64),
            Self::Seconds => units::seconds(value),
            _ => units::number(value),
        }
    }
}

/// The line of the table that a key belongs to.
pub fn find(key: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| {
        let mut parts = key.split('.');
        known.key.split('.').all(|pattern| parts.next().is_some_and(|part| fits(pattern, part)))
            && parts.next().is_none()
    })
}

fn fits(pattern: &str, part: &str) -> bool {
    match pattern {
        "<provider>" => !part.is_empty(),
        "<account>" => is_account_name(part),
        "<effect>" => EFFECTS.contains(&part),
        "<field>" => !part.is_empty() && part != "policy",
        _ => pattern == part,
    }
}

/// The key and line that an environment variable sets. Account fields have variables of their
/// own, which are found where accounts are.
pub fn of_variable(name: &str) -> Option<(String, &'static Known)> {
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
pub fn variable(key: &str) -> String {
    format!("KOSMO_{}", key.replace(['.', '-'], "_").to_ascii_uppercase())
}

/// The known key that is nearest to an unknown one.
pub fn nearest(key: &str) -> Option<String> {
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
    fn every_default_fits_its_own_line() {
        for known in KNOWN {
            assert_eq!(known.default.is_some(), known.default_value().is_some(), "{}", known.key);
        }
    }

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
