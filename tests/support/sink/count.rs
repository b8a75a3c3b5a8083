//! Counts events: quickly, by their message ids alone, or thoroughly, holding each one against
//! what Segment demands of it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash as _, Hasher};
use std::sync::{Mutex, PoisonError};

use memchr::memmem;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Look;
use super::faults::Fault;
use super::http::Request;

/// Segment's limits.
const MESSAGE_BYTES: usize = 32 * 1024;
const BATCH_BYTES: usize = 500 * 1024;
const BATCH_EVENTS: usize = 2_500;
/// How far `sentAt` may be from now, in seconds: it is the time of sending, set anew each time.
const SENT_WITHIN: f64 = 30.0;
/// So many complaints are kept word by word.
const COMPLAINTS: usize = 20;

/// What has arrived.
#[derive(Debug, Default)]
pub struct Count {
    /// Events taken, again ones included.
    pub received: u64,
    /// Events without a message id.
    pub without_id: u64,
    /// Events and requests that Segment would refuse or drop.
    pub bad: u64,
    /// The first of them, in words.
    pub complaints: Vec<String>,
    /// Bytes of bodies on the wire, and unpacked.
    pub wire_bytes: u64,
    pub json_bytes: u64,
    /// What was made to go wrong, by name.
    pub faults: BTreeMap<&'static str, u64>,
    /// Every message id's digest.
    ids: HashSet<u64, BuildHasherDefault<Digest>>,
    /// Every event by its message id, when looked at thoroughly.
    pub held: HashMap<String, Held>,
}

/// One event as it arrived.
#[derive(Debug, Clone)]
pub struct Held {
    /// The event but for `sentAt`.
    pub event: Value,
    /// How often it came.
    pub times: u64,
}

impl Count {
    /// Different message ids so far.
    pub fn unique(&self) -> u64 {
        self.ids.len() as u64
    }

    pub(super) fn went_wrong(&mut self, fault: Fault) {
        *self.faults.entry(fault.name()).or_default() += 1;
    }

    fn complain(&mut self, about: impl FnOnce() -> String) {
        self.bad += 1;
        if self.complaints.len() < COMPLAINTS {
            self.complaints.push(about());
        }
    }

    fn hold(&mut self, id: &str, event: Value) {
        self.ids.insert(digest(id.as_bytes()));
        match self.held.get_mut(id) {
            Some(held) => {
                held.times += 1;
                if held.event != event {
                    let before = held.event.to_string();
                    self.complain(|| format!("{id} came back changed: {before} and {event}"));
                }
            }
            None => {
                self.held.insert(id.to_owned(), Held { event, times: 1 });
            }
        }
    }
}

/// Takes the events of one request; the status that Segment would answer.
pub(super) fn take(request: &Request, look: Look, count: &Mutex<Count>) -> u16 {
    // Found before the lock is taken: connections should wait for each other as little as they can.
    let ids = if look == Look::Quick { ids(&request.body) } else { Vec::new() };
    let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
    count.wire_bytes += request.wire_bytes as u64;
    count.json_bytes += request.body.len() as u64;
    if look == Look::Thorough {
        return match check(request, &mut count) {
            Ok(()) => 200,
            Err(Refusal(status, why)) => {
                count.complain(|| format!("{}: {why}", request.path()));
                status
            }
        };
    }
    if ids.is_empty() {
        let events = memmem::find_iter(&request.body, br#""type":"#).count() as u64;
        count.received += events;
        count.without_id += events;
    }
    count.received += ids.len() as u64;
    count.ids.extend(ids);
    200
}

/// Digests of the message ids in a body, wherever they stand.
fn ids(body: &[u8]) -> Vec<u64> {
    const KEY: &[u8] = br#""messageId""#;
    let found = memmem::find_iter(body, KEY).filter_map(|at| {
        let rest = &body[at + KEY.len()..];
        let start = memchr::memchr(b'"', rest)? + 1;
        let end = memchr::memchr(b'"', &rest[start..])?;
        Some(digest(&rest[start..start + end]))
    });
    found.collect()
}

fn digest(id: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

/// A digest is its own hash.
#[derive(Debug, Default)]
struct Digest(u64);

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, byte| sum.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

struct Refusal(u16, String);

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow)]
    batch: Vec<&'a RawValue>,
    #[serde(rename = "sentAt")]
    sent_at: Option<String>,
    #[serde(rename = "writeKey")]
    write_key: Option<String>,
}

