//! The commands about past runs.

use clap::Args as _;

use crate::cli::entry::{Entry, entry};
use crate::cli::runs;

const RUNS: &str = "Past runs";

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] = &[&LIST, &SHOW, &EXPORT, &LOG];

static LIST: Entry = Entry {
    examples: runs::EXAMPLES,
    ..entry(
        "runs list",
        RUNS,
        "List past calls",
        runs::ListArgs::augment_args,
        |invocation, matches| invocation.reply(matches, runs::list),
    )
};

static SHOW: Entry = Entry {
    examples: runs::SHOW_EXAMPLES,
    ..entry(
        "runs show",
        RUNS,
        "Show one past call, what it sent and what came back",
        runs::ShowArgs::augment_args,
        |invocation, matches| invocation.reply(matches, runs::show),
    )
};

static EXPORT: Entry = Entry {
    examples: runs::EXPORT_EXAMPLES,
    ..entry(
        "runs export",
        RUNS,
        "Write past calls for other programs",
        runs::ExportArgs::augment_args,
        |invocation, matches| invocation.reply(matches, runs::export),
    )
};

static LOG: Entry = Entry {
    examples: runs::log::EXAMPLES,
    ..entry(
        "action-run-log get",
        RUNS,
        "Show one past call in the words of an action's log",
        runs::log::LogArgs::augment_args,
        |invocation, matches| invocation.reply(matches, runs::log::get),
    )
};
