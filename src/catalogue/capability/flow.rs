//! What is done when a function of a capability is called: its steps, what each of them is given, and
//! what is made of what came back. Making the calls is the engine's business.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::model::{Function, Step, StepKind, Work};
use super::outputs;
use super::template;
use crate::catalogue::operation::{Effect, Param, Type};

/// A function and what it calls.
#[derive(Debug, Clone)]
pub struct Flow {
    /// The function; what it refers to stands in its place.
    pub function: Function,
    /// The face or group it belongs to, which may stand before the names of its inputs.
    pub namespace: String,
    /// What it calls.
    pub targets: Vec<Target>,
}

/// A function that is called.
#[derive(Debug, Clone)]
pub struct Target {
    /// As the document names it.
    pub written: String,
    /// As it is called here.
    pub function: String,
    /// What it does to the world, as far as its method tells.
    pub effect: Effect,
    /// What it takes.
    pub takes: IndexMap<String, Param>,
    /// Parts of its answer that have names for later steps.
    pub parts: Vec<(String, String)>,
}

/// What is known while a function is performed: its inputs, then what each step gave.
#[derive(Debug, Default)]
pub struct Known {
    inputs: Map<String, Value>,
    steps: Map<String, Value>,
    last: Value,
    /// Whether what is not known is written down in its place: nothing was sent that could tell.
    pub rehearsal: bool,
}

impl Flow {
    /// The target of a step that calls, and whether it is given the inputs by their names.
    pub fn called(&self, step: &Step) -> Option<(&Target, bool)> {
        let StepKind::Call { target, with } = &step.kind else { return None };
        let found = self.targets.iter().find(|other| other.written == *target)?;
        Some((found, with.is_empty()))
    }

    /// The steps in order.
    pub fn steps(&self) -> &[Step] {
        match &self.function.work {
            Work::Call(step) => std::slice::from_ref(step),
            Work::Steps(steps, _) => steps,
            Work::Ref(..) | Work::Mock => &[],
        }
    }

    /// Whether it is one call.
    pub fn is_call(&self) -> bool {
        matches!(self.function.work, Work::Call(_))
    }

    /// What is known at the beginning. Values that the document gives stand for what nobody gave.
    pub fn begin(&self, args: Map<String, Value>, rehearsal: bool) -> Known {
        let fixed =
            self.function.inputs.iter().filter_map(|it| Some((it.name.clone(), it.value.clone()?)));
        let inputs = fixed.chain(args).collect();
        Known { inputs, rehearsal, ..Known::default() }
    }

    /// The arguments of a call.
    ///
    /// # Errors
    /// The name that nobody knows.
    pub fn arguments(&self, step: &Step, known: &Known) -> Result<Map<String, Value>, String> {
        let StepKind::Call { with, .. } = &step.kind else { return Ok(Map::new()) };
        let Some((target, by_name)) = self.called(step) else { return Ok(Map::new()) };
        if by_name {
            let given = target
                .takes
                .keys()
                .filter_map(|name| Some((name.clone(), known.inputs.get(name)?.clone())));
            return Ok(given.collect());
        }
        self.given(with, known)
    }

    /// Inputs by name, filled; those that hang on what nobody had to give are left out.
    ///
    /// # Errors
    /// The name that nobody knows.
    pub fn given(
        &self,
        with: &[(String, Value)],
        known: &Known,
    ) -> Result<Map<String, Value>, String> {
        let mut args = Map::new();
        for (name, template) in with {
            match self.value(template, known) {
                Ok(Value::Null) => {}
                Ok(value) => drop(args.insert(name.clone(), value)),
                Err(missing) if self.may_be_absent(&missing) => {}
                Err(missing) => return Err(missing),
            }
        }
        Ok(args)
    }

    fn may_be_absent(&self, name: &str) -> bool {
        let bare = self.bare(name);
        self.function
            .inputs
            .iter()
            .any(|input| input.name == bare.split('.').next().unwrap_or_default())
    }

