//! `integrations:doctor`: how a provider stands, account by account, and what to do next. It looks
//! at settings, files and the environment; only `--online` and `--delivery` ask the service.

mod checks;
mod online;

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::describe::{
    State, auth_strategy, availability, joined, object, permissions, switched_on, table,
};
use super::invocation::event_loop;
use super::reply::Reply;
use super::units;
use crate::catalogue::Provider;
use crate::catalogue::operation::FieldKind;
use crate::error::Fault;
use crate::runtime::Runtime;
use checks::Finding;

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo integrations:doctor segment
kosmo integrations:doctor segment --online
kosmo integrations:doctor segment --delivery --since 2h --json";

/// What to look at.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct DoctorArgs {
    /// The provider, all of them when absent
    pub(super) provider: Option<String>,
    /// Ask the service too whether the credentials work, the write key without sending an event
    #[arg(long)]
    pub(super) online: bool,
    /// Ask the service what became of the events that were sent, and explain what is missing
    #[arg(long)]
    pub(super) delivery: bool,
    /// How far back to look (24h, 30m)
    #[arg(long, value_name = "TIME", value_parser = units::duration, default_value = "24h", requires = "delivery")]
    pub(super) since: Duration,
}

/// Looks.
///
/// # Errors
/// `not_found` for an unknown provider.
pub(super) fn doctor(runtime: &Runtime, args: &DoctorArgs) -> Result<Reply, Fault> {
    let providers: Vec<&Provider> = match &args.provider {
        Some(name) => vec![runtime.catalogue().provider(name)?],
        None => runtime.catalogue().providers().collect(),
    };
    let general = checks::general(runtime);
    let mut reports = Vec::new();
    for provider in providers {
        let mut findings = general.clone();
        findings.extend(checks::of(runtime, provider));
        let mut counts = None;
        if args.online {
            findings.extend(event_loop()?.block_on(online::credentials(runtime, provider)));
        }
        if args.delivery {
            let asked = online::delivery(runtime, provider, args.since);
            let (found, counted) = event_loop()?.block_on(asked);
            findings.extend(found);
            counts = Some(counted);
        }
        reports.push((provider, findings, counts));
    }
    let text: Vec<String> =
        reports.iter().map(|(provider, findings, _)| text(runtime, provider, findings)).collect();
    let mut objects = Map::new();
    for (provider, findings, counts) in &reports {
        let mut report = report(runtime, provider, findings);
        if let Some(counts) = counts {
            report["delivery"] = Value::Object(counts.clone());
        }
        objects.insert(provider.name.clone(), report);
    }
    let json = match (&args.provider, reports.first()) {
        (Some(_), Some((provider, ..))) => objects.shift_remove(&provider.name).unwrap_or_default(),
        _ => Value::Object(objects),
    };
    let reply = Reply::new(json, text.join("\n\n"));
    Ok(if args.provider.is_some() { reply.listing("checks") } else { reply })
}

fn report(runtime: &Runtime, provider: &Provider, findings: &[Finding]) -> Value {
    let settings = runtime.settings();
    let state = State::of(runtime, provider);
    let usual = runtime.engine().accounts.usual(provider);
    let mut report = object(json!({
        "provider": provider.name,
        "locally_runnable": true,
        "cli_setup_supported": true,
        "cli_runtime_supported": true,
        "auth_strategy": auth_strategy(provider),
    }));
    report.append(&mut availability());
    let featured = provider.featured.iter().filter_map(|name| provider.operation(name));
    let examples: Vec<String> = featured
        .chain(provider.operations.values())
        .take(5)
        .map(|operation| operation.full_name())
        .collect();
    let rest = object(json!({
        "enabled": switched_on(settings, provider),
        "configured": state.configured,
        "active": state.active,
        "missing_credentials": missing(provider, &state),
        "accounts": state.accounts,
        "permissions": permissions(settings, provider, usual),
        "function_count": provider.operations.len(),
        "example_functions": examples,
        "next_commands": next(provider, &state, findings),
        "checks": findings.iter().map(Finding::to_json).collect::<Vec<_>>(),
    }));
    joined(report, rest)
}

/// The secrets of which one is needed; none when there is one.
fn missing<'a>(provider: &'a Provider, state: &State) -> Vec<&'a str> {
    let secrets = provider.fields.iter().filter(|field| field.kind == FieldKind::Secret);
    secrets.filter(|_| !state.configured).map(|field| field.name.as_str()).collect()
}

fn next(provider: &Provider, state: &State, findings: &[Finding]) -> Vec<String> {
    let name = &provider.name;
    let mut commands: Vec<String> =
        findings.iter().filter_map(|finding| finding.command.clone()).collect();
    if let Some(secret) = missing(provider, state).first() {
        commands.push(format!("kosmo integrations:fields {name} --json"));
        commands.push(format!("kosmo integrations:configure {name} --set {secret}=- --json"));
    } else if !state.active {
        commands.push(format!("kosmo integrations:configure {name} --enable --json"));
    } else {
        commands.push(format!("kosmo integrations:docs {name}"));
    }
    commands.dedup();
    commands
}

fn text(runtime: &Runtime, provider: &Provider, findings: &[Finding]) -> String {
    let state = State::of(runtime, provider);
    let policy = |account: &str| {
        let permissions = permissions(runtime.settings(), provider, account);
        let words: Vec<String> = permissions
            .iter()
            .map(|(effect, policy)| format!("{effect}={}", policy.as_str().unwrap_or_default()))
            .collect();
        words.join(" ")
    };
    let rows = state.accounts.iter().map(|account| {
        let held = checks::held(runtime, provider, account);
        let held = if held.is_empty() { "-".to_owned() } else { held.join("\n") };
        vec![account.clone(), held, policy(account)]
    });
    let mut lines = vec![format!("{}: {}", provider.title, state.word())];
    lines.push(table(&["Account", "Fields", "Policy"], rows));
    for finding in findings {
        let mark = finding.level.word();
        lines.push(format!("{mark}: {}", finding.line()));
    }
    lines.push("next:".to_owned());
    lines.extend(next(provider, &state, findings).iter().map(|command| format!("  {command}")));
    lines.join("\n")
}
