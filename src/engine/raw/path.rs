//! A path as a person writes it, brought into one form before anything is decided by it: what is
//! compared with the rows is what is sent. What servers read in different ways is refused.

use percent_encoding::percent_decode_str;
use reqwest::Url;
use serde_json::{Map, Value};

use crate::engine::encode::escape;
use crate::error::{Fault, Kind};

/// A path and its query.
#[derive(Debug)]
pub(super) struct Path {
    /// The segments, decoded.
    segments: Vec<String>,
    /// The query, decoded.
    pub(super) query: Vec<(String, String)>,
}

impl Path {
    /// Reads a path that starts with `/`; `{names}` in it are replaced by their values.
    ///
    /// # Errors
    /// A path that climbs, is ambiguous, or does not fit the values.
    pub(super) fn parse(written: &str, values: &[(String, String)]) -> Result<Self, Fault> {
        if written.chars().any(|c| c.is_control() || c == '\\' || c == '#') {
            return Err(bad("it holds a character that paths do not have"));
        }
        let (path, query) = written.split_once('?').unwrap_or((written, ""));
        let path = path.strip_prefix('/').unwrap_or(path);
        // One slash at the end means the same place.
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut used = Vec::new();
        let mut segments = Vec::new();
        for part in path.split('/').filter(|_| !path.is_empty()) {
            let segment = fill(part, values, &mut used)?;
            check(&segment)?;
            segments.push(segment);
        }
        if let Some((name, _)) = values.iter().find(|(name, _)| !used.contains(name)) {
            return Err(bad(&format!("it has no `{{{name}}}`")));
        }
        let mut pairs = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            pairs.push((decoded(key)?, decoded(value)?));
        }
        Ok(Self { segments, query: pairs })
    }

    /// As it is sent.
    pub(super) fn encoded(&self) -> String {
        let segments: Vec<String> = self.segments.iter().map(|segment| escape(segment)).collect();
        format!("/{}", segments.join("/"))
    }

    /// The values of a row's `{names}` when it is about this path. Case does not tell paths apart:
    /// not every server looks at it.
    pub(super) fn matches(&self, template: &str) -> Option<Map<String, Value>> {
        let template = template.trim_matches('/');
        let parts: Vec<&str> = template.split('/').filter(|_| !template.is_empty()).collect();
        if parts.len() != self.segments.len() {
            return None;
        }
        let mut values = Map::new();
        for (part, segment) in parts.into_iter().zip(&self.segments) {
            match part.split_once('{').and_then(|(before, rest)| {
                let (name, after) = rest.split_once('}')?;
                Some((before, name, after))
            }) {
                Some((before, name, after)) => {
                    let value = segment.strip_prefix(before)?.strip_suffix(after)?;
                    values.insert(name.to_owned(), Value::from(value));
                }
                None if part.eq_ignore_ascii_case(segment) => {}
                None => return None,
            }
        }
        Some(values)
    }
}

fn fill(part: &str, values: &[(String, String)], used: &mut Vec<String>) -> Result<String, Fault> {
    let mut filled = String::new();
    let mut rest = part;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) =
            after.split_once('}').ok_or_else(|| bad("it has a `{` without a `}`"))?;
        let (_, value) = values.iter().find(|(have, _)| have == name).ok_or_else(|| {
            bad(&format!("nothing is given for `{{{name}}}`"))
                .hint(format!("give it with --pathParam {name}=…"))
        })?;
        filled += &decoded(before)?;
        filled += value;
        used.push(name.to_owned());
        rest = after;
    }
    Ok(filled + &decoded(rest)?)
}

/// Refuses a segment that means more than one: some servers decode before they split, or twice.
fn check(segment: &str) -> Result<(), Fault> {
    if segment.is_empty() {
        return Err(bad("a part of it is empty"));
    }
    if segment == "." || segment == ".." {
        return Err(bad("it climbs"));
    }
    let odd = |c: char| c.is_control() || matches!(c, '/' | '\\' | '%' | '?' | '#' | ';');
    if let Some(c) = segment.chars().find(|c| odd(*c)) {
        return Err(bad(&format!("a part of it holds {c:?}")));
    }
    // Ids may begin and end with anything but what servers trim.
    if segment.trim() != segment || segment.ends_with('.') {
        return Err(bad("a part of it ends in a blank or a dot"));
    }
    Ok(())
}

fn decoded(text: &str) -> Result<String, Fault> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(Into::into).map_err(|_| bad("its percent-encoding is not UTF-8"))
}

