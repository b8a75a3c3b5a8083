//! The Tracking API: takes messages in at the door as Segment does (size, key, JSON) and then says,
//! in what it remembers, what Segment would only show later. Also the e-mail pixel and the settings
//! that tell a known write key from an unknown one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::blocked;
use super::core::Core;
use super::event::{KINDS, rejection};
use super::exchange::{Answer, Request, decode};
use super::face::Face;
use super::state::{Event, State, Status};

/// The largest single message, in bytes.
const MESSAGE_BYTES: usize = 32 * 1024;
/// The largest batch request, in bytes.
const BATCH_BYTES: usize = 500 * 1024;
/// The most messages in a batch; more are accepted and all dropped.
const BATCH_MESSAGES: usize = 2_500;

/// The paths that take many messages at once.
const BATCHES: &[&str] = &["batch", "import", "b"];

/// A transparent image of one pixel.
const PIXEL: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x01D\0;";

/// Answers a request below `/v1/`; none when this API has no such path.
pub(super) fn answer(core: &Core, request: &Request) -> Option<Answer> {
    let path = request.path.strip_prefix("/v1/").unwrap_or_default().trim_end_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let taken = match (request.method.as_str(), parts.as_slice()) {
        ("GET", ["pixel", call]) => return Some(pixel(core, request, call)),
        ("GET", ["projects", key, "settings"]) => {
            return Some(settings(&core.state(), &decode(key)));
        }
        ("POST", [call]) if BATCHES.contains(call) => batch(core, request),
        ("POST", [call]) => single(core, request, kind_of(call)?),
        _ => return None,
    };
    Some(match taken {
        Ok(()) => Answer::json(200, &json!({"success": true})),
        Err(Refused(status, why)) => Face::Tracking.error(status, why, None, None),
    })
}

/// The kind of message that a path's last part names, written out or as one letter.
fn kind_of(call: &str) -> Option<&'static str> {
    KINDS.iter().find(|(name, short)| *name == call || *short == call).map(|(name, _)| *name)
}

/// A request turned away at the door.
struct Refused(u16, &'static str);

fn single(core: &Core, request: &Request, kind: &str) -> Result<(), Refused> {
    let body = unpack(request)?;
    if body.len() > MESSAGE_BYTES {
        return Err(Refused(400, "the message is larger than 32 KB"));
    }
    let mut message = object(&body)?;
    let key = write_key(core, request, &mut message)?;
    message.insert("type".into(), json!(kind));
    core.remember(true, |state, now| state.record(judge(state, &key, message, None, now)));
    Ok(())
}

fn batch(core: &Core, request: &Request) -> Result<(), Refused> {
    let body = unpack(request)?;
    if body.len() > BATCH_BYTES {
        return Err(Refused(400, "the batch is larger than 500 KiB"));
    }
    let mut envelope = object(&body)?;
    let key = write_key(core, request, &mut envelope)?;
    let Some(Value::Array(items)) = envelope.swap_remove("batch") else {
        return Err(Refused(400, "`batch` must be an array"));
    };
    let mut messages = Vec::with_capacity(items.len());
    for item in items {
        if item.to_string().len() > MESSAGE_BYTES {
            return Err(Refused(400, "a message in the batch is larger than 32 KB"));
        }
        let Value::Object(message) = item else {
            return Err(Refused(400, "every message in a batch must be an object"));
        };
        messages.push(merged(&envelope, message));
    }
    let whole = match messages.len() {
        0 => Some("empty_batch"),
        count if count > BATCH_MESSAGES => Some("too_many_messages"),
        _ => None,
    };
    if messages.is_empty() {
        messages.push(Map::from_iter([("type".to_owned(), json!("batch"))]));
    }
    core.remember(true, |state, now| {
        for message in messages {
            let event = judge(state, &key, message, whole, now);
            state.record(event);
        }
    });
    Ok(())
}

/// The e-mail pixel answers with its image whatever it was asked.
fn pixel(core: &Core, request: &Request, call: &str) -> Answer {
    let message = request
        .query(&["data"])
        .and_then(|data| STANDARD.decode(data.replace(' ', "+")).ok())
        .and_then(|bytes| object(&bytes).ok());
    if let (Some(kind), Some(mut message)) = (kind_of(call), message)
        && let Ok(key) = write_key(core, request, &mut message)
    {
        message.insert("type".into(), json!(kind));
        core.remember(true, |state, now| state.record(judge(state, &key, message, None, now)));
    }
    Answer::typed(200, "image/gif", PIXEL)
}

/// What the CDN tells a library about a write key.
fn settings(state: &State, key: &str) -> Answer {
    match state.source_of(key) {
        Some(_) => Answer::json(
            200,
            &json!({
                "integrations": {"Segment.io": {"apiKey": key, "unbundledIntegrations": []}},
                "plan": {}, "edgeFunction": {},
            }),
        ),
        None => Answer::text(404, "Invalid path or write key provided"),
    }
}

fn unpack(request: &Request) -> Result<Vec<u8>, Refused> {
    let media_type = request.header("content-type").unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(Refused(400, "Content-Type must be application/json"));
    }
    request.plain().map_err(|why| Refused(400, why))
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Refused> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Refused(400, "the body must be a JSON object")),
        Err(_) => Err(Refused(400, "the body is not JSON")),
    }
}

