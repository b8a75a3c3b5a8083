//! The commands about the outbox.

use clap::Args as _;

use crate::cli::entry::{Entry, Touches, entry};
use crate::cli::outbox::{change, export, flush, list, run, show};

const OUTBOX: &str = "Outbox";

/// What everybody's queued events are, to whoever is limited by a token.
const WHAT: &str = "what waits in the outbox";

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] = &[&LIST, &SHOW, &FLUSH, &RUN, &RETRY, &BURY, &EXPORT];

static LIST: Entry = Entry {
    examples: list::EXAMPLES,
    ..entry(
        "outbox:list",
        OUTBOX,
        "List the accounts that events wait for, or the events themselves",
        list::ListArgs::augment_args,
        |invocation, matches| list::list(invocation, &invocation.args(matches)?),
    )
};

static SHOW: Entry = Entry {
    examples: show::EXAMPLES,
    ..entry(
        "outbox:show",
        OUTBOX,
        "Show what became of one event",
        show::ShowArgs::augment_args,
        |invocation, matches| show::show(invocation, &invocation.args(matches)?),
    )
};

static FLUSH: Entry = Entry {
    examples: flush::EXAMPLES,
    touches: Some(Touches::Service),
    ..entry(
        "outbox:flush",
        OUTBOX,
        "Send what is queued now",
        flush::FlushArgs::augment_args,
        |invocation, matches| {
            invocation.owner(WHAT)?;
            flush::flush(invocation, &invocation.args(matches)?)
        },
    )
};

static RUN: Entry = Entry {
    examples: run::EXAMPLES,
    touches: Some(Touches::Server),
    ..entry(
        "outbox:run",
        OUTBOX,
        "Send whatever is queued, until a signal comes",
        run::RunArgs::augment_args,
        |invocation, matches| {
            invocation.owner(WHAT)?;
            run::run(invocation, &invocation.args(matches)?)
        },
    )
};

static RETRY: Entry = Entry {
    examples: change::RETRY_EXAMPLES,
    touches: Some(Touches::State),
    ..entry(
        "outbox:retry",
        OUTBOX,
        "Queue buried events again",
        change::RetryArgs::augment_args,
        |invocation, matches| {
            invocation.owner(WHAT)?;
            change::retry(invocation, &invocation.args(matches)?)
        },
    )
};

static BURY: Entry = Entry {
    examples: change::BURY_EXAMPLES,
    touches: Some(Touches::State),
    ..entry(
        "outbox:bury",
        OUTBOX,
        "Keep queued events from being sent",
        change::BuryArgs::augment_args,
        |invocation, matches| {
            invocation.owner(WHAT)?;
            change::bury(invocation, &invocation.args(matches)?)
        },
    )
};

static EXPORT: Entry = Entry {
    examples: export::EXAMPLES,
    ..entry(
        "outbox:export",
        OUTBOX,
        "Print queued or buried events as JSON Lines",
        export::ExportArgs::augment_args,
        |invocation, matches| {
            invocation.owner(WHAT)?;
            export::export(invocation, &invocation.args(matches)?)
        },
    )
};
