//! The commands that serve other programs.

use clap::Args as _;

use crate::cli::entry::{Entry, Touches, entry};
use crate::cli::serve;

const SERVICES: &str = "Services";

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] = &[&SERVE];

static SERVE: Entry = Entry {
    examples: serve::EXAMPLES,
    touches: Some(Touches::Server),
    ..entry(
        "serve",
        SERVICES,
        "Serve every function over HTTP, with a page for people",
        serve::ServeArgs::augment_args,
        |invocation, matches| serve::serve(invocation, &invocation.args(matches)?),
    )
};
