//! `print`, `dump`, `tostring`, and the linear search behind `string.find` and `string.split`.

use std::rc::Rc;

use memchr::memmem;
use mlua::{Lua, LuaString, MultiValue, Table, Value};

use super::render;
use crate::lua::host::Host;

pub(super) fn install(lua: &Lua, host: &Rc<Host>, table: &Table) -> mlua::Result<()> {
    let room = host.script.limits.output;
    let mine = Rc::clone(host);
    let print = lua.create_function(move |lua, values: MultiValue| {
        let mut line = String::new();
        for (position, value) in values.iter().enumerate() {
            if position > 0 {
                line.push('\t');
            }
            line.push_str(&render(lua, value, room.saturating_sub(line.len()))?);
        }
        mine.print(&line);
        Ok(())
    })?;
    table.raw_set("print", print)?;
    let show = lua.create_function(move |lua, value: Value| render(lua, &value, room))?;
    table.raw_set("show", show)?;
    let mine = Rc::clone(host);
    let caught = lua.create_function(move |lua, error: Value| mine.caught(lua, error))?;
    table.raw_set("caught", caught)?;
    let find = lua.create_function(|_, (text, needle, from): (LuaString, LuaString, usize)| {
        let (text, needle) = (text.as_bytes(), needle.as_bytes());
        let found = text.get(from - 1..).and_then(|rest| memmem::find(rest, &needle));
        Ok(found.map_or((None, None), |at| (Some(at + from), Some(at + from + needle.len() - 1))))
    })?;
    table.raw_set("find_plain", find)?;
    let split = lua.create_function(|lua, (text, needle): (LuaString, LuaString)| {
        let (text, needle) = (text.as_bytes(), needle.as_bytes());
        let parts = lua.create_table()?;
        let mut from = 0;
        for at in memmem::find_iter(&text, &needle) {
            parts.raw_push(lua.create_string(&text[from..at])?)?;
            from = at + needle.len();
        }
        parts.raw_push(lua.create_string(&text[from..])?)?;
        Ok(parts)
    })?;
    table.raw_set("split_plain", split)
}
