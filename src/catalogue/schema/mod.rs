//! What an operation accepts: arguments checked and put into their wire names. Says nothing of
//! where an argument travels; the same rules as a JSON Schema are in `json`.

mod json;
mod words;

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

pub use json::{input_schema, output_schema};
use words::{shown, wrong};

use crate::catalogue::name::{did_you_mean, fold, nearest};
use crate::catalogue::operation::{Operation, Param, Type};
use crate::error::{Fault, Kind};

/// The largest whole number a Lua number holds exactly.
const SAFE_INTEGER: f64 = 9_007_199_254_740_992.0;

/// The arguments under their wire names, checked and completed with defaults. Names may come in
/// any case and separator.
///
/// # Errors
/// [`Kind::Usage`] for unknown, ambiguous, missing or wrong arguments; [`Kind::EventInvalid`] with
/// the service's own code where the row names one.
pub fn normalise(
    operation: &Operation,
    given: Map<String, Value>,
) -> Result<Map<String, Value>, Fault> {
    let mut values: Vec<Option<Value>> = vec![None; operation.params.len()];
    for (written, value) in given {
        let (at, name, param) = param_of(operation, &written)?;
        if values[at].is_some() {
            return Err(
                Fault::usage(format!("`{name}` is given twice, once as `{written}`")).param(name)
            );
        }
        // A null for something optional is the same as not giving it, as in Lua.
        if value.is_null() && !param.nullable {
            continue;
        }
        values[at] = Some(convert(name, param, value)?);
    }
    let declared = operation.params.iter().zip(values);
    let given = declared.filter_map(|((name, param), value)| {
        Some((name.clone(), value.or_else(|| param.default.clone())?))
    });
    let args = given.collect();
    required(operation, &args)?;
    Ok(args)
}

/// The wire name that `written` means.
///
/// # Errors
/// [`Kind::Usage`] with the nearest names.
pub fn param_name<'a>(operation: &'a Operation, written: &str) -> Result<&'a str, Fault> {
    param_of(operation, written).map(|(_, name, _)| name)
}

/// The parameter that `written` means: its place among the declared ones, its name, the parameter.
fn param_of<'a>(
    operation: &'a Operation,
    written: &str,
) -> Result<(usize, &'a str, &'a Param), Fault> {
    if let Some((at, name, param)) = operation.params.get_full(written) {
        return Ok((at, name, param));
    }
    let folded = fold(written);
    let mut all = operation.params.iter().enumerate();
    if let Some((at, (name, param))) = all.find(|(_, (name, _))| fold(name) == folded) {
        return Ok((at, name, param));
    }
    let full = operation.full_name();
    let near = nearest(written, operation.params.keys().map(String::as_str));
    let hint = did_you_mean(&near).unwrap_or_else(|| {
        if operation.params.is_empty() {
            format!("`{full}` takes no parameters")
        } else {
            let names: Vec<_> = operation.params.keys().map(String::as_str).collect();
            format!("it takes {}", names.join(", "))
        }
    });
    Err(Fault::usage(format!("`{full}` has no parameter `{written}`"))
        .code("unknown_parameter")
        .param(written)
        .hint(hint))
}

fn required(operation: &Operation, args: &Map<String, Value>) -> Result<(), Fault> {
    for (names, code) in &operation.one_of {
        if !names.iter().any(|name| args.get(name).is_some_and(present)) {
            let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let message = format!("`{}` needs one of {list}", operation.full_name());
            return Err(refuse(code.as_deref(), "missing_parameter", message).param(&names[0]));
        }
    }
    let missing: Vec<(&String, &Param)> = operation
        .params
        .iter()
        .filter(|(name, param)| param.required && !args.get(*name).is_some_and(present))
        .collect();
    let Some((first, param)) = missing.first() else { return Ok(()) };
    let names: Vec<_> = missing.iter().map(|(name, _)| name.as_str()).collect();
    let message = format!("Missing required parameter(s): {}", names.join(", "));
    let hint = format!("see docs.read(\"{}\")", operation.full_name());
    Err(refuse(param.reject.missing.as_deref(), "missing_parameter", message)
        .param(first.as_str())
        .hint(hint))
}

