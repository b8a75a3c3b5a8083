//! `version`: which program this is and what it is made of, for bug reports and for scripts that need
//! to know.

use serde_json::{Value, json};

use super::reply::Reply;

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo version
kosmo version --json";

/// The version, and what it is made of.
pub(super) fn reply() -> Reply {
    let known = |text: &'static str| (!text.is_empty()).then_some(text);
    let version = env!("CARGO_PKG_VERSION");
    let features: Vec<Value> = known(env!("KOSMO_BUILD_FEATURES"))
        .into_iter()
        .flat_map(|features| features.split(','))
        .map(Value::from)
        .collect();
    let json = json!({
        "success": true,
        "name": env!("CARGO_PKG_NAME"),
        "version": version,
        "commit": known(env!("KOSMO_BUILD_COMMIT")),
        "target": env!("KOSMO_BUILD_TARGET"),
        "profile": if cfg!(debug_assertions) { "debug" } else { "release" },
        "features": features,
        "lua": crate::lua::version(),
        "sqlite": crate::ledger::sqlite_version(),
    });
    Reply::new(json, format!("kosmo {version}"))
}
