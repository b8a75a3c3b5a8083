//! How a function is done: whether what it calls exists and takes what it is given, whether every gap
//! is filled, and whether what is told to agents is true.

use serde_json::Value;

use crate::catalogue::capability::finding::{At, Findings};
use crate::catalogue::capability::model::{Capability, Function, Operation, Step, StepKind, Work};
use crate::catalogue::capability::template::{gaps, names_in};
use crate::catalogue::name::{did_you_mean, nearest};

use super::written;

impl Capability {
    /// The operation that `namespace.operation` names.
    pub(in crate::catalogue::capability) fn operation(&self, target: &str) -> Option<&Operation> {
        let (namespace, name) = target.split_once('.')?;
        let consumed = self.consumes.iter().find(|consumed| consumed.namespace == namespace)?;
        consumed.operations.iter().find(|operation| operation.name == name)
    }

    /// The shared function that `namespace.function` names.
    pub(in crate::catalogue::capability) fn function(&self, target: &str) -> Option<&Function> {
        let (namespace, name) = target.split_once('.')?;
        let group = self.aggregates.iter().find(|group| group.namespace == namespace)?;
        group.functions.iter().find(|function| function.name == name)
    }
}

/// Looks at one function of the face or group of that name.
pub(super) fn check(
    capability: &Capability,
    namespace: &str,
    function: &Function,
    findings: &mut Findings,
) {
    Check { capability, namespace, function, findings }.all();
}

struct Check<'a> {
    capability: &'a Capability,
    namespace: &'a str,
    function: &'a Function,
    findings: &'a mut Findings,
}

