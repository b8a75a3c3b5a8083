//! `action run` and `act`: performing an action, a request or a script that is given with the command.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::find::{found, ranked};
use super::place::Place;
use crate::catalogue::Effect;
use crate::cli::arguments::object;
use crate::cli::envelope::{Wish, envelope};
use crate::cli::how::How;
use crate::cli::invocation::Invocation;
use crate::cli::stdin;
use crate::engine::action::Code;
use crate::engine::raw::Raw;
use crate::engine::{Args, Call, Origin, Pages, Run, new_id};
use crate::error::Fault;
use crate::lua::actions;
use crate::runtime::Runtime;

/// An action and its input.
#[derive(Debug, Default, clap::Args)]
pub(in crate::cli) struct RunArgs {
    /// Its id or key, or any other name of the function
    id: Option<String>,
    /// What you want to do, to be told which actions do it
    #[arg(long, value_name = "TEXT")]
    intent: Option<String>,
    /// The input: a JSON object, @FILE, or - for standard input
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    input: Option<String>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    how: How,
}

/// One of four things to do.
#[derive(Debug, Default, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(in crate::cli) struct ActArgs {
    /// An action by its id
    #[arg(long, value_name = "ID", group = "what")]
    id: Option<String>,
    /// An action by its key
    #[arg(long, value_name = "KEY", group = "what")]
    key: Option<String>,
    /// A request: {"method", "path", "query", "headers", "body"}
    #[arg(long, value_name = "JSON", group = "what")]
    api: Option<String>,
    /// Lua that knows `input`, `membrane`, `connection` and `integration` (@FILE, or - for stdin)
    #[arg(long, value_name = "LUA", group = "what", allow_hyphen_values = true)]
    code: Option<String>,
    /// The input: a JSON object, @FILE, or - for standard input
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    input: Option<String>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    how: How,
}

/// Runs an action.
///
/// # Errors
/// Only what happens before there is a call.
pub(in crate::cli) fn run(invocation: &Invocation, args: &RunArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let Some(id) = &args.id else { return Err(nameless(runtime, args)) };
    perform(invocation, id, args.input.as_deref(), &args.place, &args.how)
}

/// The complaint of a run that does not say of what.
fn nameless(runtime: &Runtime, args: &RunArgs) -> Fault {
    let fault = Fault::usage("say which action is to be run").code("no_action");
    let found = args.intent.as_deref().map(|intent| ranked(runtime, intent, None, 5));
    match found {
        Some(found) if !found.is_empty() => {
            let names: Vec<String> =
                found.iter().map(|(operation, _)| super::key(operation)).collect();
            fault.hint(format!("these fit: {}", names.join(", ")))
        }
        _ => fault.hint("`kosmo action list --intent TEXT` finds one"),
    }
}

/// Does one of four things.
///
/// # Errors
/// Only what happens before there is a call.
pub(in crate::cli) fn act(invocation: &Invocation, args: &ActArgs) -> Result<u8, Fault> {
    if let Some(name) = args.id.as_ref().or(args.key.as_ref()) {
        return perform(invocation, name, args.input.as_deref(), &args.place, &args.how);
    }
    let runtime = invocation.runtime()?;
    let (provider, account) = args.place.settled(runtime)?;
    let call = Call {
        function: format!("{provider}.{}", if args.api.is_some() { "request" } else { "code" }),
        account: Some(account.clone()),
        ..call(&args.how)
    };
    if let Some(api) = &args.api {
        let raw = text(api).and_then(|text| {
            let spec = Value::Object(object(&text, "--api")?);
            let raw = Raw::from_json(&spec, &provider, &account)?;
            let (options, id, meta) = (call.options.clone(), call.id.clone(), call.meta.clone());
            Ok(Raw { options, id, meta, origin: Origin::Cli, ..raw })
        });
        let reads = raw.as_ref().is_ok_and(|raw| raw.method.eq_ignore_ascii_case("GET"));
        let wish = Wish { call: &call, operation: None, reads, sending: None };
        let made = wish.make(invocation, raw.map(|raw| runtime.engine().request(raw)))?;
        return Ok(print(invocation, &wish, made));
    }
    let code = text(args.code.as_deref().unwrap_or_default()).and_then(|code| {
        actions::check("code", &code)?;
        let input = input(args.input.as_deref())?.map_or(Value::Null, Value::Object);
        Ok(Code { provider: provider.clone(), code, input })
    });
    let wish =
        Wish { call: &call, operation: None, reads: false, sending: Some(&args.how.sending) };
    let made = wish.make(invocation, code.map(|code| runtime.engine().code(code, call.clone())))?;
    Ok(print(invocation, &wish, made))
}

fn call(how: &How) -> Call {
    Call {
        origin: Origin::Cli,
        options: how.options(Pages::All),
        id: Some(new_id()),
        meta: how.meta(),
        ..Call::default()
    }
}

fn perform(
    invocation: &Invocation,
    name: &str,
    given: Option<&str>,
    place: &Place,
    how: &How,
) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let (provider, account) = place.named(runtime)?;
    let operation = found(runtime, name, provider.as_deref());
    let function = operation.as_ref().map_or_else(|_| name.to_owned(), |row| row.full_name());
    let call = Call { function, account, ..call(how) };
    let made = match &operation {
        Ok(_) => input(given).map(|named| {
            let args = Args::Named(named.unwrap_or_default());
            runtime.engine().call(Call { args, ..call.clone() })
        }),
        Err(fault) => Err(fault.clone()),
    };
    let operation = operation.ok();
    let reads = operation.is_some_and(|operation| operation.effect == Effect::Read);
    let wish = Wish { call: &call, operation, reads, sending: Some(&how.sending) };
    let made = wish.make(invocation, made)?;
    Ok(print(invocation, &wish, made))
}

/// The answer in the words of other tools and in our own, so that either reads it.
fn print(invocation: &Invocation, wish: &Wish<'_>, (run, signal): (Run, Option<u8>)) -> u8 {
    let sent = wish.sent(invocation, &run, signal);
    if !invocation.json() {
        let status = wish.print(invocation, &run, sent.as_ref());
        return signal.unwrap_or(status);
    }
    let printer = invocation.printer();
    let ours = envelope(&run, printer.view(), sent.as_ref());
    let mut all = Map::new();
    all.insert("output".to_owned(), ours["data"].clone());
    all.insert("actionRunId".to_owned(), json!(run.id));
    all.extend(ours.as_object().cloned().unwrap_or_default());
    printer.answer(&Value::Object(all));
    signal.unwrap_or_else(|| run.result.as_ref().map_or_else(Fault::exit, |_| 0))
}

/// The input, when it was given.
pub(super) fn input(given: Option<&str>) -> Result<Option<Map<String, Value>>, Fault> {
    given.map(|given| object(&text(given)?, "--input")).transpose()
}

/// A text, or what `@FILE` and `-` stand for.
pub(super) fn text(given: &str) -> Result<String, Fault> {
    match given.strip_prefix('@') {
        Some(path) => stdin::file("input file", Path::new(path)),
        None if given == "-" => stdin::all(),
        None => Ok(given.to_owned()),
    }
}
