//! Events judged by a plan as Protocols judges them: the rule is found by the event's type, name and
//! `context.protocols.event_version` (the oldest version when there is none, or no such one), and
//! its JSON Schema and the plan's common one are applied to the whole event. The only module that
//! knows the schema library. Messages never repeat the event's values: they end up in logs.

use std::collections::HashMap;
use std::sync::OnceLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::Value;

use super::document::{Plan, Rule, RuleKind};
use crate::catalogue::name::{did_you_mean, nearest};
use crate::error::Fault;
use crate::segment::check::Finding;

/// The most violations told of one event and rule.
const MOST: usize = 20;

/// What to make of a `track` event that no rule is about. Segment lets it pass or blocks it, as the
/// source's schema settings say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unplanned {
    /// It fails.
    #[default]
    Error,
    /// It is told of.
    Warning,
    /// It is fine.
    Allow,
}

/// A plan ready to judge events. Schemas are compiled when the first event needs them.
#[derive(Debug)]
pub struct Judge {
    plan: Plan,
    compiled: Vec<OnceLock<Result<Option<Validator>, String>>>,
    /// The rules of a kind and key by their place, the oldest version first.
    places: HashMap<RuleKind, HashMap<String, Vec<usize>>>,
    unplanned: Unplanned,
}

impl Judge {
    /// A judge by this plan.
    pub fn new(plan: Plan, unplanned: Unplanned) -> Self {
        let mut places: HashMap<RuleKind, HashMap<String, Vec<usize>>> = HashMap::new();
        for (at, rule) in plan.rules.iter().enumerate() {
            places.entry(rule.kind).or_default().entry(rule.key.clone()).or_default().push(at);
        }
        for of_key in places.values_mut().flat_map(HashMap::values_mut) {
            of_key.sort_by_key(|at| plan.rules[*at].version);
        }
        let compiled = plan.rules.iter().map(|_| OnceLock::new()).collect();
        Self { plan, compiled, places, unplanned }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The rules whose schemas cannot be used, each with the reason. Compiles all of them.
    pub fn broken(&self) -> Vec<(&Rule, &str)> {
        let why = |at: usize| Some((&self.plan.rules[at], self.validator(at).err()?));
        (0..self.plan.rules.len()).filter_map(why).collect()
    }

    /// Refuses a plan with rules that cannot be used.
    ///
    /// # Errors
    /// `plan_invalid` with the rules.
    pub fn check(&self) -> Result<(), Fault> {
        let broken = self.broken();
        let Some((rule, why)) = broken.first() else { return Ok(()) };
        let more = match broken.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more rules)"),
        };
        let message = format!(
            "`{}` has an invalid schema in rule {}: {why}{more}",
            self.plan.title(),
            rule.title()
        );
        Err(Fault::usage(message)
            .code("plan_invalid")
            .hint("mend the rule at Segment, then pull again"))
    }

    /// Everything that an event with this `type` on the wire has against the plan.
    pub fn judge(&self, kind: &str, event: &Value) -> Vec<Finding> {
        let mut found = Vec::new();
        let Some(rule_kind) = RuleKind::parse(kind).filter(|kind| *kind != RuleKind::Common) else {
            return found;
        };
        let name = match rule_kind {
            RuleKind::Track => event["event"].as_str(),
            RuleKind::Page | RuleKind::Screen => event["name"].as_str(),
            _ => None,
        };
        let name = name.unwrap_or_default();
        match self.versions(rule_kind, name) {
            Some(versions) => {
                self.apply(self.version_for(versions, event, &mut found), event, &mut found)
            }
            None if rule_kind == RuleKind::Track && !name.is_empty() => {
                found.extend(self.unplanned(name));
            }
            None => {}
        }
        for common in self.versions(RuleKind::Common, "").into_iter().flatten() {
            self.apply(*common, event, &mut found);
        }
        found
    }

    /// The rules about events of this name, else those about all events of the kind.
    fn versions(&self, kind: RuleKind, name: &str) -> Option<&Vec<usize>> {
        let of_kind = self.places.get(&kind)?;
        of_kind.get(name).or_else(|| of_kind.get(""))
    }

    fn version_for(&self, versions: &[usize], event: &Value, found: &mut Vec<Finding>) -> usize {
        let oldest = versions.first().copied().unwrap_or_default();
        let wanted = &event["context"]["protocols"]["event_version"];
        if wanted.is_null() {
            return oldest;
        }
        let fits = |at: &&usize| wanted.as_i64() == Some(self.plan.rules[**at].version);
        if let Some(at) = versions.iter().find(fits) {
            return *at;
        }
        let message = format!(
            "the plan has no such version of the event, so version {} was taken",
            self.plan.rules[oldest].version
        );
        let path = "context.protocols.event_version";
        found.push(Finding::warning("plan_version_unknown", path, message));
        oldest
    }

    fn unplanned(&self, name: &str) -> Option<Finding> {
        let message = format!("no rule of `{}` is about `{name}`", self.plan.title());
        let finding = match self.unplanned {
            Unplanned::Error => Finding::error("unplanned_event", "event", message),
            Unplanned::Warning => Finding::warning("unplanned_event", "event", message),
            Unplanned::Allow => return None,
        };
        let planned = self.places.get(&RuleKind::Track);
        let near = nearest(name, planned.into_iter().flat_map(HashMap::keys).map(String::as_str));
        Some(match did_you_mean(&near) {
            Some(hint) => finding.hint(hint),
            None => finding,
        })
    }

    fn apply(&self, at: usize, event: &Value, found: &mut Vec<Finding>) {
        let rule = &self.plan.rules[at];
        match self.validator(at) {
            Ok(Some(validator)) if validator.is_valid(event) => {}
            Ok(Some(validator)) => {
                found.extend(
                    validator.iter_errors(event).take(MOST).flat_map(|why| violation(&why)),
                );
            }
            Ok(None) => {}
            Err(why) => {
                let message = format!("rule {} has an invalid schema: {why}", rule.title());
                found.push(Finding::error("plan_invalid", "", message));
            }
        }
        for field in ["properties", "traits"] {
            unplanned_keys(&rule.schema, field, event, found);
        }
        if let Some(at) = &rule.deprecated_at {
            let message = format!("rule {} is deprecated since {at}", rule.title());
            found.push(Finding::warning("event_deprecated", "event", message));
        }
    }

    fn validator(&self, at: usize) -> Result<Option<&Validator>, &str> {
        let compiled = self.compiled[at].get_or_init(|| compile(&self.plan.rules[at].schema));
        compiled.as_ref().map(Option::as_ref).map_err(String::as_str)
    }
}

