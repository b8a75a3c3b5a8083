//! The commands about MCP servers.

use clap::Args as _;

use crate::cli::entry::{Entry, Touches, entry};
use crate::cli::servers::{add, change, list, secret, transfer, trust};

const SERVERS: &str = "MCP servers";

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] = &[
    &LIST,
    &STATUS,
    &ADD,
    &REMOVE,
    &ENABLE,
    &DISABLE,
    &TRUST,
    &UNTRUST,
    &PERMIT,
    &SECRET_SET,
    &SECRET_LIST,
    &SECRET_UNSET,
    &IMPORT,
    &EXPORT,
    &PRESET,
];

static LIST: Entry = Entry {
    examples: "kosmo mcp:list\nkosmo mcp:list --all --json",
    ..entry(
        "mcp:list",
        SERVERS,
        "List the MCP servers that are configured; starts none",
        list::ListArgs::augment_args,
        |invocation, matches| list::list(invocation, &invocation.args(matches)?),
    )
};

static STATUS: Entry = Entry {
    ..entry(
        "mcp:status",
        SERVERS,
        "Say how servers stand: configured, untrusted, disabled, invalid",
        list::StatusArgs::augment_args,
        |invocation, matches| list::state(invocation, &invocation.args(matches)?),
    )
};

static ADD: Entry = Entry {
    examples: add::EXAMPLES,
    touches: Some(Touches::Settings),
    ..entry(
        "mcp:add",
        SERVERS,
        "Add a server to the project's .mcp.json, or to your own file",
        add::AddArgs::augment_args,
        |invocation, matches| add::add(invocation, &invocation.args(matches)?),
    )
};

static REMOVE: Entry = Entry {
    examples: "kosmo mcp:remove everything",
    touches: Some(Touches::Settings),
    ..entry(
        "mcp:remove",
        SERVERS,
        "Remove a server from its file",
        change::OneArgs::augment_args,
        |invocation, matches| change::remove(invocation, &invocation.args(matches)?),
    )
};

static ENABLE: Entry = Entry {
    examples: "kosmo mcp:enable everything",
    touches: Some(Touches::Settings),
    ..entry(
        "mcp:enable",
        SERVERS,
        "Switch a server on",
        change::OneArgs::augment_args,
        |invocation, matches| change::enable(invocation, &invocation.args(matches)?),
    )
};

static DISABLE: Entry = Entry {
    examples: "kosmo mcp:disable everything",
    touches: Some(Touches::Settings),
    ..entry(
        "mcp:disable",
        SERVERS,
        "Switch a server off",
        change::OneArgs::augment_args,
        |invocation, matches| change::disable(invocation, &invocation.args(matches)?),
    )
};

static TRUST: Entry = Entry {
    examples: "kosmo mcp:trust everything",
    touches: Some(Touches::Settings),
    ..entry(
        "mcp:trust",
        SERVERS,
        "Let a project's server be started, until its entry changes",
        trust::TrustArgs::augment_args,
        |invocation, matches| trust::trust(invocation, &invocation.args(matches)?),
    )
};

static UNTRUST: Entry = Entry {
    examples: "kosmo mcp:untrust everything",
    touches: Some(Touches::Settings),
    ..entry(
        "mcp:untrust",
        SERVERS,
        "End the trust in a project's server",
        trust::TrustArgs::augment_args,
        |invocation, matches| trust::untrust(invocation, &invocation.args(matches)?),
    )
};

static SECRET_SET: Entry = Entry {
    examples: secret::SET_EXAMPLES,
    touches: Some(Touches::Settings),
    ..entry(
        "mcp:secret:set",
        SERVERS,
        "Keep a secret that a server's entry refers to",
        secret::SetArgs::augment_args,
        |invocation, matches| secret::set(invocation, &invocation.args(matches)?),
    )
};

static SECRET_LIST: Entry = Entry {
    ..entry(
        "mcp:secret:list",
        SERVERS,
        "List the names of those secrets",
        secret::ListArgs::augment_args,
        |invocation, matches| secret::list(invocation, &invocation.args(matches)?),
    )
};

static SECRET_UNSET: Entry = Entry {
    examples: "kosmo mcp:secret:unset github token",
    touches: Some(Touches::Settings),
    ..entry(
        "mcp:secret:unset",
        SERVERS,
        "Forget such a secret",
        secret::UnsetArgs::augment_args,
        |invocation, matches| secret::unset(invocation, &invocation.args(matches)?),
    )
};

static IMPORT: Entry = Entry {
    examples: "kosmo mcp:import ~/.cursor/mcp.json --global",
    touches: Some(Touches::Settings),
    ..entry(
        "mcp:import",
        SERVERS,
        "Take over the servers of another program's file",
        transfer::ImportArgs::augment_args,
        |invocation, matches| transfer::import(invocation, &invocation.args(matches)?),
    )
};

static EXPORT: Entry = Entry {
    examples: "kosmo mcp:export --format vscode --path servers.json",
    touches: Some(Touches::Files),
    ..entry(
        "mcp:export",
        SERVERS,
        "Print the servers for other programs, or write them to a file",
        transfer::ExportArgs::augment_args,
        |invocation, matches| transfer::export(invocation, &invocation.args(matches)?),
    )
};

static PRESET: Entry = Entry {
    examples: "kosmo mcp:preset list\nkosmo mcp:preset add fetch --global",
    touches: Some(Touches::Settings),
    ..entry(
        "mcp:preset",
        SERVERS,
        "List servers that many people want, or add one",
        transfer::PresetArgs::augment_args,
        |invocation, matches| transfer::preset(invocation, &invocation.args(matches)?),
    )
};

static PERMIT: Entry = Entry {
    examples: "kosmo mcp:permit everything --write allow",
    touches: Some(Touches::Settings),
    ..entry(
        "mcp:permit",
        SERVERS,
        "Say what a server's tools may do without asking",
        add::PermitArgs::augment_args,
        |invocation, matches| add::permit(invocation, &invocation.args(matches)?),
    )
};
