//! The emulator without its socket: a function from a request to an answer over shared state, with
//! the counts that tests ask for. Sockets, waiting and scripted faults are `http`'s business.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::Timestamp;
use serde_json::json;
use tokio::sync::Notify;

use super::exchange::{Answer, Request};
use super::face::Face;
use super::faults::Faults;
use super::heard::Heard;
use super::model::Model;
use super::oauth::Tokens;
use super::routes::{Found, Routes, SEGMENT};
use super::state::State;
use super::{config, control, data, oauth, objects, profile, public, tracking};
use crate::catalogue::{Catalogue, Provider};
use crate::error::Fault;

/// The credentials that are accepted, as the provider's rows name them.
#[derive(Debug)]
pub(super) struct Keys {
    /// The Public API's token.
    pub(super) public: String,
    /// The Config API's token.
    pub(super) config: String,
    /// The Profile API's token.
    pub(super) profile: String,
    /// The write key of the first source.
    pub(super) write: String,
}

impl Keys {
    fn of(segment: &Provider) -> Self {
        let secret = |service: &str| {
            segment
                .services
                .get(service)
                .and_then(|service| segment.field(service.secret.as_deref()?)?.emulator.clone())
                .unwrap_or_default()
        };
        Self {
            public: secret("public"),
            config: secret("config"),
            profile: secret("profile"),
            write: secret("tracking"),
        }
    }
}

/// What was asked of the emulator so far.
#[derive(Debug, Default)]
pub(super) struct Stats {
    /// How many requests came in.
    pub(super) requests: u64,
    /// How many are being answered now.
    pub(super) in_flight: u64,
    /// The most that were ever being answered at once.
    pub(super) max_in_flight: u64,
    /// How many a scripted fault or limit befell.
    pub(super) faulted: u64,
    /// How many came in by method and path.
    pub(super) by_route: BTreeMap<String, u64>,
    /// Why the data file could not be saved the last time, when it could not.
    pub(super) unsaved: Option<String>,
}

/// Everything behind the socket.
#[derive(Debug)]
pub(super) struct Core {
    /// The credentials.
    pub(super) keys: Keys,
    /// Where the state is kept between runs.
    pub(super) data: Option<PathBuf>,
    /// Rung at every change of the state.
    pub(super) changed: Notify,
    /// Rung once, to end the server.
    pub(super) ending: Notify,
    /// What is known of the collections.
    pub(super) model: Model,
    /// The tokens that were given out.
    pub(super) tokens: Tokens,
    catalogue: Arc<Catalogue>,
    seed: State,
    // Made at the first request: most runs only send events, which need no row.
    routes: OnceLock<Routes>,
    state: Mutex<State>,
    faults: Mutex<Faults>,
    stats: Mutex<Stats>,
    heard: Mutex<Heard>,
}

impl Core {
    /// The core over a catalogue, with its state loaded.
    ///
    /// # Errors
    /// Rows, data file or fault specifications that make no sense.
    pub(super) fn new(
        catalogue: Arc<Catalogue>,
        file: Option<PathBuf>,
        specs: &[String],
        oauth_key: Option<&str>,
    ) -> Result<Self, Fault> {
        let keys = Keys::of(catalogue.provider(SEGMENT)?);
        let mut faults = Faults::default();
        faults.add(Faults::parse(specs)?);
        let model = Model::embedded()?;
        let seed = State::seeded(&keys.write, &model)?;
        let mut state = seed.clone();
        if let Some(path) = &file {
            state = data::load(path, state)?;
            // A folder that cannot be written is better known now than after an hour of events.
            data::save(path, &data::text(&state)?)?;
        }
        Ok(Self {
            keys,
            data: file,
            changed: Notify::new(),
            ending: Notify::new(),
            model,
            tokens: Tokens::new(oauth_key)?,
            catalogue,
            seed,
            routes: OnceLock::new(),
            state: Mutex::new(state),
            faults: Mutex::new(faults),
            stats: Mutex::default(),
            heard: Mutex::default(),
        })
    }

    /// The state, to read.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }

    fn routes(&self) -> &Routes {
        self.routes.get_or_init(|| Routes::of(&self.catalogue))
    }

