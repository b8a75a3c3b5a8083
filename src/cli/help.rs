//! Help in the order a reader needs it: examples first, then the commands by what they are for.

use std::ffi::OsString;
use std::fmt::Write as _;

use super::entry::Entry;
use super::table::membrane::WORDS;
use super::{everywhere, membrane, table};
use crate::catalogue::name::{did_you_mean, fold, nearest};
use crate::catalogue::{Operation, docs};
use crate::error::Fault;

/// What the program is, with command lines that run as they stand.
const HEAD: &str = "\
kosmo runs Lua scripts and single calls against integrations, without an agent and without a server.

Examples:
  kosmo integrations:lua --emulator --eval 'dump(app.integrations.segment.list_sources{slug = \"my-workspace\"})'
  kosmo integrations:lua workflow.lua --json
  kosmo integrations:call segment.track_event --userId=user-42 --event='Order Completed' --dry-run
  kosmo integrations:docs segment.track_event

Usage: kosmo <COMMAND> [OPTIONS]
";

/// What ends the top-level help.
const TAIL: &str = "
Everywhere:
  --json           Print one JSON object on stdout, whatever happens
  --output <FORM>  The data alone: json, jsonl, table or tsv
  --select <PATH>  Only what this JSONPath selects from the data
  --emulator       Run against the built-in emulator: no account, no network
  --token <TOKEN>  Do no more than this token allows; also KOSMO_TOKEN
  -q, --quiet      Say nothing on stderr but errors
  -v, --verbose    Tell of each request on stderr; -vv with headers and bodies
  --color <WHEN>   When to use colour: auto, always, never
  -h, --help       Help for a command: kosmo <COMMAND> --help
  -V, --version    The version

A blank will do for the colon: kosmo integrations lua …
";

/// Other words for guides.
const NICKNAMES: &[(&str, &str)] = &[
    ("config", "settings"),
    ("configuration", "settings"),
    ("env", "environment"),
    ("variables", "environment"),
    ("exit", "exit-codes"),
    ("exits", "exit-codes"),
    ("formatting", "output"),
    ("policy", "safety"),
    ("permissions", "safety"),
];

/// What to print when no command was named: the help, or the version.
///
/// # Errors
/// A flag that needs a command.
pub(super) fn top(flags: &[OsString]) -> Result<String, Fault> {
    for flag in flags {
        match flag.to_str() {
            Some("--version" | "-V") => return Ok(super::version::reply().text),
            Some("--help" | "-h") => return Ok(everything()),
            _ => {}
        }
    }
    match flags.first() {
        None => Ok(everything()),
        Some(flag) => {
            let known = everywhere::everywhere(clap::Command::new("kosmo"));
            let mut names: Vec<String> = known
                .get_arguments()
                .filter_map(|known| Some(format!("--{}", known.get_long()?)))
                .collect();
            names.extend(["--help".to_owned(), "--version".to_owned()]);
            let written = flag.to_string_lossy();
            let near = match names.iter().any(|name| *name == written) {
                true => None,
                false => did_you_mean(&nearest(&written, names.iter().map(String::as_str))),
            };
            Err(Fault::usage(format!("no command follows `{written}`"))
                .hint(near.unwrap_or_else(|| "`kosmo help` lists the commands".to_owned())))
        }
    }
}

/// The top-level help.
pub(super) fn everything() -> String {
    let mut text = HEAD.to_owned();
    list(&mut text, |entry| entry.heading != WORDS);
    let mut words: Vec<&str> = table::entries()
        .filter(|entry| entry.heading == WORDS)
        .filter_map(|entry| entry.name.split(' ').next())
        .collect();
    words.dedup();
    text += &format!("\n{WORDS} (kosmo help membrane):\n");
    text += &wrapped("  ", &words.join(", "));
    text.push_str(TAIL);
    let topics: Vec<String> = docs::guides().map(|guide| guide.name).collect();
    text += &wrapped("Topics (kosmo help TOPIC): ", &topics.join(", "));
    text
}

/// The commands of a family and the guide about it, whichever there is.
pub(super) fn family_and_topic(name: &str, words: &str) -> Option<String> {
    if name == membrane::PREFIX {
        return family(name);
    }
    let found: Vec<String> = family(name).into_iter().chain(topic(words)).collect();
    (!found.is_empty()).then(|| found.join("\n"))
}

