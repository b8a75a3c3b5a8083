//! How events leave, and the end of a run: it waits for the events it has queued, and says what was
//! sent, what is still queued and what was refused.

mod accompany;

use std::time::{Duration, Instant};

use clap::ArgMatches;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::invocation::Invocation;
use super::output::Printer;
use super::progress::Progress;
use super::signal::Signals;
use super::units;
use crate::engine::courier::{Aim, Courier, Rate, Wait};
use crate::engine::{Delivery, Engine};
use crate::error::{Fault, Kind};
use crate::ledger::outbox::{Mine, Outbox, Status};
use crate::settings::Settings;

/// The most refused events that are listed one by one.
const LISTED: usize = 100;

/// How long what is in flight may take after Ctrl-C.
const GRACE: Duration = Duration::from_secs(2);

/// How often to look whether there is something to send yet.
const LOOK: Duration = Duration::from_millis(20);

/// Where events wait that are not sent at once.
#[derive(Debug, Default, Clone, clap::Args)]
pub(super) struct Store {
    /// The NATS server whose outbox is meant, instead of this machine's: nats://host:4222
    #[arg(long = STORE, value_name = "URL")]
    outbox: Option<String>,
}

/// How fast events leave for all accounts together.
#[derive(Debug, Default, Clone, clap::Args)]
pub(super) struct Total {
    /// Events a second over all accounts (the setting outbox.total_rate), or off
    #[arg(long = TOTAL, id = TOTAL, value_name = "N|off", value_parser = Rate::parse)]
    total_rate: Option<Rate>,
}

/// The flags that name them.
const STORE: &str = "outbox";
const TOTAL: &str = "total-rate";

/// A setting, and the flag that gave it.
type Given = (String, toml::Value, String);

/// The settings that such flags stand for, for whatever command has them.
pub(super) fn given(matches: &ArgMatches) -> Vec<Given> {
    let url = matches.try_get_one::<String>(STORE).ok().flatten();
    let url = url.map(|url| ("outbox.url", toml::Value::from(url.as_str()), STORE));
    let rate = matches.try_get_one::<Rate>(TOTAL).ok().flatten();
    let rate = rate.map(|Rate(rate)| {
        let rate = rate.map_or_else(|| "off".into(), |rate| toml::Value::from(i64::from(rate)));
        ("outbox.total_rate", rate, TOTAL)
    });
    let all = url.into_iter().chain(rate);
    all.map(|(key, value, flag)| (key.to_owned(), value, format!("--{flag}"))).collect()
}

/// How events leave.
#[derive(Debug, Default, Clone, clap::Args)]
pub(super) struct Sending {
    #[command(flatten)]
    store: Store,
    /// Send each event at once (direct), or keep it safely and send it in a batch (outbox)
    #[arg(long, value_name = "WAY", value_parser = ["direct", "outbox"])]
    delivery: Option<String>,
    /// How long to wait at the end for what was kept to be sent; 0 leaves it to others
    #[arg(long, value_name = "TIME", value_parser = units::patience)]
    flush_timeout: Option<Duration>,
    /// Events a second of the courier of this run; none for the settings'.
    #[arg(skip)]
    rate: Option<Rate>,
}

/// What became of the events of a run.
#[derive(Debug)]
pub(super) struct Sent {
    mine: Mine,
    /// Whether the run was to wait for them.
    waited: bool,
    /// Why not all of them were sent, as far as that is known.
    why: Option<Fault>,
}

impl Sending {
    /// The way that was asked for.
    pub(super) fn delivery(&self) -> Option<Delivery> {
        Delivery::parse(self.delivery.as_deref()?)
    }

    /// The same with a courier at another rate.
    #[must_use]
    pub(super) fn at(self, rate: Option<Rate>) -> Self {
        Self { rate, ..self }
    }

    /// How long this run waits at its end for what it has queued.
    pub(super) fn patience(&self, settings: &Settings) -> Duration {
        let setting = || settings.duration("outbox.flush_timeout");
        self.flush_timeout.or_else(setting).unwrap_or(Duration::from_secs(30))
    }

    /// The same where events go to the emulator too: what is kept for it is gone with the process.
    fn patience_with(&self, engine: &Engine) -> Duration {
        match self.patience(&engine.settings) {
            Duration::ZERO if engine.accounts.emulated() => GRACE,
            given => given,
        }
    }

