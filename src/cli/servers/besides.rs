//! `mcp:resources`, `mcp:resource`, `mcp:prompts` and `mcp:prompt`: what servers have besides tools. Each
//! is a call like any other, which policy allows and the journal remembers.

use serde_json::{Map, Value, json};

use crate::cli::arguments::object;
use crate::cli::invocation::Invocation;
use crate::cli::output::pretty;
use crate::cli::reply::Reply;
use crate::cli::servers::call::How;
use crate::engine::{Args, Call, Origin};
use crate::error::Fault;

/// Which server.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ServerArgs {
    /// The server
    #[arg(value_name = "SERVER")]
    server: String,
    /// For resources: the forms of addresses rather than the resources
    #[arg(long)]
    templates: bool,
    #[command(flatten)]
    how: How,
}

/// Which resource.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ResourceArgs {
    /// The server
    #[arg(value_name = "SERVER")]
    server: String,
    /// The resource's address
    #[arg(value_name = "URI")]
    uri: String,
    #[command(flatten)]
    how: How,
}

/// Which server's prompts.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct PromptsArgs {
    /// The server
    #[arg(value_name = "SERVER")]
    server: String,
    #[command(flatten)]
    how: How,
}

/// Which prompt, and what it is filled with.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct PromptArgs {
    /// The server
    #[arg(value_name = "SERVER")]
    server: String,
    /// The prompt
    #[arg(value_name = "PROMPT")]
    name: String,
    /// What it is filled with, a JSON object
    #[arg(value_name = "JSON")]
    payload: Option<String>,
    #[command(flatten)]
    how: How,
}

fn say(
    invocation: &Invocation,
    (server, method): (&str, &str),
    args: Value,
    how: &How,
    key: &'static str,
) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    // A name that is not known is better said before anything is made of it.
    runtime.servers().entry(server)?;
    let args = match args {
        Value::Object(args) => args,
        _ => Map::new(),
    };
    let call = Call {
        function: format!("mcp.{server}.{method}"),
        args: Args::Named(args),
        origin: Origin::Cli,
        options: how.options(),
        ..Call::default()
    };
    let value = invocation.wait(runtime.engine().call(call))?.result?.value;
    let json = json!({"success": true, key: value});
    Ok(invocation.say(&Reply::new(json.clone(), pretty(&json)).listing(key)))
}

/// Lists resources.
///
/// # Errors
/// Why the server cannot be asked.
pub(in crate::cli) fn resources(invocation: &Invocation, args: &ServerArgs) -> Result<u8, Fault> {
    let (method, key) = match args.templates {
        true => ("resources/templates/list", "templates"),
        false => ("resources/list", "resources"),
    };
    say(invocation, (&args.server, method), json!({}), &args.how, key)
}

/// Reads a resource.
///
/// # Errors
/// Why the server cannot be asked, or what it says.
pub(in crate::cli) fn resource(invocation: &Invocation, args: &ResourceArgs) -> Result<u8, Fault> {
    let given = json!({"uri": args.uri});
    say(invocation, (&args.server, "resources/read"), given, &args.how, "resource")
}

/// Lists prompts.
///
/// # Errors
/// Why the server cannot be asked.
pub(in crate::cli) fn prompts(invocation: &Invocation, args: &PromptsArgs) -> Result<u8, Fault> {
    say(invocation, (&args.server, "prompts/list"), json!({}), &args.how, "prompts")
}

/// Fills in a prompt.
///
/// # Errors
/// Why the server cannot be asked, or what it says.
pub(in crate::cli) fn prompt(invocation: &Invocation, args: &PromptArgs) -> Result<u8, Fault> {
    let payload = args.payload.as_deref().map(|text| object(text, "the payload")).transpose()?;
    let mut given = Map::from_iter([("name".to_owned(), json!(args.name))]);
    if let Some(fill) = payload {
        given.insert("arguments".to_owned(), Value::Object(fill));
    }
    let method = (args.server.as_str(), "prompts/get");
    say(invocation, method, Value::Object(given), &args.how, "prompt")
}
