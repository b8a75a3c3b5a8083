//! What TAB offers in the REPL: globals and their members, then providers, accounts, functions and,
//! inside a call's braces, parameters. The catalogue says what there is.

use crate::catalogue::name::fold;
use crate::catalogue::{Catalogue, Operation, Provider};

/// What a script finds besides `app`. The members of a library follow its name.
const GLOBALS: &[&str] = &[
    "app.integrations",
    "arg",
    "docs.list",
    "docs.read",
    "docs.search",
    "dump",
    "input",
    "json.array",
    "json.decode",
    "json.encode",
    "json.null",
    "json.object",
    "paginate",
    "pcall",
    "print",
    "regex.gsub",
    "regex.match",
    "regex.match_all",
    "string.format",
    "string.split",
    "table.concat",
    "table.insert",
    "table.sort",
    "task.all",
    "task.map",
    "task.spawn",
    "task.wait",
    "tostring",
];

/// Where the word under the cursor begins, and what it could become.
pub(super) fn candidates(
    line: &str,
    catalogue: &Catalogue,
    accounts: impl Fn(&Provider) -> Vec<String>,
) -> (usize, Vec<String>) {
    let start = line
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')))
        .map_or(0, |at| at + 1);
    let word = &line[start..];
    if !word.contains('.')
        && let Some(operation) = enclosing_call(&line[..start], catalogue)
    {
        let names = operation.params.keys().filter(|name| begins(name, word));
        return (start, names.map(|name| format!("{name} = ")).collect());
    }
    let mut found = match word.strip_prefix("app.integrations.") {
        Some(rest) => paths(rest, catalogue, accounts),
        None => globals(word),
    };
    found.sort();
    found.dedup();
    (start, found)
}

fn begins(name: &str, word: &str) -> bool {
    fold(name).starts_with(&fold(word))
}

/// Names that begin with the word, cut at the next dot so that one TAB is one step.
fn globals(word: &str) -> Vec<String> {
    let depth = word.matches('.').count();
    let step = |name: &str| name.split('.').take(depth + 1).collect::<Vec<_>>().join(".");
    GLOBALS.iter().filter(|name| name.starts_with(word)).map(|name| step(name)).collect()
}

/// What may follow `app.integrations.`.
fn paths(
    rest: &str,
    catalogue: &Catalogue,
    accounts: impl Fn(&Provider) -> Vec<String>,
) -> Vec<String> {
    let Some((name, rest)) = rest.split_once('.') else {
        let names = catalogue.names().filter(|name| name.starts_with(rest));
        return names.map(|name| format!("app.integrations.{name}")).collect();
    };
    let Ok(provider) = catalogue.provider(name) else { return Vec::new() };
    let names = accounts(provider);
    let (prefix, word, mut found) = match rest.split_once('.') {
        Some((account, word)) if names.iter().any(|name| name == account) => {
            (format!("app.integrations.{name}.{account}"), word, Vec::new())
        }
        Some(_) => return Vec::new(),
        None => (format!("app.integrations.{name}"), rest, names),
    };
    found.extend(provider.operations.keys().cloned());
    found.retain(|name| name.starts_with(word));
    found.iter().map(|name| format!("{prefix}.{name}")).collect()
}

/// The function whose table of arguments is open at the end of `before`.
fn enclosing_call<'a>(before: &str, catalogue: &'a Catalogue) -> Option<&'a Operation> {
    let mut depth = 0;
    let open = before.char_indices().rev().find(|(_, c)| {
        match c {
            '}' => depth += 1,
            '{' if depth == 0 => return true,
            '{' => depth -= 1,
            _ => {}
        }
        false
    })?;
    let head = before[..open.0].trim_end().trim_end_matches('(').trim_end();
    let start = head.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')));
    let path = head[start.map_or(0, |at| at + 1)..].strip_prefix("app.integrations.")?;
    let (provider, function) = path.split_once('.')?;
    // An account may stand between the two.
    let function = function.rsplit('.').next()?;
    catalogue.provider(provider).ok()?.operation(function)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(line: &str) -> Vec<String> {
        let accounts = |_: &Provider| vec!["default".to_owned(), "work".to_owned()];
        candidates(line, &Catalogue::new(Vec::new()), accounts).1
    }

    #[test]
    fn one_tab_is_one_step() {
        assert_eq!(offered("a"), ["app", "arg"]);
        assert_eq!(offered("return json.e"), ["json.encode"]);
        assert_eq!(offered("x = app.integrations.seg"), ["app.integrations.segment"]);
        assert_eq!(
            offered("app.integrations.segment.work.track_"),
            ["app.integrations.segment.work.track_event"]
        );
        assert!(
            offered("app.integrations.segment.w").contains(&"app.integrations.segment.work".into())
        );
        assert!(offered("app.integrations.nobody.x").is_empty());
    }

    #[test]
    fn parameters_are_offered_inside_the_braces() {
        let call = "app.integrations.segment.track_event";
        assert_eq!(offered(&format!("{call}({{ev")), ["event = "]);
        assert_eq!(offered(&format!("{call}{{ event = \"x\", user_")), ["userId = "]);
        assert_eq!(offered(&format!("{call}{{ properties = {{ a = 1 }}, ev")), ["event = "]);
        assert!(offered(&format!("{call}{{}} pri")).contains(&"print".to_owned()));
    }
}