/// Holds a request against what Segment demands of it.
fn check(request: &Request, count: &mut Count) -> Result<(), Refusal> {
    let refuse = |status, why: &str| Err(Refusal(status, why.to_owned()));
    if !request.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
        return refuse(400, "not sent as JSON");
    }
    if request.body.len() > BATCH_BYTES {
        return refuse(400, "larger than a request may be");
    }
    let keyed = request.header("authorization").is_some();
    let kind = request.path().trim_start_matches("/v1/").trim_end_matches('/');
    if !["batch", "import", "b"].contains(&kind) {
        let mut event: Value = serde_json::from_slice(&request.body)
            .map_err(|error| Refusal(400, error.to_string()))?;
        if !keyed && event["writeKey"].as_str().is_none_or(str::is_empty) {
            return refuse(400, "no write key");
        }
        let Some(fields) = event.as_object_mut() else { return refuse(400, "not an object") };
        fields.entry("type").or_insert_with(|| kind.into());
        let size = request.body.len();
        return one(event, size, None, count).map_err(|why| Refusal(400, why));
    }
    let batch: Batch<'_> =
        serde_json::from_slice(&request.body).map_err(|error| Refusal(400, error.to_string()))?;
    if !keyed && batch.write_key.as_deref().is_none_or(str::is_empty) {
        return refuse(400, "no write key");
    }
    if batch.batch.is_empty() || batch.batch.len() > BATCH_EVENTS {
        // Segment's own way: it says yes and drops them all.
        return refuse(200, &format!("{} events", batch.batch.len()));
    }
    let mut largest = batch.batch.iter().map(|raw| raw.get().len());
    if largest.any(|size| size > MESSAGE_BYTES) {
        return refuse(400, "an event larger than one may be");
    }
    for raw in &batch.batch {
        let event = serde_json::from_str(raw.get()).map_err(|e| Refusal(400, e.to_string()))?;
        if let Err(why) = one(event, raw.get().len(), batch.sent_at.as_deref(), count) {
            count.complain(|| format!("{why}: {raw}"));
        }
    }
    Ok(())
}

/// Takes one event, or says what is wrong with it.
fn one(mut event: Value, size: usize, sent: Option<&str>, count: &mut Count) -> Result<(), String> {
    count.received += 1;
    if size > MESSAGE_BYTES {
        return Err("larger than an event may be".to_owned());
    }
    let own = event.as_object_mut().and_then(|fields| fields.remove("sentAt"));
    let sent = own.as_ref().and_then(Value::as_str).or(sent).ok_or("no sentAt")?;
    let sent: jiff::Timestamp = sent.parse().map_err(|_| "sentAt is no time")?;
    let age = jiff::Timestamp::now().duration_since(sent).as_secs_f64();
    if age.abs() > SENT_WITHIN {
        return Err(format!("sentAt is {age:.0} s away from now"));
    }
    let Some(id) = event["messageId"].as_str().map(str::to_owned).filter(|id| !id.is_empty())
    else {
        count.without_id += 1;
        return Err("no messageId".to_owned());
    };
    if id.len() > 100 {
        return Err("the messageId is too long".to_owned());
    }
    let time = event["timestamp"].as_str().map(str::parse::<jiff::Timestamp>);
    let Some(Ok(_)) = time else { return Err("no timestamp".to_owned()) };
    let has = |field: &str| event[field].as_str().is_some_and(|text| !text.is_empty());
    let whole = match event["type"].as_str().unwrap_or_default() {
        "track" => has("event"),
        "identify" | "page" | "screen" => true,
        "group" => has("groupId"),
        "alias" => has("previousId") && has("userId"),
        _ => false,
    };
    let objects = ["properties", "traits", "context", "integrations"];
    let shaped = objects.iter().all(|key| event.get(key).is_none_or(Value::is_object));
    if !whole || !shaped || !(has("userId") || has("anonymousId")) {
        return Err("not an event that Segment keeps".to_owned());
    }
    count.hold(&id, event);
    Ok(())
}
