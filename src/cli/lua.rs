//! `integrations:lua` and `mcp:lua`: a script from `--eval`, a file or standard input, run under
//! limits, and the envelope that comes out whatever becomes of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::arguments::bad_json;
use super::how::Held;
use super::invocation::Invocation;
use super::output::Printer;
use super::report::{Setting, failed, finish};
use super::sending::{Sending, Sent};
use super::signal::{self, Caught};
use super::stdin::{self, PATIENCE, Piped};
use super::{repl, units};
use crate::error::{Fault, SideEffect};
use crate::lua::{Limits, Report, Script, Sink, Stuck};
use crate::settings::Settings;

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo integrations:lua --emulator -e 'dump(app.integrations.segment.get_current_user())'
kosmo integrations:lua workflow.lua --json --input '{\"plan\": \"pro\"}'
kosmo integrations:lua import.lua --force --timeout 10m --max-calls 5000 -- users.csv
kosmo integrations:lua --repl --emulator";

/// Command lines for the help.
pub(super) const MCP_EXAMPLES: &str = "kosmo mcp:lua --eval 'return json.encode({1, 2})' --json";

/// A script and how to run it.
#[derive(Debug, clap::Args)]
pub(super) struct LuaArgs {
    /// The script; - reads it from standard input
    file: Option<PathBuf>,
    /// The script itself
    #[arg(short, long, value_name = "CODE", allow_hyphen_values = true, conflicts_with = "file")]
    eval: Option<String>,
    /// Type lines and see what comes of them
    #[arg(long, conflicts_with_all = ["file", "eval", "json"])]
    repl: bool,
    /// Count `ask` in the policy as `allow`
    #[arg(long)]
    force: bool,
    /// Check every call and send none
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    sending: Sending,
    /// The account meant where the script names none
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// The global `input`: JSON, @FILE or - for standard input
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    input: Option<String>,
    /// Memory the script may use (33554432, 64MB)
    #[arg(long, value_name = "BYTES", value_parser = units::bytes, help_heading = "Limits")]
    memory_limit: Option<usize>,
    /// CPU time it may use; waiting for the network is free (30, 500ms)
    #[arg(long, value_name = "SECONDS", value_parser = units::duration, help_heading = "Limits")]
    cpu_limit: Option<Duration>,
    /// Time it may take in all (30, 10m)
    #[arg(long, value_name = "SECONDS", value_parser = units::duration, help_heading = "Limits")]
    timeout: Option<Duration>,
    /// Calls it may make
    #[arg(long, value_name = "N", help_heading = "Limits")]
    max_calls: Option<u64>,
    #[command(flatten)]
    held: Held,
    /// The global `arg`
    #[arg(last = true)]
    args: Vec<String>,
}

impl LuaArgs {
    fn setting(&self) -> Setting {
        Setting { force: self.force, dry_run: self.dry_run }
    }
}

/// Runs the script and prints what came of it.
///
/// # Errors
/// Only what happens before there is a script to make an envelope of.
pub(super) fn run(
    invocation: &Invocation,
    args: &LuaArgs,
    integrations: bool,
) -> Result<u8, Fault> {
    let prepared = invocation.runtime().and_then(|runtime| {
        let blank = script(args, runtime.settings(), integrations)?;
        if args.repl {
            return Ok(Script { name: "repl".to_owned(), ..blank });
        }
        with_code(blank, args)
    });
    let script = match prepared {
        Ok(script) => script,
        Err(fault) => {
            return Ok(finish(invocation.printer(), args.setting(), &failed(fault), None, None));
        }
    };
    if args.repl {
        repl::run(invocation, script, &args.sending)
    } else {
        execute(invocation, args, script)
    }
}

/// The circumstances of the script, without its code.
fn script(args: &LuaArgs, settings: &Settings, integrations: bool) -> Result<Script, Fault> {
    Ok(Script {
        input: args.input.as_deref().map(input).transpose()?,
        args: args.args.clone(),
        limits: limits(args, settings),
        account: args.account.clone(),
        dry_run: args.dry_run,
        force: args.force,
        plan: args.held.plan.clone(),
        plan_check: args.held.plan_check,
        delivery: args.sending.delivery(),
        integrations,
        ..Script::default()
    })
}

fn execute(invocation: &Invocation, args: &LuaArgs, script: Script) -> Result<u8, Fault> {
    let printer = invocation.printer();
    let setting = args.setting();
    let runtime = Arc::clone(invocation.runtime()?);
    let stop = script.stop.clone();
    let caught = signal::watch(printer, move || {
        stop.stop();
        true
    })?;
    let sink = (!invocation.json()).then(|| sink(printer));
    let stuck = stuck(printer, setting, &caught);
    let mut report = invocation.wait(crate::lua::run(runtime, script, sink, stuck))?;
    let sent = settle(invocation, &args.sending, &mut report, caught.status().is_some());
    Ok(finish(printer, setting, &report, caught.status(), sent.as_ref()))
}

