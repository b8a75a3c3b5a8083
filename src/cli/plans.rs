//! `plan:pull`, `plan:list` and `plan:show`: tracking plans as files, for judging events offline.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::describe::table;
use super::invocation::Invocation;
use super::reply::Reply;
use crate::engine::Options;
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;
use crate::segment::plans::{Judge, Plan, Rule, Store, Stored, Unplanned, pull as fetch};

/// Command lines for the help.
pub(super) const PULL_EXAMPLES: &str = "\
kosmo plan:pull shop --emulator
kosmo plan:pull tp_2mFq8ZrT5wKx1NcY7bLvDs --account production --file plans/shop.json";

/// Command lines for the help.
pub(super) const SHOW_EXAMPLES: &str = "kosmo plan:show shop --json";

/// Which plan to fetch, and where to.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct PullArgs {
    /// The plan's id, slug or name
    plan: String,
    /// The account to use
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// Write it to this file instead of keeping it among the fetched plans
    #[arg(long, value_name = "FILE", conflicts_with = "name")]
    file: Option<PathBuf>,
    /// Keep it under this name instead of its slug
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// Nothing to choose.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ListArgs {}

/// Which plan to show.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ShowArgs {
    /// The name of a fetched plan, or a file
    plan: String,
}

/// Fetches a plan and keeps it.
///
/// # Errors
/// The failure of a call, or of writing the file.
pub(super) fn pull(invocation: &Invocation, args: &PullArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let options = Options::default();
    let plan = fetch(runtime.engine(), args.account.as_deref(), &args.plan, &options);
    let plan = invocation.wait(plan)??;
    let (path, used) = place(runtime, args, &plan)?;
    plan.save(&path)?;
    let judge = Judge::new(plan, Unplanned::default());
    if let Err(fault) = judge.check() {
        invocation.printer().warn(&fault.message);
    }
    let plan = judge.plan();
    let rules = if plan.rules.len() == 1 { "rule" } else { "rules" };
    let text = format!(
        "{}: {} {rules} in {}\nuse it with: kosmo segment:lint events.jsonl --plan {used}",
        plan.title(),
        plan.rules.len(),
        path.display(),
    );
    let json = json!({
        "plan": plan.head, "rules": plan.rules.len(), "name": used, "path": path.display().to_string(),
    });
    Ok(invocation.say(&Reply::new(json, text)))
}

/// The file to write, and what `--plan` calls it from now on.
fn place(runtime: &Runtime, args: &PullArgs, plan: &Plan) -> Result<(PathBuf, String), Fault> {
    if let Some(path) = &args.file {
        return Ok((path.clone(), path.display().to_string()));
    }
    let store = Store::of(runtime.settings());
    let name = args.name.clone().unwrap_or_else(|| {
        let names = [plan.text("slug"), plan.text("id")];
        names.into_iter().find(|name| store.place(name).is_ok()).unwrap_or("plan").to_owned()
    });
    let path = store.place(&name)?;
    other_there(&path, plan, &name)?;
    Ok((path, name))
}

/// Refuses to put a plan in the place of another one of the same name.
fn other_there(path: &Path, plan: &Plan, name: &str) -> Result<(), Fault> {
    let there = std::fs::read_to_string(path).ok();
    let there = there.and_then(|text| Plan::parse(&text, name).ok());
    match there {
        Some(there) if there.text("id") != plan.text("id") => {
            let message = format!("another plan is kept as `{name}`: {}", there.text("id"));
            Err(Fault::new(Kind::Conflict, message)
                .hint("keep this one under another name with --name, or in a file with --file"))
        }
        _ => Ok(()),
    }
}

/// The plans that were fetched.
///
/// # Errors
/// None.
pub(super) fn list(runtime: &Runtime, _: &ListArgs) -> Result<Reply, Fault> {
    let plans = Store::of(runtime.settings()).list();
    if plans.is_empty() {
        let text = "no plans yet; fetch one with: kosmo plan:pull NAME";
        return Ok(Reply::new(json!({"plans": []}), text).listing("plans"));
    }
    let json: Vec<Value> = plans.iter().map(entry).collect();
    let rows = plans.iter().map(|stored| match &stored.plan {
        Ok(plan) => vec![
            stored.name.clone(),
            plan.title().to_owned(),
            plan.text("id").to_owned(),
            plan.rules.len().to_string(),
            pulled(plan, "at").to_owned(),
            pulled(plan, "account").to_owned(),
        ],
        Err(fault) => vec![stored.name.clone(), format!("broken: {fault}")],
    });
    let text = table(&["Name", "Plan", "Id", "Rules", "Fetched", "Account"], rows);
    Ok(Reply::new(json!({"plans": json}), text).listing("plans"))
}

fn entry(stored: &Stored) -> Value {
    let path = stored.path.display().to_string();
    match &stored.plan {
        Ok(plan) => json!({
            "name": stored.name, "path": path, "plan": plan.head, "rules": plan.rules.len(),
            "pulled": plan.pulled,
        }),
        Err(fault) => json!({"name": stored.name, "path": path, "error": fault.message}),
    }
}

fn pulled<'a>(plan: &'a Plan, key: &str) -> &'a str {
    plan.pulled.get(key).and_then(Value::as_str).unwrap_or("-")
}

/// One plan and its rules.
///
/// # Errors
/// `not_found`, or what is wrong with the file.
pub(super) fn show(runtime: &Runtime, args: &ShowArgs) -> Result<Reply, Fault> {
    let judge = Judge::new(Store::of(runtime.settings()).find(&args.plan)?, Unplanned::default());
    let plan = judge.plan();
    let broken: Vec<Value> = (judge.broken().iter())
        .map(|(rule, why)| json!({"rule": rule.title(), "reason": why}))
        .collect();
    let rows = plan.rules.iter().map(|rule| {
        let key = if rule.key.is_empty() { "(all)" } else { &rule.key };
        let kind = rule.kind.word().to_owned();
        vec![key.to_owned(), kind, rule.version.to_string(), required(rule), optional(rule)]
    });
    let mut text = format!(
        "{} ({}), fetched {} with account {}\n{}",
        plan.title(),
        plan.text("id"),
        pulled(plan, "at"),
        pulled(plan, "account"),
        table(&["Event", "Type", "Version", "Required", "Optional"], rows),
    );
    for one in &broken {
        let word = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        text += &format!("\nbroken: {}: {}", word("rule"), word("reason"));
    }
    let mut json = plan.to_json();
    json["broken"] = json!(broken);
    Ok(Reply::new(json, text).listing("rules"))
}

/// The names under `properties` and `traits` that a rule demands.
fn required(rule: &Rule) -> String {
    keys(rule, |field| {
        field["required"].as_array().into_iter().flatten().filter_map(name).collect()
    })
}

/// Those that it only describes.
fn optional(rule: &Rule) -> String {
    keys(rule, |field| {
        let demanded = |name: &String| {
            field["required"].as_array().is_some_and(|list| list.contains(&json!(name)))
        };
        let named = field["properties"].as_object().into_iter().flat_map(|map| map.keys().cloned());
        named.filter(|name| !demanded(name)).collect()
    })
}

fn keys(rule: &Rule, of: impl Fn(&Value) -> Vec<String>) -> String {
    let fields = ["properties", "traits"];
    let names: Vec<String> =
        fields.iter().flat_map(|field| of(&rule.schema["properties"][*field])).collect();
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}

fn name(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
