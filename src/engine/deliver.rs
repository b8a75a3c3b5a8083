//! Getting one request answered: attempts, waits and the deadline, counted for the run. What an
//! attempt is, `transport` knows; whether to make another, `retry` decides.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::account::Account;
use super::exchange::Transcript;
use super::hooks::Scene;
use super::request::{self, Request};
use super::retry::{self, Patience, Trouble};
use super::transport::{Answer, Broken};
use super::{Engine, answer, raw, trace};
use crate::catalogue::operation::Repeat;
use crate::catalogue::{Operation, Provider, Route};
use crate::error::{Fault, Kind, SideEffect};

/// The time one call has, and what it has used so far.
#[derive(Debug)]
pub struct Journey {
    deadline: Instant,
    allowed: Duration,
    no_wait: bool,
    attempts: AtomicU32,
    waited_ms: AtomicU64,
    transcript: Arc<Transcript>,
}

impl Journey {
    /// A journey that may take `allowed` from now on.
    pub fn new(allowed: Duration) -> Self {
        Self {
            deadline: Instant::now() + allowed,
            allowed,
            no_wait: false,
            attempts: AtomicU32::new(0),
            waited_ms: AtomicU64::new(0),
            transcript: Arc::default(),
        }
    }

    /// The same journey, noted in `transcript`.
    #[must_use]
    pub(super) fn noted(self, transcript: &Arc<Transcript>) -> Self {
        Self { transcript: Arc::clone(transcript), ..self }
    }

    /// The same journey, which rather fails than waits for a turn.
    #[must_use]
    pub fn hurried(self, no_wait: bool) -> Self {
        Self { no_wait, ..self }
    }

    /// Where it is noted.
    pub(super) fn transcript(&self) -> &Arc<Transcript> {
        &self.transcript
    }

    /// Requests sent so far.
    pub fn attempts(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// Counts a step on the way as none: what is asked before the main request is not an attempt
    /// at it.
    pub(super) fn uncount(&self, attempts: u32) {
        self.attempts.fetch_sub(attempts, Ordering::Relaxed);
    }

    /// Time spent waiting between attempts and for turns.
    pub fn waited(&self) -> Duration {
        Duration::from_millis(self.waited_ms.load(Ordering::Relaxed))
    }

    /// Time until the deadline.
    pub(super) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Waits, and counts it.
    pub(super) async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
        let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.waited_ms.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Engine {
    /// The bound request for an operation on one of its routes.
    ///
    /// # Errors
    /// A missing credential, a wrong base URL, a path value that climbs.
    pub fn bind(
        &self,
        provider: &Provider,
        operation: &Operation,
        route: &Route,
        account: &Account,
        args: &serde_json::Map<String, Value>,
    ) -> Result<Request, Fault> {
        let service = &provider.services[&route.service];
        let secret = self.accounts.secret(provider, account, service)?;
        let base = self.accounts.base(provider, account, service)?;
        request::bind(operation, route, service, &base, secret, args)
    }

    /// Sends a request, again if that is right, and decodes the answer. Accounts that sign for
    /// tokens send one; a token that is refused is replaced once.
    ///
    /// # Errors
    /// The last attempt's failure.
    pub async fn deliver(
        &self,
        scene: Scene<'_>,
        request: &Request,
    ) -> Result<(Value, u16), Fault> {
        let service = &scene.provider.services[&scene.route.service];
        let envelope = service.envelope.as_deref().filter(|_| !request.whole);
        let Some(token) = self.token(scene).await? else {
            return self.attempts(scene, request, envelope).await;
        };
        let mut request = request.clone();
        request.token = Some(token.clone());
        match self.attempts(scene, &request, envelope).await {
            Err(fault) if self.forget_token(scene, &token, &fault) => {
                request.token = self.token(scene).await?;
                self.attempts(scene, &request, envelope).await
            }
            answer => answer,
        }
    }

    /// Waits for a turn at a limited operation. The emulator has all the time in the world.
    async fn pace(&self, scene: Scene<'_>) -> Result<(), Fault> {
        if scene.account.emulated {
            return Ok(());
        }
        let journey = scene.journey;
        let patience = if journey.no_wait { Duration::ZERO } else { journey.left() };
        let wait = self.governor.turn(scene, patience)?;
        if !wait.is_zero() {
            tracing::debug!(?wait, "waiting for a turn");
            journey.pause(wait).await;
        }
        Ok(())
    }

    /// Sends a request as it is, again if that is right. Each sending takes a turn.
    ///
    /// # Errors
    /// The last attempt's failure.
    pub(super) async fn attempts(
        &self,
        scene: Scene<'_>,
        request: &Request,
        envelope: Option<&str>,
    ) -> Result<(Value, u16), Fault> {
        let (journey, patience) = (scene.journey, self.patience());
        let (title, effect) = (&scene.provider.title, scene.operation.effect);
        let mut tries = 0;
        loop {
            tries += 1;
            self.pace(scene).await?;
            journey.attempts.fetch_add(1, Ordering::Relaxed);
            let now = super::now();
            let (began, notes) = (Instant::now(), &journey.transcript);
            let sent = self.transport.send(request, &now);
            let sent = tokio::time::timeout(journey.left(), sent).await;
            trace::attempt(
                request,
                sent.as_ref().ok().and_then(|s| s.as_ref().ok()),
                began.elapsed(),
            );
            let Ok(sent) = sent else {
                notes.abandoned(request, now, began.elapsed());
                return Err(out_of_time(scene, journey.allowed));
            };
            let (trouble, fault) = match sent? {
                Ok(answer) => {
                    let decoded = match request.whole {
                        true => raw::whatever(&answer, title, effect, request),
                        false => answer::decode(&answer, title, envelope, effect),
                    };
                    let (status, trouble) = (answer.status, trouble(&answer, decoded.as_ref()));
                    notes.answered(request, now, began.elapsed(), answer);
                    match decoded {
                        Ok(value) => return Ok((value, status)),
                        Err(fault) => (trouble, self.advise(scene, fault)),
                    }
                }
                Err(broken) => {
                    notes.lost(request, now, began.elapsed(), &broken);
                    (broken.trouble, lost(scene, &broken))
                }
            };
            if let Trouble::Status { status: 429, retry_after: Some(time) } = trouble {
                self.governor.hold(scene, time);
                if journey.no_wait {
                    return Err(fault);
                }
            }
            let repeat = scene.operation.repeat;
            match retry::wait(repeat, trouble, tries, patience, retry::jitter(), journey.left()) {
                Some(time) => {
                    tracing::debug!(tries, wait = ?time, why = %fault, "sending again");
                    journey.pause(time).await;
                }
                None => return Err(fault),
            }
        }
    }

    fn patience(&self) -> Patience {
        let retries = self.settings.number("http.retries");
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to a small range first"
        )]
        let retries = retries.map_or(3, |number| number.clamp(0.0, 20.0) as u32);
        Patience { retries, ..Patience::default() }
    }
}

