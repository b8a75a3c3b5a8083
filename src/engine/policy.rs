//! Whether a call may be made: a pure decision from the operation's effect, the user's policy and
//! what was asked for. Asking somebody is `consent`'s business.

use serde_json::{Map, Value};

use super::Engine;
use super::account::Account;
use super::ask::reach;
use super::call::{self, Call};
use crate::catalogue::{Effect, Operation};
use crate::error::{Fault, Kind};
use crate::settings::{Origin, Settings};

/// What the user decided about an effect, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Policy {
    /// Go ahead.
    Allow,
    /// Only with the user's consent, given once or by `--force`.
    Ask,
    /// Never.
    Deny,
}

impl Policy {
    /// The policy of that name.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "allow" => Some(Self::Allow),
            "ask" => Some(Self::Ask),
            "deny" => Some(Self::Deny),
            _ => None,
        }
    }

    /// The word used in settings and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }
}

/// The policy in force for an effect: the account's, else the provider's, else the default (reads
/// are allowed, everything else asks). A project that is stricter about the provider is stricter
/// about every account.
pub fn in_force(settings: &Settings, provider: &str, account: &str, effect: Effect) -> Policy {
    let word = effect.word();
    let policy = |key: String| {
        let setting = settings.get(&key)?;
        Some((Policy::parse(setting.value.as_str()?)?, &setting.origin))
    };
    let general = policy(format!("integrations.{provider}.policy.{word}"));
    let own = policy(format!("integrations.{provider}.accounts.{account}.policy.{word}"));
    match (own, general) {
        (Some((own, _)), Some((stricter, Origin::Project(_)))) if stricter > own => stricter,
        (Some((policy, _)), _) | (None, Some((policy, _))) => policy,
        (None, None) if effect == Effect::Read => Policy::Allow,
        (None, None) => Policy::Ask,
    }
}

/// What to do about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go ahead.
    Pass,
    /// Go ahead because of `--force`.
    Forced,
    /// Somebody has to say yes.
    NeedsConsent,
    /// Not by `--force` either.
    NeedsConfirmation,
    /// Never.
    Refused,
}

/// The most people one erasure may be about unless the setting `safety.erase_cap` says more.
const ERASE_CAP: usize = 10;

/// Whether an erasure is confirmed: with the exact number of people, and not more than the cap.
///
/// # Errors
/// The refusal, with the number it is about.
pub fn confirmed(
    operation: &Operation,
    args: &Map<String, Value>,
    confirm: Option<usize>,
    cap: Option<usize>,
) -> Result<(), Fault> {
    let cap = cap.unwrap_or(ERASE_CAP);
    let all = Value::Object(args.clone());
    let count = operation.subjects.as_ref().map_or(1, |path| reach(&all, path).len());
    let name = operation.full_name();
    let refuse = |message, hint| Err(Fault::new(Kind::PolicyDenied, message).hint(hint));
    if confirm != Some(count) {
        let message = format!("`{name}` erases the data of {count} people for good");
        return refuse(
            message,
            format!("if that is right, run it as a command with --confirm {count}"),
        );
    }
    if count > cap {
        let message = format!("`{name}` is about {count} people, {cap} at once is the cap");
        return refuse(
            message,
            "erase in smaller parts, or raise the setting safety.erase_cap".into(),
        );
    }
    Ok(())
}

impl Engine {
    /// Whether a call may be made: by the caller's token, and by policy, asking for consent where it
    /// says so.
    ///
    /// # Errors
    /// The refusal, with the command that would allow it.
    pub(super) fn permit(
        &self,
        operation: &Operation,
        account: &Account,
        call: &Call,
        args: &Map<String, Value>,
    ) -> Result<Verdict, Fault> {
        self.bounded(operation, &account.name, call)?;
        let effect = operation.effect;
        let policy = in_force(&self.settings, &operation.provider, &account.name, effect);
        let verdict = decide(effect, policy, call.options.force, account.emulated);
        match verdict {
            Verdict::Pass | Verdict::Forced => Ok(verdict),
            // Nothing is sent, so there is nothing to consent to yet; the preview says what would be asked.
            Verdict::NeedsConsent | Verdict::NeedsConfirmation if call.options.dry_run => {
                Ok(verdict)
            }
            // Who is asked wants to see the request, which is not bound yet.
            Verdict::NeedsConsent if self.asks(call) => Ok(verdict),
            Verdict::NeedsConfirmation => {
                let cap = self.settings.bytes("safety.erase_cap");
                let cap = cap.and_then(|cap| usize::try_from(cap).ok());
                // Only a person at a command line can confirm, whatever another face passes on.
                let confirm = call.options.confirm.filter(|_| call.origin == call::Origin::Cli);
                confirmed(operation, args, confirm, cap)?;
                Ok(Verdict::Pass)
            }
            verdict => Err(refusal(verdict, operation, account, call)),
        }
    }

