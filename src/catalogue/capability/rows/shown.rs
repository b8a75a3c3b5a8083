//! What a capability shows, as functions of a provider that has no API of its own: each puts calls of
//! other functions together.

use indexmap::IndexMap;

use super::params;
use super::stranger::service;
use super::{Around, Loaded, provider_name, title};
use crate::catalogue::action::Work as Does;
use crate::catalogue::capability::flow::{Flow, Target};
use crate::catalogue::capability::model::{Function, Step, StepKind, Work};
use crate::catalogue::capability::template::gaps;
use crate::catalogue::load::Operations;
use crate::catalogue::operation::{Effect, Operation, Param, Place, Provider, Route};

/// The service that such functions are said to belong to.
const FLOW: &str = "flow";

/// The provider and its rows.
pub(super) fn provider(
    loaded: &Loaded,
    around: &Around<'_>,
    namespace: &str,
    about: &str,
    functions: &[Function],
) -> (Provider, Vec<Operation>) {
    let name = provider_name(namespace);
    let mut rows: Vec<Operation> = Vec::new();
    for function in functions {
        let mut row = row(loaded, around, namespace, &name, function);
        let same = rows
            .iter()
            .filter(|other| {
                other.name == row.name || other.name.starts_with(&format!("{}_", row.name))
            })
            .count();
        if rows.iter().any(|other| other.name == row.name) {
            row.name = format!("{}_{}", row.name, same + 1);
        }
        rows.push(row);
    }
    let about = if about.is_empty() { loaded.label().to_owned() } else { about.to_owned() };
    let provider = Provider {
        operations: Operations::new(&name),
        title: namespace.to_owned(),
        about,
        services: IndexMap::from_iter([(FLOW.to_owned(), service(namespace, ""))]),
        fields: Vec::new(),
        featured: rows.iter().map(|row| row.name.clone()).take(8).collect(),
        raw: None,
        listed: IndexMap::new(),
        domains: Vec::new(),
        emulator_accounts: Vec::new(),
        groups: IndexMap::new(),
        name,
    };
    (provider, rows)
}

fn row(
    loaded: &Loaded,
    around: &Around<'_>,
    namespace: &str,
    provider: &str,
    function: &Function,
) -> Operation {
    let flow = flow(loaded, around, namespace, function);
    let params = inputs(&flow);
    let effect = flow.targets.iter().map(|target| target.effect).max().unwrap_or(Effect::Read);
    let path = format!("/{}", function.name);
    let title = title(&function.label, &function.about, &function.name);
    let about = match function.about.trim_end_matches('.') {
        "" => format!("{title}."),
        about => format!("{about}."),
    };
    Operation {
        provider: provider.to_owned(),
        group: super::GROUP.to_owned(),
        name: function.name.clone(),
        title,
        about,
        notes: format!("Shown by `{}`, line {}.\n", loaded.file, function.at.line),
        routes: vec![Route {
            service: FLOW.to_owned(),
            method: "FLOW".to_owned(),
            path,
            ..Route::default()
        }],
        example: params::example(&params),
        params,
        custom: Some(loaded.custom(Does::Flow(Box::new(flow)))),
        ..Operation::bare(effect)
    }
}

/// A function with what it refers to in its place, and what it calls.
fn flow(loaded: &Loaded, around: &Around<'_>, namespace: &str, function: &Function) -> Flow {
    let mut function = function.clone();
    if let Work::Ref(_, target) = &function.work
        && let Some(shared) = loaded.capability.function(target)
    {
        let shared = shared.clone();
        let (ours, theirs) = (function.hints, shared.hints);
        function.hints.read_only = ours.read_only.or(theirs.read_only);
        function.hints.destructive = ours.destructive.or(theirs.destructive);
        function.hints.idempotent = ours.idempotent.or(theirs.idempotent);
        if function.outputs.is_empty() {
            function.outputs = shared.outputs;
        }
        if function.inputs.is_empty() {
            function.inputs = shared.inputs;
        }
        if function.about.is_empty() {
            function.about = shared.about;
        }
        function.work = shared.work;
    }
    let steps: &[Step] = match &function.work {
        Work::Call(step) => std::slice::from_ref(step),
        Work::Steps(steps, _) => steps,
        Work::Ref(..) | Work::Mock => &[],
    };
    let mut targets: Vec<Target> = Vec::new();
    for step in steps {
        let StepKind::Call { target, .. } = &step.kind else { continue };
        let known = targets.iter().any(|other| other.written == *target);
        let Some(operation) = loaded.capability.operation(target).filter(|_| !known) else {
            continue;
        };
        let space = provider_name(target.split('.').next().unwrap_or_default());
        // The row knows more than the file does: what the request really does, and how it is paged.
        let row = (around.row)(&space, &operation.name);
        let row = row.filter(|row| row.name == operation.name);
        let by_method = || super::join::by_method(&operation.method).0;
        targets.push(Target {
            written: target.clone(),
            function: format!("{space}.{}", operation.name),
            effect: row.map_or_else(by_method, |row| row.effect),
            takes: row.map_or_else(
                || params::of(&loaded.capability, operation),
                |row| row.params.clone(),
            ),
            parts: operation.parts.clone(),
        });
    }
    Flow { function, namespace: namespace.to_owned(), targets }
}

/// What a function takes: what is declared, what its path names, and what its calls need that nothing
/// else gives.
fn inputs(flow: &Flow) -> IndexMap<String, Param> {
    let function = &flow.function;
    let path = function.route.as_ref().map_or("", |(_, path)| path.as_str());
    let mut inputs: IndexMap<String, Param> = IndexMap::new();
    let local = |param: Param| Param { place: Some(Place::Local), ..param };
    for input in function.inputs.iter().filter(|input| input.value.is_none()) {
        let mut param = params::param(input, "of the call");
        let in_path = gaps(path).any(|gap| gap == input.name);
        param.required = in_path || input.required.unwrap_or(input.place.is_none());
        inputs.insert(input.name.clone(), local(param));
    }
    let calls: Vec<(&Target, bool)> = match &function.work {
        Work::Call(step) => flow.called(step).into_iter().collect(),
        Work::Steps(steps, _) => steps.iter().filter_map(|step| flow.called(step)).collect(),
        Work::Ref(..) | Work::Mock => Vec::new(),
    };
    let alone = matches!(function.work, Work::Call(_));
    for (target, _) in calls.into_iter().filter(|(_, by_name)| *by_name) {
        let wanted = target
            .takes
            .iter()
            .filter(|(_, param)| param.field.is_none() && (alone || param.required));
        for (name, param) in wanted {
            inputs.entry(name.clone()).or_insert_with(|| local(param.clone()));
        }
    }
    for gap in gaps(path) {
        let about = format!("The `{gap}` in the path (implied).");
        inputs
            .entry(gap.to_owned())
            .or_insert_with(|| local(Param { required: true, about, ..Param::default() }));
    }
    inputs
}
