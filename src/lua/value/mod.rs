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

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use mlua::{Lua, LuaString, Table, Value};

pub(super) use from_json::{Nulls, decode, from_json, from_json_with};
pub(super) use to_json::{Problem, to_json, to_text};

/// Keys that are remembered, and the longest of them in bytes: answers have the same few again and
/// again.
const KEYS: usize = 256;
const LONGEST_KEY: usize = 32;

/// The metatables that say what a table is where its keys do not; and the keys of earlier tables.
pub(super) struct Marks {
    pub(super) array: Table,
    pub(super) object: Table,
    keys: RefCell<HashMap<String, LuaString>>,
}

impl Marks {
    /// Makes them; once for each VM.
    pub(super) fn install(lua: &Lua) -> mlua::Result<()> {
        let mark = || {
            let mark = lua.create_table()?;
            mark.set_readonly(true);
            Ok::<_, mlua::Error>(mark)
        };
        let (array, object, keys) = (mark()?, mark()?, RefCell::default());
        lua.set_app_data(Rc::new(Self { array, object, keys }));
        Ok(())
    }

    pub(super) fn of(lua: &Lua) -> mlua::Result<Rc<Self>> {
        let marks = lua.app_data_ref::<Rc<Self>>().map(|marks| Rc::clone(&marks));
        marks.ok_or_else(|| mlua::Error::runtime("the VM has no marks"))
    }

    /// A key as the VM has it.
    fn key(&self, lua: &Lua, key: &str) -> mlua::Result<LuaString> {
        let mut keys = self.keys.borrow_mut();
        if let Some(known) = keys.get(key) {
            return Ok(known.clone());
        }
        let made = lua.create_string(key)?;
        if keys.len() < KEYS && key.len() <= LONGEST_KEY {
            keys.insert(key.to_owned(), made.clone());
        }
        Ok(made)
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
    table.set_metatable(Some(if array { marks.array.clone() } else { marks.object.clone() }))?;
    Ok(table)
}
