//! Asking the person behind a client before something is changed. Where the protocol lets a server
//! ask, the question is put at once; where it does not, the call ends with the question and is made
//! again with the answer; where nobody can be asked, what would have been sent is kept for showing.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rmcp::model::{ElicitRequestParams, ElicitationAction, ElicitationSchema, ProtocolVersion};
use rmcp::service::{Peer, RequestContext, RoleServer};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::catalogue::Effect;
use crate::engine::consent::{Answer, Approve, Consent, Planned, Question};

/// How long a person may think.
const THINKING: Duration = Duration::from_secs(600);

/// How long a question that ended a call may wait for its answer.
const WAITING: Duration = Duration::from_secs(1800);

/// Questions that may wait at a time.
const PENDING: usize = 256;

/// Keys that are made anew for every request.
const PASSING: [&str; 4] = ["messageId", "timestamp", "sentAt", "originalTimestamp"];

/// How the person behind a client can be asked.
#[derive(Debug, Clone)]
pub(super) enum Way {
    /// At once.
    Ask(Box<Peer<RoleServer>>),
    /// By ending the call with the question.
    Return,
    /// Not at all.
    No,
}

impl Way {
    /// How the client of this request can be asked.
    pub(super) fn of(context: &RequestContext<RoleServer>) -> Self {
        let elicits = context.client_capabilities().and_then(|can| can.elicitation);
        // A client that names no form of it means the plain one.
        let plain = elicits.is_some_and(|way| way.form.is_some() || way.url.is_none());
        let version = context.protocol_version();
        match (plain, version.is_some_and(|version| version >= ProtocolVersion::V_2026_07_28)) {
            (false, _) => Self::No,
            (true, true) => Self::Return,
            (true, false) => Self::Ask(Box::new(context.peer.clone())),
        }
    }

    /// Puts a question at once; none when that cannot be done.
    pub(super) async fn ask(&self, message: &str) -> Option<bool> {
        let Self::Ask(peer) = self else { return None };
        let asked = peer.create_elicitation_with_timeout(question(message), Some(THINKING)).await;
        match asked {
            Ok(answer) => Some(answer.action == ElicitationAction::Accept),
            Err(why) => {
                tracing::debug!(%why, "the client could not ask");
                None
            }
        }
    }
}

/// The question whether to go ahead. Nothing is filled in: accepting is the answer.
pub(super) fn question(message: &str) -> ElicitRequestParams {
    ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: message.to_owned(),
        requested_schema: ElicitationSchema::new(std::collections::BTreeMap::new()),
    }
}

/// A call that somebody has to agree to.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) function: String,
    pub(super) effect: Effect,
    pub(super) account: String,
    pub(super) request: Value,
}

impl From<Planned> for Shown {
    fn from(planned: Planned) -> Self {
        let Planned { function, effect, account, request, .. } = planned;
        Self { function, effect, account, request }
    }
}

impl Shown {
    /// What tells it from every other call, whenever it is made.
    pub(super) fn mark(&self) -> String {
        let mut body = self.request["body"].clone();
        if let Some(body) = body.as_object_mut() {
            PASSING.iter().for_each(|key| drop(body.shift_remove(*key)));
        }
        let told =
            json!([self.function, self.account, self.request["method"], self.request["url"], body]);
        let digest = Sha256::digest(told.to_string().as_bytes());
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The call as a person can judge it.
    pub(super) fn text(&self) -> String {
        let word = |key: &str| self.request[key].as_str().unwrap_or_default();
        let (effect, account) = (self.effect.word(), &self.account);
        let body = match &self.request["body"] {
            Value::Null => String::new(),
            body => format!("\n{}", super::answer::text(body)),
        };
        let (method, url) = (word("method"), word("url"));
        format!("{} ({effect}, account {account})\n{method} {url}{body}", self.function)
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "function": self.function, "effect": self.effect.word(), "account": self.account,
            "request": self.request,
        })
    }
}

