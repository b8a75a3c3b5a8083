//! The plan that an account's events are held to before they are sent, and how strictly: a flag of
//! the call before the account's fields. Plans are read and compiled once a run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};

use super::judge::{Judge, Unplanned};
use super::store::Store;
use crate::catalogue::Provider;
use crate::engine::account::located;
use crate::engine::call::PlanCheck;
use crate::engine::{Account, Engine, Options};
use crate::error::{Fault, Kind};
use crate::segment::check::Finding;

/// Plans in use, by what names them.
#[derive(Debug, Default)]
pub struct Gates(Mutex<HashMap<String, Result<Arc<Judge>, Fault>>>);

/// What a call's events have to pass.
#[derive(Debug, Clone)]
pub struct Gate {
    /// The judge, or why there is none.
    judge: Result<Arc<Judge>, Fault>,
    strict: bool,
}

/// The gate before an account's events, none where no plan is to be looked at.
///
/// # Errors
/// A check without a plan, or a plan that cannot be read although the check is strict.
pub fn gate(
    gates: &Gates,
    engine: &Engine,
    provider: &Provider,
    account: &Account,
    options: &Options,
) -> Result<Option<Gate>, Fault> {
    let check = match options.plan_check {
        Some(check) => Some(check),
        None => engine
            .accounts
            .field(provider, account, "plan_check")?
            .and_then(|word| PlanCheck::parse(&word)),
    };
    if check == Some(PlanCheck::Off) {
        return Ok(None);
    }
    let Some(wanted) = wanted(engine, provider, account, options)? else {
        return match check {
            None => Ok(None),
            Some(_) => Err(Fault::usage("events are to be checked by a plan, and none is named")
                .code("no_plan")
                .hint("say --plan NAME, or let the account know it: kosmo integrations:configure segment --set plan=NAME")),
        };
    };
    let strict = check == Some(PlanCheck::Strict);
    let mut known = gates.0.lock().unwrap_or_else(PoisonError::into_inner);
    let judge = known.entry(wanted).or_insert_with_key(|wanted| {
        let plan = Store::of(&engine.settings).find(wanted)?;
        Ok(Arc::new(Judge::new(plan, Unplanned::Error)))
    });
    match judge {
        Err(fault) if strict => Err(fault.clone()),
        // Who only wants to be warned wants the event sent.
        judge => Ok(Some(Gate { judge: judge.clone(), strict })),
    }
}

/// The plan's name or path. A path in a settings file is seen from that file.
fn wanted(
    engine: &Engine,
    provider: &Provider,
    account: &Account,
    options: &Options,
) -> Result<Option<String>, Fault> {
    if options.plan.is_some() {
        return Ok(options.plan.clone());
    }
    let Some(text) = engine.accounts.field(provider, account, "plan")? else { return Ok(None) };
    let found = provider
        .field("plan")
        .filter(|_| text.contains('/'))
        .and_then(|field| engine.accounts.find(provider, &account.name, field));
    Ok(Some(match found {
        Some(found) => {
            located(&text, &found.origin, engine.settings.environment()).display().to_string()
        }
        None => text,
    }))
}

impl Gate {
    /// What the plan has against an event with this `type` on the wire. Where the check is not
    /// strict, everything is a warning.
    pub fn judge(&self, kind: &str, event: &Value) -> Vec<Finding> {
        let mut found = match &self.judge {
            Ok(judge) => judge.judge(kind, event),
            Err(fault) => {
                let message = format!("the event was not checked by its plan: {fault}");
                vec![Finding::warning("plan_unavailable", "", message)]
            }
        };
        if !self.strict {
            found = found.into_iter().map(Finding::only_warned).collect();
        }
        found
    }

    /// The same for an event whose `type` is not among its fields.
    pub fn judge_fields(&self, kind: &str, event: &mut Map<String, Value>) -> Vec<Finding> {
        let mut whole = std::mem::take(event);
        let had = whole.insert("type".to_owned(), Value::from(kind));
        let whole = Value::Object(whole);
        let found = self.judge(kind, &whole);
        if let Value::Object(whole) = whole {
            *event = whole;
        }
        if had.is_none() {
            event.shift_remove("type");
        }
        found
    }
}

/// The refusal of events that break the plan, each violation in `detail`.
pub(in crate::segment) fn refusal(found: &[Finding]) -> Option<Fault> {
    let first = found.iter().find(|finding| finding.is_error())?;
    let wrong = found.iter().filter(|finding| finding.is_error());
    let list: Vec<Value> = wrong.map(Finding::to_json).collect();
    let more = match list.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    let message = format!("the event breaks its tracking plan: {}{more}", first.message);
    let mut fault = Fault::new(Kind::EventInvalid, message).code(first.code.clone());
    fault.extra.detail = Some(Value::Array(list));
    let fault = fault.param(first.path.clone());
    Some(match &first.hint {
        Some(hint) => fault.hint(hint.clone()),
        None => fault.hint("mend the event, or send it with --plan-check warn"),
    })
}