fn present(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

/// A refusal with the service's own code when it has one, else an ordinary wrong argument.
fn refuse(own: Option<&str>, otherwise: &'static str, message: String) -> Fault {
    match own {
        Some(code) => Fault::new(Kind::EventInvalid, message).code(code.to_owned()),
        None => Fault::usage(message).code(otherwise),
    }
}

/// The value as the parameter wants it.
fn convert(path: &str, param: &Param, value: Value) -> Result<Value, Fault> {
    if value.is_null() && param.nullable {
        return Ok(value);
    }
    let value = match (param.kind, value) {
        (Type::Any, value)
        | (Type::Boolean, value @ Value::Bool(_))
        | (Type::Number, value @ Value::Number(_)) => value,
        (Type::Object, Value::Object(map)) => Value::Object(fields(path, param, map)?),
        (Type::Array, Value::Array(items)) => Value::Array(elements(path, param, items)?),
        // An empty Lua table is an empty list where a list is wanted.
        (Type::Array, Value::Object(map)) if map.is_empty() => Value::Array(Vec::new()),
        (Type::Object, Value::Array(items)) if items.is_empty() => Value::Object(Map::new()),
        (Type::String, Value::String(text)) => {
            check_text(path, param, &text)?;
            Value::String(text)
        }
        (Type::String, Value::Number(number)) if param.from_integer => match integer(&number) {
            Some(text) => Value::String(text.into_owned()),
            None => return Err(wrong(path, param, &Value::Number(number))),
        },
        (Type::Integer, Value::Number(number)) => match integer(&number) {
            Some(text) => {
                Value::Number(text.parse().map_err(|_| wrong(path, param, &Value::Null))?)
            }
            None => return Err(wrong(path, param, &Value::Number(number))),
        },
        (_, value) => return Err(wrong(path, param, &value)),
    };
    check_bounds(path, param, &value)?;
    Ok(value)
}

fn fields(path: &str, param: &Param, map: Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    if param.properties.is_empty() {
        let deep = map.iter().find(|(_, value)| value.is_array() || value.is_object());
        return match deep.filter(|_| param.flat) {
            None => Ok(map),
            Some((name, value)) => {
                let message = format!("`{path}.{name}` cannot be {}", shown(value));
                Err(Fault::usage(message)
                    .param(format!("{path}.{name}"))
                    .hint("give text, a number or a boolean; a list or an object as JSON text"))
            }
        };
    }
    let mut fields = Map::new();
    for (written, value) in map {
        let folded = fold(&written);
        let Some((name, field)) =
            param.properties.iter().find(|(name, _)| **name == written || fold(name) == folded)
        else {
            let near = nearest(&written, param.properties.keys().map(String::as_str));
            let fault = Fault::usage(format!("`{path}` has no field `{written}`"))
                .code("unknown_parameter")
                .param(format!("{path}.{written}"));
            return Err(match did_you_mean(&near) {
                Some(hint) => fault.hint(hint),
                None => fault,
            });
        };
        fields.insert(name.clone(), convert(&format!("{path}.{name}"), field, value)?);
    }
    let missing =
        param.properties.iter().find(|(name, field)| field.required && !fields.contains_key(*name));
    match missing {
        Some((name, field)) => Err(refuse(
            field.reject.missing.as_deref(),
            "missing_parameter",
            format!("Missing required parameter(s): {path}.{name}"),
        )
        .param(format!("{path}.{name}"))),
        None => Ok(fields),
    }
}

fn elements(path: &str, param: &Param, items: Vec<Value>) -> Result<Vec<Value>, Fault> {
    let Some(item) = &param.items else { return Ok(items) };
    items
        .into_iter()
        .enumerate()
        .map(|(index, value)| convert(&format!("{path}[{index}]"), item, value))
        .collect()
}

/// One element of a list, checked like those of an argument; `path` is where it stands.
///
/// # Errors
/// As [`normalise`].
pub fn element(path: &str, param: &Param, value: Value) -> Result<Value, Fault> {
    convert(path, param, value)
}

/// The decimal text of a number that is whole and exact.
fn integer(number: &Number) -> Option<Cow<'_, str>> {
    let text = number.as_str();
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return Some(Cow::Borrowed(text));
    }
    let float = number.as_f64()?;
    (float.fract() == 0.0 && float.abs() <= SAFE_INTEGER).then(|| Cow::Owned(format!("{float:.0}")))
}

fn check_text(path: &str, param: &Param, text: &str) -> Result<(), Fault> {
    if let Some(longest) = param.max_length
        && text.chars().count() > longest
    {
        let message = format!("`{path}` is longer than {longest} characters");
        return Err(refuse(param.reject.long.as_deref(), "too_long", message).param(path));
    }
    if param.format.as_deref() == Some("date-time") && text.parse::<jiff::Timestamp>().is_err() {
        let message = format!("`{path}` is not an RFC 3339 time");
        return Err(refuse(param.reject.wrong.as_deref(), "invalid_argument", message)
            .param(path)
            .hint("write it as 2026-01-31T12:00:00Z"));
    }
    Ok(())
}

fn check_bounds(path: &str, param: &Param, value: &Value) -> Result<(), Fault> {
    if !param.choices.is_empty() && !param.choices.contains(value) {
        let choices: Vec<_> = param.choices.iter().map(shown).collect();
        let fault = Fault::usage(format!("`{path}` cannot be {}", shown(value))).param(path);
        return Err(fault.hint(format!("choose one of {}", choices.join(", "))));
    }
    let Some(number) = value.as_f64().filter(|_| value.is_number()) else { return Ok(()) };
    #[expect(clippy::cast_precision_loss, reason = "bounds in rows are small")]
    let (low, high) = (param.minimum.map(|n| n as f64), param.maximum.map(|n| n as f64));
    if low.is_some_and(|low| number < low) || high.is_some_and(|high| number > high) {
        let bounds = match (param.minimum, param.maximum) {
            (Some(low), Some(high)) => format!("between {low} and {high}"),
            (Some(low), None) => format!("at least {low}"),
            (_, high) => format!("at most {}", high.unwrap_or(i64::MAX)),
        };
        return Err(Fault::usage(format!("`{path}` must be {bounds}")).param(path));
    }
    Ok(())
}

/// Positional values under the names of the parameters in declared order.
///
/// # Errors
/// [`Kind::Usage`] when there are more values than parameters.
pub fn positional(operation: &Operation, values: Vec<Value>) -> Result<Map<String, Value>, Fault> {
    if values.len() > operation.params.len() {
        return Err(Fault::usage(format!(
            "`{}` takes {} parameter(s), {} were given",
            operation.full_name(),
            operation.params.len(),
            values.len()
        )));
    }
    Ok(operation.params.keys().cloned().zip(values).filter(|(_, value)| !value.is_null()).collect())
}
