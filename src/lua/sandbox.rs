//! The VM of a script: which libraries it has, what is taken away, its memory limit and its
//! environment. What ends a script that runs too long is `meter`'s business.

use std::rc::Rc;

use mlua::chunk::ChunkMode;
use mlua::{Function, Lua, LuaOptions, StdLib, Table, Value, VmState};

use super::host::Host;
use super::value::{Marks, from_json};
use super::{actions, app, globals, servers, tasks};

const PRELUDE: &str = include_str!("../../lua/prelude.lua");
/// What is read when a script first names one of its globals: name, Lua, functions of the host.
const PARTS: &[(&str, &str, Install)] = &[
    ("data", include_str!("../../lua/prelude/data.lua"), globals::install_data),
    ("app", include_str!("../../lua/prelude/app.lua"), app::install),
    ("mcp", include_str!("../../lua/prelude/mcp.lua"), servers::install_rows),
    ("task", include_str!("../../lua/prelude/task.lua"), tasks::install),
    ("membrane", include_str!("../../lua/prelude/membrane.lua"), actions::install),
];
type Install = fn(&Lua, &Rc<Host>, &Table) -> mlua::Result<()>;
/// How places in the prelude are called; they are never shown.
const PRELUDE_NAME: &str = "=[kosmo]";
const LIBRARIES: &str = "kosmo.libraries";

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
    let lua = Lua::new_with(libraries, LuaOptions::new())?;
    Marks::install(&lua)?;
    let table = lua.create_table()?;
    globals::install(&lua, host, &table)?;
    table.raw_set("pending", Value::LightUserData(Lua::poll_pending()))?;
    table.raw_set("null", Value::NULL)?;
    lua.set_named_registry_value(LIBRARIES, lua.globals())?;
    let mine = Rc::clone(host);
    let part = lua
        .create_function(move |lua, (name, core): (String, Table)| part(lua, &mine, &name, core))?;
    table.raw_set("part", part)?;
    let root = lua.load(PRELUDE).set_name(PRELUDE_NAME).set_mode(ChunkMode::Text).call(table)?;
    lua.sandbox(true)?;
    let mine = Rc::clone(host);
    lua.set_interrupt(move |_| mine.check().map(|()| VmState::Continue));
    own_globals(&lua, host)?;
    lua.set_memory_limit(host.script.limits.memory)?;
    Ok(Vm { lua, root })
}

/// The globals that a part defines. It sees the libraries as they are, not as the script has them.
fn part(lua: &Lua, host: &Rc<Host>, name: &str, core: Table) -> mlua::Result<Table> {
    let Some((_, code, install)) = PARTS.iter().find(|(have, ..)| *have == name) else {
        return lua.create_table();
    };
    let table: Table = core.raw_get("host")?;
    install(lua, host, &table)?;
    lua.load(*code)
        .set_name(PRELUDE_NAME)
        .set_mode(ChunkMode::Text)
        .set_environment(lua.named_registry_value(LIBRARIES)?)
        .call((table, core))
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
