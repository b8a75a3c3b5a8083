//! `mcp:trust` and `mcp:untrust`: whether an entry of a project may be started. Trust is kept with the
//! user, for the entry exactly as it is.

use serde_json::json;

use crate::cli::invocation::Invocation;
use crate::cli::reply::Reply;
use crate::error::Fault;
use crate::settings::trust::untrust_part;
use crate::upstream::shown;

/// Which server.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct TrustArgs {
    /// The server
    #[arg(value_name = "SERVER")]
    server: String,
    /// For this project (as always)
    #[arg(long)]
    project: bool,
    /// Accepted for old scripts; trust is always kept with you, for this project
    #[arg(long, hide = true)]
    global: bool,
}

/// Trusts an entry as it is.
///
/// # Errors
/// `not_found` when there is no such server.
pub(in crate::cli) fn trust(invocation: &Invocation, args: &TrustArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("trusting MCP servers")?;
    let entry = runtime.servers().entry(&args.server)?;
    entry.reach.clone()?;
    if entry.source.is_project() {
        runtime.servers().trust(&entry)?;
    }
    let runs = shown::line(&entry);
    let json = json!({
        "success": true, "server": entry.name, "fingerprint": entry.fingerprint(),
        "scope": "project", "path": entry.path, "runs": runs,
    });
    let text = format!("Trusted {} until it changes: {runs}", entry.name);
    Ok(invocation.say(&Reply::new(json, text)))
}

/// Ends the trust in an entry.
///
/// # Errors
/// `not_found` when there is no such server.
pub(in crate::cli) fn untrust(invocation: &Invocation, args: &TrustArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("trusting MCP servers")?;
    let entry = runtime.servers().entry(&args.server)?;
    if !entry.source.is_project() {
        let why =
            format!("MCP server '{}' is in your own file, which is always trusted", entry.name);
        let hint = format!("switch it off: kosmo mcp:disable {}", entry.name);
        return Err(Fault::usage(why).hint(hint));
    }
    let was = untrust_part(runtime.settings().paths(), &entry.path, &entry.name)?;
    let text = match was {
        true => format!("{} is no longer trusted.", entry.name),
        false => format!("{} was not trusted.", entry.name),
    };
    let json = json!({"success": true, "server": entry.name, "trusted": false, "was_trusted": was});
    Ok(invocation.say(&Reply::new(json, text)))
}
