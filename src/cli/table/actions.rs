//! The commands about actions.

use clap::Args as _;

use crate::cli::action::{self, edit, find, run};
use crate::cli::entry::{Entry, Touches, entry};

const ACTIONS: &str = "Actions";

/// What no token covers: others run what an action says, with more than the token allows.
const WHAT: &str = "changing actions";

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] =
    &[&LIST, &GET, &RUN, &ACT, &CREATE, &UPDATE, &REPLACE, &DELETE, &RESTORE];

static LIST: Entry = Entry {
    examples: action::LIST_EXAMPLES,
    ..entry(
        "action list",
        ACTIONS,
        "List actions, best first for what you want to do",
        find::ListArgs::augment_args,
        |invocation, matches| invocation.reply(matches, find::list),
    )
};

static GET: Entry = Entry {
    examples: action::GET_EXAMPLES,
    ..entry(
        "action get",
        ACTIONS,
        "Show one action with its input and output",
        find::GetArgs::augment_args,
        |invocation, matches| invocation.reply(matches, find::get),
    )
};

static RUN: Entry = Entry {
    examples: action::RUN_EXAMPLES,
    ..entry(
        "action run",
        ACTIONS,
        "Run an action",
        run::RunArgs::augment_args,
        |invocation, matches| run::run(invocation, &invocation.args(matches)?),
    )
};

static ACT: Entry = Entry {
    examples: action::ACT_EXAMPLES,
    ..entry(
        "act",
        ACTIONS,
        "Run an action, a request or a script given here",
        run::ActArgs::augment_args,
        |invocation, matches| run::act(invocation, &invocation.args(matches)?),
    )
};

static CREATE: Entry = Entry {
    examples: action::CREATE_EXAMPLES,
    touches: Some(Touches::Settings),
    ..entry(
        "action create",
        ACTIONS,
        "Save a request or a script as an action of your own",
        edit::CreateArgs::augment_args,
        |invocation, matches| {
            // Without a body it only says which one there is.
            if matches.contains_id("config") || matches.contains_id("data") {
                invocation.owner(WHAT)?;
            }
            invocation.reply(matches, edit::create)
        },
    )
};

static UPDATE: Entry = Entry {
    examples: action::CHANGE_EXAMPLES,
    touches: Some(Touches::Settings),
    ..entry(
        "action update",
        ACTIONS,
        "Change fields of an action of your own",
        edit::ChangeArgs::augment_args,
        |invocation, matches| {
            invocation.owner(WHAT)?;
            invocation.reply(matches, edit::update)
        },
    )
};

static REPLACE: Entry = Entry {
    examples: action::REPLACE_EXAMPLES,
    touches: Some(Touches::Settings),
    ..entry(
        "action replace",
        ACTIONS,
        "Put other fields in the place of an action's",
        edit::ChangeArgs::augment_args,
        |invocation, matches| {
            invocation.owner(WHAT)?;
            invocation.reply(matches, edit::replace)
        },
    )
};

static DELETE: Entry = Entry {
    examples: action::DELETE_EXAMPLES,
    touches: Some(Touches::Settings),
    ..entry(
        "action delete",
        ACTIONS,
        "Archive an action of your own",
        edit::OneArgs::augment_args,
        |invocation, matches| {
            invocation.owner(WHAT)?;
            invocation.reply(matches, edit::delete)
        },
    )
};

static RESTORE: Entry = Entry {
    examples: action::RESTORE_EXAMPLES,
    touches: Some(Touches::Settings),
    ..entry(
        "action restore",
        ACTIONS,
        "Bring an archived action back",
        edit::OneArgs::augment_args,
        |invocation, matches| {
            invocation.owner(WHAT)?;
            invocation.reply(matches, edit::restore)
        },
    )
};
