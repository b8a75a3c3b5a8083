//! The commands about capability files.

use clap::Args as _;

use crate::cli::capability::{self, import, keep, lint, serve};
use crate::cli::entry::{Entry, Touches, entry};

const CAPABILITIES: &str = "Capability files";

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] = &[&LINT, &ADD, &IMPORT, &LIST, &REMOVE, &SERVE];

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

static ADD: Entry = Entry {
    examples: capability::ADD_EXAMPLES,
    touches: Some(Touches::Settings),
    ..entry(
        "capability add",
        CAPABILITIES,
        "Keep a capability file, so that its functions are there on every face",
        keep::AddArgs::augment_args,
        |invocation, matches| invocation.reply(matches, keep::add),
    )
};

static IMPORT: Entry = Entry {
    examples: capability::IMPORT_EXAMPLES,
    touches: Some(Touches::Settings),
    ..entry(
        "capability import",
        CAPABILITIES,
        "Make an integration of an OpenAPI 3 document, without compiling anything",
        import::ImportArgs::augment_args,
        |invocation, matches| invocation.reply(matches, import::import),
    )
};

static LIST: Entry = entry(
    "capability list",
    CAPABILITIES,
    "List the capability files that have been added",
    keep::ListArgs::augment_args,
    |invocation, matches| invocation.reply(matches, keep::list),
);

static REMOVE: Entry = Entry {
    examples: capability::REMOVE_EXAMPLES,
    touches: Some(Touches::Settings),
    ..entry(
        "capability remove",
        CAPABILITIES,
        "Archive a capability file that was added",
        keep::RemoveArgs::augment_args,
        |invocation, matches| invocation.reply(matches, keep::remove),
    )
};

static SERVE: Entry = Entry {
    examples: capability::SERVE_EXAMPLES,
    touches: Some(Touches::Server),
    ..entry(
        "capability serve",
        CAPABILITIES,
        "Serve what a capability file shows: its REST routes and its MCP tools, on its ports",
        serve::ServeArgs::augment_args,
        |invocation, matches| serve::serve(invocation, &invocation.args(matches)?),
    )
};
