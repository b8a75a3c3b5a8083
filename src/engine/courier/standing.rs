//! How things stand at a place of the outbox, in one word and as every face shows it.

use serde_json::{Value, json};

use super::needs_action;
use crate::engine::Engine;
use crate::ledger::outbox::{Place, State};

/// How things stand at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is queued.
    Idle,
    /// Something is, and will be sent.
    Queued,
    /// Not before a time.
    Paused,
    /// Not before somebody does something about the account.
    NeedsAction,
    /// Not before somebody says that the account's new key or URL is meant.
    Moved,
    /// Something cannot be read.
    Damaged,
}

impl Standing {
    /// Looks.
    pub fn of(engine: &Engine, place: &Place, state: &State) -> Self {
        let paused = state.paused.as_ref();
        // Without an account, or a key, nothing can be said about where it has moved to.
        let now = engine.place(&place.provider, Some(&place.account));
        let moved = now.is_ok_and(|now| now.mark != place.mark);
        match state {
            _ if !state.damaged.is_empty() => Self::Damaged,
            state if state.counts.queued == 0 => Self::Idle,
            _ if moved => Self::Moved,
            _ if paused.is_some_and(|(why, _)| needs_action(why)) => Self::NeedsAction,
            _ if paused.is_some() => Self::Paused,
            _ => Self::Queued,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Queued => "queued",
            Self::Paused => "paused",
            Self::NeedsAction => "needs action",
            Self::Moved => "moved",
            Self::Damaged => "damaged",
        }
    }

    /// A place that stands so, as every face shows it.
    pub fn object(self, place: &Place, state: &State) -> Value {
        let paused = state.paused.as_ref().map(|(why, until)| {
            json!({"why": why, "until": rfc3339(*until), "needs_action": needs_action(why)})
        });
        json!({
            "provider": place.provider, "account": place.account, "service": place.service,
            "mark": place.mark, "state": self.word(), "queued": state.counts.queued,
            "buried": state.counts.buried, "sent": state.counts.sent, "bytes": state.counts.bytes,
            "oldest": state.oldest, "paused": paused, "damaged": state.damaged,
        })
    }
}

/// A moment in milliseconds since 1970 as text.
pub fn rfc3339(millis: i64) -> Option<String> {
    jiff::Timestamp::from_millisecond(millis).ok().map(|at| format!("{at:.3}"))
}
