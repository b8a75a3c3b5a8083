//! What was typed: from the argument vector to one entry of the command table and its matches. Only
//! the command that was named is built, since building all of them costs more than running most.

use std::ffi::{OsStr, OsString};

use clap::ArgMatches;
use clap::error::ErrorKind;

use super::call::YIELDING;
use super::complete;
use super::entry::Entry;
use super::everywhere::valued;
use super::help;
use super::membrane;
use super::raw;
use super::stray::unknown;
use super::table::{self, Shortcut};
use crate::catalogue::docs;
use crate::catalogue::name::fold;
use crate::error::Fault;
use crate::runtime::{Opening, Runtime};

/// What is to be done.
pub(super) enum Typed {
    /// Run a command.
    Run(&'static Entry, ArgMatches),
    /// Print this and end well.
    Show(String),
}

/// Whether `--json` was typed; asked before anything can go wrong with the rest.
pub(super) fn wants_json(argv: &[OsString]) -> bool {
    is_typed(&told_apart(argv.to_vec()), "--json")
}

/// The same words in our own spelling, with a request's `--json` that has a body told from the flag
/// of every command.
fn told_apart(argv: Vec<OsString>) -> Vec<OsString> {
    let (mut words, mut rest) = leading_flags(argv);
    if rest.first().is_some_and(|first| first == membrane::PREFIX) {
        // Flags may stand on either side of it.
        let (more, after) = leading_flags(rest.split_off(1));
        let (flags, after) = if after.is_empty() { (after, more) } else { (more, after) };
        words.extend(flags);
        rest.extend(after);
    }
    let rest = membrane::plain(rest);
    let request = rest.first().is_some_and(|first| first == raw::NAME);
    words.extend(if request { raw::told_apart(rest) } else { rest });
    words
}

/// Whether a flag was typed, whatever else is wrong.
pub(super) fn is_typed(argv: &[OsString], flag: &str) -> bool {
    argv.iter().take_while(|token| *token != "--").any(|token| token == flag)
}

/// Understands an argument vector without the program's name.
///
/// # Errors
/// [`crate::error::Kind::Usage`] with the nearest command or flag.
pub(super) fn parse(argv: Vec<OsString>) -> Result<Typed, Fault> {
    let (mut flags, rest) = leading_flags(told_apart(argv));
    let mut rest = rest.into_iter();
    let Some(first) = rest.next() else { return help::top(&flags).map(Typed::Show) };
    let rest: Vec<OsString> = rest.collect();
    let first = text(&first)?;
    if first == "help" {
        return about(&rest);
    }
    if first == complete::COMMAND {
        let words = rest.iter().skip_while(|word| *word == "--");
        let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
        return Ok(Typed::Show(complete::lines(&words)));
    }
    let second = rest.first().and_then(|token| token.to_str());
    let (entry, rest) = if let Some(entry) = second.and_then(|s| table::find(&[first, s].join(":")))
    {
        (entry, &rest[1..])
    } else if let Some(entry) = table::find(first) {
        (entry, &rest[..])
    } else {
        return shortcut(first, flags, rest);
    };
    flags.extend(rest.iter().cloned());
    matched(entry, flags)
}

/// Flags may stand before the command; they mean the same there.
fn leading_flags(argv: Vec<OsString>) -> (Vec<OsString>, Vec<OsString>) {
    let valued =
        if argv.first().is_some_and(|token| is_flag(token)) { valued() } else { Vec::new() };
    let mut end = 0;
    while let Some(token) = argv.get(end) {
        let Some(token) = token.to_str().filter(|token| token.starts_with('-') && token.len() > 1)
        else {
            break;
        };
        end += if valued.iter().any(|flag| flag == token) { 2 } else { 1 };
    }
    let mut flags = argv;
    let rest = flags.split_off(end.min(flags.len()));
    (flags, rest)
}

/// `help [COMMAND]`.
fn about(rest: &[OsString]) -> Result<Typed, Fault> {
    let words = rest.iter().map(|token| text(token)).collect::<Result<Vec<_>, _>>()?;
    let words: Vec<&str> = words.into_iter().filter(|word| !word.starts_with('-')).collect();
    if words.is_empty() {
        return Ok(Typed::Show(help::everything()));
    }
    let name = words.join(":");
    match table::find(&name).or_else(|| table::find(words[0])) {
        Some(entry) => Ok(Typed::Show(help::command(entry))),
        None => help::family_and_topic(&name, &words.join("-"))
            .or_else(|| page(words[0]))
            .map(Typed::Show)
            .ok_or_else(|| unknown(&name)),
    }
}

/// The page of a function or a group, which may be the user's own.
fn page(name: &str) -> Option<String> {
    let runtime = Runtime::open(Opening::default()).ok()?;
    docs::read(runtime.catalogue(), Some(name)).ok()
}

/// `integrations:<provider> <function> …` is a call, and without a function its page.
fn shortcut(first: &str, flags: Vec<OsString>, rest: Vec<OsString>) -> Result<Typed, Fault> {
    let (family, mut name, mut rest) = match first.split_once(':') {
        Some((family, name)) => (family, name.to_owned(), rest),
        None => (first, String::new(), rest),
    };
    if name.is_empty() && rest.first().is_some_and(|token| !is_flag(token)) {
        name = text(&rest.remove(0))?.to_owned();
    }
    if name.is_empty() {
        let help = help::family(family).ok_or_else(|| unknown(first))?;
        let asked = |flag: &OsString| flag == "--help" || flag == "-h" || flag == "--no-pager";
        return match flags.iter().chain(&rest).find(|flag| !asked(flag)) {
            None => Ok(Typed::Show(help)),
            Some(_) => Err(Fault::usage(format!("say which command of `{family}` is meant"))
                .code("unknown_command")
                .hint(format!("there are: {}", table::commands_of(family).join(", ")))),
        };
    }
    let Some(Shortcut { call, look, name }) = table::shortcut(family, &name) else {
        return Err(unknown(&format!("{family}:{name}")));
    };
    let mut tokens = flags;
    // The function is the first word that is neither a flag nor a flag's value.
    match call.first_word(&rest) {
        Some(at) => {
            let function = format!("{name}.{}", text(&rest[at])?);
            rest[at] = function.into();
            tokens.extend(rest);
            matched(call, tokens)
        }
        None if rest.iter().any(|token| token == "--help" || token == "-h") => {
            Ok(Typed::Show(help::command(call)))
        }
        None => {
            tokens.push(name.into());
            tokens.extend(rest);
            matched(look, tokens)
        }
    }
}

fn matched(entry: &'static Entry, tokens: Vec<OsString>) -> Result<Typed, Fault> {
    let function = entry.loose.then(|| entry.first_word(&tokens)).flatten();
    let function = function.and_then(|at| tokens[at].to_str()).map(str::to_owned);
    let tokens = if entry.loose {
        let taken = taken(&tokens, function.as_deref());
        entry.gather(tokens, &taken)
    } else {
        tokens
    };
    match entry.command().try_get_matches_from(tokens) {
        Ok(matches) => Ok(Typed::Run(entry, matches)),
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            let help = function.and_then(|function| {
                let runtime = Runtime::open(Opening::default()).ok()?;
                Some(help::function(entry, runtime.catalogue().find(&function).ok()?))
            });
            Ok(Typed::Show(help.unwrap_or_else(|| help::command(entry))))
        }
        Err(error) => Err(complaint(entry, &error)),
    }
}

