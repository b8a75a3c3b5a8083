//! What a token says: a chain of restrictions, each added by whoever narrowed it. A call has to
//! satisfy all of them, so that adding one can take away and never give.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::DEEPEST;
use crate::catalogue::{Effect, Operation};
use crate::error::{Fault, Kind};

/// Who makes these tokens.
const ISSUER: &str = "kosmo";

/// How far clocks may differ, in seconds.
const SKEW: i64 = 30;

/// The claims of a token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    iss: String,
    /// The id of the last link, which is that of the token.
    pub jti: String,
    /// When it was made, in seconds since the epoch.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
    /// The restrictions, the first one given first.
    pub scope: Vec<Link>,
}

/// One restriction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Its id.
    pub id: String,
    /// What its maker called it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The functions, as patterns for `provider.function`.
    pub functions: Vec<String>,
    /// The accounts, as patterns for `provider.account`.
    pub accounts: Vec<String>,
    /// The words of the effects a call may have.
    pub effects: Vec<String>,
    /// How many calls may be made; none for any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<u64>,
    /// When it ends, in seconds since the epoch.
    pub until: i64,
}

impl Link {
    /// What it allows, for listings.
    pub fn to_json(&self) -> Value {
        json!({
            "functions": self.functions,
            "accounts": self.accounts,
            "effects": self.effects,
            "calls": self.calls,
        })
    }

    /// Whether a call of this function and effect is within it, whatever the account.
    pub fn covers(&self, operation: &Operation) -> bool {
        let name = operation.full_name();
        self.functions.iter().any(|pattern| fits(pattern, &name))
            && self.effects.iter().any(|word| word == operation.effect.word())
    }

    fn reaches(&self, account: &str) -> bool {
        self.accounts.iter().any(|pattern| fits(pattern, account))
    }
}

impl Claims {
    /// The claims of a token that is narrowed from none.
    pub fn root(link: Link, now: i64) -> Self {
        let (jti, exp) = (link.id.clone(), link.until);
        Self { iss: ISSUER.to_owned(), jti, iat: now, exp, scope: vec![link] }
    }

    /// These claims with one more restriction.
    ///
    /// # Errors
    /// `token_wider` when it asks for what these claims have not: it would not get it, and whoever
    /// asks should know.
    pub fn narrowed(&self, link: Link, now: i64) -> Result<Self, Fault> {
        if self.scope.len() >= DEEPEST {
            let message = format!("a token can be narrowed {DEEPEST} times at most");
            return Err(Fault::new(Kind::PolicyDenied, message).code("token_wider"));
        }
        for above in &self.scope {
            within(&link, above)?;
        }
        let mut scope = self.scope.clone();
        let (jti, exp) = (link.id.clone(), link.until.min(self.exp));
        scope.push(link);
        Ok(Self { iss: ISSUER.to_owned(), jti, iat: now, exp, scope })
    }

    /// Whether they count at this time.
    ///
    /// # Errors
    /// `token_expired`; `token_invalid` for what no token of ours says.
    pub fn check(&self, now: i64) -> Result<(), Fault> {
        let until = self.scope.iter().map(|link| link.until).min().unwrap_or(i64::MIN);
        let own = self.scope.last().is_some_and(|link| link.id == self.jti);
        if self.iss != ISSUER || !own || self.scope.len() > DEEPEST || until < self.exp {
            return Err(super::jwt::invalid("it says what no token of ours says"));
        }
        if self.iat > now.saturating_add(SKEW) {
            return Err(super::jwt::invalid("it was made in the future; is the clock right?"));
        }
        if now >= self.exp.saturating_add(SKEW) {
            return Err(Fault::new(Kind::AuthenticationFailed, "the token has expired")
                .code("token_expired")
                .hint("ask whoever gave it to you for another"));
        }
        Ok(())
    }

    /// Whether a call is within every restriction.
    ///
    /// # Errors
    /// `token_scope`, naming what is not.
    pub fn admit(&self, operation: &Operation, account: &str) -> Result<(), Fault> {
        let account = format!("{}.{account}", operation.provider);
        let name = operation.full_name();
        for link in &self.scope {
            let function = link.functions.iter().any(|pattern| fits(pattern, &name));
            let what = if !function {
                format!("`{name}`")
            } else if !link.covers(operation) {
                format!("`{name}`, which has the effect `{}`", operation.effect.word())
            } else if !link.reaches(&account) {
                format!("the account `{account}`")
            } else {
                continue;
            };
            return Err(outside(&what));
        }
        Ok(())
    }
}

/// The refusal of what a token does not allow.
pub fn outside(what: &str) -> Fault {
    Fault::new(Kind::PolicyDenied, format!("the token does not cover {what}"))
        .code("token_scope")
        .hint("--force does not help; a token that covers it is made with `kosmo token mint`")
}

/// Refuses a restriction that plainly asks for more than an earlier one. Patterns of functions are
/// not compared: a call has to fit both.
fn within(link: &Link, above: &Link) -> Result<(), Fault> {
    let wider = |what: String| {
        Err(Fault::new(Kind::PolicyDenied, format!("a token cannot be widened: {what}"))
            .code("token_wider")
            .hint("leave it out to keep what the token has"))
    };
    if link.until > above.until {
        return wider("it ends earlier than asked for".to_owned());
    }
    if let Some(most) = above.calls
        && link.calls.is_none_or(|calls| calls > most)
    {
        return wider(format!("it has {most} calls"));
    }
    if let Some(effect) = link.effects.iter().find(|word| !above.effects.contains(word)) {
        return wider(format!("it has not the effect `{effect}`"));
    }
    if let Some(account) = link.accounts.iter().find(|account| {
        !above.accounts.iter().any(|pattern| pattern == *account || fits(pattern, account))
    }) {
        return wider(format!("it has not the account `{account}`"));
    }
    Ok(())
}

/// Whether a text fits a pattern, in which `*` stands for anything. Takes time in proportion to the
/// product of their lengths at worst.
pub fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where the last star was, and how much of the text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, t));
            p += 1;
        } else if pattern.get(p) == text.get(t) {
            p += 1;
            t += 1;
        } else if let Some((at, taken)) = star {
            star = Some((at, taken + 1));
            p = at + 1;
            t = taken + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// Every effect's word.
pub fn all_effects() -> Vec<String> {
    Effect::ALL.iter().map(|effect| effect.word().to_owned()).collect()
}

#[cfg(test)]
#[path = "claims/tests.rs"]
pub(super) mod tests;
