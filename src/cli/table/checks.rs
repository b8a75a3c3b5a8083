//! The commands that judge events without sending any, and the tracking plans they judge by.

use clap::Args as _;

use crate::cli::entry::{Entry, Touches, entry};
use crate::cli::{lint, plans};

const CHECKS: &str = "Events before they are sent";

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] = &[&LINT, &PULL, &LIST, &SHOW];

static LINT: Entry = Entry {
    examples: lint::EXAMPLES,
    ..entry(
        "segment:lint",
        CHECKS,
        "Judge files of events by Segment's rules and a tracking plan",
        lint::LintArgs::augment_args,
        |invocation, matches| lint::run(invocation, &invocation.args(matches)?),
    )
};

static PULL: Entry = Entry {
    examples: plans::PULL_EXAMPLES,
    touches: Some(Touches::State),
    ..entry(
        "plan:pull",
        CHECKS,
        "Fetch a tracking plan with its rules",
        plans::PullArgs::augment_args,
        |invocation, matches| plans::pull(invocation, &invocation.args(matches)?),
    )
};

static LIST: Entry = entry(
    "plan:list",
    CHECKS,
    "List the tracking plans that were fetched",
    plans::ListArgs::augment_args,
    |invocation, matches| invocation.reply(matches, plans::list),
);

static SHOW: Entry = Entry {
    examples: plans::SHOW_EXAMPLES,
    ..entry(
        "plan:show",
        CHECKS,
        "Show a tracking plan's rules",
        plans::ShowArgs::augment_args,
        |invocation, matches| invocation.reply(matches, plans::show),
    )
};
