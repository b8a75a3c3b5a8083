//! `print`, `dump` and `tostring`, and what the prelude needs to protect its tables and errors.

use std::rc::Rc;

use mlua::{Lua, MultiValue, Table, Value};

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
    // Unlike `table.freeze`, for tables whose metatable is protected as well.
    let freeze = lua.create_function(|_, table: Table| {
        table.set_readonly(true);
        Ok(table)
    })?;
    table.raw_set("freeze", freeze)
}