/// The key that names the source: HTTP Basic first, then the body, from which it is taken out so
/// that no message keeps it.
fn write_key(
    core: &Core,
    request: &Request,
    body: &mut Map<String, Value>,
) -> Result<String, Refused> {
    let in_body = body.shift_remove("writeKey");
    if let Some(token) = request.credentials("bearer")
        && !core.tokens.allow(token, "tracking_api:write")
    {
        return Err(Refused(401, "the token does not allow this"));
    }
    let key = match request.basic_user() {
        Some(user) => user.map_err(|why| Refused(400, why))?,
        None => in_body.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned(),
    };
    if key.is_empty() { Err(Refused(400, "no write key was given")) } else { Ok(key) }
}

/// A message of a batch with what the whole batch says of all its messages.
fn merged(envelope: &Map<String, Value>, mut message: Map<String, Value>) -> Map<String, Value> {
    message.shift_remove("writeKey");
    for key in ["context", "integrations"] {
        let Some(Value::Object(all)) = envelope.get(key) else { continue };
        // A message whose own part is no object keeps it as it is.
        let Value::Object(own) = message.entry(key).or_insert_with(|| json!({})) else { continue };
        for (name, value) in all {
            own.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    if let Some(sent_at) = envelope.get("sentAt") {
        message.entry("sentAt").or_insert_with(|| sent_at.clone());
    }
    message
}

/// What becomes of a message that got through the door.
fn judge(
    state: &State,
    key: &str,
    mut message: Map<String, Value>,
    whole: Option<&'static str>,
    now: Timestamp,
) -> Event {
    let kind = message.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let source = state.source_of(key);
    let reason = match source {
        None => Some("unknown_write_key"),
        Some(source) if source["enabled"] == json!(false) => Some("source_disabled"),
        Some(_) => whole.or_else(|| rejection(&kind, &message)),
    };
    let blocked = source
        .filter(|_| reason.is_none())
        .and_then(|source| blocked::reason(state, source, &kind, &message));
    let text = |key: &str| message.get(key).and_then(Value::as_str).map(str::to_owned);
    let message_id = text("messageId")
        .filter(|id| !id.is_empty())
        .unwrap_or_else(|| format!("api-{}", uuid::Uuid::new_v4()));
    let event = Event {
        received_at: now,
        timestamp: happened(&message, now),
        kind,
        user_id: text("userId"),
        anonymous_id: text("anonymousId"),
        source: source.and_then(|source| source["id"].as_str()).map(str::to_owned),
        status: match (reason, blocked) {
            (Some(_), _) => Status::Rejected,
            (None, Some(_)) => Status::Filtered,
            (None, None) => Status::Delivered,
        },
        reason: reason.or(blocked).map(str::to_owned),
        message_id: message_id.clone(),
        message: Map::new(),
    };
    message.insert("messageId".into(), json!(message_id));
    Event { message, ..event }
}

/// `receivedAt − (sentAt − originalTimestamp)`: the sender's clock is not trusted, only the time
/// it says went by.
fn happened(message: &Map<String, Value>, now: Timestamp) -> Timestamp {
    let time = |key: &str| message.get(key)?.as_str()?.parse::<Timestamp>().ok();
    let Some(original) = time("timestamp") else { return now };
    let Some(sent) = time("sentAt") else { return original };
    let waited: SignedDuration = sent.duration_since(original);
    now.checked_sub(waited).unwrap_or(original)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_it_happened_does_not_depend_on_the_senders_clock() {
        let now: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
        let at = |message: Value| happened(message.as_object().unwrap(), now).to_string();
        let skewed = json!({"timestamp": "2020-05-05T00:00:00Z", "sentAt": "2020-05-05T00:01:00Z"});
        assert_eq!(at(skewed), "2026-01-01T11:59:00Z");
        assert_eq!(at(json!({"timestamp": "2025-01-01T00:00:00Z"})), "2025-01-01T00:00:00Z");
        assert_eq!(at(json!({"timestamp": "yesterday"})), "2026-01-01T12:00:00Z");
    }

    #[test]
    fn what_a_batch_says_of_all_yields_to_what_a_message_says_itself() {
        let envelope = json!({"context": {"ip": "1.1.1.1", "locale": "de"}, "sentAt": "T"});
        let message = json!({"context": {"ip": "2.2.2.2"}, "writeKey": "key"});
        let merged = merged(envelope.as_object().unwrap(), message.as_object().unwrap().clone());
        assert_eq!(
            Value::Object(merged),
            json!({"context": {"ip": "2.2.2.2", "locale": "de"}, "sentAt": "T"})
        );
    }
}
