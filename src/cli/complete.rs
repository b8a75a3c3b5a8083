//! What may come next on a half-typed command line: commands, flags, functions, parameters and
//! accounts, all from the command table and the catalogue. The shells' scripts in [`super::shell`]
//! ask for it; how a shell shows it is theirs.

mod values;

use super::entry::Entry;
use super::{everywhere, table};
use crate::catalogue::name::fold;
use crate::catalogue::{Catalogue, Operation};
use crate::runtime::{Opening, Runtime};

/// The hidden command that the scripts run.
pub(super) const COMMAND: &str = "__complete";

/// One candidate and what it is, as `value<TAB>about` lines. The last word is the one being typed.
pub(super) fn lines(words: &[String]) -> String {
    let (current, before) = match words.split_last() {
        Some((current, before)) => (current.as_str(), before),
        None => ("", words),
    };
    // Flags may stand before the command.
    let mut flags = 0;
    while let Some(word) = before.get(flags).filter(|word| word.starts_with('-')) {
        flags += if everywhere::valued().contains(word) { 2 } else { 1 };
    }
    let before = before.get(flags..).unwrap_or_default();
    let runtime = Runtime::open(Opening::default()).ok();
    let embedded = Catalogue::new(Vec::new());
    let catalogue = runtime.as_ref().map_or(&embedded, |runtime| runtime.catalogue());
    let spot = Spot::find(before);
    let mut found = match &spot {
        None => commands(before, catalogue, runtime.as_deref()),
        Some(spot) => spot.candidates(current, catalogue, runtime.as_deref()),
    };
    found.retain(|(value, _)| value.starts_with(current));
    found.dedup_by(|a, b| a.0 == b.0);
    found.into_iter().map(|(value, about)| format!("{value}\t{about}\n")).collect()
}

type Candidates = Vec<(String, String)>;

