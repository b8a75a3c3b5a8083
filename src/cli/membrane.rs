//! The words of another tool, Membrane's command line, under `membrane` and by themselves: which of
//! our commands each stands for, and what is said where there is nothing to do. The rows are in
//! [`super::table`].

mod catalogue;
mod credentials;

use std::ffi::OsString;

use clap::{Arg, ArgAction};
use serde_json::json;

pub(super) use catalogue::{
    GetArgs, INTEGRATION_EXAMPLES, ListArgs, SEARCH_EXAMPLES, SearchArgs, get, list, search,
};
pub(super) use credentials::{CredentialsArgs, credentials};

use super::invocation::Invocation;
use super::reply::Reply;
use super::table;
use crate::error::Fault;

/// The word that may stand before every command.
pub(super) const PREFIX: &str = "membrane";

/// Words that stand for other words, flags and all.
pub(super) const SYNONYMS: &[(&str, &str)] = &[
    ("external-app list", "integration list"),
    ("external-app get", "integration get"),
    ("connector list", "integration list"),
    ("connector get", "integration get"),
    ("whoami", "integrations:call get_current_user"),
    ("workspace get", "status"),
    ("workspace list", "status"),
    ("tenant list", "connection list"),
    ("tenant get", "connection get"),
    ("connection archive", "connection delete"),
    ("connection refresh", "connection test"),
    ("connection update", "connection patch"),
    ("connection reconnect", "connect"),
    ("action archive", "action delete"),
    ("action-run-log list", "runs list"),
    ("init", "workspace init"),
    ("pull", "workspace pull"),
    ("push", "workspace push"),
    ("diff", "workspace diff"),
    ("list-connections", "connection list"),
    ("delete-connection", "connection delete"),
    ("list-integrations", "integration list"),
    ("list-actions", "action list"),
    ("get-action", "action get"),
    ("create-action", "action create"),
    ("update-action", "action update"),
    ("delete-action", "action delete"),
    ("get-action-run-log", "action-run-log get"),
    ("get-credentials", "credentials"),
    ("get-membrane-token", "membrane token"),
    ("search-docs", "search"),
];

/// The same command line in our own words: without the prefix, and with synonyms replaced.
pub(super) fn plain(mut words: Vec<OsString>) -> Vec<OsString> {
    if words.first().is_some_and(|first| first == PREFIX) && !is_own(&words) {
        words.remove(0);
    }
    let written = |count: usize| -> Option<String> {
        let heads = words.get(..count)?.iter().map(|word| word.to_str());
        Some(heads.collect::<Option<Vec<&str>>>()?.join(" ").replace(':', " "))
    };
    for count in [2, 1] {
        let meant = written(count).and_then(|written| {
            SYNONYMS.iter().find(|(word, _)| *word == written).map(|(_, meant)| *meant)
        });
        if let Some(meant) = meant {
            let rest = words.split_off(count);
            return meant.split(' ').map(OsString::from).chain(rest).collect();
        }
    }
    words
}

/// Whether the prefix is part of a command's name, or all there is.
fn is_own(words: &[OsString]) -> bool {
    match words.get(1).and_then(|word| word.to_str()) {
        Some(second) => {
            second.starts_with('-') || table::find(&format!("{PREFIX}:{second}")).is_some()
        }
        None => true,
    }
}

/// What is taken where there is nothing to do, so that no line has to be rewritten: names of flags,
/// `name=VALUE` for those with a value, and `<WORDS>` for arguments.
pub(super) fn taken(mut command: clap::Command, names: &[&'static str]) -> clap::Command {
    for name in names {
        let arg = match (name.strip_prefix('<'), name.split_once('=')) {
            (Some(rest), _) => Arg::new(rest.trim_end_matches('>')).num_args(0..),
            (None, Some((long, value))) => {
                Arg::new(long).long(long).value_name(value).allow_hyphen_values(true)
            }
            (None, None) => Arg::new(*name).long(*name).action(ArgAction::SetTrue),
        };
        command = command.arg(arg.help("Taken as it comes; changes nothing here"));
    }
    command
}

/// Says why there is nothing to do, and which command serves.
///
/// # Errors
/// None.
pub(super) fn settled(invocation: &Invocation, why: &str, next: &str) -> Result<u8, Fault> {
    let json = json!({"success": true, "done": false, "message": why, "next": next});
    Ok(invocation.say(&Reply::new(json, format!("{why}; next: {next}"))))
}

/// The refusal of what cannot be done here, with the command that serves.
///
/// # Errors
/// Always: `not_here`.
pub(super) fn elsewhere(_: &Invocation, why: &str, next: &str) -> Result<u8, Fault> {
    let why = why[..1].to_lowercase() + &why[1..];
    Err(Fault::not_found(why).code("not_here").hint(next))
}

/// Sessions of an agent: there is none.
pub(super) fn sessions(invocation: &Invocation) -> u8 {
    let json = json!({"success": true, "items": [], "cursor": null});
    let text = "No agent sessions: no agent runs here, the one that calls does the work.";
    invocation.say(&Reply::new(json, text).listing("items"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plainly(line: &str) -> String {
        let words = line.split(' ').map(OsString::from).collect();
        let words: Vec<String> =
            plain(words).into_iter().map(|word| word.into_string().unwrap()).collect();
        words.join(" ")
    }

    #[test]
    fn the_prefix_goes_unless_it_belongs_to_the_name() {
        assert_eq!(plainly("membrane connection list --json"), "connection list --json");
        assert_eq!(plainly("membrane token --manager"), "membrane token --manager");
        assert_eq!(plainly("membrane --help"), "membrane --help");
        assert_eq!(plainly("membrane"), "membrane");
        assert_eq!(plainly("token list"), "token list");
    }

    #[test]
    fn synonyms_lead_to_commands_and_hide_none() {
        assert_eq!(plainly("membrane external-app list --search x"), "integration list --search x");
        assert_eq!(plainly("external-app:list"), "integration list");
        assert_eq!(plainly("diff"), "workspace diff");
        for (word, meant) in SYNONYMS {
            assert!(table::find(word).is_none(), "`{word}` is a command");
            let mut words = meant.split(' ');
            let (first, second) = (words.next().unwrap(), words.next().unwrap_or_default());
            let found = table::find(meant).or_else(|| table::find(first));
            assert!(found.is_some(), "`{word}` leads to no command: {first} {second}");
        }
    }
}
