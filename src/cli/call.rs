//! `integrations:call` and the provider shortcuts: one call of one function, with the envelope that
//! is the same on success and on every failure.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::arguments::{self, Flag, Words};
use super::invocation::Invocation;
use super::output::{pretty, shown};
use super::signal::{Signals, interrupted};
use super::stdin::{self, PATIENCE, Piped};
use super::units;
use crate::catalogue::{Effect, Operation};
use crate::engine::{Args, Call, Options, Origin, Run};
use crate::error::{Fault, SideEffect};
use crate::runtime::Runtime;

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo integrations:call segment.track_event --userId=user-42 --event='Order Completed' --emulator
kosmo integrations:call segment.identify_user '{\"userId\": \"user-42\", \"traits\": {\"plan\": \"pro\"}}' --force
kosmo integrations:segment list_sources --slug my-workspace --json
echo '{\"userId\": \"user-42\", \"event\": \"Sign Up\"}' | kosmo integrations:call segment.track_event --dry-run";

/// How long standard input is listened to for a function that needs nothing from it.
const GLANCE: Duration = Duration::from_millis(100);

/// What may be said about a call besides its own arguments.
#[derive(Debug, Default, clap::Args)]
pub(super) struct CallArgs {
    /// The function by any of its names, a JSON object (or @FILE, or - for stdin), and its
    /// parameters as flags in any spelling: --userId 7, --traits.plan=pro, --traits.age:=30 for JSON
    #[arg(value_name = "WORDS", num_args = 0..)]
    words: Vec<String>,
    /// A parameter whose name is also an option of this command
    #[arg(long = "arg", value_name = "KEY=VALUE")]
    pairs: Vec<String>,
    /// The account to use
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// Count `ask` in the policy as `allow`
    #[arg(long)]
    force: bool,
    /// Check everything and print the request instead of sending it
    #[arg(long)]
    dry_run: bool,
    /// Longest time for the call with all its retries (30, 500ms, 2m)
    #[arg(long, value_name = "TIME", value_parser = units::duration)]
    timeout: Option<Duration>,
}

/// How a call ended.
enum Ended {
    /// By itself.
    Run(Box<Run>),
    /// By a signal, with the exit status that it stands for.
    Signal(u8),
}

/// Makes the call and prints what came of it.
///
/// # Errors
/// Only what happens before there is a call to make an envelope of.
pub(super) fn run(invocation: &Invocation, args: &CallArgs) -> Result<u8, Fault> {
    let began = Instant::now();
    let runtime = invocation.runtime()?;
    let words = arguments::cut(&args.words, runtime.catalogue())?;
    let result = prepare(invocation, runtime, &words, args)
        .and_then(|named| perform(invocation, runtime, &words.function, named, args));
    let (run, signal) = match result {
        Ok(Ended::Run(run)) => (*run, None),
        Ok(Ended::Signal(status)) => {
            let fault = interrupted(status).effect(left_behind(runtime, &words.function, args));
            (stillborn(runtime, &words.function, args, began, fault), Some(status))
        }
        Err(fault) => (stillborn(runtime, &words.function, args, began, fault), None),
    };
    let status = print(invocation, &run);
    Ok(signal.unwrap_or(status))
}

/// The arguments from payload, standard input and flags.
fn prepare(
    invocation: &Invocation,
    runtime: &Runtime,
    words: &Words,
    args: &CallArgs,
) -> Result<Map<String, Value>, Fault> {
    let operation = runtime.catalogue().find(&words.function)?;
    let mut flags = words.flags.clone();
    for pair in &args.pairs {
        flags.push(Flag::pair(pair)?);
    }
    let (text, from) = match words.payload.as_deref() {
        Some("-") => (stdin::all()?, "standard input"),
        Some(payload) => match payload.strip_prefix('@') {
            Some(path) => (stdin::file("payload file", Path::new(path))?, "the payload file"),
            None => (payload.to_owned(), "the payload"),
        },
        None if flags.is_empty() => (offered(invocation, operation)?, "standard input"),
        None => (String::new(), ""),
    };
    let payload = if text.trim().is_empty() { Map::new() } else { arguments::object(&text, from)? };
    arguments::merge(operation, payload, &flags)
}

