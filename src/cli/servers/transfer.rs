//! `mcp:import`, `mcp:export` and `mcp:preset`: entries from and for other programs, and some that many
//! people want.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::add::put;
use super::{Scope, scope, warn};
use crate::catalogue::name::{did_you_mean, nearest};
use crate::cli::describe::table;
use crate::cli::invocation::Invocation;
use crate::cli::output::pretty;
use crate::cli::reply::Reply;
use crate::error::{Fault, Kind};
use crate::settings::edit::{self, Privacy};
use crate::upstream::entry::Entry;
use crate::upstream::file::Document;
use crate::upstream::sources::{Source, document};

/// Servers that many people want: name, what it is for, entry.
const PRESETS: &[(&str, &str, &str)] = &[
    (
        "tavily",
        "web search and extraction (needs TAVILY_API_KEY)",
        r#"{"command": "npx", "args": ["-y", "tavily-mcp@latest"], "env": {"TAVILY_API_KEY": "${TAVILY_API_KEY}"}}"#,
    ),
    (
        "firecrawl",
        "crawling and scraping (needs FIRECRAWL_API_KEY)",
        r#"{"command": "npx", "args": ["-y", "firecrawl-mcp"], "env": {"FIRECRAWL_API_KEY": "${FIRECRAWL_API_KEY}"}}"#,
    ),
    (
        "exa",
        "search for developers (needs EXA_API_KEY)",
        r#"{"command": "npx", "args": ["-y", "exa-mcp-server"], "env": {"EXA_API_KEY": "${EXA_API_KEY}"}}"#,
    ),
    ("fetch", "pages as text", r#"{"command": "uvx", "args": ["mcp-server-fetch"]}"#),
    (
        "parallel",
        "search by Parallel (needs PARALLEL_API_KEY)",
        r#"{"type": "http", "url": "https://search-mcp.parallel.ai/mcp", "headers": {"Authorization": "Bearer ${PARALLEL_API_KEY}"}}"#,
    ),
];

/// Which file to read.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ImportArgs {
    /// A file of any MCP client with `mcpServers` or `servers`
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace entries of the same names
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    scope: Scope,
}

/// Where to, and for whom.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ExportArgs {
    /// For most clients, or for VS Code
    #[arg(long, value_name = "FORMAT", default_value = "mcpServers", value_parser = ["mcpServers", "vscode"])]
    format: String,
    /// The file to write; printed when absent
    #[arg(long, value_name = "FILE")]
    path: Option<PathBuf>,
}

/// Which one.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct PresetArgs {
    /// list or add
    #[arg(value_name = "ACTION", default_value = "list")]
    action: String,
    /// The preset
    #[arg(value_name = "PRESET")]
    name: Option<String>,
    #[command(flatten)]
    scope: Scope,
}

/// Takes over the entries of a file. In a project they still have to be trusted.
///
/// # Errors
/// A file that is missing or wrong; `conflict` when an entry exists and differs.
pub(in crate::cli) fn import(invocation: &Invocation, args: &ImportArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("changing MCP servers")?;
    let source = args.scope.said().unwrap_or(Source::Project);
    let given = entries(&args.file)?;
    let mut file = Document::open(runtime.settings(), source)?;
    for (name, written) in &given {
        Entry::read(name, written, source, &args.file, file.root()).reach?;
        let before = file.servers().and_then(|servers| servers.get(name));
        if before.is_some_and(|before| before != written) && !args.replace {
            let place = file.path().display();
            let message = format!("{place} has a different MCP server '{name}' already");
            return Err(Fault::new(Kind::Conflict, message)
                .code("server_exists")
                .hint("nothing was imported; --replace puts the new ones in their places"));
        }
    }
    if let Some(servers) = file.servers_mut() {
        servers.extend(given.clone());
    }
    file.save()?;
    let names: Vec<&String> = given.keys().collect();
    let path = file.path().to_owned();
    let mut text = format!("Imported {} MCP server(s) into {}", names.len(), path.display());
    if source.is_project() && !names.is_empty() {
        text += "\nReview them, then trust each: kosmo mcp:trust NAME";
    }
    let json = json!({
        "success": true, "imported": names, "scope": scope(source), "path": path,
        "trusted": !source.is_project(),
    });
    Ok(invocation.say(&Reply::new(json, text)))
}

