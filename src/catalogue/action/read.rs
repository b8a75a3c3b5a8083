//! An action's file as it is written.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::schema::params;
use super::template::{Template, names};
use super::{Action, ActionSource, Custom, Work, is_key};
use crate::catalogue::operation::{Effect, Param, Type};
use crate::error::{Fault, Kind};

/// A file, key by key, in the spelling that other tools write.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    key: Option<String>,
    name: Option<String>,
    description: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(alias = "integrationKey", alias = "provider")]
    integration: Option<String>,
    #[serde(alias = "connectionKey", alias = "account")]
    connection: Option<String>,
    effect: Option<Effect>,
    #[serde(default)]
    intent: Vec<String>,
    config: Config,
    #[serde(rename = "inputSchema")]
    input_schema: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    request: Option<Request>,
    code: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    method: Option<String>,
    path: String,
    service: Option<String>,
    items: Option<String>,
    #[serde(default)]
    query: Map<String, Value>,
    #[serde(default)]
    headers: Map<String, Value>,
    body: Option<Value>,
}

/// The kinds that are a request, and those that are a script.
const REQUESTS: [&str; 4] =
    ["request", "api-request-to-external-app", "api-request", "http-request"];
const SCRIPTS: [&str; 2] = ["lua", "run-lua"];

/// A complaint and the word of the file that it is about.
type Wrong = (String, &'static str);

pub(super) fn action(source: &ActionSource) -> Result<Action, Fault> {
    let complain = |(why, word): Wrong| complaint(source, &why, find(&source.text, word));
    if !is_key(&source.key) {
        let why =
            "the file's name, an action's key, is made of lower-case letters, digits, `-` and `_`";
        return Err(complaint(source, why, 0));
    }
    let file: File = toml::from_str(&source.text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start.min(source.text.len()));
        complaint(source, error.message(), at)
    })?;
    let record = toml::from_str::<Value>(&source.text).unwrap_or(Value::Null);
    if file.key.as_ref().is_some_and(|key| *key != source.key) {
        return Err(complain(("`key` is not the file's name".to_owned(), "key")));
    }
    let work = work(&file).map_err(complain)?;
    let params = inputs(&file, &work).map_err(complain)?;
    let usual = match &work {
        Work::Request(request) => by_method(&request.method),
        Work::Script(_) | Work::Row | Work::Flow(_) => Effect::Write,
    };
    Ok(Action {
        provider: file.integration,
        title: file.name,
        about: file.description,
        effect: file.effect.unwrap_or(usual),
        intent: file.intent,
        params,
        custom: Custom {
            key: source.key.clone(),
            file: source.file.clone(),
            layer: source.layer,
            account: file.connection,
            work,
            record,
        },
    })
}

fn work(file: &File) -> Result<Work, Wrong> {
    let kind = file.kind.as_str();
    if kind == "run-javascript" {
        return Err(("scripts are Lua here: `type = \"lua\"`".to_owned(), "type"));
    }
    let (request, script) = (REQUESTS.contains(&kind), SCRIPTS.contains(&kind));
    if !request && !script {
        let why = format!("`{kind}` is no type of action, there are `request` and `lua`");
        return Err((why, "type"));
    }
    match (&file.config.request, &file.config.code) {
        (Some(asked), None) if request => {
            let method = asked.method.as_deref().unwrap_or("GET").to_ascii_uppercase();
            if !matches!(&*method, "GET" | "POST" | "PUT" | "PATCH" | "DELETE") {
                return Err((
                    format!("`{method}` is not GET, POST, PUT, PATCH or DELETE"),
                    "method",
                ));
            }
            if !asked.path.starts_with('/') {
                return Err(("`path` begins with `/`".to_owned(), "path"));
            }
            Ok(Work::Request(Box::new(Template {
                method,
                path: asked.path.clone(),
                service: asked.service.clone(),
                items: asked.items.clone(),
                query: asked.query.clone(),
                headers: asked.headers.clone(),
                body: asked.body.clone(),
                media_type: None,
            })))
        }
        (None, Some(code)) if script && !code.trim().is_empty() => Ok(Work::Script(code.clone())),
        _ if request => {
            Err(("a request needs `config.request` and nothing else".to_owned(), "config"))
        }
        _ => Err(("a script needs `config.code` and nothing else".to_owned(), "config")),
    }
}

