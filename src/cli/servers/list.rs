//! `mcp:list` and `mcp:status`: which servers there are, and how they stand. Nothing is started.

use serde_json::{Map, Value, json};

use super::{problems, status, warn};
use crate::cli::describe::table;
use crate::cli::invocation::Invocation;
use crate::cli::reply::Reply;
use crate::error::Fault;
use crate::upstream::entry::Entry;
use crate::upstream::shown;

/// Which servers.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ListArgs {
    /// Also those that are switched off
    #[arg(long)]
    all: bool,
}

/// Which server.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct StatusArgs {
    /// The server; all of them when absent
    #[arg(value_name = "SERVER")]
    server: Option<String>,
}

/// Lists servers.
///
/// # Errors
/// Settings that cannot be read.
pub(in crate::cli) fn list(invocation: &Invocation, args: &ListArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let all = runtime.servers().all();
    warn(invocation, runtime);
    let shown: Vec<&Entry> =
        all.servers.values().filter(|entry| args.all || entry.enabled).collect();
    let servers: Map<String, Value> = shown
        .iter()
        .map(|entry| (entry.name.clone(), Value::Object(runtime.servers().row(entry))))
        .collect();
    let sources: Vec<Value> = all
        .files
        .iter()
        .map(|file| {
            json!({
                "source": file.source.word(), "path": file.path, "schema": file.schema,
                "servers": file.servers,
            })
        })
        .collect();
    let rows = shown.iter().map(|entry| {
        let enabled = if entry.enabled { "yes" } else { "no" };
        let path = entry.path.display().to_string();
        let word = status(runtime, entry).to_owned();
        let (name, kind) = (entry.name.clone(), entry.kind().to_owned());
        vec![name, kind, enabled.to_owned(), entry.source.word().to_owned(), path, word]
    });
    let text = if shown.is_empty() {
        "No MCP servers configured. Add one: kosmo mcp:add NAME COMMAND".to_owned()
    } else {
        table(&["Name", "Type", "Enabled", "Source", "Path", "Status"], rows)
    };
    let json = json!({
        "success": true, "servers": servers, "sources": sources, "problems": problems(runtime),
    });
    Ok(invocation.say(&Reply::new(json, text).listing("servers")))
}

/// Says how servers stand.
///
/// # Errors
/// `not_found` for an unknown server.
pub(in crate::cli) fn state(invocation: &Invocation, args: &StatusArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let servers = runtime.servers();
    let entries: Vec<Entry> = match &args.server {
        Some(name) => vec![servers.entry(name)?],
        None => servers.all().servers.values().cloned().collect(),
    };
    warn(invocation, runtime);
    let mut rows = Map::new();
    let mut lines = Vec::new();
    for entry in &entries {
        let word = status(runtime, entry);
        let mut row = runtime.servers().row(entry);
        row.insert("status".to_owned(), json!(word));
        rows.insert(entry.name.clone(), Value::Object(row));
        lines.push(format!("{}: {word}", entry.name));
        if args.server.is_some() {
            lines.push(format!("  {}", shown::line(entry)));
            lines.push(format!("  from {}", entry.path.display()));
        }
    }
    if lines.is_empty() {
        lines.push("No MCP servers configured.".to_owned());
    }
    let json = json!({"success": true, "servers": rows, "problems": problems(runtime)});
    Ok(invocation.say(&Reply::new(json, lines.join("\n")).listing("servers")))
}
