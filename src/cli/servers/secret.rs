//! `mcp:secret:set`, `:list` and `:unset`: what entries refer to as `@secret:mcp.<server>.<key>`.

use serde_json::{Value, json};

use crate::cli::invocation::Invocation;
use crate::cli::reply::Reply;
use crate::cli::stdin;
use crate::error::Fault;
use crate::settings::is_reference;
use crate::upstream::secrets::{full_key, list as kept, set as keep};

/// Command lines for the help.
pub(in crate::cli) const SET_EXAMPLES: &str = "\
printf %s \"$TOKEN\" | kosmo mcp:secret:set github token --stdin
kosmo mcp:secret:set github token --env GITHUB_TOKEN";

/// A secret and its value.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct SetArgs {
    /// The server
    #[arg(value_name = "SERVER")]
    server: Option<String>,
    /// The name its entry refers to
    #[arg(value_name = "KEY")]
    key: Option<String>,
    /// The value; other programs can see command lines, so rather use --stdin or --env
    #[arg(value_name = "VALUE")]
    value: Option<String>,
    /// Read the value from standard input
    #[arg(long, conflicts_with_all = ["value", "env"])]
    stdin: bool,
    /// Take the value of this variable as it is now
    #[arg(long, value_name = "NAME", conflicts_with = "value")]
    env: Option<String>,
}

/// Whose secrets.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ListArgs {
    /// The server; all of them when absent
    #[arg(value_name = "SERVER")]
    server: Option<String>,
}

/// Which secret.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct UnsetArgs {
    /// The server
    #[arg(value_name = "SERVER")]
    server: Option<String>,
    /// The name its entry refers to
    #[arg(value_name = "KEY")]
    key: Option<String>,
}

fn both<'a>(server: Option<&'a str>, key: Option<&'a str>) -> Result<(&'a str, &'a str), Fault> {
    server.zip(key).ok_or_else(|| {
        Fault::usage("Server and key are required.").hint("kosmo mcp:secret:set SERVER KEY --stdin")
    })
}

/// Keeps a secret.
///
/// # Errors
/// No value, or a file that cannot be written.
pub(in crate::cli) fn set(invocation: &Invocation, args: &SetArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("keeping secrets")?;
    let (server, key) = both(args.server.as_deref(), args.key.as_deref())?;
    let value = match (&args.value, &args.env, args.stdin) {
        (Some(value), ..) => value.clone(),
        (None, Some(name), _) => {
            let found = runtime.settings().environment().get(name);
            let found = found.and_then(|value| value.into_string().ok());
            found.ok_or_else(|| Fault::usage(format!("the variable `{name}` is not set")))?
        }
        (None, None, true) => {
            let text = stdin::all()?;
            text.strip_suffix('\n').unwrap_or(&text).trim_end_matches('\r').to_owned()
        }
        (None, None, false) => return Err(Fault::usage("Provide a value, --stdin, or --env.")),
    };
    if value.is_empty() {
        return Err(Fault::usage("the value is empty").hint("mcp:secret:unset forgets a secret"));
    }
    if is_reference(&value) && !value.starts_with("env:") {
        return Err(Fault::usage(
            "a value of an MCP server's secret cannot be a `file:` or `cmd:` reference",
        ));
    }
    keep(runtime.settings(), server, key, Some(&value))?;
    let full = full_key(server, key);
    let json = json!({"success": true, "server": server, "key": full, "configured": true});
    Ok(invocation.say(&Reply::new(json, format!("Kept {full}."))))
}

/// Lists the names of secrets, never their values.
///
/// # Errors
/// Settings that cannot be read.
pub(in crate::cli) fn list(invocation: &Invocation, args: &ListArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("looking at secrets")?;
    let secrets = kept(runtime.settings(), args.server.as_deref());
    let rows: Vec<Value> = secrets
        .iter()
        .map(|(server, name)| {
            json!({"server": server, "key": full_key(server, name), "configured": true})
        })
        .collect();
    let lines: Vec<String> = secrets.iter().map(|(server, name)| full_key(server, name)).collect();
    let text = if lines.is_empty() { "No secrets are kept.".to_owned() } else { lines.join("\n") };
    Ok(invocation
        .say(&Reply::new(json!({"success": true, "secrets": rows}), text).listing("secrets")))
}

/// Forgets a secret.
///
/// # Errors
/// A file that cannot be written.
pub(in crate::cli) fn unset(invocation: &Invocation, args: &UnsetArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("keeping secrets")?;
    let (server, key) = both(args.server.as_deref(), args.key.as_deref())?;
    let was = keep(runtime.settings(), server, key, None)?;
    let full = full_key(server, key);
    let text = if was { format!("Forgot {full}.") } else { format!("{full} was not kept.") };
    let json = json!({"success": true, "server": server, "key": full, "configured": false});
    Ok(invocation.say(&Reply::new(json, text)))
}
