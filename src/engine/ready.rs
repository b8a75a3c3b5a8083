//! From a wish to what can be bound: the route, and the arguments under their wire names, completed
//! from the account and by the service's own rules. Whether they may be sent is `policy`'s business.

use serde_json::{Map, Value};

use super::Engine;
use super::account::Account;
use super::args::Args;
use super::call::{Options, Warning};
use super::hooks::Draft;
use crate::catalogue::name::fold;
use crate::catalogue::operation::Place;
use crate::catalogue::{Operation, Param, Provider, Route, schema};
use crate::error::Fault;
use crate::redact::{Secret, names_a_secret};

impl Engine {
    /// The first route whose credential the account has; the first of all when it has none, so
    /// that the complaint is about the best one.
    pub(super) fn choose<'a>(
        &self,
        provider: &Provider,
        operation: &'a Operation,
        account: &Account,
    ) -> &'a Route {
        let has = |route: &&Route| match &provider.services[&route.service].secret {
            Some(field) => self.accounts.has(provider, account, field),
            None => true,
        };
        operation.routes.iter().find(has).unwrap_or_else(|| operation.route())
    }

    /// The arguments under their wire names, checked, with the account's fields where the caller
    /// gave nothing.
    pub(super) fn arguments(
        &self,
        provider: &Provider,
        operation: &Operation,
        route: &Route,
        account: &Account,
        args: Args,
    ) -> Result<Map<String, Value>, Fault> {
        let mut named = args.named(operation)?;
        self.stand_in((provider, operation, route), account, &mut named)?;
        let args = schema::normalise(operation, named)?;
        if let Some(mask) = &provider.services[&route.service].mask {
            for (name, value) in &args {
                unmasked(name, value, mask)?;
            }
        }
        Ok(args)
    }

    /// Learns the secrets among the parts of a path: an address is written down in many places.
    pub(super) fn learn_path<'a>(&self, parts: impl Iterator<Item = (&'a str, &'a Value)>) {
        for (_, value) in parts.filter(|(name, _)| names_a_secret(name)) {
            if let Some(text) = value.as_str() {
                self.redactor.learn(&Secret::new(text));
            }
        }
    }

    pub(super) fn stand_in(
        &self,
        (provider, operation, route): (&Provider, &Operation, &Route),
        account: &Account,
        named: &mut Map<String, Value>,
    ) -> Result<(), Fault> {
        for (name, param) in &operation.params {
            let Some(field) = &param.field else { continue };
            let is = |(key, value): (&String, &Value)| fold(key) == fold(name) && !value.is_null();
            if named.iter().any(is) {
                continue;
            }
            if let Some(value) = self.accounts.field(provider, account, field)? {
                named.insert(name.clone(), Value::String(value));
            } else if route.placeholders().any(|placeholder| placeholder == name) {
                let message = format!("Missing required parameter(s): {name}");
                return Err(Fault::usage(message).code("missing_parameter").param(name).hint(
                    format!(
                        "give it, or let the account know it: kosmo integrations:configure {} --set {field}=…",
                        provider.name
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The arguments as they travel: completed and checked by the service's own rules, with what
    /// is to be known of them.
    pub(super) fn prepare(
        &self,
        (provider, operation, route): (&Provider, &Operation, &Route),
        account: &Account,
        options: &Options,
        args: Map<String, Value>,
    ) -> Result<(Map<String, Value>, Vec<Warning>), Fault> {
        let mut body = spread(operation, args)?;
        let mut warnings = Vec::new();
        let service = &provider.services[&route.service];
        if let (Some(hooks), Some(name)) = (self.hooks(&provider.name), &service.prepare) {
            let engine = self;
            let draft = Draft { engine, provider, operation, account, options, body: &mut body };
            warnings = hooks.prepare(name, draft)?;
        }
        // One request can ask for one kind only; the others follow in their turn.
        if let Some(name) = &operation.each
            && let Some(first) = operation.params[name].choices.first()
        {
            body.entry(name.as_str()).or_insert_with(|| first.clone());
        }
        Ok((body, warnings))
    }
}

/// The arguments with the one that is the body taken apart into what it holds.
fn spread(
    operation: &Operation,
    mut body: Map<String, Value>,
) -> Result<Map<String, Value>, Fault> {
    let whole = |(_, param): &(&String, &Param)| param.place == Some(Place::Whole);
    let Some((name, _)) = operation.params.iter().find(whole) else { return Ok(body) };
    let Some(Value::Object(inner)) = body.shift_remove(name) else { return Ok(body) };
    for (key, value) in inner {
        if operation.params.contains_key(&key) && key != *name {
            let message = format!("`{name}.{key}` would take the place of `{key}`");
            return Err(Fault::usage(message)
                .param(format!("{name}.{key}"))
                .hint(format!("give `{key}` beside `{name}`, not within")));
        }
        body.insert(key, value);
    }
    Ok(body)
}

/// Refuses a value that a service printed in place of a secret: it would overwrite the real one.
pub(super) fn unmasked(path: &str, value: &Value, mask: &str) -> Result<(), Fault> {
    match value {
        Value::String(text) if text.contains(mask) => {
            Err(Fault::usage(format!("`{path}` is a masked secret, not the secret itself"))
                .code("masked_secret")
                .param(path)
                .hint("leave it out to keep the secret as it is, or give the real one"))
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| unmasked(&format!("{path}[{index}]"), item, mask)),
        Value::Object(map) => {
            map.iter().try_for_each(|(key, item)| unmasked(&format!("{path}.{key}"), item, mask))
        }
        _ => Ok(()),
    }
}
