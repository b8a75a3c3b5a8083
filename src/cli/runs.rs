//! `runs list` and `runs show`: what past calls left in the journal.

use serde_json::{Value, json};

use super::describe::table;
use super::output::pretty;
use super::reply::Reply;
use crate::error::{Fault, Kind};
use crate::ledger::journal::{Entry, Filter};
use crate::runtime::Runtime;

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo runs list --failed
kosmo runs show 0199f3";

/// Which runs.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ListArgs {
    /// At most so many, the newest
    #[arg(long, default_value_t = 20)]
    pub(super) limit: u32,
    /// Only those that failed
    #[arg(long)]
    pub(super) failed: bool,
    /// Only calls of this function
    #[arg(long, value_name = "FUNCTION")]
    pub(super) function: Option<String>,
    /// Only calls for this account
    #[arg(long, value_name = "NAME")]
    pub(super) account: Option<String>,
    /// Only calls of this script run
    #[arg(long, value_name = "ID")]
    pub(super) script: Option<String>,
}

/// Which run.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ShowArgs {
    /// Its id, or the beginning of it; a script's id shows its calls
    pub(super) id: String,
}

/// The newest runs.
///
/// # Errors
/// `not_found` for an unknown function, or when the ledger cannot be read.
pub(super) fn list(runtime: &Runtime, args: &ListArgs) -> Result<Reply, Fault> {
    let function = match &args.function {
        Some(name) => Some(runtime.catalogue().find(name)?.full_name()),
        None => None,
    };
    let filter = Filter {
        parent: args.script.clone(),
        function,
        account: args.account.clone(),
        failed: args.failed,
        limit: Some(args.limit),
    };
    let entries = runtime.engine().journal.recent(&filter)?;
    let runs: Vec<Value> = entries.iter().map(object).collect();
    let text = if entries.is_empty() { "No runs are remembered.".into() } else { rows(&entries) };
    Ok(Reply::new(json!({"success": true, "runs": runs}), text).listing("runs"))
}

/// One run in full, or the calls of a script's run.
///
/// # Errors
/// `not_found` when it is not remembered, or when the ledger cannot be read.
pub(super) fn show(runtime: &Runtime, args: &ShowArgs) -> Result<Reply, Fault> {
    let journal = &runtime.engine().journal;
    match journal.get(&args.id) {
        Ok(entry) => {
            let run = object(&entry);
            let text = pretty(&run);
            Ok(Reply::new(json!({"success": true, "run": run}), text))
        }
        Err(fault) if fault.kind == Kind::NotFound => {
            let filter = Filter { parent: Some(args.id.clone()), ..Filter::default() };
            let mut calls = journal.recent(&filter)?;
            calls.reverse();
            if calls.is_empty() {
                return Err(fault);
            }
            let runs: Vec<Value> = calls.iter().map(object).collect();
            Ok(Reply::new(json!({"success": true, "runs": runs}), rows(&calls)).listing("runs"))
        }
        Err(fault) => Err(fault),
    }
}

fn rows(entries: &[Entry]) -> String {
    let cells = entries.iter().map(|entry| {
        vec![
            entry.id.clone(),
            entry.at.clone(),
            entry.function.clone(),
            entry.account.clone(),
            entry.status.clone(),
            format!("{:.1}", entry.duration_ms),
        ]
    });
    table(&["Run", "At", "Function", "Account", "Status", "ms"], cells)
}

fn object(entry: &Entry) -> Value {
    json!({
        "id": entry.id,
        "parent": entry.parent,
        "at": entry.at,
        "function": entry.function,
        "account": entry.account,
        "operation": entry.effect,
        "origin": entry.origin,
        "status": entry.status,
        "http_status": entry.http_status,
        "attempts": entry.attempts,
        "duration_ms": entry.duration_ms,
        "error": entry.error,
        "request": entry.request,
        "emulated": entry.emulated,
    })
}
