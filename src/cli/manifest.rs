//! `schema cli`: the command line described to a program. Everything in it is read from the command
//! table, the flags as clap knows them, and the table of failures.

use std::any::TypeId;
use std::path::PathBuf;
use std::time::Duration;

use clap::Arg;
use serde_json::{Map, Value, json};
use serde_json_path::JsonPath;

use super::entry::{Entry, Touches};
use super::everywhere::everywhere;
use super::output::pretty;
use super::reply::Reply;
use super::table;
use crate::error::KINDS;

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo schema cli --json
kosmo schema cli --select '$.commands[*].name'";

/// What a value that is read from text may be, by the type it becomes.
fn kinds() -> [(TypeId, &'static str); 8] {
    [
        (TypeId::of::<bool>(), "flag"),
        (TypeId::of::<u16>(), "integer"),
        (TypeId::of::<u32>(), "integer"),
        (TypeId::of::<u64>(), "integer"),
        (TypeId::of::<usize>(), "integer"),
        (TypeId::of::<PathBuf>(), "path"),
        (TypeId::of::<Duration>(), "duration"),
        (TypeId::of::<JsonPath>(), "jsonpath"),
    ]
}

/// The whole description.
pub(super) fn reply() -> Reply {
    let common = everywhere(clap::Command::new("kosmo"));
    let ids: Vec<&str> = common.get_arguments().map(|arg| arg.get_id().as_str()).collect();
    let effects = Touches::ALL.map(|(_, word, about)| json!({"effect": word, "about": about}));
    let json = json!({
        "success": true,
        "schema": 1,
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "usage": "kosmo <COMMAND> [OPTIONS]",
        "commands": table::entries().map(|entry| command(entry, &ids)).collect::<Vec<_>>(),
        "common_flags": common.get_arguments().filter(|arg| !arg.is_hide_set()).map(argument).collect::<Vec<_>>(),
        "output": {
            "usual": "text for people on stdout",
            "envelope": "one JSON object with --json, on success and on failure",
            "forms": forms(&common),
            "errors": "stderr; with --json in the object",
        },
        "effects": effects,
        "exit_codes": exits(),
    });
    let text = pretty(&json);
    Reply::new(json, text)
}

fn command(entry: &Entry, common: &[&str]) -> Value {
    let command = entry.command();
    let own = |arg: &&Arg| !arg.is_hide_set() && !common.contains(&arg.get_id().as_str());
    let arguments = command.get_positionals().filter(own).map(argument);
    let flags =
        command.get_arguments().filter(|arg| !arg.is_positional()).filter(own).map(argument);
    let usage = entry.command().render_usage().to_string();
    json!({
        "name": entry.name,
        "spellings": spellings(entry.name),
        "family": entry.heading,
        "about": entry.about,
        "usage": usage.strip_prefix("Usage: ").unwrap_or(&usage),
        "examples": entry.example_lines().lines().collect::<Vec<_>>(),
        "effect": entry.touches().word(),
        "takes_parameters_of_a_function": entry.loose,
        "arguments": arguments.collect::<Vec<_>>(),
        "flags": flags.collect::<Vec<_>>(),
    })
}

/// A colon and a blank mean the same.
fn spellings(name: &str) -> Vec<String> {
    let (colon, blank) = (name.replacen(' ', ":", 1), name.replacen(':', " ", 1));
    if colon == blank { vec![colon] } else { vec![colon, blank] }
}

fn argument(arg: &Arg) -> Value {
    let takes = arg.get_action().takes_values();
    let counted = matches!(arg.get_action(), clap::ArgAction::Count);
    let many = matches!(arg.get_action(), clap::ArgAction::Append)
        || arg.get_num_args().is_some_and(|range| range.max_values() > 1);
    let choices: Vec<String> = match takes {
        true => arg.get_possible_values().iter().map(|it| it.get_name().to_owned()).collect(),
        false => Vec::new(),
    };
    let defaults: Vec<String> =
        arg.get_default_values().iter().map(|it| it.to_string_lossy().into_owned()).collect();
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
    put("name", json!(arg.get_id().as_str()));
    if !arg.is_positional() {
        put("long", json!(arg.get_long().map(|long| format!("--{long}"))));
        put("short", json!(arg.get_short().map(|short| format!("-{short}"))));
    }
    put("type", json!(kind(arg, takes, &choices)));
    put(
        "value",
        json!(
            arg.get_value_names()
                .filter(|_| takes)
                .and_then(|names| names.first())
                .map(ToString::to_string)
        ),
    );
    put("about", json!(arg.get_help().map(ToString::to_string)));
    put("required", json!(arg.is_required_set()));
    put("repeatable", json!(many || counted));
    put("choices", json!(choices));
    put("default", json!(defaults.first().filter(|_| takes)));
    Value::Object(map)
}

fn kind(arg: &Arg, takes: bool, choices: &[String]) -> &'static str {
    let parsed = arg.get_value_parser().type_id();
    let size = arg.get_value_names().is_some_and(|names| names.iter().any(|it| it == "BYTES"));
    match kinds().iter().find(|(id, _)| parsed == *id) {
        _ if !takes => "flag",
        _ if !choices.is_empty() => "choice",
        _ if size => "size",
        Some((_, word)) => word,
        None => "text",
    }
}

fn forms(common: &clap::Command) -> Vec<Value> {
    let output = common.get_arguments().find(|arg| arg.get_id() == "output");
    let values = output.map(Arg::get_possible_values).unwrap_or_default();
    let about = |value: &clap::builder::PossibleValue| value.get_help().map(ToString::to_string);
    values.iter().map(|it| json!({"form": it.get_name(), "about": about(it)})).collect()
}

/// Every exit status with the failures behind it.
fn exits() -> Vec<Value> {
    let mut codes: Vec<u8> = KINDS.iter().map(|row| row.exit).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut exits = vec![json!({"code": 0, "failures": []})];
    exits.extend(codes.into_iter().map(|code| {
        let failures = KINDS
            .iter()
            .filter(|row| row.exit == code)
            .map(|row| json!({"code": row.code, "about": row.about, "retryable": row.retryable}));
        json!({"code": code, "failures": failures.collect::<Vec<_>>()})
    }));
    exits
}
