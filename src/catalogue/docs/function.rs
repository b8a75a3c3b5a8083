//! The page of one function.

use indexmap::IndexMap;

use super::super::action::Work;
use super::super::operation::{Effect, Operation, Provider, Repeat};
use super::sample;
use super::tables::{below, code_list, parameters, result};
use super::written;
use crate::error::{KINDS, Kind};

/// The whole page.
pub(super) fn page(provider: &Provider, operation: &Operation) -> String {
    let full = operation.full_name();
    let mut text = format!("# {full}\n\n{}\n", operation.about);
    if !operation.notes.is_empty() {
        text += &format!("\n{}\n", operation.notes.trim());
    }
    text += &format!("\n{}", facts(provider, operation));
    text += &format!("\n## Parameters\n\n{}", parameters(operation, |_| true));
    text += &format!("\n## Result\n\n{}", result(operation));
    text += &format!("\n## Lua\n\n```lua\n{}\n```\n", sample::lua_example(operation));
    text += &format!(
        "\n## Command line\n\n```bash\n{}\n",
        sample::shell_flags(operation, &operation.example)
    );
    text += &format!("{}\n```\n", sample::shell_json(operation, &operation.example));
    if let Some(more) = written::text(operation) {
        text += &format!("\n{}\n", more.trim());
    }
    text += &format!("\n## Errors\n\n{}", errors(operation));
    text
}

fn facts(provider: &Provider, operation: &Operation) -> String {
    let mut facts = vec![("Lua path", format!("`{}`", operation.lua_path()))];
    if !operation.aliases.is_empty() {
        facts.push(("Also", code_list(&operation.aliases)));
    }
    facts.push(("Effect", effect(operation).to_owned()));
    let routes: Vec<String> = operation
        .routes
        .iter()
        .map(|route| {
            let service = provider.services.get(&route.service);
            let title = service.map_or(route.service.as_str(), |service| &service.title);
            format!("{title} `{} {}`", route.method, route.path)
        })
        .collect();
    let script = operation.custom.as_ref().is_some_and(|it| matches!(it.work, Work::Script(_)));
    let secrets = secrets(provider, operation);
    if script {
        facts.push(("Runs", "a Lua script, whose calls have routes and credentials".to_owned()));
    } else {
        facts.push(("Route", routes.join(", else ")));
    }
    if !script && !secrets.is_empty() {
        facts.push(("Credential", secrets.join(" or ")));
    }
    if let Some(limit) = &operation.limit {
        facts.push(("Limit", format!("{limit}, paced for you across processes")));
    }
    if operation.stability != "ga" {
        facts.push(("Stability", operation.stability.clone()));
    }
    if let Some(feature) = &operation.feature {
        facts.push(("Plan", format!("the workspace must have {feature}")));
    }
    facts.iter().map(|(name, fact)| format!("- {name}: {fact}\n")).collect()
}

/// The account's fields that hold a credential for the call, any of which will do.
pub(super) fn secrets(provider: &Provider, operation: &Operation) -> Vec<String> {
    let services =
        operation.routes.iter().filter_map(|route| provider.services.get(&route.service));
    services.filter_map(|service| service.secret.as_ref()).map(|name| format!("`{name}`")).collect()
}

fn effect(operation: &Operation) -> &'static str {
    match (operation.effect, operation.repeat) {
        (Effect::Read, _) => "read; changes nothing",
        (Effect::Write, Repeat::Safe) => "write; sent again when an answer is lost, counted once",
        (Effect::Write, Repeat::Never) => "write; never sent twice",
        (Effect::Replace, _) => "replace; overwrites the whole set with what is sent",
        (Effect::Destroy, _) => "destroy; deletes",
        (Effect::Erase, _) => "erase; deletes data of people for good, needs `--confirm`",
    }
}

