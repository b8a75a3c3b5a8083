//! A script as a client asks for it: its arguments checked, and the command line that does the same.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::engine::curl::quoted;
use crate::error::Fault;

/// A script as a client wrote it.
pub(super) struct Wanted {
    pub(super) code: String,
    pub(super) input: Value,
    pub(super) account: Option<String>,
    pub(super) timeout: Option<Duration>,
    pub(super) memory: Option<usize>,
    pub(super) cpu: Option<Duration>,
}

impl Wanted {
    /// What the arguments say.
    ///
    /// # Errors
    /// Arguments that are not as they should be.
    pub(super) fn read(arguments: &Map<String, Value>) -> Result<Self, Fault> {
        let wrong = |name: &str, what: &str| {
            let message = format!("`{name}` must be {what}");
            Err(Fault::usage(message).code("invalid_argument").param(name))
        };
        let mut wanted = Self {
            code: String::new(),
            input: Value::Null,
            account: None,
            timeout: None,
            memory: None,
            cpu: None,
        };
        for (name, value) in arguments {
            let seconds = || value.as_f64().filter(|number| *number > 0.0 && *number < 1e9);
            match (name.as_str(), value) {
                (_, Value::Null) => {}
                ("code", Value::String(code)) => wanted.code.clone_from(code),
                ("code", _) => return wrong(name, "a text"),
                ("input", input) => wanted.input = input.clone(),
                ("account", Value::String(account)) => wanted.account = Some(account.clone()),
                ("account", _) => return wrong(name, "the name of an account"),
                ("timeout" | "cpuLimit", _) => {
                    let Some(seconds) = seconds() else {
                        return wrong(name, "a number of seconds");
                    };
                    let time = Some(Duration::from_secs_f64(seconds));
                    if name == "timeout" { wanted.timeout = time } else { wanted.cpu = time }
                }
                ("memoryLimit", _) => {
                    let bytes = value.as_u64().and_then(|bytes| usize::try_from(bytes).ok());
                    let Some(bytes) = bytes else { return wrong(name, "a number of bytes") };
                    wanted.memory = Some(bytes);
                }
                _ => {
                    return Err(Fault::usage(format!("there is no argument `{name}`"))
                        .code("unknown_argument")
                        .param(name));
                }
            }
        }
        if wanted.code.trim().is_empty() {
            let what =
                "Missing required parameter \"code\". Provide the Lua source code to execute.";
            return Err(Fault::usage(what).code("missing_argument").param("code"));
        }
        Ok(wanted)
    }

    /// The command line that runs the same script.
    pub(super) fn by_hand(&self) -> String {
        let mut line = String::from("kosmo integrations:lua --force");
        if let Some(account) = &self.account {
            line += &format!(" --account {}", quoted(account));
        }
        if !self.input.is_null() {
            line += &format!(" --input {}", quoted(&self.input.to_string()));
        }
        line + &format!(" --eval {}", quoted(&self.code))
    }
}
