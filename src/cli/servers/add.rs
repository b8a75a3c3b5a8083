//! `mcp:add`: a new entry in a file, the rest of which stays as it is. What the user writes here is
//! trusted as it is.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Scope, scope};
use crate::cli::invocation::Invocation;
use crate::cli::reply::Reply;
use crate::cli::units;
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;
use crate::settings::edit::{self, Draft, Privacy};
use crate::settings::known::POLICIES;
use crate::upstream::entry::Entry;
use crate::upstream::file::Document;
use crate::upstream::secrets::is_name;
use crate::upstream::sources::Source;

/// Command lines for the help.
pub(in crate::cli) const EXAMPLES: &str = "\
kosmo mcp:add everything npx -- -y @modelcontextprotocol/server-everything
kosmo mcp:add docs https://mcp.example.com/mcp --header 'Authorization: Bearer ${DOCS_TOKEN}' --global
kosmo mcp:add local python3 server.py --env API_TOKEN --write ask --timeout 60";

/// A new server.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct AddArgs {
    /// What to call it
    #[arg(value_name = "NAME")]
    name: String,
    /// The program that serves, or the address of a service
    #[arg(value_name = "COMMAND|URL")]
    target: Option<String>,
    /// Arguments of the program; -- goes before those that look like flags
    #[arg(value_name = "ARGS")]
    words: Vec<String>,
    /// stdio or http; told from the rest when absent
    #[arg(long = "type", value_name = "TYPE", value_parser = ["stdio", "http", "local"])]
    kind: Option<String>,
    /// The program
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["target", "url"])]
    command: Option<String>,
    /// The address
    #[arg(long, value_name = "URL", conflicts_with = "target")]
    url: Option<String>,
    /// One argument of the program (repeatable)
    #[arg(long = "arg", value_name = "ARG", allow_hyphen_values = true)]
    args: Vec<String>,
    /// A variable for the program: NAME=VALUE, or NAME for ${NAME} (repeatable)
    #[arg(long, value_name = "NAME[=VALUE]")]
    env: Vec<String>,
    /// A header for the service: "Name: value" (repeatable)
    #[arg(long, value_name = "HEADER")]
    header: Vec<String>,
    /// The folder the program runs in
    #[arg(long, value_name = "FOLDER")]
    cwd: Option<String>,
    /// The time it has to answer (30, 2m)
    #[arg(long, value_name = "TIME", value_parser = units::duration)]
    timeout: Option<Duration>,
    /// Switched on (as it is anyway)
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
    /// Switched off
    #[arg(long)]
    disable: bool,
    /// What its reading tools may do without asking: allow, ask or deny
    #[arg(long, value_name = "POLICY")]
    read: Option<String>,
    /// The same for its other tools
    #[arg(long, value_name = "POLICY")]
    write: Option<String>,
    /// Replace an entry of that name
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    scope: Scope,
}

/// Adds a server.
///
/// # Errors
/// What is wrong with the wish; `conflict` when there is one of that name.
pub(in crate::cli) fn add(invocation: &Invocation, args: &AddArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("changing MCP servers")?;
    if !is_name(&args.name) {
        return Err(Fault::usage(format!("`{}` cannot be the name of a server", args.name))
            .hint("use letters, digits, `_` and `-`"));
    }
    for (access, policy) in [("read", &args.read), ("write", &args.write)] {
        if let Some(policy) = policy.as_deref().filter(|policy| !POLICIES.contains(policy)) {
            return Err(Fault::usage(format!("Invalid {access} permission: {policy}"))
                .hint("it is allow, ask or deny"));
        }
    }
    let written = written(args)?;
    let source = args.scope.said().unwrap_or(Source::Project);
    let replaced = put(runtime, source, &args.name, &written, args.replace)?;
    permissions(runtime, &args.name, args.read.as_deref(), args.write.as_deref())?;
    let (path, _) = source.place(runtime.settings()).ok_or_else(edit::no_home)?;
    let json = json!({
        "success": true, "server": args.name, "path": path, "scope": scope(source),
        "trusted": true, "replaced": replaced,
    });
    let text = format!("Added MCP server {} to {}", args.name, path.display());
    Ok(invocation.say(&Reply::new(json, text)))
}

/// Writes an entry and trusts it; whether there was one before.
pub(super) fn put(
    runtime: &Runtime,
    source: Source,
    name: &str,
    written: &Value,
    replace: bool,
) -> Result<bool, Fault> {
    let mut file = Document::open(runtime.settings(), source)?;
    let entry = Entry::read(name, written, source, file.path(), file.root());
    entry.reach.clone().map_err(|fault| Fault::usage(fault.message))?;
    let path = file.path().display().to_string();
    let Some(servers) = file.servers_mut() else { return Err(edit::no_home()) };
    let before = servers.get(name).cloned();
    if before.as_ref().is_some_and(|before| before != written) && !replace {
        return Err(Fault::new(
            Kind::Conflict,
            format!("{path} has an MCP server '{name}' already"),
        )
        .code("server_exists")
        .hint("--replace puts this one in its place"));
    }
    servers.insert(name.to_owned(), written.clone());
    file.save()?;
    drop(file);
    if source.is_project() {
        runtime.servers().trust(&entry)?;
    }
    Ok(before.is_some())
}

