//! The commands about capability files.

use clap::Args as _;

use crate::cli::capability::{self, lint};
use crate::cli::entry::{Entry, Touches, entry};

const CAPABILITIES: &str = "Capability files";

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] = &[&LINT];

static LINT: Entry = Entry {
    examples: capability::LINT_EXAMPLES,
    touches: Some(Touches::Nothing),
    ..entry(
        "capability lint",
        CAPABILITIES,
        "Say what is wrong with capability files, and what was repaired",
        lint::LintArgs::augment_args,
        |invocation, matches| lint::run(invocation, &invocation.args(matches)?),
    )
};
