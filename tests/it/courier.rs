//! Batches on their way to the service: what they hold, and what becomes of their events when it
//! refuses, fails, or asks to wait.

mod drain;
mod send;

use std::future::Future;
use std::sync::Arc;

use kosmo::emulator::Emulator;
use kosmo::runtime::Runtime;
use serde_json::{Value, json};

use crate::emulator::{WRITE_KEY, failing};
use crate::service::runtime;

/// Runs a future to its end.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio.block_on(future)
}

/// A runtime whose account lives at this address and may send as fast as it can.
pub(crate) fn account(address: &str) -> Arc<Runtime> {
    runtime(&[("SEGMENT_WRITE_KEY", WRITE_KEY), ("SEGMENT_URL", address)], None)
}

/// A running emulator with these faults, and an account that lives there.
pub(crate) fn stage(faults: &[&str]) -> (Emulator, Arc<Runtime>) {
    let emulator = failing(faults);
    let runtime = account(&emulator.url());
    (emulator, runtime)
}

/// An event as it stands in a batch.
pub(crate) fn event(user: &str, id: &str) -> String {
    json!({"type": "track", "event": "E", "userId": user, "messageId": id,
           "timestamp": "2026-01-01T00:00:00Z"})
    .to_string()
}

/// Events `a0`, `a1`, … of as many people.
pub(crate) fn events(count: usize) -> Vec<String> {
    (0..count).map(|n| event(&format!("user-{n}"), &format!("a{n}"))).collect()
}

/// The ids the emulator took, in order.
pub(crate) fn taken(emulator: &Emulator) -> Vec<String> {
    let text = |event: &Value| event["message_id"].as_str().unwrap().to_owned();
    emulator.events().iter().map(text).collect()
}
