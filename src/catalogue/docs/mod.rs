//! The documentation inside the program: pages made of rows, and the guides shipped with it. Pure
//! text, the same for a script, a shell and an agent; needs no account and no network.

mod function;
mod guide;
mod provider;
pub mod sample;
mod tables;
pub mod written;

pub use guide::{
    Guide, exit_table, field_table, guides, kind_table, setting_table, variable_table,
};
pub use provider::{group_page, reference};

use super::name::{fold, nearest, split};
use super::{Catalogue, Operation, Provider};

/// The most lines that [`search`] answers with.
const SEARCH_LINES: usize = 20;

/// Every page there is, with what it is about.
pub fn list(catalogue: &Catalogue) -> String {
    let mut text = String::from(
        "# kosmo\n\n\
         Scripts call functions through `app.integrations`; the shell calls the same functions with \
         `kosmo integrations:call`.\n\
         `docs.read(page)` in a script and `kosmo integrations:docs PAGE` in a shell show a page of \
         this list or the page of a function; `docs.search(words)` finds functions.\n\n\
         ## Providers\n\n",
    );
    for provider in catalogue.providers() {
        text += &format!("- `{}`: {}\n", provider.name, provider.about);
        for group in provider.groups.values() {
            let count = operations(provider, &group.name).count();
            text += &format!("  - `{}.{}`: {} ({count})\n", provider.name, group.name, group.title);
        }
    }
    text += "\n## Guides\n\n";
    for guide in guides() {
        text += &format!("- `{}`: {}\n", guide.name, guide.about());
    }
    text
}

/// `provider.function - description` lines for what fits `query`, best first; empty when nothing
/// does.
pub fn search(catalogue: &Catalogue, query: &str) -> String {
    let hits = super::search::search(catalogue, query, SEARCH_LINES);
    let lines: Vec<String> = hits
        .iter()
        .map(|hit| format!("{} - {}", hit.operation.full_name(), hit.operation.about))
        .collect();
    lines.join("\n")
}

/// The page of that name: none or `index`, a provider, a resource group, a function by any of its
/// names, or a guide.
///
/// # Errors
/// `No integration docs found for '<page>'.` and the nearest pages.
pub fn read(catalogue: &Catalogue, page: Option<&str>) -> Result<String, String> {
    let page = page.unwrap_or_default().trim();
    if page.is_empty() || fold(page) == "index" {
        return Ok(list(catalogue));
    }
    find(catalogue, page).ok_or_else(|| missing(catalogue, page))
}

fn find(catalogue: &Catalogue, page: &str) -> Option<String> {
    let (first, rest) = split(page);
    if let Ok(provider) = catalogue.provider(first) {
        return match rest {
            None => Some(provider::page(provider)),
            Some(rest) => within(provider, rest),
        };
    }
    if let Some(guide) = guides().find(|guide| fold(&guide.name) == fold(page)) {
        return Some(guide.text());
    }
    let operation = catalogue.find(page).ok()?;
    Some(function::page(catalogue.provider(&operation.provider).ok()?, operation))
}

/// A page below a provider: a function, a group, or either of them behind an account's name.
fn within(provider: &Provider, rest: &str) -> Option<String> {
    if let Some(operation) = provider.operation(rest) {
        return Some(function::page(provider, operation));
    }
    if let Some(group) = provider.groups.values().find(|group| fold(&group.name) == fold(rest)) {
        return Some(group_page(provider, group));
    }
    if rest == "default" || provider.emulator_accounts.iter().any(|account| account == rest) {
        return Some(provider::page(provider));
    }
    let (_, function) = rest.rsplit_once('.')?;
    provider.operation(function).map(|operation| function::page(provider, operation))
}