fn bad(why: &str) -> Fault {
    Fault::usage(format!("the path cannot be used: {why}"))
        .code("bad_path")
        .param("path")
        .hint("write it as the service documents it: `/sources/{id}` with --pathParam id=…")
}

/// What follows a base URL in a URL on the same host; none for any other.
pub(super) fn below<'a>(base: &str, url: &'a str) -> Option<&'a str> {
    if url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return None;
    }
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let own = Url::parse(base).ok()?;
    let given = Url::parse(&format!("{scheme}://{authority}/")).ok()?;
    let anonymous = given.username().is_empty() && given.password().is_none();
    if !anonymous || authority.contains('@') || given.origin() != own.origin() {
        return None;
    }
    let path = path.strip_prefix(own.path().trim_end_matches('/'))?;
    if path.is_empty() { Some("/") } else { Some(path).filter(|path| path.starts_with('/')) }
}

/// The refusal of a URL that is not the account's.
pub(super) fn foreign(url: &str) -> Fault {
    if !url.contains("://") {
        return bad("it does not start with `/`");
    }
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_else(|| "that address".to_owned());
    Fault::new(Kind::WrongPlace, format!("{host} is not a host of this account"))
        .code("foreign_host")
        .hint("credentials are only sent to the account's own hosts; give the path alone")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(written: &str) -> Result<String, Fault> {
        Path::parse(written, &[]).map(|path| path.encoded())
    }

    #[test]
    fn one_place_has_one_form() {
        for written in ["/regulations", "/regulations/", "/%72egulations", "/regulation%73/"] {
            assert_eq!(sent(written).unwrap(), "/regulations", "{written}");
        }
        assert_eq!(sent("/").unwrap(), "/");
        assert_eq!(sent("/a/user_id:1 2").unwrap(), "/a/user_id:1%202");
        let path = Path::parse("/a?x=1&y=%26", &[]).unwrap();
        assert_eq!(path.query, [("x".into(), "1".into()), ("y".into(), "&".into())]);
    }

    #[test]
    fn what_servers_read_in_different_ways_is_refused() {
        for written in [
            "//regulations",
            "//evil.test/x",
            "/a//b",
            "/a/../regulations",
            "/a/%2e%2e/regulations",
            "/a/.%2E/b",
            "/./a",
            "/a%2Fb",
            "/a\\b",
            "/a%5Cb",
            "/%2572egulations",
            "/regulations;x=1",
            "/regulations#x",
            "/regulations%00",
            "/regulations%20",
            "/regulations.",
            "/a\nb",
            "/%ff",
            "/{id}",
            "/{id",
        ] {
            assert_eq!(sent(written).unwrap_err().code, "bad_path", "{written:?}");
        }
    }

    #[test]
    fn a_value_fills_one_segment_and_no_more() {
        let with = |value: &str| {
            Path::parse("/sources/{id}", &[("id".into(), value.into())]).map(|path| path.encoded())
        };
        assert_eq!(with("a b").unwrap(), "/sources/a%20b");
        for value in ["", ".", "..", "../regulations", "a/b", "a%2Fb", "a\r\nb", "a?b", "a#b"] {
            assert_eq!(with(value).unwrap_err().code, "bad_path", "{value:?}");
        }
        assert!(Path::parse("/sources", &[("id".into(), "a".into())]).is_err());
    }

    #[test]
    fn rows_are_found_in_any_case() {
        let path = Path::parse("/Sources/abc", &[]).unwrap();
        assert_eq!(path.matches("/sources/{sourceId}").unwrap()["sourceId"], "abc");
        assert!(path.matches("/sources").is_none() && path.matches("/a/{b}").is_none());
        assert!(Path::parse("/", &[]).unwrap().matches("/").is_some());
    }

    #[test]
    fn only_urls_below_the_base_pass() {
        let base = "https://api.segmentapis.com";
        assert_eq!(below(base, "https://API.segmentapis.com:443/a?b"), Some("/a?b"));
        assert_eq!(below("https://h/base", "https://h/base/a"), Some("/a"));
        for url in [
            "https://evil.test/",
            "http://api.segmentapis.com/",
            "https://api.segmentapis.com@evil.test/",
            "https://x@api.segmentapis.com/",
            "https://api.segmentapis.com.evil.test/",
            "https://api.segmentapis.com:8443/",
            "https://api.segmentapis.com\\@evil.test/",
            "//api.segmentapis.com/",
            "file:///etc/passwd",
        ] {
            assert_eq!(below(base, url), None, "{url}");
        }
        assert_eq!(below("https://h/base", "https://h/based/a"), None);
    }
}