/// The options of a call that are meant as parameters of its function, which go first. Rows are only
/// looked at when there is something to decide.
fn taken(tokens: &[OsString], function: Option<&str>) -> Vec<&'static str> {
    let flag = |token: &OsString| {
        let flag = token.to_str()?.strip_prefix("--")?;
        let name = flag.split_once('=').map_or(flag, |(name, _)| name);
        YIELDING.iter().copied().find(|yielding| *yielding == name)
    };
    let mut flags: Vec<&str> = tokens.iter().filter_map(flag).collect();
    let Some(function) = function.filter(|_| !flags.is_empty()) else { return Vec::new() };
    let Ok(runtime) = Runtime::open(Opening::default()) else { return Vec::new() };
    let Ok(operation) = runtime.catalogue().find(function) else { return Vec::new() };
    flags.retain(|flag| operation.params.keys().any(|name| fold(name) == fold(flag)));
    flags
}

/// clap's complaint as a fault: its first paragraph, and its tip as the hint.
pub(super) fn complaint(entry: &Entry, error: &clap::Error) -> Fault {
    let rendered = error.render().to_string();
    let mut message: Vec<&str> = Vec::new();
    let mut tips: Vec<&str> = Vec::new();
    let paragraphs = rendered.lines().take_while(|line| !line.starts_with("Usage:"));
    for line in paragraphs.map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix("tip: ") {
            Some(tip) => tips.push(tip),
            None if line.starts_with("For more information") => {}
            None => message.push(line),
        }
    }
    let message = message.join(" ");
    let message = message
        .strip_prefix("error: ")
        .unwrap_or(&message)
        .replace('\'', "`")
        .replace("invalid digit found in string", "write a whole number");
    let hint = match tips.first() {
        Some(tip) => tip.replace('\'', "`"),
        None => format!("see `kosmo {} --help`", entry.name),
    };
    Fault::usage(message).hint(hint)
}

fn is_flag(token: &OsStr) -> bool {
    token.as_encoded_bytes().first() == Some(&b'-')
}

/// A token that has to be text.
///
/// # Errors
/// [`crate::error::Kind::Usage`] when it is not UTF-8.
pub(super) fn text(token: &OsStr) -> Result<&str, Fault> {
    token.to_str().ok_or_else(|| {
        Fault::usage(format!("the argument `{}` is not UTF-8", token.to_string_lossy()))
    })
}
