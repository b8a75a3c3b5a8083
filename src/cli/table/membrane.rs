//! The words of Membrane's command line that are no commands of ours: what each does here, or why
//! there is nothing to do. Words that are synonyms of commands are in [`crate::cli::membrane`].

use clap::Args as _;

use crate::cli::connect::request;
use crate::cli::entry::{Entry, Touches, entry};
use crate::cli::membrane::{self, elsewhere, sessions, settled, taken};
use crate::cli::{status, token};

/// The heading, which the help shows in short.
pub(in crate::cli) const WORDS: &str = "Words of another tool";

/// A word with nothing to do: its name, what it takes, why, and the command that serves. What was to
/// be so is so (`settled`), or cannot be made so here (`elsewhere`).
macro_rules! word {
    ($end:ident, $name:literal, [$($takes:literal),*], $why:literal, $next:literal) => {
        &Entry {
            touches: Some(Touches::Nothing),
            ..entry(
                $name,
                WORDS,
                $why,
                |command| taken(command, &[$($takes),*]),
                |invocation, _| $end(invocation, $why, $next),
            )
        }
    };
}

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] = &[
    &STATUS,
    word!(
        settled,
        "login",
        ["tenant", "clientName=NAME", "apiUri=URL", "non-interactive"],
        "Nothing to log in to: kosmo has no account of its own",
        "kosmo connect"
    ),
    word!(
        settled,
        "login start",
        ["tenant", "clientName=NAME", "apiUri=URL"],
        "Nothing to log in to: kosmo has no account of its own",
        "kosmo connect"
    ),
    word!(
        settled,
        "login complete",
        ["<CODE>"],
        "Nothing to log in to: kosmo has no account of its own",
        "kosmo connect"
    ),
    word!(
        settled,
        "logout",
        [],
        "Nothing to log out of: connections stay until they are put away",
        "kosmo connection delete NAME"
    ),
    &CREDENTIALS,
    &TOKEN,
    &SEARCH,
    &INTEGRATION_LIST,
    &INTEGRATION_GET,
    word!(
        elsewhere,
        "integration create",
        ["<KEY>", "key=KEY", "name=NAME", "connectorKey=KEY", "connectorId=ID"],
        "Integrations are rows, built in or in a folder of yours",
        "kosmo integration list"
    ),
    word!(
        elsewhere,
        "integration update",
        ["<ID>", "data=JSON"],
        "Integrations are rows, built in or in a folder of yours",
        "kosmo integrations:configure segment --help"
    ),
    word!(
        elsewhere,
        "integration parameters",
        ["<ID>", "data=JSON"],
        "What an integration needs is a field of its accounts",
        "kosmo integrations:fields segment"
    ),
    word!(
        elsewhere,
        "integration delete",
        ["<ID>"],
        "Integrations stay; one can be switched off",
        "kosmo integrations:configure segment --disable"
    ),
    word!(
        elsewhere,
        "integration restore",
        ["<ID>"],
        "Integrations stay; one can be switched on again",
        "kosmo integrations:configure segment --enable"
    ),
    &REQUEST_CREATE,
    &REQUEST_GET,
    word!(
        elsewhere,
        "agent-session create",
        ["agent=NAME", "message=TEXT", "<TEXT>"],
        "No agent runs here: whoever calls finds a function, or saves one",
        "kosmo action list --intent TEXT, or kosmo action create --help"
    ),
    &SESSIONS,
    word!(
        elsewhere,
        "agent-session get",
        ["<ID>", "wait", "timeout=SECONDS"],
        "No agent runs here, so there is no session",
        "kosmo runs list"
    ),
    word!(
        elsewhere,
        "agent-session send",
        ["<ID>", "message=TEXT"],
        "No agent runs here, so there is no session",
        "kosmo action list --intent TEXT"
    ),
    word!(
        elsewhere,
        "agent-session abort",
        ["<ID>"],
        "No agent runs here, so there is no session",
        "kosmo runs list"
    ),
    word!(
        elsewhere,
        "agent-session messages",
        ["<ID>"],
        "No agent runs here, so there is no session",
        "kosmo runs list"
    ),
    word!(
        settled,
        "workspace init",
        ["<PATH>", "key=KEY", "name=NAME", "force"],
        "Nothing to begin: a folder with a kosmo.toml is a project",
        "kosmo config path"
    ),
    word!(
        settled,
        "workspace pull",
        ["<PATH>", "force"],
        "Nothing to fetch: settings and actions are your files",
        "kosmo config path"
    ),
    word!(
        settled,
        "workspace push",
        ["<PATH>", "force"],
        "Nothing to send: settings and actions are your files",
        "kosmo config path"
    ),
    word!(
        settled,
        "workspace diff",
        ["<PATH>"],
        "Nothing to compare: settings and actions are your files",
        "kosmo config show --origin"
    ),
    word!(
        elsewhere,
        "tenant create",
        ["<KEY>", "key=KEY", "name=NAME"],
        "A tenant is an account, which somebody connects",
        "kosmo connect segment.NAME"
    ),
    word!(
        elsewhere,
        "tenant delete",
        ["<KEY>"],
        "A tenant is an account, which is put away",
        "kosmo connection delete segment.NAME"
    ),
];

