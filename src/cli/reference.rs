//! `integrations:search`, `:docs`, `:examples` and `:schema`: the documentation that scripts read
//! with `docs.*`, on the command line. Its text is made in the catalogue.

use serde_json::{Value, json};

use super::output::pretty;
use super::reply::Reply;
use crate::catalogue::docs::written::Example;
use crate::catalogue::schema::input_schema;
use crate::catalogue::{Operation, docs, search};
use crate::error::Fault;
use crate::runtime::Runtime;

/// The most functions a search answers with.
const MOST: usize = 20;

/// Command lines for the help.
pub(super) const SEARCH_EXAMPLES: &str = "kosmo integrations:search 'log a conversion'";

/// Command lines for the help.
pub(super) const DOCS_EXAMPLES: &str = "\
kosmo integrations:docs
kosmo integrations:docs segment
kosmo integrations:docs segment.track_event";

/// What to look for.
#[derive(Debug, clap::Args)]
pub(super) struct SearchArgs {
    /// What you want to do
    #[arg(required = true)]
    query: Vec<String>,
}

/// Which page.
#[derive(Debug, clap::Args)]
pub(super) struct DocsArgs {
    /// A provider, a function by any of its names, a resource group or a guide; the index if absent
    page: Option<String>,
}

/// Which function.
#[derive(Debug, clap::Args)]
pub(super) struct ExamplesArgs {
    /// The function by any of its names
    function: String,
}

/// The functions that fit a query, best first.
///
/// # Errors
/// None.
pub(super) fn search(runtime: &Runtime, args: &SearchArgs) -> Result<Reply, Fault> {
    let query = args.query.join(" ");
    let catalogue = runtime.catalogue();
    let hits = search::search(catalogue, &query, MOST);
    let functions: Vec<Value> = hits.iter().map(|hit| function(hit.operation)).collect();
    let json = json!({"success": true, "query": query, "functions": functions});
    Ok(Reply::new(json, docs::search(catalogue, &query)).listing("functions"))
}

/// A page of the documentation.
///
/// # Errors
/// `not_found` with the nearest pages.
pub(super) fn docs(runtime: &Runtime, args: &DocsArgs) -> Result<Reply, Fault> {
    let page = args.page.as_deref();
    let text = docs::read(runtime.catalogue(), page).map_err(|answer| no_page(&answer))?;
    let json = json!({"success": true, "page": page.unwrap_or("index"), "text": text});
    Ok(Reply::new(json, text))
}

/// The first line says what is missing, the rest what there is.
fn no_page(answer: &str) -> Fault {
    let (message, rest) = answer.split_once('\n').unwrap_or((answer, ""));
    let fault = Fault::not_found(message).code("unknown_page");
    match rest.trim() {
        "" => fault.hint("`kosmo integrations:docs` lists the pages"),
        rest => fault.hint(rest),
    }
}

/// Calls of a function that work, in Lua and on the command line.
///
/// # Errors
/// `not_found` with the nearest functions.
pub(super) fn examples(runtime: &Runtime, args: &ExamplesArgs) -> Result<Reply, Fault> {
    let operation = runtime.catalogue().find(&args.function)?;
    let lua = docs::sample::lua_example(operation);
    let shell = docs::sample::shell_flags(operation, &operation.example);
    let more = docs::written::examples(operation);
    let json = json!({
        "success": true,
        "function": operation.full_name(),
        "arguments": operation.example,
        "lua": lua,
        "shell": shell,
        "more": more.iter().map(example).collect::<Vec<_>>(),
    });
    let mut text = format!("{lua}\n\n{shell}");
    for Example { title, lua, prints, shell } in &more {
        text += &format!("\n\n-- {title}\n{}", [&**lua, shell].concat().trim_end());
        for line in prints.lines() {
            text += &format!("\n--> {line}");
        }
    }
    Ok(Reply::new(json, text))
}

/// An example that a person wrote; what it does not have is null.
fn example(example: &Example) -> Value {
    let some = |text: &String| (!text.is_empty()).then(|| text.trim_end().to_owned());
    json!({
        "title": example.title,
        "lua": some(&example.lua),
        "prints": some(&example.prints),
        "shell": some(&example.shell),
    })
}

/// What a list of functions says about one.
fn function(operation: &Operation) -> Value {
    json!({
        "provider": operation.provider,
        "function": operation.name,
        "name": operation.full_name(),
        "slug": operation.slug(),
        "title": operation.title,
        "description": operation.about,
        "operation": operation.effect.word(),
    })
}

/// Which schema.
#[derive(Debug, clap::Args)]
pub(super) struct SchemaArgs {
    /// The function by any of its names
    function: String,
}

/// The JSON Schema of a function's arguments.
///
/// # Errors
/// `not_found` with the nearest functions.
pub(super) fn schema(runtime: &Runtime, args: &SchemaArgs) -> Result<Reply, Fault> {
    let schema = input_schema(runtime.catalogue().find(&args.function)?);
    let text = pretty(&schema);
    Ok(Reply::new(schema, text))
}