impl Check<'_> {
    fn all(&mut self) {
        let function = self.function;
        match &function.work {
            Work::Call(step) => self.call(step, &[], true),
            Work::Steps(steps, mappings) => {
                let mut known: Vec<&str> = Vec::new();
                for step in steps {
                    self.step(step, &known);
                    known.push(&step.name);
                }
                for (_, value) in mappings {
                    self.value(value, function.at, &known);
                }
            }
            Work::Ref(at, target) => {
                if self.capability.function(target).is_none() {
                    let known = self.capability.aggregates.iter().flat_map(|group| {
                        group
                            .functions
                            .iter()
                            .map(move |it| format!("{}.{}", group.namespace, it.name))
                    });
                    self.unknown("unknown-ref", *at, target, &known.collect::<Vec<_>>());
                }
            }
            Work::Mock if function.outputs.is_empty() => {
                let why = format!("`{}` calls nothing and gives nothing back", function.name);
                self.findings.warn("does-nothing", function.at, why);
            }
            Work::Mock => {}
        }
        self.hints();
    }

    fn unknown(&mut self, code: &'static str, at: At, target: &str, known: &[String]) {
        let near = nearest(target, known.iter().map(String::as_str));
        let why = format!("`{}` calls `{target}`, which there is not", self.function.name);
        let finding = super::super::Finding::error(code, at, why);
        self.findings.0.push(match did_you_mean(&near) {
            Some(hint) => finding.hint(hint),
            None => finding,
        });
    }

    fn step(&mut self, step: &Step, known: &[&str]) {
        match &step.kind {
            StepKind::Call { .. } => self.call(step, known, false),
            StepKind::Lookup { index, value, .. } => {
                let first = index.trim_start_matches("$.").split('.').next().unwrap_or_default();
                if !known.contains(&first) {
                    let why = format!(
                        "step `{}` looks into `{index}`, which no earlier step is called",
                        step.name
                    );
                    self.findings.error("unknown-step-name", step.at, why);
                }
                self.value(&Value::String(value.clone()), step.at, known);
            }
            StepKind::Script { with, .. } => {
                with.iter().for_each(|(_, value)| self.value(value, step.at, known))
            }
        }
    }

    fn call(&mut self, step: &Step, known: &[&str], alone: bool) {
        let StepKind::Call { target, with } = &step.kind else { return };
        let Some(operation) = self.capability.operation(target) else {
            let all = self.capability.consumes.iter().flat_map(|consumed| {
                consumed
                    .operations
                    .iter()
                    .map(move |it| format!("{}.{}", consumed.namespace, it.name))
            });
            return self.unknown("unknown-call", step.at, target, &all.collect::<Vec<_>>());
        };
        for (name, value) in with {
            if !takes(operation, name) {
                let why = format!("`{target}` takes no `{name}`");
                self.findings.error("unknown-parameter", step.at, why);
            }
            self.value(value, step.at, known);
        }
        if !alone {
            return;
        }
        let path = self.function.route.as_ref().map_or("", |(_, path)| path);
        for gap in gaps(path).filter(|gap| !takes(operation, gap)) {
            let used = with.iter().any(|(_, value)| mentions(value, gap, self.namespace));
            if !used {
                let why = format!("`{target}` takes no `{gap}`, and nothing else uses it");
                self.findings.error("unbound-placeholder", self.function.at, why);
            }
        }
    }

    /// Every gap is an input or an earlier step.
    fn value(&mut self, value: &Value, at: At, known: &[&str]) {
        let path = self.function.route.as_ref().map_or("", |(_, path)| path);
        for name in names_in(value) {
            let bare = name.strip_prefix(&format!("{}.", self.namespace)).unwrap_or(&name);
            let first = bare.split('.').next().unwrap_or_default();
            let input = self.function.inputs.iter().any(|input| input.name == first);
            if !input && !known.contains(&first) && !gaps(path).any(|gap| gap == first) {
                let why = format!(
                    "`{{{{{name}}}}}` is neither an input of `{}` nor an earlier step",
                    self.function.name
                );
                self.findings.error("unknown-placeholder", at, why);
            }
        }
    }

    /// What agents are told must not be milder than what is done.
    fn hints(&mut self) {
        let mut methods = methods(self.capability, self.function).into_iter();
        let worst = methods.find(|method| method != "GET");
        if let (Some(true), Some(method)) = (self.function.hints.read_only, worst) {
            let why = format!(
                "`{}` is told to be read-only and sends a {method}; policy goes by the {method}",
                self.function.name
            );
            self.findings.warn("hint-contradicts", self.function.at, why);
        }
        let said: String =
            self.function.about.chars().filter(char::is_ascii_alphanumeric).collect();
        if self.function.route.is_none() && said.eq_ignore_ascii_case(&self.function.name) {
            let why =
                format!("the description of `{}` says no more than its name", self.function.name);
            self.findings.note("poor-description", self.function.at, why);
        }
    }
}

/// Whether an operation takes an input of that name, declared or implied.
fn takes(operation: &Operation, name: &str) -> bool {
    let bodied =
        matches!(operation.method.as_str(), "POST" | "PUT" | "PATCH") && operation.body.is_none();
    operation.inputs.iter().any(|input| input.name == name)
        || gaps(&operation.path).any(|gap| gap == name)
        || written(operation).iter().any(|gap| gap == name)
        || (bodied && name == "body")
}

/// Whether a template uses an input, with the face's name before it or not.
fn mentions(value: &Value, name: &str, namespace: &str) -> bool {
    let plain = value.as_str().is_some_and(|text| text == format!("{namespace}.{name}"));
    plain || names_in(value).iter().any(|gap| gap.rsplit('.').next() == Some(name))
}

/// The methods of all that a function calls.
fn methods(capability: &Capability, function: &Function) -> Vec<String> {
    let steps: Vec<&Step> = match &function.work {
        Work::Call(step) => vec![step],
        Work::Steps(steps, _) => steps.iter().collect(),
        Work::Ref(_, target) => {
            return capability
                .function(target)
                .filter(|it| !matches!(it.work, Work::Ref(..)))
                .map_or_else(Vec::new, |it| methods(capability, it));
        }
        Work::Mock => Vec::new(),
    };
    let targets = steps.into_iter().filter_map(|step| match &step.kind {
        StepKind::Call { target, .. } => capability.operation(target),
        _ => None,
    });
    targets.map(|operation| operation.method.clone()).collect()
}