fn commands(before: &[String], catalogue: &Catalogue, runtime: Option<&Runtime>) -> Candidates {
    let names = table::entries().map(|entry| (entry.name.to_owned(), entry.about.to_owned()));
    let providers = catalogue
        .names()
        .map(|name| (format!("integrations:{name}"), format!("Call a function of {name}")));
    let servers = runtime.map(values::servers).unwrap_or_default().into_iter();
    let servers = servers
        .map(|(name, _)| (format!("mcp:{name}"), format!("Call a tool of the MCP server {name}")));
    let all = names.chain(providers).chain(servers);
    match before {
        [] => all
            .map(|(name, about)| match name.split_once(' ') {
                Some((first, _)) => (first.to_owned(), about),
                None => (name, about),
            })
            .collect(),
        [help] if help == "help" => {
            let names = table::entries().map(|it| (it.name.to_owned(), it.about.to_owned()));
            values::topics().into_iter().chain(names).collect()
        }
        [family] => all
            .filter_map(|(name, about)| {
                let (first, rest) = name.split_once([':', ' '])?;
                (first == family).then(|| (rest.to_owned(), about))
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Where on the command line one is: the command, the provider of a shortcut, and what follows.
struct Spot<'a> {
    entry: &'static Entry,
    provider: Option<String>,
    rest: &'a [String],
}

impl<'a> Spot<'a> {
    fn find(before: &'a [String]) -> Option<Self> {
        let first = before.first()?;
        if let Some(second) = before.get(1)
            && let Some(entry) = table::find(&format!("{first}:{second}"))
        {
            return Some(Self { entry, provider: None, rest: &before[2..] });
        }
        if let Some(entry) = table::find(first) {
            return Some(Self { entry, provider: None, rest: &before[1..] });
        }
        let (family, name, used) = match first.split_once(':') {
            Some((family, name)) => (family, name, 1),
            None => (first.as_str(), before.get(1)?.as_str(), 2),
        };
        let provider = table::provider(family, name)?;
        Some(Self { entry: &table::CALL, provider: Some(provider), rest: &before[used..] })
    }

    fn candidates(
        &self,
        current: &str,
        catalogue: &Catalogue,
        runtime: Option<&Runtime>,
    ) -> Candidates {
        let command = self.entry.command();
        let operation = self.operation(catalogue);
        let offer = |arg| values::candidates(self.entry.name, arg, catalogue, runtime);
        if let Some(flag) = self.rest.last().and_then(|word| word.strip_prefix("--")) {
            let arg = command.get_arguments().find(|arg| arg.get_long() == Some(flag));
            if let Some(arg) = arg.filter(|arg| arg.get_action().takes_values()) {
                return offer(arg);
            }
        }
        if let Some((flag, _)) = current.split_once('=') {
            let prefixed = |(value, about)| (format!("{flag}={value}"), about);
            return chosen(flag, operation).into_iter().map(prefixed).collect();
        }
        if current.starts_with('-') {
            return flags(&command, operation);
        }
        if self.entry.loose {
            return if operation.is_none() { self.functions(catalogue) } else { Vec::new() };
        }
        command.get_positionals().flat_map(offer).collect()
    }

    fn operation<'c>(&self, catalogue: &'c Catalogue) -> Option<&'c Operation> {
        let word = self.rest.iter().find(|word| !word.starts_with('-'))?;
        match &self.provider {
            Some(provider) => catalogue.provider(provider).ok()?.operation(word),
            None => catalogue.find(word).ok(),
        }
    }

    fn functions(&self, catalogue: &Catalogue) -> Candidates {
        match &self.provider {
            Some(provider) => catalogue.provider(provider).map_or_else(
                |_| Vec::new(),
                |provider| {
                    let operations = provider.operations.values();
                    operations.map(|o| (o.name.clone(), o.title.clone())).collect()
                },
            ),
            None => values::functions(catalogue),
        }
    }
}

fn flags(command: &clap::Command, operation: Option<&Operation>) -> Candidates {
    let about = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let mut flags: Candidates = Vec::new();
    for (name, param) in operation.iter().flat_map(|operation| &operation.params) {
        flags.push((format!("--{name}="), about(&param.about)));
    }
    for arg in command.get_arguments() {
        if let Some(long) = arg.get_long().filter(|_| !arg.is_hide_set()) {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            flags.push((format!("--{long}"), about(&help)));
        }
    }
    flags.push(("--help".to_owned(), "Print help".to_owned()));
    flags
}

/// The values that a parameter of a function may have.
fn chosen(flag: &str, operation: Option<&Operation>) -> Candidates {
    let wanted = fold(flag.trim_start_matches('-'));
    let params = operation.into_iter().flat_map(|operation| &operation.params);
    let choices = params.filter(|(name, _)| fold(name) == wanted).flat_map(|(_, it)| &it.choices);
    let text = |choice: &serde_json::Value| match choice.as_str() {
        Some(text) => text.to_owned(),
        None => choice.to_string(),
    };
    choices.map(|choice| (text(choice), String::new())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(line: &str) -> Vec<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        lines(&words).lines().filter_map(|l| Some(l.split('\t').next()?.to_owned())).collect()
    }

    #[test]
    fn commands_come_first() {
        assert!(offered("integrations:l").contains(&"integrations:lua".to_owned()));
        assert!(offered("integrations:s").contains(&"integrations:segment".to_owned()));
        assert!(offered("integrations l").contains(&"lua".to_owned()));
        assert_eq!(offered("zzz"), Vec::<String>::new());
    }

    #[test]
    fn then_functions_and_their_parameters() {
        assert!(offered("integrations:segment tr").contains(&"track_event".to_owned()));
        assert!(offered("integrations:call segment.t").contains(&"segment.track_event".to_owned()));
        let flags = offered("integrations:segment track_event --");
        assert!(flags.contains(&"--event=".to_owned()) && flags.contains(&"--dry-run".to_owned()));
    }

    #[test]
    fn values_are_offered_where_only_some_are_allowed() {
        assert!(offered("help ex").contains(&"exit-codes".to_owned()));
        assert_eq!(offered("skill seg"), ["segment"]);
        assert_eq!(offered("runs list --function segment.track_e"), ["segment.track_event"]);
        assert!(offered("integrations:docs env").contains(&"environment".to_owned()));
        assert_eq!(offered("runs list --output js"), ["json", "jsonl"]);
        assert_eq!(offered("version --color n"), ["never"]);
        assert_eq!(offered("completions f"), ["fish"]);
    }
}
