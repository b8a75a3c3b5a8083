//! Tokens for services that want one instead of the credential: OAuth 2.0 client credentials with
//! a signed assertion (RFC 7523). A token is kept in memory until half of its life is over, and
//! dropped when a service refuses it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Map, Value, json};

use super::account::Account;
use super::hooks::Scene;
use super::request::{FORM, Request};
use super::{Bound, Engine};
use crate::catalogue::operation::OAuth;
use crate::catalogue::{Provider, Route};
use crate::error::{Fault, Kind};
use crate::redact::Secret;

/// How long an assertion is valid; the service allows a minute.
const ASSERTION_LIFE: u64 = 55;
/// How far clocks may differ.
const SKEW: u64 = 5;
/// A token's life when the service does not say.
const TOKEN_LIFE: Duration = Duration::from_secs(3600);

/// The tokens in hand, by account.
#[derive(Debug, Default)]
pub struct Tokens(Mutex<HashMap<String, (Secret, Instant)>>);

impl Tokens {
    fn fresh(&self, key: &str) -> Option<Secret> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(key).filter(|(_, until)| Instant::now() < *until).map(|(token, _)| token.clone())
    }

    fn keep(&self, key: String, token: Secret, life: Duration) {
        let until = Instant::now() + life / 2;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, (token, until));
    }

    /// Unless it has been replaced already by somebody else whom it failed.
    fn forget(&self, key: &str, refused: &Secret) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.get(key).is_some_and(|(token, _)| token.expose() == refused.expose()) {
            tokens.remove(key);
        }
    }
}

fn key(scene: Scene<'_>) -> String {
    format!("{}/{}/{}", scene.account.provider, scene.account.name, scene.route.service)
}

impl Engine {
    /// The token to send a request with, for accounts that can sign for one; none for all others.
    ///
    /// # Errors
    /// A key that cannot sign, or the authorization server's refusal.
    pub(super) async fn token(&self, scene: Scene<'_>) -> Result<Option<Secret>, Fault> {
        let oauth = self.signs(scene.provider, scene.account, scene.route);
        let Some(oauth) = oauth else { return Ok(None) };
        if let Some(token) = self.tokens.fresh(&key(scene)) {
            return Ok(Some(token));
        }
        let (token, life) = self.trade(scene, oauth).await?;
        self.redactor.learn(&token);
        self.tokens.keep(key(scene), token.clone(), life);
        Ok(Some(token))
    }

    /// How an account trades for tokens, when it does so on this route.
    fn signs<'a>(
        &self,
        provider: &'a Provider,
        account: &Account,
        route: &Route,
    ) -> Option<&'a OAuth> {
        let oauth = provider.services[&route.service].oauth.as_ref()?;
        let able = self.accounts.has(provider, account, "oauth_private_key");
        (able && !account.emulated).then_some(oauth)
    }

    /// The request as it will look, for who only wants to see it: where a token would be asked for,
    /// something stands in its place.
    pub(super) fn as_signed(&self, bound: &Bound<'_>) -> Request {
        let mut request = bound.request.clone();
        if self.signs(bound.provider, bound.account, bound.route).is_some() {
            request.token = Some(Secret::new("a token"));
        }
        request
    }

    /// Drops the token of a request when that is what the service refused; whether it was, so that
    /// another one is worth a try.
    pub(super) fn forget_token(&self, scene: Scene<'_>, token: &Secret, fault: &Fault) -> bool {
        let refused = matches!(fault.extra.http_status, Some(401 | 403));
        if refused {
            self.tokens.forget(&key(scene), token);
        }
        refused
    }

    async fn trade(&self, scene: Scene<'_>, oauth: &OAuth) -> Result<(Secret, Duration), Fault> {
        let field = |name: &'static str| {
            let value = self.accounts.field(scene.provider, scene.account, name)?;
            value.ok_or_else(|| missing(scene, name))
        };
        let region = self.accounts.region(scene.provider, scene.account)?;
        let audience = oauth.server.get(&region).ok_or_else(|| {
            Fault::new(Kind::WrongPlace, format!("no authorization server in region `{region}`"))
        })?;
        let own = match &oauth.url_field {
            Some(name) => self.accounts.field(scene.provider, scene.account, name)?,
            None => None,
        };
        let base = own.as_ref().unwrap_or(audience).trim_end_matches('/').to_owned();
        let (app, key_id) = (field("oauth_app_id")?, field("oauth_key_id")?);
        let assertion = assertion(&app, &key_id, audience, &field("oauth_private_key")?)?;
        let request = Request {
            method: "POST".to_owned(),
            url: format!("{base}/token"),
            query: Vec::new(),
            body: Some(form(&oauth.scope, &assertion)),
            raw: None,
            encoding: None,
            extra: Vec::new(),
            whole: false,
            media_type: FORM.to_owned(),
            auth: None,
            token: None,
            secret_in_body: None,
            sent_at: None,
            redirects: None,
        };
        let (answer, _) = self.attempts(scene, &request, None).await?;
        let token = answer["access_token"].as_str().ok_or_else(|| {
            Fault::new(Kind::BadAnswer, "the authorization server sent no access_token")
        })?;
        let life = answer["expires_in"].as_u64().map_or(TOKEN_LIFE, Duration::from_secs);
        Ok((Secret::new(token), life))
    }
}

fn form(scope: &str, assertion: &str) -> Map<String, Value> {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", kind),
        ("client_assertion", assertion),
        ("scope", scope),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), json!(value)))
    .collect()
}

fn missing(scene: Scene<'_>, name: &str) -> Fault {
    let account = &scene.account.name;
    Fault::new(Kind::MissingCredential, format!("account `{account}` has no `{name}`")).hint(
        format!("an OAuth key needs oauth_app_id, oauth_key_id and oauth_private_key: kosmo integrations:configure {} --set {name}=…", scene.account.provider),
    )
}

/// A signed statement of who asks, valid for a minute.
fn assertion(app: &str, key_id: &str, audience: &str, pem: &str) -> Result<String, Fault> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let head = json!({"alg": "RS256", "typ": "JWT", "kid": key_id});
    let claims = json!({
        "iss": app, "sub": app, "aud": audience, "iat": now - SKEW, "exp": now + ASSERTION_LIFE,
        "jti": uuid::Uuid::new_v4().to_string(),
    });
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encode(&head), encode(&claims));
    let pair = key_pair(pem)?;
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
        .map_err(|_| unusable("it cannot sign"))?;
    Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn key_pair(pem: &str) -> Result<RsaKeyPair, Fault> {
    match PrivateKeyDer::from_pem_slice(pem.as_bytes()) {
        Ok(PrivateKeyDer::Pkcs8(key)) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
        Ok(PrivateKeyDer::Pkcs1(key)) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
        Ok(_) => return Err(unusable("it is not an RSA key")),
        Err(_) => return Err(unusable("it is not PEM")),
    }
    .map_err(|why| unusable(&why.to_string()))
}

fn unusable(why: &str) -> Fault {
    Fault::new(Kind::MissingCredential, format!("`oauth_private_key` cannot be used: {why}"))
        .hint("give an RSA key as PEM: --set oauth_private_key=file:/path/to/key.pem")
}
