//! `integrations:search`, `:docs`, `:examples` and `:schema`: the documentation that scripts read
//! with `docs.*`, on the command line. Its text is made in the catalogue.

use serde_json::{Map, Value, json};

use super::describe::{State, function, joined, table};
use super::invocation::Invocation;
use super::output::pretty;
use super::reply::Reply;
use crate::catalogue::docs::written::Example;
use crate::catalogue::schema::input_schema;
use crate::catalogue::{Operation, Provider, docs, search};
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

/// The form of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// As people and agents read it.
    Text,
    /// The same: pages are Markdown.
    Markdown,
    /// One object, as with --json.
    Json,
}

/// Which page.
#[derive(Debug, clap::Args)]
pub(super) struct DocsArgs {
    /// The form of the page
    #[arg(long, value_name = "FORM", value_enum)]
    format: Option<Form>,
    /// A provider, a function by any of its names, a resource group or a guide; the index if absent
    page: Option<String>,
}

/// Which function.
#[derive(Debug, clap::Args)]
pub(super) struct ExamplesArgs {
    /// The function by any of its names, or a provider
    function: String,
}

/// The functions that fit a query, best first.
///
/// # Errors
/// When the settings cannot be read.
pub(super) fn search(invocation: &Invocation, args: &SearchArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let query = args.query.join(" ");
    let catalogue = runtime.catalogue();
    let hits = search::search(catalogue, &query, MOST);
    let mut states: Vec<(&Provider, State)> = Vec::new();
    let (mut functions, mut rows) = (Vec::new(), Vec::new());
    for hit in &hits {
        let operation = hit.operation;
        let provider = catalogue.provider(&operation.provider)?;
        if !states.iter().any(|(known, _)| known.name == provider.name) {
            states.push((provider, State::of(runtime, provider)));
        }
        let Some((_, state)) = states.iter().find(|(known, _)| known.name == provider.name) else {
            continue;
        };
        functions.push(function(provider, state, operation));
        let about = operation.about.split_whitespace().collect::<Vec<_>>().join(" ");
        let (effect, status) = (operation.effect.word(), state.word());
        rows.push(vec![operation.full_name(), effect.to_owned(), status.to_owned(), about]);
    }
    let text = match rows.is_empty() {
        true => String::new(),
        false => table(&["Function", "Operation", "Status", "Description"], rows),
    };
    if functions.is_empty() && !invocation.json() {
        // Standard output is for rows.
        let cure = "say it in other words, or read `kosmo integrations:docs`";
        invocation.printer().note(&format!("nothing fits `{query}`; {cure}"));
    }
    let json = json!({"success": true, "query": query, "functions": functions});
    Ok(invocation.say(&Reply::new(json, text).listing("functions")))
}

/// A page of the documentation.
///
/// # Errors
/// `not_found` with the nearest pages.
pub(super) fn docs(runtime: &Runtime, args: &DocsArgs) -> Result<Reply, Fault> {
    let page = args.page.as_deref();
    let text = docs::read(runtime.catalogue(), page).map_err(|answer| no_page(&answer))?;
    let json = json!({"success": true, "page": page.unwrap_or("index"), "text": text});
    let text = if args.format == Some(Form::Json) { pretty(&json) } else { text };
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

/// Calls that work, in Lua and on the command line: of one function, or of a provider's main ones.
///
/// # Errors
/// `not_found` with the nearest functions.
pub(super) fn examples(runtime: &Runtime, args: &ExamplesArgs) -> Result<Reply, Fault> {
    let catalogue = runtime.catalogue();
    let operation = match catalogue.find(&args.function) {
        Ok(operation) => operation,
        Err(fault) => {
            let provider = catalogue.provider(&args.function).map_err(|_| fault)?;
            let main = provider.featured.iter().filter_map(|name| provider.operation(name));
            let (all, texts): (Vec<Value>, Vec<String>) = main.map(shown).unzip();
            let json = json!({"success": true, "provider": provider.name, "examples": all});
            return Ok(Reply::new(json, texts.join("\n\n")).listing("examples"));
        }
    };
    let (object, text) = shown(operation);
    let head = Map::from_iter([("success".to_owned(), json!(true))]);
    let object = object.as_object().cloned().unwrap_or_default();
    Ok(Reply::new(joined(head, object), text))
}

/// The examples of one function, for programs and for people.
fn shown(operation: &Operation) -> (Value, String) {
    let lua = docs::sample::lua_example(operation);
    let shell = docs::sample::shell_flags(operation, &operation.example);
    let more = docs::written::examples(operation);
    let json = json!({
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
    (json, text)
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
