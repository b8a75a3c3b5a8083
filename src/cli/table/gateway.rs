//! The commands of the gateway for agents.

use clap::Args as _;

use crate::cli::entry::{Entry, Touches, entry};
use crate::cli::gateway::{self, place};

const AGENTS: &str = "Agents";

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] = &[&SERVE, &EXPORT, &INSTALL];

static SERVE: Entry = Entry {
    examples: gateway::SERVE_EXAMPLES,
    touches: Some(Touches::Server),
    ..entry(
        "mcp:serve",
        AGENTS,
        "Serve functions, documentation and scripts to agents over MCP",
        gateway::ServeArgs::augment_args,
        |invocation, matches| gateway::serve(invocation, &invocation.args(matches)?),
    )
};

static EXPORT: Entry = Entry {
    examples: place::EXPORT_EXAMPLES,
    touches: Some(Touches::Nothing),
    ..entry(
        "mcp:gateway:export",
        AGENTS,
        "Print the entry by which a client starts the gateway",
        place::ExportArgs::augment_args,
        |invocation, matches| invocation.reply(matches, place::export),
    )
};

static INSTALL: Entry = Entry {
    examples: place::INSTALL_EXAMPLES,
    touches: Some(Touches::Files),
    ..entry(
        "mcp:gateway:install",
        AGENTS,
        "Write that entry into a client's file",
        place::InstallArgs::augment_args,
        |invocation, matches| place::install(invocation, &invocation.args(matches)?),
    )
};