fn entries(path: &Path) -> Result<Map<String, Value>, Fault> {
    let missing = || Fault::not_found(format!("File not found: {}", path.display()));
    let document = document(path)?.ok_or_else(missing)?;
    let Value::Object(map) = &document else {
        return Err(Fault::usage("Input must be a JSON object."));
    };
    let servers = ["mcpServers", "servers"].iter().find_map(|key| map.get(*key)?.as_object());
    servers.cloned().ok_or_else(|| Fault::usage("No mcpServers or servers object found."))
}

/// Gives out the entries that count, as they are written: references stay references.
///
/// # Errors
/// A file that cannot be written.
pub(in crate::cli) fn export(invocation: &Invocation, args: &ExportArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("reading the entries of MCP servers")?;
    warn(invocation, runtime);
    let all = runtime.servers().all();
    let vscode = args.format == "vscode";
    let one = |entry: &Entry| {
        let mut written = entry.written.clone();
        if let Some(map) = written.as_object_mut().filter(|_| vscode)
            && !map.contains_key("type")
        {
            map.insert("type".to_owned(), json!(entry.kind()));
        }
        (entry.name.clone(), written)
    };
    let servers: Map<String, Value> = all.servers.values().map(one).collect();
    let count = servers.len();
    let key = if vscode { "servers" } else { "mcpServers" };
    let document = json!({ key: servers });
    let Some(path) = &args.path else {
        return Ok(invocation.say(&Reply::new(document.clone(), pretty(&document))));
    };
    edit::replace(path, Privacy::Shared, format!("{}\n", pretty(&document)).as_bytes())?;
    let json = json!({"success": true, "path": path, "format": args.format, "servers": count});
    let text = format!("Exported {count} MCP server(s) to {}", path.display());
    Ok(invocation.say(&Reply::new(json, text)))
}

/// Lists presets, or adds one.
///
/// # Errors
/// An unknown action or preset; as `mcp:add`.
pub(in crate::cli) fn preset(invocation: &Invocation, args: &PresetArgs) -> Result<u8, Fault> {
    match args.action.as_str() {
        "list" => {
            let entry = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
            let rows: Map<String, Value> = PRESETS
                .iter()
                .map(|(name, about, text)| {
                    ((*name).to_owned(), json!({"about": about, "entry": entry(text)}))
                })
                .collect();
            let lines = PRESETS
                .iter()
                .map(|(name, about, _)| vec![(*name).to_owned(), (*about).to_owned()]);
            let text = table(&["Preset", "What it is for"], lines);
            let json = json!({"success": true, "presets": rows});
            Ok(invocation.say(&Reply::new(json, text).listing("presets")))
        }
        "add" => add(invocation, args),
        other => Err(Fault::usage(format!("Unknown action [{other}]. Use list or add."))),
    }
}

fn add(invocation: &Invocation, args: &PresetArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("changing MCP servers")?;
    let name = args.name.as_deref().unwrap_or_default();
    let Some((name, _, text)) = PRESETS.iter().find(|(preset, ..)| *preset == name) else {
        let known = || PRESETS.iter().map(|(name, ..)| *name);
        let hint = did_you_mean(&nearest(name, known()))
            .unwrap_or_else(|| format!("there are: {}", known().collect::<Vec<_>>().join(", ")));
        return Err(Fault::not_found(format!("Unknown MCP preset [{name}].")).hint(hint));
    };
    let source = args.scope.said().unwrap_or(Source::Project);
    let written: Value = serde_json::from_str(text).unwrap_or_default();
    put(runtime, source, name, &written, false)?;
    let (path, _) = source.place(runtime.settings()).ok_or_else(edit::no_home)?;
    let json = json!({"success": true, "server": name, "path": path, "scope": scope(source)});
    let text = format!("Added MCP server {name} to {}", path.display());
    Ok(invocation.say(&Reply::new(json, text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_an_entry_that_can_be_reached() {
        for (name, _, text) in PRESETS {
            let written: Value = serde_json::from_str(text).unwrap();
            let path = Path::new(".mcp.json");
            let entry = Entry::read(name, &written, Source::Project, path, Path::new("/"));
            assert!(entry.reach.is_ok(), "{name}");
        }
    }
}
