//! `mcp:doctor` and `mcp:examples`: whether every server can be used, and lines to begin with.

use std::time::Instant;

use serde_json::{Value, json};

use super::{problems, status, warn};
use crate::cli::invocation::Invocation;
use crate::cli::output::pretty;
use crate::cli::reply::Reply;
use crate::engine::milliseconds;
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;
use crate::upstream::entry::Entry;

/// Lines to begin with.
const LINES: &str = "\
kosmo mcp:add everything npx -- -y @modelcontextprotocol/server-everything
kosmo mcp:list
kosmo mcp:trust everything
kosmo mcp:tools everything
kosmo mcp:schema everything.echo
kosmo mcp:call everything.echo --message hello --force
kosmo mcp:everything echo --message hello --force --json
kosmo mcp:permit everything --write allow
kosmo mcp:lua --eval 'print(app.mcp.everything.echo{ message = \"hello\" })'
printf %s \"$TOKEN\" | kosmo mcp:secret:set everything token --stdin
kosmo mcp:doctor";

/// Which server, and how closely.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct DoctorArgs {
    /// The server; all of them when absent
    #[arg(value_name = "SERVER")]
    server: Option<String>,
    /// Start nothing
    #[arg(long)]
    offline: bool,
}

/// Nothing to say about it.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ExamplesArgs {}

/// Looks at servers, and starts those that are trusted.
///
/// # Errors
/// `not_found` for an unknown server.
pub(in crate::cli) fn doctor(invocation: &Invocation, args: &DoctorArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let entries: Vec<Entry> = match &args.server {
        Some(name) => vec![runtime.servers().entry(name)?],
        None => runtime.servers().all().servers.values().cloned().collect(),
    };
    warn(invocation, runtime);
    let looks = entries.iter().map(|entry| look(runtime, entry, args.offline));
    let rows = invocation.wait(futures_util::future::join_all(looks))?;
    let healthy = rows.iter().all(|row| row["ok"] == Value::Bool(true))
        && runtime.servers().all().problems.is_empty();
    let json = json!({"success": healthy, "servers": rows, "problems": problems(runtime)});
    invocation.say(&Reply::new(json.clone(), pretty(&json)).listing("servers"));
    Ok(if healthy { 0 } else { Kind::Script.row().exit })
}

async fn look(runtime: &Runtime, entry: &Entry, offline: bool) -> Value {
    let word = status(runtime, entry);
    let mut row = Value::Object(runtime.servers().row(entry));
    row["status"] = json!(word);
    // What is switched off or not trusted is as the user wants it.
    let checked = match word {
        "disabled" | "untrusted" => Ok(None),
        _ if offline => runtime.servers().resolved(entry).map(|_| None),
        _ => meet(runtime, entry).await.map(Some),
    };
    row["ok"] = json!(checked.is_ok());
    match checked {
        Ok(Some(met)) => row["connection"] = met,
        Ok(None) => {}
        Err(fault) => row["error"] = fault.to_json(),
    }
    runtime.redactor().value(&row)
}

async fn meet(runtime: &Runtime, entry: &Entry) -> Result<Value, Fault> {
    let began = Instant::now();
    let engine = runtime.engine();
    let tools = engine.tools(&entry.name).await?;
    let mut about = engine.upstream()?.about(&entry.name, None).await?;
    about["tools"] = json!(tools.iter().count());
    about["ms"] = json!(milliseconds(began.elapsed()));
    if let Some(map) = about.as_object_mut() {
        map.shift_remove("instructions");
    }
    Ok(about)
}

/// Prints lines to begin with.
///
/// # Errors
/// None.
pub(in crate::cli) fn examples(invocation: &Invocation, _: &ExamplesArgs) -> Result<u8, Fault> {
    let lines: Vec<&str> = LINES.lines().collect();
    Ok(invocation.say(&Reply::new(json!({"success": true, "examples": lines}), LINES)))
}
