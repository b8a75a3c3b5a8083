//! JSON → Lua. Text is decoded straight into the VM, so that its memory limit holds.

use std::cell::RefCell;
use std::fmt;

use mlua::{IntoLua, Lua, Table, Value};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use super::Marks;

/// The largest whole number up to which a Lua number holds every one.
const SAFE_INTEGER: u64 = 1 << 53;
/// The key under which `serde_json` hands over a number as text.
const NUMBER: &str = "$serde_json::private::Number";

/// What becomes of null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lua) enum Nulls {
    /// Nil: a field is absent, an array has a hole.
    Nil,
    /// `json.null`.
    Kept,
}

impl Nulls {
    fn value(self) -> Value {
        match self {
            Self::Nil => Value::Nil,
            Self::Kept => Value::NULL,
        }
    }
}

/// The value in Lua, nulls as nil.
pub(in crate::lua) fn from_json(lua: &Lua, json: &Json) -> mlua::Result<Value> {
    from_json_with(lua, json, Nulls::Nil)
}

/// The value in Lua.
pub(in crate::lua) fn from_json_with(lua: &Lua, json: &Json, nulls: Nulls) -> mlua::Result<Value> {
    let marks = Marks::of(lua)?;
    build(lua, &marks, nulls, json)
}

fn build(lua: &Lua, marks: &Marks, nulls: Nulls, json: &Json) -> mlua::Result<Value> {
    Ok(match json {
        Json::Null => nulls.value(),
        Json::Bool(flag) => Value::Boolean(*flag),
        Json::Number(text) => number(lua, text.as_str())?,
        Json::String(text) => Value::String(lua.create_string(text)?),
        Json::Array(items) => {
            let table = lua.create_table_with_capacity(items.len(), 0)?;
            for (index, item) in items.iter().enumerate() {
                table.raw_seti(index + 1, build(lua, marks, nulls, item)?)?;
            }
            table.set_metatable(Some(marks.array.clone()))?;
            Value::Table(table)
        }
        Json::Object(map) => {
            let table = lua.create_table_with_capacity(0, map.len())?;
            for (key, item) in map {
                table.raw_set(marks.key(lua, key)?, build(lua, marks, nulls, item)?)?;
            }
            Value::Table(object(table, marks)?)
        }
    })
}

/// An object. An empty one is marked, or nobody could tell it from an empty list.
fn object(table: Table, marks: &Marks) -> mlua::Result<Table> {
    if table.is_empty() {
        table.set_metatable(Some(marks.object.clone()))?;
    }
    Ok(table)
}

/// A number, or its text where a Lua number would round it.
fn number(lua: &Lua, text: &str) -> mlua::Result<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let rounded = if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        digits.parse::<u64>().map_or(true, |whole| whole > SAFE_INTEGER)
    } else {
        false
    };
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && !rounded => Ok(Value::Number(number)),
        _ => text.into_lua(lua),
    }
}

/// Decodes a JSON text. The inner error is the complaint, with its position.
pub(in crate::lua) fn decode(
    lua: &Lua,
    text: &[u8],
    nulls: Nulls,
) -> mlua::Result<Result<Value, String>> {
    let marks = Marks::of(lua)?;
    let failure = RefCell::new(None);
    let seed = Seed { lua, marks: &marks, nulls, failure: &failure };
    let mut reader = serde_json::Deserializer::from_slice(text);
    let decoded = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    match (failure.take(), decoded) {
        (Some(failure), _) => Err(failure),
        (None, Ok(value)) => Ok(Ok(value)),
        (None, Err(why)) => Ok(Err(why.to_string())),
    }
}

#[derive(Clone, Copy)]
struct Seed<'a> {
    lua: &'a Lua,
    marks: &'a Marks,
    nulls: Nulls,
    failure: &'a RefCell<Option<mlua::Error>>,
}

