//! What came of emptying an outbox.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::needs_action;
use crate::error::{Fault, Kind};
use crate::ledger::outbox::{Place, Reason, State};

/// The most refused events that are listed one by one; the others are only counted.
const LISTED: usize = 100;

/// An event that was buried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where it was meant to go.
    pub place: Place,
    /// Its id.
    pub message_id: String,
    /// Why.
    pub reason: Reason,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Flushed {
    /// Events the service took.
    pub sent: u64,
    /// Events that are still queued.
    pub queued: u64,
    /// Events that were buried.
    pub buried: u64,
    /// The first of them.
    pub refused: Vec<Refusal>,
    /// Places that failed, with the failure.
    pub failed: Vec<(Place, Fault)>,
    /// Places that nothing is sent to for the moment: why, and until when (milliseconds since 1970).
    pub paused: Vec<(Place, String, i64)>,
    /// Whether somebody said stop.
    pub stopped: bool,
    /// Whether time was up while something was in flight; it is sent again under the same ids.
    pub cut: bool,
}

impl Flushed {
    /// Notes an event that was buried.
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.buried += 1;
        if self.refused.len() < LISTED {
            self.refused.push(refusal);
        }
    }

    /// Notes how things stand.
    pub(super) fn look(&mut self, states: BTreeMap<Place, State>) {
        self.queued = states.values().map(|state| state.counts.queued).sum();
        let paused = states.into_iter().filter_map(|(place, state)| {
            let (why, until) = state.paused?;
            Some((place, why, until))
        });
        self.paused = paused.collect();
    }

    /// How many events found their end, one way or the other.
    pub fn settled(&self) -> u64 {
        self.sent + self.buried
    }

    /// Whether everything that was there is with the service.
    pub fn is_complete(&self) -> bool {
        self.queued == 0 && self.buried == 0
    }

    /// What is left to say about it as a failure: an account that needs action first, then that
    /// something is left or was refused; none when all is well.
    pub fn fault(&self) -> Option<Fault> {
        let acting = self.failed.iter().find(|(_, fault)| fault.exit() == 3);
        if let Some((_, fault)) = acting {
            return Some(fault.clone());
        }
        if let Some((place, why, _)) = self.paused.iter().find(|(_, why, _)| needs_action(why)) {
            let message = format!("account '{}': {why}", place.account);
            return Some(
                Fault::new(Kind::AuthenticationFailed, message)
                    .hint("kosmo outbox:flush tries again"),
            );
        }
        if self.is_complete() {
            return None;
        }
        let (queued, buried) = (self.queued, self.buried);
        let message = match (queued, buried) {
            (queued, 0) => format!("{queued} events are still queued"),
            (0, buried) => format!("{buried} events were refused and buried"),
            _ => format!("{queued} events are still queued, {buried} were refused and buried"),
        };
        let why = self.failed.first().map(|(_, fault)| format!(": {}", fault.message));
        let message = message + &why.unwrap_or_default();
        let hint = match buried {
            0 => "they are safe: kosmo outbox:flush --wait sends them",
            _ => "kosmo outbox:list --buried shows why; kosmo outbox:retry sends them again",
        };
        Some(Fault::new(Kind::Partial, message).hint(hint))
    }

    /// As one object: `sent`, `queued`, `refused`, `listed` (the first of them), `paused`.
    pub fn to_json(&self) -> Value {
        let listed: Vec<Value> = self.refused.iter().map(Refusal::to_json).collect();
        let paused = self.paused.iter().map(|(place, why, until)| {
            json!({"provider": place.provider, "account": place.account, "why": why,
                   "until": jiff::Timestamp::from_millisecond(*until).ok().map(|at| format!("{at:.3}")),
                   "needs_action": needs_action(why)})
        });
        json!({"sent": self.sent, "queued": self.queued, "refused": self.buried,
               "listed": listed, "paused": paused.collect::<Vec<_>>()})
    }
}

impl Refusal {
    /// As one object.
    pub fn to_json(&self) -> Value {
        json!({
            "message_id": self.message_id, "provider": self.place.provider,
            "account": self.place.account, "code": self.reason.code,
            "message": self.reason.message, "http_status": self.reason.http_status,
        })
    }
}
