//! `credentials`: what a program needs to know to use this machine's accounts. Never a secret: those
//! stay in the accounts, and a token is made for whoever is to use them.

use serde_json::json;

use crate::cli::invocation::Invocation;
use crate::cli::reply::Reply;
use crate::error::Fault;

/// What makes a token that a program can be given.
const MINT: &str = "kosmo membrane token";

/// In which form.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct CredentialsArgs {
    /// As lines for a shell or an .env file
    #[arg(long)]
    shell: bool,
}

/// Says where things are and how to get in.
///
/// # Errors
/// A broken settings file.
pub(in crate::cli) fn credentials(
    invocation: &Invocation,
    args: &CredentialsArgs,
) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let home = runtime.settings().paths().config.as_ref().map(|path| path.display().to_string());
    let accounts = &runtime.engine().accounts;
    let usual = runtime.catalogue().providers().next().map(|it| accounts.usual(it).to_owned());
    let note = format!("no secret leaves kosmo; `{MINT}` makes a token that limits its holder");
    let json = json!({
        "success": true,
        "apiUri": null,
        "workspaceKey": home,
        "workspaceSecret": null,
        "tenantKey": usual,
        "note": note,
        "next": MINT,
    });
    let text = |mark: &str, name: &str, value: &Option<String>| match value {
        Some(value) => format!("{mark}{name}={}\n", quoted(value)),
        None => String::new(),
    };
    let text = match args.shell {
        true => {
            text("export ", "MEMBRANE_WORKSPACE_KEY", &home)
                + &text("export ", "MEMBRANE_TENANT_KEY", &usual)
                + &format!("# {note}: export KOSMO_TOKEN=\"$({MINT})\"")
        }
        false => text("", "workspaceKey", &home) + &text("", "tenantKey", &usual) + &note,
    };
    Ok(invocation.say(&Reply::new(json, text)))
}

/// A value as one word of a shell.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}
