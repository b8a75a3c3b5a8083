//! `docs.*`: the same pages as everywhere else.

use std::rc::Rc;

use mlua::{Lua, Table};

use crate::catalogue::docs;
use crate::lua::host::Host;

pub(super) fn install(lua: &Lua, host: &Rc<Host>, table: &Table) -> mlua::Result<()> {
    let mine = Rc::clone(host);
    let list = lua.create_function(move |_, ()| Ok(docs::list(mine.runtime.catalogue())))?;
    table.raw_set("docs_list", list)?;
    let mine = Rc::clone(host);
    let search = lua.create_function(move |_, query: String| {
        Ok(docs::search(mine.runtime.catalogue(), &query))
    })?;
    table.raw_set("docs_search", search)?;
    let mine = Rc::clone(host);
    let read = lua.create_function(move |_, page: Option<String>| {
        // An unknown page is an answer as well, the text says so and names the nearest.
        Ok(docs::read(mine.runtime.catalogue(), page.as_deref()).unwrap_or_else(|text| text))
    })?;
    table.raw_set("docs_read", read)
}
