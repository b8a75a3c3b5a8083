//! Lua → JSON. Refuses what JSON cannot hold and names the path of the offender. A value becomes
//! text at once: most of it only passes through, and who wants to look inside reads the text.

use std::ffi::c_void;
use std::rc::Rc;

use mlua::{Lua, LuaString, Table, Value};
use serde::de::Deserialize as _;
use serde_json::Value as Json;

use super::Marks;
use super::path::{Step, spell};
use super::text::Text;

/// Deeper tables are refused.
const DEEPEST: usize = 200;
/// What a value costs outside the VM, besides its text.
const NODE: usize = 96;

/// Why a value cannot become JSON.
#[derive(Debug)]
pub(in crate::lua) enum Problem {
    /// JSON has no such thing.
    Refused {
        /// Where, as it would be written in Lua; empty for the value itself.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// It would need more memory than the script has.
    TooLarge,
    /// The VM failed.
    Lua(mlua::Error),
}

impl From<mlua::Error> for Problem {
    fn from(error: mlua::Error) -> Self {
        Self::Lua(error)
    }
}

/// The value as JSON, maps sorted by key. `budget` is what it may cost in bytes.
pub(in crate::lua) fn to_json(lua: &Lua, value: &Value, budget: usize) -> Result<Json, Problem> {
    let text = to_text(lua, value, budget)?;
    let mut reader = serde_json::Deserializer::from_str(&text);
    // The walk has seen to the depth.
    reader.disable_recursion_limit();
    Json::deserialize(&mut reader)
        .map_err(|why| Problem::Lua(mlua::Error::runtime(format!("not JSON: {why}"))))
}

/// The same, as text without spaces.
pub(in crate::lua) fn to_text(lua: &Lua, value: &Value, budget: usize) -> Result<String, Problem> {
    let mut walk = Walk {
        marks: Marks::of(lua)?,
        left: budget,
        above: Vec::new(),
        text: Text::new(),
        list: false,
    };
    match walk.value(value) {
        Ok(()) => Ok(walk.text.done()),
        Err(Stop::Refused { path, why }) => Err(Problem::Refused { path: spell(&path), why }),
        Err(Stop::TooLarge) => Err(Problem::TooLarge),
        Err(Stop::Lua(error)) => Err(Problem::Lua(error)),
    }
}

/// A problem on its way up; the path grows innermost first.
enum Stop {
    Refused { path: Vec<Step>, why: String },
    TooLarge,
    Lua(mlua::Error),
}

impl From<mlua::Error> for Stop {
    fn from(error: mlua::Error) -> Self {
        Self::Lua(error)
    }
}

fn refuse<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Refused { path: Vec::new(), why: why.into() })
}

fn below<T>(result: Result<T, Stop>, step: impl FnOnce() -> Step) -> Result<T, Stop> {
    result.map_err(|mut stop| {
        if let Stop::Refused { path, .. } = &mut stop {
            path.push(step());
        }
        stop
    })
}

struct Walk {
    marks: Rc<Marks>,
    left: usize,
    above: Vec<*const c_void>,
    /// What is written so far.
    text: Text,
    /// What was taken for an object has a number as its first key.
    list: bool,
}

impl Walk {
    fn pay(&mut self, cost: usize) -> Result<(), Stop> {
        self.left = self.left.checked_sub(cost).ok_or(Stop::TooLarge)?;
        Ok(())
    }

    fn value(&mut self, value: &Value) -> Result<(), Stop> {
        self.pay(NODE)?;
        match value {
            Value::Nil => self.text.put("null"),
            value if value.is_null() => self.text.put("null"),
            Value::Boolean(true) => self.text.put("true"),
            Value::Boolean(false) => self.text.put("false"),
            Value::Integer(whole) => self.text.whole(*whole),
            Value::Number(number) => self.float(*number)?,
            Value::String(text) => self.string(text)?,
            Value::Table(table) => self.table(table)?,
            other => return refuse(format!("is a {}, which JSON cannot hold", other.type_name())),
        }
        Ok(())
    }

    fn string(&mut self, text: &LuaString) -> Result<(), Stop> {
        let bytes = text.as_bytes();
        self.pay(bytes.len())?;
        match std::str::from_utf8(&bytes) {
            Ok(text) => {
                self.text.quote(text);
                Ok(())
            }
            Err(_) => refuse("is a string that is not valid UTF-8"),
        }
    }

    fn float(&mut self, number: f64) -> Result<(), Stop> {
        if number == 0.0 {
            self.text.put("0");
            return Ok(());
        }
        match serde_json::Number::from_f64(number) {
            Some(number) => {
                self.text.put(number.as_str());
                Ok(())
            }
            None => refuse(format!("is {number}, which JSON cannot hold")),
        }
    }

