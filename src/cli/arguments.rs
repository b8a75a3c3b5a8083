//! The words after `integrations:call` as arguments of a function. Values are read by the type the
//! row declares, never by their looks: `--userId=007` is the text `007`. Checking that the arguments
//! are right and complete is the engine's business.

use serde_json::{Map, Value};

use super::stray;
use crate::catalogue::name::fold;
use crate::catalogue::schema::param_name;
use crate::catalogue::{Catalogue, Operation, Param, Type};
use crate::error::Fault;

/// One `--name=value`, `--name value`, `--name` or `--arg name=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flag {
    name: String,
    value: Option<String>,
    /// `:=`, which means that the value is JSON whatever the row says.
    raw: bool,
}

impl Flag {
    fn new(written: &str, value: Option<String>) -> Self {
        match written.strip_suffix(':').filter(|_| value.is_some()) {
            Some(name) => Self { name: name.to_owned(), value, raw: true },
            None => Self { name: written.to_owned(), value, raw: false },
        }
    }

    /// The file in `--name=@file`, when a file of lines may stand for that parameter.
    pub(super) fn lines(&self, operation: &Operation) -> Option<&str> {
        let lines = operation.lines.as_ref().filter(|lines| fold(&self.name) == fold(&lines.param));
        self.value.as_deref().filter(|_| lines.is_some() && !self.raw)?.strip_prefix('@')
    }

    /// `name=value`, as `--arg` takes it.
    ///
    /// # Errors
    /// When there is no `=`.
    pub(super) fn pair(text: &str) -> Result<Self, Fault> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok(Self::new(name, Some(value.to_owned()))),
            _ => Err(Fault::usage(format!("`--arg {text}` must use key=value syntax"))
                .hint("for example `--arg userId=user-42`")),
        }
    }
}

/// What was typed, cut into its parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// The function by any of its names.
    pub(super) function: String,
    /// A JSON object, `@file` or `-`.
    pub(super) payload: Option<String>,
    /// The flags, in order.
    pub(super) flags: Vec<Flag>,
}

/// Cuts the words of a call. The first is the function unless flags come before it; `--` ends the
/// flags.
///
/// # Errors
/// No function, or words too many.
pub(super) fn cut(words: &[String], catalogue: &Catalogue) -> Result<Words, Fault> {
    let find = |function: &str| catalogue.find(function).ok();
    cut_by(words, |function, flag| find(function).is_some_and(|it| is_switch(it, flag)))
}

/// The same where others know whether a flag of a function is a switch.
///
/// # Errors
/// As [`cut`].
pub(super) fn cut_by(
    words: &[String],
    switches: impl Fn(&str, &str) -> bool,
) -> Result<Words, Fault> {
    let mut cut = Words::default();
    let mut plain: Vec<&String> = Vec::new();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        if word == "--" {
            plain.extend(words);
            break;
        }
        let Some(flag) = word.strip_prefix("--") else {
            plain.push(word);
            continue;
        };
        if let Some((name, value)) = flag.split_once('=') {
            cut.flags.push(Flag::new(name, Some(value.to_owned())));
            continue;
        }
        let switch = plain.first().is_some_and(|function| switches(function, flag));
        let value =
            words.next_if(
                |next| {
                    if switch { read_bool(next).is_some() } else { !next.starts_with("--") }
                },
            );
        cut.flags.push(Flag::new(flag, value.cloned()));
    }
    let mut plain = plain.into_iter();
    cut.function = plain.next().cloned().ok_or_else(|| {
        Fault::usage("no function is named")
            .hint("put it first: `kosmo integrations:call segment.track_event …`")
    })?;
    cut.payload = plain.next().cloned();
    match plain.next() {
        Some(word) => Err(Fault::usage(format!("unexpected word `{word}`"))
            .hint("quote the JSON payload so that the shell keeps it in one piece")),
        None => Ok(cut),
    }
}

/// Whether a parameter is either there or not.
pub(super) fn is_switch(operation: &Operation, flag: &str) -> bool {
    !flag.contains('.')
        && param_name(operation, flag)
            .is_ok_and(|name| operation.params[name].kind == Type::Boolean)
}

/// The payload as an object.
///
/// # Errors
/// Where the JSON is wrong, or that it is no object.
pub(super) fn object(text: &str, from: &str) -> Result<Map<String, Value>, Fault> {
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(other) => {
            Err(Fault::usage(format!("{from} must be a JSON object, not {}", word(&other)))
                .hint("for example '{\"userId\": \"user-42\"}'"))
        }
        Err(why) => Err(bad_json(from, &why)),
    }
}

/// A complaint about JSON with its place.
pub(super) fn bad_json(from: &str, why: &serde_json::Error) -> Fault {
    Fault::usage(format!("{from} is not JSON: {why}")).code("invalid_json")
}

