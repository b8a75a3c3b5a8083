//! The sink's own small interface, for who runs it as a process: what arrived, what is missing,
//! begin anew, go wrong.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::State;
use super::count::Count;
use super::faults::Faults;

/// What has arrived, in numbers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    pub requests: u64,
    pub received: u64,
    pub unique: u64,
    pub duplicates: u64,
    pub without_id: u64,
    pub bad: u64,
    pub complaints: Vec<String>,
    pub wire_bytes: u64,
    pub json_bytes: u64,
    pub faults: Value,
    pub cpu_us: u64,
}

impl Report {
    pub(super) fn new(count: &Count, requests: u64, cpu_us: u64) -> Self {
        Self {
            requests,
            received: count.received,
            unique: count.unique(),
            duplicates: (count.received - count.without_id).saturating_sub(count.unique()),
            without_id: count.without_id,
            bad: count.bad,
            complaints: count.complaints.clone(),
            wire_bytes: count.wire_bytes,
            json_bytes: count.json_bytes,
            faults: serde_json::to_value(&count.faults).unwrap(),
            cpu_us,
        }
    }
}

/// `report`, `reset`, `missing?upto=N` and `faults?seed=N&per_mille=N&delay_ms=N&retry_after=N`.
pub(super) fn answer(path: &str, state: &State) -> (u16, String) {
    let (what, query) = path.split_once('?').unwrap_or((path, ""));
    let number = |key: &str| -> u64 {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(name, _)| *name == key);
        found.and_then(|(_, value)| value.parse().ok()).unwrap_or_default()
    };
    match what {
        "report" => (200, serde_json::to_string(&state.report()).unwrap()),
        "reset" => {
            state.reset();
            (200, "{}".to_owned())
        }
        "missing" => {
            let missing = missing(&state.count(), number("upto"));
            (200, serde_json::json!({ "missing": missing }).to_string())
        }
        "faults" => {
            *state.faults.lock().unwrap() = Faults {
                seed: number("seed"),
                per_mille: number("per_mille"),
                delay: Duration::from_millis(number("delay_ms")),
                retry_after: number("retry_after"),
            };
            (200, "{}".to_owned())
        }
        _ => (404, "{}".to_owned()),
    }
}

/// How many of the events numbered from 1 (`properties.n`) have not arrived.
fn missing(count: &Count, upto: u64) -> u64 {
    let numbers = count.held.values().filter_map(|held| held.event["properties"]["n"].as_u64());
    let seen: BTreeSet<u64> = numbers.filter(|n| (1..=upto).contains(n)).collect();
    upto - seen.len() as u64
}

/// Asks a sink, as its own process, for one of the above.
pub fn ask(url: &str, what: &str) -> Value {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let head =
        format!("GET /control/{what} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}
