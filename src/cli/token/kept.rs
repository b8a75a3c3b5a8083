//! `token list` and `token revoke`: the tokens that were made, and their end.

use serde_json::{Value, json};

use super::{moment, read};
use crate::access::now;
use crate::cli::describe::table;
use crate::cli::invocation::Invocation;
use crate::cli::reply::Reply;
use crate::error::Fault;
use crate::ledger::tokens::Entry;

/// Command lines for the help.
pub(in crate::cli) const REVOKE_EXAMPLES: &str = "\
kosmo token revoke nightly
kosmo token revoke --all";

/// Nothing to say about it.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ListArgs {}

/// Which token.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct RevokeArgs {
    /// Its id or the beginning of it, its name, or the token itself (@FILE, - for standard input)
    #[arg(value_name = "TOKEN", required_unless_present = "all", conflicts_with = "all")]
    which: Option<String>,
    /// Every token of this machine: the key they are signed with is thrown away
    #[arg(long)]
    all: bool,
}

/// Every token that is remembered.
///
/// # Errors
/// When the ledger cannot be read, or a token does not allow looking.
pub(in crate::cli) fn list(invocation: &Invocation, _: &ListArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("looking at tokens")?;
    let tokens = runtime.engine().access.list()?;
    let items: Vec<Value> = tokens.iter().map(|token| object(token, &tokens)).collect();
    let rows = tokens.iter().map(|token| {
        let scope: Value = serde_json::from_str(&token.scope).unwrap_or_default();
        let list = |key: &str| {
            let words = scope[key].as_array().into_iter().flatten().filter_map(Value::as_str);
            words.collect::<Vec<_>>().join(", ")
        };
        let calls = token.calls.map_or_else(|| "-".to_owned(), |calls| calls.to_string());
        vec![
            token.id.clone(),
            token.name.clone().unwrap_or_default(),
            list("functions"),
            list("effects"),
            list("accounts"),
            format!("{} of {calls}", token.used),
            moment(token.expires),
            state(token, &tokens).to_owned(),
        ]
    });
    let header = ["Id", "Name", "Functions", "Effects", "Accounts", "Calls", "Expires", "State"];
    let text = match tokens.is_empty() {
        true => "No tokens were made.".to_owned(),
        false => table(&header, rows),
    };
    let json = json!({"success": true, "tokens": items});
    Ok(invocation.say(&Reply::new(json, text).listing("tokens")))
}

fn object(token: &Entry, all: &[Entry]) -> Value {
    json!({
        "id": token.id,
        "name": token.name,
        "from": token.parent,
        "scope": serde_json::from_str::<Value>(&token.scope).unwrap_or_default(),
        "used": token.used,
        "made_at": moment(token.made),
        "expires_at": moment(token.expires),
        "revoked_at": token.revoked.map(moment),
        "state": state(token, all),
    })
}

/// One word for how a token stands; what it was narrowed from counts too.
fn state(token: &Entry, all: &[Entry]) -> &'static str {
    if token.revoked.is_some() {
        return "revoked";
    }
    let above = token.parent.as_ref().and_then(|id| all.iter().find(|other| other.id == *id));
    match above.map(|above| state(above, all)) {
        Some("revoked") => "revoked",
        _ if token.expires <= now() => "expired",
        Some("spent") => "spent",
        _ if token.calls.is_some_and(|calls| token.used >= calls) => "spent",
        _ => "active",
    }
}

/// Ends a token, or all of them.
///
/// # Errors
/// `not_found` when there is no such token, usage when several fit.
pub(in crate::cli) fn revoke(invocation: &Invocation, args: &RevokeArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("revoking tokens")?;
    let access = &runtime.engine().access;
    let tokens = access.list()?;
    let standing = |token: &&Entry| token.revoked.is_none();
    let Some(given) = args.which.as_deref() else {
        let had_key = access.forget_key()?;
        let ended: Vec<&str> = tokens.iter().filter(standing).map(|t| t.id.as_str()).collect();
        for id in &ended {
            access.revoke(id)?;
        }
        let text = match had_key {
            true => "Every token has ended; the next one is signed with a new key.",
            false => "There was no key, so no token counts.",
        };
        let json = json!({"success": true, "revoked": ended, "all": true});
        return Ok(invocation.say(&Reply::new(json, text)));
    };
    let id = meant(invocation, &tokens, given)?;
    let was = access.revoke(&id)?;
    let text = match was {
        true => format!("Revoked {id}."),
        false => format!("{id} was revoked already."),
    };
    let json = json!({"success": true, "revoked": [id], "was_active": was});
    Ok(invocation.say(&Reply::new(json, text)))
}

/// The id of the token that is meant.
fn meant(invocation: &Invocation, tokens: &[Entry], given: &str) -> Result<String, Fault> {
    let text = read(given)?;
    if text.matches('.').count() == 2 {
        return invocation.runtime()?.engine().access.id(&text);
    }
    let named: Vec<&Entry> =
        tokens.iter().filter(|token| token.name.as_deref() == Some(&*text)).collect();
    let fits = |token: &&Entry| text.len() >= 4 && token.id.starts_with(&text);
    let found = if named.is_empty() { tokens.iter().filter(fits).collect() } else { named };
    match found.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => Err(Fault::not_found(format!("there is no token `{text}`"))
            .code("unknown_token")
            .hint("`kosmo token list` lists them")),
        several => {
            let ids: Vec<&str> = several.iter().map(|token| token.id.as_str()).collect();
            Err(Fault::usage(format!("`{text}` is several tokens")).hint(ids.join(", ")))
        }
    }
}
