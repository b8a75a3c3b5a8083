//! `mcp:tools` and `mcp:schema`: the tools of servers as rows. Only trusted servers are started.

use futures_util::future::join_all;
use serde_json::json;

use super::call::find;
use super::warn;
use crate::catalogue::schema::input_schema;
use crate::cli::invocation::Invocation;
use crate::cli::output::pretty;
use crate::cli::reply::Reply;
use crate::error::{Fault, Kind};
use crate::upstream::shown::{bare, tool};

/// Which server.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ToolsArgs {
    /// The server; every trusted one when absent
    #[arg(value_name = "SERVER")]
    server: Option<String>,
    /// Accepted for old scripts; trust is given with mcp:trust
    #[arg(long, hide = true)]
    force: bool,
}

/// Which tool.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct SchemaArgs {
    /// SERVER.TOOL
    #[arg(value_name = "TOOL")]
    tool: String,
    /// Accepted for old scripts; trust is given with mcp:trust
    #[arg(long, hide = true)]
    force: bool,
}

/// Lists tools.
///
/// # Errors
/// Of the one server that was asked for; `partial` when some of several failed.
pub(in crate::cli) fn tools(invocation: &Invocation, args: &ToolsArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let engine = runtime.engine();
    let servers = runtime.servers();
    warn(invocation, runtime);
    let names: Vec<String> = match &args.server {
        Some(name) => {
            servers.ready(name)?;
            vec![name.clone()]
        }
        None => {
            let all = servers.all();
            let ready = |name: &&String| match servers.ready(name) {
                Ok(_) => true,
                Err(fault) if fault.kind == Kind::NotActive => false,
                Err(fault) => {
                    invocation.printer().warn(&fault.message);
                    false
                }
            };
            all.servers.keys().filter(ready).cloned().collect()
        }
    };
    let listed = invocation.wait(join_all(names.iter().map(|name| engine.tools(name))))?;
    let (mut rows, mut lines, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    for (name, tools) in names.iter().zip(listed) {
        match tools {
            Ok(tools) => {
                for operation in tools.iter() {
                    let about = operation.about.lines().next().unwrap_or_default();
                    let function = operation.full_name();
                    lines.push(format!("{} - {about}", bare(&function)));
                    rows.push(tool(operation));
                }
            }
            Err(fault) if args.server.is_some() => return Err(fault),
            Err(fault) => {
                invocation.printer().warn(&fault.message);
                problems.push(json!({"server": name, "error": fault.to_json()}));
            }
        }
    }
    if lines.is_empty() {
        lines.push("No tools.".to_owned());
    }
    let partial = !problems.is_empty();
    let json = json!({"success": !partial, "tools": rows, "problems": problems});
    invocation.say(&Reply::new(json, lines.join("\n")).listing("tools"));
    Ok(if partial { Kind::Partial.row().exit } else { 0 })
}

/// Prints what a tool accepts.
///
/// # Errors
/// `not_found`; why the server cannot be asked.
pub(in crate::cli) fn schema(invocation: &Invocation, args: &SchemaArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let operation = find(invocation, runtime.engine(), &args.tool, None)?;
    let json = json!({"success": true, "tool": tool(&operation)});
    Ok(invocation.say(&Reply::new(json, pretty(&input_schema(&operation)))))
}
