//! The command line: the top floor, where what was typed becomes calls, scripts and settings. Each
//! command family has a file; `table` lists them all, and only [`output`] prints.

mod accounts;
mod action;
mod arguments;
mod call;
mod capability;
mod complete;
mod config;
mod configure;
mod connect;
mod connection;
mod consent;
mod describe;
mod doctor;
mod emulator;
mod entry;
mod envelope;
mod everywhere;
mod gateway;
mod help;
mod how;
mod import;
mod invocation;
mod lint;
mod listen;
mod lua;
mod manifest;
mod membrane;
mod outbox;
pub mod output;
mod plans;
pub mod progress;
mod raw;
mod reference;
mod repl;
pub mod reply;
mod report;
mod runs;
mod sending;
mod serve;
mod servers;
mod shell;
mod signal;
mod skill;
mod status;
mod stdin;
mod stray;
mod stream;
mod table;
mod token;
mod trust;
mod typed;
mod units;
mod version;
mod when;

use std::any::Any;
use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::Arc;

use clap::ArgMatches;

pub use invocation::Invocation;
pub use output::Printer;

use crate::error::{Fault, Kind};
use entry::Entry;
use output::Manner;
use typed::Typed;

/// A command and its arguments.
pub struct Command {
    entry: &'static Entry,
    matches: ArgMatches,
}

impl Command {
    /// Runs it and returns the exit status.
    ///
    /// # Errors
    /// Whatever it has no envelope of its own for.
    pub fn run(&self, invocation: &Invocation) -> Result<u8, Fault> {
        (self.entry.run)(invocation, &self.matches)
    }
}

/// What prints, already knowing whether one JSON object is wanted.
pub fn printer(argv: &[OsString]) -> Arc<Printer> {
    let printer = Printer::default();
    let manner = Manner {
        json: typed::wants_json(argv),
        no_pager: typed::is_typed(argv, "--no-pager"),
        ..Manner::default()
    };
    printer.settle(manner);
    Arc::new(printer)
}

/// Understands an argument vector without the program's name; none when all it asked for was help.
///
/// # Errors
/// [`Kind::Usage`] with the nearest command or flag.
pub fn parse(printer: &Printer, argv: Vec<OsString>) -> Result<Option<Command>, Fault> {
    match typed::parse(argv)? {
        Typed::Run(entry, matches) => Ok(Some(Command { entry, matches })),
        Typed::Show(text) => {
            printer.help(&text);
            Ok(None)
        }
    }
}

/// What a command runs in.
///
/// # Errors
/// None but a defect of the command table.
pub fn open(printer: &Arc<Printer>, command: &Command) -> Result<Invocation, Fault> {
    Invocation::new(Arc::clone(printer), &command.matches)
}

/// Runs the program so that every end is a good one: a failure is printed in the form that was
/// asked for, and a panic is a failure with one line on stderr.
pub fn guarded(printer: &Arc<Printer>, run: impl FnOnce() -> Result<u8, Fault>) -> u8 {
    let speaker = Arc::clone(printer);
    set_hook(Box::new(move |panic| {
        let place = panic.location().map(|at| format!(" at {}:{}", at.file(), at.line()));
        let place = place.unwrap_or_default();
        speaker.complain(&defect(&format!("{}{place}", words(panic.payload()))));
    }));
    ended(printer, run)
}

/// The exit status of a run, after its failure was printed.
fn ended(printer: &Printer, run: impl FnOnce() -> Result<u8, Fault>) -> u8 {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(code)) => code,
        Ok(Err(fault)) => {
            printer.fault(&fault);
            fault.exit()
        }
        Err(panic) => {
            let fault = defect(words(&*panic));
            if printer.manner().json {
                printer.fault(&fault);
            }
            fault.exit()
        }
    }
}

fn defect(what: &str) -> Fault {
    Fault::new(Kind::Internal, format!("internal error: {what}"))
        .hint("this is a defect of kosmo, please report it with the command line")
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_as_a_failure_and_still_answers_with_one_object() {
        let printer = printer(&["--json".into()]);
        let code = ended(&printer, || panic!("boom"));
        assert_eq!(code, 1);
        assert!(printer.answered());
    }
}