    fn bare<'a>(&self, name: &'a str) -> &'a str {
        let rest =
            name.strip_prefix(self.namespace.as_str()).and_then(|rest| rest.strip_prefix('.'));
        rest.unwrap_or(name)
    }

    /// What a template comes to: a JSONPath into all that is known, a text with gaps, the name of an
    /// input or of a step's part, or just what it says.
    fn value(&self, template: &Value, known: &Known) -> Result<Value, String> {
        let Value::String(text) = template else {
            return template::fill(template, &|name| known.look(self.bare(name)));
        };
        if text.starts_with("$.") || text.starts_with("$[") {
            let found = outputs::find(&known.all(), text);
            let rehearsed = found.is_null() && known.rehearsal;
            return Ok(if rehearsed { format!("<{text}>").into() } else { found });
        }
        if text.contains("{{") {
            return template::fill(template, &|name| known.look(self.bare(name)));
        }
        let bare = self.bare(text);
        let input = bare != text && !bare.contains('.');
        let step = text.split_once('.').is_some_and(|(step, _)| known.steps.contains_key(step));
        match input || step {
            true => known.look(bare).ok_or_else(|| text.clone()),
            false => Ok(template.clone()),
        }
    }

    /// Notes what a call gave: the answer, and its named parts beside it.
    pub fn answered(&self, step: &Step, answer: Value, known: &mut Known) {
        let parts = self.called(step).map_or(&[][..], |(target, _)| &target.parts);
        let mut noted = answer.clone();
        let named =
            parts.iter().filter(|(name, path)| !name.is_empty() && !matches!(&**path, "$" | "$."));
        let named: Vec<(String, Value)> =
            named.map(|(name, path)| (name.clone(), outputs::find(&answer, path))).collect();
        if !named.is_empty() {
            let mut map = if let Value::Object(map) = noted { map } else { Map::new() };
            map.extend(named);
            noted = Value::Object(map);
        }
        known.steps.insert(step.name.clone(), noted);
        known.last = answer;
    }

    /// Notes what anything else gave.
    pub fn noted(step: &Step, value: Value, known: &mut Known) {
        known.steps.insert(step.name.clone(), value.clone());
        known.last = value;
    }

    /// The row of an earlier step's list whose key has the value that is looked for; null when none
    /// has.
    ///
    /// # Errors
    /// The name that nobody knows.
    pub fn lookup(&self, step: &Step, known: &Known) -> Result<Value, String> {
        let StepKind::Lookup { index, key, value, keep } = &step.kind else {
            return Ok(Value::Null);
        };
        let list = match index.starts_with('$') {
            true => outputs::find(&known.all(), index),
            false => known.look(index).unwrap_or_default(),
        };
        let wanted = self.value(&Value::String(value.clone()), known)?;
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let key = key.trim_start_matches("$.");
        let list = rows(&list);
        let is_it = |row: &&Value| reach(row, key).is_some_and(|own| text(own) == text(&wanted));
        let found = list.into_iter().find(is_it);
        let Some(row) = found else { return Ok(Value::Null) };
        if keep.is_empty() {
            return Ok(row.clone());
        }
        Ok(Value::Object(
            keep.iter()
                .map(|name| (name.clone(), row.get(name).cloned().unwrap_or_default()))
                .collect(),
        ))
    }

    /// What the function gives back.
    ///
    /// # Errors
    /// The name that nobody knows.
    pub fn result(&self, known: &Known) -> Result<Value, String> {
        let outputs = &self.function.outputs;
        match &self.function.work {
            Work::Call(_) => Ok(outputs::shape(outputs, &known.last)),
            Work::Ref(..) | Work::Mock => {
                let value = outputs::shape(outputs, &Value::Null);
                template::fill(&value, &|name| {
                    Some(known.look(self.bare(name)).unwrap_or_default())
                })
            }
            Work::Steps(_, mappings) if !mappings.is_empty() => {
                let mut built = Map::new();
                for (name, template) in mappings {
                    built.insert(name.clone(), self.value(template, known)?);
                }
                Ok(outputs::shape(outputs, &Value::Object(built)))
            }
            Work::Steps(..) => {
                let whole = outputs::is_identity(outputs);
                Ok(if whole { known.last.clone() } else { outputs::shape(outputs, &known.all()) })
            }
        }
    }

    /// What is wrong with the type of what is given back.
    pub fn mistyped(&self, value: &Value) -> Option<String> {
        let first = self.function.outputs.first().filter(|output| output.name.is_none())?;
        let fits = match first.kind {
            Type::Object => value.is_object(),
            Type::Array => value.is_array(),
            Type::String => value.is_string(),
            Type::Boolean => value.is_boolean(),
            Type::Integer | Type::Number => value.is_number(),
            Type::Any => true,
        };
        (!fits && !value.is_null())
            .then(|| format!("the file says {}, and the answer is not", first.kind.phrase()))
    }
}

/// What stands under a dotted path.
fn reach<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let mut found = value;
    for part in path.split('.') {
        found = found.get(part)?;
    }
    Some(found)
}

/// The rows of a list, or of the first list within.
fn rows(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(map) => map
            .values()
            .find_map(Value::as_array)
            .map_or_else(Vec::new, |items| items.iter().collect()),
        _ => Vec::new(),
    }
}

impl Known {
    fn all(&self) -> Value {
        Value::Object(self.inputs.clone().into_iter().chain(self.steps.clone()).collect())
    }

    fn look(&self, name: &str) -> Option<Value> {
        let mut parts = name.split('.');
        let first = parts.next()?;
        let found = self.inputs.get(first).or_else(|| self.steps.get(first));
        let found = found.and_then(|found| {
            parts.try_fold(found, |value, part| match value {
                Value::Array(items) => items.get(part.parse::<usize>().ok()?),
                value => value.get(part),
            })
        });
        match found {
            Some(value) => Some(value.clone()),
            None if self.rehearsal && (self.steps.contains_key(first) || name.contains('.')) => {
                Some(format!("<{name}>").into())
            }
            None => None,
        }
    }
}
