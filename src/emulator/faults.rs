//! Scripted faults: which requests fail, how, and how often. Chooses the fault of a request; reading
//! one is `script`'s business and carrying it out `http`'s.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::script::{limit, parse};
use crate::error::Fault;

/// What a broken answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// A page such as a proxy makes.
    Html,
    /// Nothing.
    Empty,
    /// Plain text.
    Text,
    /// The error body of the API that the path belongs to.
    Json,
}

/// When the connection is dropped without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drop {
    /// Before the body is read: nothing was done.
    Before,
    /// After the request was carried out: only the answer is lost.
    After,
}

/// How the wait is announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// In seconds.
    Seconds(u64),
    /// As the date that many seconds from now.
    Date(u64),
}

/// What happens to a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Effect {
    /// Answer with this status; the request is not carried out.
    pub(super) status: Option<u16>,
    /// Replace the body.
    pub(super) body: Option<Body>,
    /// Wait before answering.
    pub(super) delay: Duration,
    /// Drop the connection.
    pub(super) drop: Option<Drop>,
    /// Cut the body after this many bytes, or in the middle.
    pub(super) truncate: Option<Option<usize>>,
    /// Ask for a wait.
    pub(super) retry_after: Option<Wait>,
}

/// Where a request stands with a rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    /// How many requests the window allows.
    pub(super) limit: u32,
    /// How many were made in this window, this one included.
    pub(super) consumed: u32,
    /// When the window ends.
    pub(super) reset: Duration,
}

impl Rate {
    /// Whether this request is one too many.
    pub(super) fn exceeded(&self) -> bool {
        self.consumed > self.limit
    }
}

/// What the faults have in store for one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The fault that applies.
    pub(super) effect: Option<Effect>,
    /// The limit that counts it.
    pub(super) rate: Option<Rate>,
}

#[derive(Debug, Clone)]
pub(super) enum Action {
    /// This befalls the request.
    Fail(Effect),
    /// So many requests in each window, and no more.
    Limit {
        /// How many, in which time.
        limit: Limit,
        /// The window that is open.
        window: Window,
    },
    /// Each row's own limit, counted for each row by itself.
    Rows(HashMap<String, Window>),
}

/// How many requests are allowed in which time.
pub(super) type Limit = (u32, Duration);

/// The requests of one window.
#[derive(Debug, Clone, Default)]
pub(super) struct Window {
    used: u32,
    since: Option<Instant>,
}

impl Window {
    /// Counts a request, in a new window when the old one is over.
    fn count(&mut self, (limit, length): Limit, now: Instant) -> Rate {
        let start = self.since.filter(|start| now.duration_since(*start) < length);
        if start.is_none() {
            self.used = 0;
        }
        let start = start.unwrap_or(now);
        self.since = Some(start);
        self.used = self.used.saturating_add(1);
        let reset = length.saturating_sub(now.duration_since(start));
        Rate { limit, consumed: self.used, reset }
    }
}

/// One `--fail`.
#[derive(Debug, Clone)]
pub(super) struct Script {
    /// As it was written.
    pub(super) spec: String,
    /// The method it fits; any when absent.
    pub(super) method: Option<String>,
    /// The form of the paths it fits.
    pub(super) path: String,
    /// What it does.
    pub(super) action: Action,
    /// How many more requests it fits; without end when absent.
    pub(super) left: Option<u32>,
}

/// All faults in force, in the order they were given.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Script>);

impl Faults {
    /// Reads every specification, or none when one is wrong.
    ///
    /// # Errors
    /// A usage fault that shows the right form.
    pub(super) fn parse(specs: &[String]) -> Result<Vec<Script>, Fault> {
        specs.iter().map(|spec| parse(spec)).collect()
    }

    /// Adds faults behind those in force.
    pub(super) fn add(&mut self, scripts: Vec<Script>) {
        self.0.extend(scripts);
    }

    /// Removes all.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The specifications in force, with what is left of each.
    pub(super) fn list(&self) -> impl Iterator<Item = (&str, Option<u32>)> {
        self.0.iter().map(|script| (script.spec.as_str(), script.left))
    }

    /// Whether a fault needs to know which row a request belongs to.
    pub(super) fn by_row(&self) -> bool {
        self.0.iter().any(|script| matches!(script.action, Action::Rows(_)))
    }

