//! What became of the events that an account sent: what this machine remembers of sending, beside
//! what Segment's Delivery Overview counts for the source. Only what the numbers show is said; what
//! they cannot show is said to be unknown. What the counts mean is told in `told`.

mod told;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::key::{self, Place, Source, Verdict};
use crate::engine::hooks::Delivery;
use crate::engine::{Args, Call, Engine};
use crate::error::Fault;

/// Up to this long counts are asked for by the minute, up to [`HOURLY`] by the hour.
const BY_MINUTE: Duration = Duration::from_secs(2 * 3_600);
/// The longest time that is counted by the hour.
const HOURLY: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Events counted at one stage, in all and by the reason they went no further.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Stage {
    total: u64,
    reasons: Vec<(String, u64)>,
}

/// What a destination got.
#[derive(Debug)]
struct Destination {
    id: String,
    name: String,
    enabled: bool,
    delivered: Result<Stage, Fault>,
    filtered: Result<Stage, Fault>,
    failed: Result<Stage, Fault>,
}

/// What Segment counts for a source.
#[derive(Debug)]
struct Overview {
    received: Result<Stage, Fault>,
    refused: Result<Stage, Fault>,
    filtered: Result<Stage, Fault>,
    /// Whether the source blocks what its plan does not name, when that could be asked.
    blocks_unplanned: Option<bool>,
    /// The tracking plan it is held to.
    plan: Option<String>,
    destinations: Result<Vec<Destination>, Fault>,
}

/// What this machine remembers of sending.
#[derive(Debug, Clone)]
struct Sent {
    events: u64,
    last: Option<String>,
    since: String,
}

/// Finds out what became of the events an account sent in this time.
///
/// # Errors
/// When there is no such account, or the ledger cannot be read.
pub(super) async fn delivery(
    engine: &Engine,
    account: &str,
    since: Duration,
) -> Result<Delivery, Fault> {
    let until = Timestamp::now();
    let from = until.checked_sub(since).map_err(|_| Fault::usage("`since` is too long"))?;
    let since_text = format!("{from:.3}");
    let verdict = key::verify(engine, Some(account)).await?;
    let provider = engine.catalogue.provider("segment")?;
    engine.journal.flush();
    let emulated = engine.accounts.open(provider, Some(account))?.emulated;
    let (events, last) = engine.journal.carried(account, "tracking", &since_text, emulated)?;
    let sent = Sent { events, last, since: since_text };
    let overview = match (verdict.source(), &verdict.place) {
        (Some(source), Place::Here(workspace)) => {
            let slug = &workspace.slug;
            let times = Times { start: sent.since.clone(), end: format!("{until:.3}"), since };
            Some(Ask { engine, account, slug, source, times }.overview().await)
        }
        _ => None,
    };
    Ok(Delivery {
        counts: counts(&verdict, &sent, overview.as_ref()),
        observations: told::observations(&verdict, &sent, overview.as_ref()),
    })
}

/// The time that is asked about.
struct Times {
    start: String,
    end: String,
    since: Duration,
}

impl Times {
    fn granularity(&self) -> &'static str {
        match self.since {
            since if since <= BY_MINUTE => "MINUTE",
            since if since <= HOURLY => "HOUR",
            _ => "DAY",
        }
    }
}

struct Ask<'a> {
    engine: &'a Engine,
    account: &'a str,
    /// The workspace's.
    slug: &'a str,
    source: &'a Source,
    times: Times,
}

