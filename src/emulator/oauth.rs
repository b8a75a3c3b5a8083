//! The authorization server: `POST /token` trades a signed assertion for a token, as OAuth 2.0
//! client credentials (RFC 7523) have it. Everything about the assertion is checked; its signature
//! only when the emulator was given the public key.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use super::core::Core;
use super::exchange::{Answer, Request, parse_query};
use super::face::Face;
use super::model::mint;
use crate::error::{Fault, Kind};

/// The kind of assertion that is taken.
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// What a token may be asked for.
const SCOPES: &[&str] = &["tracking_api:write", "functions:write", "public_api:read_write"];
/// Who may be addressed, besides the emulator itself.
const SERVERS: &[&str] = &["https://oauth2.segment.io", "https://oauth2.eu1.segmentapis.com"];
/// The longest life of an assertion, and of a token, in seconds.
const ASSERTION_LIFE: i64 = 60;
const TOKEN_LIFE: i64 = 86_400;

/// The tokens that were given out, and the assertions they were given for.
#[derive(Debug)]
pub(super) struct Tokens {
    key: Option<Vec<u8>>,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    given: HashMap<String, (String, Timestamp)>,
    used: HashSet<String>,
}

impl Tokens {
    /// No tokens yet. With a public key (PEM), assertions must be signed by its owner.
    ///
    /// # Errors
    /// [`Kind::Config`] for a key that is none.
    pub(super) fn new(pem: Option<&str>) -> Result<Self, Fault> {
        let wrong = || {
            Fault::new(Kind::Config, "the public key for assertions is not an RSA key as PEM")
                .code("invalid_public_key")
                .hint("openssl rsa -in private.pem -pubout makes one")
        };
        let read = |pem: &str| {
            let info = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()).ok()?;
            inner_key(&info).map(<[u8]>::to_vec)
        };
        let key = pem.map(|pem| read(pem).ok_or_else(wrong)).transpose()?;
        Ok(Self { key, book: Mutex::default() })
    }

    /// Whether the token was given out for this, and still holds.
    pub(super) fn allow(&self, token: &str, scope: &str) -> bool {
        let book = self.book();
        book.given.get(token).is_some_and(|(scopes, until)| {
            scopes.split(' ').any(|have| have == scope) && Timestamp::now() < *until
        })
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        *self.book() = Book::default();
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The RSA key inside a subject's public key info: `SEQUENCE { SEQUENCE, BIT STRING }`.
fn inner_key(info: &[u8]) -> Option<&[u8]> {
    let (outer, _) = tagged(info, 0x30)?;
    let (_, rest) = tagged(outer, 0x30)?;
    let (bits, _) = tagged(rest, 0x03)?;
    bits.strip_prefix(&[0])
}

/// The content of a DER value of this tag, and what follows it.
fn tagged(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.strip_prefix(&[tag])?.split_first()?;
    let (length, rest) = match usize::from(*first) {
        short @ 0..0x80 => (short, rest),
        long => {
            let (digits, rest) = rest.split_at_checked(long - 0x80)?;
            let length = digits.iter().try_fold(0_usize, |length, digit| {
                length.checked_mul(256).map(|length| length + usize::from(*digit))
            })?;
            (length, rest)
        }
    };
    rest.split_at_checked(length)
}

/// Answers a request to the authorization server.
pub(super) fn answer(core: &Core, request: &Request) -> Answer {
    if request.method != "POST" {
        return Face::OAuth.refuse(405).header("allow", "POST");
    }
    match trade(core, request) {
        Ok(token) => Answer::json(200, &token).header("cache-control", "no-store"),
        Err((status, why)) => Face::OAuth.error(status, why, None, None),
    }
}

type Refused = (u16, &'static str);

fn trade(core: &Core, request: &Request) -> Result<Value, Refused> {
    let media_type = request.header("content-type").unwrap_or_default();
    if !media_type.starts_with("application/x-www-form-urlencoded") {
        return Err((415, "the body must be a form"));
    }
    let form = parse_query(&String::from_utf8_lossy(&request.body));
    let field = |name: &str| {
        let found = form.iter().find(|(have, _)| have == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    if field("grant_type") != "client_credentials" {
        return Err((400, "grant_type must be client_credentials"));
    }
    if field("client_assertion_type") != ASSERTION {
        return Err((400, "client_assertion_type must be that of a JWT bearer"));
    }
    let scope = field("scope");
    if scope.is_empty() || !scope.split(' ').all(|one| SCOPES.contains(&one)) {
        return Err((400, "there is no such scope"));
    }
    let host = request.header("host").map(|host| format!("http://{host}"));
    let once = examine(&core.tokens, field("client_assertion"), host.as_deref())?;
    let token = mint("{64}", 0);
    let until = Timestamp::now() + jiff::SignedDuration::from_secs(TOKEN_LIFE);
    let mut book = core.tokens.book();
    if !book.used.insert(once) {
        return Err((401, "the assertion was used before"));
    }
    book.given.insert(token.clone(), (scope.to_owned(), until));
    Ok(json!({
        "access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LIFE, "scope": scope,
    }))
}

/// Checks an assertion; what makes it the only one of its kind.
fn examine(tokens: &Tokens, assertion: &str, own: Option<&str>) -> Result<String, Refused> {
    let parts: Vec<&str> = assertion.split('.').collect();
    let [head, claims, signature] = parts.as_slice() else {
        return Err((401, "the assertion must have three parts"));
    };
    let signed = &assertion[..head.len() + 1 + claims.len()];
    let part = |text: &str| -> Option<Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    };
    let (Some(head), Some(claims)) = (part(head), part(claims)) else {
        return Err((401, "the assertion is no JWT"));
    };
    if head["alg"] != "RS256" || head["kid"].as_str().is_none_or(str::is_empty) {
        return Err((401, "the assertion must be signed with RS256 by a named key"));
    }
    let text = |name: &str| claims[name].as_str().unwrap_or_default();
    if text("sub").is_empty() || text("jti").is_empty() {
        return Err((401, "the assertion must have sub and jti"));
    }
    if !SERVERS.contains(&text("aud")) && own != Some(text("aud")) {
        return Err((401, "the assertion is for another server"));
    }
    let left = claims["exp"].as_i64().unwrap_or_default() - Timestamp::now().as_second();
    if !(0..=ASSERTION_LIFE).contains(&left) {
        return Err((401, "the assertion must expire within 60 seconds"));
    }
    if let Some(key) = &tokens.key {
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)
            .verify(signed.as_bytes(), &signature)
            .map_err(|_| (401, "the signature is not right"))?;
    }
    Ok(format!("{}/{}", text("sub"), text("jti")))
}
