//! `status`: what is in force, in one screen: the files that are read, the connections and how they
//! stand. It asks no service and changes nothing.

use serde_json::{Value, json};

use super::connection::{Place, Record, State};
use super::describe::table;
use super::invocation::Invocation;
use super::reply::Reply;
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo status
kosmo status --json";

/// Prints it; the exit status says whether anything can be used.
///
/// # Errors
/// A broken settings file.
pub(super) fn status(invocation: &Invocation) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let records = records(runtime);
    let ready = records.iter().any(|record| record.state == State::Ready);
    let paths = runtime.settings().paths();
    let shown = |path: Option<std::path::PathBuf>| path.map(|path| path.display().to_string());
    let files = [
        ("settings", shown(paths.config_file())),
        ("project", shown(paths.project.clone())),
        ("ledger", shown(runtime.settings().ledger_path())),
    ];
    let emulator = runtime.engine().accounts.emulated();
    let limited = runtime.engine().access.presented().is_some();
    let next =
        if ready { "kosmo integrations:search 'what you want to do'" } else { "kosmo connect" };
    let connections: Vec<Value> = records
        .iter()
        .map(|record| {
            let (id, state) = (record.place.id(), record.state.word());
            let verified = record.is_verified();
            json!({"id": id, "name": record.name, "state": state, "verified": verified})
        })
        .collect();
    let json = json!({
        "success": ready,
        "ready": ready,
        "version": env!("CARGO_PKG_VERSION"),
        "emulator": emulator,
        "limited_by_token": limited,
        "files": files.iter().map(|(name, path)| ((*name).to_owned(), json!(path))).collect::<serde_json::Map<_, _>>(),
        "connections": connections,
        "next": next,
    });
    let mut lines = vec![format!("kosmo {}", env!("CARGO_PKG_VERSION"))];
    for (name, path) in &files {
        lines.push(format!("{name:10}{}", path.as_deref().unwrap_or("-")));
    }
    if emulator {
        lines.push("Every account is pointed at the emulator.".to_owned());
    }
    if limited {
        lines.push("This run is limited by a token.".to_owned());
    }
    let rows = records.iter().map(|record| {
        let checked = if record.is_verified() { "checked" } else { "" };
        let state = record.state.word().to_owned();
        vec![record.place.id(), record.name.clone(), state, checked.to_owned()]
    });
    lines.push(match records.is_empty() {
        true => "No connections.".to_owned(),
        false => table(&["Connection", "Name", "State", ""], rows),
    });
    lines.push(format!("next: {next}"));
    invocation.say(&Reply::new(json, lines.join("\n")));
    Ok(if ready { 0 } else { Kind::MissingCredential.row().exit })
}

/// Every connection that was begun.
pub(super) fn records(runtime: &Runtime) -> Vec<Record> {
    let mut records = Vec::new();
    for provider in runtime.catalogue().providers() {
        for account in runtime.engine().accounts.names(provider) {
            records.push(Record::of(runtime, Place::new(&provider.name, &account)));
        }
    }
    records.retain(|record| record.is_begun(runtime));
    records
}
