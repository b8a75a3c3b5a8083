//! `action list` and `action get`: which actions there are, ranked by what somebody wants to do.

use serde_json::{Value, json};

use super::place::Place;
use super::{key, record};
use crate::catalogue::{Operation, search};
use crate::cli::describe::table;
use crate::cli::output::pretty;
use crate::cli::reply::Reply;
use crate::error::Fault;
use crate::runtime::Runtime;

/// Which actions.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct ListArgs {
    /// What you want to do; the best fits come first
    #[arg(long, value_name = "TEXT")]
    intent: Option<String>,
    /// The same, by words of the name
    #[arg(long, value_name = "TEXT", conflicts_with = "intent")]
    search: Option<String>,
    /// At most so many
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    limit: usize,
    /// Where to go on, as the list before said
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<usize>,
    #[command(flatten)]
    place: Place,
}

/// Which action.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct GetArgs {
    /// Its id or key, or any other name of the function
    pub(super) id: String,
    /// Wait until it can be run; every action can be at once
    #[arg(long)]
    wait: bool,
    /// How long to wait, in seconds
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<f64>,
    #[command(flatten)]
    place: Place,
}

/// The actions that fit, best first.
///
/// # Errors
/// `not_found` for an unknown account or integration.
pub(in crate::cli) fn list(runtime: &Runtime, args: &ListArgs) -> Result<Reply, Fault> {
    let (provider, account) = args.place.named(runtime)?;
    let wanted = args.intent.as_ref().or(args.search.as_ref());
    let Some(intent) = wanted else {
        return all(runtime, args, provider.as_deref(), account.as_deref());
    };
    let found = ranked(runtime, intent, provider.as_deref(), args.limit);
    let items: Vec<Value> = found.iter().map(item).collect();
    let json = json!({
        "success": true, "intent": intent, "items": items, "connection": account,
        "abstained": items.is_empty(),
    });
    if found.is_empty() {
        let text = format!(
            "Nothing fits `{intent}` well enough. `kosmo action list --search WORD` looks for names."
        );
        return Ok(Reply::new(json, text).listing("items"));
    }
    let rows = found.iter().map(|(operation, confidence)| {
        let confidence = format!("{confidence:.2}");
        vec![
            key(operation),
            confidence,
            operation.effect.word().to_owned(),
            operation.about.clone(),
        ]
    });
    let text = table(&["Key", "Confidence", "Effect", "Description"], rows);
    Ok(Reply::new(json, text).listing("items"))
}

/// The rows that fit and how sure that is, best first; none when nothing does.
pub(super) fn ranked<'a>(
    runtime: &'a Runtime,
    intent: &str,
    provider: Option<&str>,
    limit: usize,
) -> Vec<(&'a Operation, f64)> {
    let mut found = search::confident(runtime.catalogue(), intent, limit.max(1) * 4);
    found.retain(|(operation, _)| provider.is_none_or(|name| operation.provider == name));
    found.truncate(limit);
    found
}

pub(super) fn item((operation, confidence): &(&Operation, f64)) -> Value {
    let mut item = record(operation);
    item["confidence"] = json!((confidence * 1000.0).round() / 1000.0);
    item
}

fn all(
    runtime: &Runtime,
    args: &ListArgs,
    provider: Option<&str>,
    account: Option<&str>,
) -> Result<Reply, Fault> {
    let fits = |operation: &&Operation| provider.is_none_or(|name| operation.provider == name);
    // The user's own first.
    let (own, others): (Vec<&Operation>, Vec<&Operation>) =
        runtime.catalogue().operations().filter(fits).partition(|row| row.custom.is_some());
    let every = [own, others].concat();
    let from = args.cursor.unwrap_or(0).min(every.len());
    let to = from.saturating_add(args.limit).min(every.len());
    let page = &every[from..to];
    let next = (to < every.len()).then(|| to.to_string());
    let items: Vec<Value> = page.iter().map(|operation| record(operation)).collect();
    let json = json!({"success": true, "items": items, "cursor": next, "connection": account});
    let rows = page.iter().map(|operation| {
        vec![key(operation), operation.effect.word().to_owned(), operation.about.clone()]
    });
    let mut text = table(&["Key", "Effect", "Description"], rows);
    if let Some(next) = next {
        text += &format!("\n{} of {}; go on with --cursor {next}", page.len(), every.len());
    }
    Ok(Reply::new(json, text).listing("items"))
}

/// One action's record.
///
/// # Errors
/// `not_found` with the nearest, or what is wrong with its file.
pub(in crate::cli) fn get(runtime: &Runtime, args: &GetArgs) -> Result<Reply, Fault> {
    let operation = found(runtime, &args.id, args.place.named(runtime)?.0.as_deref())?;
    let record = record(operation);
    let text = pretty(&record);
    Ok(Reply::new(record, text))
}

/// The action of that name. One whose file is wrong is not just missing.
pub(super) fn found<'a>(
    runtime: &'a Runtime,
    name: &str,
    provider: Option<&str>,
) -> Result<&'a Operation, Fault> {
    let full =
        provider.filter(|_| !name.contains('.')).map(|provider| format!("{provider}.{name}"));
    let catalogue = runtime.catalogue();
    let looked = catalogue.find(full.as_deref().unwrap_or(name));
    looked.map_err(|fault| {
        let file = format!("{}.toml:", name.rsplit('.').next().unwrap_or(name));
        let broken = catalogue.complaints().into_iter();
        broken.into_iter().find(|broken| broken.message.contains(&file)).unwrap_or(fault)
    })
}
