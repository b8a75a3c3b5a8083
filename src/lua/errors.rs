//! Failures on their way into a script and out of it. In Lua a fault is a frozen table whose
//! metatable knows the fault's kind (`lua/prelude.lua` makes it); out of Lua comes a fault again,
//! with the place it came from.

use mlua::{IntoLua, Lua, MultiValue, Table, Value};
use serde_json::Value as Json;

use super::globals::render;
use super::value::{Nulls, Problem, from_json_with, to_json};
use crate::error::{Fault, KINDS, Kind, SideEffect};

/// What a JSON copy of an error may cost.
const ROOM: usize = 1 << 20;

/// Why a function of the environment failed.
pub(super) enum Refusal {
    /// Raised as an error object.
    Fault(Box<Fault>),
    /// Raised as a plain text with the script's line.
    Text(String),
    /// The VM failed.
    Lua(mlua::Error),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

impl From<mlua::Error> for Refusal {
    fn from(error: mlua::Error) -> Self {
        Self::Lua(error)
    }
}

/// What the prelude expects of every function that can fail: true and the values, or false and a
/// text or the fields of an error object.
pub(super) fn answer(
    lua: &Lua,
    result: Result<impl mlua::IntoLuaMulti, Refusal>,
) -> mlua::Result<MultiValue> {
    match result {
        Ok(values) => {
            let mut values = values.into_lua_multi(lua)?;
            values.push_front(Value::Boolean(true));
            Ok(values)
        }
        Err(Refusal::Lua(error)) => Err(error),
        Err(Refusal::Text(text)) => {
            Ok(MultiValue::from_vec(vec![Value::Boolean(false), text.into_lua(lua)?]))
        }
        Err(Refusal::Fault(fault)) => {
            let fields = Value::Table(fields(lua, &fault)?);
            let kind = fault.kind.row().code.into_lua(lua)?;
            Ok(MultiValue::from_vec(vec![Value::Boolean(false), fields, kind]))
        }
    }
}

/// The fields of an error object, still without its metatable.
fn fields(lua: &Lua, fault: &Fault) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    if let Json::Object(map) = fault.to_json() {
        for (key, value) in &map {
            table.raw_set(key.as_str(), from_json_with(lua, value, Nulls::Nil)?)?;
        }
    }
    Ok(table)
}

/// The message of a failure inside the VM, without tracebacks.
pub(super) fn text_of(error: &mlua::Error) -> String {
    match root(error) {
        mlua::Error::RuntimeError(text) | mlua::Error::SyntaxError { message: text, .. } => {
            text.split("\nstack traceback:").next().unwrap_or_default().to_owned()
        }
        other => other.to_string(),
    }
}

/// Whether the VM ran out of memory.
pub(super) fn is_memory(error: &mlua::Error) -> bool {
    matches!(root(error), mlua::Error::MemoryError(_))
}

fn root(error: &mlua::Error) -> &mlua::Error {
    match error {
        mlua::Error::CallbackError { cause, .. } => root(cause),
        other => other,
    }
}

/// The fault that an uncaught error of the script named `script` means; `at` is where it was
/// raised, when that is known.
pub(super) fn uncaught(lua: &Lua, script: &str, error: &Value, at: Option<String>) -> Fault {
    let mut fault = match error {
        Value::Table(table) => match kind_of(table) {
            Some(kind) => rebuild(lua, kind, table),
            None => users_own(lua, table),
        },
        Value::Error(error) => plain(script, text_of(error)),
        other => plain(script, render(lua, other, ROOM).unwrap_or_default()),
    };
    fault.extra.at = fault.extra.at.or(at);
    fault
}

/// The fault of a script that does not compile.
pub(super) fn syntax(script: &str, error: &mlua::Error) -> Fault {
    plain(script, text_of(error)).code("syntax_error")
}

fn plain(script: &str, text: String) -> Fault {
    let at = place(script, &text);
    let mut fault = Fault::new(Kind::Script, text);
    fault.extra.at = at;
    fault
}

/// `workflow.lua:3` from the beginning of a message of the VM.
fn place(script: &str, text: &str) -> Option<String> {
    let rest = text.strip_prefix(script)?.strip_prefix(':')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit())?;
    (digits > 0 && rest[digits..].starts_with(':')).then(|| format!("{script}:{}", &rest[..digits]))
}

