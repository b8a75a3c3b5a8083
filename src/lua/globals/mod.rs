//! The globals that scripts see besides `app` and `task`: text, JSON, regular expressions, docs.
//! Each file offers functions to `lua/prelude.lua`, which gives them their names and raises what
//! they refuse with the script's line.

mod docs;
mod json;
mod print;
mod regex;
mod render;
mod replacement;
mod search;

use std::rc::Rc;

use mlua::{Lua, Table};

pub(super) use render::render;

use super::host::Host;

/// Adds what every script has at once.
pub(super) fn install(lua: &Lua, host: &Rc<Host>, table: &Table) -> mlua::Result<()> {
    print::install(lua, host, table)?;
    search::install(lua, host, table)
}

/// Adds what is behind `json`, `regex` and `docs`.
pub(super) fn install_data(lua: &Lua, host: &Rc<Host>, table: &Table) -> mlua::Result<()> {
    json::install(lua, host, table)?;
    regex::install(lua, host, table)?;
    docs::install(lua, host, table)
}