impl Seed<'_> {
    /// Carries a failure of the VM past serde's own error type.
    fn vm<T, E: serde::de::Error>(&self, result: mlua::Result<T>) -> Result<T, E> {
        result.map_err(|failure| {
            *self.failure.borrow_mut() = Some(failure);
            E::custom("the VM failed")
        })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(self.nulls.value())
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Boolean(flag))
    }

    fn visit_u64<E: serde::de::Error>(self, whole: u64) -> Result<Value, E> {
        self.vm(number(self.lua, &whole.to_string()))
    }

    fn visit_i64<E: serde::de::Error>(self, whole: i64) -> Result<Value, E> {
        self.vm(number(self.lua, &whole.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        self.vm(self.lua.create_string(text).map(Value::String))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let table = self.vm(self.lua.create_table())?;
        let mut index = 0;
        while let Some(item) = items.next_element_seed(self)? {
            index += 1;
            self.vm(table.raw_seti(index, item))?;
        }
        self.vm(table.set_metatable(Some(self.marks.array.clone())))?;
        Ok(Value::Table(table))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let Some(mut name) = fields.next_key::<String>()? else {
            let empty = self.lua.create_table().and_then(|table| object(table, self.marks));
            return self.vm(empty.map(Value::Table));
        };
        if name == NUMBER {
            let text: String = fields.next_value()?;
            return self.vm(number(self.lua, &text));
        }
        let table = self.vm(self.lua.create_table())?;
        loop {
            let value = fields.next_value_seed(self)?;
            let key = self.vm(self.marks.key(self.lua, &name))?;
            self.vm(table.raw_set(key, value))?;
            match fields.next_key()? {
                Some(next) => name = next,
                None => return self.vm(object(table, self.marks).map(Value::Table)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::to_json;
    use super::*;

    fn vm() -> Lua {
        let lua = Lua::new();
        Marks::install(&lua).unwrap();
        lua
    }

    #[track_caller]
    fn both_ways(text: &str, back: &str) {
        let lua = vm();
        let decoded = decode(&lua, text.as_bytes(), Nulls::Nil).unwrap().unwrap();
        let built = from_json(&lua, &serde_json::from_str(text).unwrap()).unwrap();
        for value in [decoded, built] {
            let json = to_json(&lua, &value, 1 << 20).unwrap_or_else(|why| panic!("{why:?}"));
            assert_eq!(json.to_string(), back);
        }
    }

    #[test]
    fn documents_survive_both_ways() {
        both_ways(
            r#"{"b":[1,2.5,"x",true],"a":{"c":[]}}"#,
            r#"{"a":{"c":[]},"b":[1,2.5,"x",true]}"#,
        );
        both_ways("[1,null,3]", "[1,null,3]");
        both_ways("[]", "[]");
        both_ways(r#"{"a":{},"b":[]}"#, r#"{"a":{},"b":[]}"#);
        both_ways(r#"{"a":{"gone":null}}"#, r#"{"a":{}}"#);
    }

    #[test]
    fn no_number_is_ever_rounded() {
        both_ways(
            "[9007199254740992, 9007199254740993]",
            r#"[9007199254740992,"9007199254740993"]"#,
        );
        both_ways("[-9007199254740993, 1e400]", r#"["-9007199254740993","1e+400"]"#);
        both_ways("[123456789012345678901234567890]", r#"["123456789012345678901234567890"]"#);
    }

    #[test]
    fn null_is_nil_unless_it_is_asked_for() {
        let lua = vm();
        let keep = decode(&lua, b"[null]", Nulls::Kept).unwrap().unwrap();
        assert_eq!(to_json(&lua, &keep, 1 << 20).unwrap().to_string(), "[null]");
        assert!(keep.as_table().unwrap().raw_get::<Value>(1).unwrap().is_null());
        let drop = decode(&lua, br#"{"a":null}"#, Nulls::Nil).unwrap().unwrap();
        assert!(drop.as_table().unwrap().is_empty());
    }

    #[test]
    fn a_complaint_says_where() {
        let why = decode(&vm(), b"{\"a\":\n  ]", Nulls::Nil).unwrap().unwrap_err();
        assert_eq!(why, "expected value at line 2 column 3");
        let why = decode(&vm(), b"1 2", Nulls::Nil).unwrap().unwrap_err();
        assert_eq!(why, "trailing characters at line 1 column 3");
    }

    #[test]
    fn the_memory_limit_holds_while_decoding() {
        let lua = vm();
        lua.set_memory_limit(lua.used_memory() + (1 << 20)).unwrap();
        let text = format!("[{}[]]", "[],".repeat(1 << 20));
        let failure = decode(&lua, text.as_bytes(), Nulls::Nil).unwrap_err();
        assert!(matches!(failure, mlua::Error::MemoryError(_)), "{failure}");
    }
}
