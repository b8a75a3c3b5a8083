//! A call written out, in Lua and for a shell, ready to be pasted.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::super::operation::{Operation, Param, Type};

/// A Lua table is written on one line up to this many characters.
const LINE: usize = 76;

/// The call of `operation` with `args` in Lua: `app.integrations.segment.track_event({ … })`.
pub fn lua_call(operation: &Operation, args: &Map<String, Value>) -> String {
    let path = operation.lua_path();
    let table = Value::Object(args.clone());
    let short = lua(&table, None);
    if path.len() + short.len() <= LINE {
        return format!("{path}({short})");
    }
    format!("{path}({})", lua(&table, Some(0)))
}

/// The row's own example in Lua, result and all.
pub fn lua_example(operation: &Operation) -> String {
    let call = lua_call(operation, &operation.example);
    if operation.example_lua.is_empty() {
        return call;
    }
    format!("local result = {call}\n{}", operation.example_lua.trim_end())
}

/// The call of `operation` with `args` in a shell, one flag a parameter.
pub fn shell_flags(operation: &Operation, args: &Map<String, Value>) -> String {
    let mut line = format!("kosmo integrations:{} {}", operation.provider, operation.name);
    for (name, value) in args {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        line += &format!(" --{name}={}", quote(&text));
    }
    line
}

/// The call of `operation` with `args` in a shell, as one JSON document.
pub fn shell_json(operation: &Operation, args: &Map<String, Value>) -> String {
    let name = operation.full_name();
    if args.is_empty() {
        return format!("kosmo integrations:call {name} --json");
    }
    let json = quote(&Value::Object(args.clone()).to_string());
    format!("kosmo integrations:call {name} {json} --json")
}

/// Arguments that fit, for a row that nobody wrote an example for: all that it cannot do without.
pub fn arguments(params: &IndexMap<String, Param>) -> Map<String, Value> {
    let required = params.iter().filter(|(_, param)| param.required);
    required.map(|(name, param)| (name.clone(), argument(name, param))).collect()
}

fn argument(name: &str, param: &Param) -> Value {
    if let Some(known) = param.default.as_ref().or_else(|| param.choices.first()) {
        return known.clone();
    }
    let number = || {
        let least = param.minimum.unwrap_or(1);
        param.maximum.map_or(least, |most| least.min(most))
    };
    match param.kind {
        Type::Boolean => Value::Bool(true),
        Type::Integer | Type::Number => Value::from(number()),
        Type::Object => Value::Object(arguments(&param.properties)),
        Type::Array => param.items.iter().map(|item| argument(name, item)).collect(),
        Type::String | Type::Any => match param.format.as_deref() {
            Some("date-time") => "2026-01-31T12:00:00Z".into(),
            Some("date") => "2026-01-31".into(),
            Some("email") => "user@example.com".into(),
            Some("uri") => "https://example.com".into(),
            _ => format!("example_{name}").into(),
        },
    }
}

/// `text` as one word of a POSIX shell.
pub fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A value as Lua source; over several lines when `indent` says how deep it stands.
fn lua(value: &Value, indent: Option<usize>) -> String {
    match value {
        Value::Null => "nil".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => lua_string(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| entry(None, item, indent)).collect();
            braces(&items, indent)
        }
        Value::Object(map) => {
            let items: Vec<String> =
                map.iter().map(|(key, value)| entry(Some(key), value, indent)).collect();
            braces(&items, indent)
        }
    }
}

fn entry(key: Option<&str>, value: &Value, indent: Option<usize>) -> String {
    let key = match key {
        None => String::new(),
        Some(key) if is_name(key) => format!("{key} = "),
        Some(key) => format!("[{}] = ", lua_string(key)),
    };
    let short = lua(value, None);
    match indent {
        Some(depth) if (depth + 1) * 2 + key.len() + short.len() > LINE => {
            format!("{key}{}", lua(value, Some(depth + 1)))
        }
        _ => format!("{key}{short}"),
    }
}

fn braces(items: &[String], indent: Option<usize>) -> String {
    match (items.is_empty(), indent) {
        (true, _) => "{}".to_owned(),
        (false, None) => format!("{{ {} }}", items.join(", ")),
        (false, Some(depth)) => {
            let (inner, outer) = ("  ".repeat(depth + 1), "  ".repeat(depth));
            let lines: Vec<String> = items.iter().map(|item| format!("{inner}{item},\n")).collect();
            format!("{{\n{}{outer}}}", lines.concat())
        }
    }
}

fn lua_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted += "\\n",
            '\r' => quoted += "\\r",
            c if c.is_control() => quoted += &format!("\\u{{{:x}}}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

fn is_name(key: &str) -> bool {
    const WORDS: &[&str] = &[
        "and", "break", "continue", "do", "else", "elseif", "end", "false", "for", "function",
        "goto", "if", "in", "local", "nil", "not", "or", "repeat", "return", "then", "true",
        "until", "while",
    ];
    let mut chars = key.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !WORDS.contains(&key)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_shell_takes_the_text_back_as_it_was() {
        assert_eq!(quote("user-42"), "user-42");
        assert_eq!(quote("Order Completed"), "'Order Completed'");
        assert_eq!(quote("it's"), r"'it'\''s'");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("$HOME"), "'$HOME'");
    }

    #[test]
    fn lua_takes_the_value_back_as_it_was() {
        let value = json!({"a b": "x\"\\\n", "end": [1, true, {}], "plan": "pro"});
        assert_eq!(
            lua(&value, None),
            r#"{ ["a b"] = "x\"\\\n", ["end"] = { 1, true, {} }, plan = "pro" }"#
        );
    }

    #[test]
    fn a_long_table_is_spread_over_lines() {
        let long = "x".repeat(40);
        let value = json!({"a": long, "b": {"c": 1}, "d": long});
        let text = lua(&value, Some(0));
        assert_eq!(
            text,
            format!("{{\n  a = \"{long}\",\n  b = {{ c = 1 }},\n  d = \"{long}\",\n}}")
        );
    }
}
