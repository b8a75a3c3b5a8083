//! Tokens that limit what their holder may do: functions, accounts, effects, calls and time, signed
//! by this machine. A token only ever takes away from what policy allows. How one is handed out and
//! shown is the command line's business, and how it is carried that of each face.

pub mod claims;
pub mod door;
mod jwt;
mod key;

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

pub use claims::{Claims, Link};
pub use key::Key;

use crate::catalogue::Operation;
use crate::error::{Fault, Kind};
use crate::ledger::tokens::{Entry, Refused, Register};
use crate::redact::Secret;

/// The most tokens that may be narrowed one from another.
const DEEPEST: usize = 8;

/// A token that was verified, as every call under it needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant(Arc<Claims>);

impl Grant {
    /// What the token says.
    pub fn claims(&self) -> &Claims {
        &self.0
    }

    fn chain(&self) -> Vec<(&str, Option<u64>)> {
        self.0.scope.iter().map(|link| (link.id.as_str(), link.calls)).collect()
    }
}

/// Verifies tokens, and holds the one that this process was started with.
#[derive(Debug)]
pub struct Access {
    key: Key,
    register: Register,
    /// The token of the process.
    presented: OnceLock<Secret>,
    /// What came of verifying it.
    grant: OnceLock<Result<Grant, Fault>>,
}

impl Access {
    /// Access with its key in `folder` and its register in the ledger at `ledger`. Opens nothing.
    pub fn new(folder: Option<&Path>, ledger: Option<&Path>) -> Self {
        let (presented, grant) = Default::default();
        let register = Register::at(ledger.map(Path::to_owned));
        Self { key: Key::within(folder), register, presented, grant }
    }

    /// Limits the process to a token. Only the first one counts.
    pub fn present(&self, token: Secret) {
        let _ = self.presented.set(token);
    }

    /// The token the process is limited to.
    pub fn presented(&self) -> Option<&Secret> {
        self.presented.get()
    }

    /// What the token of the process allows; none when there is no token. It is verified once.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub fn own(&self) -> Result<Option<&Grant>, Fault> {
        let Some(token) = self.presented.get() else { return Ok(None) };
        let grant = self.grant.get_or_init(|| self.verify(token.expose(), now()));
        grant.as_ref().map(Some).map_err(Clone::clone)
    }

    /// Verifies a token: signature, time, and that neither it nor what it was narrowed from was
    /// revoked.
    ///
    /// # Errors
    /// `authentication_failed` with the code `token_invalid`, `token_expired` or `token_revoked`;
    /// a key or a ledger that cannot be read.
    pub fn verify(&self, token: &str, now: i64) -> Result<Grant, Fault> {
        let Some(key) = self.key.read()? else {
            return Err(jwt::invalid("no key of this machine"));
        };
        let claims = jwt::verify(token, &key)?;
        claims.check(now)?;
        let grant = Grant(Arc::new(claims));
        self.register.standing(&grant.chain())?.map_err(refused)?;
        Ok(grant)
    }

    /// Whether a call is within the token of the process, and within that of the caller if the call
    /// came with one.
    ///
    /// # Errors
    /// `policy_denied` with the code `token_scope`; as [`Self::verify`].
    pub fn admit(
        &self,
        grant: Option<&Grant>,
        operation: &Operation,
        account: &str,
    ) -> Result<(), Fault> {
        for grant in self.own()?.into_iter().chain(grant) {
            grant.0.check(now())?;
            grant.0.admit(operation, account)?;
        }
        Ok(())
    }

    /// Takes a call from the budgets of the same tokens.
    ///
    /// # Errors
    /// `policy_denied` with the code `token_spent`; `authentication_failed` when one was revoked
    /// meanwhile; a ledger that cannot be written.
    pub fn spend(&self, grant: Option<&Grant>) -> Result<(), Fault> {
        for grant in self.own()?.into_iter().chain(grant) {
            self.register.spend(&grant.chain())?.map_err(refused)?;
        }
        Ok(())
    }

    /// Signs a token that allows what `link` says, and no more than `from` does.
    ///
    /// # Errors
    /// `policy_denied` with the code `token_wider` when `link` asks for more than `from` has; as
    /// [`Self::verify`]; a key or a ledger that cannot be written.
    pub fn mint(
        &self,
        link: &Link,
        from: Option<&str>,
        now: i64,
    ) -> Result<(Secret, Claims), Fault> {
        let parent = from.map(|token| self.verify(token, now)).transpose()?;
        let claims = match &parent {
            Some(parent) => parent.claims().narrowed(link.clone(), now)?,
            None => Claims::root(link.clone(), now),
        };
        let token = jwt::sign(&claims, &self.key.read_or_make()?)?;
        self.register.add(&Entry {
            id: claims.jti.clone(),
            parent: parent.map(|parent| parent.claims().jti.clone()),
            name: link.name.clone(),
            made: now,
            expires: claims.exp,
            scope: link.to_json().to_string(),
            calls: link.calls,
            ..Entry::default()
        })?;
        Ok((token, claims))
    }

    /// The tokens that were handed out, the newest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn list(&self) -> Result<Vec<Entry>, Fault> {
        self.register.list()
    }

    /// Revokes the token of that id and whatever was narrowed from it; whether it counted.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn revoke(&self, id: &str) -> Result<bool, Fault> {
        self.register.revoke(id, now())
    }

    /// Throws the key away, so that no token of this machine counts any more; whether there was one.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn forget_key(&self) -> Result<bool, Fault> {
        self.key.forget()
    }

    /// The id in a token of this machine, whether it still counts or not.
    ///
    /// # Errors
    /// As [`Self::verify`], but for time and revocation.
    pub fn id(&self, token: &str) -> Result<String, Fault> {
        let Some(key) = self.key.read()? else {
            return Err(jwt::invalid("no key of this machine"));
        };
        Ok(jwt::verify(token, &key)?.jti)
    }
}

/// The time in seconds since the epoch.
pub fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_secs()).unwrap_or(i64::MAX)
}

fn refused(why: Refused) -> Fault {
    match why {
        Refused::Unknown => jwt::invalid("it is not in this machine's register"),
        Refused::Revoked => Fault::new(Kind::AuthenticationFailed, "the token was revoked")
            .code("token_revoked")
            .hint("ask whoever gave it to you for another"),
        Refused::Spent(calls) => {
            Fault::new(Kind::PolicyDenied, format!("the token's {calls} calls are used up"))
                .code("token_spent")
                .hint("ask whoever gave it to you for another")
        }
    }
}
