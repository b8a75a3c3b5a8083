//! `mcp:remove`, `mcp:enable` and `mcp:disable`: the entries of a file, the rest of which stays as it is.

use serde_json::json;

use super::Scope;
use crate::cli::invocation::Invocation;
use crate::cli::reply::Reply;
use crate::error::Fault;
use crate::runtime::Runtime;
use crate::settings::trust::untrust_part;
use crate::upstream::entry::Entry;
use crate::upstream::file::Document;

/// Which server, and in which file.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct OneArgs {
    /// The server
    #[arg(value_name = "SERVER")]
    server: String,
    #[command(flatten)]
    scope: Scope,
}

/// The file that holds what is meant: the one that was named, else the one whose entry counts.
fn holder(runtime: &Runtime, args: &OneArgs) -> Result<(Document, Entry), Fault> {
    let entry = runtime.servers().entry(&args.server)?;
    let source = args.scope.said().unwrap_or(entry.source);
    let file = Document::open(runtime.settings(), source)?;
    match file.servers().and_then(|servers| servers.get(&args.server)) {
        Some(written) => {
            let entry = Entry::read(&args.server, written, source, file.path(), file.root());
            Ok((file, entry))
        }
        None => {
            let place = file.path().display();
            let message = format!("there is no MCP server '{}' in {place}", args.server);
            let own = entry.path.display();
            Err(Fault::not_found(message).code("unknown_server").hint(format!("it is in {own}")))
        }
    }
}

/// Removes a server from a file.
///
/// # Errors
/// `not_found` when it is not there.
pub(in crate::cli) fn remove(invocation: &Invocation, args: &OneArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("changing MCP servers")?;
    let (mut file, entry) = holder(runtime, args)?;
    if let Some(servers) = file.servers_mut() {
        servers.shift_remove(&args.server);
    }
    file.save()?;
    let path = file.path().to_owned();
    drop(file);
    if entry.source.is_project() {
        let paths = runtime.settings().paths();
        untrust_part(paths, &path, &args.server)?;
    }
    let json = json!({"success": true, "server": args.server, "path": path});
    let text = format!("Removed MCP server {} from {}", args.server, path.display());
    Ok(invocation.say(&Reply::new(json, text)))
}

/// Switches a server on.
///
/// # Errors
/// `not_found` when there is none of that name.
pub(in crate::cli) fn enable(invocation: &Invocation, args: &OneArgs) -> Result<u8, Fault> {
    switch(invocation, args, true)
}

/// Switches a server off.
///
/// # Errors
/// `not_found` when there is none of that name.
pub(in crate::cli) fn disable(invocation: &Invocation, args: &OneArgs) -> Result<u8, Fault> {
    switch(invocation, args, false)
}

fn switch(invocation: &Invocation, args: &OneArgs, on: bool) -> Result<u8, Fault> {
    let runtime = invocation.owner("changing MCP servers")?;
    let (mut file, before) = holder(runtime, args)?;
    let trusted = runtime.servers().is_trusted(&before)?;
    let mut written = before.written.clone();
    if let Some(map) = written.as_object_mut() {
        map.shift_remove("disabled");
        if on {
            map.shift_remove("enabled");
        } else {
            map.insert("enabled".to_owned(), json!(false));
        }
    }
    let entry = Entry::read(&args.server, &written, before.source, file.path(), file.root());
    if let Some(servers) = file.servers_mut() {
        servers.insert(args.server.clone(), written);
    }
    file.save()?;
    let path = file.path().to_owned();
    drop(file);
    // Switching it is no reason to read it again; what was not trusted still is not.
    if trusted && entry.source.is_project() {
        runtime.servers().trust(&entry)?;
    }
    let json = json!({
        "success": true, "server": args.server, "enabled": on, "path": path, "trusted": trusted,
    });
    let word = if on { "Enabled" } else { "Disabled" };
    let text = format!("{word} MCP server {} in {}", args.server, path.display());
    Ok(invocation.say(&Reply::new(json, text)))
}
