//! The tools that agents of other programs know: `lua_list_docs`, `lua_search_docs`, `lua_read_doc`.
//! They are accepted by name and answer in the texts those agents expect.

use crate::catalogue::{docs, search as find};
use crate::error::Fault;
use crate::runtime::Runtime;

/// The namespaces there are.
pub(super) fn list(runtime: &Runtime, namespace: Option<&str>) -> String {
    let catalogue = runtime.catalogue();
    let names: Vec<String> = catalogue.names().map(|name| format!("integrations.{name}")).collect();
    if let Some(wanted) = namespace.map(plain).filter(|wanted| !wanted.is_empty()) {
        let found = catalogue.providers().find(|provider| {
            wanted == provider.name || wanted == format!("integrations.{}", provider.name)
        });
        return match found {
            Some(provider) => docs::read(catalogue, Some(&provider.name)).unwrap_or_default(),
            None => format!("Namespace '{wanted}' not found. Available: {}", names.join(", ")),
        };
    }
    if names.is_empty() {
        return "No Lua integration namespaces available.".to_owned();
    }
    let mut text = String::from("Available Lua API namespaces:\n\n");
    for provider in catalogue.providers() {
        text += &format!("**app.integrations.{}** — {}\n\n", provider.name, provider.about);
    }
    text += "Use lua_read_doc with a namespace or a function for details.\n";
    if let Some(provider) = catalogue.providers().next() {
        let first = provider.featured.first().map_or("", String::as_str);
        let name = &provider.name;
        text += &format!("Examples: integrations.{name}, integrations.{name}.{first}\n");
    }
    let guides: Vec<String> = docs::guides().map(|guide| guide.name).collect();
    text + &format!("\nSupplementary docs: {}\n", guides.join(", "))
}

/// Functions that fit.
///
/// # Errors
/// No query.
pub(super) fn search(
    runtime: &Runtime,
    query: Option<&str>,
    limit: usize,
) -> Result<String, Fault> {
    let query = query.map(str::trim).filter(|query| !query.is_empty());
    let query = query.ok_or_else(|| {
        let message = "Missing required parameter \"query\". Provide a search term.";
        Fault::usage(message).code("missing_argument").param("query")
    })?;
    let hits = find::search(runtime.catalogue(), query, limit);
    if hits.is_empty() {
        return Ok(format!("No results found for '{query}'."));
    }
    let lines =
        hits.iter().map(|hit| format!("{} - {}", hit.operation.lua_path(), hit.operation.about));
    let lines: Vec<String> = lines.collect();
    Ok(format!("Found {} result(s) for '{query}':\n\n{}", hits.len(), lines.join("\n")))
}

/// A page.
///
/// # Errors
/// No page named, or one that is not there.
pub(super) fn read(runtime: &Runtime, page: Option<&str>) -> Result<String, Fault> {
    let page = page.map(plain).filter(|page| !page.is_empty());
    let page = page.ok_or_else(|| {
        let message = "Missing required parameter \"page\". Name a namespace \
                       (`integrations.segment`), a function (`integrations.segment.track_event`) or a \
                       guide (`overview`).";
        Fault::usage(message).code("missing_argument").param("page")
    })?;
    let read = docs::read(runtime.catalogue(), Some(page));
    read.map_err(|text| Fault::not_found(text).code("unknown_page"))
}

fn plain(name: &str) -> &str {
    let name = name.trim();
    name.strip_prefix("app.").unwrap_or(name)
}
