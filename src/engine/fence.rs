//! What a face lets through before policy is asked: functions, accounts and effects. A fence only
//! narrows; whatever is within it is still for tokens and policy to decide.

use crate::access::claims::fits;
use crate::catalogue::{Effect, Operation};
use crate::error::{Fault, Kind};

/// The limits of a face, handed down to every call that is made through it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The functions, as patterns for `provider.function`.
    pub functions: Vec<String>,
    /// The accounts, as patterns for `provider.account` or the account alone.
    pub accounts: Vec<String>,
    /// The most that a call may do to the world.
    pub most: Effect,
    /// What it is called in a refusal (`the profile `ops``).
    pub name: String,
    /// What to do about an effect that is too much.
    pub hint: String,
}

impl Fence {
    /// Whether it lets a function through, whatever its effect and account.
    pub fn covers(&self, full_name: &str) -> bool {
        self.functions.iter().any(|pattern| fits(pattern, full_name))
    }

    /// Whether it lets an account of a provider through.
    pub fn reaches(&self, provider: &str, account: &str) -> bool {
        let full = format!("{provider}.{account}");
        self.accounts.iter().any(|pattern| fits(pattern, &full) || fits(pattern, account))
    }

    /// Whether a call is within it.
    ///
    /// # Errors
    /// `profile_scope`, naming what is not.
    pub(super) fn admit(&self, operation: &Operation, account: &str) -> Result<(), Fault> {
        let (name, effect) = (operation.full_name(), operation.effect);
        let refuse = |what: String, hint: &str| {
            Err(Fault::new(Kind::PolicyDenied, what).code("profile_scope").hint(hint))
        };
        let wider = "whoever set it up can change the profile";
        if !self.covers(&name) {
            return refuse(format!("{} does not expose `{name}`", self.name), wider);
        }
        if !self.reaches(&operation.provider, account) {
            return refuse(format!("{} does not expose the account `{account}`", self.name), wider);
        }
        if effect > self.most {
            let (word, most) = (effect.word(), self.most.word());
            let what =
                format!("`{name}` is a {word}, and {} allows no more than {most}", self.name);
            return refuse(what, &self.hint);
        }
        Ok(())
    }
}
