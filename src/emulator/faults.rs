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

/// The bodies a fault fits, unpacked; all unless it says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Only those in which this text stands.
    pub(super) holding: Option<String>,
    /// Only those of more bytes.
    pub(super) over: Option<usize>,
}

impl Wanted {
    fn fits(&self, body: &[u8]) -> bool {
        let holding = self.holding.as_ref();
        self.over.is_none_or(|most| body.len() > most)
            && holding.is_none_or(|text| memchr::memmem::find(body, text.as_bytes()).is_some())
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
    /// Which bodies it fits.
    pub(super) body: Wanted,
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

    /// Whether a fault needs to see the bodies of requests.
    pub(super) fn by_body(&self) -> bool {
        self.0.iter().any(|script| script.body != Wanted::default())
    }

    /// What happens to this request; counts it. The first fault that fits and is not used up
    /// applies; a rate limit that is not yet reached lets those behind it have their turn. `row`
    /// is the documented limit of the request's row, with the name it is counted under; `body` is empty
    /// unless somebody needs to see it.
    pub(super) fn judge(
        &mut self,
        (method, path): (&str, &str),
        body: &[u8],
        row: Option<&(String, String)>,
        now: Instant,
    ) -> Verdict {
        let mut verdict = Verdict::default();
        for script in self.0.iter_mut().filter(|script| script.fits(method, path, body)) {
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
    fn fits(&self, method: &str, path: &str, body: &[u8]) -> bool {
        self.left != Some(0)
            && self.method.as_deref().is_none_or(|wanted| wanted == method)
            && matches(&self.path, path)
            && self.body.fits(body)
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
mod tests;
