//! `integrations:call` and the provider shortcuts: one call of one function. What came of it is
//! printed by [`super::envelope`], or by [`super::stream`] line by line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value};

use super::arguments::{self, Flag, Words};
use super::envelope::Wish;
use super::how::{Held, How};
use super::invocation::Invocation;
use super::stdin::{self, PATIENCE, Piped};
use super::stream;
use crate::catalogue::{Effect, Operation};
use crate::engine::{Args, Call, Options, Origin, Pages, new_id};
use crate::error::Fault;
use crate::runtime::Runtime;

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo integrations:call segment.track_event --userId=user-42 --event='Order Completed' --emulator
kosmo integrations:call segment.identify_user '{\"userId\": \"user-42\", \"traits\": {\"plan\": \"pro\"}}' --force
kosmo integrations:segment list_sources --slug my-workspace --json
kosmo integrations:segment list_warehouses --output jsonl > warehouses.jsonl
kosmo integrations:segment list_users --page-size 50 --json
kosmo integrations:segment delete_source --sourceId=abc123 --curl
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
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    held: Held,
    #[command(flatten)]
    list: List,
}

/// How much of a list is wanted.
#[derive(Debug, Default, clap::Args)]
#[command(
    next_help_heading = "Lists (a parameter of the function goes before an option of that name)"
)]
struct List {
    /// The first items only
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
    /// One page, the one that starts here as the page before it said; as lines, all from here on
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    /// One page of this many items; as lines, pages of that size
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    page_size: Option<u32>,
}

/// The options that give way to a parameter of the same name.
pub(super) const YIELDING: &[&str] = &[
    "limit",
    "cursor",
    "page-size",
    "output",
    "select",
    "curl",
    "tenantKey",
    "workspaceKey",
    "no-wait",
    "expect",
    "yes-replace-all",
    "confirm",
    "plan",
    "plan-check",
    "meta",
];

impl List {
    /// How much the engine is asked for. As lines, everything from the cursor on.
    fn pages(&self) -> Pages {
        let (cursor, count) = (self.cursor.clone(), self.page_size);
        match self.limit {
            Some(items) => Pages::First { items, cursor, count },
            None if cursor.is_none() && count.is_none() => Pages::All,
            None => Pages::One { cursor, count },
        }
    }

    /// Refuses options about lists for what lists nothing.
    fn check(&self, operation: &Operation) -> Result<(), Fault> {
        if operation.route().items.is_some() || self.pages() == Pages::All {
            return Ok(());
        }
        let message = format!("`{}` does not list anything in pages", operation.full_name());
        Err(Fault::usage(message)
            .code("not_a_list")
            .hint("leave out --limit, --cursor and --page-size"))
    }
}

/// Makes the call and prints what came of it.
///
/// # Errors
/// Only what happens before there is a call to make an envelope of.
pub(super) fn run(invocation: &Invocation, args: &CallArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let words = arguments::cut(&args.words, runtime.catalogue())?;
    let mut call = Call {
        function: words.function.clone(),
        account: args.account.clone(),
        origin: Origin::Cli,
        options: Options {
            plan: args.held.plan.clone(),
            plan_check: args.held.plan_check,
            ..args.how.options(args.list.pages())
        },
        id: Some(new_id()),
        meta: args.how.meta(),
        ..Call::default()
    };
    let named = prepare(invocation, runtime, &words, args).map(|(named, lines)| {
        call.options = Options { lines, ..call.options.clone() };
        named
    });
    let operation = runtime.catalogue().find(&words.function).ok();
    let lists = operation.is_some_and(|operation| operation.route().items.is_some());
    if lists && invocation.printer().view().streams() && !args.how.shows_only() {
        call.args = Args::Named(named?);
        return stream::run(invocation, call);
    }
    let reads = operation.is_some_and(|operation| operation.effect == Effect::Read);
    let wish = Wish { call: &call, operation, reads, sending: Some(&args.how.sending) };
    let made =
        named.map(|named| runtime.engine().call(Call { args: Args::Named(named), ..call.clone() }));
    wish.fulfil(invocation, made)
}

/// The arguments from payload, standard input and flags, and the file that stands for a list.
fn prepare(
    invocation: &Invocation,
    runtime: &Runtime,
    words: &Words,
    args: &CallArgs,
) -> Result<(Map<String, Value>, Option<PathBuf>), Fault> {
    let operation = runtime.catalogue().find(&words.function)?;
    args.list.check(operation)?;
    let mut flags = words.flags.clone();
    for pair in &args.pairs {
        flags.push(Flag::pair(pair)?);
    }
    let file = flags.iter().find_map(|flag| flag.lines(operation).map(PathBuf::from));
    flags.retain(|flag| flag.lines(operation).is_none());
    let listen = flags.is_empty() && file.is_none();
    let payload = payload(invocation, operation, words.payload.as_deref(), listen)?;
    let mut named = arguments::merge(operation, payload, &flags)?;
    if let (Some(lines), Some(_)) = (&operation.lines, &file)
        && named.insert(lines.param.clone(), Value::Array(Vec::new())).is_some()
    {
        let param = &lines.param;
        return Err(Fault::usage(format!("`{param}` is given twice, once as a file")).param(param));
    }
    Ok((named, file))
}

/// The payload: given here, in a file, or on standard input, where that may be listened to.
///
/// # Errors
/// What is no JSON object.
pub(super) fn payload(
    invocation: &Invocation,
    operation: &Operation,
    given: Option<&str>,
    listen: bool,
) -> Result<Map<String, Value>, Fault> {
    let (text, from) = match given {
        Some("-") => (stdin::all()?, "standard input"),
        Some(payload) => match payload.strip_prefix('@') {
            Some(path) => (stdin::file("payload file", Path::new(path))?, "the payload file"),
            None => (payload.to_owned(), "the payload"),
        },
        None if listen => (offered(invocation, operation)?, "standard input"),
        None => (String::new(), ""),
    };
    if text.trim().is_empty() { Ok(Map::new()) } else { arguments::object(&text, from) }
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
