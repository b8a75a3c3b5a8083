//! `action-run-log get`: a run in the words that logs of actions use elsewhere.

use serde_json::{Value, json};

use super::children;
use crate::cli::output::pretty;
use crate::cli::reply::Reply;
use crate::error::Fault;
use crate::ledger::journal::Entry;
use crate::runtime::Runtime;

/// Command lines for the help.
pub(in crate::cli) const EXAMPLES: &str = "\
kosmo action-run-log get 0199f3 --json
kosmo action-run-log get 0199f3 --details";

/// One run in the words of an action's log.
///
/// # Errors
/// `not_found` when it is not remembered, or when the ledger cannot be read.
pub(in crate::cli) fn get(runtime: &Runtime, args: &LogArgs) -> Result<Reply, Fault> {
    let entry = runtime.engine().journal.get(&args.id)?;
    let details = runtime.engine().journal.details(&entry.id)?.unwrap_or(Value::Null);
    let exchanges = details["exchanges"].as_array().map(Vec::as_slice).unwrap_or_default();
    let last = exchanges.last().map(|exchange| &exchange["response"]["body"]);
    let (integration, key) = entry.function.split_once('.').unwrap_or(("", &entry.function));
    let mut log = json!({
        "id": entry.id,
        "status": if entry.status == "ok" { "success" } else { "error" },
        "action": {"id": entry.function, "key": key},
        "connection": {"id": format!("{integration}.{}", entry.account), "key": entry.account},
        "integration": {"key": integration},
        "createdAt": entry.at,
        "input": details["input"],
        "output": last.filter(|_| entry.status == "ok"),
        "error": entry.error.as_ref().map(|message| json!({"key": entry.status, "message": message})),
    });
    if args.details {
        let mut calls = children(runtime, &entry.id)?;
        calls.reverse();
        let last = exchanges.last().cloned().unwrap_or(Value::Null);
        log["details"] = json!({
            "request": last["request"],
            "response": last["response"],
            "exchanges": exchanges,
            "calls": calls.iter().map(Entry::to_json).collect::<Vec<_>>(),
            "run": entry.to_json(),
        });
    }
    let text = pretty(&log);
    Ok(Reply::new(log, text))
}

/// Which run's log.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct LogArgs {
    /// The id of the run (`actionRunId`), or the beginning of it
    id: String,
    /// What was sent and answered as well, without secrets
    #[arg(long)]
    details: bool,
}
