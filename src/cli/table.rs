//! The table of commands: every name with its arguments and what it runs. Help, completions, manual
//! pages and dispatch are loops over it.

mod actions;
mod capability;
mod checks;
mod connections;
mod events;
mod gateway;
pub(super) mod membrane;
mod outbox;
mod program;
mod runs;
mod servers;
mod services;
mod settings;
mod tokens;
mod tools;

use clap::Args as _;

use super::entry::Touches;
use super::entry::{Entry, entry};
use super::{call, emulator, lua, raw, reference};
use crate::catalogue::Catalogue;
use crate::catalogue::name::fold;
use crate::runtime::{Opening, Runtime};

const SCRIPTS: &str = "Scripts";
const CALLS: &str = "Calls and what they need";
const EMULATOR: &str = "Emulator";

/// The commands by family, in the order of the help.
static FAMILIES: &[&[&Entry]] = &[
    &[&LUA, &MCP_LUA, &CALL, &REQUEST, &SEARCH, &DOCS, &EXAMPLES, &SCHEMA],
    checks::ENTRIES,
    events::ENTRIES,
    outbox::ENTRIES,
    connections::ENTRIES,
    settings::ENTRIES,
    tokens::ENTRIES,
    actions::ENTRIES,
    servers::ENTRIES,
    capability::ENTRIES,
    tools::ENTRIES,
    runs::ENTRIES,
    gateway::ENTRIES,
    services::ENTRIES,
    &[&SERVE, &EVENTS],
    program::ENTRIES,
    membrane::ENTRIES,
];

/// Every command, in the order of the help.
pub(super) fn entries() -> impl Iterator<Item = &'static Entry> {
    FAMILIES.iter().flat_map(|family| family.iter().copied())
}

/// The command of that name, with a colon or a blank between its words.
pub(super) fn find(name: &str) -> Option<&'static Entry> {
    let same = |entry: &&Entry| {
        entry.name.len() == name.len()
            && entry
                .name
                .bytes()
                .zip(name.bytes())
                .all(|(a, b)| a == b || (matches!(a, b':' | b' ') && matches!(b, b':' | b' ')))
    };
    entries().find(same)
}

/// The names of a family's commands, of those that begin with its word.
pub(super) fn commands_of(family: &str) -> Vec<&'static str> {
    let family = fold(family);
    let belongs =
        |name: &&str| name.split_once([':', ' ']).is_some_and(|(first, _)| fold(first) == family);
    entries().map(|entry| entry.name).filter(belongs).collect()
}

/// The provider that `integrations:<name>` means, built in or the user's own; reads no rows.
pub(super) fn provider(family: &str, name: &str) -> Option<String> {
    if family != "integrations" {
        return None;
    }
    let wanted = fold(name);
    let among = |catalogue: &Catalogue| {
        catalogue.names().find(|provider| fold(provider) == wanted).map(str::to_owned)
    };
    among(&Catalogue::new(Vec::new()))
        .or_else(|| among(Runtime::open(Opening::default()).ok()?.catalogue()))
}

/// What a shortcut leads to.
pub(super) struct Shortcut {
    /// The command for a function of it.
    pub(super) call: &'static Entry,
    /// The command without a function.
    pub(super) look: &'static Entry,
    /// What its functions begin with.
    pub(super) name: String,
}

/// What `<family>:<name>` means that is no command: a provider, or an MCP server.
pub(super) fn shortcut(family: &str, name: &str) -> Option<Shortcut> {
    if family == "mcp" {
        let runtime = Runtime::open(Opening::default()).ok()?;
        let all = runtime.servers().all();
        let (name, _) = all.servers.get_key_value(name)?;
        let (call, look) = (&tools::CALL, &tools::TOOLS);
        return Some(Shortcut { call, look, name: name.clone() });
    }
    let name = provider(family, name)?;
    Some(Shortcut { call: &CALL, look: &DOCS, name })
}

static LUA: Entry = Entry {
    examples: lua::EXAMPLES,
    ..entry(
        "integrations:lua",
        SCRIPTS,
        "Run a Lua script that can call every integration",
        lua::LuaArgs::augment_args,
        |invocation, matches| lua::run(invocation, &invocation.args(matches)?, true),
    )
};

static MCP_LUA: Entry = Entry {
    examples: lua::MCP_EXAMPLES,
    ..entry(
        "mcp:lua",
        SCRIPTS,
        "Run a Lua script without app.integrations",
        lua::LuaArgs::augment_args,
        |invocation, matches| lua::run(invocation, &invocation.args(matches)?, false),
    )
};

