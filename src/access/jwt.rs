//! The form a token travels in: a JSON Web Token signed with HMAC-SHA256, and no other. The
//! signature is checked before anything in it is believed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde::{Deserialize, Serialize};

use super::claims::Claims;
use crate::error::{Fault, Kind};
use crate::redact::Secret;

/// A longer text is no token of ours.
const LONGEST: usize = 16 << 10;

/// The only header there is. One that names another algorithm, another key or an extension is not
/// read any further.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
}

/// The fault of a text that is no token of this machine. It never repeats the text.
pub(super) fn invalid(why: &str) -> Fault {
    Fault::new(Kind::AuthenticationFailed, format!("the token is not valid: {why}"))
        .code("token_invalid")
        .hint("tokens are made with `kosmo token mint`, and count on the machine that made them")
}

/// Signs.
///
/// # Errors
/// None but a defect.
pub(super) fn sign(claims: &Claims, key: &hmac::Key) -> Result<Secret, Fault> {
    let broken = |why: serde_json::Error| Fault::new(Kind::Internal, why.to_string());
    let header = Header { alg: "HS256".to_owned(), typ: "JWT".to_owned() };
    let part = |json: Vec<u8>| URL_SAFE_NO_PAD.encode(json);
    let header = part(serde_json::to_vec(&header).map_err(broken)?);
    let claims = part(serde_json::to_vec(claims).map_err(broken)?);
    let signed = format!("{header}.{claims}");
    let tag = hmac::sign(key, signed.as_bytes());
    Ok(Secret::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))))
}

/// The claims of a token that this key signed; what they mean is for the caller to check.
///
/// # Errors
/// `token_invalid`.
pub(super) fn verify(token: &str, key: &hmac::Key) -> Result<Claims, Fault> {
    let token = token.trim();
    if token.len() > LONGEST {
        return Err(invalid("it is too long"));
    }
    let form = || invalid("it has not the form of a token");
    let (signed, tag) = token.rsplit_once('.').ok_or_else(form)?;
    let (header, claims) = signed.split_once('.').ok_or_else(form)?;
    let part = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| form());
    let header: Header = serde_json::from_slice(&part(header)?).map_err(|_| form())?;
    if header.alg != "HS256" || header.typ != "JWT" {
        return Err(invalid("it is signed in another way than ours"));
    }
    // In constant time, which `ring` sees to.
    hmac::verify(key, signed.as_bytes(), &part(tag)?)
        .map_err(|_| invalid("this machine did not sign it"))?;
    serde_json::from_slice(&part(claims)?).map_err(|_| form())
}

#[cfg(test)]
mod tests {
    use super::super::claims::tests::link;
    use super::*;

    fn key(byte: u8) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &[byte; 32])
    }

    fn token() -> String {
        sign(&Claims::root(link(), 0), &key(1)).unwrap().expose().to_owned()
    }

    fn with_header(header: &str) -> String {
        let (_, rest) = token().split_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let claims = rest.split('.').next().unwrap().to_owned();
        let signed = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(header));
        let tag = hmac::sign(&key(1), signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
    }

    #[test]
    fn what_was_signed_comes_back() {
        assert_eq!(verify(&token(), &key(1)).unwrap(), Claims::root(link(), 0));
        assert!(verify(&token(), &key(2)).is_err(), "another key");
        let good = with_header(r#"{"alg":"HS256","typ":"JWT"}"#);
        assert!(verify(&good, &key(1)).is_ok(), "the helper of the next test signs as we do");
    }

    #[test]
    fn no_other_algorithm_is_talked_into() {
        for header in [
            r#"{"alg":"none","typ":"JWT"}"#,
            r#"{"alg":"hs256","typ":"JWT"}"#,
            r#"{"alg":"HS512","typ":"JWT"}"#,
            r#"{"alg":"RS256","typ":"JWT"}"#,
            r#"{"alg":"HS256","alg":"none","typ":"JWT"}"#,
            r#"{"alg":"HS256","typ":"JWT","crit":["exp"]}"#,
            r#"{"alg":"HS256","typ":"JWT","jwk":{}}"#,
            r#"{"typ":"JWT"}"#,
            "[]",
        ] {
            let fault = verify(&with_header(header), &key(1)).unwrap_err();
            assert_eq!(fault.code, "token_invalid", "{header}");
        }
        let unsigned = token().rsplit_once('.').map(|(signed, _)| format!("{signed}.")).unwrap();
        assert!(verify(&unsigned, &key(1)).is_err());
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let good = token();
        for at in 0..good.len() {
            let mut bad = good.clone().into_bytes();
            bad[at] = if bad[at] == b'A' { b'B' } else { b'A' };
            let bad = String::from_utf8(bad).unwrap();
            assert!(verify(&bad, &key(1)).is_err(), "byte {at}");
        }
        for text in ["", ".", "..", "a.b", "a.b.c.d", "\u{0}.\u{0}.\u{0}", &"x".repeat(99_999)] {
            let fault = verify(text, &key(1)).unwrap_err();
            assert!(text.len() < 4 || !fault.message.contains(text));
        }
    }
}