/// The entry as it is written.
fn written(args: &AddArgs) -> Result<Value, Fault> {
    let is_url = |text: &str| text.starts_with("http://") || text.starts_with("https://");
    let http = match args.kind.as_deref() {
        Some("http") => true,
        Some("stdio") => false,
        _ => args.url.is_some() || args.target.as_deref().is_some_and(is_url),
    };
    let mut entry = Map::new();
    let mut words: Vec<&String> = args.words.iter().collect();
    if http {
        let url = args.url.as_ref().or(args.target.as_ref());
        let url = url.filter(|url| is_url(url) || url.starts_with("${")).ok_or_else(|| {
            Fault::usage("an HTTP server needs an address that begins with https:// or http://")
        })?;
        if !args.env.is_empty() || !args.args.is_empty() || !words.is_empty() || args.cwd.is_some()
        {
            return Err(Fault::usage("--env, --arg and --cwd are for programs, not for services"));
        }
        entry.insert("type".into(), json!("http"));
        entry.insert("url".into(), json!(url));
        if !args.header.is_empty() {
            entry.insert("headers".into(), Value::Object(headers(&args.header)?));
        }
    } else {
        let command = match (&args.command, &args.target) {
            (Some(command), _) => command,
            (None, Some(target)) => target,
            (None, None) => {
                return Err(Fault::usage(format!(
                    "MCP server '{}' is missing a command.",
                    args.name
                ))
                .hint("name a program or an address after the server's name"));
            }
        };
        if !args.header.is_empty() {
            return Err(Fault::usage("--header is for services, not for programs"));
        }
        words.extend(&args.args);
        entry.insert("command".into(), json!(command));
        entry.insert("args".into(), json!(words));
        if !args.env.is_empty() {
            entry.insert("env".into(), Value::Object(variables(&args.env)?));
        }
        if let Some(cwd) = &args.cwd {
            entry.insert("cwd".into(), json!(cwd));
        }
    }
    if args.disable {
        entry.insert("enabled".into(), json!(false));
    }
    if let Some(timeout) = args.timeout {
        let seconds = timeout.as_secs_f64();
        let whole = timeout.subsec_nanos() == 0;
        entry.insert(
            "timeout".into(),
            if whole { json!(timeout.as_secs()) } else { json!(seconds) },
        );
    }
    Ok(Value::Object(entry))
}

fn variables(given: &[String]) -> Result<Map<String, Value>, Fault> {
    let pair = |text: &String| {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (text.as_str(), format!("${{{text}}}")),
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        match !name.is_empty() && name.bytes().all(plain) {
            true => Ok((name.to_owned(), Value::String(value))),
            false => Err(Fault::usage(format!("`{name}` is no name of a variable"))
                .hint("write --env NAME=VALUE, or --env NAME for the variable of that name")),
        }
    };
    given.iter().map(pair).collect()
}

fn headers(given: &[String]) -> Result<Map<String, Value>, Fault> {
    let pair =
        |text: &String| {
            let cut = text.split_once(':').or_else(|| text.split_once('='));
            match cut {
                Some((name, value)) if !name.trim().is_empty() => {
                    Ok((name.trim().to_owned(), Value::String(value.trim().to_owned())))
                }
                _ => Err(Fault::usage(format!("`{text}` is no header"))
                    .hint("write --header 'Name: value'")),
            }
        };
    given.iter().map(pair).collect()
}

/// What a server's tools may do.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct PermitArgs {
    /// The server
    #[arg(value_name = "SERVER")]
    server: String,
    /// What its reading tools may do without asking
    #[arg(long, value_name = "POLICY", value_parser = POLICIES)]
    read: Option<String>,
    /// The same for its other tools
    #[arg(long, value_name = "POLICY", value_parser = POLICIES, required_unless_present = "read")]
    write: Option<String>,
}

/// Says what a server's tools may do without asking.
///
/// # Errors
/// `not_found` when there is no such server.
pub(in crate::cli) fn permit(invocation: &Invocation, args: &PermitArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("changing policy")?;
    let name = &runtime.servers().entry(&args.server)?.name;
    permissions(runtime, name, args.read.as_deref(), args.write.as_deref())?;
    let said = [("read", &args.read), ("write", &args.write)];
    let said = said.iter().filter_map(|(access, policy)| Some((*access, policy.as_deref()?)));
    let words: Vec<String> = said.map(|(access, policy)| format!("{access} {policy}")).collect();
    let json = json!({
        "success": true, "server": name, "permissions": {"read": args.read, "write": args.write},
    });
    Ok(invocation.say(&Reply::new(json, format!("{name}: {}", words.join(", ")))))
}

/// What the server's tools may do; kept with the user, since a project cannot loosen it.
fn permissions(
    runtime: &Runtime,
    server: &str,
    read: Option<&str>,
    write: Option<&str>,
) -> Result<(), Fault> {
    if read.is_none() && write.is_none() {
        return Ok(());
    }
    let paths = runtime.settings().paths();
    let path = paths.config_file().ok_or_else(edit::no_home)?;
    let _lock = paths.config.as_deref().and_then(edit::lock);
    let mut draft = Draft::open(path, Privacy::Shared)?;
    for (access, policy) in [("read", read), ("write", write)] {
        if let Some(policy) = policy {
            draft.set(&["mcp", "servers", server, "permissions", access], policy.into());
        }
    }
    edit::save(&[&draft])
}
