//! Accounts that sign for a token: what the authorization server and the service get to see.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kosmo::emulator::{Emulator, Setup};
use kosmo::engine::{Args, Call};
use kosmo::error::Kind;
use kosmo::runtime::{Opening, Runtime};
use kosmo::settings::{Environment, Surroundings};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Map, Value, json};

use super::service::{Seen, Service};

const KEY: &str = include_str!("../fixtures/oauth-test-key.pem");

fn server(
    answer: impl Fn(usize, &Seen) -> (u16, Value) + Send + 'static,
) -> (String, impl Fn() -> Vec<Seen>) {
    let service = Service::start(answer);
    (service.address.clone(), move || service.seen())
}

fn track(address: &str, key: &str, times: usize) -> Vec<kosmo::engine::Run> {
    let environment = Environment::fixed([
        ("SEGMENT_WRITE_KEY", "the-write-key"),
        ("SEGMENT_OAUTH_APP_ID", "app-1"),
        ("SEGMENT_OAUTH_KEY_ID", "key-1"),
        ("SEGMENT_OAUTH_PRIVATE_KEY", key),
        ("SEGMENT_URL", address),
        ("SEGMENT_OAUTH_URL", address),
        ("KOSMO_INTEGRATIONS_SEGMENT_POLICY_WRITE", "allow"),
    ]);
    let surroundings = Surroundings { environment, ..Surroundings::default() };
    let opening = Opening { surroundings: Some(surroundings), ..Opening::default() };
    let runtime = Runtime::open(opening).unwrap();
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let args = json!({"event": "E", "userId": "u"});
    let args: Map<String, Value> = args.as_object().unwrap().clone();
    let call = || Call {
        function: "segment.track".to_owned(),
        args: Args::Named(args.clone()),
        ..Call::default()
    };
    (0..times).map(|_| tokio.block_on(runtime.engine().call(call()))).collect()
}

fn form(body: &str) -> Map<String, Value> {
    body.split('&')
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap();
            let value = percent_encoding::percent_decode_str(value).decode_utf8().unwrap();
            (key.to_owned(), json!(value))
        })
        .collect()
}

fn part(text: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

#[test]
fn a_signed_assertion_buys_a_token_that_is_used_until_half_of_its_life() {
    let (address, seen) = server(|_, request| match request.line.contains("/token") {
        true => (200, json!({"access_token": "token-1", "token_type": "Bearer", "expires_in": 60})),
        false => (200, json!({"success": true})),
    });
    for run in track(&address, KEY, 2) {
        run.result.unwrap();
    }
    let seen = seen();
    let lines: Vec<_> = seen.iter().map(|request| request.line.as_str()).collect();
    assert_eq!(
        lines,
        ["POST /token HTTP/1.1", "POST /v1/track HTTP/1.1", "POST /v1/track HTTP/1.1"]
    );
    let asked = form(&seen[0].body);
    assert_eq!(asked["grant_type"], "client_credentials");
    assert_eq!(asked["scope"], "tracking_api:write");
    let assertion = asked["client_assertion"].as_str().unwrap();
    let (text, signature) = assertion.rsplit_once('.').unwrap();
    let PrivateKeyDer::Pkcs8(key) = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap() else {
        panic!("the fixture is PKCS#8")
    };
    let pair = RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public().as_ref());
    public.verify(text.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    let (head, claims) = text.split_once('.').unwrap();
    assert_eq!(part(head), json!({"alg": "RS256", "typ": "JWT", "kid": "key-1"}));
    let claims = part(claims);
    assert_eq!(
        (&claims["sub"], &claims["aud"]),
        (&json!("app-1"), &json!("https://oauth2.segment.io"))
    );
    let life = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert!(life <= 60, "{claims}");
    for event in &seen[1..] {
        assert_eq!(event.authorization, "Bearer token-1");
        let body: Value = serde_json::from_str(&event.body).unwrap();
        assert_eq!(body["writeKey"], "the-write-key", "the key still names the source");
    }
}

#[test]
fn a_refused_token_is_replaced_once() {
    let (address, seen) = server(|number, request| match request.line.contains("/token") {
        true => (200, json!({"access_token": format!("token-{number}"), "expires_in": 3600})),
        false if request.authorization == "Bearer token-0" => (401, json!({"message": "revoked"})),
        false => (200, json!({"success": true})),
    });
    track(&address, KEY, 1).remove(0).result.unwrap();
    assert_eq!(seen().last().unwrap().authorization, "Bearer token-2");
    let (address, seen) = server(|_, request| match request.line.contains("/token") {
        true => (200, json!({"access_token": "never", "expires_in": 3600})),
        false => (401, json!({"message": "revoked"})),
    });
    let fault = track(&address, KEY, 1).remove(0).result.unwrap_err();
    assert_eq!(fault.kind, Kind::AuthenticationFailed);
    assert_eq!(seen().len(), 4, "it is not tried for ever");
}

#[test]
fn a_key_that_cannot_sign_is_named_and_not_shown() {
    for key in ["not a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        let fault = track("http://127.0.0.1:9", key, 1).remove(0).result.unwrap_err();
        assert_eq!((fault.kind, fault.exit()), (Kind::MissingCredential, 3));
        assert!(
            fault.message.contains("oauth_private_key") && !fault.message.contains(key),
            "{fault}"
        );
    }
}

#[test]
fn the_emulator_trades_an_assertion_for_a_token_and_takes_it() {
    let catalogue = std::sync::Arc::new(kosmo::catalogue::Catalogue::new(Vec::new()));
    let emulator = Emulator::start(catalogue, Setup::default()).unwrap();
    for run in track(&emulator.url(), KEY, 2) {
        run.result.unwrap();
    }
    assert_eq!(emulator.events().len(), 2);
    let stats = crate::emulator::wire::ask("GET", "/__emulator/stats").send(&emulator).json();
    let routes = &stats["by_route"];
    assert_eq!((&routes["POST /token"], &routes["POST /v1/track"]), (&json!(1), &json!(2)));
}

#[test]
fn what_is_shown_of_a_request_has_the_token_and_buys_none() {
    let (address, seen) = server(|_, _| (500, json!({})));
    let words = ["integrations:segment", "track", "--userId=u", "--event=E"];
    let shown = |flag: &str| {
        super::support::kosmo(words)
            .and([flag])
            .env("SEGMENT_WRITE_KEY", "the-write-key")
            .env("SEGMENT_OAUTH_APP_ID", "app-1")
            .env("SEGMENT_OAUTH_KEY_ID", "key-1")
            .env("SEGMENT_OAUTH_PRIVATE_KEY", KEY)
            .env("SEGMENT_URL", &address)
            .env("SEGMENT_OAUTH_URL", &address)
            .run()
            .code(0)
    };
    assert_eq!(shown("--dry-run").json()["headers"]["Authorization"], "Bearer [redacted]");
    let line = shown("--curl").stdout;
    assert!(line.contains("\"Authorization: Bearer $SEGMENT_ACCESS_TOKEN\""), "{line}");
    assert!(line.contains("\"$SEGMENT_WRITE_KEY\"") && !line.contains("the-write-key"), "{line}");
    assert!(seen().is_empty());
}
