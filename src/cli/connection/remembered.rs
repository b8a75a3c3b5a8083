//! What earlier runs found out about a connection and what is going on with it: the last check, one
//! in progress, and a form that waits for its user. Losing it costs another check.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Place;
use crate::access::now;
use crate::catalogue::Provider;
use crate::catalogue::operation::FieldKind;
use crate::engine::Engine;
use crate::error::{Fault, KINDS, Kind};

/// A check that takes longer than this has died.
const DEAD: i64 = 90;

/// The last check of the credentials that a connection has now.
#[derive(Debug, Default)]
pub(super) struct Check {
    /// One is under way.
    pub(super) running: bool,
    /// When they were found to be good.
    pub(super) verified: Option<String>,
    /// What was wrong with them.
    pub(super) fault: Option<Fault>,
}

fn check_name(place: &Place) -> String {
    format!("connection/{}/{}", place.provider, place.account)
}

fn form_name(place: &Place) -> String {
    format!("connect/{}/{}", place.provider, place.account)
}

/// What is known of the credentials as they are written now.
pub(super) fn check(engine: &Engine, provider: &Provider, place: &Place) -> Check {
    let fact = engine.facts.get(&check_name(place)).filter(|_| !engine.accounts.emulated());
    let fact: Value = fact.and_then(|fact| serde_json::from_str(&fact).ok()).unwrap_or_default();
    if fact["of"] != fingerprint(engine, provider, place) {
        return Check::default();
    }
    let text = |key: &str| fact[key].as_str().map(str::to_owned);
    let kind = KINDS.iter().find(|row| Some(row.code) == fact["kind"].as_str());
    let fault = kind.map(|row| {
        let fault = Fault::new(row.kind, text("message").unwrap_or_default());
        let fault = fault.code(text("code").unwrap_or_else(|| row.code.to_owned()));
        match text("hint") {
            Some(hint) => fault.hint(hint),
            None => fault,
        }
    });
    let running = fact["running_since"].as_i64().is_some_and(|since| now() - since < DEAD);
    Check { running, verified: text("verified_at"), fault }
}

/// A check begins.
pub(super) fn begin(engine: &Engine, provider: &Provider, place: &Place) {
    keep(engine, provider, place, json!({"running_since": now()}));
}

/// A check has ended.
pub(super) fn end(engine: &Engine, provider: &Provider, place: &Place, fault: Option<&Fault>) {
    let fact = match fault {
        None => json!({"verified_at": crate::engine::now()}),
        Some(fault) if super::State::of(fault).is_none() => {
            return engine.facts.forget(&check_name(place));
        }
        Some(fault) => json!({
            "kind": fault.kind.row().code,
            "code": fault.code,
            "message": fault.message,
            "hint": fault.hint,
        }),
    };
    keep(engine, provider, place, fact);
}

fn keep(engine: &Engine, provider: &Provider, place: &Place, mut fact: Value) {
    if engine.accounts.emulated() {
        return;
    }
    fact["of"] = json!(fingerprint(engine, provider, place));
    engine.facts.set(&check_name(place), &fact.to_string());
}

/// Tells what is configured now from what was configured before: 32 bits of a hash, too few to learn
/// anything of a secret from.
fn fingerprint(engine: &Engine, provider: &Provider, place: &Place) -> String {
    let accounts = &engine.accounts;
    let mut hash = Sha256::new();
    for field in &provider.fields {
        let Some(found) = accounts.find(provider, &place.account, field) else { continue };
        let variable = found.reference().and_then(|reference| reference.strip_prefix("env:"));
        let value = variable.and_then(|name| engine.settings.environment().get(name));
        hash.update(format!("{}\0{}\0", field.name, found.written.expose()));
        // What a reference leads to counts where looking costs nothing.
        if let (Some(value), FieldKind::Secret) = (value, field.kind) {
            hash.update(value.as_encoded_bytes());
        }
    }
    hash.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// The address of a form that waits for this connection's user.
pub(super) fn form(engine: &Engine, place: &Place) -> Option<String> {
    let fact: Value = serde_json::from_str(&engine.facts.get(&form_name(place))?).ok()?;
    let open = fact["until"].as_i64().is_some_and(|until| now() < until);
    fact["url"].as_str().filter(|_| open).map(str::to_owned)
}

/// A form is open at this address until then.
pub(in crate::cli) fn form_open(engine: &Engine, place: &Place, url: &str, until: i64) {
    engine.facts.set(&form_name(place), &json!({"url": url, "until": until}).to_string());
}

/// It is not open any more.
pub(in crate::cli) fn form_shut(engine: &Engine, place: &Place) {
    engine.facts.forget(&form_name(place));
}

/// Forgets the last check.
pub(super) fn forget_check(engine: &Engine, place: &Place) {
    engine.facts.forget(&check_name(place));
}

/// Forgets everything about a connection.
pub(super) fn forget(engine: &Engine, place: &Place) {
    engine.facts.forget(&check_name(place));
    engine.facts.forget(&form_name(place));
}

/// The fault of waiting in vain.
pub(super) fn still(state: &str, seconds: f64) -> Fault {
    Fault::new(Kind::Timeout, format!("still {state} after {seconds:.0} s"))
        .hint("wait longer with --timeout")
}
