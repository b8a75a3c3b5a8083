//! Which host a request has to be addressed to, and where it may come from. A page elsewhere that
//! makes a browser talk to this machine (under a name of its own, or with a form of its own) is told
//! by its Host and Origin, and is let in nowhere.

use std::net::IpAddr;

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};

use super::problem::Problem;
use crate::error::{Fault, Kind};

/// The names a service goes by.
#[derive(Debug, Clone)]
pub struct Site {
    /// Whether only this machine is served.
    here: bool,
    names: Vec<String>,
}

impl Site {
    /// The names of this machine and these. What is served beyond this machine may be addressed by
    /// any number too: a number cannot be made to mean another machine.
    pub fn new(here: bool, names: &[String]) -> Self {
        Self { here, names: names.iter().map(|name| name.to_ascii_lowercase()).collect() }
    }

    /// Whether a request is addressed to this site and comes from nowhere else.
    ///
    /// # Errors
    /// 400 without one Host, 421 for another host, 403 for another origin.
    pub fn admit(&self, parts: &Parts) -> Result<(), Problem> {
        let host = one(&parts.headers, &header::HOST).ok_or_else(|| {
            let fault = Fault::usage("a request needs exactly one Host header");
            Problem::of(fault.code("host_missing"), StatusCode::BAD_REQUEST)
        })?;
        let other = parts.uri.authority().is_some_and(|named| named.as_str() != host);
        if other || !self.is_called(host) {
            let fault = Fault::new(Kind::PolicyDenied, "the request is meant for another host")
                .code("host_denied")
                .hint("name it with --allow-host if this service is to answer to it");
            return Err(Problem::of(fault, StatusCode::MISDIRECTED_REQUEST));
        }
        if came_from_elsewhere(parts, host) {
            let fault = Fault::new(Kind::PolicyDenied, "the request comes from a page elsewhere")
                .code("origin_denied")
                .hint("pages of other origins cannot call this service; programs send no Origin");
            return Err(Problem::of(fault, StatusCode::FORBIDDEN));
        }
        Ok(())
    }

    fn is_called(&self, written: &str) -> bool {
        let Some(name) = host(written) else { return false };
        match name.parse::<IpAddr>() {
            Ok(number) if !self.here => !number.is_multicast(),
            Ok(number) if number.is_loopback() => true,
            _ => name == "localhost" || self.names.contains(&name),
        }
    }
}

/// The host of an authority, in small letters and without its port; none when it is not one.
pub fn host(authority: &str) -> Option<String> {
    let port = |text: &str| text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (name, rest) = match authority.strip_prefix('[') {
        Some(six) => six.split_once(']').map(|(name, rest)| (name, rest.strip_prefix(':')))?,
        None => match authority.split_once(':') {
            Some((name, rest)) => (name, Some(rest)),
            None => (authority, None),
        },
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
    let good = !name.is_empty() && name.bytes().all(plain) && rest.is_none_or(port);
    good.then(|| name.to_ascii_lowercase())
}

/// The header, when there is exactly one and it is text.
fn one<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().and_then(|value| value.to_str().ok());
    value.filter(|_| values.next().is_none())
}

fn came_from_elsewhere(parts: &Parts, host: &str) -> bool {
    let headers = &parts.headers;
    if headers.contains_key(header::ORIGIN) {
        let origin = one(headers, &header::ORIGIN).unwrap_or_default();
        let own = ["http://", "https://"].iter().find_map(|scheme| origin.strip_prefix(scheme));
        return !own.is_some_and(|own| own.eq_ignore_ascii_case(host));
    }
    let says = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // A link that somebody follows is no harm: what it shows, the page it was on cannot see.
    let followed = matches!(parts.method, Method::GET | Method::HEAD)
        && says("sec-fetch-mode") == Some("navigate")
        && says("sec-fetch-dest") == Some("document");
    match says("sec-fetch-site") {
        None | Some("same-origin" | "none") => false,
        Some(_) => !followed,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn status(here: bool, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder().method("POST").uri("/x");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let site = Site::new(here, &["Kosmo.Test".to_owned()]);
        site.admit(&parts).err().map_or(200, |problem| problem.status().as_u16())
    }

    #[test]
    fn only_names_of_this_machine_are_answered_to() {
        for good in
            ["127.0.0.1:80", "LocalHost:9", "localhost", "[::1]:80", "127.9.9.9", "kosmo.test:1"]
        {
            assert_eq!(status(true, &[("host", good)]), 200, "{good}");
        }
        for bad in [
            "evil.example",
            "10.0.0.1:80",
            "localhost.evil.example",
            "127.0.0.1.evil.example:80",
            "user@127.0.0.1",
            "localhost:80:80",
            "",
            "[::1",
            "localhost/x",
            "127.0.0.1:port",
        ] {
            assert_eq!(status(true, &[("host", bad)]), 421, "{bad}");
        }
        assert_eq!(status(true, &[]), 400);
        assert_eq!(status(true, &[("host", "localhost"), ("host", "evil.example")]), 400);
    }

    #[test]
    fn a_number_is_as_good_as_a_name_beyond_this_machine() {
        assert_eq!(status(false, &[("host", "10.0.0.1:80")]), 200);
        assert_eq!(status(false, &[("host", "evil.example")]), 421);
    }

    #[test]
    fn nothing_from_another_origin_is_let_in() {
        let host = ("host", "localhost:80");
        for good in ["http://localhost:80", "https://localhost:80"] {
            assert_eq!(status(true, &[host, ("origin", good)]), 200, "{good}");
        }
        for bad in
            ["null", "http://localhost:81", "http://evil.example", "localhost:80", "", "file://"]
        {
            assert_eq!(status(true, &[host, ("origin", bad)]), 403, "{bad}");
        }
        for (site, expected) in [
            ("none", 200),
            ("same-origin", 200),
            ("same-site", 403),
            ("cross-site", 403),
            ("?", 403),
        ] {
            assert_eq!(status(true, &[host, ("sec-fetch-site", site)]), expected, "{site}");
        }
        // Only a link may be followed from elsewhere, and nothing may be posted.
        let navigates = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
        let elsewhere = [host, ("sec-fetch-site", "cross-site"), navigates[0], navigates[1]];
        assert_eq!(status(true, &elsewhere), 403);
    }
}
