//! Lua → JSON. Refuses what JSON cannot hold and names the path of the offender.

use std::ffi::c_void;

use mlua::{Lua, LuaString, Table, Value};
use serde_json::{Map, Number, Value as Json};

use super::Marks;
use super::path::{Step, spell};

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
    let mut walk = Walk { marks: Marks::of(lua)?, left: budget, above: Vec::new() };
    walk.value(value).map_err(|stop| match stop {
        Stop::Refused { path, why } => Problem::Refused { path: spell(&path), why },
        Stop::TooLarge => Problem::TooLarge,
        Stop::Lua(error) => Problem::Lua(error),
    })
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
    marks: Marks,
    left: usize,
    above: Vec<*const c_void>,
}

impl Walk {
    fn pay(&mut self, cost: usize) -> Result<(), Stop> {
        self.left = self.left.checked_sub(cost).ok_or(Stop::TooLarge)?;
        Ok(())
    }

    fn value(&mut self, value: &Value) -> Result<Json, Stop> {
        self.pay(NODE)?;
        match value {
            Value::Nil => Ok(Json::Null),
            value if value.is_null() => Ok(Json::Null),
            Value::Boolean(flag) => Ok(Json::Bool(*flag)),
            Value::Integer(whole) => Ok(Json::from(*whole)),
            Value::Number(number) => float(*number),
            Value::String(text) => self.text(text).map(Json::String),
            Value::Table(table) => self.table(table),
            other => refuse(format!("is a {}, which JSON cannot hold", other.type_name())),
        }
    }

    fn text(&mut self, text: &LuaString) -> Result<String, Stop> {
        let bytes = text.as_bytes();
        self.pay(bytes.len())?;
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => refuse("is a string that is not valid UTF-8"),
        }
    }

    fn table(&mut self, table: &Table) -> Result<Json, Stop> {
        let identity = table.to_pointer();
        if self.above.contains(&identity) {
            return refuse("is a table that contains itself");
        }
        if self.above.len() >= DEEPEST {
            return refuse(format!("is nested more than {DEEPEST} levels deep"));
        }
        self.above.push(identity);
        let mark = table.metatable();
        let json = if mark.as_ref() == Some(&self.marks.object) {
            self.object(table, true)
        } else if mark.as_ref() == Some(&self.marks.array) {
            self.array(table, true)
        } else {
            match table.pairs::<Value, Value>().next().transpose()? {
                None => Ok(Json::Array(Vec::new())),
                Some((Value::Integer(_) | Value::Number(_), _)) => self.array(table, false),
                Some(_) => self.object(table, false),
            }
        };
        self.above.pop();
        json
    }

    fn object(&mut self, table: &Table, numbers: bool) -> Result<Json, Stop> {
        let mut fields: Vec<(String, Json)> = Vec::new();
        each(table, |key, value| {
            let key = match key {
                Value::String(key) => self.text(&key)?,
                Value::Integer(key) if numbers => key.to_string(),
                Value::Integer(_) | Value::Number(_) => return mixed(),
                other => {
                    return refuse(format!(
                        "has a {} as a key, which JSON cannot hold",
                        other.type_name()
                    ));
                }
            };
            let value = below(self.value(&value), || Step::Key(key.clone()))?;
            fields.push((key, value));
            Ok(())
        })?;
        fields.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Ok(Json::Object(Map::from_iter(fields)))
    }

    /// `marked` arrays may have holes, which are nulls that were decoded as nil.
    fn array(&mut self, table: &Table, marked: bool) -> Result<Json, Stop> {
        // Nearly always the items come in order; only the others are put aside.
        let mut list = Vec::with_capacity(table.raw_len().min(self.left / NODE));
        let mut aside: Vec<(i64, Json)> = Vec::new();
        each(table, |key, value| {
            let index = match key {
                Value::Integer(index) if index > 0 => {
                    let json = below(self.value(&value), || Step::Index(index))?;
                    if usize::try_from(index) == Ok(list.len() + 1) {
                        list.push(json);
                    } else {
                        aside.push((index, json));
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
        let most = (list.len() + aside.len()) * 2 + 8;
        for (index, json) in aside {
            let position = usize::try_from(index).unwrap_or(usize::MAX);
            if !marked && position != list.len() + 1 {
                let missing = list.len() + 1;
                return refuse(format!("is a list with a hole: index {missing} is missing"));
            }
            if position > most {
                return refuse(format!("is a list with many holes before index {index}"));
            }
            list.resize(position - 1, Json::Null);
            list.push(json);
        }
        Ok(Json::Array(list))
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

fn mixed<T>() -> Result<T, Stop> {
    refuse("has both list items and named fields; JSON is either a list or an object")
}

fn float(number: f64) -> Result<Json, Stop> {
    if number == 0.0 {
        return Ok(Json::from(0));
    }
    match Number::from_f64(number) {
        Some(number) => Ok(Json::Number(number)),
        None => refuse(format!("is {number}, which JSON cannot hold")),
    }
}

#[cfg(test)]
mod tests;
