//! Where an account's requests go: the emulator, the account's own URL, or the region's.

use reqwest::Url;

use super::{Account, Accounts};
use crate::catalogue::{Provider, Service};
use crate::error::{Fault, Kind};

/// The field that says where an account lives.
pub(super) const REGION: &str = "region";

impl Accounts {
    /// The base URL of a service for this account: emulator, URL field, region's base; without a
    /// trailing slash and without the service's `trim` suffix.
    ///
    /// # Errors
    /// `wrong_workspace` when the service does not exist in the account's region; usage when a URL
    /// is not http(s), or would carry credentials in clear over a network.
    pub fn base(
        &self,
        provider: &Provider,
        account: &Account,
        service: &Service,
    ) -> Result<String, Fault> {
        if let Some(emulator) = &self.emulator {
            return Ok(emulator.trim_end_matches('/').to_owned());
        }
        if let Some(name) = &service.url_field
            && let Some(url) = self.field(provider, account, name)?
        {
            check_url(&url).map_err(|why| {
                Fault::usage(format!("`{name}` of account '{}': {why}", account.name))
                    .code("bad_url")
            })?;
            let url = url.trim_end_matches('/');
            let url = url.strip_suffix(service.trim.as_str()).unwrap_or(url);
            return Ok(url.trim_end_matches('/').to_owned());
        }
        let region = match &account.elsewhere {
            Some(region) => Some(region.clone()),
            None => self.field(provider, account, REGION)?,
        };
        let known: Vec<&str> = service.base.keys().map(String::as_str).collect();
        let region = region.as_deref().or_else(|| known.first().copied()).unwrap_or_default();
        service.base.get(region).cloned().ok_or_else(|| {
            let message = format!(
                "the {} does not exist in region `{region}` of account '{}'",
                service.title, account.name
            );
            Fault::new(Kind::WrongPlace, message)
                .code("wrong_region")
                .hint(format!("it exists in: {}", known.join(", ")))
        })
    }
}

/// Checks a base URL: http or https, no user name, no query, and plain http to this machine only,
/// since credentials travel with every request.
///
/// # Errors
/// What is wrong, without the URL, which may hold a password.
pub fn check_url(url: &str) -> Result<(), String> {
    let parsed = Url::parse(url).map_err(|why| format!("not a URL: {why}"))?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err("not an http or https URL".into());
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err("a URL may not hold a user name or password".into());
    }
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err("a base URL has no query and no fragment".into());
    }
    if parsed.scheme() == "http" && !is_loopback(&parsed) {
        return Err("plain http is for this machine only; credentials would travel in clear".into());
    }
    Ok(())
}

/// Whether what is sent to this address can be read on its way: plain http to another machine.
pub fn travels_in_clear(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.scheme() == "http" && !is_loopback(&url))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_urls_that_keep_credentials_safe_pass() {
        for good in [
            "https://api.segment.io/v1",
            "http://127.0.0.1:8765",
            "http://localhost/x",
            "http://[::1]:1",
        ] {
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
        for bad in [
            "http://api.segment.io",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "ftp://localhost",
            "api.segment.io",
            "https://user:pw@host",
            "https://host/?x=1",
            "",
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }
}
