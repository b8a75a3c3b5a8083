//! `mcp:gateway:export` and `mcp:gateway:install`: the entry by which a client starts the gateway, to
//! be copied or written beside the entries of other servers.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::Chosen;
use crate::cli::invocation::Invocation;
use crate::cli::reply::Reply;
use crate::cli::stdin;
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;

/// Command lines for the help.
pub(in crate::cli) const EXPORT_EXAMPLES: &str = "\
kosmo mcp:gateway:export
kosmo mcp:gateway:export --format vscode --tools direct --integration segment";

/// Command lines for the help.
pub(in crate::cli) const INSTALL_EXAMPLES: &str = "\
kosmo mcp:gateway:install
kosmo mcp:gateway:install --path .cursor/mcp.json --profile analysts";

/// Which entry.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ExportArgs {
    /// What the client calls it
    #[arg(long, default_value = "kosmo")]
    name: String,
    /// The key that holds the entries: mcpServers, or vscode for `servers`
    #[arg(long, default_value = "mcpServers", value_parser = ["mcpServers", "vscode"])]
    format: String,
    #[command(flatten)]
    chosen: Chosen,
}

/// Which entry, and where.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct InstallArgs {
    /// The file; .mcp.json of this folder when left out
    #[arg(long, value_name = "FILE")]
    path: Option<PathBuf>,
    #[command(flatten)]
    entry: ExportArgs,
}

impl ExportArgs {
    fn key(&self) -> &'static str {
        if self.format == "vscode" { "servers" } else { "mcpServers" }
    }

    fn entry(&self) -> Value {
        let mut arguments = vec!["mcp:serve".to_owned()];
        arguments.extend(self.chosen.arguments());
        json!({"type": "stdio", "command": "kosmo", "args": arguments})
    }

    fn config(&self) -> Value {
        json!({self.key(): {self.name.as_str(): self.entry()}})
    }
}

/// Prints the entry.
///
/// # Errors
/// A profile that makes none.
pub(in crate::cli) fn export(runtime: &Runtime, args: &ExportArgs) -> Result<Reply, Fault> {
    args.chosen.profile(runtime)?;
    let config = args.config();
    let text = crate::cli::output::pretty(&config);
    Ok(Reply::new(json!({"success": true, "config": config}), text))
}

/// Writes the entry into a file of such entries; others in it stay as they are.
///
/// # Errors
/// A profile that makes none; a file that is no JSON object of entries, which is left alone then.
pub(in crate::cli) fn install(invocation: &Invocation, args: &InstallArgs) -> Result<u8, Fault> {
    args.entry.chosen.profile(invocation.runtime()?)?;
    let path = args.path.clone().unwrap_or_else(|| PathBuf::from(".mcp.json"));
    let mut all = read(&path)?;
    let entries = all.entry(args.entry.key()).or_insert_with(|| json!({}));
    let entries = entries
        .as_object_mut()
        .ok_or_else(|| broken(&path, &format!("`{}` is no object", args.entry.key())))?;
    entries.insert(args.entry.name.clone(), args.entry.entry());
    let text = crate::cli::output::pretty(&Value::Object(all));
    write(&path, &format!("{text}\n"))?;
    let shown = path.display().to_string();
    let json = json!({"success": true, "server": args.entry.name, "path": shown, "config": args.entry.config()});
    Ok(invocation.say(&Reply::new(json, format!("installed the kosmo MCP gateway in {shown}"))))
}

fn read(path: &Path) -> Result<Map<String, Value>, Fault> {
    if !path.exists() {
        return Ok(Map::new());
    }
    let text = stdin::file("file", path)?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(broken(path, "it is no JSON object")),
        Err(why) => Err(broken(path, &why.to_string())),
    }
}

/// Replaces the file whole or not at all. Who may read it stays as it was, and a link stays a link.
fn write(path: &Path, text: &str) -> Result<(), Fault> {
    let failed = |why| Fault::io(format!("cannot write {}", path.display()), &why);
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut draft = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    draft.write_all(text.as_bytes()).map_err(failed)?;
    if let Ok(before) = path.metadata() {
        draft.as_file().set_permissions(before.permissions()).map_err(failed)?;
    }
    draft.persist(path).map_err(|why| failed(why.error)).map(drop)
}

fn broken(path: &Path, why: &str) -> Fault {
    Fault::new(Kind::Config, format!("{}: {why}", path.display()))
        .hint("nothing was written; mend the file and try again")
}
