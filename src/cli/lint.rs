//! `segment:lint`: files of events judged line by line, without sending anything. Data on stdout,
//! the summary on stderr.

mod lines;
mod tally;

use std::path::PathBuf;

use super::invocation::Invocation;
use super::output::Printer;
use super::reply::Reply;
use crate::error::{Fault, Kind};
use crate::segment::check::{Checker, Finding};
use crate::segment::lint::{Judged, Linter};
use crate::segment::plans::{Judge, Store, Unplanned};
use lines::{Line, Lines};
use tally::{Tally, placed};

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo segment:lint events.jsonl
kosmo segment:lint events.jsonl --plan shop
kosmo segment:lint events.jsonl --plan plans/shop.json --unplanned warn --json
generate-events | kosmo segment:lint - --output jsonl > findings.jsonl";

/// What to judge, and by what.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct LintArgs {
    /// Files of events as JSON Lines; - reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Judge by this tracking plan too: a fetched one (plan:pull) or a file
    #[arg(long, value_name = "NAME|FILE")]
    plan: Option<String>,
    /// What to make of track events the plan does not know; Segment blocks them or not, as the
    /// source's schema settings say
    #[arg(long, value_name = "HOW", value_enum, default_value = "error", requires = "plan")]
    unplanned: How,
    /// Only what fails, no warnings
    #[arg(long)]
    errors_only: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum How {
    /// They fail.
    Error,
    /// They are told of.
    Warn,
    /// They are fine.
    Allow,
}

/// How findings are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Telling {
    /// `file:line: level code path: message`, as they are found.
    People,
    /// One object a line, as they are found.
    Lines,
    /// All together at the end.
    Listing,
}

/// Judges.
///
/// # Errors
/// A file or plan that cannot be read.
pub(super) fn run(invocation: &Invocation, args: &LintArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let checker = Checker::of(runtime.catalogue().provider("segment")?);
    let judge = match &args.plan {
        Some(wanted) => {
            let plan = Store::of(runtime.settings()).find(wanted)?;
            let judge = Judge::new(plan, args.unplanned.into());
            judge.check()?;
            Some(judge)
        }
        None => None,
    };
    let linter = Linter { checker: &checker, judge: judge.as_ref() };
    let printer = invocation.printer();
    let telling = match printer.view() {
        _ if invocation.json() => Telling::Listing,
        view if view.is_usual() => Telling::People,
        view if view.streams() => Telling::Lines,
        _ => Telling::Listing,
    };
    let mut tally = Tally::default();
    for file in &args.files {
        let mut lines = Lines::open(file)?;
        let name = lines.name().to_owned();
        while let Some((number, line)) = lines.next()? {
            let judged = match line {
                Line::Text(text) => linter.line(text),
                Line::TooLong => too_long(),
            };
            tally.count(&judged);
            for finding in judged.findings.iter().filter(|one| !args.errors_only || one.is_error())
            {
                tell(printer, telling, &mut tally, (&name, number), finding);
            }
            // Nobody reads it any more.
            if printer.lost() {
                return Ok(0);
            }
        }
    }
    let plan = judge.as_ref().map(|judge| judge.plan().title());
    if telling == Telling::Listing {
        invocation.say(&Reply::new(tally.to_json(plan), "").listing("findings"));
    }
    if !invocation.json() {
        printer.note(&tally.line());
    }
    Ok(if tally.failed > 0 { Kind::EventInvalid.row().exit } else { 0 })
}

fn tell(
    printer: &Printer,
    telling: Telling,
    tally: &mut Tally,
    (file, line): (&str, u64),
    finding: &Finding,
) {
    match telling {
        Telling::Listing => tally.list(placed(file, line, finding)),
        Telling::Lines => printer.line(&placed(file, line, finding).to_string()),
        Telling::People => {
            let Finding { level, code, path, message, hint } = finding;
            let path = if path.is_empty() { String::new() } else { format!(" {path}") };
            let hint = hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
            let level = level.word();
            printer.line(&format!("{file}:{line}: {level} {code}{path}: {message}{hint}"));
        }
    }
}

fn too_long() -> Judged {
    let finding = Finding::error("line_too_long", "", "the line is longer than any event can be");
    Judged { events: 1, failed: 1, findings: vec![finding] }
}

impl From<How> for Unplanned {
    fn from(how: How) -> Self {
        match how {
            How::Error => Self::Error,
            How::Warn => Self::Warning,
            How::Allow => Self::Allow,
        }
    }
}
