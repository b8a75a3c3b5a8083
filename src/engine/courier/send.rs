//! One batch to its place, until every event of it is either taken or known to be refused for good.
//! Which events those are, and what is done about a failure that concerns all of them, is the
//! caller's business.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Map;

use super::batch::{ENCODING, Envelope, Press};
use super::pace::{self, Rate, Rates};
use super::place::{batching, changed};
use super::{Delivered, attempt};
use crate::catalogue::operation::Batch;
use crate::catalogue::{Operation, Provider, Route};
use crate::engine::content::Content;
use crate::engine::request::Request;
use crate::engine::retry::Patience;
use crate::engine::{Account, Engine};
use crate::error::{Fault, Kind};
use crate::ledger::outbox::{Place, Reason};
use crate::redact::Secret;
use attempt::Said;

/// Repeats of one request before its failure is the caller's. An outage that outlasts them is a
/// matter of the whole account, not of one batch.
const PATIENCE: Patience =
    Patience { retries: 4, base: Duration::from_millis(250), cap: Duration::from_secs(10) };

/// The time one request has with all its repeats.
const ALLOWED: Duration = Duration::from_secs(60);

/// When nothing was ever taken and so many events in a row are refused standing alone, it is not
/// the events.
const MOST_LONE: usize = 8;

/// Sends batches of one account's events to where they belong. May be used for several at once.
pub struct Sender<'e> {
    pub(super) engine: &'e Engine,
    pub(super) provider: &'e Provider,
    pub(super) operation: &'e Operation,
    pub(super) batch: &'e Batch,
    pub(super) account: Account,
    pub(super) patience: Patience,
    pub(super) allowed: Duration,
    template: Request,
    envelope: Envelope,
    place: Place,
    rates: Rates,
    /// Whether each batch is a call of its own for the token that limits the run.
    pub(super) counted: bool,
    presses: Mutex<Vec<Press>>,
    /// Whether the service ever took something.
    trusted: AtomicBool,
}

impl Engine {
    /// What sends batches to a place.
    ///
    /// # Errors
    /// `place_changed` when the account leads elsewhere by now; a missing credential, a wrong base
    /// URL, an account that is gone.
    pub fn sender(&self, place: &Place) -> Result<Sender<'_>, Fault> {
        let provider = self.catalogue.provider(&place.provider)?;
        let account = self.accounts.open(provider, Some(&place.account))?;
        let (name, service) = batching(provider)?;
        if self.place_of(provider, &account, name, service)? != *place {
            return Err(changed(place));
        }
        let batch = service.batch.as_ref().ok_or_else(|| gone(name))?;
        let operation = provider.operation(&batch.operation).ok_or_else(|| gone(name))?;
        let secret = self.accounts.secret(provider, &account, service)?;
        let template = self.bind(provider, operation, operation.route(), &account, &Map::new())?;
        let rates = match account.emulated {
            true => Rates { account: Rate(None), total: Rate(None) },
            false => Rates {
                account: self.rate(place).unwrap_or(Rate(Some(batch.rate))),
                total: self.total_rate(),
            },
        };
        Ok(Sender {
            engine: self,
            provider,
            operation,
            batch,
            envelope: Envelope::new(service, batch, secret.as_ref()),
            account,
            patience: PATIENCE,
            allowed: ALLOWED,
            template,
            place: place.clone(),
            rates,
            counted: false,
            presses: Mutex::default(),
            trusted: AtomicBool::new(false),
        })
    }
}

fn gone(service: &str) -> Fault {
    Fault::new(Kind::Internal, format!("the service `{service}` says nothing about its batches"))
}

