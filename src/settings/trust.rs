//! What a project's `kosmo.toml` may do. Until the user has read and trusted it, it may only make
//! things stricter. Trust is a fingerprint kept with the user, so any change of the file ends it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use toml::Value;

use super::edit::{self, Draft};
use super::known::{Known, POLICIES, Tighten};
use super::{Paths, Setting, file};
use crate::error::{Fault, Kind};

/// How the project's file stands with the user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Standing {
    /// There is none.
    #[default]
    Absent,
    /// All of it counts.
    Trusted,
    /// Only what is stricter counts.
    Untrusted {
        /// The keys that did not count.
        ignored: Vec<String>,
    },
}

/// Whether the user has trusted exactly these bytes at that path.
pub(super) fn is_trusted(paths: &Paths, project: &Path, bytes: &[u8]) -> Result<bool, Fault> {
    knows(paths, &key(project), &fingerprint(bytes))
}

/// Whether the user has trusted a part of a project file, such as one entry of it, with exactly this
/// fingerprint.
///
/// # Errors
/// When what is known of trust cannot be read.
pub fn trusts_part(paths: &Paths, path: &Path, part: &str, print: &str) -> Result<bool, Fault> {
    knows(paths, &part_key(path, part), print)
}

/// Trusts a part of a project file as long as it has this fingerprint.
///
/// # Errors
/// When the trust cannot be written down.
pub fn trust_part(paths: &Paths, path: &Path, part: &str, print: &str) -> Result<(), Fault> {
    let _lock = paths.config.as_deref().and_then(edit::lock);
    let mut draft = open(paths)?;
    draft.set(&[&part_key(path, part)], print.into());
    edit::save(&[&draft])
}

/// Ends the trust in a part of a project file; whether there was any.
///
/// # Errors
/// When that cannot be written down.
pub fn untrust_part(paths: &Paths, path: &Path, part: &str) -> Result<bool, Fault> {
    forget(paths, &part_key(path, part))
}

fn part_key(path: &Path, part: &str) -> String {
    format!("{}#{part}", key(path))
}

fn knows(paths: &Paths, key: &str, print: &str) -> Result<bool, Fault> {
    let Some(path) = paths.trust_file() else { return Ok(false) };
    let Some(known) = file::read(&path)? else { return Ok(false) };
    let known: toml::Table = toml::from_str(file::text(&path, &known)?).map_err(|error| {
        Fault::new(Kind::Config, format!("{}: {}", path.display(), error.message()))
            .hint("remove the file and trust your projects again")
    })?;
    Ok(known.get(key).and_then(Value::as_str) == Some(print))
}

/// Whether the user has trusted a file of a project, such as an action's, with exactly these bytes.
/// What is known of trust and cannot be read is none.
pub fn trusts(paths: &Paths, path: &Path, bytes: &[u8]) -> bool {
    is_trusted(paths, path, bytes).unwrap_or(false)
}

/// Trusts files as they are now.
///
/// # Errors
/// When one cannot be read, or when the trust cannot be written down.
pub fn trust_files(paths: &Paths, files: &[PathBuf]) -> Result<(), Fault> {
    let _lock = paths.config.as_deref().and_then(edit::lock);
    let mut draft = open(paths)?;
    for file in files {
        if let Some(bytes) = file::read(file)? {
            draft.set(&[&key(file)], fingerprint(&bytes).into());
        }
    }
    edit::save(&[&draft])
}

/// Trusts a project file as it is now; its full path.
///
/// # Errors
/// When it cannot be read or is broken, or when the trust cannot be written down.
pub fn trust(paths: &Paths, project: &Path) -> Result<PathBuf, Fault> {
    let Some(bytes) = file::read(project)? else {
        return Err(Fault::not_found(format!("there is no {}", project.display())));
    };
    file::entries(project, &bytes, &mut Vec::new())?;
    let _lock = paths.config.as_deref().and_then(edit::lock);
    let mut draft = open(paths)?;
    draft.set(&[&key(project)], fingerprint(&bytes).into());
    edit::save(&[&draft])?;
    Ok(PathBuf::from(key(project)))
}

