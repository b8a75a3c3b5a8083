//! `outbox:export`: events as JSON Lines, printed as they are read and forgotten.

use serde_json::Value;

use super::{Whose, open};
use crate::cli::invocation::Invocation;
use crate::error::Fault;
use crate::ledger::outbox::Receipt;

/// Command lines for the help.
pub(in crate::cli) const EXAMPLES: &str = "\
kosmo outbox:export --buried > refused.jsonl
kosmo outbox:export --buried --receipts --account production
kosmo outbox:export > queued.jsonl";

/// Events read at a time.
const PAGE: usize = 500;

/// What to print.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct ExportArgs {
    #[command(flatten)]
    whose: Whose,
    /// The events that were refused, instead of those that wait to be sent
    #[arg(long)]
    buried: bool,
    /// Each in an object with its id, account, status and reason
    #[arg(long)]
    receipts: bool,
}

/// Prints them.
///
/// # Errors
/// When the outbox cannot be read.
pub(in crate::cli) fn export(invocation: &Invocation, args: &ExportArgs) -> Result<u8, Fault> {
    if invocation.json() {
        return Err(Fault::usage("--json is one object, outbox:export prints one a line")
            .hint("leave --json out, or use outbox:list --buried --json"));
    }
    let (engine, outbox) = open(invocation)?;
    let which = args.whose.which(engine)?;
    invocation.wait(async {
        let mut cursor: Option<String> = None;
        loop {
            let page = outbox.list(&which, args.buried, cursor.as_deref(), PAGE).await?;
            let lines: Vec<String> = page.iter().filter_map(|one| line(one, args)).collect();
            invocation.printer().lines(&lines.join("\n"));
            let Some(last) = page.last().filter(|_| page.len() == PAGE) else { return Ok(0) };
            // Nobody reads it any more.
            if invocation.printer().lost() {
                return Ok(0);
            }
            cursor = Some(last.message_id.clone());
        }
    })?
}

fn line(one: &Receipt, args: &ExportArgs) -> Option<String> {
    let body = one.body.as_deref()?;
    if !args.receipts {
        return Some(String::from_utf8_lossy(body).into_owned());
    }
    let mut object = one.to_json();
    object.insert("event".to_owned(), serde_json::from_slice(body).unwrap_or(Value::Null));
    Some(Value::Object(object).to_string())
}
