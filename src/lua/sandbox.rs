//! The VM of a script: which libraries it has, what is taken away, its memory limit and its
//! environment. What ends a script that runs too long is `meter`'s business.

use std::rc::Rc;

use mlua::chunk::ChunkMode;
use mlua::{Function, Lua, LuaOptions, StdLib, Table, Value, VmState};

use super::host::Host;
use super::value::{Marks, from_json};
use super::{app, globals, tasks};

const PRELUDE: &str = include_str!("../../lua/prelude.lua");
/// How places in the prelude are called; they are never shown.
const PRELUDE_NAME: &str = "=[kosmo]";

/// The VM, and the function that runs a compiled script and keeps its errors whole.
pub(super) struct Vm {
    pub(super) lua: Lua,
    pub(super) root: Function,
}

/// Opens a VM for the script that `host` is about.
pub(super) fn open(host: &Rc<Host>) -> mlua::Result<Vm> {
    let libraries = StdLib::COROUTINE
        | StdLib::TABLE
        | StdLib::STRING
        | StdLib::UTF8
        | StdLib::BIT
        | StdLib::MATH
        | StdLib::BUFFER
        | StdLib::VECTOR
        | StdLib::DEBUG;
    let lua = Lua::new_with(libraries, LuaOptions::new().catch_rust_panics(false))?;
    Marks::install(&lua)?;
    let table = lua.create_table()?;
    globals::install(&lua, host, &table)?;
    app::install(&lua, host, &table)?;
    tasks::install(&lua, host, &table)?;
    table.raw_set("pending", Value::LightUserData(Lua::poll_pending()))?;
    let root = lua.load(PRELUDE).set_name(PRELUDE_NAME).set_mode(ChunkMode::Text).call(table)?;
    lua.sandbox(true)?;
    let mine = Rc::clone(host);
    lua.set_interrupt(move |_| mine.check().map(|()| VmState::Continue));
    own_globals(&lua, host)?;
    lua.set_memory_limit(host.script.limits.memory)?;
    Ok(Vm { lua, root })
}

/// The globals that belong to the script: `_G`, which it may change, `input` and `arg`.
fn own_globals(lua: &Lua, host: &Host) -> mlua::Result<()> {
    let globals = lua.globals();
    globals.raw_set("_G", &globals)?;
    if let Some(input) = &host.script.input {
        globals.raw_set("input", from_json(lua, input)?)?;
    }
    let arg: Table = lua.create_sequence_from(host.script.args.iter().map(String::as_str))?;
    arg.raw_set(0, host.script.name.as_str())?;
    globals.raw_set("arg", arg)
}