    /// Waits for the events that this run has queued, unless it is in a hurry; none when there are
    /// none.
    ///
    /// # Errors
    /// When the outbox fails.
    pub(super) fn end(&self, invocation: &Invocation, hurry: bool) -> Result<Option<Sent>, Fault> {
        let runtime = invocation.runtime()?;
        let Some(engine) = runtime.engine_if_open() else { return Ok(None) };
        let patience = if hurry { Duration::ZERO } else { self.patience_with(engine) };
        invocation.wait(async {
            let outbox = &*engine.outgoing.outbox;
            if outbox.appended() == 0 {
                return Ok(None);
            }
            let settled = self.settled(invocation, engine, patience).await;
            sum_up(outbox, settled, !patience.is_zero()).await.map(Some)
        })?
    }

    /// What became of the events that this process has queued, after an attempt to send them if there
    /// is time, and why that failed.
    ///
    /// # Errors
    /// When the outbox cannot be looked at.
    async fn settled(
        &self,
        invocation: &Invocation,
        engine: &Engine,
        patience: Duration,
    ) -> Result<(Mine, Option<Fault>), Fault> {
        let outbox = &*engine.outgoing.outbox;
        let mine = outbox.mine(LISTED).await?;
        if mine.queued == 0 || patience.is_zero() {
            return Ok((mine, None));
        }
        let _waiting = Progress::start(invocation.printer(), "sending", None);
        let why = self.send(engine, patience).await.unwrap_or_else(Some);
        Ok((outbox.mine(LISTED).await?, why))
    }

    /// Carries what this process has queued until it is settled, time is up or a signal comes.
    async fn send(&self, engine: &Engine, patience: Duration) -> Result<Option<Fault>, Fault> {
        let until = Instant::now().checked_add(patience);
        let aim = Aim { wait: Wait::Mine, until, grace: GRACE, afresh: true, ..Aim::default() };
        let courier = Courier::new(engine, &*engine.outgoing.outbox).at(self.rate);
        let (stop, stopped) = watch::channel(false);
        let mut signals = Signals::listen()?;
        let mut drained = std::pin::pin!(courier.drain(&aim, stopped));
        let flushed = tokio::select! {
            flushed = &mut drained => flushed,
            _ = signals.next() => {
                stop.send_replace(true);
                drained.await
            }
        }?;
        let paused = flushed.paused.into_iter().next();
        let paused = || paused.map(|(_, why, _)| Fault::new(Kind::Unavailable, why));
        Ok(flushed.failed.into_iter().next().map(|(_, fault)| fault).or_else(paused))
    }
}

/// What to say of events, from what is known of them. When that is nothing, they are kept, though
/// nobody can send any more for the moment.
///
/// # Errors
/// When those that are left do not outlive the machine.
async fn sum_up(
    outbox: &dyn Outbox,
    settled: Result<(Mine, Option<Fault>), Fault>,
    waited: bool,
) -> Result<Sent, Fault> {
    let kept = |fault| (Mine { queued: outbox.appended(), ..Mine::default() }, Some(fault));
    let (mine, why) = settled.unwrap_or_else(kept);
    if mine.queued > 0 {
        outbox.sync().await?;
    }
    Ok(Sent { mine, waited, why })
}

impl Sent {
    /// `meta.delivery`: `sent`, `queued`, `refused`, and the first of those refused one by one.
    pub(super) fn to_json(&self) -> Value {
        let Mine { sent, queued, refused, listed } = &self.mine;
        let mut delivery = json!({"sent": sent, "queued": queued, "refused": refused});
        if *refused > 0 {
            delivery["listed"] = listed
                .iter()
                .filter_map(|receipt| {
                    let Status::Buried { reason } = &receipt.status else { return None };
                    Some(json!({
                        "message_id": receipt.message_id, "code": reason.code,
                        "message": reason.message, "http_status": reason.http_status,
                    }))
                })
                .collect();
        }
        if let Some(why) = &self.why {
            delivery["error"] = json!(why.message);
        }
        delivery
    }

    /// The exit status when all else went well. Who does not wait wants events to be queued.
    pub(super) fn status(&self) -> u8 {
        let unsent = self.mine.queued > 0 && self.waited;
        if unsent || self.mine.refused > 0 { Kind::Partial.row().exit } else { 0 }
    }

    /// Says it to a person.
    pub(super) fn tell(&self, printer: &Printer) {
        let Mine { sent, queued, refused, listed } = &self.mine;
        for receipt in listed {
            if let Status::Buried { reason } = &receipt.status {
                printer.warn(&format!("{} was refused: {}", receipt.message_id, reason.message));
            }
        }
        let mut said = vec![format!("{sent} sent")];
        said.extend((*queued > 0).then(|| format!("{queued} still queued")));
        said.extend((*refused > 0).then(|| format!("{refused} refused")));
        let mut said = format!("events: {}", said.join(", "));
        if let Some(why) = &self.why {
            said += &format!(" ({})", why.message);
        }
        if *queued > 0 {
            said += "; `kosmo outbox:flush --wait` sends what is queued";
        }
        printer.note(&said);
    }
}
