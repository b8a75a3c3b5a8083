//! Parameters and results as tables, shared by the page of a function and that of its provider.

use indexmap::IndexMap;

use super::super::operation::{Effect, Operation, Param, Type};

/// The parameter table, of those that `wanted` picks by name.
pub(super) fn parameters(operation: &Operation, wanted: impl Fn(&str) -> bool) -> String {
    if operation.params.is_empty() {
        return "None.\n".to_owned();
    }
    let mut text = String::from("| Name | Type | Required | Description |\n|---|---|---|---|\n");
    for (name, param) in operation.params.iter().filter(|(name, _)| wanted(name)) {
        let choice = operation.one_of.iter().any(|(names, _)| names.contains(name));
        let required = match (param.required, choice) {
            (true, _) => "yes",
            (false, true) => "one of",
            (false, false) => "no",
        };
        text +=
            &format!("| `{name}` | {} | {required} | {} |\n", type_of(param, "null"), about(param));
    }
    let fields = operation.params.iter().filter(|(name, _)| wanted(name));
    for (name, param) in fields {
        let (path, fields) = below(name, param);
        if !fields.is_empty() {
            text += &format!("\nFields of `{path}`:\n\n{}", field_table(fields, true));
        }
    }
    for (names, _) in &operation.one_of {
        text += &format!("\nAt least one of {} is needed.\n", code_list(names));
    }
    text
}

/// The result table.
pub(super) fn result(operation: &Operation) -> String {
    if operation.result.is_empty() {
        return "What the service answers, unchanged.\n".to_owned();
    }
    let mut text = field_table(&operation.result, false);
    for (name, param) in &operation.result {
        let (path, fields) = below(name, param);
        if !fields.is_empty() {
            text += &format!("\nFields of `{path}`:\n\n{}", field_table(fields, false));
        }
    }
    if operation.routes.iter().any(|route| route.shape.is_none() && route.items.is_none()) {
        return text;
    }
    if operation.effect == Effect::Read {
        text += "\nWhatever else the service sends is kept under its own name.\n";
    }
    text
}

/// The known fields of an object, or of the objects in a list, and the path to them.
pub(super) fn below<'a>(name: &str, param: &'a Param) -> (String, &'a IndexMap<String, Param>) {
    match &param.items {
        Some(item) => (format!("{name}[]"), &item.properties),
        None => (name.to_owned(), &param.properties),
    }
}

fn field_table(fields: &IndexMap<String, Param>, required: bool) -> String {
    let (head, rule) = if required { (" Required |", "---|") } else { ("", "") };
    let mut text = format!("| Field | Type |{head} Description |\n|---|---|{rule}---|\n");
    for (name, field) in fields {
        let need = match (required, field.required) {
            (false, _) => "",
            (true, true) => " yes |",
            (true, false) => " no |",
        };
        text += &format!(
            "| `{name}` | {} |{need} {} |\n",
            type_of(field, if required { "null" } else { "nil" }),
            about(field)
        );
    }
    text
}

/// The type in words: `string`, `array of object`, `string or null`, with the word for nothing.
fn type_of(param: &Param, nothing: &str) -> String {
    let mut word = param.kind.word().to_owned();
    if let Some(item) = &param.items {
        word += &format!(" of {}", item.kind.word());
    }
    if param.nullable && param.kind != Type::Any {
        word += &format!(" or {nothing}");
    }
    word
}

fn about(param: &Param) -> String {
    let mut text = param.about.replace('|', "\\|").replace('\n', " ");
    if !param.choices.is_empty() {
        let choices: Vec<String> =
            param.choices.iter().map(|c| format!("`{}`", plain(c))).collect();
        text += &format!(" One of {}.", choices.join(", "));
    }
    if let Some(default) = &param.default {
        text += &format!(" Default: `{}`.", plain(default));
    }
    if let (Some(longest), false) = (param.max_length, text.contains("character")) {
        text += &format!(" At most {longest} characters.");
    }
    text
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `a`, `b`, `c`.
pub(super) fn code_list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
