//! The commands about connections.

use clap::Args as _;

use crate::cli::entry::{Entry, Touches, entry};
use crate::cli::{connect, connection};

const CONNECTIONS: &str = "Connections";

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] =
    &[&CONNECT, &ENSURE, &GET, &LIST, &TEST, &PATCH, &DELETE, &RESTORE];

static CONNECT: Entry = Entry {
    examples: connect::EXAMPLES,
    touches: Some(Touches::Settings),
    ..entry(
        "connect",
        CONNECTIONS,
        "Let a person give an account its credentials, here or in a browser",
        connect::ConnectArgs::augment_args,
        |invocation, matches| connect::run(invocation, &invocation.args(matches)?),
    )
};

static ENSURE: Entry = Entry {
    examples: connection::ENSURE_EXAMPLES,
    touches: Some(Touches::Settings),
    ..entry(
        "connection ensure",
        CONNECTIONS,
        "Find an app's connection or begin one, and say what is missing",
        connection::EnsureArgs::augment_args,
        |invocation, matches| connection::ensure(invocation, &invocation.args(matches)?),
    )
};

static GET: Entry = Entry {
    examples: connection::GET_EXAMPLES,
    ..entry(
        "connection get",
        CONNECTIONS,
        "Show how a connection stands, at once or when that changes",
        connection::GetArgs::augment_args,
        |invocation, matches| connection::get(invocation, &invocation.args(matches)?),
    )
};

static LIST: Entry = entry(
    "connection list",
    CONNECTIONS,
    "List the connections",
    connection::ListArgs::augment_args,
    |invocation, matches| connection::list(invocation, &invocation.args(matches)?),
);

static TEST: Entry = Entry {
    examples: connection::TEST_EXAMPLES,
    ..entry(
        "connection test",
        CONNECTIONS,
        "Ask the service whether the credentials are good; writes nothing",
        connection::TestArgs::augment_args,
        |invocation, matches| connection::test(invocation, &invocation.args(matches)?),
    )
};

static PATCH: Entry = Entry {
    examples: connection::PATCH_EXAMPLES,
    touches: Some(Touches::Settings),
    ..entry(
        "connection patch",
        CONNECTIONS,
        "Change a connection's name or settings",
        connection::PatchArgs::augment_args,
        |invocation, matches| connection::patch(invocation, &invocation.args(matches)?),
    )
};

static DELETE: Entry = Entry {
    examples: "kosmo connection delete segment.staging",
    touches: Some(Touches::Settings),
    ..entry(
        "connection delete",
        CONNECTIONS,
        "Put a connection away, or forget it",
        connection::DeleteArgs::augment_args,
        |invocation, matches| connection::delete(invocation, &invocation.args(matches)?),
    )
};

static RESTORE: Entry = Entry {
    examples: "kosmo connection restore segment.staging",
    touches: Some(Touches::Settings),
    ..entry(
        "connection restore",
        CONNECTIONS,
        "Bring back a connection that was put away",
        connection::RestoreArgs::augment_args,
        |invocation, matches| connection::restore(invocation, &invocation.args(matches)?),
    )
};
