//! `outbox:retry` and `outbox:bury`: deciding about events that could not be sent, or should not be.

use serde_json::{Value, json};

use super::{Whose, events, open};
use crate::cli::invocation::Invocation;
use crate::cli::reply::Reply;
use crate::engine::Engine;
use crate::error::{Fault, Kind};
use crate::ledger::outbox::{Outbox, Reason, Status, Which};

/// Command lines for the help.
pub(in crate::cli) const RETRY_EXAMPLES: &str = "\
kosmo outbox:retry 0199f3a2-7c1e-7000-8000-000000000000
kosmo outbox:retry --account production
kosmo outbox:retry --account production --as-is";

/// Command lines for the help.
pub(in crate::cli) const BURY_EXAMPLES: &str = "\
kosmo outbox:bury 0199f3a2-7c1e-7000-8000-000000000000 --reason 'sent by mistake'
kosmo outbox:bury --account staging --reason 'a test that went wrong'";

/// Which events.
#[derive(Debug, Clone, clap::Args)]
struct Those {
    /// Message ids
    #[arg(value_name = "MESSAGE_ID")]
    ids: Vec<String>,
    #[command(flatten)]
    whose: Whose,
    /// All of them
    #[arg(long)]
    all: bool,
}

/// Which events to queue again.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct RetryArgs {
    #[command(flatten)]
    those: Those,
    /// Also send what was queued for the account's former key or URL to the present one
    #[arg(long)]
    as_is: bool,
}

/// Which events to bury.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct BuryArgs {
    #[command(flatten)]
    those: Those,
    /// Why, for whoever finds them
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Those {
    /// What the outbox understands.
    fn which(&self, engine: &Engine, verb: &str) -> Result<Which, Fault> {
        if self.ids.is_empty() && self.whose.is_open() && !self.all {
            return Err(Fault::usage(format!("nothing says which events to {verb}"))
                .hint("give message ids, --account NAME, or --all"));
        }
        if self.all && !self.ids.is_empty() {
            return Err(Fault::usage("--all and message ids exclude one another"));
        }
        Ok(Which { message_ids: self.ids.clone(), ..self.whose.which(engine)? })
    }
}

/// Queues buried events again, and adopts those of a place that has moved.
///
/// # Errors
/// `not_found` when none of the ids is of a buried event; when the outbox fails.
pub(in crate::cli) fn retry(invocation: &Invocation, args: &RetryArgs) -> Result<u8, Fault> {
    let (engine, outbox) = open(invocation)?;
    let which = args.those.which(engine, "retry")?;
    if args.as_is && !args.those.ids.is_empty() {
        return Err(Fault::usage("--as-is is about an account, not about single events")
            .hint("leave the message ids out, and give --account NAME"));
    }
    invocation.wait(async {
        let others =
            others(outbox, &args.those.ids, |status| matches!(status, Status::Buried { .. }));
        let others = others.await?;
        let queued = outbox.retry(&which).await?;
        let adopted = if args.as_is { adopt(engine, outbox, &which).await? } else { 0 };
        let mut text = format!("{} queued again.", events(queued));
        if args.as_is {
            text += &format!(" {} adopted.", events(adopted));
        }
        if queued + adopted > 0 {
            text += " kosmo outbox:flush sends what is queued.";
        }
        let json =
            json!({"success": true, "queued": queued, "adopted": adopted, "skipped": others});
        report(invocation, args.those.ids.len(), &others, Reply::new(json, text))
    })?
}

/// Lets events of an account's former key or URL count as those of the present one.
async fn adopt(engine: &Engine, outbox: &dyn Outbox, which: &Which) -> Result<u64, Fault> {
    let mut adopted = 0;
    for (place, _) in outbox.state(which).await? {
        let now = engine.place(&place.provider, Some(&place.account))?;
        if now.mark != place.mark {
            adopted += outbox.adopt(&place, &now.mark).await?;
        }
    }
    Ok(adopted)
}

/// Buries queued events.
///
/// # Errors
/// `not_found` when none of the ids is of a queued event; when the outbox fails.
pub(in crate::cli) fn bury(invocation: &Invocation, args: &BuryArgs) -> Result<u8, Fault> {
    let (engine, outbox) = open(invocation)?;
    let which = args.those.which(engine, "bury")?;
    let message = engine.redactor.text(args.reason.trim()).into_owned();
    if message.is_empty() {
        return Err(Fault::usage("the reason is empty").param("reason"));
    }
    let reason = Reason { code: "buried_by_hand".to_owned(), message, http_status: None };
    invocation.wait(async {
        let others = others(outbox, &args.those.ids, |status| *status == Status::Queued).await?;
        let buried = outbox.bury(&which, reason).await?;
        let text = format!("{} buried. kosmo outbox:retry takes that back.", events(buried));
        let json = json!({"success": true, "buried": buried, "skipped": others});
        report(invocation, args.those.ids.len(), &others, Reply::new(json, text))
    })?
}

/// The ids that are not of events in the right state, with the state they are in.
async fn others(
    outbox: &dyn Outbox,
    ids: &[String],
    right: fn(&Status) -> bool,
) -> Result<Vec<Value>, Fault> {
    let mut others = Vec::new();
    for id in ids {
        let status = outbox.look(id).await?.status;
        if !right(&status) {
            others.push(json!({"message_id": id, "status": status.word()}));
        }
    }
    Ok(others)
}

/// Prints what was done, or that it could not be done for all.
fn report(
    invocation: &Invocation,
    asked: usize,
    others: &[Value],
    mut reply: Reply,
) -> Result<u8, Fault> {
    let told: Vec<String> = others
        .iter()
        .map(|one| {
            let of = |key: &str| one[key].as_str().unwrap_or_default();
            format!("{} is {}", of("message_id"), of("status"))
        })
        .collect();
    if asked > 0 && others.len() == asked {
        return Err(Fault::not_found(told.join(", ")).hint("kosmo outbox:list shows what there is"));
    }
    if others.is_empty() {
        return Ok(invocation.say(&reply));
    }
    reply.json["success"] = json!(false);
    let fault = Fault::new(Kind::Partial, format!("not done for all: {}", told.join(", ")));
    super::flush::with_fault(&mut reply.json, &fault);
    invocation.say(&reply);
    if !invocation.json() {
        invocation.printer().complain(&fault);
    }
    Ok(fault.exit())
}