static STATUS: Entry = Entry {
    examples: status::EXAMPLES,
    ..entry(
        "status",
        WORDS,
        "Show the files in force and how the connections stand",
        |command| command,
        |invocation, _| status::status(invocation),
    )
};

static CREDENTIALS: Entry = Entry {
    examples: "kosmo credentials --shell",
    ..entry(
        "credentials",
        WORDS,
        "Say what a program needs to use the accounts; never a secret",
        membrane::CredentialsArgs::augment_args,
        |invocation, matches| membrane::credentials(invocation, &invocation.args(matches)?),
    )
};

static TOKEN: Entry = Entry {
    examples: token::BEARER_EXAMPLES,
    touches: Some(Touches::State),
    ..entry(
        "membrane token",
        WORDS,
        "Make a token for every function; token mint makes narrower ones",
        token::BearerArgs::augment_args,
        |invocation, matches| token::bearer(invocation, &invocation.args(matches)?),
    )
};

static SEARCH: Entry = Entry {
    examples: membrane::SEARCH_EXAMPLES,
    ..entry(
        "search",
        WORDS,
        "Find integrations, functions, connections and pages",
        membrane::SearchArgs::augment_args,
        |invocation, matches| invocation.reply(matches, membrane::search),
    )
};

static INTEGRATION_LIST: Entry = Entry {
    examples: membrane::INTEGRATION_EXAMPLES,
    ..entry(
        "integration list",
        WORDS,
        "List what can be connected",
        membrane::ListArgs::augment_args,
        |invocation, matches| invocation.reply(matches, membrane::list),
    )
};

static INTEGRATION_GET: Entry = Entry {
    examples: "kosmo integration get segment",
    ..entry(
        "integration get",
        WORDS,
        "Show one of them",
        membrane::GetArgs::augment_args,
        |invocation, matches| invocation.reply(matches, membrane::get),
    )
};

static REQUEST_CREATE: Entry = Entry {
    examples: request::CREATE_EXAMPLES,
    touches: Some(Touches::Settings),
    ..entry(
        "connection-request create",
        WORDS,
        "Offer a form for a connection's credentials in the background",
        request::CreateArgs::augment_args,
        |invocation, matches| request::create(invocation, &invocation.args(matches)?),
    )
};

static REQUEST_GET: Entry = Entry {
    examples: request::GET_EXAMPLES,
    ..entry(
        "connection-request get",
        WORDS,
        "Show what became of it",
        request::GetArgs::augment_args,
        |invocation, matches| request::get(invocation, &invocation.args(matches)?),
    )
};

static SESSIONS: Entry = entry(
    "agent-session list",
    WORDS,
    "List agent sessions: there are none",
    |command| command,
    |invocation, _| Ok(sessions(invocation)),
);
