//! How a value looks to a person: `print`, `dump` and `tostring` of tables. Strings bare, lists in
//! brackets, maps in braces with sorted keys, two blanks a level. The text is bounded.

use std::cmp::Ordering;
use std::ffi::c_void;

use mlua::{Lua, Table, Value};

use crate::lua::errors::text_of;

/// Deeper tables are cut short.
const DEEPEST: usize = 100;

/// The text of a value; what goes beyond about `room` bytes is left out.
pub(in crate::lua) fn render(lua: &Lua, value: &Value, room: usize) -> mlua::Result<String> {
    let mut pen = Pen { lua, text: String::new(), room, above: Vec::new() };
    pen.value(value)?;
    Ok(pen.text)
}

struct Pen<'a> {
    lua: &'a Lua,
    text: String,
    room: usize,
    above: Vec<*const c_void>,
}

impl Pen<'_> {
    fn full(&self) -> bool {
        self.text.len() > self.room
    }

    fn value(&mut self, value: &Value) -> mlua::Result<()> {
        match value {
            value if value.is_null() => self.text.push_str("null"),
            Value::Table(table) => return self.table(table),
            Value::String(text) => self.text.push_str(&String::from_utf8_lossy(&text.as_bytes())),
            value => self.text.push_str(&plain(self.lua, value)?),
        }
        Ok(())
    }

    fn table(&mut self, table: &Table) -> mlua::Result<()> {
        let identity = table.to_pointer();
        if let Some(meta) = table.metatable()
            && !meta.raw_get::<Value>("__tostring")?.is_nil()
        {
            self.text.push_str(&Value::Table(table.clone()).to_string()?);
            return Ok(());
        }
        if self.above.contains(&identity) {
            self.text.push_str("<circular>");
            return Ok(());
        }
        if self.above.len() >= DEEPEST {
            self.text.push_str("<too deep>");
            return Ok(());
        }
        self.above.push(identity);
        let drawn = self.fields(table);
        self.above.pop();
        drawn
    }

    fn fields(&mut self, table: &Table) -> mlua::Result<()> {
        // Every entry takes at least three bytes, so no more than these can be shown.
        let most = self.room.saturating_sub(self.text.len()) / 3 + 1;
        let mut entries: Vec<(Value, Value)> = Vec::new();
        for pair in table.pairs::<Value, Value>().take(most) {
            entries.push(pair?);
        }
        if entries.is_empty() {
            self.text.push_str("{}");
            return Ok(());
        }
        let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        let list = entries
            .iter()
            .all(|(key, _)| matches!(key, Value::Integer(index) if (1..=count).contains(index)));
        let named: Vec<(String, Value, Value)> = entries
            .into_iter()
            .map(|(key, value)| Ok((self.key(&key)?, key, value)))
            .collect::<mlua::Result<_>>()?;
        self.lines(named, list)
    }

    fn lines(&mut self, mut named: Vec<(String, Value, Value)>, list: bool) -> mlua::Result<()> {
        named.sort_by(|a, b| order(&a.1, &b.1).then_with(|| a.0.cmp(&b.0)));
        let (open, close) = if list { ('[', ']') } else { ('{', '}') };
        self.text.push(open);
        let last = named.len();
        for (position, (name, _, value)) in named.into_iter().enumerate() {
            if self.full() {
                return Ok(());
            }
            self.line(self.above.len());
            if !list {
                self.text.push_str(&name);
                self.text.push_str(": ");
            }
            self.value(&value)?;
            if position + 1 < last {
                self.text.push(',');
            }
        }
        self.line(self.above.len() - 1);
        self.text.push(close);
        Ok(())
    }

    fn line(&mut self, depth: usize) {
        self.text.push('\n');
        for _ in 0..depth {
            self.text.push_str("  ");
        }
    }

    fn key(&self, key: &Value) -> mlua::Result<String> {
        match key {
            Value::String(text) => Ok(String::from_utf8_lossy(&text.as_bytes()).into_owned()),
            Value::Table(_) => Ok("table".to_owned()),
            key => plain(self.lua, key),
        }
    }
}

/// Numbers first, by size; everything else by its text.
fn order(a: &Value, b: &Value) -> Ordering {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

fn number(value: &Value) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "whole numbers of Lua are doubles already")]
    value.as_number().or_else(|| value.as_integer().map(|whole| whole as f64))
}

fn plain(lua: &Lua, value: &Value) -> mlua::Result<String> {
    match value {
        Value::Integer(whole) => Ok(whole.to_string()),
        Value::Number(_) => Ok(lua
            .coerce_string(value.clone())?
            .map(|text| text.to_string_lossy())
            .unwrap_or_default()),
        Value::Error(error) => Ok(text_of(error)),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shows(code: &str, expected: &str) {
        let lua = Lua::new();
        let value: Value = lua.load(code).eval().unwrap();
        assert_eq!(render(&lua, &value, 1 << 20).unwrap(), expected, "{code}");
    }

    #[test]
    fn tables_look_as_documented() {
        shows("{1, 2, 3}", "[\n  1,\n  2,\n  3\n]");
        shows("{name = 'x'}", "{\n  name: x\n}");
        shows("{a = {b = {1, {}}}}", "{\n  a: {\n    b: [\n      1,\n      {}\n    ]\n  }\n}");
        shows("{[1] = 1, [3] = 3}", "{\n  1: 1,\n  3: 3\n}");
        shows("{b = 1, a = 2, [10] = 3, [9] = 4}", "{\n  9: 4,\n  10: 3,\n  a: 2,\n  b: 1\n}");
    }

    #[test]
    fn values_look_like_tostring() {
        shows(
            "{99.0, 0.1, 1e21, true, 'a b', 0/0}",
            "[\n  99,\n  0.1,\n  1e+21,\n  true,\n  a b,\n  nan\n]",
        );
        shows("setmetatable({1}, {__tostring = function() return 'me' end})", "me");
    }

    #[test]
    fn only_a_true_cycle_is_circular() {
        shows(
            "(function() local t = {1} return {t, t} end)()",
            "[\n  [\n    1\n  ],\n  [\n    1\n  ]\n]",
        );
        shows("(function() local t = {} t.t = t return t end)()", "{\n  t: <circular>\n}");
    }

    #[test]
    fn the_text_is_bounded() {
        let lua = Lua::new();
        let bomb = "(function() local t = {} for i = 1, 40 do t = {t, t} end return t end)()";
        let value: Value = lua.load(bomb).eval().unwrap();
        let text = render(&lua, &value, 10_000).unwrap();
        assert!(text.len() < 20_000, "{}", text.len());
    }
}
