//! Browsers that were let in: with an invitation that counts once, or with a token typed into a form.
//! A browser is known by a cookie that no script can read and no other site can make it send; whoever
//! steals neither the cookie nor the process' memory finds nothing to steal.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use sha2::{Digest as _, Sha256};

use super::Caller;
use super::verified::Verified;
use crate::error::{Fault, Kind};
use crate::redact::Secret;

/// How long a browser is known.
const LIFE: Duration = Duration::from_secs(12 * 3600);

/// How long an invitation counts.
const INVITED: Duration = Duration::from_secs(3600);

/// Browsers at a time; the one that came first makes room.
const MOST: usize = 64;

type Digest = [u8; 32];

/// One browser.
#[derive(Debug)]
pub struct Session {
    /// What forms carry to show that they are this site's.
    seal: String,
    /// The token it was let in with; none for an invitation.
    token: Option<Secret>,
    since: Instant,
}

impl Session {
    /// What forms carry to show that they are this site's own.
    pub fn seal(&self) -> &str {
        &self.seal
    }

    /// Whether a form carries it.
    pub fn sealed(&self, given: &str) -> bool {
        same(given, &self.seal)
    }
}

/// The browsers that are let in.
#[derive(Debug)]
pub struct Sessions {
    port: u16,
    verified: Arc<Verified>,
    invitations: Mutex<Vec<(Digest, Instant)>>,
    open: Mutex<HashMap<Digest, Arc<Session>>>,
}

impl Sessions {
    pub(super) fn new(port: u16, verified: Arc<Verified>) -> Self {
        let (invitations, open) = Default::default();
        Self { port, verified, invitations, open }
    }

    /// A secret that lets one browser in, once, as whoever owns the accounts.
    ///
    /// # Errors
    /// When the platform has no randomness.
    pub fn invite(&self) -> Result<Secret, Fault> {
        let key = secret()?;
        let mut invitations = self.invitations.lock().unwrap_or_else(PoisonError::into_inner);
        invitations.push((digest(&key), Instant::now()));
        Ok(Secret::new(key))
    }

    /// Lets a browser in with an invitation; the cookie it is to keep. None when that is no
    /// invitation, or not any more.
    ///
    /// # Errors
    /// When the platform has no randomness.
    pub fn enter(&self, key: &str) -> Result<Option<String>, Fault> {
        let wanted = digest(key);
        let mut invitations = self.invitations.lock().unwrap_or_else(PoisonError::into_inner);
        invitations.retain(|(_, since)| since.elapsed() < INVITED);
        let Some(at) = invitations.iter().position(|(known, _)| *known == wanted) else {
            return Ok(None);
        };
        invitations.swap_remove(at);
        drop(invitations);
        self.open(None).map(Some)
    }

    /// Lets a browser in with a token; the cookie it is to keep.
    ///
    /// # Errors
    /// As [`crate::access::Access::verify`].
    pub fn log_in(&self, token: &str) -> Result<String, Fault> {
        let token = token.trim();
        self.verified.grant(token)?;
        self.open(Some(Secret::new(token)))
    }

    /// Forgets a browser; the cookie that makes it forget too.
    pub fn log_out(&self, headers: &HeaderMap) -> String {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for cookie in self.cookies(headers) {
            open.remove(&digest(cookie));
        }
        format!("{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict", self.name())
    }

    fn open(&self, token: Option<Secret>) -> Result<String, Fault> {
        let cookie = secret()?;
        let session = Session { seal: secret()?, token, since: Instant::now() };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, session| session.since.elapsed() < LIFE);
        if open.len() >= MOST {
            let first = open.iter().min_by_key(|(_, session)| session.since).map(|(key, _)| *key);
            first.and_then(|first| open.remove(&first));
        }
        open.insert(digest(&cookie), Arc::new(session));
        Ok(format!("{}={cookie}; Path=/; HttpOnly; SameSite=Strict", self.name()))
    }

    /// Who a browser is; none when it was not let in.
    ///
    /// # Errors
    /// When the token it was let in with does not count any more.
    pub(super) fn caller(&self, headers: &HeaderMap) -> Result<Option<Caller>, Fault> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let found = self.cookies(headers).find_map(|cookie| open.get(&digest(cookie)));
        let found = found.filter(|session| session.since.elapsed() < LIFE).cloned();
        drop(open);
        let Some(session) = found else { return Ok(None) };
        let grant = session.token.as_ref().map(|token| self.verified.grant(token.expose()));
        Ok(Some(Caller { grant: grant.transpose()?, session: Some(session) }))
    }

    /// Cookies are kept by host and not by port, so that the port has to be in the name.
    fn name(&self) -> String {
        format!("kosmo-{}", self.port)
    }

    fn cookies<'a>(&self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        let name = self.name();
        let lines = headers.get_all(header::COOKIE).iter();
        let pairs = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split("; "));
        pairs.filter_map(move |pair| pair.strip_prefix(&name)?.strip_prefix('='))
    }
}

fn digest(text: &str) -> Digest {
    Sha256::digest(text).into()
}

/// Compares in a time that says nothing of where two texts differ.
pub fn same(one: &str, other: &str) -> bool {
    digest(one) == digest(other)
}

/// 256 bits that nobody can guess, as a text that a URL can hold.
///
/// # Errors
/// When the platform has no randomness.
pub fn secret() -> Result<String, Fault> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Fault::new(Kind::Internal, "the platform has no randomness"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Access;

    fn sessions() -> Sessions {
        Sessions::new(80, Arc::new(Verified::new(Arc::new(Access::new(None, None)))))
    }

    fn headers(cookie: &str) -> HeaderMap {
        let pair = cookie.split(';').next().unwrap();
        HeaderMap::from_iter([(header::COOKIE, format!("a=b; {pair}").parse().unwrap())])
    }

    #[test]
    fn an_invitation_lets_one_browser_in() {
        let sessions = sessions();
        let key = sessions.invite().unwrap();
        assert!(sessions.enter("guess").unwrap().is_none());
        let cookie = sessions.enter(key.expose()).unwrap().unwrap();
        assert!(cookie.contains("; HttpOnly; SameSite=Strict"), "{cookie}");
        assert!(sessions.enter(key.expose()).unwrap().is_none(), "only once");
        let caller = sessions.caller(&headers(&cookie)).unwrap().unwrap();
        let session = caller.session.unwrap();
        assert!(session.sealed(session.seal()) && !session.sealed("guess"));
        assert!(sessions.caller(&headers("kosmo-80=guess")).unwrap().is_none());
        assert!(sessions.caller(&headers(&cookie.replace("80", "81"))).unwrap().is_none());
        sessions.log_out(&headers(&cookie));
        assert!(sessions.caller(&headers(&cookie)).unwrap().is_none());
    }

    #[test]
    fn what_is_no_token_lets_nobody_in() {
        assert_eq!(sessions().log_in("x.y.z").unwrap_err().code, "token_invalid");
    }

    #[test]
    fn there_is_room_for_some_browsers_only() {
        let sessions = sessions();
        let first = sessions.open(None).unwrap();
        for _ in 0..MOST {
            sessions.open(None).unwrap();
        }
        assert_eq!(sessions.open.lock().unwrap().len(), MOST);
        assert!(sessions.caller(&headers(&first)).unwrap().is_none());
    }
}