fn trouble(answer: &Answer, decoded: Result<&Value, &Fault>) -> Trouble {
    let retry_after = decoded.err().and_then(|fault| fault.extra.retry_after);
    Trouble::Status { status: answer.status, retry_after }
}

/// Whether something may have happened at the service when no answer came.
fn perhaps(operation: &Operation) -> SideEffect {
    if operation.effect == crate::catalogue::Effect::Read {
        SideEffect::None
    } else {
        SideEffect::Unknown
    }
}

/// The failure of a connection.
pub(super) fn lost(scene: Scene<'_>, broken: &Broken) -> Fault {
    let title = &scene.provider.title;
    let (message, effect) = match broken.trouble {
        Trouble::NotSent => {
            (format!("Failed to connect to {title} API: {}", broken.reason), SideEffect::None)
        }
        Trouble::Lost | Trouble::Status { .. } => (
            format!("Lost the connection to {title} API: {}", broken.reason),
            perhaps(scene.operation),
        ),
    };
    let mut fault = Fault::new(Kind::Network, message).effect(effect);
    fault.extra.http_status = broken.status;
    fault.extra.retryable =
        Some(scene.operation.repeat == Repeat::Safe || effect == SideEffect::None);
    fault.hint(match effect {
        SideEffect::Unknown if scene.operation.repeat == Repeat::Never => {
            "it may have been done: look before you repeat it"
        }
        _ => "check the network, the region and the base URL",
    })
}

/// That no answer came in time.
pub(super) fn out_of_time(scene: Scene<'_>, allowed: Duration) -> Fault {
    let title = &scene.provider.title;
    let seconds = allowed.as_secs_f64();
    let mut fault =
        Fault::new(Kind::Timeout, format!("{title} API did not answer within {seconds} s"))
            .effect(perhaps(scene.operation))
            .hint("allow more time with --timeout, or the setting http.timeout");
    fault.extra.retryable = Some(scene.operation.repeat == Repeat::Safe);
    fault
}
