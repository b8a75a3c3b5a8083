//! `token mint`: handing out tokens that limit what their holder may do. What a token means is the
//! business of [`crate::access`].

mod bearer;
mod kept;
mod wish;

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::invocation::Invocation;
use super::reply::Reply;
use super::{stdin, units};
use crate::access::now;
use crate::error::{Fault, Kind};
pub(super) use bearer::{BearerArgs, EXAMPLES as BEARER_EXAMPLES, bearer};
pub(super) use kept::{ListArgs, REVOKE_EXAMPLES, RevokeArgs, list, revoke};
use wish::{link, nothing};

/// Command lines for the help.
pub(super) const MINT_EXAMPLES: &str = "\
kosmo token mint --allow 'segment.list_*' --expires-in 8h
kosmo token mint --allow track_event --effects write --account production --calls 100 --name nightly
kosmo token mint --from @parent.jwt --allow segment.get_source --json";

/// What the token is to allow.
#[derive(Debug, clap::Args)]
pub(super) struct MintArgs {
    /// A function, or a pattern with `*`; may be given several times
    #[arg(long, value_name = "FUNCTION", visible_alias = "functions", value_delimiter = ',')]
    allow: Vec<String>,
    /// What the calls may do: read, write, replace, destroy, erase, or all
    #[arg(long, value_name = "EFFECTS", value_delimiter = ',')]
    effects: Vec<String>,
    /// An account, or a pattern with `*`; any account if absent
    #[arg(long, value_name = "ACCOUNT", value_delimiter = ',')]
    account: Vec<String>,
    /// How long it lasts, 90 days at most; an hour if absent
    #[arg(long, value_name = "TIME", alias = "expiresIn", value_parser = units::duration)]
    expires_in: Option<Duration>,
    /// How many calls may be made with it and with what is narrowed from it
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    calls: Option<u64>,
    /// What to call it in lists
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A token (@FILE, - for standard input) that the new one is to stay within
    #[arg(long, value_name = "TOKEN")]
    from: Option<String>,
}

/// Makes a token.
///
/// # Errors
/// Usage for what can be in no token, `token_wider` for more than the token it is made from has.
pub(super) fn mint(invocation: &Invocation, args: &MintArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let access = &runtime.engine().access;
    let given = args.from.as_deref().map(read).transpose()?;
    // Whoever is limited by a token hands on no more than that.
    let own = access.presented().map(|token| token.expose().to_owned());
    let from = given.or(own);
    let above = from.as_deref().map(|token| access.verify(token, now())).transpose()?;
    let above = above.as_ref().map(|grant| grant.claims());
    let link = link(runtime.catalogue(), args, above.and_then(|claims| claims.scope.last()))?;
    let count = runtime
        .catalogue()
        .operations()
        .filter(|operation| link.covers(operation))
        .filter(|operation| {
            above.is_none_or(|above| above.scope.iter().all(|link| link.covers(operation)))
        })
        .count();
    if count == 0 {
        return Err(nothing(runtime.catalogue(), &link, above.is_some()));
    }
    let (token, claims) = access.mint(&link, from.as_deref(), now())?;
    runtime.redactor().learn(&token);
    let expires = moment(claims.exp);
    let json = json!({
        "success": true,
        "token": token.expose(),
        "id": claims.jti,
        "name": link.name,
        "scope": link.to_json(),
        "functions": count,
        "made_at": moment(claims.iat),
        "expires_at": expires,
        "from": claims.scope.len().checked_sub(2).map(|at| claims.scope[at].id.as_str()),
    });
    invocation.printer().note(&format!(
        "covers {count} function{} until {expires}",
        if count == 1 { "" } else { "s" }
    ));
    Ok(invocation.say(&Reply::new(json, token.expose())))
}

/// A token on the command line, `@FILE` or `-`.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn read(given: &str) -> Result<String, Fault> {
    let text = match given.strip_prefix('@') {
        Some(path) => stdin::file("token file", Path::new(path))?,
        None if given == "-" => stdin::all()?,
        None => given.to_owned(),
    };
    Ok(text.trim().to_owned())
}

fn moment(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| "never".to_owned(), |at| at.to_string())
}

/// The refusal of a command that is for whoever owns the accounts.
pub(super) fn not_covered(what: &str) -> Fault {
    Fault::new(Kind::PolicyDenied, format!("a token does not cover {what}"))
        .code("token_scope")
        .hint("run it without --token and KOSMO_TOKEN")
}
