//! The tools of one server under names that scripts can write, and what a server has besides tools.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::Tool;
use crate::catalogue::Operation;
use crate::catalogue::name::{did_you_mean, fold, nearest};
use crate::error::Fault;

/// The tools of a server as rows, by name.
#[derive(Debug, Default)]
pub struct Tools {
    server: String,
    rows: IndexMap<String, Arc<Operation>>,
    methods: Vec<Arc<Operation>>,
}

impl Tools {
    /// Rows with names of their own, in the server's order. Of two whose names differ only in what a
    /// script cannot write, the later one gets a number.
    pub fn new(server: &str, tools: Vec<Tool>) -> Self {
        let mut rows: IndexMap<String, Arc<Operation>> = IndexMap::new();
        for tool in tools {
            let plain = lua_name(&tool.name);
            let mut name = plain.clone();
            let mut number = 2;
            while rows.contains_key(&name) {
                name = format!("{plain}_{number}");
                number += 1;
            }
            rows.insert(name.clone(), Arc::new(tool.row(name)));
        }
        Self { server: server.to_owned(), rows, methods: methods(server) }
    }

    /// Every row of a tool.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Operation>> {
        self.rows.values()
    }

    /// The row that a name means, in the server's own spelling or any other, and that of a method.
    ///
    /// # Errors
    /// `not_found` with the nearest names.
    pub fn find(&self, written: &str) -> Result<&Arc<Operation>, Fault> {
        let alias = |row: &&Arc<Operation>| row.aliases.iter().any(|alias| alias == written);
        let folded = fold(written);
        let exact = self.rows.get(written).or_else(|| self.rows.values().find(alias));
        let method = || self.methods.iter().find(|row| row.name == written);
        let loose = || self.rows.values().find(|row| fold(&row.name) == folded);
        exact.or_else(method).or_else(loose).ok_or_else(|| {
            let names = || self.rows.keys().map(String::as_str);
            let hint = did_you_mean(&nearest(written, names()))
                .unwrap_or_else(|| format!("kosmo mcp:tools {} lists them", self.server));
            let name = format!("{}.{written}", self.server);
            Fault::not_found(format!("Unknown MCP function: {name}"))
                .code("unknown_function")
                .hint(hint)
        })
    }
}

/// What a server has besides tools, as functions of the same kind.
fn methods(server: &str) -> Vec<Arc<Operation>> {
    let none = json!({"type": "object", "additionalProperties": false});
    let uri = json!({
        "type": "object", "required": ["uri"], "additionalProperties": false,
        "properties": {"uri": {"type": "string", "description": "The resource's address."}},
    });
    let prompt = json!({
        "type": "object", "required": ["name"], "additionalProperties": false,
        "properties": {
            "name": {"type": "string", "description": "The prompt."},
            "arguments": {"type": "object", "description": "What it is filled with."},
        },
    });
    let table: [(&'static str, &str, Value); 5] = [
        ("resources/list", "Lists the server's resources.", none.clone()),
        (
            "resources/templates/list",
            "Lists the forms of addresses of its resources.",
            none.clone(),
        ),
        ("resources/read", "Reads a resource.", uri),
        ("prompts/list", "Lists the server's prompts.", none),
        ("prompts/get", "Fills in a prompt.", prompt),
    ];
    let row = |(method, about, input)| {
        Arc::new(Tool::method(server, method, about, input).row(method.to_owned()))
    };
    table.into_iter().map(row).collect()
}

/// The name as scripts write it: lower case, everything else an underscore.
pub fn lua_name(name: &str) -> String {
    let mut out = String::new();
    for letter in name.to_lowercase().chars() {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            out.push(letter);
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    let out = out.trim_matches('_');
    if out.is_empty() { "server".to_owned() } else { out.to_owned() }
}
