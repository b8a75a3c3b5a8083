//! What the user wants, gathered from flags and from JSON on standard input, and checked.

use std::io::BufRead;

use serde_json::{Map, Value};

use super::ConfigureArgs;
use crate::catalogue::name::{did_you_mean, nearest};
use crate::catalogue::operation::{Field, FieldKind};
use crate::catalogue::{Effect, Provider};
use crate::engine::account::{check_url, choose};
use crate::engine::policy::Policy;
use crate::error::Fault;
use crate::settings::is_reference;

/// How a key in PEM begins.
const PEM: &str = "-----BEGIN ";

/// Whose settings are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Scope {
    /// The user's.
    #[default]
    Global,
    /// The project's.
    Project,
}

impl Scope {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Project => "project",
        }
    }
}

/// What is to be written down.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Wish {
    pub(super) account: Option<String>,
    pub(super) scope: Scope,
    /// Field and value, each field once.
    pub(super) set: Vec<(String, String)>,
    pub(super) unset: Vec<String>,
    pub(super) enabled: Option<bool>,
    pub(super) policies: Vec<(Effect, Policy)>,
}

impl Wish {
    /// Gathers. `stdin` is read only where the flags ask for it; what `before` gives lives while a
    /// value is typed.
    pub(super) fn of<T>(
        provider: &Provider,
        args: &ConfigureArgs,
        stdin: &mut impl BufRead,
        before: impl Fn(&str) -> T,
    ) -> Result<Self, Fault> {
        let mut wish = if args.stdin_json { from_json(stdin)? } else { Self::default() };
        if args.account.is_some() && args.account.as_deref() != Some("default")
            || wish.account.is_none()
        {
            wish.account.clone_from(&args.account);
        }
        if args.project {
            wish.scope = Scope::Project;
        }
        for pair in &args.set {
            let (name, value) = pair.split_once('=').ok_or_else(|| {
                // What stands there may well be the credential itself.
                Fault::usage("`--set` takes KEY=VALUE, and one has no `=`")
                    .hint("write --set KEY=- to type the value in")
            })?;
            let value = match value {
                "-" if args.stdin_json => {
                    return Err(Fault::usage("standard input cannot be both JSON and a value"));
                }
                "-" => {
                    let _hidden = before(name);
                    typed(stdin, name)?
                }
                value => value.to_owned(),
            };
            wish.put(name, value);
        }
        wish.unset.extend(args.unset.iter().cloned());
        match (args.enable, args.disable) {
            (true, true) => {
                return Err(Fault::usage("`--enable` and `--disable` exclude each other"));
            }
            (true, false) => wish.enabled = Some(true),
            (false, true) => wish.enabled = Some(false),
            (false, false) => {}
        }
        wish.add_policies(args)?;
        if wish.is_empty() && !args.stdin_json {
            return Err(Fault::usage("nothing to configure").hint(format!(
                "say what, for example --set {}=-, --enable or --write allow",
                provider.fields.first().map_or("key", |field| &field.name)
            )));
        }
        Ok(wish)
    }

    fn is_empty(&self) -> bool {
        self.set.is_empty()
            && self.unset.is_empty()
            && self.enabled.is_none()
            && self.policies.is_empty()
    }

    fn put(&mut self, name: &str, value: String) {
        self.set.retain(|(have, _)| have != name);
        self.set.push((name.to_owned(), value));
    }

    fn add_policies(&mut self, args: &ConfigureArgs) -> Result<(), Fault> {
        let mut early = Vec::new();
        for pair in args.permissions.iter().flat_map(|list| list.split(',')) {
            let (effect, policy) = pair.trim().split_once(':').unwrap_or((pair, ""));
            early.push(permission(effect, policy)?);
        }
        let flags = [&args.read, &args.write, &args.replace, &args.destroy, &args.erase];
        let mut late = Vec::new();
        for (effect, policy) in Effect::ALL.iter().zip(flags) {
            if let Some(policy) = policy {
                late.push(permission(effect.word(), policy)?);
            }
        }
        // The list yields to the JSON, and both yield to the flag of the effect itself.
        let given = early.into_iter().chain(std::mem::take(&mut self.policies)).chain(late);
        for (effect, policy) in given {
            self.policies.retain(|(have, _)| *have != effect);
            self.policies.push((effect, policy));
        }
        Ok(())
    }

    /// Refuses fields that do not exist and values that cannot be right.
    pub(super) fn check(&self, provider: &Provider) -> Result<(), Fault> {
        let names = self.set.iter().map(|(name, _)| name).chain(&self.unset);
        for name in names {
            if provider.field(name).is_none() {
                return Err(unknown_field(provider, name));
            }
        }
        if let Some((name, _)) = self.set.iter().find(|(name, _)| self.unset.contains(name)) {
            return Err(Fault::usage(format!("`{name}` is to be both set and unset")).param(name));
        }
        for (name, value) in &self.set {
            let Some(field) = provider.field(name) else { continue };
            check_value(field, value).map_err(|why| {
                Fault::usage(format!("`{name}`: {why}")).code("bad_field_value").param(name)
            })?;
        }
        Ok(())
    }
}

