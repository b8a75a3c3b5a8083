//! The commands about many events at once.

use crate::cli::entry::{Entry, entry};
use crate::cli::import;

const EVENTS: &str = "Events";

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] = &[&IMPORT];

static IMPORT: Entry = Entry {
    examples: import::EXAMPLES,
    ..entry(
        "segment:import",
        EVENTS,
        "Send the events of a file, and go on where an earlier run ended",
        import::augment_args,
        |invocation, matches| import::run(invocation, &invocation.args(matches)?),
    )
};
