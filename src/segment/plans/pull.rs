//! Fetching a plan with all of its rules, through the engine's own rows.

use serde_json::{Map, Value, json};

use super::document::{Plan, Rule};
use crate::catalogue::name::{did_you_mean, fold, nearest};
use crate::engine::{Args, Call, Engine, Options, Origin, now};
use crate::error::{Fault, Kind};

/// How the ids of tracking plans begin.
const IDS: &[&str] = &["tp_", "rs_"];

/// Fetches the plan that `wanted` means, its id, slug or name.
///
/// # Errors
/// `not_found` with the nearest plans, or the failure of a call.
pub async fn pull(
    engine: &Engine,
    account: Option<&str>,
    wanted: &str,
    options: &Options,
) -> Result<Plan, Fault> {
    let ask = Ask { engine, account, options };
    let head = match IDS.iter().any(|start| wanted.starts_with(start)) {
        true => {
            let answer = ask.call("get_tracking_plan", json!({"trackingPlanId": wanted})).await?;
            answer["trackingPlan"].as_object().cloned().unwrap_or_default()
        }
        false => choose(&ask.call("list_tracking_plans", json!({})).await?, wanted)?,
    };
    let id = head.get("id").cloned().unwrap_or_else(|| json!(wanted));
    let answer = ask.call("list_rules_from_tracking_plan", json!({"trackingPlanId": id})).await?;
    let rules = answer["rules"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rules = rules.iter().map(Rule::read).collect::<Result<_, _>>().map_err(|why| {
        Fault::new(Kind::BadAnswer, format!("a rule of the plan cannot be understood: {why}"))
    })?;
    Ok(Plan { head, pulled: ask.origin()?, rules })
}

struct Ask<'a> {
    engine: &'a Engine,
    account: Option<&'a str>,
    options: &'a Options,
}

impl Ask<'_> {
    async fn call(&self, function: &str, args: Value) -> Result<Value, Fault> {
        let call = Call {
            function: format!("segment.{function}"),
            account: self.account.map(str::to_owned),
            args: Args::Named(args.as_object().cloned().unwrap_or_default()),
            origin: Origin::Cli,
            options: self.options.clone(),
            ..Call::default()
        };
        self.engine.call(call).await.result.map(|outcome| outcome.value)
    }

    /// When and for whom it was fetched.
    fn origin(&self) -> Result<Map<String, Value>, Fault> {
        let provider = self.engine.catalogue.provider("segment")?;
        let account = self.engine.accounts.open(provider, self.account)?;
        let region = match account.emulated {
            true => "emulator".to_owned(),
            false => self.engine.accounts.region(provider, &account)?,
        };
        let origin = json!({"at": now(), "account": account.name, "region": region});
        Ok(origin.as_object().cloned().unwrap_or_default())
    }
}

fn choose(listed: &Value, wanted: &str) -> Result<Map<String, Value>, Fault> {
    let plans = listed["trackingPlans"].as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |plan: &Value, key: &str| plan[key].as_str().unwrap_or_default().to_owned();
    let is = |plan: &&Value| {
        text(plan, "id") == wanted
            || ["slug", "name"].iter().any(|key| fold(&text(plan, key)) == fold(wanted))
    };
    let found: Vec<&Value> = plans.iter().filter(is).collect();
    match found.as_slice() {
        [one] => Ok(one.as_object().cloned().unwrap_or_default()),
        [] => {
            let names: Vec<String> = plans.iter().map(|plan| text(plan, "name")).collect();
            let near = nearest(wanted, names.iter().map(String::as_str));
            let fault = Fault::not_found(format!("the workspace has no tracking plan `{wanted}`"));
            Err(fault.code("unknown_plan").hint(did_you_mean(&near).unwrap_or_else(|| {
                match names.is_empty() {
                    true => "it has no tracking plans at all".to_owned(),
                    false => format!("there are: {}", names.join(", ")),
                }
            })))
        }
        several => {
            let ids: Vec<String> = several.iter().map(|plan| text(plan, "id")).collect();
            let message = format!("{} tracking plans are called `{wanted}`", several.len());
            Err(Fault::usage(message).hint(format!("say which by its id: {}", ids.join(", "))))
        }
    }
}