/// Who is asked about the calls of one tool call.
#[derive(Debug)]
pub(super) struct Desk {
    way: Way,
    /// What was agreed to already.
    agreed: Mutex<Vec<String>>,
    /// What nobody could be asked about.
    open: Mutex<Vec<Shown>>,
    /// Whether somebody was asked and said no.
    refused: AtomicBool,
}

impl Desk {
    pub(super) fn new(way: Way, agreed: Vec<String>) -> Self {
        Self {
            way,
            agreed: Mutex::new(agreed),
            open: Mutex::default(),
            refused: AtomicBool::new(false),
        }
    }

    /// What nobody could be asked about.
    pub(super) fn open(&self) -> Vec<Shown> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether somebody was asked and said no.
    pub(super) fn was_refused(&self) -> bool {
        self.refused.load(Ordering::Acquire)
    }

    /// Whether this was agreed to; each agreement counts once.
    fn agreed(&self, mark: &str) -> bool {
        let mut agreed = self.agreed.lock().unwrap_or_else(PoisonError::into_inner);
        let place = agreed.iter().position(|have| have == mark);
        place.map(|at| agreed.swap_remove(at)).is_some()
    }
}

impl Approve for Desk {
    fn approve<'a>(&'a self, question: &'a Question<'a>) -> Answer<'a> {
        Box::pin(async move {
            let shown = Shown {
                function: question.operation.full_name(),
                effect: question.operation.effect,
                account: question.account.name.clone(),
                request: question.request.clone(),
            };
            if self.agreed(&shown.mark()) {
                return Consent::Given;
            }
            match self.way.ask(&format!("Go ahead with this call?\n\n{}", shown.text())).await {
                Some(true) => Consent::Given,
                Some(false) => {
                    self.refused.store(true, Ordering::Release);
                    Consent::Withheld
                }
                None => {
                    self.open.lock().unwrap_or_else(PoisonError::into_inner).push(shown);
                    Consent::Withheld
                }
            }
        })
    }
}

/// Questions that ended a call and wait for their answers, by a handle that only their client knows.
#[derive(Debug, Default)]
pub(super) struct Pending(Mutex<VecDeque<(String, Instant, Vec<String>)>>);

impl Pending {
    /// Keeps what a question is about; its handle.
    pub(super) fn keep(&self, marks: Vec<String>) -> String {
        let handle = uuid::Uuid::new_v4().simple().to_string();
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pending.retain(|(_, since, _)| since.elapsed() < WAITING);
        while pending.len() >= PENDING {
            pending.pop_front();
        }
        pending.push_back((handle.clone(), Instant::now(), marks));
        handle
    }

    /// What the question of that handle was about. It can be answered once.
    pub(super) fn take(&self, handle: &str) -> Option<Vec<String>> {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = pending.iter().position(|(have, ..)| have == handle)?;
        let (_, since, marks) = pending.remove(at)?;
        (since.elapsed() < WAITING).then_some(marks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(body: &Value) -> Shown {
        Shown {
            function: "segment.track_event".to_owned(),
            effect: Effect::Write,
            account: "default".to_owned(),
            request: json!({"method": "POST", "url": "https://example.test/v1/track", "body": body}),
        }
    }

    #[test]
    fn a_call_is_known_again_by_all_but_what_changes_each_time() {
        let one = shown(&json!({"event": "A", "messageId": "1", "timestamp": "t"}));
        assert_eq!(one.mark(), shown(&json!({"event": "A", "messageId": "2"})).mark());
        assert_ne!(one.mark(), shown(&json!({"event": "B", "messageId": "1"})).mark());
    }

    #[test]
    fn an_agreement_counts_once() {
        let mark = shown(&json!({"event": "A"})).mark();
        let desk = Desk::new(Way::No, vec![mark.clone()]);
        assert!(desk.agreed(&mark));
        assert!(!desk.agreed(&mark));
    }

    #[test]
    fn a_question_is_answered_once() {
        let pending = Pending::default();
        let handle = pending.keep(vec!["a".to_owned()]);
        assert_eq!(pending.take("other"), None);
        assert_eq!(pending.take(&handle), Some(vec!["a".to_owned()]));
        assert_eq!(pending.take(&handle), None);
    }
}
