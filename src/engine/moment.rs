//! Waits as headers announce them.

use std::time::{Duration, SystemTime};

use reqwest::header::HeaderMap;

/// The time until the moment that a header names, in seconds or as a date of HTTP or of e-mail.
pub(super) fn moment(headers: &HeaderMap, name: &str, now: SystemTime) -> Option<Duration> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok();
    let date = date.or_else(|| Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp().into()));
    Some(date?.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use reqwest::header::RETRY_AFTER;

    use super::*;

    #[test]
    fn a_wait_comes_in_seconds_or_as_a_date() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:30 GMT").unwrap();
        let after = |text: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            moment(&headers, "retry-after", now)
        };
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(7)));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:00 GMT"), Some(Duration::ZERO));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:37 +0000"), Some(Duration::from_secs(7)));
        assert_eq!(after("Sun, 6 Nov 1994 10:49:37 +0200"), Some(Duration::from_secs(7)));
        assert_eq!(after("soon"), None);
    }
}