    fn table(&mut self, table: &Table) -> Result<(), Stop> {
        let identity = table.to_pointer();
        if self.above.contains(&identity) {
            return refuse("is a table that contains itself");
        }
        if self.above.len() >= DEEPEST {
            return refuse(format!("is nested more than {DEEPEST} levels deep"));
        }
        self.above.push(identity);
        let mark = table.metatable();
        if mark.as_ref() == Some(&self.marks.object) {
            self.object(table, true)?;
        } else if mark.as_ref() == Some(&self.marks.array) {
            self.array(table, true)?;
        } else if table.raw_len() > 0 {
            self.array(table, false)?;
        } else {
            self.unmarked(table)?;
        }
        self.above.pop();
        Ok(())
    }

    /// A table that does not begin with a first item: an object, unless there is nothing in it or
    /// numbers are its keys all the same.
    fn unmarked(&mut self, table: &Table) -> Result<(), Stop> {
        let (start, left) = (self.text.length(), self.left);
        match self.object(table, false) {
            Ok(()) if self.text.length() == start + 2 => {
                self.text.take_from(start);
                self.text.put("[]");
                Ok(())
            }
            Err(_) if std::mem::take(&mut self.list) => {
                self.text.take_from(start);
                self.left = left;
                self.array(table, false)
            }
            done => done,
        }
    }

    fn object(&mut self, table: &Table, numbers: bool) -> Result<(), Stop> {
        let object = self.text.begin_object();
        let begun = self.text.length();
        each(table, |key, value| {
            let field = self.text.length();
            match &key {
                Value::String(key) => self.string(key)?,
                Value::Integer(key) if numbers => self.text.quote(&key.to_string()),
                Value::Integer(_) | Value::Number(_) => {
                    self.list = !numbers && field == begun;
                    return mixed();
                }
                other => {
                    let kind = other.type_name();
                    return refuse(format!("has a {kind} as a key, which JSON cannot hold"));
                }
            }
            let key_end = self.text.end_key();
            below(self.value(&value), || Step::Key(name(&key)))?;
            self.text.end_field(field, key_end);
            Ok(())
        })?;
        self.text.end_object(object);
        Ok(())
    }

    /// `marked` arrays may have holes, which are nulls that were decoded as nil.
    fn array(&mut self, table: &Table, marked: bool) -> Result<(), Stop> {
        // Nearly always the items come in order; only the others are put aside.
        let mut count = 0;
        let mut aside: Vec<(i64, String)> = Vec::new();
        self.text.put("[");
        each(table, |key, value| {
            let index = match key {
                Value::Integer(index) if index > 0 => {
                    let start = self.text.length();
                    below(self.value(&value), || Step::Index(index))?;
                    if usize::try_from(index) == Ok(count + 1) {
                        self.text.put(",");
                        count += 1;
                    } else {
                        aside.push((index, self.text.take_from(start)));
                    }
                    return Ok(());
                }
                Value::Integer(index) => index.to_string(),
                Value::Number(index) => index.to_string(),
                _ => return mixed(),
            };
            refuse(format!("has the index {index}, and lists start at 1"))
        })?;
        aside.sort_by_key(|(index, _)| *index);
        let most = (count + aside.len()) * 2 + 8;
        for (index, item) in aside {
            let position = usize::try_from(index).unwrap_or(usize::MAX);
            if !marked && position != count + 1 {
                let missing = count + 1;
                return refuse(format!("is a list with a hole: index {missing} is missing"));
            }
            if position > most {
                return refuse(format!("is a list with many holes before index {index}"));
            }
            (count + 1..position).for_each(|_| self.text.put("null,"));
            self.text.put(&item);
            self.text.put(",");
            count = position;
        }
        self.text.end_array();
        Ok(())
    }
}

/// Visits every pair until one is refused. Walking on the VM's own stack costs half of an iterator.
fn each(
    table: &Table,
    mut visit: impl FnMut(Value, Value) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut stopped = None;
    let walked = table.for_each(|key, value| {
        visit(key, value).map_err(|stop| {
            stopped = Some(stop);
            mlua::Error::runtime("stopped")
        })
    });
    match stopped {
        Some(stop) => Err(stop),
        None => Ok(walked?),
    }
}

/// A key as the path to an offender has it.
fn name(key: &Value) -> String {
    match key {
        Value::String(key) => key.to_string_lossy(),
        Value::Integer(key) => key.to_string(),
        _ => String::new(),
    }
}

fn mixed<T>() -> Result<T, Stop> {
    refuse("has both list items and named fields; JSON is either a list or an object")
}

#[cfg(test)]
mod tests;
