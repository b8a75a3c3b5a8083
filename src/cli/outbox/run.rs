//! `outbox:run`: a sender for a service manager. It sends what comes until a signal comes, follows
//! changes of accounts and settings, and then finishes what is in flight.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::log::Log;
use super::stop::Stopper;
use super::{Whose, events, open};
use crate::cli::invocation::Invocation;
use crate::cli::sending::Total;
use crate::cli::units;
use crate::engine::courier::{Aim, Courier, Ended, Flushed, News, Rate, Wait};
use crate::error::Fault;
use crate::runtime::Runtime;

/// Command lines for the help.
pub(in crate::cli) const EXAMPLES: &str = "\
kosmo outbox:run
kosmo outbox:run --rate 500 --drain-timeout 30s
kosmo outbox:run --account production --json 2>> courier.log";

/// How often to look whether settings have changed.
const LOOK: Duration = Duration::from_secs(2);

/// What to send, and how to end.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct RunArgs {
    #[command(flatten)]
    whose: Whose,
    /// Events a second for each account, or off
    #[arg(long, value_name = "N|off", value_parser = Rate::parse)]
    rate: Option<Rate>,
    #[command(flatten)]
    total: Total,
    /// How long what is in flight may take after a signal
    #[arg(long, value_name = "TIME", value_parser = units::duration, default_value = "10s")]
    drain_timeout: Duration,
}

/// Sends until a signal comes.
///
/// # Errors
/// When the outbox fails.
pub(in crate::cli) fn run(invocation: &Invocation, args: &RunArgs) -> Result<u8, Fault> {
    let (engine, _) = open(invocation)?;
    let aim = Aim {
        which: args.whose.which(engine)?,
        wait: Wait::No,
        until: None,
        afresh: true,
        grace: args.drain_timeout,
    };
    let log = Log::new(invocation);
    let (total, signal, last) = invocation.wait(serve(invocation, args, aim, &log))??;
    log.sum_up();
    let cut = last.cut;
    let line = format!("stopped after {} sent", events(total));
    log.say(&line, json!({"event": "stopped", "sent": total, "cut": cut}));
    if invocation.json() {
        invocation.printer().answer(&json!({"success": !cut, "sent": total, "cut": cut}));
    } else if cut {
        invocation.printer().warn("time was up: what was in flight is still queued");
    }
    Ok(if cut { signal.unwrap_or_default() } else { 0 })
}

/// Rounds until a signal comes: events sent, the signal, what came of the last round.
async fn serve(
    invocation: &Invocation,
    args: &RunArgs,
    mut aim: Aim,
    log: &Log<'_>,
) -> Result<(u64, Option<u8>, Flushed), Fault> {
    let stopper = Stopper::listen(invocation.printer())?;
    let mut hangup =
        signal(SignalKind::hangup()).map_err(|why| Fault::io("cannot listen for signals", &why))?;
    // A hang-up or a change of settings is a wish to look at everything again, also at accounts that
    // wait for somebody. While one does, what no file tells may have changed too.
    let (total, again, waiting) = (Cell::new(0), Cell::new(false), Cell::new(false));
    let tell = |news: &News| {
        if let News::Settled { sent, .. } = news {
            total.set(total.get() + *sent as u64);
        }
        log.hear(news);
    };
    let (mut runtime, mut known) = (Arc::clone(invocation.runtime()?), false);
    log.say("outbox:run is ready", json!({"event": "ready", "pid": std::process::id()}));
    loop {
        let watch = Watch::new(&runtime);
        let stale = |flushed: &Flushed| {
            log.sum_up();
            if watch.is_due() && watch.has_changed() {
                again.set(true);
            }
            waiting.set((waiting.get() && flushed.settled() == 0) || needs_action(flushed));
            again.get() || (waiting.get() && watch.is_due())
        };
        let courier = Courier::new(runtime.engine(), runtime.outbox());
        let courier = courier.at(args.rate).telling(&tell);
        let served = courier.run_until(&aim, stopper.stop(), known, stale);
        let ended = {
            let mut served = std::pin::pin!(served);
            loop {
                tokio::select! {
                    ended = &mut served => break ended?,
                    _ = hangup.recv() => again.set(true),
                }
            }
        };
        if let Ended::Stopped(last) = ended {
            return Ok((total.get(), stopper.status(), last));
        }
        (aim.afresh, known) = (again.replace(false), true);
        drop(courier);
        match invocation.fresh() {
            Ok(fresh) => runtime = fresh,
            Err(fault) => {
                log.complain(&fault);
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}

fn needs_action(flushed: &Flushed) -> bool {
    flushed.failed.iter().any(|(_, fault)| fault.exit() == 3)
}

/// Notices that settings have changed since they were read.
struct Watch {
    files: Vec<PathBuf>,
    seen: Vec<Option<SystemTime>>,
    next: Instant,
}

impl Watch {
    fn new(runtime: &Runtime) -> Self {
        let paths = runtime.settings().paths();
        let files = [paths.config_file(), paths.credentials_file(), paths.project.clone()];
        let files: Vec<PathBuf> = files.into_iter().flatten().collect();
        let seen = changed(&files);
        Self { files, seen, next: Instant::now() + LOOK }
    }

    /// Whether it is time to look.
    fn is_due(&self) -> bool {
        Instant::now() >= self.next
    }

    fn has_changed(&self) -> bool {
        changed(&self.files) != self.seen
    }
}

fn changed(files: &[PathBuf]) -> Vec<Option<SystemTime>> {
    let changed = |file: &PathBuf| std::fs::metadata(file).and_then(|meta| meta.modified()).ok();
    files.iter().map(changed).collect()
}