/// What standard input offers when nothing else was given. Where the function needs something, a
/// pipe gets time to say it; where it does not, only a glance.
fn offered(invocation: &Invocation, operation: &Operation) -> Result<String, Fault> {
    if operation.params.is_empty() {
        return Ok(String::new());
    }
    let needs = !operation.one_of.is_empty() || operation.params.values().any(|p| p.required);
    match stdin::piped(if needs { PATIENCE } else { GLANCE })? {
        Piped::Text(text) => Ok(text),
        Piped::Nothing => Ok(String::new()),
        Piped::Silent => {
            let why = "standard input is open but silent, so it was not read; `-` waits for it";
            let printer = invocation.printer();
            if needs {
                printer.warn(why)
            } else {
                printer.detail(why)
            }
            Ok(String::new())
        }
    }
}

fn perform(
    invocation: &Invocation,
    runtime: &Runtime,
    function: &str,
    named: Map<String, Value>,
    args: &CallArgs,
) -> Result<Ended, Fault> {
    let call = Call {
        function: function.to_owned(),
        account: args.account.clone(),
        args: Args::Named(named),
        origin: Origin::Cli,
        options: Options {
            dry_run: args.dry_run,
            force: args.force,
            timeout: args.timeout,
            ..Options::default()
        },
    };
    invocation.wait(async {
        let mut signals = Signals::listen()?;
        tokio::select! {
            run = runtime.engine().call(call) => Ok(Ended::Run(Box::new(run))),
            status = signals.next() => Ok(Ended::Signal(status)),
        }
    })?
}

/// What an interrupted call may have done.
fn left_behind(runtime: &Runtime, function: &str, args: &CallArgs) -> SideEffect {
    let effect = runtime.catalogue().find(function).map(|operation| operation.effect);
    match effect {
        Ok(Effect::Read) => SideEffect::None,
        _ if args.dry_run => SideEffect::None,
        _ => SideEffect::Unknown,
    }
}

/// A run that never reached the engine, so that its failure has the same envelope.
fn stillborn(
    runtime: &Runtime,
    function: &str,
    args: &CallArgs,
    began: Instant,
    fault: Fault,
) -> Run {
    let operation = runtime.catalogue().find(function).ok();
    Run {
        id: String::new(),
        function: operation.map_or_else(|| function.to_owned(), Operation::full_name),
        tool: operation.map(Operation::slug),
        asked_account: args.account.clone(),
        account: args.account.clone().unwrap_or_else(|| "default".to_owned()),
        effect: operation.map(|operation| operation.effect),
        backend: None,
        attempts: 0,
        dry_run: args.dry_run,
        forced: false,
        took: began.elapsed(),
        waited: Duration::ZERO,
        message_id: None,
        result: Err(fault),
    }
}

fn print(invocation: &Invocation, run: &Run) -> u8 {
    let printer = invocation.printer();
    if invocation.json() {
        printer.answer(&envelope(run));
    } else {
        match &run.result {
            Ok(outcome) => {
                if let Some(text) = shown(&outcome.value) {
                    printer.line(&text);
                }
            }
            Err(fault) => printer.complain(fault),
        }
    }
    let facts = || pretty(&envelope(run)["meta"]);
    if printer.manner().verbose > 0 {
        printer.detail(&facts());
    }
    run.result.as_ref().map_or_else(Fault::exit, |_| 0)
}

/// The documented object, on success and on failure alike.
fn envelope(run: &Run) -> Value {
    let mut map = Map::new();
    map.insert("function".into(), json!(run.function));
    map.insert("success".into(), json!(run.result.is_ok()));
    let (data, error) = match &run.result {
        Ok(outcome) => (outcome.value.clone(), None),
        Err(fault) => (Value::Null, Some(fault)),
    };
    map.insert("data".into(), data);
    map.insert("error".into(), json!(error.map(|fault| &fault.message)));
    if let Some(fault) = error {
        map.insert("error_detail".into(), fault.to_json());
    }
    let meta = json!({
        "dry_run": run.dry_run,
        "operation": run.effect.map(Effect::word),
        "permission_bypassed": run.forced,
        "account": run.asked_account,
        "run_id": Some(&run.id).filter(|id| !id.is_empty()),
        "attempts": run.attempts,
        "backend": run.backend,
    });
    map.insert("meta".into(), meta);
    map.insert("duration_ms".into(), json!(milliseconds(run.took)));
    Value::Object(map)
}

/// Milliseconds with at most three decimals.
pub(super) fn milliseconds(span: Duration) -> f64 {
    (span.as_secs_f64() * 1_000_000.0).round() / 1000.0
}