/// What the call can fail with, mildest exit status first.
fn errors(operation: &Operation) -> String {
    let route = operation.route();
    let mut kinds = vec![
        Kind::MissingCredential,
        Kind::AuthenticationFailed,
        Kind::PolicyDenied,
        Kind::Forbidden,
        Kind::RateLimited,
        Kind::Network,
        Kind::Unavailable,
        Kind::BadAnswer,
        Kind::Timeout,
    ];
    if !operation.params.is_empty() {
        kinds.push(Kind::Usage);
    }
    if route.guard.is_some() {
        kinds.push(Kind::WrongPlace);
    }
    if operation.routes.iter().any(|route| route.placeholders().next().is_some()) {
        kinds.push(Kind::NotFound);
    }
    if operation.effect != Effect::Read {
        kinds.push(Kind::Rejected);
    }
    let mut rows: Vec<_> = KINDS.iter().filter(|row| kinds.contains(&row.kind)).collect();
    rows.sort_by_key(|row| row.exit);
    let mut text = String::from("| Code | Exit | When |\n|---|---|---|\n");
    for row in rows {
        text += &format!("| `{}` | {} | {} |\n", row.code, row.exit, row.about);
    }
    let exit = Kind::EventInvalid.row().exit;
    for (code, when) in rejections(operation) {
        text += &format!("| `{code}` | {exit} | {when} |\n");
    }
    text + "\nWhat they carry and how to catch them: `docs.read(\"errors\")`.\n"
}

/// The service's own codes that are raised before anything is sent.
fn rejections(operation: &Operation) -> Vec<(String, String)> {
    let mut found: IndexMap<String, Vec<String>> = IndexMap::new();
    let mut note = |code: &Option<String>, when: String| {
        if let Some(code) = code {
            let reasons = found.entry(code.clone()).or_default();
            if !reasons.contains(&when) {
                reasons.push(when);
            }
        }
    };
    for (names, code) in &operation.one_of {
        note(code, format!("none of {} is given", code_list(names)));
    }
    for (name, param) in &operation.params {
        note(&param.reject.missing, format!("`{name}` is missing or empty"));
        let wanted = match param.format.as_deref() {
            Some("date-time") => "an RFC 3339 time",
            _ => param.kind.phrase(),
        };
        note(&param.reject.wrong, format!("`{name}` is not {wanted}"));
        if let Some(longest) = param.max_length {
            note(&param.reject.long, format!("`{name}` has over {longest} characters"));
        }
        let (_, fields) = below(name, param);
        for (field, param) in fields {
            note(&param.reject.missing, format!("an item has no `{field}`"));
            note(
                &param.reject.wrong,
                format!("an item's `{field}` is not {}", param.kind.phrase()),
            );
        }
    }
    found.into_iter().map(|(code, reasons)| (code, reasons.join("; "))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::Catalogue;
    use super::*;

    fn text(function: &str) -> String {
        let catalogue = Catalogue::new(Vec::new());
        let operation = catalogue.find(function).unwrap();
        page(catalogue.provider(&operation.provider).unwrap(), operation)
    }

    #[test]
    fn a_page_says_everything_about_a_function() {
        let text = text("track");
        for part in [
            "# segment.track_event\n",
            "- Also: `track`, `segment_track`\n",
            "- Effect: write; sent again when an answer is lost, counted once\n",
            "| `event` | string | yes | Name of the action",
            "| `userId` | string | one of |",
            "At least one of `userId`, `anonymousId` is needed.",
            "app.integrations.segment.track_event({\n  event = \"Order Completed\",\n",
            "kosmo integrations:segment track_event --event='Order Completed' --userId=user-42 ",
            "| `missing_credential` | 3 |",
            "| `event_not_defined` | 12 | `event` is missing or empty |",
            "| `no_user_anon_id` | 12 | none of `userId`, `anonymousId` is given |",
        ] {
            assert!(text.contains(part), "no {part:?} in\n{text}");
        }
    }

    #[test]
    fn a_read_shows_both_services_and_its_guard() {
        let text = text("get_source");
        assert!(text.contains("Public API `GET /sources/{id}`, else Config API `GET "), "{text}");
        assert!(text.contains("| `wrong_workspace` | 3 |"), "{text}");
        assert!(text.contains("| `not_found` | 5 |"), "{text}");
        assert!(!text.contains("`rejected`"), "{text}");
    }

    #[test]
    fn a_function_without_parameters_says_so() {
        let text = text("get_current_user");
        assert!(text.contains("## Parameters\n\nNone.\n"), "{text}");
        assert!(text.contains("app.integrations.segment.get_current_user({})"), "{text}");
        assert!(text.contains("kosmo integrations:call segment.get_current_user --json"), "{text}");
    }
}