fn check_value(field: &Field, value: &str) -> Result<(), String> {
    if value.trim().is_empty() {
        return Err(format!("is empty; `--unset {}` forgets it", field.name));
    }
    if is_reference(value) {
        let target = value.split_once(':').map_or("", |(_, target)| target);
        let missing = || format!("`{value}` names no place");
        return if target.trim().is_empty() { Err(missing()) } else { Ok(()) };
    }
    match field.kind {
        FieldKind::Secret if value.starts_with(PEM) => Ok(()),
        FieldKind::Secret if value.chars().any(|c| c.is_whitespace() || c.is_control()) => {
            Err("a credential has no blanks in it; was more pasted than the credential?".into())
        }
        FieldKind::Url => check_url(value),
        FieldKind::Secret => Ok(()),
        FieldKind::Text => choose(field, value.to_owned()).map(drop),
    }
}

fn unknown_field(provider: &Provider, name: &str) -> Fault {
    let fields: Vec<&str> = provider.fields.iter().map(|field| field.name.as_str()).collect();
    let near = nearest(name, fields.iter().copied());
    let hint = did_you_mean(&near).unwrap_or_else(|| format!("there are: {}", fields.join(", ")));
    Fault::usage(format!("{} accounts have no field `{name}`", provider.title))
        .code("unknown_field")
        .param(name)
        .hint(hint)
}

fn permission(effect: &str, policy: &str) -> Result<(Effect, Policy), Fault> {
    let wrong = || {
        let message = format!(
            "Invalid permission '{effect}:{policy}'. Use read, write, replace, destroy or erase \
             with allow, ask, or deny."
        );
        Fault::usage(message).code("bad_permission")
    };
    let effect = Effect::parse(effect.trim()).ok_or_else(wrong)?;
    Ok((effect, Policy::parse(policy.trim()).ok_or_else(wrong)?))
}

/// A line of standard input, which the list of processes does not show; a key in PEM goes on to its
/// last line.
fn typed(stdin: &mut impl BufRead, name: &str) -> Result<String, Fault> {
    let mut text = String::new();
    loop {
        let read = stdin
            .read_line(&mut text)
            .map_err(|error| Fault::io("cannot read standard input", &error))?;
        if read == 0 && text.is_empty() {
            return Err(Fault::usage(format!("standard input ended before the value of `{name}`"))
                .hint(format!("for example: printf %s \"$KEY\" | kosmo … --set {name}=-")));
        }
        if read == 0 || !text.starts_with(PEM) || text.contains("-----END ") {
            return Ok(text.trim().to_owned());
        }
    }
}

fn from_json(stdin: &mut impl BufRead) -> Result<Wish, Fault> {
    let mut text = String::new();
    stdin
        .read_to_string(&mut text)
        .map_err(|error| Fault::io("cannot read standard input", &error))?;
    let invalid = |why: String| Fault::usage("Invalid JSON supplied on stdin.").hint(why);
    let value: Value = match text.trim() {
        "" => Value::Object(Map::new()),
        // The parser's own words name a place, never the text around it.
        text => serde_json::from_str(text).map_err(|error| invalid(error.to_string()))?,
    };
    let object = value.as_object().ok_or_else(|| invalid("an object is expected".into()))?;
    let known = ["account", "scope", "set", "credentials", "unset", "enabled", "permissions"];
    if let Some(key) = object.keys().find(|key| !known.contains(&key.as_str())) {
        let hint = did_you_mean(&nearest(key, known));
        return Err(invalid(hint.unwrap_or_else(|| format!("there are: {}", known.join(", ")))));
    }
    let wrong = |key: &str, wanted: &str| invalid(format!("`{key}` must be {wanted}"));
    let mut wish = Wish::default();
    for (key, value) in object {
        match (key.as_str(), value) {
            (_, Value::Null) => {}
            ("account", Value::String(name)) => wish.account = Some(name.clone()),
            ("scope", Value::String(word)) if word == "global" => wish.scope = Scope::Global,
            ("scope", Value::String(word)) if word == "project" => wish.scope = Scope::Project,
            ("set" | "credentials", Value::Object(fields)) => {
                for (name, value) in fields {
                    let text = value.as_str().ok_or_else(|| wrong(name, "text"))?;
                    // `set` wins over its older name.
                    if key == "set" || !wish.set.iter().any(|(have, _)| have == name) {
                        wish.put(name, text.to_owned());
                    }
                }
            }
            ("unset", Value::Array(names)) => {
                for name in names {
                    let name = name.as_str().ok_or_else(|| wrong("unset", "a list of names"))?;
                    wish.unset.push(name.to_owned());
                }
            }
            ("enabled", Value::Bool(enabled)) => wish.enabled = Some(*enabled),
            ("permissions", Value::Object(policies)) => {
                for (effect, policy) in policies {
                    wish.policies.push(permission(effect, policy.as_str().unwrap_or_default())?);
                }
            }
            ("account", _) => return Err(wrong(key, "text")),
            ("scope", _) => return Err(wrong(key, "`global` or `project`")),
            ("unset", _) => return Err(wrong(key, "a list of names")),
            ("enabled", _) => return Err(wrong(key, "true or false")),
            (_, _) => return Err(wrong(key, "an object")),
        }
    }
    Ok(wish)
}