/// A schema made ready. Patterns are matched in linear time, so that no plan can stop a run; like
/// Segment's, they know no look-around. Nothing is fetched.
fn compile(schema: &Value) -> Result<Option<Validator>, String> {
    if schema.is_null() {
        return Ok(None);
    }
    let mut options = jsonschema::options()
        .offline()
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex());
    if schema.get("$schema").is_none() {
        options = options.with_draft(Draft::Draft7);
    }
    options.build(schema).map(Some).map_err(|why| {
        let place = dotted(&why);
        let place = if place.is_empty() { place } else { format!(" at {place}") };
        format!("{}{place}", why.masked())
    })
}

/// What one violation comes to, a finding for each key it is about.
fn violation(why: &ValidationError<'_>) -> Vec<Finding> {
    let path = dotted(why);
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let one = |path: String, message: String| Finding::error("plan_violation", path, message);
    match why.kind() {
        ValidationErrorKind::Required { property } => {
            let path = below(property.as_str().unwrap_or_default());
            let message = format!("`{path}` is missing");
            vec![one(path, message)]
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let not_allowed = |key: &String| {
                let path = below(key);
                let message = format!("the plan does not allow `{path}`");
                one(path, message)
            };
            unexpected.iter().map(not_allowed).collect()
        }
        _ => {
            let what = if path.is_empty() { "the event".to_owned() } else { format!("`{path}`") };
            let message = why.masked_with(what.as_str()).to_string();
            let message = match message.contains(&what) {
                true => message,
                false => format!("{what}: {message}"),
            };
            vec![one(path, message)]
        }
    }
}

/// `/properties/items/0/sku` → `properties.items[0].sku`.
fn dotted(why: &ValidationError<'_>) -> String {
    let mut path = String::new();
    for segment in why.instance_path().segments() {
        let text = segment.to_string();
        if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() && !path.is_empty() {
            path += &format!("[{text}]");
        } else {
            path += if path.is_empty() { "" } else { "." };
            path += &text;
        }
    }
    path
}

/// Keys that the rule does not name although it names others: nothing is said about them, which is
/// how a misspelt one passes. Segment calls them unplanned and may omit them.
fn unplanned_keys(schema: &Value, field: &str, event: &Value, found: &mut Vec<Finding>) {
    let rule = &schema["properties"][field];
    let settled = ["additionalProperties", "patternProperties", "unevaluatedProperties"];
    let Some(planned) = rule["properties"].as_object().filter(|planned| !planned.is_empty()) else {
        return;
    };
    let Some(given) = event[field].as_object() else { return };
    if settled.iter().any(|key| rule.get(key).is_some_and(|value| *value != Value::Bool(true))) {
        return;
    }
    for key in given.keys().filter(|key| !planned.contains_key(*key)).take(MOST) {
        let message = format!("the plan says nothing about `{field}.{key}`");
        let finding = Finding::warning("unplanned_property", format!("{field}.{key}"), message);
        let near = nearest(key, planned.keys().map(String::as_str));
        found.push(match did_you_mean(&near) {
            Some(hint) => finding.hint(hint),
            None => finding,
        });
    }
}

#[cfg(test)]
mod tests;
