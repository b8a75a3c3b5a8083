//! What a script gives a function: its parameters, and in a second table how the call is to be made.

use mlua::{Lua, MultiValue, Value};
use serde_json::Value as Json;

use super::errors::{Refusal, problem};
use super::host::Host;
use super::value::{to_json, to_text};
use crate::catalogue::operation::Type;
use crate::engine::{Args, Delivery};
use crate::error::Fault;

/// A table is the map of parameters, and a second one says how to call; a list stands for the first
/// parameter if that is one; anything else is given in declared order.
pub(super) fn arguments(
    lua: &Lua,
    host: &Host,
    name: &str,
    args: &MultiValue,
) -> Result<(Args, Option<Delivery>), Refusal> {
    let budget = host.script.limits.memory;
    let convert =
        |value: &Value| to_json(lua, value, budget).map_err(|why| problem("the argument", why));
    let given = args.len();
    let delivery = match args.get(1) {
        Some(second @ Value::Table(_)) if given == 2 && is_table(args.front()) => {
            how(name, &convert(second)?)?
        }
        Some(Value::Nil) if given == 2 => None,
        Some(_) if is_table(args.front()) => return Err(several(name, given).into()),
        _ => None,
    };
    let args = match args.front() {
        None => Args::default(),
        Some(Value::Nil) if given == 1 => Args::default(),
        Some(table @ Value::Table(_)) => {
            let text = to_text(lua, table, budget).map_err(|why| problem("the argument", why))?;
            if text == "[]" {
                Args::default()
            } else if text.starts_with('{') || takes_list(host, name) {
                Args::Json(text)
            } else {
                let message = format!("`{name}` takes a table of named parameters, not a list");
                return Err(Fault::usage(message)
                    .hint("name them, as in { userId = \"user-42\" }")
                    .into());
            }
        }
        Some(_) => Args::Positional(args.iter().map(convert).collect::<Result<_, _>>()?),
    };
    Ok((args, delivery))
}

fn is_table(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Table(_)))
}

/// Whether the first parameter is a list.
fn takes_list(host: &Host, name: &str) -> bool {
    let operation = host.runtime.catalogue().find(name).ok();
    let first = operation.and_then(|operation| operation.params.values().next());
    first.is_some_and(|param| param.kind == Type::Array)
}

fn several(name: &str, given: usize) -> Fault {
    Fault::usage(format!("`{name}` takes one table of parameters, {given} arguments were given"))
        .hint("write every parameter into the table; a second table may only say { delivery = … }")
}

/// How a call is to be made, as its second table says.
fn how(name: &str, table: &Json) -> Result<Option<Delivery>, Refusal> {
    let Json::Object(table) = table else {
        return if table == &Json::Array(Vec::new()) {
            Ok(None)
        } else {
            Err(several(name, 2).into())
        };
    };
    let mut delivery = None;
    for (key, value) in table {
        if key != "delivery" {
            return Err(Fault::usage(format!("`{name}`: there is no call option `{key}`"))
                .param(key)
                .hint("parameters go into the first table; the second one takes `delivery`")
                .into());
        }
        let word = value.as_str().unwrap_or_default();
        delivery = Some(Delivery::parse(word).ok_or_else(|| {
            Fault::usage("`delivery` must be one of: direct, outbox").param("delivery")
        })?);
    }
    Ok(delivery)
}
