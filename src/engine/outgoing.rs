//! Events that are kept instead of sent at once: which those are, where they belong, and how they go
//! into the outbox. Sending what is in it is the courier's business.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::account::Account;
use super::call::{Call, Delivery, Options, Outcome, Run};
use super::policy::Verdict;
use super::{Bound, Engine};
use crate::catalogue::operation::Batch;
use crate::catalogue::{Effect, Operation, Provider, Route};
use crate::error::{Fault, Kind};
use crate::ledger::outbox::{Item, Outbox, Place, lane_of};
use crate::settings::Origin;

/// The outbox, and what is known of the accounts that use it.
pub struct Outgoing {
    /// Where events are kept.
    pub outbox: Box<dyn Outbox>,
    /// Where the events of each account belong: a run asks for the same few with every call.
    places: Mutex<HashMap<Account, Arc<Place>>>,
    /// How the events of each account are delivered when a call does not say.
    usual: Mutex<HashMap<Account, Delivery>>,
}

impl Outgoing {
    /// What keeps events in `outbox`.
    pub fn new(outbox: Box<dyn Outbox>) -> Self {
        Self { outbox, places: Mutex::default(), usual: Mutex::default() }
    }
}

/// An operation whose events can be kept.
pub(super) struct Keeping<'a> {
    pub(super) provider: &'a Provider,
    pub(super) operation: &'a Operation,
    pub(super) route: &'a Route,
    pub(super) account: &'a Account,
    pub(super) batch: &'a Batch,
}

impl Engine {
    /// How to keep what a call sends; none when it is to be sent at once, or cannot be kept.
    pub(super) fn keeping<'a>(
        &self,
        (provider, operation, route): (&'a Provider, &'a Operation, &'a Route),
        account: &'a Account,
        options: &Options,
    ) -> Option<Keeping<'a>> {
        let batch = provider.services[&route.service].batch.as_ref()?;
        let event = operation.effect == Effect::Write && route.method == "POST";
        if !event || options.dry_run || self.delivery(account, options) == Delivery::Direct {
            return None;
        }
        Some(Keeping { provider, operation, route, account, batch })
    }

    /// How the events of an account are delivered: as the call says, the run, the account, the
    /// provider, the settings in general; else directly.
    pub fn delivery(&self, account: &Account, options: &Options) -> Delivery {
        if let Some(delivery) = options.delivery {
            return delivery;
        }
        let mut usual = self.outgoing.usual.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(delivery) = usual.get(account) {
            return *delivery;
        }
        let Account { provider, name, .. } = account;
        let setting = |key: &str| {
            let setting = self.settings.get(key)?;
            Some((Delivery::parse(setting.value.as_str()?)?, &setting.origin))
        };
        let general = setting("delivery");
        let of_run = |origin: &Origin| matches!(origin, Origin::Environment(_) | Origin::Flag(_));
        let delivery = general
            .filter(|(_, origin)| of_run(origin))
            .or_else(|| setting(&format!("integrations.{provider}.accounts.{name}.delivery")))
            .or_else(|| setting(&format!("integrations.{provider}.delivery")))
            .or(general)
            .map_or(Delivery::Direct, |(delivery, _)| delivery);
        usual.insert(account.clone(), delivery);
        delivery
    }

    /// Completes, checks and keeps what a call sends, once it is agreed to.
    ///
    /// # Errors
    /// As for a call that is sent at once; nothing is kept then.
    pub(super) async fn put_by(
        &self,
        keeping: Keeping<'_>,
        args: Map<String, Value>,
        call: &Call,
        permit: Verdict,
        run: &mut Run,
    ) -> Result<Outcome, Fault> {
        let Keeping { provider, operation, route, account, .. } = keeping;
        // Who is asked sees the arguments as they were given.
        let asked = (permit == Verdict::NeedsConsent).then(|| args.clone());
        let row = (provider, operation, route);
        let (body, warnings) = self.prepare(row, account, &call.options, args)?;
        run.warnings = warnings;
        run.forced = permit == Verdict::Forced;
        if let Some(args) = &asked {
            let request = &self.bind(provider, operation, route, account, &body)?;
            let bound = Bound { provider, operation, route, account, args, request };
            self.consent(&bound, call).await?;
        }
        self.access.spend(call.options.grant.as_ref())?;
        self.keep(keeping, body, run).await
    }

    /// Keeps a checked event, or every event of a checked batch.
    ///
    /// # Errors
    /// When they cannot be kept; none of them counts as accepted then.
    async fn keep(
        &self,
        keeping: Keeping<'_>,
        body: Map<String, Value>,
        run: &mut Run,
    ) -> Result<Outcome, Fault> {
        let Keeping { operation, route, batch, .. } = keeping;
        let items = if operation.name == batch.operation {
            apart(batch, body)?
        } else {
            vec![item(batch, Some(kind_of(route)), &body)?]
        };
        self.put_into(&keeping, items, run).await
    }

    /// Puts an event, or all of a batch, into the outbox.
    ///
    /// # Errors
    /// As [`Self::keep`].
    pub(super) async fn put_into(
        &self,
        keeping: &Keeping<'_>,
        items: Vec<Item>,
        run: &mut Run,
    ) -> Result<Outcome, Fault> {
        let place = self.known_place(keeping)?;
        let mut result = Map::new();
        result.insert("success".into(), json!(true));
        result.insert("status".into(), json!("queued"));
        if keeping.operation.name == keeping.batch.operation {
            let ids: Vec<&str> = items.iter().map(|item| item.message_id.as_str()).collect();
            result.insert("count".into(), json!(ids.len()));
            result.insert("message_ids".into(), json!(ids));
        } else {
            run.message_id = items.first().map(|item| item.message_id.clone());
            result.insert("message_id".into(), json!(run.message_id));
        }
        self.outgoing.outbox.append(&place, items).await?;
        result.insert("accepted_by".into(), json!("outbox"));
        Ok(Outcome { value: Value::Object(result), queued: true, ..Outcome::default() })
    }

    fn known_place(&self, keeping: &Keeping<'_>) -> Result<Arc<Place>, Fault> {
        let Keeping { provider, route, account, .. } = keeping;
        let places = || self.outgoing.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places().get(*account) {
            return Ok(Arc::clone(place));
        }
        let service = &provider.services[&route.service];
        let place = Arc::new(self.place_of(provider, account, &route.service, service)?);
        places().insert((*account).clone(), Arc::clone(&place));
        Ok(place)
    }
}