/// Ends the trust in a project file; whether there was any.
///
/// # Errors
/// When that cannot be written down.
pub fn untrust(paths: &Paths, project: &Path) -> Result<bool, Fault> {
    forget(paths, &key(project))
}

fn forget(paths: &Paths, key: &str) -> Result<bool, Fault> {
    let _lock = paths.config.as_deref().and_then(edit::lock);
    let mut draft = open(paths)?;
    let was = draft.remove(&[key]);
    if was {
        edit::save(&[&draft])?;
    }
    Ok(was)
}

fn open(paths: &Paths) -> Result<Draft, Fault> {
    let path = paths.trust_file().ok_or_else(edit::no_home)?;
    Draft::open(path, edit::Privacy::Private)
}

fn key(project: &Path) -> String {
    project.canonicalize().unwrap_or_else(|_| project.to_owned()).display().to_string()
}

/// The SHA-256 of some bytes, in hexadecimal.
pub fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a value makes things stricter than `others`, the settings of the layers below, say.
pub(super) fn tightens(
    key: &str,
    known: &Known,
    value: &Value,
    others: &BTreeMap<String, Setting>,
) -> bool {
    let present = others.get(key).map(|setting| &setting.value);
    match known.tighten {
        Tighten::Never => false,
        Tighten::Always => true,
        Tighten::Off => value.as_bool() == Some(false),
        Tighten::Lower => {
            let number = |value: &Value| known.shape.number(value);
            match (number(value), present.and_then(number)) {
                (Some(new), Some(old)) => new <= old,
                (new, None) => new.is_some(),
                (None, Some(_)) => false,
            }
        }
        Tighten::Stricter => {
            let rank = |word: &str| POLICIES.iter().position(|policy| *policy == word);
            let new = value.as_str().and_then(rank);
            new.is_some() && new >= rank(policy_below(key, others))
        }
    }
}

/// The policy that holds for `key` without the project: the same key's, else the provider's, else
/// the built-in one.
fn policy_below<'a>(key: &str, others: &'a BTreeMap<String, Setting>) -> &'a str {
    let own = others.get(key);
    let providers = || {
        let (head, effect) = key.rsplit_once(".policy.")?;
        let (provider, _) = head.split_once(".accounts.")?;
        others.get(&format!("{provider}.policy.{effect}"))
    };
    let set = own.or_else(providers).and_then(|setting| setting.value.as_str());
    set.unwrap_or(if key.ends_with(".read") { "allow" } else { "ask" })
}

#[cfg(test)]
mod tests {
    use super::super::{Origin, keys};
    use super::*;

    #[test]
    fn an_untrusted_file_may_only_tighten() {
        let mut others = BTreeMap::new();
        for (key, value) in [
            ("run.memory_limit", Value::from("32MB")),
            ("http.timeout", Value::from(30)),
            ("integrations.a.policy.write", Value::from("allow")),
            ("integrations.b.policy.write", Value::from("deny")),
        ] {
            others.insert(key.to_owned(), Setting { value, origin: Origin::Default });
        }
        let table: [(&str, Value, bool); 17] = [
            ("run.memory_limit", "16MB".into(), true),
            ("run.memory_limit", "64MB".into(), false),
            ("run.max_calls", 5.into(), true),
            ("http.timeout", "5s".into(), true),
            ("http.timeout", "1h".into(), false),
            ("http.proxy", "http://evil".into(), false),
            ("journal.enabled", false.into(), false),
            ("integrations.a.enabled", true.into(), false),
            ("integrations.a.enabled", false.into(), true),
            ("integrations.a.account", "staging".into(), true),
            ("integrations.a.policy.write", "ask".into(), true),
            ("integrations.a.policy.read", "ask".into(), true),
            ("integrations.b.policy.write", "ask".into(), false),
            ("integrations.b.accounts.x.policy.write", "ask".into(), false),
            ("integrations.a.accounts.x.policy.write", "ask".into(), true),
            ("integrations.c.policy.write", "allow".into(), false),
            ("integrations.a.accounts.default.url", "https://evil".into(), false),
        ];
        for (key, value, expected) in table {
            let known = keys::find(key).unwrap();
            assert_eq!(tightens(key, known, &value, &others), expected, "{key} = {value}");
        }
    }
}
