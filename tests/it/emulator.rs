//! The emulator spoken to over a bare socket, so that nothing of the program's own client stands
//! between what is sent and what is seen.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test fails as the test does"
)]

mod config;
mod data;
mod faults;
mod people;
mod profile;
mod public;
mod relations;
mod tracking;
pub(crate) mod wire;
mod workspace;

use std::sync::Arc;

use kosmo::catalogue::Catalogue;
use kosmo::emulator::{Emulator, Setup};
use serde_json::Value;

/// The write key of source `abc123`.
pub(crate) const WRITE_KEY: &str = "emulator-write-key";
/// The Public API's token.
pub(crate) const API_TOKEN: &str = "emulator-api-token";
/// The Config API's token.
pub(crate) const CONFIG_TOKEN: &str = "emulator-config-token";

/// The Profile API's token.
pub(crate) const PROFILE_TOKEN: &str = "emulator-profile-token";

/// An emulator on a free port.
pub(crate) fn emulator() -> Emulator {
    failing(&[])
}

/// An emulator with scripted faults.
pub(crate) fn failing(faults: &[&str]) -> Emulator {
    let faults = faults.iter().map(|spec| (*spec).to_owned()).collect();
    started(Setup { faults, ..Setup::default() })
}

/// An emulator as it is set up.
pub(crate) fn started(setup: Setup) -> Emulator {
    Emulator::start(Arc::new(Catalogue::new(Vec::new())), setup).unwrap()
}

/// What became of each message: type, status, reason.
pub(crate) fn fates(emulator: &Emulator) -> Vec<(String, String, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    emulator
        .events()
        .iter()
        .map(|event| {
            let status = text(&event["status"]).unwrap();
            (text(&event["type"]).unwrap(), status, text(&event["reason"]))
        })
        .collect()
}
