//! Headers of the caller's own: which of them may be given, and what may be in them.

use crate::error::Fault;

/// Those that say who asks, where it goes, how it is framed, or that it means something else than
/// it looks.
const REFUSED: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "keep-alive",
    "proxy-connection",
    "expect",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
    "x-forwarded-host",
];

/// Checks them all.
///
/// # Errors
/// A name that is none or is refused, or a value with a line break or another control character.
pub(in crate::engine) fn check(headers: &[(String, String)]) -> Result<(), Fault> {
    for (name, value) in headers {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(token) {
            return Err(Fault::usage("a header's name is not valid").code("bad_header"));
        }
        if value.chars().any(|c| c.is_control() && c != '\t') {
            let message = format!("the header `{name}` holds a control character");
            return Err(Fault::usage(message).code("bad_header"));
        }
        if REFUSED.iter().any(|refused| refused.eq_ignore_ascii_case(name)) {
            return Err(Fault::usage(format!("the header `{name}` cannot be given"))
                .code("bad_header")
                .hint("the account says who asks and where it goes; -X gives the method"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_cannot_bring_another_one_or_change_who_asks() {
        let with = |name: &str, value: &str| check(&[(name.to_owned(), value.to_owned())]);
        assert!(with("X-Trace", "a b").is_ok());
        for (name, value) in [
            ("X-A", "b\r\nAuthorization: Bearer x"),
            ("X-A", "b\nHost: evil.test"),
            ("X-A", "b\0"),
            ("X-A\r\nHost", "b"),
            ("X A", "b"),
            ("", "b"),
            ("AUTHORIZATION", "Bearer x"),
            ("host", "evil.test"),
            ("X-HTTP-Method-Override", "DELETE"),
            ("Transfer-Encoding", "chunked"),
        ] {
            assert_eq!(with(name, value).unwrap_err().code, "bad_header", "{name:?}");
        }
    }
}
