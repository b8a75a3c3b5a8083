//! What a value on the command line may be, by the name that its argument gives it. What the names
//! of functions are is the catalogue's business, which runs there were the journal's.

use clap::Arg;

use super::Candidates;
use crate::catalogue::{Catalogue, docs};
use crate::ledger::journal::Filter;
use crate::runtime::Runtime;
use crate::upstream::shown;

/// The most runs that are offered.
const RUNS: u32 = 50;

/// What may stand for an argument of the command `name`; none when nobody knows.
pub(super) fn candidates(
    command: &str,
    arg: &Arg,
    catalogue: &Catalogue,
    runtime: Option<&Runtime>,
) -> Candidates {
    let choices = arg.get_possible_values();
    if !choices.is_empty() {
        let about =
            |value: &clap::builder::PossibleValue| value.get_help().map(ToString::to_string);
        let pair = |value| (named(value), about(value).unwrap_or_default());
        return choices.iter().map(pair).collect();
    }
    let value = arg.get_value_names().and_then(|names| names.first());
    let of_runs = ["runs", "action-run-log"].iter().any(|family| command.starts_with(family));
    match (value.map_or("", |name| name.as_str()), runtime) {
        ("ACCOUNT", Some(runtime)) => accounts(runtime),
        ("NAME", Some(runtime)) if arg.get_long() == Some("account") => accounts(runtime),
        ("ID" | "RUN", Some(runtime)) if of_runs => runs(runtime),
        ("SERVER", Some(runtime)) => servers(runtime),
        ("FUNCTION", _) => functions(catalogue),
        ("PROVIDER", _) => {
            catalogue.providers().map(|it| (it.name.clone(), it.title.clone())).collect()
        }
        ("PAGE", _) => pages(catalogue),
        _ => Vec::new(),
    }
}

fn named(value: &clap::builder::PossibleValue) -> String {
    value.get_name().to_owned()
}

/// Every function by its full name.
pub(super) fn functions(catalogue: &Catalogue) -> Candidates {
    catalogue.operations().map(|it| (it.full_name(), it.title.clone())).collect()
}

/// Every page of the documentation, functions last.
fn pages(catalogue: &Catalogue) -> Candidates {
    let groups = catalogue.providers().flat_map(|provider| {
        let name = |group: &str| format!("{}.{group}", provider.name);
        let groups = provider.groups.values().map(move |it| (name(&it.name), it.title.clone()));
        [(provider.name.clone(), provider.title.clone())].into_iter().chain(groups)
    });
    topics().into_iter().chain(groups).chain(functions(catalogue)).collect()
}

/// Every guide.
pub(super) fn topics() -> Candidates {
    docs::guides().map(|guide| (guide.name.clone(), guide.about().to_owned())).collect()
}

/// The MCP servers that are configured; none is started.
pub(super) fn servers(runtime: &Runtime) -> Candidates {
    let all = runtime.servers().all();
    all.servers.values().map(|it| (it.name.clone(), shown::line(it))).collect()
}

fn accounts(runtime: &Runtime) -> Candidates {
    let accounts = &runtime.engine().accounts;
    let of = |provider| accounts.names(provider).into_iter();
    runtime
        .catalogue()
        .providers()
        .flat_map(|provider| of(provider).map(|it| (it, format!("account of {}", provider.title))))
        .collect()
}

/// The newest runs; none where there is no journal.
fn runs(runtime: &Runtime) -> Candidates {
    let filter = Filter { limit: Some(RUNS), ..Filter::default() };
    let runs = runtime.engine().journal.recent(&filter).unwrap_or_default();
    runs.into_iter().map(|run| (run.id, format!("{} {}", run.function, run.status))).collect()
}