/// The word for the events of a route: the last one of its path.
pub(super) fn kind_of(route: &Route) -> &str {
    route.path.rsplit('/').next().unwrap_or_default()
}

/// An event as it stands in a batch.
fn item(batch: &Batch, kind: Option<&str>, event: &Map<String, Value>) -> Result<Item, Fault> {
    let text = |field: &String| event.get(field).and_then(Value::as_str);
    let message_id = text(&batch.id).unwrap_or_default().to_owned();
    let lane = lane_of(batch.subject.iter().find_map(text).unwrap_or_default());
    let mut body = Vec::with_capacity(512);
    if let Some(kind) = kind {
        body.extend_from_slice(format!("{{\"{}\":\"{kind}\"", batch.kind).as_bytes());
    }
    let begin = body.len();
    serde_json::to_writer(&mut body, event)
        .map_err(|why| Fault::new(Kind::Internal, format!("an event cannot be written: {why}")))?;
    if kind.is_some() {
        // What was an object by itself goes on in the one that was begun.
        body[begin] = b',';
    }
    if body.len() > batch.event_bytes {
        let (bytes, most) = (body.len(), batch.event_bytes);
        let message = format!("the event has {bytes} bytes, {most} is the limit");
        return Err(Fault::new(Kind::EventInvalid, message).code("message_too_large"));
    }
    Ok(Item { message_id, lane, body })
}

/// The events of a batch, each with what the batch says for all of them.
fn apart(batch: &Batch, mut body: Map<String, Value>) -> Result<Vec<Item>, Fault> {
    let events = match body.shift_remove(&batch.list) {
        Some(Value::Array(events)) => events,
        _ => Vec::new(),
    };
    let merged = batch.library.as_deref().and_then(|path| path.split('.').next());
    let mut items = Vec::with_capacity(events.len());
    for (index, event) in events.into_iter().enumerate() {
        let Value::Object(mut event) = event else { continue };
        for (key, value) in &body {
            match (event.get_mut(key), value) {
                (None, value) => drop(event.insert(key.clone(), value.clone())),
                (Some(Value::Object(own)), Value::Object(all)) if merged == Some(key) => {
                    for (key, value) in all {
                        own.entry(key).or_insert_with(|| value.clone());
                    }
                }
                _ => {}
            }
        }
        items.push(item(batch, None, &event).map_err(|mut fault| {
            fault.message = format!("{}[{index}]: {}", batch.list, fault.message);
            fault
        })?);
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn batch() -> Batch {
        let catalogue = Catalogue::new(Vec::new());
        let service = &catalogue.provider("segment").unwrap().services["tracking"];
        service.batch.clone().unwrap()
    }

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn an_event_is_kept_as_it_stands_in_a_batch() {
        let event = json!({"userId": "u", "messageId": "m", "event": "E"});
        let item = item(&batch(), Some("track"), &object(&event)).unwrap();
        assert_eq!((&*item.message_id, item.lane), ("m", lane_of("u")));
        let body = String::from_utf8(item.body).unwrap();
        assert_eq!(body, r#"{"type":"track","userId":"u","messageId":"m","event":"E"}"#);
    }

    #[test]
    fn whoever_an_event_is_about_decides_on_its_lane() {
        let lane = |event: Value| item(&batch(), None, &object(&event)).unwrap().lane;
        let known = lane(json!({"userId": "u", "anonymousId": "a", "messageId": "1"}));
        assert_eq!(known, lane(json!({"anonymousId": "b", "userId": "u", "messageId": "2"})));
        assert_eq!(lane(json!({"anonymousId": "a", "messageId": "3"})), lane_of("a"));
    }

    #[test]
    fn what_a_batch_says_for_all_goes_into_each() {
        let body = json!({
            "batch": [
                {"type": "track", "messageId": "1", "context": {"ip": "9", "locale": "de"}},
                {"type": "track", "messageId": "2", "integrations": {"All": true}},
            ],
            "context": {"ip": "0", "app": {}}, "integrations": {"All": false, "X": true},
        });
        let items = apart(&batch(), object(&body)).unwrap();
        let events: Vec<Value> =
            items.iter().map(|item| serde_json::from_slice(&item.body).unwrap()).collect();
        assert_eq!(events[0]["context"], json!({"ip": "9", "locale": "de", "app": {}}));
        assert_eq!(events[0]["integrations"], json!({"All": false, "X": true}));
        assert_eq!(events[1]["integrations"], json!({"All": true}), "its own, nothing else");
    }

    #[test]
    fn an_event_that_is_too_large_names_its_place() {
        let large = "x".repeat(40_000);
        let body = json!({"batch": [{"messageId": "1"}, {"messageId": "2", "event": large}]});
        let fault = apart(&batch(), object(&body)).unwrap_err();
        assert_eq!((&*fault.code, fault.exit()), ("message_too_large", 12));
        assert!(fault.message.starts_with("batch[1]: "), "{}", fault.message);
    }
}
