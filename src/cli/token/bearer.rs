//! `membrane token`: the token that a program in the place of a user is given, with all its callers
//! usually need. What a token means is the business of [`crate::access`].

use std::time::Duration;

use super::{MintArgs, mint};
use crate::cli::invocation::Invocation;
use crate::cli::units;
use crate::error::Fault;

/// Command lines for the help.
pub(in crate::cli) const EXAMPLES: &str = "\
kosmo membrane token --expiresIn 5m
kosmo membrane token --tenantKey production --json
kosmo membrane token --manager";

/// How much it is to allow.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct BearerArgs {
    /// Allow whatever policy allows, not only reads and writes
    #[arg(long)]
    manager: bool,
    /// How long it lasts, 90 days at most; an hour if absent
    #[arg(long = "expiresIn", alias = "expires-in", value_name = "TIME", value_parser = units::duration)]
    expires_in: Option<Duration>,
    /// What to call it in lists
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// Makes a token for every function; `--tenantKey` names the account it is for.
///
/// # Errors
/// As [`mint`].
pub(in crate::cli) fn bearer(invocation: &Invocation, args: &BearerArgs) -> Result<u8, Fault> {
    let limited = invocation.runtime()?.engine().access.presented().is_some();
    let effects: &[&str] = match (limited, args.manager) {
        // A limited one hands on what it has.
        (true, false) => &[],
        (_, true) => &["all"],
        (false, false) => &["read", "write"],
    };
    let wish = MintArgs {
        allow: if limited { Vec::new() } else { vec!["*".to_owned()] },
        effects: effects.iter().map(ToString::to_string).collect(),
        account: invocation.tenant().map(str::to_owned).into_iter().collect(),
        expires_in: args.expires_in,
        calls: None,
        name: args.name.clone(),
        from: None,
    };
    mint(invocation, &wish)
}