    /// The faults in force.
    pub(super) fn faults(&self) -> MutexGuard<'_, Faults> {
        locked(&self.faults)
    }

    /// The counts.
    pub(super) fn stats(&self) -> MutexGuard<'_, Stats> {
        locked(&self.stats)
    }

    /// The requests that came in last.
    pub(super) fn heard(&self) -> MutexGuard<'_, Heard> {
        locked(&self.heard)
    }

    /// Works on the state; where that changes it, the data file follows.
    pub(super) fn remember<T>(
        &self,
        changes: bool,
        work: impl FnOnce(&mut State, Timestamp) -> T,
    ) -> T {
        let done = work(&mut self.state(), Timestamp::now());
        if changes {
            self.changed.notify_one();
        }
        done
    }

    /// The limit that counts a request by its row, with the name under which it is counted.
    pub(super) fn limit(&self, method: &str, path: &str) -> Option<(String, String)> {
        let Found::Route(route, _) = self.routes().find(method, path) else { return None };
        let (name, limit) = route.limit(&self.catalogue)?;
        Some((name.to_owned(), limit.to_owned()))
    }

    /// Back to the seed: no events, no faults, no counts, no requests.
    pub(super) fn reset(&self) {
        self.remember(true, |state, _| *state = self.seed.clone());
        self.tokens.clear();
        self.faults().clear();
        *self.heard() = Heard::default();
        let mut stats = self.stats();
        *stats = Stats { in_flight: stats.in_flight, ..Stats::default() };
    }

    /// Writes the data file, when there is one.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) fn save(&self) -> Result<(), Fault> {
        let Some(path) = &self.data else { return Ok(()) };
        let text = data::text(&self.state())?;
        let saved = data::save(path, &text);
        self.stats().unsaved = saved.as_ref().err().map(ToString::to_string);
        saved
    }

    /// Counts a request as being answered until the guard is dropped.
    pub(super) fn enter(&self, method: &str, path: &str) -> Flight<'_> {
        let mut stats = self.stats();
        stats.requests += 1;
        stats.in_flight += 1;
        stats.max_in_flight = stats.max_in_flight.max(stats.in_flight);
        *stats.by_route.entry(format!("{method} {path}")).or_default() += 1;
        Flight(self)
    }

    /// The answer to a request.
    pub(super) fn answer(&self, request: &Request) -> Answer {
        if control::owns(&request.path) {
            return control::answer(self, request);
        }
        let face = Face::of(&request.path);
        if face == Face::Tracking
            && let Some(answer) = tracking::answer(self, request)
        {
            return answer;
        }
        if face == Face::OAuth {
            return oauth::answer(self, request);
        }
        match self.routes().find(&request.method, &request.path) {
            Found::Route(route, values) => match (route.face, route.row(&self.catalogue)) {
                (None, _) => echo(request, route.envelope.as_deref()),
                (Some(Face::Public), Some(row)) => {
                    public::answer(self, request, route, row, values)
                }
                (Some(Face::Config), Some(row)) => {
                    config::answer(self, request, route, row, &values)
                }
                (Some(Face::Profile), _) => profile::answer(self, request, route, &values),
                (Some(Face::Objects), _) => objects::answer(self, request, route, &values),
                _ => Answer::text(404, "Not Found"),
            },
            _ if face == Face::Tracking => Answer::text(404, "Not Found"),
            Found::OtherMethods(methods) => face.refuse(405).header("allow", methods.join(", ")),
            Found::Nothing => face.refuse(404),
        }
    }
}

/// Gives back what another provider's request was understood to be.
fn echo(request: &Request, envelope: Option<&str>) -> Answer {
    let query: serde_json::Map<_, _> =
        request.query.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let body = request.json().unwrap_or_else(|_| json!(String::from_utf8_lossy(&request.body)));
    let body = if request.body.is_empty() { serde_json::Value::Null } else { body };
    let seen = json!({
        "method": request.method, "path": request.path, "query": query, "body": body,
    });
    match envelope {
        Some(key) => Answer::json(200, &json!({key: seen})),
        None => Answer::json(200, &seen),
    }
}

/// A request being answered.
pub(super) struct Flight<'a>(&'a Core);

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut stats = self.0.stats();
        stats.in_flight = stats.in_flight.saturating_sub(1);
    }
}

/// A panic elsewhere leaves whole values behind: they are replaced under the lock, never half.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
