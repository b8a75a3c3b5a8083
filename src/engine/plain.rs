//! Events that are plainly right as they stand: they are kept without being taken apart. Whatever a
//! quick look (`scan`) is not certain of goes the way of every other call, and says the same.

use serde_json::Map;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::account::Account;
use super::args::Args;
use super::call::{Call, Outcome, Run};
use super::import::kinds;
use super::outgoing::{Keeping, kind_of};
use super::policy::Verdict;
use super::scan::Scanner;
use super::{Engine, now};
use crate::catalogue::operation::Batch;
use crate::catalogue::{Operation, Provider, Route};
use crate::error::Fault;
use crate::ledger::outbox::{Item, lane_of};

/// What a call sends, ready to be kept.
pub(super) struct Plain<'a> {
    keeping: Keeping<'a>,
    items: Vec<Item>,
    forced: bool,
}

impl Engine {
    /// What a call sends, when it is to be kept, may be kept, and is plainly right as it stands.
    pub(super) fn plain<'a>(
        &self,
        row: (&'a Provider, &'a Operation, &'a Route),
        account: &'a Account,
        call: &Call,
    ) -> Option<Plain<'a>> {
        let Args::Json(text) = &call.args else { return None };
        let keeping = self.keeping(row, account, &call.options)?;
        let masked = keeping.provider.services[&keeping.route.service].mask.is_some();
        if completes(keeping.operation) || masked {
            return None;
        }
        // Everything else, a refusal too, is said when all of the call has been looked at.
        let permit = self.permit(keeping.operation, account, call, &Map::new()).ok()?;
        if !matches!(permit, Verdict::Pass | Verdict::Forced) {
            return None;
        }
        let provider = keeping.provider;
        if let Some(hooks) = self.hooks(&provider.name)
            && hooks.held(self, provider, account, &call.options).unwrap_or(true)
        {
            return None;
        }
        let items = items(&keeping, text)?;
        Some(Plain { keeping, items, forced: permit == Verdict::Forced })
    }

    /// Keeps it.
    ///
    /// # Errors
    /// When it cannot be kept; none of it counts as accepted then.
    pub(super) async fn pass_on(
        &self,
        plain: Plain<'_>,
        call: &Call,
        run: &mut Run,
    ) -> Result<Outcome, Fault> {
        let Plain { keeping, items, forced } = plain;
        run.forced = forced;
        self.access.spend(call.options.grant.as_ref())?;
        self.put_into(&keeping, items, run).await
    }
}

/// Whether a row adds something of its own to what its caller gives.
fn completes(operation: &Operation) -> bool {
    let own = operation.custom.is_some() || operation.each.is_some();
    own || operation.params.values().any(|param| param.field.is_some() || param.default.is_some())
}

/// The event of a call, or all events of a batch; none when one of them is not plainly right.
fn items(keeping: &Keeping<'_>, text: &str) -> Option<Vec<Item>> {
    let Keeping { provider, operation, route, batch, .. } = keeping;
    let now = &now();
    if operation.name != batch.operation {
        let scanner = Scanner::new(batch, &[(kind_of(route), operation)]);
        return Some(vec![item(&scanner, batch, text, Some(kind_of(route)), now)?]);
    }
    let events: Vec<&RawValue> = match text.as_bytes().first() {
        Some(b'[') => serde_json::from_str(text).ok()?,
        _ => return None,
    };
    let scanner = Scanner::new(batch, &kinds(provider, &route.service));
    let item = |event: &&RawValue| item(&scanner, batch, event.get(), None, now);
    (!events.is_empty()).then(|| events.iter().map(item).collect())?
}

/// An event with what it lacks: its kind, an id, a time.
fn item(
    scanner: &Scanner<'_>,
    batch: &Batch,
    event: &str,
    kind: Option<&str>,
    now: &str,
) -> Option<Item> {
    let seen = scanner.look(event.as_bytes(), kind, now)?;
    let message_id = match &seen.id {
        Some(id) => id.clone().into_owned(),
        None => Uuid::new_v4().to_string(),
    };
    let mut body = Vec::with_capacity(event.len() + 150);
    seen.complete(event.as_bytes(), (batch, kind), (&message_id, now), &mut body);
    Some(Item { message_id, lane: lane_of(&seen.subject), body })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use serde_json::{Value, json};

    /// What is kept of a call of `function` as it stands.
    fn kept(function: &str, text: &str) -> Option<Vec<(Item, Value)>> {
        let catalogue = Catalogue::new(Vec::new());
        let provider = catalogue.provider("segment").unwrap();
        let operation = provider.operation(function).unwrap();
        let route = operation.route();
        let account = &Account {
            provider: "segment".into(),
            name: "default".into(),
            emulated: false,
            elsewhere: None,
        };
        let batch = provider.services[&route.service].batch.as_ref().unwrap();
        let items = items(&Keeping { provider, operation, route, account, batch }, text)?;
        let body = |item: &Item| serde_json::from_slice(&item.body).unwrap();
        Some(
            items
                .into_iter()
                .map(|item| (body(&item), item))
                .map(|(body, item)| (item, body))
                .collect(),
        )
    }

    #[test]
    fn an_event_gets_what_it_lacks_and_nothing_else() {
        let text = r#"{"event":"A","properties":{"b":[1,2.50]},"userId":"u"}"#;
        let (item, body) = kept("track_event", text).unwrap().remove(0);
        assert_eq!((&body["type"], &body["event"]), (&json!("track"), &json!("A")));
        assert_eq!(body["properties"].to_string(), r#"{"b":[1,2.50]}"#);
        assert_eq!((&body["messageId"], item.lane), (&json!(item.message_id), lane_of("u")));
        assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!(body.as_object().unwrap().len(), 6);
        let own = r#"{"userId":"u","messageId":"m","timestamp":"2026-01-01T00:00:00Z"}"#;
        let (item, body) = kept("identify_user", own).unwrap().remove(0);
        assert_eq!((&*item.message_id, body.as_object().unwrap().len()), ("m", 4));
    }

    #[test]
    fn a_batch_is_kept_whole_or_looked_at_whole() {
        let text = r#"[{"type":"track","event":"A","userId":"u"},{"type":"page","userId":"v"}]"#;
        let whole = kept("batch", text).unwrap();
        let kinds: Vec<&Value> = whole.iter().map(|(_, body)| &body["type"]).collect();
        assert_eq!(kinds, ["track", "page"]);
        for text in [
            r#"[{"type":"track","event":"A","userId":"u"},{"type":"page"}]"#,
            r#"[{"type":"track","event":"A","userId":"u"},1]"#,
            r#"{"batch":[{"type":"track","event":"A","userId":"u"}]}"#,
            "[]",
        ] {
            assert!(kept("batch", text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_not_plainly_right_goes_the_way_of_every_call() {
        for (function, text) in [
            ("track_event", r#"{"event":"A"}"#),
            ("track_event", r#"{"event":"A","user_id":"u"}"#),
            ("track_event", r#"{"event":"A","userId":7}"#),
            ("track_event", r#"{"event":"A","userId":"u","context":{}}"#),
            ("track_event", r#"{"event":"A","userId":"u","type":"track"}"#),
            ("alias_user", r#"{"userId":"u"}"#),
        ] {
            assert!(kept(function, text).is_none(), "{text}");
        }
    }
}
