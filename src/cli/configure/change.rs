//! From a wish to the changed files: which key of which file gets which value.

use toml_edit::{Item, Value};

use super::wish::Wish;
use crate::catalogue::operation::FieldKind;
use crate::catalogue::{Effect, Provider};
use crate::engine::account::choose;
use crate::engine::policy::Policy;
use crate::settings::edit::Draft;
use crate::settings::is_reference;

/// Activation and policy. With an account named, the policy is that account's.
pub(super) fn settings(draft: &mut Draft, provider: &Provider, account: &str, wish: &Wish) {
    let name = provider.name.as_str();
    if let Some(enabled) = wish.enabled {
        draft.set(&["integrations", name, "enabled"], enabled.into());
    }
    let head: Vec<&str> = match wish.account {
        Some(_) => vec!["integrations", name, "accounts", account, "policy"],
        None => vec!["integrations", name, "policy"],
    };
    for (effect, policy) in with_followers(draft, &head, &wish.policies) {
        let key: Vec<&str> = head.iter().copied().chain([effect.word()]).collect();
        draft.set(&key, policy.word().into());
    }
}

/// The policies to write: `replace` and `destroy` go with `write` unless they are given too, or
/// were once given by themselves and so differ from it.
fn with_followers(
    draft: &Draft,
    head: &[&str],
    given: &[(Effect, Policy)],
) -> Vec<(Effect, Policy)> {
    let mut policies = given.to_vec();
    let written = |effect: Effect| {
        let key: Vec<&str> = head.iter().copied().chain([effect.word()]).collect();
        draft.get(&key).and_then(Item::as_str).map(str::to_owned)
    };
    let write = given.iter().find(|(effect, _)| *effect == Effect::Write);
    if let Some((_, policy)) = write {
        for effect in [Effect::Replace, Effect::Destroy] {
            let own = written(effect);
            let follows = own.is_none() || own == written(Effect::Write);
            if follows && !given.iter().any(|(given, _)| *given == effect) {
                policies.push((effect, *policy));
            }
        }
    }
    policies
}

/// The fields. A secret goes to `credentials`, everything else, references too, to `draft`; what
/// was written of the same field elsewhere goes away, or it might win.
pub(super) fn fields(
    draft: &mut Draft,
    mut credentials: Option<&mut Draft>,
    provider: &Provider,
    account: &str,
    wish: &Wish,
) {
    for (name, value) in &wish.set {
        let Some(field) = provider.field(name) else { continue };
        let key = ["integrations", &provider.name, "accounts", account, name];
        let value = choose(field, value.clone()).unwrap_or_else(|_| value.clone());
        let secret = field.kind == FieldKind::Secret && !is_reference(&value);
        let value = Value::from(value);
        match credentials.as_deref_mut() {
            Some(credentials) if secret => {
                credentials.set(&key, value);
                draft.remove(&key);
            }
            Some(credentials) => {
                credentials.remove(&key);
                draft.set(&key, value);
            }
            None => draft.set(&key, value),
        }
    }
    for name in &wish.unset {
        let key = ["integrations", &provider.name, "accounts", account, name];
        draft.remove(&key);
        if let Some(credentials) = credentials.as_deref_mut() {
            credentials.remove(&key);
        }
    }
}
