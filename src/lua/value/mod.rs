//! Lua values as JSON and back. What a parameter wants is the row's business (`catalogue::schema`
//! turns an empty list into an empty object where one is wanted).
//!
//! Numbers: a whole number prints without a fraction; a whole number beyond 2^53, which a Lua number
//! would round, becomes a string. Null is nil, or `json.null` where it is asked for. Decoded arrays
//! carry a mark, so that an empty one stays an array.

mod from_json;
mod path;
mod text;
mod to_json;

use mlua::{Lua, Table, Value};

pub(super) use from_json::{Nulls, decode, from_json, from_json_with};
pub(super) use to_json::{Problem, to_json, to_text};

/// The metatables that say what a table is where its keys do not.
#[derive(Clone)]
pub(super) struct Marks {
    pub(super) array: Table,
    pub(super) object: Table,
}

impl Marks {
    /// Makes them; once for each VM.
    pub(super) fn install(lua: &Lua) -> mlua::Result<()> {
        let mark = || {
            let mark = lua.create_table()?;
            mark.set_readonly(true);
            Ok::<_, mlua::Error>(mark)
        };
        lua.set_app_data(Self { array: mark()?, object: mark()? });
        Ok(())
    }

    pub(super) fn of(lua: &Lua) -> mlua::Result<Self> {
        let marks = lua.app_data_ref::<Self>().map(|marks| marks.clone());
        marks.ok_or_else(|| mlua::Error::runtime("the VM has no marks"))
    }
}

/// `json.array{…}` and `json.object{…}`: the same table, marked.
pub(super) fn mark(lua: &Lua, table: Option<Table>, array: bool) -> mlua::Result<Table> {
    let marks = Marks::of(lua)?;
    let table = match table {
        Some(table) if !table.is_readonly() => table,
        Some(frozen) => {
            let copy = lua.create_table()?;
            for pair in frozen.pairs::<Value, Value>() {
                let (key, value) = pair?;
                copy.raw_set(key, value)?;
            }
            copy
        }
        None => lua.create_table()?,
    };
    table.set_metatable(Some(if array { marks.array } else { marks.object }))?;
    Ok(table)
}