/// What the schema says; without one, what a request's own text names.
fn inputs(file: &File, work: &Work) -> Result<IndexMap<String, Param>, Wrong> {
    let mut inputs = match &file.input_schema {
        Some(schema) => params(schema).map_err(|why| (why, "inputSchema"))?,
        None => IndexMap::new(),
    };
    let Work::Request(request) = work else { return Ok(inputs) };
    for name in names(request) {
        if file.input_schema.is_some() && !inputs.contains_key(&name) {
            return Err((format!("`{name}` is not in the input schema"), "request"));
        }
        let about = "Part of the request.".to_owned();
        inputs.entry(name).or_insert(Param { kind: Type::Any, about, ..Param::default() });
    }
    for name in request.placeholders() {
        if let Some(param) = inputs.get_mut(&name) {
            param.required = true;
            if param.kind == Type::Any {
                param.kind = Type::String;
                param.from_integer = true;
            }
        }
    }
    Ok(inputs)
}

fn by_method(method: &str) -> Effect {
    match method {
        "GET" => Effect::Read,
        "PUT" => Effect::Replace,
        "DELETE" => Effect::Destroy,
        _ => Effect::Write,
    }
}

/// Where a key stands; the beginning when it is not written.
fn find(text: &str, word: &str) -> usize {
    text.match_indices(word)
        .map(|(at, _)| at)
        .find(|at| {
            let before = text[..*at].chars().next_back();
            before.is_none_or(|letter| !letter.is_alphanumeric())
        })
        .unwrap_or(0)
}

fn complaint(source: &ActionSource, why: &str, at: usize) -> Fault {
    let before = &source.text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Fault::new(Kind::Config, format!("{}:{line}:{column}: {why}", source.file))
        .code("invalid_action")
        .hint("correct the file; the action is left out until then")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::action::Layer;

    fn read(text: &str) -> Result<Action, Fault> {
        action(&ActionSource {
            key: "a-b".into(),
            file: "a-b.toml".into(),
            text: text.into(),
            layer: Layer::User,
        })
    }

    #[test]
    fn what_is_wrong_is_placed() {
        for (text, said) in [
            ("type = ", "a-b.toml:1:"),
            (
                "type = \"request\"\nnonsense = 1\n[config]\n",
                "a-b.toml:2:1: unknown field `nonsense`",
            ),
            ("type = \"x\"\n[config]\n", "a-b.toml:1:1: `x` is no type"),
            (
                "name = \"n\"\ntype = \"run-javascript\"\n[config]\ncode = \"1\"",
                "a-b.toml:2:1: scripts are Lua",
            ),
            ("type = \"lua\"\n[config]\n", "a-b.toml:2:2: a script needs"),
            (
                "type = \"request\"\n[config.request]\npath = \"x\"",
                "a-b.toml:3:1: `path` begins with",
            ),
            (
                "type = \"request\"\n[config.request]\npath = \"/{id}\"\n[inputSchema]\ntype = \"object\"",
                "`id` is not in the input schema",
            ),
            (
                "type = \"lua\"\nconfig.code = \"return 1\"\n[inputSchema.properties.x]\noneOf = []",
                "a-b.toml:3:2: `x`: `oneOf` is not understood",
            ),
        ] {
            let fault = read(text).unwrap_err();
            assert!(fault.message.contains(said), "{}", fault.message);
        }
    }

    #[test]
    fn a_request_names_its_own_input() {
        let text = "type = \"request\"\n[config.request]\npath = \"/sources/{id}\"\nquery = { a = \"{{input.kind}}\" }";
        let action = read(text).unwrap();
        let inputs: Vec<(&str, bool)> =
            action.params.iter().map(|(name, param)| (name.as_str(), param.required)).collect();
        assert_eq!(inputs, [("id", true), ("kind", false)]);
    }
}
