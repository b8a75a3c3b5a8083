//! One request of a batch, repeated while that can help, and what its answer means for the events
//! in it. The table of statuses is the service's row.

use std::time::Duration;

use serde_json::{Map, Value};

use super::Sender;
use crate::catalogue::Effect;
use crate::catalogue::operation::Batch;
use crate::engine::deliver::{lost, out_of_time};
use crate::engine::hooks::Scene;
use crate::engine::retry::{self, Trouble};
use crate::engine::transport::Answer;
use crate::engine::{Journey, answer, now};
use crate::error::{Fault, Kind};
use crate::ledger::outbox::Reason;

/// The longest wait that a service is granted in one go.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// The status of a body that is too large.
const TOO_LARGE: u16 = 413;

/// What the service said about the events of a request.
pub(super) enum Said {
    /// It took them.
    Taken,
    /// It takes none of them as they stand together.
    Refused(Reason),
}

/// What an answer that is no success means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// It passes.
    Passing,
    /// One of the events is at fault, or all of them are too much at once.
    Events,
    /// The credential is at fault.
    Account,
    /// Something else that sending again does not change.
    Lasting,
}

fn meaning(batch: &Batch, status: u16) -> Meaning {
    match status {
        401 | 403 => Meaning::Account,
        TOO_LARGE => Meaning::Events,
        status if batch.poisoned.contains(&status) => Meaning::Events,
        501 | 505 => Meaning::Lasting,
        // A success whose body makes no sense: something in between answered.
        200..=299 | 500..=599 => Meaning::Passing,
        status if batch.transient.contains(&status) => Meaning::Passing,
        _ => Meaning::Lasting,
    }
}

impl Sender<'_> {
    /// Sends events that fit into one request.
    ///
    /// # Errors
    /// A failure that is none of these events in particular.
    pub(super) async fn post<E: AsRef<[u8]>>(
        &self,
        events: &[E],
        requests: &mut u32,
    ) -> Result<Said, Fault> {
        self.pace(events.len()).await?;
        // A batch is one call, however often it has to be repeated.
        if self.counted {
            self.engine.access.spend(None)?;
        }
        let journey = Journey::new(self.allowed);
        let args = Map::new();
        let scene = self.scene(&journey, &args);
        let (mut repeats, mut replaced) = (0, false);
        loop {
            let token = self.engine.token(scene).await?;
            let now = now();
            let request = self.request(events, token, repeats, &now)?;
            *requests += 1;
            let sent =
                tokio::time::timeout(journey.left(), self.engine.transport.send(&request, &now));
            let Ok(sent) = sent.await else { return Err(out_of_time(scene, self.allowed)) };
            let (trouble, fault) = match sent? {
                Err(broken) => (broken.trouble, passing(lost(scene, &broken))),
                Ok(answer) => {
                    let Some(fault) = self.complaint(&answer) else { return Ok(Said::Taken) };
                    match meaning(self.batch, answer.status) {
                        Meaning::Events => return Ok(Said::Refused(reason(&fault))),
                        Meaning::Lasting => return Err(lasting(fault)),
                        Meaning::Account => {
                            let token = request.token.as_ref().filter(|_| !replaced);
                            replaced = token.is_some_and(|token| {
                                self.engine.forget_token(scene, token, &fault)
                            });
                            if replaced {
                                continue;
                            }
                            return Err(unwelcome(fault));
                        }
                        Meaning::Passing => {
                            let fault = passing(fault);
                            let retry_after = fault.extra.retry_after;
                            (Trouble::Status { status: answer.status, retry_after }, fault)
                        }
                    }
                }
            };
            repeats += 1;
            let dice = retry::jitter();
            match retry::pause(trouble, repeats, self.patience, dice, journey.left()) {
                Some(time) => journey.pause(time).await,
                None => return Err(fault),
            }
        }
    }

    fn scene<'a>(&'a self, journey: &'a Journey, args: &'a Map<String, Value>) -> Scene<'a> {
        Scene {
            engine: self.engine,
            provider: self.provider,
            operation: self.operation,
            route: self.route(),
            account: &self.account,
            args,
            request: self.template(),
            journey,
        }
    }

    /// The failure in an answer; none in a success.
    fn complaint(&self, answer: &Answer) -> Option<Fault> {
        let title = &self.provider.title;
        match answer::decode(answer, title, None, Effect::Write) {
            Ok(said) if said["success"] == false => {
                let message = format!("{title} API answered {} without success", answer.status);
                Some(Fault::new(Kind::BadAnswer, message).http(answer.status))
            }
            Ok(_) => None,
            Err(fault) => Some(self.engine.cleaned(fault)),
        }
    }
}

fn reason(fault: &Fault) -> Reason {
    let status = fault.extra.http_status;
    let code = if status == Some(TOO_LARGE) { "message_too_large" } else { &*fault.code };
    Reason { code: code.to_owned(), message: fault.message.clone(), http_status: status }
}

/// Worth another try, after a wait of bearable length.
fn passing(mut fault: Fault) -> Fault {
    fault.extra.retryable = Some(true);
    fault.extra.retry_after = fault.extra.retry_after.map(|wait| wait.min(LONGEST_WAIT));
    fault
}

fn lasting(mut fault: Fault) -> Fault {
    fault.extra.retryable = Some(false);
    fault.extra.retry_after = None;
    fault
}

/// Whatever the status, somebody has to look after the account.
fn unwelcome(fault: Fault) -> Fault {
    let kind = Kind::AuthenticationFailed;
    lasting(Fault { kind, ..fault }.code(kind.row().code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn what_a_status_means_is_a_table() {
        let catalogue = Catalogue::new(Vec::new());
        let segment = catalogue.provider("segment").unwrap();
        let batch = segment.services["tracking"].batch.as_ref().unwrap();
        for (statuses, wanted) in [
            (&[408, 410, 429, 460, 500, 502, 503, 504, 599, 200][..], Meaning::Passing),
            (&[400, 413, 422], Meaning::Events),
            (&[401, 403], Meaning::Account),
            (&[402, 404, 405, 415, 451, 501, 505, 301], Meaning::Lasting),
        ] {
            for status in statuses {
                assert_eq!(meaning(batch, *status), wanted, "{status}");
            }
        }
    }
}