    /// What happens to this request; counts it. The first fault that fits and is not used up
    /// applies; a rate limit that is not yet reached lets those behind it have their turn. `row`
    /// is the documented limit of the request's row, with the name it is counted under.
    pub(super) fn judge(
        &mut self,
        (method, path): (&str, &str),
        row: Option<&(String, String)>,
        now: Instant,
    ) -> Verdict {
        let mut verdict = Verdict::default();
        for script in self.0.iter_mut().filter(|script| script.fits(method, path)) {
            let rate = match &mut script.action {
                Action::Fail(effect) => {
                    script.left = script.left.map(|left| left - 1);
                    verdict.effect = Some(effect.clone());
                    return verdict;
                }
                Action::Limit { limit, window } => window.count(*limit, now),
                Action::Rows(windows) => {
                    let row = row.and_then(|(name, text)| Some((name, limit(text)?)));
                    let Some((name, limit)) = row else { continue };
                    windows.entry(name.clone()).or_default().count(limit, now)
                }
            };
            verdict.rate = Some(rate);
            if rate.exceeded() {
                return verdict;
            }
        }
        verdict
    }
}

impl Script {
    fn fits(&self, method: &str, path: &str) -> bool {
        self.left != Some(0)
            && self.method.as_deref().is_none_or(|wanted| wanted == method)
            && matches(&self.path, path)
    }
}

/// Whether the path has the form, in which `*` stands for any run of characters.
fn matches(form: &str, path: &str) -> bool {
    let Some((before, rest)) = form.split_once('*') else { return form == path };
    let Some(mut tail) = path.strip_prefix(before) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match tail.find(part) {
            Some(at) => tail = &tail[at + part.len()..],
            None => return false,
        }
    }
    tail.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(specs: &[&str]) -> Faults {
        let specs: Vec<String> = specs.iter().map(|spec| (*spec).to_owned()).collect();
        Faults(Faults::parse(&specs).unwrap())
    }

    fn status(faults: &mut Faults, method: &str, path: &str) -> Option<u16> {
        faults.judge((method, path), None, Instant::now()).effect.and_then(|effect| effect.status)
    }

    #[test]
    fn a_fault_fits_its_method_and_path_and_is_used_up() {
        let mut faults = faults(&["POST /v1/track=status:503,next:2", "*=status:500,next:1"]);
        assert_eq!(status(&mut faults, "POST", "/v1/track"), Some(503));
        assert_eq!(status(&mut faults, "POST", "/v1/track"), Some(503));
        assert_eq!(status(&mut faults, "POST", "/v1/track"), Some(500));
        assert_eq!(status(&mut faults, "POST", "/v1/track"), None);
        let mut exact = self::faults(&["GET /sources/*=status:404"]);
        assert_eq!(status(&mut exact, "GET", "/sources/a"), Some(404));
        assert_eq!(status(&mut exact, "POST", "/sources/a"), None);
        assert_eq!(status(&mut exact, "GET", "/sources"), None);
    }

    #[test]
    fn a_star_stands_for_any_run() {
        for (form, path, fits) in [
            ("*", "/", true),
            ("/v1/*", "/v1/", true),
            ("/v1/*/settings", "/v1/projects/k/settings", true),
            ("/v1/*/settings", "/v1/projects/k/settings/x", false),
            ("*/batch", "/v1/batch", true),
            ("/a*b*c", "/a-b-b-c", true),
            ("/a*b*c", "/a-c-b", false),
        ] {
            assert_eq!(matches(form, path), fits, "{form} {path}");
        }
    }

    #[test]
    fn a_rate_counts_within_its_window_and_starts_anew() {
        let mut faults = faults(&["GET *=rate:2/minute"]);
        let start = Instant::now();
        let mut at = |seconds| {
            let rate = faults.judge(("GET", "/"), None, start + Duration::from_secs(seconds)).rate;
            rate.map(|rate| (rate.exceeded(), rate.consumed, rate.reset.as_secs()))
        };
        assert_eq!(at(0), Some((false, 1, 60)));
        assert_eq!(at(10), Some((false, 2, 50)));
        assert_eq!(at(20), Some((true, 3, 40)));
        assert_eq!(at(60), Some((false, 1, 60)));
    }
    #[test]
    fn each_row_is_counted_by_its_own_limit() {
        let mut faults = faults(&["*=rate:row"]);
        assert!(faults.by_row());
        let now = Instant::now();
        let mut over = |row: Option<(&str, &str)>| {
            let row = row.map(|(name, limit)| (name.to_owned(), limit.to_owned()));
            let rate = faults.judge(("GET", "/"), row.as_ref(), now).rate;
            rate.map(|rate| rate.exceeded())
        };
        assert_eq!(over(Some(("a", "2/minute"))), Some(false));
        assert_eq!(over(Some(("b", "1/day"))), Some(false));
        assert_eq!(over(Some(("a", "2/minute"))), Some(false));
        assert_eq!(over(Some(("a", "2/minute"))), Some(true));
        assert_eq!(over(Some(("b", "1/day"))), Some(true));
        assert_eq!(over(None), None, "no limit is documented");
    }
}
