//! Profiles, objects, and tokens for tracking.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kosmo::emulator::{Emulator, Setup};
use ring::rand::SystemRandom;
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use super::wire::{Reply, ask};
use super::{PROFILE_TOKEN, WRITE_KEY, emulator, started};

const KEY: &str = include_str!("../../fixtures/oauth-test-key.pem");
const SPACE: &str = "/v1/spaces/spa_4kVx9TqLz2WnRc7YbM5pJs/collections";

fn read(emulator: &Emulator, path: &str) -> Reply {
    ask("GET", &format!("{SPACE}/{path}")).basic(PROFILE_TOKEN).send(emulator)
}

fn event(emulator: &Emulator, call: &str, event: &Value) {
    ask("POST", &format!("/v1/{call}")).basic(WRITE_KEY).json(event).send(emulator).status(200);
}

#[test]
fn a_profile_is_made_of_what_was_sent() {
    let emulator = emulator();
    read(&emulator, "users/profiles/user_id:u-1/traits").status(404);
    event(&emulator, "page", &json!({"anonymousId": "a-1", "name": "Home"}));
    let traits = json!({"plan": "pro", "email": "u@example.com"});
    event(&emulator, "identify", &json!({"userId": "u-1", "anonymousId": "a-1", "traits": traits}));
    event(&emulator, "track", &json!({"userId": "u-1", "event": "Bought", "properties": {"n": 1}}));
    event(
        &emulator,
        "group",
        &json!({"userId": "u-1", "groupId": "g-1", "traits": {"name": "Acme"}}),
    );
    let part = |id: &str, part: &str| {
        read(&emulator, &format!("users/profiles/{id}/{part}")).status(200).json()
    };
    for id in ["user_id:u-1", "anonymous_id:a-1", "email:u@example.com"] {
        assert_eq!(part(id, "traits")["traits"], traits, "{id}");
    }
    let ids = part("user_id:u-1", "external_ids");
    assert_eq!(ids["data"].as_array().unwrap().len(), 3);
    let events = part("user_id:u-1", "events?sort=asc");
    let names: Vec<_> = events["data"].as_array().unwrap().iter().map(|e| &e["type"]).collect();
    assert_eq!(names, ["page", "track"]);
    let one = part("user_id:u-1", "events?include=Bought&limit=1");
    assert_eq!(one["data"][0]["properties"], json!({"n": 1}));
    assert_eq!(one["cursor"]["has_more"], false);
    let links = part("user_id:u-1", "links");
    assert_eq!(links["data"][0]["external_ids"][0]["id"], "g-1");
    let account = read(&emulator, "accounts/profiles/group_id:g-1/traits").status(200).json();
    assert_eq!(account["traits"], json!({"name": "Acme"}));
    read(&emulator, "accounts/profiles/group_id:g-1/events").status(400);

    let properties = super::public::get(
        &emulator,
        "/spaces/spa_4kVx9TqLz2WnRc7YbM5pJs/events/Bought/properties?includeSampleValues=true",
    );
    assert_eq!(properties["eventProperties"][0]["samples"], json!(["1"]));
}

#[test]
fn profiles_come_in_pages_and_say_what_is_wrong() {
    let emulator = emulator();
    let path = "users/profiles/user_id:user-42";
    let first = read(&emulator, &format!("{path}/traits?limit=2")).status(200).json();
    assert_eq!(first["traits"].as_object().unwrap().len(), 2);
    assert_eq!(
        (&first["cursor"]["has_more"], &first["cursor"]["limit"]),
        (&json!(true), &json!(2))
    );
    let next = first["cursor"]["next"].as_str().unwrap().replace('=', "%3D");
    let rest = read(&emulator, &format!("{path}/traits?limit=10&next={next}")).status(200).json();
    assert_eq!(
        (rest["traits"].as_object().unwrap().len(), &rest["cursor"]["next"]),
        (3, &json!(""))
    );
    let audiences = read(&emulator, &format!("{path}/traits?class=audience")).status(200).json();
    assert_eq!(audiences["traits"], json!({"big_spenders": true}));
    let metadata = read(&emulator, &format!("{path}/metadata")).status(200).json();
    assert!(metadata["metadata"]["created_at"].is_string());
    for (path, status, code) in [
        ("users/profiles/nobody/traits", 400, "invalid_request_error"),
        ("users/profiles/user_id:nobody/traits", 404, "not_found"),
        ("shops/profiles/user_id:user-42/traits", 400, "invalid_request_error"),
        ("users/profiles/user_id:user-42/traits?limit=0", 400, "invalid_request_error"),
    ] {
        assert_eq!(read(&emulator, path).status(status).json()["error"]["code"], code, "{path}");
    }
    let path = format!("{SPACE}/{path}/traits");
    let refused = ask("GET", &path).basic(WRITE_KEY).send(&emulator).status(401).json();
    assert_eq!(refused["error"]["code"], "authentication_error");
}

#[test]
fn one_id_can_be_taken_away_but_not_the_last() {
    let emulator = emulator();
    let forget = |id: Value| {
        let path = format!("{SPACE}/users/profiles/user_id:user-42/external_ids/delete");
        let body = json!({"delete_external_ids": [id]});
        ask("POST", &path).basic(PROFILE_TOKEN).json(&body).send(&emulator)
    };
    forget(json!({"type": "email", "id": "jane@example.com"})).status(200);
    read(&emulator, "users/profiles/email:jane@example.com/traits").status(404);
    forget(json!({"type": "email", "id": "jane@example.com"})).status(404);
    forget(json!({"type": "user_id", "id": "user-42"})).status(422);
}