/// Payload and flags as one map under the names on the wire; flags win, key by key.
///
/// # Errors
/// A value that its parameter's type cannot be read from, or a flag given twice.
pub(super) fn merge(
    operation: &Operation,
    payload: Map<String, Value>,
    flags: &[Flag],
) -> Result<Map<String, Value>, Fault> {
    let mut args = Map::new();
    for (written, value) in payload {
        let name = param_name(operation, &written).unwrap_or(&written).to_owned();
        if args.insert(name.clone(), value).is_some() {
            return Err(Fault::usage(format!("`{name}` is given twice in the payload")).param(name));
        }
    }
    let mut given: Vec<String> = Vec::new();
    for flag in flags {
        set(operation, &mut args, &mut given, flag)?;
    }
    Ok(args)
}

fn set(
    operation: &Operation,
    args: &mut Map<String, Value>,
    given: &mut Vec<String>,
    flag: &Flag,
) -> Result<(), Fault> {
    let mut keys = flag.name.split('.');
    let first = keys.next().unwrap_or_default();
    let first =
        param_name(operation, first).map_err(|fault| stray::option(operation, first, fault))?;
    let mut param = Some(&operation.params[first]);
    let mut path = first.to_owned();
    let mut slot = args.entry(first).or_insert(Value::Null);
    for key in keys {
        let (key, field) = step(param, key);
        path = format!("{path}.{key}");
        param = field;
        if !slot.is_object() {
            *slot = Value::Object(Map::new());
        }
        // It has just been made an object.
        let Some(map) = slot.as_object_mut() else { return Ok(()) };
        slot = map.entry(key).or_insert(Value::Null);
    }
    let again = given.contains(&path);
    let many = param.is_none_or(|param| matches!(param.kind, Type::Array | Type::Any));
    if again && !many {
        return Err(Fault::usage(format!("`--{path}` is given twice")).param(path));
    }
    let value = read(&path, param, flag)?;
    *slot = match (std::mem::take(slot), value) {
        (Value::Array(mut have), Value::Array(more)) if again => {
            have.extend(more);
            Value::Array(have)
        }
        (Value::Array(mut have), one) if again => {
            have.push(one);
            Value::Array(have)
        }
        (have, one) if again => Value::Array(vec![have, one]),
        (_, value) => value,
    };
    given.push(path);
    Ok(())
}

/// The field a dotted key leads to. Fields the row does not list keep the user's spelling.
fn step<'a>(param: Option<&'a Param>, key: &str) -> (String, Option<&'a Param>) {
    let folded = fold(key);
    let known =
        param.and_then(|param| param.properties.iter().find(|(name, _)| fold(name) == folded));
    match known {
        Some((name, field)) => (name.clone(), Some(field)),
        None => (key.to_owned(), None),
    }
}

/// A flag's value as its parameter's type has it; text where the row declares none.
fn read(path: &str, param: Option<&Param>, flag: &Flag) -> Result<Value, Fault> {
    let kind = param.map_or(Type::Any, |param| param.kind);
    let Some(text) = flag.value.as_deref() else {
        return match kind {
            Type::Boolean => Ok(Value::Bool(true)),
            _ => Err(Fault::usage(format!("`--{path}` needs a value")).param(path)),
        };
    };
    if flag.raw {
        return serde_json::from_str(text)
            .map_err(|why| bad_json(&format!("`--{path}`"), &why).param(path));
    }
    let wrong = |wanted: &str| {
        Fault::usage(format!("`--{path}` must be {wanted}, not `{text}`"))
            .code("wrong_type")
            .param(path)
    };
    match kind {
        Type::String | Type::Any => Ok(Value::String(text.to_owned())),
        Type::Boolean => read_bool(text).map(Value::Bool).ok_or_else(|| wrong("true or false")),
        Type::Integer => number(text)
            .filter(|_| text.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit()))
            .ok_or_else(|| wrong("a whole number")),
        Type::Number => number(text).ok_or_else(|| wrong("a number")),
        Type::Object => match serde_json::from_str(text) {
            Ok(value @ Value::Object(_)) => Ok(value),
            Ok(_) => Err(wrong("a JSON object")),
            Err(why) => Err(bad_json(&format!("`--{path}`"), &why)
                .param(path)
                .hint(format!("write --{path}='{{\"key\": \"value\"}}' or --{path}.key=value"))),
        },
        Type::Array if text.trim_start().starts_with('[') => serde_json::from_str(text)
            .map_err(|why| bad_json(&format!("`--{path}`"), &why).param(path)),
        Type::Array => {
            let item = param.and_then(|param| param.items.as_deref());
            Ok(Value::Array(vec![read(path, item, flag)?]))
        }
    }
}

fn read_bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A JSON number with every digit kept.
fn number(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(Value::is_number)
}

fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests;
