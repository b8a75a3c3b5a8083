//! `outbox:list`: where events wait and why, or the events themselves.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Whose, open};
use crate::cli::describe::table;
use crate::cli::invocation::Invocation;
use crate::cli::reply::Reply;
use crate::engine::Engine;
use crate::engine::courier::standing::{Standing, rfc3339};
use crate::error::Fault;
use crate::ledger::outbox::{Outbox, Place, Receipt, State, Which};

/// Command lines for the help.
pub(in crate::cli) const EXAMPLES: &str = "\
kosmo outbox:list
kosmo outbox:list --buried --account production
kosmo outbox:list --queued --limit 10 --json";

/// What to list.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct ListArgs {
    #[command(flatten)]
    whose: Whose,
    /// The events that were refused, with their reasons
    #[arg(long, conflicts_with = "queued")]
    buried: bool,
    /// The events that wait to be sent
    #[arg(long)]
    queued: bool,
    /// At most so many events, the oldest
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

/// Lists the places, or the events.
///
/// # Errors
/// When the outbox cannot be read.
pub(in crate::cli) fn list(invocation: &Invocation, args: &ListArgs) -> Result<u8, Fault> {
    let (engine, outbox) = open(invocation)?;
    let which = args.whose.which(engine)?;
    let reply = if args.buried || args.queued {
        invocation.wait(listed(outbox, &which, args))??
    } else {
        let states = invocation.wait(outbox.state(&which))??;
        summed(engine, &states)
    };
    Ok(invocation.say(&reply))
}

async fn listed(outbox: &dyn Outbox, which: &Which, args: &ListArgs) -> Result<Reply, Fault> {
    // One more tells whether there is more.
    let most = args.limit.saturating_add(1);
    let mut receipts = outbox.list(which, args.buried, None, most).await?;
    let more = receipts.len() > args.limit;
    receipts.truncate(args.limit);
    let rows: Vec<Value> = receipts.iter().map(|one| Value::Object(one.to_json())).collect();
    let mut text = if receipts.is_empty() {
        let what = if args.buried { "buried" } else { "queued" };
        format!("No events are {what}.")
    } else {
        table(&["Message id", "Account", "At", "Reason"], receipts.iter().map(cells))
    };
    if more {
        text += "\nThere are more: --limit N, or kosmo outbox:export for all.";
    }
    Ok(Reply::new(json!({"success": true, "events": rows, "more": more}), text).listing("events"))
}

fn cells(one: &Receipt) -> Vec<String> {
    let account = one.place.as_ref().map(named).unwrap_or_default();
    let why = one.status.reason().map(|reason| reason.message.clone()).unwrap_or_default();
    vec![one.message_id.clone(), account, one.at.clone().unwrap_or_default(), why]
}

fn summed(engine: &Engine, states: &BTreeMap<Place, State>) -> Reply {
    let lines: Vec<Line<'_>> = states
        .iter()
        .map(|(place, state)| Line { place, state, standing: Standing::of(engine, place, state) })
        .collect();
    let places: Vec<Value> = lines.iter().map(Line::json).collect();
    let text = if lines.is_empty() {
        "The outbox is empty.".to_owned()
    } else {
        let header = ["Account", "State", "Queued", "Buried", "Sent", "Oldest", "Why"];
        table(&header, lines.iter().map(Line::cells))
    };
    Reply::new(json!({"success": true, "places": places}), text).listing("places")
}

/// `segment/production`.
fn named(place: &Place) -> String {
    format!("{}/{}", place.provider, place.account)
}

/// One place.
struct Line<'a> {
    place: &'a Place,
    state: &'a State,
    standing: Standing,
}

impl Line<'_> {
    fn json(&self) -> Value {
        self.standing.object(self.place, self.state)
    }

    fn cells(&self) -> Vec<String> {
        let Self { place, state, standing } = self;
        let paused = state
            .paused
            .as_ref()
            .map(|(why, until)| format!("{why} (until {})", rfc3339(*until).unwrap_or_default()));
        let moved = (*standing == Standing::Moved).then(|| {
            format!(
                "queued for another key or URL: outbox:retry --account {} --as-is",
                place.account
            )
        });
        let damaged = Some(state.damaged.join("; ")).filter(|text| !text.is_empty());
        let count = |count: u64| count.to_string();
        vec![
            named(place),
            standing.word().to_owned(),
            count(state.counts.queued),
            count(state.counts.buried),
            count(state.counts.sent),
            state.oldest.clone().unwrap_or_default(),
            damaged.or(moved).or(paused).unwrap_or_default(),
        ]
    }
}
