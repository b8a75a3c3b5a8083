//! `outbox:flush`: sends what is queued now, and says truthfully what is left.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::stop::Stopper;
use super::{Whose, events, open};
use crate::cli::invocation::Invocation;
use crate::cli::progress::Progress;
use crate::cli::reply::Reply;
use crate::cli::sending::Total;
use crate::cli::signal::interrupted;
use crate::cli::units;
use crate::engine::courier::{Aim, Courier, Flushed, News, Rate, Wait};
use crate::error::Fault;

/// Command lines for the help.
pub(in crate::cli) const EXAMPLES: &str = "\
kosmo outbox:flush
kosmo outbox:flush --wait --timeout 5m --json
kosmo outbox:flush --account production --rate 200";

/// How long what is in flight may take after Ctrl-C.
const GRACE: Duration = Duration::from_secs(10);

/// What to send, and for how long.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct FlushArgs {
    #[command(flatten)]
    whose: Whose,
    /// Also wait for accounts that pause and for events that another process is sending
    #[arg(long)]
    wait: bool,
    /// Leave the rest queued after this time
    #[arg(long, value_name = "TIME", value_parser = units::duration)]
    timeout: Option<Duration>,
    /// Events a second for each account, or off
    #[arg(long, value_name = "N|off", value_parser = Rate::parse)]
    rate: Option<Rate>,
    #[command(flatten)]
    total: Total,
}

/// Sends.
///
/// # Errors
/// When the outbox fails.
pub(in crate::cli) fn flush(invocation: &Invocation, args: &FlushArgs) -> Result<u8, Fault> {
    let (engine, outbox) = open(invocation)?;
    let aim = Aim {
        which: args.whose.which(engine)?,
        wait: if args.wait { Wait::All } else { Wait::No },
        until: args.timeout.map(|time| Instant::now() + time),
        afresh: true,
        grace: GRACE,
    };
    let progress = Progress::start(invocation.printer(), "sending queued events", None);
    let tell = |news: &News| {
        if let News::Settled { sent, buried, .. } = news {
            progress.advance((sent + buried) as u64);
        }
    };
    let courier = Courier::new(engine, outbox).at(args.rate).telling(&tell);
    let (flushed, signal) = invocation.wait(async {
        let stopper = Stopper::listen(invocation.printer())?;
        let flushed = courier.drain(&aim, stopper.stop()).await?;
        Ok::<_, Fault>((flushed, stopper.status()))
    })??;
    drop(courier);
    progress.finish(&format!("{} sent", events(flushed.sent)));
    Ok(told(invocation, &flushed, signal))
}

/// Prints what came of it and gives the exit status.
fn told(invocation: &Invocation, flushed: &Flushed, signal: Option<u8>) -> u8 {
    let fault = match signal.filter(|_| flushed.stopped) {
        Some(status) => Some((interrupted(status), status)),
        None => flushed.fault().map(|fault| (fault.clone(), fault.exit())),
    };
    let mut object = json!({"success": fault.is_none()});
    if let (Some(object), Value::Object(all)) = (object.as_object_mut(), flushed.to_json()) {
        object.extend(all);
    }
    if let Some((fault, _)) = &fault {
        with_fault(&mut object, fault);
    }
    let (queued, buried) = (flushed.queued, flushed.buried);
    let text = format!("{} sent, {queued} queued, {buried} refused.", events(flushed.sent));
    invocation.say(&Reply::new(object, text));
    let Some((fault, status)) = fault else { return 0 };
    if !invocation.json() {
        for refusal in flushed.refused.iter().take(10) {
            let message = &refusal.reason.message;
            invocation.printer().note(&format!("{}: {message}", refusal.message_id));
        }
        invocation.printer().complain(&fault);
    }
    status
}

/// Adds a failure to an object in the documented form.
pub(super) fn with_fault(object: &mut Value, fault: &Fault) {
    object["error"] = json!(fault.message);
    object["error_detail"] = fault.to_json();
}