impl Sender<'_> {
    /// The same sender at another rate of its account than the settings say; the emulator has none.
    #[must_use]
    pub fn at(mut self, rate: Option<Rate>) -> Self {
        self.rates.account = rate.filter(|_| !self.account.emulated).unwrap_or(self.rates.account);
        self
    }

    /// The same sender, whose batches count as calls for the token that limits the run. Events that
    /// were kept were counted when they were.
    #[must_use]
    pub fn counted(mut self) -> Self {
        self.counted = true;
        self
    }

    /// The same sender with another patience: how often a request is repeated, and the time it has
    /// for that.
    #[must_use]
    pub fn patient(mut self, patience: Patience, allowed: Duration) -> Self {
        (self.patience, self.allowed) = (patience, allowed);
        self
    }

    /// Where it sends to.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What a batch may hold.
    pub fn limits(&self) -> &Batch {
        self.batch
    }

    /// The bytes that the events of one request may have together, however many they are.
    pub fn room(&self) -> usize {
        self.envelope.room()
    }

    /// How many of the first events go into one request; none when the first is too large for any.
    pub fn fit<E: AsRef<[u8]>>(&self, events: &[E]) -> usize {
        self.envelope.fit(events)
    }

    /// Delivers events in order, in as many requests as it takes. They are settled then: taken, or
    /// refused for good with a reason.
    ///
    /// # Errors
    /// Nothing counts as settled, though some may have been taken: try again later, their ids make
    /// that harmless. Whether that can help says [`Fault::retryable`], when, `retry_after`.
    pub async fn deliver<E: AsRef<[u8]>>(&self, events: &[E]) -> Result<Delivered, Fault> {
        match self.advance(events).await {
            (delivered, None) => Ok(delivered),
            (_, Some(fault)) => Err(fault),
        }
    }

    /// The same as far as it gets: the first [`Delivered::settled`] events are settled, and the
    /// failure is that of those behind them.
    pub async fn advance<E: AsRef<[u8]>>(&self, events: &[E]) -> (Delivered, Option<Fault>) {
        let mut done = Delivered::default();
        // What is still to be sent, the next at the end. What is refused goes back in two halves,
        // so that one poisoned event stands alone after a few requests.
        let mut rest = vec![(0, events.len())];
        let mut lone = 0;
        while let Some((from, to)) = rest.pop() {
            let Some(range) = events.get(from..to).filter(|range| !range.is_empty()) else {
                continue;
            };
            let fit = self.envelope.fit(range);
            rest.push((from + fit.max(1), to));
            let said = match range.get(..fit).filter(|fitting| !fitting.is_empty()) {
                Some(fitting) => self.post(fitting, &mut done.requests).await,
                None => Ok(Said::Refused(self.oversized(range.first()))),
            };
            match said {
                Ok(Said::Taken) => {
                    self.trusted.store(true, Ordering::Relaxed);
                    done.sent += fit;
                }
                Ok(Said::Refused(reason)) if fit <= 1 => {
                    lone += usize::from(fit == 1);
                    done.refused.push((from, reason));
                    if lone >= MOST_LONE && !self.trusted.load(Ordering::Relaxed) {
                        let fault = everything_refused(&self.place, done.refused.pop());
                        let requests = done.requests;
                        return (Delivered { requests, ..Delivered::default() }, Some(fault));
                    }
                }
                Ok(Said::Refused(_)) => {
                    rest.push((from + fit / 2, from + fit));
                    rest.push((from, from + fit / 2));
                }
                Err(fault) => return (done, Some(fault)),
            }
        }
        (done, None)
    }

    fn oversized<E: AsRef<[u8]>>(&self, event: Option<&E>) -> Reason {
        let bytes = event.map_or(0, |event| event.as_ref().len());
        let (title, most) = (&self.provider.title, self.batch.event_bytes);
        Reason {
            code: "message_too_large".to_owned(),
            message: format!("the event has {bytes} bytes, {title} takes {most} at most"),
            http_status: None,
        }
    }

    /// The request for some events as it is sent at `now`.
    pub(super) fn request<E: AsRef<[u8]>>(
        &self,
        events: &[E],
        token: Option<Secret>,
        repeats: u32,
        now: &str,
    ) -> Result<Request, Fault> {
        let free = || self.presses.lock().unwrap_or_else(PoisonError::into_inner);
        let mut press = free().pop().unwrap_or_default();
        let body = press.pack(&self.envelope, events, now);
        free().push(press);
        let repeated = ("X-Retry-Count".to_owned(), repeats.to_string());
        Ok(Request {
            body: None,
            raw: Some(Content::Bytes(body?)),
            encoding: Some(ENCODING),
            token,
            extra: (repeats > 0).then_some(repeated).into_iter().collect(),
            ..self.template.clone()
        })
    }

    /// What requests are bound to.
    pub(super) fn template(&self) -> &Request {
        &self.template
    }

    /// The route they take.
    pub(super) fn route(&self) -> &Route {
        self.operation.route()
    }

    /// Waits for the turn of so many events.
    pub(super) async fn pace(&self, events: usize) -> Result<(), Fault> {
        pace::admit(self.engine, &self.place, self.rates, events).await
    }
}

/// That the account, not its events, is at fault.
fn everything_refused(place: &Place, last: Option<(usize, Reason)>) -> Fault {
    let said = last.map(|(_, reason)| reason.message).unwrap_or_default();
    let message = format!("every event of account '{}' is refused: {said}", place.account);
    Fault::new(Kind::AuthenticationFailed, message).code("everything_refused").hint(format!(
        "check key and URL: kosmo integrations:doctor {} --account {}",
        place.provider, place.account
    ))
}
