//! `integration list`, `integration get` and `search`: what can be connected, and one search over
//! providers, functions, connections and pages.

use serde_json::{Value, json};

use crate::catalogue::name::{did_you_mean, fold, nearest};
use crate::catalogue::{Provider, docs, search as functions};
use crate::cli::action;
use crate::cli::connection::{Place, Record};
use crate::cli::describe::{State, table};
use crate::cli::output::pretty;
use crate::cli::reply::Reply;
use crate::error::Fault;
use crate::runtime::Runtime;

/// Command lines for the help.
pub(in crate::cli) const INTEGRATION_EXAMPLES: &str = "\
kosmo integration list --search segment
kosmo integration list --limit 10 --json";

/// Command lines for the help.
pub(in crate::cli) const SEARCH_EXAMPLES: &str = "\
kosmo search 'list sources' --limit 5
kosmo search segment --elementType connector --json";

/// Which integrations.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ListArgs {
    /// Those whose name, address or description holds this
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// At most so many
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
    /// Those after this one, as `cursor` of the answer before it says
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    /// Taken as it comes: every integration is its own connector
    #[arg(long, value_name = "0|1")]
    connectors: Option<String>,
    /// Taken as it comes: every integration is its own app
    #[arg(long = "externalApps", value_name = "0|1")]
    external_apps: Option<String>,
    /// Taken as it comes: integrations are never archived
    #[arg(long = "includeArchived", value_name = "0|1", num_args = 0..=1)]
    archived: Option<String>,
}

/// Which integration.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct GetArgs {
    /// Its name, or the app's address
    integration: String,
}

/// What to look for.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct SearchArgs {
    /// What it is about
    #[arg(required = true)]
    query: Vec<String>,
    /// Only this sort
    #[arg(
        long = "elementType",
        alias = "type",
        value_name = "TYPE",
        value_enum,
        ignore_case = true
    )]
    sort: Option<Sort>,
    /// At most so many of each sort
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    limit: usize,
}

/// What can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Sort {
    /// What can be connected.
    #[value(alias = "integration", alias = "external-app", alias = "externalapp")]
    Connector,
    /// A function, or an action of your own.
    #[value(alias = "function")]
    Action,
    /// A connection that was begun.
    #[value(alias = "account")]
    Connection,
    /// A guide.
    #[value(alias = "doc", alias = "docs")]
    Page,
}

/// What can be connected.
///
/// # Errors
/// Usage for a cursor that leads nowhere.
pub(in crate::cli) fn list(runtime: &Runtime, args: &ListArgs) -> Result<Reply, Fault> {
    let wanted = args.search.as_deref().unwrap_or_default();
    let mut found: Vec<&Provider> =
        runtime.catalogue().providers().filter(|provider| fits(provider, wanted)).collect();
    if let Some(cursor) = &args.cursor {
        let at = found.iter().position(|provider| provider.name == *cursor);
        let at = at.ok_or_else(|| Fault::usage("the cursor leads nowhere").param("cursor"))?;
        found.drain(..=at);
    }
    let more = args.limit.is_some_and(|limit| found.len() > limit);
    found.truncate(args.limit.unwrap_or(usize::MAX));
    let cursor = found.last().filter(|_| more).map(|provider| provider.name.clone());
    let items: Vec<Value> = found.iter().map(|provider| record(runtime, provider)).collect();
    let rows = found.iter().map(|provider| {
        let state = State::of(runtime, provider).word().to_owned();
        vec![provider.name.clone(), provider.title.clone(), state, provider.about.clone()]
    });
    let text = match found.is_empty() {
        true => format!("No integration fits `{wanted}`. There are: {}", names(runtime).join(", ")),
        false => table(&["Id", "Name", "State", "Description"], rows),
    };
    let json = json!({"success": true, "items": items, "cursor": cursor});
    Ok(Reply::new(json, text).listing("items"))
}

/// One of them.
///
/// # Errors
/// `not_found` with the nearest.
pub(in crate::cli) fn get(runtime: &Runtime, args: &GetArgs) -> Result<Reply, Fault> {
    let written = args.integration.trim();
    let host = written.split_once("://").map_or(written, |(_, rest)| rest);
    let host = host.split(['/', ':', '?']).next().unwrap_or_default().to_ascii_lowercase();
    let is = |provider: &&Provider| fold(&provider.name) == fold(written) || provider.is_at(&host);
    let Some(provider) = runtime.catalogue().providers().find(is) else {
        let names = names(runtime);
        let near = did_you_mean(&nearest(written, names.iter().copied()));
        return Err(Fault::not_found(format!("there is no integration `{written}`"))
            .code("unknown_app")
            .hint(near.unwrap_or_else(|| format!("there are: {}", names.join(", ")))));
    };
    let record = record(runtime, provider);
    let text = pretty(&record);
    let mut json = json!({"success": true});
    if let (Some(json), Value::Object(record)) = (json.as_object_mut(), record) {
        json.extend(record);
    }
    Ok(Reply::new(json, text))
}

