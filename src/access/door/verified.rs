//! Tokens that were verified a moment ago, so that a caller who makes thousands of requests with one
//! does not read the key and the register for each. Calls are counted, and refused to a revoked token,
//! where they are made; what this lets through is a look at the documentation, for a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use crate::access::{Access, Grant, now};
use crate::error::Fault;

/// How long a verification counts.
const FRESH: Duration = Duration::from_secs(1);

/// More tokens than these are not remembered at a time.
const MOST: usize = 1024;

type Digest = [u8; 32];

/// What verifies tokens, and those it verified a moment ago.
#[derive(Debug)]
pub(super) struct Verified {
    access: Arc<Access>,
    recent: Mutex<HashMap<Digest, (Instant, Grant)>>,
}

impl Verified {
    pub(super) fn new(access: Arc<Access>) -> Self {
        Self { access, recent: Mutex::default() }
    }

    /// What a token allows.
    ///
    /// # Errors
    /// As [`Access::verify`].
    pub(super) fn grant(&self, token: &str) -> Result<Grant, Fault> {
        // Looked up by its hash, which says nothing of how much of a guess was right.
        let digest: Digest = Sha256::digest(token).into();
        let recent = || self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, grant)) = recent().get(&digest)
            && at.elapsed() < FRESH
        {
            grant.claims().check(now())?;
            return Ok(grant.clone());
        }
        let grant = self.access.verify(token, now())?;
        let mut recent = recent();
        if recent.len() >= MOST {
            recent.retain(|_, (at, _)| at.elapsed() < FRESH);
        }
        if recent.len() < MOST {
            recent.insert(digest, (Instant::now(), grant.clone()));
        }
        Ok(grant)
    }
}
