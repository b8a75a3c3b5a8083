//! `runs list`, `runs show` and `runs export`: what past calls left in the journal. What is kept
//! there, and for how long, is the engine's and the ledger's business.

mod curl;
pub(super) mod log;

use serde_json::{Value, json};

use super::describe::table;
use super::output::pretty;
use super::reply::Reply;
use super::when;
use crate::error::{Fault, Kind};
use crate::ledger::journal::{Entry, Filter};
use crate::runtime::Runtime;

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo runs list --failed
kosmo runs list --function track_event --account default --since 2h
kosmo runs list --status rate_limited --since 2026-01-01 --until 2026-02-01";

/// Command lines for the help.
pub(super) const SHOW_EXAMPLES: &str = "\
kosmo runs show 0199f3
kosmo runs show 0199f3 --details
kosmo runs show 0199f3 --curl";

/// Command lines for the help.
pub(super) const EXPORT_EXAMPLES: &str = "\
kosmo runs export --since 1d > runs.jsonl
kosmo runs export --csv --function track_event
kosmo runs export --failed --details";

/// What sort of runs.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Which {
    /// Only those that failed
    #[arg(long)]
    pub(super) failed: bool,
    /// Only calls of this function
    #[arg(long, value_name = "FUNCTION")]
    pub(super) function: Option<String>,
    /// Only calls for this account
    #[arg(long, value_name = "NAME")]
    pub(super) account: Option<String>,
    /// ok, error, or one failure's code (rate_limited, timeout)
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only those that began since then: 2h, 3d, 2026-01-31, 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = when::moment)]
    since: Option<String>,
    /// Only those that began before then
    #[arg(long, value_name = "TIME", value_parser = when::moment)]
    until: Option<String>,
    /// Only those that were made with this --meta
    #[arg(long, value_name = "KEY=VALUE")]
    meta: Option<String>,
    /// Only calls of this script run
    #[arg(long, value_name = "ID")]
    pub(super) script: Option<String>,
}

/// Which runs.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ListArgs {
    /// At most so many, the newest
    #[arg(long, default_value_t = 20)]
    pub(super) limit: u32,
    #[command(flatten)]
    which: Which,
}

/// Which run.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ShowArgs {
    /// Its id, or the beginning of it; a script's id shows its calls
    pub(super) id: String,
    /// What was sent and answered as well, without secrets
    #[arg(long)]
    details: bool,
    /// The request as a curl command line, with variables for secrets
    #[arg(long, conflicts_with = "details")]
    curl: bool,
}

/// Which runs, and in which form.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ExportArgs {
    /// At most so many, the newest; all of them when absent
    #[arg(long)]
    limit: Option<u32>,
    /// What was sent and answered as well, without secrets
    #[arg(long)]
    details: bool,
    /// As comma-separated values rather than a line of JSON for each
    #[arg(long)]
    csv: bool,
    #[command(flatten)]
    which: Which,
}

impl Which {
    fn filter(&self, runtime: &Runtime, limit: Option<u32>) -> Result<Filter, Fault> {
        let function = match &self.function {
            Some(name) => Some(runtime.catalogue().find(name)?.full_name()),
            None => None,
        };
        let meta = match self.meta.as_deref().map(|pair| pair.split_once('=')) {
            Some(Some((key, value))) => Some((key.to_owned(), value.to_owned())),
            Some(None) => return Err(Fault::usage("`--meta` is written as KEY=VALUE")),
            None => None,
        };
        let status = self.status.as_deref().map(str::to_ascii_lowercase);
        let failed = matches!(status.as_deref(), Some("error" | "failed"));
        let status = match status.as_deref() {
            _ if failed => None,
            Some("success") => Some("ok".to_owned()),
            other => other.map(str::to_owned),
        };
        Ok(Filter {
            parent: self.script.clone(),
            function,
            account: self.account.clone(),
            failed: self.failed || failed,
            status,
            since: self.since.clone(),
            until: self.until.clone(),
            meta,
            limit,
        })
    }
}

/// The newest runs.
///
/// # Errors
/// `not_found` for an unknown function, or when the ledger cannot be read.
pub(super) fn list(runtime: &Runtime, args: &ListArgs) -> Result<Reply, Fault> {
    let filter = args.which.filter(runtime, Some(args.limit))?;
    let entries = runtime.engine().journal.recent(&filter)?;
    let runs: Vec<Value> = entries.iter().map(Entry::to_json).collect();
    let all = filter == Filter { limit: filter.limit, ..Filter::default() };
    let text = match (entries.is_empty(), all) {
        (false, _) => rows(&entries),
        (true, true) => "No runs are remembered.".to_owned(),
        (true, false) => "No run that is remembered fits.".to_owned(),
    };
    Ok(Reply::new(json!({"success": true, "runs": runs}), text).listing("runs"))
}

