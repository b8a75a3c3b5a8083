//! `segment:import`: many events from a file or a pipe. How rows become events and how they are sent
//! is the engine's business; this says what is wanted, shows how far it is and what came of it.

mod report;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::how::Held;
use super::invocation::{Invocation, event_loop};
use super::progress::Progress;
use super::sending::{Sending, Total};
use super::signal::{self, interrupted};
use super::stdin;
use crate::engine::Delivery;
use crate::engine::courier::Rate;
use crate::engine::import::mapping::{Column, Rest};
use crate::engine::import::{Format, Import, Mapping, Progress as Counts, Source, Stop};
use crate::error::{Fault, SideEffect};
use report::report;

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo segment:import events.jsonl --force
kosmo segment:import orders.csv --type track --set event='Order Completed' --map customer=userId --force
kosmo segment:import users.csv --mapping users.toml --dry-run
kosmo segment:import events.jsonl --delivery outbox --flush-timeout 0 --force
zcat old-events.jsonl.gz | kosmo segment:import - --format jsonl --rate 500 --force --json";

/// How often what is shown is brought up to date.
const TICK: Duration = Duration::from_millis(200);

/// What is imported, and how.
#[derive(Debug, clap::Args)]
pub(super) struct ImportArgs {
    /// The file: JSON Lines, CSV or TSV, also packed as .gz; - reads standard input
    file: PathBuf,
    /// The form of the file, where its name does not tell
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// The account whose events they become
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// The kind of event of rows that do not say: track, identify, page, …
    #[arg(long = "type", value_name = "TYPE", help_heading = "Columns")]
    kind: Option<String>,
    /// A field for events that do not have it, by dotted path; := for JSON
    #[arg(long, value_name = "FIELD=VALUE", help_heading = "Columns")]
    set: Vec<String>,
    /// Where a column goes, and how it is read: amount=properties.revenue:number; - leaves it out
    #[arg(long, value_name = "COLUMN=FIELD[:TYPE]", help_heading = "Columns")]
    map: Vec<String>,
    /// A TOML file that says the same
    #[arg(long, value_name = "FILE", help_heading = "Columns")]
    mapping: Option<PathBuf>,
    /// What becomes of columns nobody named
    #[arg(long, value_enum, help_heading = "Columns")]
    rest: Option<Leftover>,
    /// Events sent a second (the account's setting, else 1000), or off
    #[arg(long, value_name = "EVENTS", value_parser = Rate::parse)]
    rate: Option<Rate>,
    #[command(flatten)]
    total: Total,
    #[command(flatten)]
    sending: Sending,
    /// Where rows that are refused go, with the reason; <FILE>.refused.jsonl
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
    /// Send everything anew, as new events, instead of going on where an earlier run ended
    #[arg(long)]
    again: bool,
    /// Check every row; send and queue nothing
    #[arg(long)]
    dry_run: bool,
    /// Count `ask` in the policy as `allow`
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    held: Held,
}

/// The form of a file.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Form {
    /// One JSON object a line
    Jsonl,
    /// Columns between commas, named by the first row
    Csv,
    /// Columns between tabs, named by the first row
    Tsv,
}

/// What becomes of columns nobody named.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Leftover {
    /// They become properties or traits
    Keep,
    /// They are left out
    Drop,
}

/// Imports and prints what came of it.
///
/// # Errors
/// Only what keeps it from beginning.
pub(super) fn run(invocation: &Invocation, args: &ImportArgs) -> Result<u8, Fault> {
    let import = wanted(args)?;
    let sending = args.sending.clone().at(args.rate);
    let paced = args.rate.is_some() && import.delivery == Delivery::Outbox && !import.dry_run;
    let patience = sending.patience(invocation.runtime()?.settings());
    if paced && patience.is_zero() {
        return Err(Fault::usage(
            "`--rate` says how fast to send, and this run would send nothing",
        )
        .hint("let it wait with --flush-timeout, or give the rate to outbox:flush"));
    }
    let began = Instant::now();
    let stop = Stop::default();
    let asked = stop.clone();
    let engine = invocation.runtime()?.engine();
    let caught = signal::watch(invocation.printer(), move || {
        asked.ask();
        true
    })?;
    let counts = Counts::default();
    let event_loop = event_loop()?;
    let work = || {
        let imported = shown(invocation, &import, &counts, || {
            engine.import(&import, &counts, &stop, &event_loop)
        });
        imported.map(|imported| (imported, began.elapsed()))
    };
    let (imported, sent) = match import.delivery {
        Delivery::Outbox if !import.dry_run => sending.accompany(invocation, work)?,
        Delivery::Outbox | Delivery::Direct => (work(), Ok(None)),
    };
    let (mut imported, took) = imported?;
    // One that came when all was queued has cut short the wait, and no more.
    let waited = import.delivery == Delivery::Outbox && imported.record.done;
    let signal = caught.status().filter(|_| !waited);
    if let Some(status) = signal {
        let hint = "run the same command again to go on from there";
        imported.fault = Some(interrupted(status).hint(hint));
    }
    // A failure to send is the import's, unless it has one already.
    let sent = sent.unwrap_or_else(|fault| {
        imported.fault.get_or_insert(fault.effect(SideEffect::Done));
        None
    });
    let status = report(invocation, &import, &imported, took, sent.as_ref());
    Ok(signal.unwrap_or(status))
}

