//! Words that name no command, and what may have been meant by them.

use super::table;
use crate::catalogue::Operation;
use crate::catalogue::name::{did_you_mean, fold, nearest};
use crate::error::Fault;
use crate::runtime::{Opening, Runtime};

/// How many commands of a family a hint lists.
const FEW: usize = 8;

/// The complaint about a command that there is not, with what is like it.
pub(super) fn unknown(name: &str) -> Fault {
    let fault = Fault::usage(format!("unknown command `{name}`")).code("unknown_command");
    let names = || table::entries().map(|entry| entry.name);
    let same =
        names().filter(|known| fold(known) == fold(name) || fold(first_word(known)) == fold(name));
    let same: Vec<&str> = same.collect();
    if let Some(hint) = did_you_mean(&same) {
        return fault.hint(hint);
    }
    let runtime = Runtime::open(Opening::default()).ok();
    if let Some(call) = runtime.as_ref().and_then(|runtime| called(runtime, name)) {
        return fault.hint(format!("did you mean `{call}`?"));
    }
    // Within a family only what follows the colon tells commands apart.
    let (family, last) = name.split_once(':').unwrap_or(("", name));
    let mut siblings: Vec<String> =
        table::commands_of(family).into_iter().map(str::to_owned).collect();
    let listed = siblings.len();
    if let Some(runtime) = &runtime {
        siblings.extend(shortcuts(runtime, family));
    }
    let alike = |known: &str| !nearest(last, [last_word(known)]).is_empty();
    let mut related: Vec<&str> =
        siblings.iter().map(String::as_str).filter(|known| alike(known)).collect();
    if related.is_empty() {
        related = nearest(name, names());
        related.retain(|known| siblings.is_empty() || alike(known));
    }
    fault.hint(did_you_mean(&related).unwrap_or_else(|| match listed {
        0 => "`kosmo help` lists the commands".to_owned(),
        1..=FEW => format!("there are: {}", siblings.join(", ")),
        _ => format!("`kosmo help {family}` lists its commands"),
    }))
}

/// The complaint about a parameter that is none, which may have been meant as an option of a call.
pub(super) fn option(operation: &Operation, written: &str, fault: Fault) -> Fault {
    let command = table::CALL.command();
    let options: Vec<String> = command
        .get_arguments()
        .filter_map(|option| Some(format!("--{}", option.get_long()?)))
        .collect();
    let names = operation.params.keys().chain(&options).map(String::as_str);
    match did_you_mean(&nearest(written, names)) {
        Some(hint) => fault.hint(hint),
        None => fault,
    }
}

/// The call of a function that was named where a command goes.
fn called(runtime: &Runtime, name: &str) -> Option<String> {
    let operation = runtime.catalogue().find(&name.replace(':', ".")).ok()?;
    Some(format!("kosmo integrations:call {}", operation.full_name()))
}

/// The short ways to write calls that a family has besides its commands.
fn shortcuts(runtime: &Runtime, family: &str) -> Vec<String> {
    let names: Vec<String> = match fold(family).as_str() {
        "integrations" => runtime.catalogue().names().map(str::to_owned).collect(),
        "mcp" => runtime.servers().all().servers.keys().cloned().collect(),
        _ => Vec::new(),
    };
    names.into_iter().map(|name| format!("{family}:{name}")).collect()
}

fn first_word(name: &str) -> &str {
    name.split_once([':', ' ']).map_or(name, |(first, _)| first)
}

fn last_word(name: &str) -> &str {
    name.rsplit_once([':', ' ']).map_or(name, |(_, last)| last)
}