/// A guide by its name, or by what people call it.
fn topic(name: &str) -> Option<String> {
    let wanted = fold(name);
    let wanted = NICKNAMES.iter().find(|(nickname, _)| fold(nickname) == wanted);
    let wanted = wanted.map_or(name, |(_, guide)| guide);
    docs::guides().find(|guide| fold(&guide.name) == fold(wanted)).map(|guide| guide.text())
}

/// Words after a heading, broken where a line is full.
fn wrapped(heading: &str, words: &str) -> String {
    let mut text = heading.to_owned();
    let mut column = text.len();
    for word in words.split(' ') {
        if column + word.len() > 98 {
            text = text.trim_end().to_owned() + "\n  ";
            column = 2;
        }
        text += word;
        text += " ";
        column += word.len() + 1;
    }
    text.trim_end().to_owned() + "\n"
}

/// The commands that begin with `family:`; none when there are none.
pub(super) fn family(family: &str) -> Option<String> {
    if fold(family) == membrane::PREFIX {
        return Some(words());
    }
    let names = table::commands_of(family);
    if names.is_empty() {
        return None;
    }
    let mut text = format!("Usage: kosmo {family}:<COMMAND> [OPTIONS]\n");
    list(&mut text, |entry| names.contains(&entry.name));
    Some(text)
}

/// What the words of another tool do here.
fn words() -> String {
    let mut text = String::from(
        "The command line of Membrane, for those who know it. Every command may have `membrane` before it,\n\
         and most need not. `kosmo help seeds` lists whole lines with what they answer.\n\n\
         Usage: kosmo [membrane] <COMMAND> [OPTIONS]\n",
    );
    list(&mut text, |entry| entry.heading == WORDS);
    text += "\nThe same as other commands:\n";
    for (word, meant) in membrane::SYNONYMS {
        let _ = writeln!(text, "  {word:24} {meant}");
    }
    text +=
        "\nEverywhere:\n  --tenantKey <ACCOUNT>    The account that is meant where none is named\n";
    text += "  --workspaceKey <KEY>     Taken as it comes; changes nothing\n";
    text
}

fn list(text: &mut String, belongs: impl Fn(&Entry) -> bool) {
    let mut heading = "";
    let listed = || table::entries().filter(|entry| belongs(entry));
    let short = |entry: &Entry| entry.shortcut.map_or(0, |(shortcut, _)| shortcut.len());
    let width = listed().map(|entry| entry.name.len().max(short(entry))).max().unwrap_or(0);
    for entry in listed() {
        if entry.heading != heading {
            heading = entry.heading;
            let _ = write!(text, "\n{heading}:\n");
        }
        let _ = writeln!(text, "  {:width$}  {}", entry.name, entry.about);
        if let Some((shortcut, about)) = entry.shortcut {
            let _ = writeln!(text, "  {shortcut:width$}  {about}");
        }
    }
}

/// The help of one command.
pub(super) fn command(entry: &Entry) -> String {
    page(entry, entry.about, &entry.example_lines().replace('\n', "\n  "))
}

/// The help of a call of one function: its own parameters, then the command's options.
pub(super) fn function(entry: &Entry, operation: &Operation) -> String {
    let name = operation.full_name();
    let usage = format!("kosmo {} {name} [JSON] [--PARAMETER VALUE]… [OPTIONS]", entry.name);
    let mut text = format!("{name}: {}\n\nUsage: {usage}\n", operation.about);
    if !operation.params.is_empty() {
        text.push_str("\nParameters:\n");
    }
    let width = operation.params.keys().map(String::len).max().unwrap_or(0);
    for (name, param) in &operation.params {
        let kind = param.kind.word();
        let required = if param.required { ", required" } else { "" };
        let _ = writeln!(text, "  --{name:width$}  {} ({kind}{required})", param.about);
    }
    let options = page(entry, "", "");
    let from = options.find("\nOptions:").unwrap_or(0);
    text + &options[from..]
}

fn page(entry: &Entry, about: &str, examples: &str) -> String {
    let head = if about.is_empty() { String::new() } else { format!("{about}\n\n") };
    let examples =
        if examples.is_empty() { String::new() } else { format!("Examples:\n  {examples}\n\n") };
    let command = entry.command().help_template("{usage-heading} {usage}\n\n{all-args}");
    format!("{head}{examples}{}", rendered(command))
}

fn rendered(mut command: clap::Command) -> String {
    command.render_help().to_string()
}
