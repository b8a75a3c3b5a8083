//! `json.*`: text and values. What a value becomes is `lua::value`'s business.

use std::rc::Rc;

use mlua::{Lua, LuaString, Table, Value};
use serde::Serialize as _;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::lua::errors::{Refusal, answer, problem};
use crate::lua::host::Host;
use crate::lua::value::{Nulls, Problem, decode, mark, to_json, to_text};

pub(super) fn install(lua: &Lua, host: &Rc<Host>, table: &Table) -> mlua::Result<()> {
    let budget = host.script.limits.memory;
    let encode = lua.create_function(move |lua, (value, pretty): (Value, bool)| {
        let text = encode(lua, &value, pretty, budget);
        answer(lua, text.and_then(|text| Ok(lua.create_string(text)?)))
    })?;
    table.raw_set("json_encode", encode)?;
    let decoder = lua.create_function(|lua, (text, keep): (LuaString, bool)| {
        let nulls = if keep { Nulls::Kept } else { Nulls::Nil };
        let value = decode(lua, &text.as_bytes(), nulls)?;
        answer(lua, value.map_err(|why| Refusal::Text(format!("json.decode: {why}"))))
    })?;
    table.raw_set("json_decode", decoder)?;
    let marker =
        lua.create_function(|lua, (value, array): (Option<Table>, bool)| mark(lua, value, array))?;
    table.raw_set("json_mark", marker)
}

fn encode(lua: &Lua, value: &Value, pretty: bool, budget: usize) -> Result<Vec<u8>, Refusal> {
    let refused = |why| match why {
        Problem::Refused { path, why } if path.is_empty() => {
            Refusal::Text(format!("json.encode: the value {why}"))
        }
        Problem::Refused { path, why } => Refusal::Text(format!("json.encode: `{path}` {why}")),
        why => problem("the value", why),
    };
    if !pretty {
        return Ok(to_text(lua, value, budget).map_err(refused)?.into_bytes());
    }
    let json = to_json(lua, value, budget).map_err(refused)?;
    let mut text = Vec::new();
    let indented = PrettyFormatter::with_indent(b"    ");
    json.serialize(&mut Serializer::with_formatter(&mut text, indented))
        .map_err(|why| Refusal::Text(format!("json.encode: {why}")))?;
    Ok(text)
}