impl Ask<'_> {
    async fn overview(&self) -> Overview {
        let plan = self.call("get_source", json!({"slug": self.slug, "id": self.source.id})).await;
        let schema = json!({"sourceId": self.source.id});
        let schema = self.call("list_schema_settings_in_source", schema).await;
        let blocks =
            |schema: &Value| Some(!schema["settings"]["track"]["allowUnplannedEvents"].as_bool()?);
        Overview {
            received: self.stage("get_ingress_success_metrics", None, false).await,
            refused: self.stage("get_ingress_failed_metrics", None, true).await,
            filtered: self.stage("get_filtered_at_source_metrics", None, true).await,
            blocks_unplanned: schema.ok().as_ref().and_then(blocks),
            plan: plan.ok().and_then(|it| it["tracking_plan_id"].as_str().map(str::to_owned)),
            destinations: self.destinations().await,
        }
    }

    async fn destinations(&self) -> Result<Vec<Destination>, Fault> {
        let args = json!({"sourceId": self.source.id});
        let listed = self.call("list_connected_destinations_from_source", args).await?;
        let mut destinations = Vec::new();
        for item in listed["destinations"].as_array().into_iter().flatten() {
            let text = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
            let id = text("id");
            destinations.push(Destination {
                name: text("name"),
                enabled: item["enabled"] != json!(false),
                delivered: self.stage("get_egress_success_metrics", Some(&id), false).await,
                filtered: self.stage("get_filtered_at_destination_metrics", Some(&id), true).await,
                failed: self.stage("get_egress_failed_metrics", Some(&id), true).await,
                id,
            });
        }
        Ok(destinations)
    }

    /// How many events came to a stage, by the reason where they went no further.
    async fn stage(
        &self,
        counted: &str,
        destination: Option<&str>,
        by_reason: bool,
    ) -> Result<Stage, Fault> {
        let mut args = json!({
            "sourceId": self.source.id, "startTime": self.times.start, "endTime": self.times.end,
            "granularity": self.times.granularity(),
        });
        if let Some(destination) = destination {
            args["destinationConfigId"] = json!(destination);
        }
        if by_reason {
            args["groupBy"] = json!(["discardReason"]);
        }
        let answer = self.call(&format!("{counted}_from_delivery_overview"), args).await?;
        Ok(Stage::read(&answer))
    }

    async fn call(&self, function: &str, args: Value) -> Result<Value, Fault> {
        let call = Call {
            function: format!("segment.{function}"),
            account: Some(self.account.to_owned()),
            args: Args::Named(args.as_object().cloned().unwrap_or_default()),
            ..Call::default()
        };
        self.engine.call(call).await.result.map(|outcome| outcome.value)
    }
}

impl Stage {
    fn read(answer: &Value) -> Self {
        let groups = answer["dataset"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut reasons: Vec<(String, u64)> = groups
            .iter()
            .filter_map(|group| {
                let reason = group["discardReason"].as_str().unwrap_or_default().to_owned();
                Some((reason, whole(&group["total"])?))
            })
            .filter(|(_, count)| *count > 0)
            .collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let total = whole(&answer["total"]);
        let total = total.unwrap_or_else(|| reasons.iter().map(|(_, count)| count).sum());
        Self { total, reasons }
    }

    fn to_json(&self) -> Value {
        let reasons: Map<String, Value> = self
            .reasons
            .iter()
            .filter(|(reason, _)| !reason.is_empty())
            .map(|(reason, count)| (reason.clone(), json!(count)))
            .collect();
        json!({"total": self.total, "reasons": reasons})
    }
}

/// A count, which may come as a number with a fraction.
fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let number = value.as_f64().filter(|number| number.is_finite() && *number >= 0.0)?;
        format!("{number:.0}").parse().ok()
    })
}

fn counts(verdict: &Verdict, sent: &Sent, overview: Option<&Overview>) -> Value {
    let stage = |stage: &Result<Stage, Fault>| match stage {
        Ok(stage) => stage.to_json(),
        Err(fault) => json!({"error": fault.message}),
    };
    let mut counts = json!({
        "since": sent.since, "sent_from_here": sent.events, "last_sent": sent.last,
        "credentials": verdict.to_json(),
    });
    let Some(overview) = overview else { return counts };
    let destinations = match &overview.destinations {
        Ok(list) => list
            .iter()
            .map(|one| {
                json!({
                    "id": one.id, "name": one.name, "enabled": one.enabled,
                    "delivered": stage(&one.delivered), "filtered": stage(&one.filtered),
                    "failed": stage(&one.failed),
                })
            })
            .collect(),
        Err(fault) => json!({"error": fault.message}),
    };
    counts["received"] = stage(&overview.received);
    counts["refused_on_ingest"] = stage(&overview.refused);
    counts["filtered_at_source"] = stage(&overview.filtered);
    counts["destinations"] = destinations;
    counts
}
