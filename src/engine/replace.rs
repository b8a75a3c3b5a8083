//! Replacing a whole set without losing somebody else's change: the set is read first, and only
//! overwritten when it is the one the caller has seen. The caller names it by its hash.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Engine;
use super::ask::{reach, shared};
use super::call::Options;
use super::hooks::Scene;
use crate::catalogue::operation::Replaces;
use crate::error::{Fault, Kind};

impl Engine {
    /// Lets a replace pass when the set is the expected one.
    ///
    /// # Errors
    /// `conflict` when the set has changed; `policy_denied` with the difference and the hash when
    /// the caller has not said which set may be overwritten.
    pub(super) async fn guard_replace(
        &self,
        scene: Scene<'_>,
        options: &Options,
    ) -> Result<(), Fault> {
        let Some(replaces) = &scene.operation.replaces else { return Ok(()) };
        let free = options.replace_all || scene.account.emulated;
        if options.expect.is_none() && free {
            return Ok(());
        }
        let now = self.current(scene, replaces).await?;
        let hash = hash(&now);
        match &options.expect {
            Some(expected) if *expected == hash => Ok(()),
            Some(expected) => {
                let message = format!(
                    "the set has changed since it was read: expected {expected}, found {hash}"
                );
                Err(Fault::new(Kind::Conflict, message)
                    .code("drift")
                    .hint("look at the set again, then repeat the call with its new hash"))
            }
            None => Err(unseen(scene, replaces, &now, &hash)),
        }
    }

    async fn current(&self, scene: Scene<'_>, replaces: &Replaces) -> Result<Vec<Value>, Fault> {
        let args = shared(scene, &replaces.read, &replaces.given);
        let (answer, _) = self.ask(scene, &replaces.read, &args).await?;
        Ok(reach(&answer, &replaces.at).into_iter().cloned().collect())
    }
}

/// The set as it would be: the parameter that holds it, or all that is sent where the whole answer
/// is the set.
fn wanted(scene: Scene<'_>, replaces: &Replaces) -> Vec<Value> {
    if replaces.at.is_empty() {
        return scene.request.body.iter().cloned().map(Value::Object).collect();
    }
    let new = scene.args.get(&replaces.param).map(|new| reach(new, ""));
    new.into_iter().flatten().cloned().collect()
}

fn unseen(scene: Scene<'_>, replaces: &Replaces, now: &[Value], hash: &str) -> Fault {
    let new = wanted(scene, replaces);
    let added = new.iter().filter(|item| !now.iter().any(|have| covers(have, item))).count();
    let gone: Vec<&Value> =
        now.iter().filter(|have| !new.iter().any(|item| covers(have, item))).collect();
    let name = scene.operation.full_name();
    let message = format!(
        "`{name}` would replace {} by {}: {added} new or changed, {} gone",
        now.len(),
        new.len(),
        gone.len()
    );
    let mut fault = Fault::new(Kind::PolicyDenied, message).code("replace_needs_expect").hint(
        format!("repeat it with --expect {hash}, or with --yes-replace-all whatever is there"),
    );
    fault.extra.detail = Some(json!({
        "hash": hash, "now": now.len(), "new": new.len(), "added": added, "gone": gone,
    }));
    fault
}

/// Whether what is there has everything that an item says; services add keys of their own.
fn covers(have: &Value, item: &Value) -> bool {
    match (have, item) {
        (Value::Object(have), Value::Object(item)) => {
            item.iter().all(|(key, value)| have.get(key).is_some_and(|have| covers(have, value)))
        }
        (have, item) => have == item,
    }
}

/// A short fingerprint of a set, whatever its order and the order of its keys.
fn hash(set: &[Value]) -> String {
    let mut items: Vec<String> = set.iter().map(canonical).collect();
    items.sort();
    let digest = Sha256::digest(items.join("\n"));
    digest.iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut parts: Vec<String> =
                map.iter().map(|(key, item)| format!("{key:?}:{}", canonical(item))).collect();
            parts.sort();
            format!("{{{}}}", parts.join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_change_the_hash_and_content_does() {
        let one = [json!({"a": 1, "b": [1, 2]}), json!({"c": 3})];
        let same = [json!({"c": 3}), json!({"b": [1, 2], "a": 1})];
        let other = [json!({"c": 3}), json!({"b": [2, 1], "a": 1})];
        assert_eq!(hash(&one), hash(&same));
        assert_ne!(hash(&one), hash(&other));
        assert_eq!(hash(&one).len(), 16);
    }

    #[test]
    fn keys_that_the_service_adds_are_no_difference() {
        let have = json!({"key": "E", "version": 1, "createdAt": "x"});
        assert!(covers(&have, &json!({"key": "E", "version": 1})));
        assert!(!covers(&have, &json!({"key": "E", "version": 2})));
    }
}