fn kind_of(table: &Table) -> Option<Kind> {
    let code: String = table.metatable()?.raw_get("kind").ok()?;
    KINDS.iter().find(|row| row.code == code).map(|row| row.kind)
}

fn text(table: &Table, key: &str) -> Option<String> {
    match table.raw_get::<Value>(key) {
        Ok(Value::String(text)) => Some(text.to_string_lossy()),
        _ => None,
    }
}

fn rebuild(lua: &Lua, kind: Kind, table: &Table) -> Fault {
    let mut fault = Fault::new(kind, text(table, "message").unwrap_or_default());
    if let Some(code) = text(table, "code") {
        fault = fault.code(code);
    }
    fault.hint = text(table, "hint");
    let number = |key| table.raw_get::<Option<u32>>(key).ok().flatten();
    fault.extra.http_status = number("http_status").and_then(|status| status.try_into().ok());
    fault.extra.retry_after =
        number("retry_after_ms").map(|wait| std::time::Duration::from_millis(wait.into()));
    fault.extra.retryable = table.raw_get::<Option<bool>>("retryable").ok().flatten();
    fault.extra.effect = match text(table, "effect").as_deref() {
        Some("done") => SideEffect::Done,
        Some("unknown") => SideEffect::Unknown,
        _ => SideEffect::None,
    };
    fault.extra.run_id = text(table, "run_id");
    fault.extra.param = text(table, "param");
    fault.extra.at = text(table, "at");
    let detail = table.raw_get::<Value>("detail").unwrap_or_default();
    fault.extra.detail = to_json(lua, &detail, ROOM).ok().filter(|detail| !detail.is_null());
    fault
}

/// A table that the script itself raised: its `code`, `message` and `hint` are used, and the whole
/// is kept as detail.
fn users_own(lua: &Lua, table: &Table) -> Fault {
    let described =
        table.metatable().is_some_and(|meta| meta.contains_key("__tostring").unwrap_or(false));
    let message = text(table, "message").filter(|_| !described);
    let message = message
        .unwrap_or_else(|| render(lua, &Value::Table(table.clone()), ROOM).unwrap_or_default());
    let mut fault = Fault::new(Kind::Script, message);
    if let Some(code) = text(table, "code") {
        fault = fault.code(code);
    }
    fault.hint = text(table, "hint");
    fault.extra.detail = to_json(lua, &Value::Table(table.clone()), ROOM).ok();
    fault
}

/// A value that could not become JSON, as a fault about `what`.
pub(super) fn unfit(what: &str, path: &str, why: &str) -> Fault {
    let name = if path.is_empty() { what.to_owned() } else { format!("`{path}`") };
    let fault = Fault::usage(format!("{name} {why}")).code("invalid_value");
    if path.is_empty() { fault } else { fault.param(path) }
}

/// The refusal that a problem of conversion means; one that is out of memory ends the script.
pub(super) fn problem(what: &str, problem: Problem) -> Refusal {
    match problem {
        Problem::Refused { path, why } => unfit(what, &path, &why).into(),
        Problem::TooLarge => Refusal::Lua(mlua::Error::MemoryError(format!("{what} is too large"))),
        Problem::Lua(error) => Refusal::Lua(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_from_the_beginning_of_a_message() {
        assert_eq!(place("a.lua", "a.lua:12: no").unwrap(), "a.lua:12");
        assert_eq!(place("a.lua", "a.lua: no"), None);
        assert_eq!(place("a.lua", "b.lua:12: no"), None);
        assert_eq!(place("C:\\a.lua", "C:\\a.lua:7: no").unwrap(), "C:\\a.lua:7");
    }

    #[test]
    fn tracebacks_stay_inside() {
        let lua = Lua::new();
        let error = lua.load("error('boom')").set_name("=x").exec().unwrap_err();
        assert_eq!(text_of(&error), "x:1: boom");
    }

    #[test]
    fn a_table_of_the_script_keeps_its_code_and_message() {
        let lua = Lua::new();
        super::super::value::Marks::install(&lua).unwrap();
        let table = lua.load("{code = 'mine', message = 'no', n = 1}").eval().unwrap();
        let fault = uncaught(&lua, "x", &table, Some("x:3".to_owned()));
        assert_eq!((&*fault.code, &*fault.message), ("mine", "no"));
        assert_eq!(fault.extra.at.as_deref(), Some("x:3"));
        assert_eq!(fault.extra.detail.unwrap()["n"], 1);
    }
}