    /// Whether a call is within the caller's token, the face it comes through and what the script around
    /// it declares.
    ///
    /// # Errors
    /// The refusal.
    pub(super) fn bounded(
        &self,
        operation: &Operation,
        account: &str,
        call: &Call,
    ) -> Result<(), Fault> {
        self.access.admit(call.options.grant.as_ref(), operation, account)?;
        if let Some(fence) = &call.options.within.fence {
            fence.admit(operation, account)?;
        }
        let effect = operation.effect;
        let Some(ceiling) = call.options.within.ceiling.filter(|ceiling| effect > *ceiling) else {
            return Ok(());
        };
        let (name, most, word) = (operation.full_name(), ceiling.word(), effect.word());
        let message = format!("`{name}` is a {word}, and the action is declared as {most} only");
        Err(Fault::new(Kind::PolicyDenied, message)
            .hint(format!("say `effect = \"{word}\"` in the action's file if that is meant")))
    }
}

/// Decides. The emulator is nobody's data; erasure is never forced, since what it deletes cannot
/// be brought back.
pub fn decide(effect: Effect, policy: Policy, force: bool, emulated: bool) -> Verdict {
    match (policy, effect) {
        _ if emulated => Verdict::Pass,
        (Policy::Deny, _) => Verdict::Refused,
        (_, Effect::Erase) => Verdict::NeedsConfirmation,
        (Policy::Allow, _) => Verdict::Pass,
        (Policy::Ask, _) if force => Verdict::Forced,
        (Policy::Ask, _) => Verdict::NeedsConsent,
    }
}

/// The refusal, with the command that would allow the call.
pub fn refusal(verdict: Verdict, operation: &Operation, account: &Account, call: &Call) -> Fault {
    let provider = &operation.provider;
    let effect = operation.effect.word();
    let whose = match account.name.as_str() {
        "default" => String::new(),
        name => format!(" --account {name}"),
    };
    let flag = if operation.effect == Effect::Read { "read" } else { effect };
    let configure = format!("kosmo integrations:configure {provider}{whose} --{flag} allow");
    let (message, hint) = match verdict {
        Verdict::Refused => (
            format!("Integration '{provider}' {effect} access denied for `{}`", operation.name),
            format!("policy says deny, which --force does not lift; allow it with: {configure}"),
        ),
        Verdict::Pass | Verdict::Forced | Verdict::NeedsConsent | Verdict::NeedsConfirmation => (
            format!("Integration '{provider}' {effect} requires approval for `{}`", operation.name),
            if call.options.force {
                format!("allow it with: {configure}")
            } else {
                format!("add --force to allow it once, or allow it for good: {configure}")
            },
        ),
    };
    Fault::new(Kind::PolicyDenied, message).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decision_is_a_table() {
        use Effect::{Destroy, Erase, Read, Write};
        let table = [
            (Read, Policy::Allow, false, Verdict::Pass),
            (Read, Policy::Ask, false, Verdict::NeedsConsent),
            (Read, Policy::Ask, true, Verdict::Forced),
            (Write, Policy::Ask, false, Verdict::NeedsConsent),
            (Write, Policy::Ask, true, Verdict::Forced),
            (Write, Policy::Allow, false, Verdict::Pass),
            (Destroy, Policy::Ask, true, Verdict::Forced),
            (Destroy, Policy::Deny, true, Verdict::Refused),
            (Erase, Policy::Ask, true, Verdict::NeedsConfirmation),
            (Erase, Policy::Allow, true, Verdict::NeedsConfirmation),
            (Erase, Policy::Deny, true, Verdict::Refused),
        ];
        for (effect, policy, force, verdict) in table {
            assert_eq!(
                decide(effect, policy, force, false),
                verdict,
                "{effect:?} {policy:?} {force}"
            );
            assert_eq!(decide(effect, policy, force, true), Verdict::Pass, "emulated");
        }
    }
}
