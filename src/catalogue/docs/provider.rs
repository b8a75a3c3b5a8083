//! The pages above single functions: a provider's short reference, its resource groups, and the
//! same as files.

use std::cmp::Reverse;

use super::super::operation::{Effect, Group, Operation, Provider};
use super::function;
use super::tables::{code_list, parameters};
use super::{operations, sample};

/// The short reference: the featured functions in full, then one line a resource group.
pub(super) fn page(provider: &Provider) -> String {
    let mut text = format!("# {} — Lua API Reference\n\n{}\n", provider.title, provider.about);
    text += &format!("\nNamespace: `app.integrations.{}`.\n", provider.name);
    let featured: Vec<&Operation> =
        provider.featured.iter().filter_map(|name| provider.operations.get(name)).collect();
    let mut rest = featured.as_slice();
    while let Some(first) = rest.first() {
        let end = rest.iter().position(|next| next.group != first.group).unwrap_or(rest.len());
        let (together, others) = rest.split_at(end);
        text += &sections(provider, together);
        rest = others;
    }
    text + &more(provider) + &accounts(provider, featured.first().copied())
}

/// Functions of one group, what they have in common said once at their end.
fn sections(provider: &Provider, together: &[&Operation]) -> String {
    let shared = shared(together);
    let mut text: String = together.iter().map(|next| section(provider, next, &shared)).collect();
    if !shared.is_empty() {
        let names: Vec<&str> = together.iter().map(|operation| operation.name.as_str()).collect();
        text += &format!("\n---\n\n{} also take:\n\n", code_names(&names));
        for (name, param) in together[0].params.iter().filter(|(name, _)| shared.contains(name)) {
            text += &format!("- `{name}` ({}): {}\n", param.kind.word(), param.about);
        }
    }
    text
}

fn section(provider: &Provider, operation: &Operation, shared: &[&String]) -> String {
    let mut text = format!("\n---\n\n## {}\n\n{}", operation.name, operation.about);
    let secrets = function::secrets(provider, operation);
    if !secrets.is_empty() {
        text += &format!(" Needs {}.", secrets.join(" or "));
    }
    let slug = operation.slug();
    let others: Vec<&str> =
        operation.aliases.iter().map(String::as_str).filter(|alias| *alias != slug).collect();
    if !others.is_empty() {
        text += &format!(" Also called {}.", code_names(&others));
    }
    text += "\n\n### Parameters\n\n";
    let fits = |name: &str| !shared.iter().any(|other| *other == name);
    text += &parameters(operation, fits);
    text + &format!("\n### Example\n\n```lua\n{}\n```\n", sample::lua_example(operation))
}

/// The parameters that all of `operations` have and no example needs.
fn shared<'a>(operations: &[&'a Operation]) -> Vec<&'a String> {
    let [first, _, ..] = operations else { return Vec::new() };
    let everywhere = |name: &&String| {
        operations.iter().all(|operation| {
            operation.params.get(*name).is_some_and(|param| !param.required)
                && !operation.example.contains_key(*name)
        })
    };
    first.params.keys().filter(everywhere).collect()
}

fn more(provider: &Provider) -> String {
    let mut text = String::from("\n---\n\n## All functions\n\n");
    for group in provider.groups.values() {
        let names: Vec<&str> =
            operations(provider, &group.name).map(|operation| operation.name.as_str()).collect();
        text += &format!("- `{}.{}`, {}: ", provider.name, group.name, group.title);
        // A page that is read at the beginning of a task cannot name hundreds.
        text += &if names.len() > 12 || provider.operations.len() > 100 {
            format!("{} function{}.\n", names.len(), if names.len() == 1 { "" } else { "s" })
        } else {
            format!("{}.\n", code_names(&names))
        };
    }
    text += &format!(
        "\n`docs.read(\"{0}.<group>\")` lists a group, `docs.read(\"{0}.<function>\")` shows a \
         function with its result and errors, `docs.search(words)` finds one.\n",
        provider.name
    );
    text
}

fn accounts(provider: &Provider, featured: Option<&Operation>) -> String {
    let Some(operation) = featured.or_else(|| provider.operations.values().next()) else {
        return String::new();
    };
    let call = |account: &str| {
        let path = format!("app.integrations.{}.", provider.name);
        let call = sample::lua_call(operation, &operation.example);
        call.replacen(&path, &format!("{path}{account}"), 1)
    };
    let mut text = String::from(
        "\n---\n\n## Multi-Account Usage\n\n\
         Every function exists below every account; only the credentials differ.\n\n```lua\n",
    );
    text += &format!(
        "-- The default account, and the same by name\n{}\n{}\n",
        call(""),
        call("default.")
    );
    if let Some(account) = provider.emulator_accounts.first() {
        text += &format!("-- A named account\n{}\n", call(&format!("{account}.")));
    }
    text + "```\n\nHow to set accounts up: `docs.read(\"accounts\")`.\n"
}

/// The page of a resource group: a line for each function, then each in short.
pub fn group_page(provider: &Provider, group: &Group) -> String {
    let mut text = format!("# {}: {}\n\n{}\n", provider.title, group.title, group.about);
    text += "\n| Function | Effect | Description |\n|---|---|---|\n";
    for operation in operations(provider, &group.name) {
        text += &format!(
            "| `{}` | {} | {} |\n",
            operation.full_name(),
            operation.effect.word(),
            operation.about
        );
    }
    text += "\n## Examples\n\n```lua\n";
    // Run from top to bottom, nothing misses what a line above it has deleted: deletions come
    // last, and parts before the whole.
    let mut ordered: Vec<&Operation> = operations(provider, &group.name).collect();
    ordered.sort_by_key(|operation| match operation.effect {
        Effect::Destroy => (true, Reverse(operation.route().path.len())),
        _ => (false, Reverse(0)),
    });
    for operation in ordered {
        let call = sample::lua_call(operation, &operation.example);
        text += &if operation.effect == Effect::Read {
            format!("dump({call})\n")
        } else {
            format!("{call}\n")
        };
    }
    text + "```\n"
}

/// The whole reference as files: (name, text), an index and one page a group with every function.
pub fn reference(provider: &Provider) -> Vec<(String, String)> {
    let mark =
        "<!-- Made of the rows in src/providers. Rewrite with: UPDATE=1 cargo test generated -->\n";
    let mut index = format!("{mark}\n# {} reference\n\n{}\n", provider.title, provider.about);
    index += "\n| Group | Functions | |\n|---|---|---|\n";
    let mut files = Vec::new();
    for group in provider.groups.values() {
        let names: Vec<String> =
            operations(provider, &group.name).map(|operation| operation.name.clone()).collect();
        let (key, title) = (&group.name, &group.title);
        index += &format!("| [{title}]({key}.md) | {} | {} |\n", code_list(&names), group.about);
        let mut text = format!("{mark}\n# {}: {title}\n\n{}\n", provider.title, group.about);
        for operation in operations(provider, &group.name) {
            // One level down: a function's page becomes a section.
            for line in function::page(provider, operation).lines() {
                let lower = if line.starts_with('#') && !in_code(&text) { "#" } else { "" };
                text +=
                    &format!("{}{lower}{line}\n", if line.starts_with("# ") { "\n" } else { "" });
            }
        }
        files.push((format!("{key}.md"), text));
    }
    files.insert(0, ("index.md".to_owned(), index));
    files
}

/// Whether a code block is open at the end of `text`.
fn in_code(text: &str) -> bool {
    text.lines().filter(|line| line.starts_with("```")).count() % 2 == 1
}

fn code_names(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
