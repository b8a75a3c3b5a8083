//! `outbox:show`: the receipt of one event, and the event while it is kept.

use serde_json::{Value, json};

use super::open;
use crate::cli::invocation::Invocation;
use crate::cli::output::pretty;
use crate::cli::reply::Reply;
use crate::cli::sending::Store;
use crate::error::Fault;
use crate::ledger::outbox::{Receipt, Status};

/// Command lines for the help.
pub(in crate::cli) const EXAMPLES: &str = "\
kosmo outbox:show 0199f3a2-7c1e-7000-8000-000000000000";

/// Which event.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct ShowArgs {
    /// Its message id
    #[arg(value_name = "MESSAGE_ID")]
    id: String,
    #[command(flatten)]
    store: Store,
}

/// Shows it.
///
/// # Errors
/// `not_found` when there is no record of it, or when the outbox cannot be read.
pub(in crate::cli) fn show(invocation: &Invocation, args: &ShowArgs) -> Result<u8, Fault> {
    let (_, outbox) = open(invocation)?;
    let found = invocation.wait(outbox.look(&args.id))??;
    if found.status == Status::Unknown {
        return Err(Fault::not_found(format!("no record of the event `{}`", args.id)).hint(
            "it was sent directly, never queued here, or settled longer ago than receipts are kept",
        ));
    }
    let body = found.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
    let mut object = found.to_json();
    object.insert("event".to_owned(), body.clone().unwrap_or(Value::Null));
    let text = told(&found, body.as_ref());
    Ok(invocation.say(&Reply::new(json!({"success": true, "receipt": object}), text)))
}

fn told(found: &Receipt, body: Option<&Value>) -> String {
    let place = found.place.as_ref();
    let place = place.map(|place| format!("{}/{}", place.provider, place.account));
    let line = |name: &str, value: Option<String>| Some(format!("{name:9} {}", value?));
    let reason = found.status.reason();
    let why = reason.map(|reason| format!("{} ({})", reason.message, reason.code));
    let lines = [
        line("event", Some(found.message_id.clone())),
        line("status", Some(found.status.word().to_owned())),
        line("account", place),
        line("at", found.at.clone()),
        line("reason", why),
        body.map(pretty),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}
