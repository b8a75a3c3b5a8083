//! The commands about this program itself.

use clap::Args as _;

use crate::cli::entry::{Entry, Touches, entry};
use crate::cli::{manifest, shell, skill, version};

const PROGRAM: &str = "This program";

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] = &[&SCHEMA, &SKILL, &COMPLETIONS, &MAN, &VERSION];

static SCHEMA: Entry = Entry {
    examples: manifest::EXAMPLES,
    ..entry(
        "schema cli",
        PROGRAM,
        "Describe all commands, flags and exit codes to a program",
        |command| command,
        |invocation, _| Ok(invocation.say(&manifest::reply())),
    )
};

static SKILL: Entry = Entry {
    examples: skill::EXAMPLES,
    ..entry(
        "skill",
        PROGRAM,
        "Print a SKILL.md that teaches an agent to use kosmo",
        skill::SkillArgs::augment_args,
        |invocation, matches| invocation.reply(matches, skill::skill),
    )
};

static COMPLETIONS: Entry = Entry {
    examples: shell::COMPLETIONS_EXAMPLES,
    ..entry(
        "completions",
        PROGRAM,
        "Print a shell's completion script",
        shell::CompletionsArgs::augment_args,
        |invocation, matches| shell::completions(invocation, &invocation.args(matches)?),
    )
};

static MAN: Entry = Entry {
    examples: shell::MAN_EXAMPLES,
    touches: Some(Touches::Files),
    ..entry(
        "man",
        PROGRAM,
        "Print a manual page, or write all of them to a folder",
        shell::ManArgs::augment_args,
        |invocation, matches| shell::man(invocation, &invocation.args(matches)?),
    )
};

static VERSION: Entry = Entry {
    examples: version::EXAMPLES,
    ..entry(
        "version",
        PROGRAM,
        "Print the version, and with --json what it is made of",
        |command| command,
        |invocation, _| Ok(invocation.say(&version::reply())),
    )
};
