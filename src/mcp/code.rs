//! The tools of code mode: they know every function without naming any, so that their definitions
//! stay small however many there are. What they do is left to `script` and `pages`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::tool::{Act, Code, Hints, Tool, object};

/// What a client of code mode should know before it begins.
pub(super) const INSTRUCTIONS: &str = "Find a function with `search`, read its page with `docs_read`, \
    then call it from a script with `run_lua` (reads) or `run_lua_write` (may change things). Filter \
    and combine inside the script and return only what you need.";

/// The tools in the order they are listed.
pub(super) fn tools(writes: bool) -> Vec<Tool> {
    let mut tools = vec![search(), docs_read(), run_lua()];
    if writes {
        tools.push(run_lua_write());
    }
    tools
}

/// The tool that is accepted under this name although it is not listed.
pub(super) fn unlisted(name: &str, writes: bool) -> Option<Tool> {
    let word = json!({"type": "string"});
    let (act, properties, required) = match name {
        "read_result" => return Some(read_result()),
        "search" => return Some(search()),
        "docs_read" => return Some(docs_read()),
        "run_lua" => return Some(run_lua()),
        "run_lua_write" if writes => return Some(run_lua_write()),
        "lua_list_docs" => (Code::ListDocs, json!({"namespace": word}), vec![]),
        "lua_search_docs" => {
            let limit = json!({"type": "integer"});
            (Code::SearchDocs, json!({"query": word, "limit": limit}), vec!["query"])
        }
        "lua_read_doc" => (Code::ReadDoc, json!({"page": word}), vec!["page"]),
        "execute_lua" => {
            let number = json!({"type": "number"});
            let properties = json!({"code": word, "memoryLimit": number, "cpuLimit": number});
            (Code::ExecuteLua, properties, vec!["code"])
        }
        _ => return None,
    };
    Some(tool(name, act, "", (properties, &required), None, Hints::default()))
}

fn search() -> Tool {
    let properties = json!({
        "query": {"type": "string", "description": "What is to be done, in words."},
        "limit": {"type": "integer", "minimum": 1, "maximum": 50, "default": 10},
    });
    tool(
        "search",
        Code::Search,
        "Find functions of the connected services by what they do. Each hit has its name, what it \
         does and its effect (read, write, replace, destroy, erase), best first.",
        (properties, &["query"]),
        Some(json!({"hits": {"type": "array", "items": {"type": "object"}}})),
        reading(false),
    )
}

fn docs_read() -> Tool {
    let page = "A function (`segment.track_event`), a group (`segment.sources`), a provider, a guide \
                (`lua`, `errors`, `limits`), `index`, or the handle of a result that was cut.";
    tool(
        "docs_read",
        Code::DocsRead,
        "Read a page of the documentation: parameters, result, examples and errors of a function, or \
         a guide. Also reads on in a result that was cut.",
        (json!({"page": {"type": "string", "description": page}}), &["page"]),
        None,
        reading(false),
    )
}

fn run_lua() -> Tool {
    tool(
        "run_lua",
        Code::RunLua,
        "Run a sandboxed Luau script that only reads; calls that would change anything are refused. \
         Functions are `app.integrations.<provider>[.<account>].<function>{arg = value}`; they return \
         tables and raise errors with `code`, `message` and `hint`. `print` and `return` give the \
         result. Also there: `input`, `json`, `regex`, `docs`, `paginate(fn, args)` over every item \
         of a list, `task.map(items, fn)` for calls at the same time, and `app.mcp`. No files, no \
         network, no `require`.",
        (script(), &["code"]),
        Some(ran()),
        reading(true),
    )
}

fn run_lua_write() -> Tool {
    tool(
        "run_lua_write",
        Code::RunLuaWrite,
        "Like run_lua, for scripts that change something. Policy applies to every call. What it asks \
         about is put to the user as one plan before anything is sent; where nobody can be asked, \
         nothing is sent and the plan is returned with how to approve it. The script then runs twice: \
         once to plan, once for real.",
        (script(), &["code"]),
        Some(ran()),
        Hints {
            read_only: Some(false),
            destructive: Some(true),
            idempotent: Some(false),
            open_world: Some(true),
        },
    )
}

/// The tool that reads on in results that were cut.
pub(super) fn read_result() -> Tool {
    let handle = "The handle in the result that was cut, with `:2` for its second page.";
    tool(
        "read_result",
        Code::ReadResult,
        "Read on in a result that was too long and was cut.",
        (json!({"handle": {"type": "string", "description": handle}}), &["handle"]),
        None,
        reading(false),
    )
}

fn script() -> Value {
    json!({
        "code": {"type": "string", "description": "The script."},
        "input": {"description": "The global `input`."},
        "account": {"type": "string", "description": "The account meant where the script names none."},
        "timeout": {"type": "number", "description": "Seconds it may take in all."},
    })
}

fn ran() -> Value {
    json!({
        "result": {"description": "What it returned."},
        "output": {"type": "string", "description": "What it printed."},
        "calls": {"type": "array", "items": {"type": "object"}},
    })
}

fn reading(open_world: bool) -> Hints {
    Hints {
        read_only: Some(true),
        destructive: Some(false),
        idempotent: Some(true),
        open_world: Some(open_world),
    }
}

fn tool(
    name: &str,
    act: Code,
    description: &str,
    (properties, required): (Value, &[&str]),
    output: Option<Value>,
    hints: Hints,
) -> Tool {
    let input = json!({
        "type": "object", "properties": properties, "required": required,
        "additionalProperties": false,
    });
    let output = output.map(|fields| json!({"type": "object", "properties": fields}));
    Tool {
        name: name.to_owned(),
        title: None,
        description: description.to_owned(),
        input: Arc::new(object(input)),
        output: output.map(|schema| Arc::new(object(schema))),
        hints,
        act: Act::Code(act),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_stay_under_two_thousand_tokens() {
        let definitions: Vec<_> = tools(true).iter().map(Tool::definition).collect();
        assert_eq!(definitions.len(), 4);
        let wire = serde_json::to_string(&definitions).unwrap();
        let tokens = tiktoken_rs::o200k_base().unwrap().encode_ordinary(&wire).len();
        assert!(tokens < 2000, "{tokens} tokens");
        assert!(tokens > 300, "{tokens} tokens: is anything said at all?");
    }
}
