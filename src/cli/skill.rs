//! `skill`: a SKILL.md for agents. The method is in our own words; functions, exit codes and limits
//! come from the catalogue and the tables, so that it never says what is not so.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use super::reply::Reply;
use crate::catalogue::{Catalogue, Operation, Provider};
use crate::error::{Fault, KINDS};
use crate::runtime::Runtime;

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo skill > SKILL.md
kosmo skill segment > .agents/skills/kosmo-segment/SKILL.md";

const METHOD: &str = include_str!("skill/method.md");

/// About what.
#[derive(Debug, clap::Args)]
pub(super) struct SkillArgs {
    /// A provider whose functions the agent will use; all of them when absent
    provider: Option<String>,
}

/// The page.
///
/// # Errors
/// `not_found` for an unknown provider.
pub(super) fn skill(runtime: &Runtime, args: &SkillArgs) -> Result<Reply, Fault> {
    let catalogue = runtime.catalogue();
    let text = match &args.provider {
        Some(name) => of_provider(catalogue.provider(name)?),
        None => of_all(catalogue),
    };
    let name =
        args.provider.as_deref().map_or_else(|| "kosmo".to_owned(), |p| format!("kosmo-{p}"));
    Ok(Reply::new(json!({"success": true, "name": name, "text": text}), text))
}

fn of_all(catalogue: &Catalogue) -> String {
    let titles: Vec<&str> = catalogue.providers().map(|it| it.title.as_str()).collect();
    let about = format!(
        "Call {} from a shell or a sandboxed Lua script with the `kosmo` program. Use it to send \
         events, read or change a workspace, and to check what such a call would do.",
        titles.join(", ")
    );
    let mut text = head("kosmo", &about);
    text += "\n## Providers\n\n";
    for provider in catalogue.providers() {
        let count = provider.operations.len();
        let _ = writeln!(text, "- `{}`: {} {count} functions.", provider.name, provider.about);
    }
    text + &codes()
}

fn of_provider(provider: &Provider) -> String {
    let about = format!(
        "Use {} through the `kosmo` program: {} {} functions, from a shell or a sandboxed Lua script, \
         with dry runs and an emulator.",
        provider.title,
        provider.about,
        provider.operations.len()
    );
    let mut text = head(&format!("kosmo-{}", provider.name), &about);
    let _ = write!(text, "\n## Functions of {}\n\nUsed most:\n\n", provider.title);
    for operation in provider.featured.iter().filter_map(|name| provider.operations.get(name)) {
        let _ = writeln!(text, "- `{}`", signature(operation));
    }
    text += "\nAll, by group (`kosmo integrations:docs GROUP` lists one):\n\n";
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for operation in provider.operations.values() {
        *counts.entry(operation.group.as_str()).or_default() += 1;
    }
    let groups: Vec<String> = counts
        .iter()
        .map(|(group, count)| format!("`{}.{group}` {count}", provider.name))
        .collect();
    text += &format!("{}\n", groups.join(", "));
    text + &codes()
}

/// Front matter and the method.
fn head(name: &str, about: &str) -> String {
    format!("---\nname: {name}\ndescription: {}\n---\n\n{METHOD}", json!(about))
}

/// `segment.track_event(event, userId|anonymousId) write`: what it needs and what it does.
fn signature(operation: &Operation) -> String {
    let required = operation.params.iter().filter(|(_, param)| param.required);
    let mut needs: Vec<String> = required.map(|(name, _)| name.clone()).collect();
    needs.extend(operation.one_of.iter().map(|(names, _)| names.join("|")));
    format!("{}({}) {}", operation.full_name(), needs.join(", "), operation.effect.word())
}

fn codes() -> String {
    let mut rows: BTreeMap<u8, Vec<&str>> = BTreeMap::new();
    for row in KINDS {
        rows.entry(row.exit).or_default().push(row.code);
    }
    let list: Vec<String> =
        rows.iter().map(|(exit, codes)| format!("{exit} {}", codes.join("/"))).collect();
    format!("\n## Exit codes\n\n0 done, {}.\n", list.join(", "))
}
