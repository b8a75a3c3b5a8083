//! `mcp:call` and `mcp:<server>`: one call of one tool, in the words of every other call.

use std::cell::OnceCell;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::catalogue::{Effect, Operation};
use crate::cli::arguments::{self, Flag, Words};
use crate::cli::call::payload;
use crate::cli::envelope::Wish;
use crate::cli::invocation::Invocation;
use crate::cli::units;
use crate::engine::{Args, Call, Engine, Options, Origin, new_id};
use crate::error::Fault;
use crate::upstream::shown::bare;

/// Command lines for the help.
pub(in crate::cli) const EXAMPLES: &str = "\
kosmo mcp:call everything.echo --message hello
kosmo mcp:call everything.echo '{\"message\": \"hello\"}' --json
kosmo mcp:everything echo --message hello --dry-run
echo '{\"message\": \"hello\"}' | kosmo mcp:call everything.echo";

/// What may be said about a call besides its own arguments.
#[derive(Debug, Default, clap::Args)]
pub(in crate::cli) struct CallArgs {
    /// SERVER.TOOL, a JSON object (or @FILE, or - for stdin), and the tool's parameters as flags in any
    /// spelling: --userId 7, --filter.name=x, --limit:=30 for JSON
    #[arg(value_name = "WORDS", num_args = 0..)]
    words: Vec<String>,
    /// A parameter whose name is also an option of this command
    #[arg(long = "arg", value_name = "KEY=VALUE")]
    pairs: Vec<String>,
    #[command(flatten)]
    how: How,
}

/// How to go about it.
#[derive(Debug, Default, clap::Args)]
pub(in crate::cli) struct How {
    /// Count `ask` in the policy as `allow`
    #[arg(long)]
    pub(super) force: bool,
    /// Check everything and print what would be sent
    #[arg(long)]
    dry_run: bool,
    /// Longest time for the call; the server's own time otherwise (30, 500ms, 2m)
    #[arg(long, value_name = "TIME", value_parser = units::duration)]
    timeout: Option<Duration>,
}

impl How {
    /// What the engine is told.
    pub(super) fn options(&self) -> Options {
        Options {
            force: self.force,
            dry_run: self.dry_run,
            timeout: self.timeout,
            ..Options::default()
        }
    }
}

/// The row that a name means. The server's own `mcp.` is tried when a server is called that.
pub(super) fn find(
    invocation: &Invocation,
    engine: &Engine,
    function: &str,
    allowed: Option<Duration>,
) -> Result<Arc<Operation>, Fault> {
    invocation.wait(engine.tool(bare(function), allowed))?
}

/// Makes the call and prints what came of it.
///
/// # Errors
/// Only what happens before there is a call to make an envelope of.
pub(in crate::cli) fn run(invocation: &Invocation, args: &CallArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let engine = runtime.engine();
    let known: OnceCell<Result<Arc<Operation>, Fault>> = OnceCell::new();
    let look = |function: &str| {
        known.get_or_init(|| find(invocation, engine, function, args.how.timeout)).clone()
    };
    let words = arguments::cut_by(&args.words, |function, flag| {
        look(function).is_ok_and(|row| arguments::is_switch(&row, flag))
    })
    .map_err(|fault| match fault.message.starts_with("no function") {
        true => fault.hint("put it first: `kosmo mcp:call SERVER.TOOL …`"),
        false => fault,
    })?;
    let found = look(&words.function);
    let call = Call {
        function: format!("mcp.{}", bare(&words.function)),
        origin: Origin::Cli,
        options: args.how.options(),
        id: Some(new_id()),
        ..Call::default()
    };
    let row = found.as_ref().ok();
    let named = match &found {
        Ok(row) => prepare(invocation, row, &words, &args.pairs),
        // The call itself says what is wrong, in its envelope.
        Err(_) => Ok(Map::new()),
    };
    let reads = row.is_some_and(|row| row.effect == Effect::Read);
    let operation = row.map(|row| &**row);
    let wish = Wish { call: &call, operation, reads, sending: None };
    let made = match found {
        Err(ref fault) => Err(fault.clone()),
        Ok(_) => named.map(|named| engine.call(Call { args: Args::Named(named), ..call.clone() })),
    };
    let (mut run, signal) = wish.make(invocation, made)?;
    run.server = run.server.or_else(|| {
        let split = engine.upstream().and_then(|upstream| upstream.split(bare(&words.function)));
        split.ok().map(|(server, _)| server)
    });
    run.function = bare(&run.function).to_owned();
    let status = wish.print(invocation, &run, None);
    Ok(signal.unwrap_or(status))
}

/// The arguments from payload, standard input and flags.
fn prepare(
    invocation: &Invocation,
    operation: &Operation,
    words: &Words,
    pairs: &[String],
) -> Result<Map<String, Value>, Fault> {
    let mut flags = words.flags.clone();
    for pair in pairs {
        flags.push(Flag::pair(pair)?);
    }
    let payload = payload(invocation, operation, words.payload.as_deref(), flags.is_empty())?;
    arguments::merge(operation, payload, &flags)
}