/// Waits for what the script has queued. A failure to do so is the run's, unless it has one already.
fn settle(
    invocation: &Invocation,
    sending: &Sending,
    report: &mut Report,
    hurry: bool,
) -> Option<Sent> {
    sending.end(invocation, hurry).unwrap_or_else(|fault| {
        report.error.get_or_insert(fault.effect(SideEffect::Done));
        None
    })
}

/// Printed lines go out as they come.
pub(super) fn sink(printer: &Arc<Printer>) -> Sink {
    let printer = Arc::clone(printer);
    Box::new(move |line| printer.line(line))
}

fn limits(args: &LuaArgs, settings: &Settings) -> Limits {
    let usual = Limits::from_settings(settings);
    Limits {
        memory: args.memory_limit.unwrap_or(usual.memory),
        cpu: args.cpu_limit.unwrap_or(usual.cpu),
        wall: args.timeout.or(usual.wall),
        calls: args.max_calls.or(usual.calls),
        output: usual.output,
    }
}

/// The script with its source: `--eval`, else the file, else standard input.
fn with_code(script: Script, args: &LuaArgs) -> Result<Script, Fault> {
    let (name, code) = match (&args.eval, &args.file) {
        (Some(code), _) => ("eval".to_owned(), code.clone()),
        (None, Some(file)) if file.as_os_str() == "-" => ("stdin".to_owned(), from_stdin(args)?),
        (None, Some(file)) => {
            let path = file.display().to_string();
            let code = stdin::file("Lua file", file)?;
            (path, code)
        }
        (None, None) => ("stdin".to_owned(), offered(args)?),
    };
    if code.trim().is_empty() {
        return Err(no_code());
    }
    Ok(Script { name, code: source(code), ..script })
}

fn no_code() -> Fault {
    Fault::usage("Provide a Lua file, --eval code, or pipe Lua code on stdin.").code("no_code").hint(
        "for example `kosmo integrations:lua --emulator -e 'print(docs.read(\"segment\"))'`, or --repl",
    )
}

fn from_stdin(args: &LuaArgs) -> Result<String, Fault> {
    if args.input.as_deref() == Some("-") {
        return Err(Fault::usage("standard input cannot be both the script and --input"));
    }
    stdin::all()
}

/// Nobody said where the script is, so standard input may have it.
fn offered(args: &LuaArgs) -> Result<String, Fault> {
    if args.input.as_deref() == Some("-") {
        return Ok(String::new());
    }
    match stdin::piped(PATIENCE)? {
        Piped::Text(code) => Ok(code),
        Piped::Nothing => Ok(String::new()),
        Piped::Silent => {
            Err(no_code()
                .hint("standard input is open but silent; name the script `-` to wait for it"))
        }
    }
}

/// The code without what only editors and shells need: a byte order mark, a `#!` line. Line numbers
/// stay as they are.
fn source(code: String) -> String {
    let code = match code.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => code,
    };
    if code.starts_with("#!") { format!("--{code}") } else { code }
}

/// The global `input`.
fn input(text: &str) -> Result<Value, Fault> {
    let (json, from) = match text.strip_prefix('@') {
        Some(path) => (stdin::file("input file", Path::new(path))?, "the input file"),
        None if text == "-" => (stdin::all()?, "standard input"),
        None => (text.to_owned(), "--input"),
    };
    serde_json::from_str(&json).map_err(|why| {
        bad_json(from, &why).hint("text needs quotes of its own: --input '\"text\"'")
    })
}

/// What to do when the script can no longer be stopped: say what is known and end the process,
/// since there is no other way to end its thread.
pub(super) fn stuck(printer: &Arc<Printer>, setting: Setting, caught: &Caught) -> Stuck {
    let (printer, caught) = (Arc::clone(printer), caught.clone());
    Box::new(move |report| printer.end(finish(&printer, setting, &report, caught.status(), None)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_editors_and_shells_need_is_no_lua() {
        assert_eq!(source("\u{feff}return 1".to_owned()), "return 1");
        assert_eq!(source("#!/usr/bin/kosmo\nreturn 1".to_owned()), "--#!/usr/bin/kosmo\nreturn 1");
        assert_eq!(source("return 1".to_owned()), "return 1");
    }

    #[test]
    fn input_is_json_with_its_place_when_it_is_not() {
        assert_eq!(input("{\"a\": [1]}").unwrap(), serde_json::json!({"a": [1]}));
        let fault = input("{\"a\": }").unwrap_err();
        assert!(fault.message.contains("line 1 column 7"), "{}", fault.message);
    }
}