/// One run in full, or the calls of a script's run.
///
/// # Errors
/// `not_found` when it is not remembered, or when the ledger cannot be read.
pub(super) fn show(runtime: &Runtime, args: &ShowArgs) -> Result<Reply, Fault> {
    let found = found(runtime, &args.id)?;
    if args.curl {
        let lines =
            found.iter().map(|entry| curl::line(runtime, entry)).collect::<Result<Vec<_>, _>>();
        let text = lines?.join("\n");
        return Ok(Reply::new(json!({"success": true, "curl": text}), text));
    }
    let runs = found
        .iter()
        .map(|entry| with_details(runtime, entry, args.details))
        .collect::<Result<Vec<Value>, Fault>>()?;
    Ok(match (runs.as_slice(), found.as_slice()) {
        ([run], [entry]) if entry.parent.as_deref() != Some(&args.id) => {
            Reply::new(json!({"success": true, "run": run}), pretty(run))
        }
        _ if args.details => {
            Reply::new(json!({"success": true, "runs": runs}), pretty(&json!(runs))).listing("runs")
        }
        _ => Reply::new(json!({"success": true, "runs": runs}), rows(&found)).listing("runs"),
    })
}

/// The run of that id, or the calls of the script of that id in their order.
fn found(runtime: &Runtime, id: &str) -> Result<Vec<Entry>, Fault> {
    let journal = &runtime.engine().journal;
    match journal.get(id) {
        Ok(entry) => Ok(vec![entry]),
        Err(fault) if fault.kind == Kind::NotFound => {
            let mut calls = children(runtime, id)?;
            calls.reverse();
            if calls.is_empty() { Err(fault) } else { Ok(calls) }
        }
        Err(fault) => Err(fault),
    }
}

fn children(runtime: &Runtime, id: &str) -> Result<Vec<Entry>, Fault> {
    let filter = Filter { parent: Some(id.to_owned()), ..Filter::default() };
    runtime.engine().journal.recent(&filter)
}

fn with_details(runtime: &Runtime, entry: &Entry, details: bool) -> Result<Value, Fault> {
    let mut run = entry.to_json();
    if details {
        run["details"] = runtime.engine().journal.details(&entry.id)?.unwrap_or(Value::Null);
    }
    Ok(run)
}

/// Every run that fits, for other programs.
///
/// # Errors
/// `not_found` for an unknown function, or when the ledger cannot be read.
pub(super) fn export(runtime: &Runtime, args: &ExportArgs) -> Result<Reply, Fault> {
    let filter = args.which.filter(runtime, args.limit)?;
    let mut entries = runtime.engine().journal.recent(&filter)?;
    entries.reverse();
    let runs = entries
        .iter()
        .map(|entry| with_details(runtime, entry, args.details))
        .collect::<Result<Vec<Value>, Fault>>()?;
    let text = match args.csv {
        true => csv(&runs)?,
        false => runs.iter().map(Value::to_string).collect::<Vec<_>>().join("\n"),
    };
    Ok(Reply::new(json!({"success": true, "runs": runs}), text).listing("runs"))
}

fn csv(runs: &[Value]) -> Result<String, Fault> {
    let broken = |why: csv::Error| Fault::new(Kind::Internal, format!("the table: {why}"));
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let columns: Vec<String> = match runs.first().and_then(Value::as_object) {
        Some(first) => first.keys().cloned().collect(),
        None => Entry::default()
            .to_json()
            .as_object()
            .into_iter()
            .flatten()
            .map(|(k, _)| k.clone())
            .collect(),
    };
    writer.write_record(&columns).map_err(broken)?;
    for run in runs {
        let cells = columns.iter().map(|column| match &run[column] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        writer.write_record(cells).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|why| Fault::new(Kind::Internal, why.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

fn rows(entries: &[Entry]) -> String {
    let cells = entries.iter().map(|entry| {
        vec![
            entry.id.clone(),
            entry.at.clone(),
            entry.function.clone(),
            entry.account.clone(),
            entry.status.to_string(),
            format!("{:.1}", entry.duration_ms),
        ]
    });
    table(&["Run", "At", "Function", "Account", "Status", "ms"], cells)
}
