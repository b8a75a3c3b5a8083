//! What a courier has to tell while it is at work, for a log.

use serde_json::{Value, json};

use crate::error::Fault;
use crate::ledger::outbox::{Place, Reason};

/// Something of note.
#[derive(Debug, Clone)]
pub enum News {
    /// A batch is settled.
    Settled {
        /// Where it went.
        place: Place,
        /// How many events were taken.
        sent: usize,
        /// How many were buried.
        buried: usize,
        /// Requests it took.
        requests: u32,
    },
    /// An event was buried.
    Buried {
        /// Where it was meant to go.
        place: Place,
        /// Its id.
        message_id: String,
        /// Why.
        reason: Reason,
    },
    /// Nothing is sent to a place for a while.
    Paused {
        /// The place.
        place: Place,
        /// Why.
        why: String,
        /// What to do about it, when somebody has to.
        hint: Option<String>,
        /// For how long, in milliseconds.
        millis: i64,
    },
    /// A place that failed takes events again.
    Recovered {
        /// The place.
        place: Place,
    },
    /// Somebody else took a lane over, since this courier gave no sign of life for too long. What it
    /// had sent is sent again under the same ids.
    LeaseLost {
        /// The place.
        place: Place,
        /// The lane.
        lane: u8,
    },
    /// The outbox itself cannot be reached for a while.
    Away(Fault),
    /// It is there again.
    Back,
}

impl News {
    /// As one object for a log: `event`, `account`, and what belongs to it.
    pub fn to_json(&self) -> Value {
        let (event, mut all) = match self {
            Self::Settled { sent, buried, requests, .. } => {
                ("settled", json!({"sent": sent, "buried": buried, "requests": requests}))
            }
            Self::Buried { message_id, reason, .. } => (
                "buried",
                json!({"message_id": message_id, "code": reason.code, "message": reason.message,
                       "http_status": reason.http_status}),
            ),
            Self::Paused { why, hint, millis, .. } => {
                ("paused", json!({"why": why, "hint": hint, "for_ms": millis}))
            }
            Self::Recovered { .. } => ("recovered", json!({})),
            Self::LeaseLost { lane, .. } => ("lease_lost", json!({"lane": lane})),
            Self::Away(fault) => ("outbox_away", json!({"error": fault.to_json()})),
            Self::Back => ("outbox_back", json!({})),
        };
        all["event"] = event.into();
        if let Some(place) = self.place() {
            all["provider"] = place.provider.as_str().into();
            all["account"] = place.account.as_str().into();
        }
        all
    }

    /// The place it is about; none when it is about the outbox.
    fn place(&self) -> Option<&Place> {
        match self {
            Self::Settled { place, .. }
            | Self::Buried { place, .. }
            | Self::Paused { place, .. }
            | Self::Recovered { place }
            | Self::LeaseLost { place, .. } => Some(place),
            Self::Away(_) | Self::Back => None,
        }
    }

    /// As one line for a person.
    pub fn line(&self) -> String {
        match self {
            Self::Settled { place, sent, buried, requests } => {
                let (account, plural) = (named(place), if *requests == 1 { "" } else { "s" });
                let buried = match buried {
                    0 => String::new(),
                    count => format!(", {count} buried"),
                };
                format!("{account}: {sent} sent{buried} ({requests} request{plural})")
            }
            Self::Buried { place, message_id, reason } => {
                format!("{}: {message_id} buried: {}", named(place), reason.message)
            }
            Self::Paused { place, why, hint, millis } => {
                let seconds = millis / 1000;
                let hint = hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
                format!("{}: paused for {seconds} s: {why}{hint}", named(place))
            }
            Self::Recovered { place } => format!("{}: takes events again", named(place)),
            Self::LeaseLost { place, lane } => {
                format!("{}: lane {lane} was taken over by another courier", named(place))
            }
            Self::Away(fault) => format!("{}; trying again", fault.message),
            Self::Back => "the outbox can be reached again".to_owned(),
        }
    }
}

/// A place as people call it.
fn named(place: &Place) -> String {
    format!("{}/{}", place.provider, place.account)
}
