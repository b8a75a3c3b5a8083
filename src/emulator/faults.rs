//! Scripted faults: which requests fail, how, and how often. Chooses the fault of a request; reading
//! one is `script`'s business and carrying it out `http`'s.

use std::time::{Duration, Instant};

use super::script::parse;
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
        /// How many.
        limit: u32,
        /// In which time.
        window: Duration,
        /// How many were made in this window.
        used: u32,
        /// When this window began.
        since: Option<Instant>,
    },
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

    /// What happens to this request; counts it. The first fault that fits and is not used up
    /// applies; a rate limit that is not yet reached lets those behind it have their turn.
    pub(super) fn judge(&mut self, method: &str, path: &str, now: Instant) -> Verdict {
        let mut verdict = Verdict::default();
        for script in self.0.iter_mut().filter(|script| script.fits(method, path)) {
            match &mut script.action {
                Action::Fail(effect) => {
                    script.left = script.left.map(|left| left - 1);
                    verdict.effect = Some(effect.clone());
                    return verdict;
                }
                Action::Limit { limit, window, used, since } => {
                    let start = since.filter(|start| now.duration_since(*start) < *window);
                    if start.is_none() {
                        *used = 0;
                    }
                    let start = start.unwrap_or(now);
                    *since = Some(start);
                    *used = used.saturating_add(1);
                    let reset = window.saturating_sub(now.duration_since(start));
                    let rate = Rate { limit: *limit, consumed: *used, reset };
                    verdict.rate = Some(rate);
                    if rate.exceeded() {
                        return verdict;
                    }
                }
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
        faults.judge(method, path, Instant::now()).effect.and_then(|effect| effect.status)
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
            let rate = faults.judge("GET", "/", start + Duration::from_secs(seconds)).rate;
            rate.map(|rate| (rate.exceeded(), rate.consumed, rate.reset.as_secs()))
        };
        assert_eq!(at(0), Some((false, 1, 60)));
        assert_eq!(at(10), Some((false, 2, 50)));
        assert_eq!(at(20), Some((true, 3, 40)));
        assert_eq!(at(60), Some((false, 1, 60)));
    }
}
