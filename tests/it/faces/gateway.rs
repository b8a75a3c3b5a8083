//! The faces for agents: a tool a function, and a script through one of the four tools that know
//! everything. Each is one gateway that answers every call.

use kosmo::catalogue::{Catalogue, Effect};
use kosmo::emulator::Emulator;
use serde_json::{Map, Value, json};

use super::{Face, Said, environment};
use crate::mcp_gateway::agent::Agent;
use crate::support::kosmo;

/// Whatever a gateway may be allowed to do.
const EVERYTHING: [&str; 6] = [
    "mcp:serve",
    "--write=allow",
    "--allow-destructive",
    "--force",
    "--no-resources",
    "--max-result-chars=10000000",
];

/// Both of them.
pub(super) fn faces(emulator: &Emulator) -> Vec<Box<dyn Face>> {
    let start = |shape: &str| {
        let environment = environment(emulator).into_iter();
        let gateway = kosmo(EVERYTHING).and(["--tools", shape]);
        Agent::start(&environment.fold(gateway, |run, (name, value)| run.env(name, value)))
    };
    vec![Box::new(Tool(start("direct"))), Box::new(CodeMode(start("code")))]
}

/// What a tool answered, as its structured content has it under `key`.
fn said(result: &Value, key: Option<&str>) -> Said {
    let content = &result["structuredContent"];
    if result["isError"] == true {
        return Said::fault(&content["error_detail"]);
    }
    // Structured content is an object; what is none is the only thing in one.
    let value = key.map_or_else(
        || match content.as_object() {
            Some(map) if map.len() == 1 => map.get("value").unwrap_or(content),
            _ => content,
        },
        |key| &content[key],
    );
    Said::value(value)
}

/// `integration__<provider>__<function>`.
struct Tool(Agent);

impl Face for Tool {
    fn name(&self) -> &'static str {
        "an MCP tool"
    }

    fn call(&mut self, function: &str, args: &Map<String, Value>) -> Said {
        let tool = format!("integration__{}", function.replacen('.', "__", 1));
        said(&self.0.call(&tool, Value::Object(args.clone())), None)
    }
}

/// `run_lua` and `run_lua_write`.
struct CodeMode(Agent);

impl Face for CodeMode {
    fn name(&self) -> &'static str {
        "code mode"
    }

    fn call(&mut self, function: &str, args: &Map<String, Value>) -> Said {
        let catalogue = Catalogue::new(Vec::new());
        let tool = match catalogue.find(function).map(|row| row.effect) {
            Ok(Effect::Read) => "run_lua",
            _ => "run_lua_write",
        };
        let code = format!("return app.integrations.{function}(input)");
        let result = self.0.call(tool, json!({"code": code, "input": args}));
        said(&result, Some("result"))
    }
}
