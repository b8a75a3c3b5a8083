//! An entry, and a tool, as people and programs may see them. What an entry's names say to be
//! a secret is masked; its variables and headers are left out.

use serde_json::{Map, Value, json};

use super::entry::{Entry, Reach};
use super::resolve::tells;
use crate::catalogue::schema::input_schema;
use crate::catalogue::{Effect, Operation};
use crate::redact::MASK;

/// The command line or address of an entry, in one line.
pub fn line(entry: &Entry) -> String {
    match &entry.reach {
        Ok(Reach::Stdio { command, args: list, .. }) => {
            std::iter::once(command.clone()).chain(args(list)).collect::<Vec<_>>().join(" ")
        }
        Ok(Reach::Http { url: address, .. }) => url(address),
        Err(fault) => fault.message.clone(),
    }
}

/// The documented row: `name`, `type`, `enabled`, `source`, `path`, `command`, `args`, `url`,
/// `timeout`; whoever knows more adds it.
pub fn row(entry: &Entry) -> Map<String, Value> {
    let mut row = Map::new();
    let mut put = |key: &str, value: Value| drop(row.insert(key.to_owned(), value));
    put("name", json!(entry.name));
    put("type", json!(entry.kind()));
    put("enabled", json!(entry.enabled));
    put("source", json!(entry.source.word()));
    put("path", json!(entry.path));
    let (mut command, mut list, mut address) = (Value::Null, json!([]), Value::Null);
    match &entry.reach {
        Ok(Reach::Stdio { command: name, args: words, .. }) => {
            command = json!(name);
            list = json!(args(words));
        }
        Ok(Reach::Http { url: text, .. }) => address = json!(url(text)),
        Err(_) => {}
    }
    put("command", command);
    put("args", list);
    put("url", address);
    put("timeout", json!(entry.timeout.as_secs()));
    row
}

/// The documented row of a tool.
pub fn tool(operation: &Operation) -> Value {
    let server = operation.tool.as_ref().map(|tool| tool.server.as_str());
    let parameters: Vec<Value> = operation
        .params
        .iter()
        .map(|(name, param)| {
            json!({
                "name": name, "type": param.kind.word(), "required": param.required,
                "description": param.about,
            })
        })
        .collect();
    let access = if operation.effect == Effect::Read { "read" } else { "write" };
    json!({
        "server": server,
        "name": operation.tool.as_ref().map(|tool| tool.name.as_str()),
        "function": bare(&operation.full_name()),
        "lua_path": operation.lua_path(),
        "description": operation.about,
        "operation": access,
        "effect": operation.effect.word(),
        "parameters": parameters,
        "schema": input_schema(operation),
        "output_schema": operation.tool.as_ref().and_then(|tool| tool.output.clone()),
    })
}

/// The name of a tool without what functions of every kind may begin with.
pub fn bare(function: &str) -> &str {
    let name = function.strip_prefix("app.").unwrap_or(function);
    name.strip_prefix("mcp.").unwrap_or(name)
}

fn args(args: &[String]) -> Vec<String> {
    let mut hidden = false;
    args.iter()
        .map(|arg| {
            let shown = match arg.split_once('=') {
                _ if hidden => MASK.to_owned(),
                Some((name, _)) if name.starts_with('-') && tells(name) => format!("{name}={MASK}"),
                _ => url(arg),
            };
            hidden = arg.starts_with('-') && !arg.contains('=') && tells(arg);
            shown
        })
        .collect()
}

/// An address without its password and the secrets of its query; other text as it is.
fn url(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (place, query) = rest.split_once('?').map_or((rest, None), |(p, q)| (p, Some(q)));
    let (host, path) = place.split_once('/').map_or((place, None), |(h, p)| (h, Some(p)));
    let mut shown = format!("{scheme}://");
    match host.rsplit_once('@') {
        Some((_, host)) => shown += &format!("{MASK}@{host}"),
        None => shown += host,
    }
    if let Some(path) = path {
        shown += &format!("/{path}");
    }
    if let Some(query) = query {
        let pair = |pair: &str| match pair.split_once('=') {
            Some((name, _)) if tells(name) => format!("{name}={MASK}"),
            _ => pair.to_owned(),
        };
        shown += &format!("?{}", query.split('&').map(pair).collect::<Vec<_>>().join("&"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_command_lines_and_addresses_are_masked() {
        let words = ["--api-key", "abc", "--token=abc", "-x", "https://u:p@h/a?key=abc&n=1"];
        let words: Vec<String> = words.map(str::to_owned).to_vec();
        assert_eq!(
            args(&words).join(" "),
            format!("--api-key {MASK} --token={MASK} -x https://{MASK}@h/a?key={MASK}&n=1")
        );
    }
}
