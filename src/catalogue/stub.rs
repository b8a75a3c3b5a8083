//! What editors are told: LuaLS definitions of a provider's namespace, made of its rows. The
//! globals that no row describes are in `lua/library/kosmo.lua`, written by hand.

use indexmap::IndexMap;

use super::operation::{Operation, Param, Provider, Type};

/// The definitions of a provider, as the text of `lua/library/<provider>.lua`.
pub fn library(provider: &Provider) -> String {
    let name = &provider.name;
    let mut text = format!(
        "---@meta\n-- Made of the rows in src/providers/{name}. Rewrite with: UPDATE=1 cargo test generated\n"
    );
    for operation in provider.operations.values() {
        text += &arguments(operation);
        text += &result(operation);
    }
    text += &format!("\n---Every function of {}, on one account.\n", provider.title);
    text += &format!("---@class {name}.functions\nlocal functions = {{}}\n");
    for operation in provider.operations.values() {
        text += &function(operation);
    }
    text += &format!(
        "\n---{}\n---@class {name}: {name}.functions\n---@field default {name}.functions the default account\n",
        provider.about
    );
    text += &format!("---@field [string] {name}.functions an account by name\n");
    text + &format!("\n---@class app.integrations\n---@field {name} {name}\n")
}

fn arguments(operation: &Operation) -> String {
    if operation.params.is_empty() {
        return String::new();
    }
    let class = format!("{}.args", operation.full_name());
    class_of(&class, &operation.params, |param| !param.required || param.field.is_some())
}

fn result(operation: &Operation) -> String {
    if operation.result.is_empty() {
        return String::new();
    }
    class_of(&format!("{}.result", operation.full_name()), &operation.result, |field| {
        field.nullable
    })
}

/// A class, and one for every object with known fields below it.
fn class_of(
    class: &str,
    fields: &IndexMap<String, Param>,
    optional: impl Fn(&Param) -> bool + Copy,
) -> String {
    let mut below = String::new();
    let mut text = format!("\n---@class {class}\n");
    for (name, param) in fields {
        let inner = format!("{class}.{name}");
        let known = param.items.as_deref().unwrap_or(param);
        if !known.properties.is_empty() {
            below += &class_of(&inner, &known.properties, optional);
        }
        let mark = if optional(param) { "?" } else { "" };
        let about = param.about.replace('\n', " ");
        text += &format!("---@field {name}{mark} {} {about}\n", lua_type(&inner, param));
    }
    below + &text
}

fn lua_type(class: &str, param: &Param) -> String {
    if !param.choices.is_empty() {
        let choices: Vec<String> = param.choices.iter().map(ToString::to_string).collect();
        return choices.join("|");
    }
    match param.kind {
        Type::String if param.from_integer => "string|integer".to_owned(),
        Type::Object if param.properties.is_empty() => "table<string, any>".to_owned(),
        Type::Object => class.to_owned(),
        Type::Array => match &param.items {
            Some(item) => format!("{}[]", lua_type(class, item)),
            None => "any[]".to_owned(),
        },
        kind => kind.word().to_owned(),
    }
}

fn function(operation: &Operation) -> String {
    let full = operation.full_name();
    let mut text = format!("\n---{}\n", operation.about);
    if operation.params.is_empty() {
        text += "---@param args? {}\n";
    } else {
        text += &format!("---@param args {full}.args\n");
        let given: Vec<String> = operation
            .params
            .iter()
            .filter(|(name, param)| param.required || operation.example.contains_key(*name))
            .map(|(name, param)| {
                let mark = if param.required { "" } else { "?" };
                format!("{name}{mark}: {}", lua_type(&format!("{full}.args.{name}"), param))
            })
            .collect();
        let returns = returns(operation);
        text += &format!("---@overload fun({}): {returns}\n", given.join(", "));
    }
    text += &format!("---@return {}\n", returns(operation));
    text += &format!("function functions.{}(args) end\n", operation.name);
    for alias in &operation.aliases {
        text += &format!("functions.{alias} = functions.{}\n", operation.name);
    }
    text
}

fn returns(operation: &Operation) -> String {
    if operation.result.is_empty() {
        return "any".to_owned();
    }
    format!("{}.result", operation.full_name())
}

#[cfg(test)]
mod tests {
    use super::super::Catalogue;

    #[test]
    fn every_name_of_every_function_is_defined() {
        let catalogue = Catalogue::new(Vec::new());
        for provider in catalogue.providers() {
            let text = super::library(provider);
            for operation in provider.operations.values() {
                assert!(text.contains(&format!("function functions.{}(args) end", operation.name)));
                for alias in &operation.aliases {
                    let line = format!("functions.{alias} = functions.{}\n", operation.name);
                    assert!(text.contains(&line), "{line}");
                }
            }
        }
    }

    #[test]
    fn types_come_from_the_row() {
        let catalogue = Catalogue::new(Vec::new());
        let text = super::library(catalogue.provider("segment").unwrap());
        for line in [
            "---@class segment.track_event.args\n---@field event string Name of the action",
            "---@field userId? string|integer ",
            "---@field properties? table<string, any> ",
            "---@overload fun(slug?: string, id: string): segment.get_source.result\n",
            "---@class segment.list_sources.result.sources\n---@field id string Its id.\n",
            "---@field sources segment.list_sources.result.sources[] ",
            "---@class app.integrations\n---@field segment segment\n",
        ] {
            assert!(text.contains(line), "no {line:?} in\n{text}");
        }
    }
}