#[test]
fn objects_are_kept_and_syncs_are_open_until_they_are_finished() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data.json");
    let emulator = started(Setup { data: Some(data.clone()), ..Setup::default() });
    let set = |objects: Value| {
        let body = json!({"collection": "products", "objects": objects});
        ask("POST", "/v1/set").basic(WRITE_KEY).json(&body).send(&emulator)
    };
    set(json!([{"id": "a", "properties": {"x": 1, "y": 1}}])).status(200);
    set(json!([{"id": "a", "properties": {"y": 2}}])).status(200);
    set(json!([{"id": "a"}])).status(400);
    set(json!(vec![json!({"id": "a", "properties": {}}); 11])).status(400);
    ask("POST", "/v0/start").basic("unknown").send(&emulator).status(401);
    let started = ask("POST", "/v0/start").basic(WRITE_KEY).send(&emulator).status(201).json();
    let id = started["sync_id"].as_str().unwrap();
    let step = |step: &str| {
        ask("POST", &format!("/v0/{step}/{id}")).basic(WRITE_KEY).send(&emulator).status
    };
    assert_eq!([step("keep-alive"), step("finish"), step("keep-alive")], [200, 202, 404]);
    emulator.close().unwrap();
    let kept: Value = serde_json::from_slice(&std::fs::read(data).unwrap()).unwrap();
    let objects = &kept["collections"]["objects"];
    assert_eq!(objects[0]["properties"], json!({"x": 1, "y": 2}));
    assert_eq!(objects.as_array().unwrap().len(), 1);
}

fn pair() -> RsaKeyPair {
    let PrivateKeyDer::Pkcs8(key) = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap() else {
        panic!("the fixture is PKCS#8")
    };
    RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap()
}

/// An assertion as an account would sign it, with changes.
fn assertion(head: &Value, changes: &Value) -> String {
    let now = jiff::Timestamp::now().as_second();
    let mut claims = json!({"sub": "app", "aud": "https://oauth2.segment.io", "iat": now,
        "exp": now + 55, "jti": now.to_string()});
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encode(head), encode(&claims));
    let pair = pair();
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn trade(emulator: &Emulator, assertion: &str, scope: &str) -> Reply {
    let form = format!(
        "grant_type=client_credentials&scope={scope}&client_assertion={assertion}\
         &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
    );
    let kind = "application/x-www-form-urlencoded";
    ask("POST", "/token").header("content-type", kind).body(form).send(emulator)
}

#[test]
fn a_signed_assertion_is_traded_for_a_token_that_tracking_takes() {
    let head = json!({"alg": "RS256", "kid": "key-1"});
    // RSAPublicKey wrapped as SubjectPublicKeyInfo, the form of `openssl rsa -pubout`.
    let inner = pair().public_key().as_ref().to_vec();
    let long = |length: usize| {
        [0x82, u8::try_from(length >> 8).unwrap(), u8::try_from(length & 255).unwrap()]
    };
    let algorithm = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0];
    let bits = [&[3][..], &long(inner.len() + 1), &[0], &inner].concat();
    let info = [&[0x30][..], &long(algorithm.len() + bits.len()), &algorithm, &bits].concat();
    let text = base64::engine::general_purpose::STANDARD.encode(info);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n");
    let emulator = started(Setup { oauth_key: Some(pem), ..Setup::default() });

    let good = assertion(&head, &json!({}));
    let token = trade(&emulator, &good, "tracking_api:write").status(200).json();
    assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("Bearer"), &json!(86_400)));
    assert_eq!(
        trade(&emulator, &good, "tracking_api:write").status(401).json()["error"],
        "invalid_client"
    );
    let token = token["access_token"].as_str().unwrap();
    let track = |token: &str| {
        let event = json!({"userId": "u", "event": "E", "writeKey": WRITE_KEY});
        ask("POST", "/v1/track").bearer(token).json(&event).send(&emulator)
    };
    track(token).status(200);
    track("made-up").status(401);
    assert_eq!(emulator.events()[0]["source"], "abc123");
    ask("GET", "/sources").bearer(token).send(&emulator).status(401);
    let public = assertion(&head, &json!({"jti": "other"}));
    let token = trade(&emulator, &public, "public_api:read_write").status(200).json();
    let token = token["access_token"].as_str().unwrap();
    ask("GET", "/sources").bearer(token).send(&emulator).status(200);

    let now = jiff::Timestamp::now().as_second();
    for (head, changes, status) in [
        (json!({"alg": "none", "kid": "k"}), json!({"jti": "1"}), 401),
        (json!({"alg": "RS256"}), json!({"jti": "2"}), 401),
        (head.clone(), json!({"jti": "3", "aud": "https://elsewhere.test"}), 401),
        (head.clone(), json!({"jti": "4", "exp": now + 600}), 401),
        (head.clone(), json!({"jti": "5", "exp": now - 1}), 401),
        (head.clone(), json!({"jti": ""}), 401),
        (head.clone(), json!({"jti": "6", "aud": "https://oauth2.eu1.segmentapis.com"}), 200),
    ] {
        trade(&emulator, &assertion(&head, &changes), "tracking_api:write").status(status);
    }
    let forged = assertion(&head, &json!({"jti": "7"}));
    let (text, _) = forged.rsplit_once('.').unwrap();
    trade(&emulator, &format!("{text}.AAAA"), "tracking_api:write").status(401);
    trade(&emulator, text, "tracking_api:write").status(401);
    trade(&emulator, &assertion(&head, &json!({"jti": "8"})), "everything").status(400);
    let wrong = Setup { oauth_key: Some("no key".to_owned()), ..Setup::default() };
    let catalogue = std::sync::Arc::new(kosmo::catalogue::Catalogue::new(Vec::new()));
    assert_eq!(Emulator::start(catalogue, wrong).unwrap_err().code, "invalid_public_key");
}