fn names(runtime: &Runtime) -> Vec<&str> {
    runtime.catalogue().names().collect()
}

/// Whether somebody who looks for this means that provider.
fn fits(provider: &Provider, wanted: &str) -> bool {
    let wanted = wanted.trim().to_lowercase();
    let texts = [&provider.name, &provider.title, &provider.about];
    let texts = texts.into_iter().chain(&provider.domains).map(|text| text.to_lowercase());
    texts.into_iter().any(|text| text.contains(&wanted))
}

fn record(runtime: &Runtime, provider: &Provider) -> Value {
    let state = State::of(runtime, provider);
    json!({
        "id": provider.name,
        "key": provider.name,
        "name": provider.title,
        "description": provider.about,
        "connectorKey": provider.name,
        "connectorId": provider.name,
        "externalAppId": provider.name,
        "appUrl": provider.domains.first().map(|domain| format!("https://{domain}")),
        "state": "READY",
        "active": state.active,
        "configured": state.configured,
        "accounts": state.accounts,
        "functions": provider.operations.len(),
    })
}

/// Everything that fits, of every sort or of one.
///
/// # Errors
/// None.
pub(in crate::cli) fn search(runtime: &Runtime, args: &SearchArgs) -> Result<Reply, Fault> {
    let query = args.query.join(" ");
    let mut items: Vec<Value> = Vec::new();
    for (sort, find) in SORTS {
        if args.sort.is_none_or(|wanted| wanted == *sort) {
            items.extend(find(runtime, &query, args.limit).into_iter().take(args.limit));
        }
    }
    let cell = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
    let rows = items.iter().map(|item| {
        vec![
            cell(item, "elementType"),
            cell(item, "id"),
            cell(item, "name"),
            cell(item, "description"),
        ]
    });
    let text = match items.is_empty() {
        true => format!("Nothing fits `{query}`. kosmo integrates: {}", names(runtime).join(", ")),
        false => table(&["Type", "Id", "Name", "Description"], rows),
    };
    Ok(Reply::new(json!({"success": true, "query": query, "items": items}), text).listing("items"))
}

type Find = fn(&Runtime, &str, usize) -> Vec<Value>;

/// How each sort is looked for, in the order of the answer.
const SORTS: &[(Sort, Find)] = &[
    (Sort::Connector, providers),
    (Sort::Action, actions),
    (Sort::Connection, connections),
    (Sort::Page, pages),
];

fn item(sort: &str, id: &str, key: &str, name: &str, about: &str) -> Value {
    json!({"elementType": sort, "id": id, "key": key, "name": name, "description": about})
}

fn providers(runtime: &Runtime, query: &str, _: usize) -> Vec<Value> {
    let found = runtime.catalogue().providers().filter(|provider| fits(provider, query));
    found.map(|it| item("connector", &it.name, &it.name, &it.title, &it.about)).collect()
}

fn actions(runtime: &Runtime, query: &str, limit: usize) -> Vec<Value> {
    let hits = functions::search(runtime.catalogue(), query, limit);
    let found = hits.iter().map(|hit| hit.operation);
    found
        .map(|it| item("action", &it.full_name(), &action::key(it), &it.title, &it.about))
        .collect()
}

fn connections(runtime: &Runtime, query: &str, _: usize) -> Vec<Value> {
    let wanted = query.to_lowercase();
    let mut found = Vec::new();
    for provider in runtime.catalogue().providers() {
        for account in runtime.engine().accounts.names(provider) {
            let record = Record::of(runtime, Place::new(&provider.name, &account));
            let id = record.place.id();
            let texts = [id.to_lowercase(), record.name.to_lowercase()];
            if record.is_begun(runtime) && texts.iter().any(|text| text.contains(&wanted)) {
                found.push(item("connection", &id, &account, &record.name, record.state.word()));
            }
        }
    }
    found
}

fn pages(_: &Runtime, query: &str, _: usize) -> Vec<Value> {
    let wanted = query.to_lowercase();
    let fits = |guide: &docs::Guide| {
        guide.name.contains(&wanted) || guide.about().to_lowercase().contains(&wanted)
    };
    let found = docs::guides().filter(fits);
    found.map(|it| item("page", &it.name, &it.name, &it.name, it.about())).collect()
}