/// The flags of the command, which has words of its own for what they mean here.
pub(super) fn augment_args(command: clap::Command) -> clap::Command {
    use clap::Args as _;
    ImportArgs::augment_args(command).mut_arg("delivery", |flag| {
        flag.help(
            "Send batches as rows are read (direct), or queue all of it for couriers (outbox)",
        )
    })
}

/// What is wanted.
fn wanted(args: &ImportArgs) -> Result<Import, Fault> {
    Ok(Import {
        provider: "segment".to_owned(),
        account: args.account.clone(),
        source: match args.file.as_os_str() == "-" {
            true => Source::Stdin,
            false => Source::File(args.file.clone()),
        },
        format: args.format.map(|form| match form {
            Form::Jsonl => Format::JsonLines,
            Form::Csv => Format::CSV,
            Form::Tsv => Format::TSV,
        }),
        mapping: mapping(args)?,
        delivery: args.sending.delivery().unwrap_or(Delivery::Direct),
        rate: args.rate,
        refused: args.refused.clone(),
        again: args.again,
        force: args.force,
        dry_run: args.dry_run,
        plan: args.held.plan.clone(),
        plan_check: args.held.plan_check,
    })
}

/// The mapping from its file and the flags, which win.
fn mapping(args: &ImportArgs) -> Result<Mapping, Fault> {
    let mut mapping = match &args.mapping {
        Some(path) => mapping_file(path)?,
        None => Mapping::default(),
    };
    if let Some(kind) = &args.kind {
        mapping.kind = Some(kind.clone());
    }
    for pair in &args.set {
        let (name, value) = parted("--set", pair)?;
        let (name, value) = match name.strip_suffix(':') {
            Some(name) => (
                name,
                serde_json::from_str(value).map_err(|why| {
                    Fault::usage(format!("`--set {pair}` is not JSON: {why}"))
                        .hint("write FIELD=VALUE for text")
                })?,
            ),
            None => (name, Value::from(value)),
        };
        mapping.set.insert(name.to_owned(), value);
    }
    for pair in &args.map {
        let (name, target) = parted("--map", pair)?;
        let column =
            Column::parse(target).map_err(|why| Fault::usage(format!("`--map {pair}`: {why}")))?;
        mapping.columns.insert(name.to_owned(), column);
    }
    if let Some(rest) = args.rest {
        mapping.rest = match rest {
            Leftover::Keep => Rest::Keep,
            Leftover::Drop => Rest::Drop,
        };
    }
    Ok(mapping)
}

fn parted<'a>(flag: &str, pair: &'a str) -> Result<(&'a str, &'a str), Fault> {
    match pair.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => Ok((name, value)),
        _ => Err(Fault::usage(format!("`{flag} {pair}` has no `=` with something on both sides"))
            .hint("for example --map customer=userId or --set event='Order Completed'")),
    }
}

fn mapping_file(path: &Path) -> Result<Mapping, Fault> {
    let text = stdin::file("mapping file", path)?;
    toml::from_str(&text).map_err(|why| {
        let at =
            why.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count());
        Fault::usage(format!("{} line {}: {}", path.display(), at + 1, why.message()))
            .code("invalid_mapping")
            .hint("see docs.read(\"import\")")
    })
}

/// Does the work while its progress is shown.
fn shown<T>(
    invocation: &Invocation,
    import: &Import,
    counts: &Counts,
    work: impl FnOnce() -> T,
) -> T {
    let name = import.source.name();
    let length = import.source.length();
    let (doing, done) = words(import);
    let progress = Progress::start(invocation.printer(), &format!("{doing} {name}"), None);
    let (end, ended) = mpsc::channel::<()>();
    std::thread::scope(|threads| {
        threads.spawn(move || {
            while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                update(&progress, counts, &format!("{doing} {name}"), length);
            }
            update(&progress, counts, &format!("{doing} {name}"), length);
            progress.finish(&format!("{done} {name}"));
        });
        let made = work();
        drop(end);
        made
    })
}

/// What is being done to a file, and what was done when it ends.
fn words(import: &Import) -> (&'static str, &'static str) {
    match import.delivery {
        _ if import.dry_run => ("checking", "checked"),
        Delivery::Direct => ("importing", "imported"),
        Delivery::Outbox => ("queueing", "queued"),
    }
}

/// How many events a file holds can only be guessed from those that have come.
fn update(progress: &Progress, counts: &Counts, doing: &str, length: Option<u64>) {
    let (events, bytes) = (counts.events(), counts.bytes());
    progress.advance(events.saturating_sub(progress.done()));
    if let Some(length) = length.filter(|_| bytes > 0 && events > 0) {
        let guess = u128::from(events) * u128::from(length) / u128::from(bytes);
        progress.expect(u64::try_from(guess).unwrap_or(events).max(events));
    }
    if counts.refusals() > 0 {
        progress.turn_to(&format!("{doing}, {} refused", counts.refusals()));
    }
}