fn missing(catalogue: &Catalogue, page: &str) -> String {
    let pages = pages(catalogue);
    let written = page.strip_prefix("app.").unwrap_or(page);
    let written = written.strip_prefix("integrations.").unwrap_or(written);
    let last = written.rsplit('.').next().unwrap_or(written);
    let ends: Vec<&str> =
        pages.iter().map(|(name, _)| name.rsplit('.').next().unwrap_or(name)).collect();
    let mut near: Vec<&str> = Vec::new();
    let mut hits = nearest(last, ends.iter().copied());
    if hits.is_empty() {
        hits = nearest(written, pages.iter().map(|(name, _)| name.as_str()));
    }
    for hit in hits {
        for ((name, target), end) in pages.iter().zip(&ends) {
            if (name == hit || *end == hit) && !near.contains(&target.as_str()) {
                near.push(target);
            }
        }
    }
    near.truncate(5);
    if near.is_empty() {
        near = vec!["index"];
        near.extend(catalogue.names());
    }
    let near: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
    format!("No integration docs found for '{page}'.\nNearest pages: {}.", near.join(", "))
}

/// Every name a page can be asked for by, with the name it is best known by.
fn pages(catalogue: &Catalogue) -> Vec<(String, String)> {
    let mut pages = vec![("index".to_owned(), "index".to_owned())];
    for provider in catalogue.providers() {
        pages.push((provider.name.clone(), provider.name.clone()));
        for group in provider.groups.keys() {
            let name = format!("{}.{group}", provider.name);
            pages.push((name.clone(), name));
        }
        for operation in provider.operations.values() {
            let full = operation.full_name();
            pages.push((full.clone(), full.clone()));
            for alias in &operation.aliases {
                pages.push((format!("{}.{alias}", provider.name), full.clone()));
            }
        }
    }
    pages.extend(guides().map(|guide| (guide.name.clone(), guide.name)));
    pages
}

fn operations<'a>(provider: &'a Provider, group: &'a str) -> impl Iterator<Item = &'a Operation> {
    provider.operations.values().filter(move |operation| operation.group == group)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(name: &str) -> Result<String, String> {
        read(&Catalogue::new(Vec::new()), Some(name))
    }

    #[test]
    fn a_page_is_found_under_every_spelling() {
        let segment = page("segment").unwrap();
        for name in
            ["integrations.segment", "app.integrations.segment", "segment.default", " Segment "]
        {
            assert_eq!(page(name).unwrap(), segment, "{name}");
        }
        let track = page("segment.track_event").unwrap();
        for name in ["segment.segment_track", "track", "app.integrations.segment.work.track"] {
            assert_eq!(page(name).unwrap(), track, "{name}");
        }
        assert!(page("segment.sources").unwrap().starts_with("# Segment: Sources"));
    }

    #[test]
    fn no_page_is_the_index() {
        let catalogue = Catalogue::new(Vec::new());
        let index = read(&catalogue, None).unwrap();
        assert_eq!(read(&catalogue, Some("index")).unwrap(), index);
        assert!(index.contains("- `segment`: "));
        assert!(index.contains("`segment.sources`"));
    }

    #[test]
    fn an_unknown_page_names_the_nearest() {
        let text = page("segment.trak_event").unwrap_err();
        assert!(
            text.starts_with("No integration docs found for 'segment.trak_event'.\n"),
            "{text}"
        );
        assert!(text.contains("`segment.track_event`"), "{text}");
        assert!(page("segmnet").unwrap_err().contains("`segment`"));
        assert!(page("segment.source").unwrap_err().contains("`segment.sources`"));
        assert!(page("acounts").unwrap_err().contains("`accounts`"));
        assert!(page("qqqq").unwrap_err().contains("`index`"));
    }

    #[test]
    fn search_answers_in_lines() {
        let catalogue = Catalogue::new(Vec::new());
        let text = search(&catalogue, "log a conversion");
        assert!(text.starts_with("segment.track_event - Record one action"), "{text}");
        assert_eq!(search(&catalogue, "qqqq"), "");
    }
}
