//! The faces that are a process for every call: a command, and a script.

use kosmo::emulator::Emulator;
use serde_json::{Map, Value};

use super::{Face, Said, environment};
use crate::support::{Kosmo, kosmo};

/// Both of them.
pub(super) fn faces(emulator: &Emulator) -> Vec<Box<dyn Face>> {
    let environment = environment(emulator);
    vec![Box::new(Command(environment.clone())), Box::new(Script(environment))]
}

fn run<const N: usize>(line: [&str; N], environment: &[(&'static str, String)]) -> Value {
    let run =
        environment.iter().fold(kosmo(line), |run: Kosmo, (name, value)| run.env(*name, value));
    run.run().json()
}

/// `integrations:call`.
struct Command(Vec<(&'static str, String)>);

impl Face for Command {
    fn name(&self) -> &'static str {
        "the command line"
    }

    fn call(&mut self, function: &str, args: &Map<String, Value>) -> Said {
        let args = Value::Object(args.clone()).to_string();
        let line = ["integrations:call", function, &args, "--force", "--json"];
        let told = run(line, &self.0);
        match told["success"] == true {
            true => Said::value(&told["data"]),
            false => Said::fault(&told["error_detail"]),
        }
    }
}

/// `integrations:lua`.
struct Script(Vec<(&'static str, String)>);

impl Face for Script {
    fn name(&self) -> &'static str {
        "Lua"
    }

    fn call(&mut self, function: &str, args: &Map<String, Value>) -> Said {
        let args = Value::Object(args.clone()).to_string();
        let code = format!("return app.integrations.{function}(input)");
        let line = ["integrations:lua", "--eval", &code, "--input", &args, "--force", "--json"];
        let told = run(line, &self.0);
        match told["success"] == true {
            true => Said::value(&told["result"]),
            false => Said::fault(&told["error_detail"]),
        }
    }
}