/// `integrations:call`, which the provider shortcuts lead to.
pub(super) static CALL: Entry = Entry {
    usage: Some("<FUNCTION> [JSON] [--PARAMETER VALUE]… [OPTIONS]"),
    examples: call::EXAMPLES,
    loose: true,
    shortcut: Some((
        "integrations:<PROVIDER>",
        "Call a function of a provider, or read the provider's page",
    )),
    ..entry(
        "integrations:call",
        CALLS,
        "Call one function",
        call::CallArgs::augment_args,
        |invocation, matches| call::run(invocation, &invocation.args(matches)?),
    )
};

static REQUEST: Entry = Entry {
    examples: raw::EXAMPLES,
    ..entry(
        raw::NAME,
        CALLS,
        "Send a request in your own words to one of a provider's services",
        raw::RawArgs::augment_args,
        |invocation, matches| raw::run(invocation, &invocation.args(matches)?),
    )
};

static SEARCH: Entry = Entry {
    examples: reference::SEARCH_EXAMPLES,
    ..entry(
        "integrations:search",
        CALLS,
        "Find functions by what they do",
        reference::SearchArgs::augment_args,
        |invocation, matches| reference::search(invocation, &invocation.args(matches)?),
    )
};

/// `integrations:docs`, which a provider without a function leads to.
pub(super) static DOCS: Entry = Entry {
    examples: reference::DOCS_EXAMPLES,
    ..entry(
        "integrations:docs",
        CALLS,
        "Read the documentation of a provider, a function or a topic",
        reference::DocsArgs::augment_args,
        |invocation, matches| invocation.reply(matches, reference::docs),
    )
};

static EXAMPLES: Entry = Entry {
    examples: "kosmo integrations:examples segment.track_event",
    ..entry(
        "integrations:examples",
        CALLS,
        "Show calls of a function that work",
        reference::ExamplesArgs::augment_args,
        |invocation, matches| invocation.reply(matches, reference::examples),
    )
};

static SCHEMA: Entry = Entry {
    examples: "kosmo integrations:schema segment.track_event",
    ..entry(
        "integrations:schema",
        CALLS,
        "Print the JSON Schema of a function's arguments",
        reference::SchemaArgs::augment_args,
        |invocation, matches| invocation.reply(matches, reference::schema),
    )
};

static SERVE: Entry = Entry {
    examples: emulator::SERVE_EXAMPLES,
    touches: Some(Touches::Server),
    ..entry(
        "emulator:serve",
        EMULATOR,
        "Run the emulator as a server for other programs",
        emulator::ServeArgs::augment_args,
        |invocation, matches| emulator::serve(invocation, &invocation.args(matches)?),
    )
};

static EVENTS: Entry = Entry {
    examples: "kosmo emulator:events --url http://127.0.0.1:8765",
    ..entry(
        "emulator:events",
        EMULATOR,
        "List what a running emulator received",
        emulator::EventsArgs::augment_args,
        |invocation, matches| emulator::events(invocation, &invocation.args(matches)?),
    )
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_one_that_clap_accepts() {
        for entry in entries() {
            entry.command().debug_assert();
        }
    }

    #[test]
    fn every_command_shows_lines_that_work() {
        for entry in entries() {
            let command = entry.command();
            let needs = command.get_arguments().any(clap::Arg::is_required_set);
            assert!(!needs || !entry.examples.is_empty(), "`{}` has no example", entry.name);
            assert!(entry.example_lines().contains("kosmo "), "{}", entry.name);
        }
    }

    #[test]
    fn no_command_has_a_flag_of_its_own_that_means_something_everywhere() {
        let everywhere = crate::cli::everywhere::everywhere(clap::Command::new("x"));
        let common: Vec<&str> =
            everywhere.get_arguments().map(|arg| arg.get_id().as_str()).collect();
        for entry in entries() {
            for arg in (entry.args)(clap::Command::new("x")).get_arguments() {
                let name = arg.get_id().as_str();
                assert!(!common.contains(&name), "`{}` has its own --{name}", entry.name);
            }
        }
    }

    #[test]
    fn a_blank_will_do_for_the_colon() {
        assert!(find("integrations lua").is_some());
        assert!(find("integrations:lua").is_some());
        assert!(find("integrations").is_none());
    }
}
