//! Functions that capabilities show: each of their calls is a call like any other, with its own run,
//! policy and credentials; here they are only put in a row.

use serde_json::{Map, Value, json};

use super::action::Job;
use super::args::Args;
use super::call::{Call, Outcome, Run, Warning};
use super::hooks::Later;
use super::{Engine, new_id};
use crate::catalogue::capability::flow::Flow;
use crate::catalogue::capability::model::{Step, StepKind};
use crate::catalogue::{Effect, Operation, schema};
use crate::error::{Fault, Kind};

impl Engine {
    /// Performs a function of a capability. Its calls may be of such functions themselves.
    pub(super) fn act_out<'a>(
        &'a self,
        operation: &'a Operation,
        flow: &'a Flow,
        call: &'a Call,
        run: &'a mut Run,
    ) -> Later<'a, Outcome> {
        Box::pin(self.steps(operation, flow, call, run))
    }

    async fn steps(
        &self,
        operation: &Operation,
        flow: &Flow,
        call: &Call,
        run: &mut Run,
    ) -> Result<Outcome, Fault> {
        let args = schema::normalise(operation, call.args.clone().named(operation)?)?;
        run.transcript.input(&args);
        let dry_run = call.options.dry_run;
        let mut known = flow.begin(args, dry_run);
        let mut outcome = Outcome::default();
        let mut previews = Vec::new();
        for step in flow.steps() {
            let unknown = |name: String| unresolved(operation, step, &name);
            match &step.kind {
                StepKind::Call { .. } => {
                    let args = flow.arguments(step, &known).map_err(unknown)?;
                    let done = self.step(flow, step, args, call, run).await?;
                    if dry_run {
                        previews.push(done.value.clone());
                    }
                    let value = if dry_run { json!({}) } else { done.value };
                    flow.answered(step, value, &mut known);
                    outcome.status = done.status;
                }
                StepKind::Lookup { .. } => {
                    let found = flow.lookup(step, &known).map_err(unknown)?;
                    Flow::noted(step, found, &mut known);
                }
                StepKind::Script { code, with } => {
                    let input = Value::Object(flow.given(with, &known).map_err(unknown)?);
                    let done = self.between(step, code, input, call, run).await?;
                    Flow::noted(step, done, &mut known);
                }
            }
        }
        if dry_run && !previews.is_empty() {
            outcome.value = match previews.len() {
                1 => previews.remove(0),
                _ => json!({"calls": previews}),
            };
            return Ok(outcome);
        }
        outcome.value = flow.result(&known).map_err(|name| {
            Fault::new(
                Kind::BadAnswer,
                format!("`{}`: nothing is called `{name}`", operation.full_name()),
            )
        })?;
        if let Some(message) = flow.mistyped(&outcome.value) {
            run.warnings.push(Warning {
                code: "unexpected_type".to_owned(),
                param: String::new(),
                message,
            });
        }
        Ok(outcome)
    }

    /// One call of a function.
    async fn step(
        &self,
        flow: &Flow,
        step: &Step,
        args: Map<String, Value>,
        call: &Call,
        run: &mut Run,
    ) -> Result<Outcome, Fault> {
        let target = flow.called(step).map(|(target, _)| target.function.clone());
        let function = target.ok_or_else(|| Fault::new(Kind::Internal, "a step calls nothing"))?;
        let inner = Call {
            function,
            account: call.account.clone(),
            args: Args::Named(args),
            origin: call.origin,
            options: call.options.clone(),
            parent: Some(run.id.clone()),
            id: Some(new_id()),
            ..Call::default()
        };
        let done = Box::pin(self.call(inner)).await;
        run.account.clone_from(&done.account);
        run.backend.clone_from(&done.backend);
        run.attempts += done.attempts;
        run.forced |= done.forced;
        run.warnings.extend(done.warnings);
        done.result
    }

    /// Lua between the calls: it may do what the caller may.
    async fn between(
        &self,
        step: &Step,
        code: &str,
        input: Value,
        call: &Call,
        run: &Run,
    ) -> Result<Value, Fault> {
        let mut options = call.options.clone();
        options.within.ceiling = Some(options.within.ceiling.unwrap_or(Effect::Destroy));
        let job = Job {
            name: step.name.clone(),
            code: code.to_owned(),
            input,
            provider: self.catalogue.names().next().unwrap_or_default().to_owned(),
            account: call.account.clone().unwrap_or_else(|| super::account::DEFAULT.to_owned()),
            run: run.id.clone(),
            options,
        };
        Ok(Box::pin(self.job(job)).await?.0?.value)
    }
}

fn unresolved(operation: &Operation, step: &Step, name: &str) -> Fault {
    let message =
        format!("`{}`, step `{}`: `{{{{{name}}}}}` has no value", operation.full_name(), step.name);
    Fault::usage(message)
        .code("unresolved_placeholder")
        .param(name)
        .hint("nothing was sent for this step")
}
