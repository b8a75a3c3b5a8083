//! What a gateway adds to a function's arguments, and the same call as a command line.

use serde_json::{Map, Value};

use crate::engine::Run;
use crate::engine::curl::quoted;
use crate::engine::relay::address;
use crate::error::Fault;
use crate::mcp::tool::{ACCOUNT, DRY_RUN};

/// The arguments that are the gateway's own.
pub(super) fn take(arguments: &mut Map<String, Value>) -> Result<(Option<String>, bool), Fault> {
    let wrong = |name: &str, what: &str| {
        Fault::usage(format!("`{name}` must be {what}")).param(name).code("invalid_argument")
    };
    let account = match arguments.shift_remove(ACCOUNT) {
        None | Some(Value::Null) => None,
        Some(Value::String(account)) => Some(account),
        Some(_) => return Err(wrong(ACCOUNT, "the name of an account")),
    };
    match arguments.shift_remove(DRY_RUN) {
        None | Some(Value::Null) => Ok((account, false)),
        Some(Value::Bool(dry_run)) => Ok((account, dry_run)),
        Some(_) => Err(wrong(DRY_RUN, "true or false")),
    }
}

/// The command line that makes the same call.
pub(super) fn by_hand(run: &Run, given: &Map<String, Value>) -> String {
    let arguments = Value::Object(given.clone()).to_string();
    if let Some(tool) = address(&run.function) {
        return format!("kosmo mcp:call {tool} {} --force", quoted(&arguments));
    }
    let account = match run.account.as_str() {
        "default" => String::new(),
        name => format!(" --account {}", quoted(name)),
    };
    format!("kosmo integrations:call {} {}{account} --force", run.function, quoted(&arguments))
}
