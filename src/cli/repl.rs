//! `integrations:lua --repl`: lines typed one after another into one VM that keeps its state. On a
//! terminal with history, completion and several lines where a line leaves something open; from a
//! pipe without any of that.

mod candidates;
mod editor;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::invocation::{Invocation, event_loop};
use super::lua::{sink, stuck};
use super::output::Printer;
use super::report::{Setting, finish};
use super::sending::Sending;
use super::signal;
use crate::error::Fault;
use crate::lua::{Report, Script, Session};
use editor::{Editor, Typed};

const GREETING: &str = "Lua with app.integrations; :help says more, :quit or Ctrl-D ends.";

const HELP: &str = "\
An expression prints its value, a statement is run; what you set stays set.
TAB completes providers, functions and parameters; docs.read(\"segment\") explains them.
Ctrl-C gives up the line or stops what runs. An empty line gives up an unfinished one.
:help   this text
:quit   end (so does Ctrl-D)";

/// Reads, runs and prints until the end.
///
/// # Errors
/// When the VM or the terminal cannot be opened.
pub(super) fn run(invocation: &Invocation, script: Script, sending: &Sending) -> Result<u8, Fault> {
    let status = converse(invocation, script)?;
    Ok(match sending.end(invocation, false)? {
        Some(sent) => {
            sent.tell(invocation.printer());
            sent.status().max(status)
        }
        None => status,
    })
}

fn converse(invocation: &Invocation, script: Script) -> Result<u8, Fault> {
    let printer = invocation.printer();
    let runtime = invocation.runtime()?;
    let setting = Setting { force: script.force, dry_run: script.dry_run };
    let stop = script.stop.clone();
    let running = Arc::new(AtomicBool::new(false));
    let busy = Arc::clone(&running);
    let caught = signal::watch(printer, move || {
        let busy = busy.load(Ordering::SeqCst);
        if busy {
            stop.stop();
        }
        busy
    })?;
    let event_loop = event_loop()?;
    let last = stuck(printer, setting, &caught);
    let session = Session::new(Arc::clone(runtime), script, Some(sink(printer)), last)?;
    let mut editor = Editor::open(runtime)?;
    if editor.is_terminal() {
        printer.note(GREETING);
    }
    let mut open = String::new();
    loop {
        match editor.next(!open.is_empty())? {
            Typed::Line(line) if open.is_empty() && line.starts_with(':') => {
                if command(printer, line.trim()) {
                    return Ok(0);
                }
                continue;
            }
            Typed::Line(line) => {
                let last = line.trim().is_empty();
                open.push_str(&line);
                if open.trim().is_empty() {
                    open.clear();
                    continue;
                }
                caught.clear();
                running.store(true, Ordering::SeqCst);
                let report = event_loop.block_on(session.eval(&open));
                running.store(false, Ordering::SeqCst);
                if is_unfinished(&report) && !last {
                    open.push('\n');
                    continue;
                }
                editor.remember(&open);
                finish(printer, setting, &report, None, None);
            }
            Typed::Cancel => {}
            Typed::End if open.is_empty() => return Ok(0),
            Typed::End => {
                let report = event_loop.block_on(session.eval(&open));
                finish(printer, setting, &report, None, None);
                return Ok(0);
            }
        }
        open.clear();
    }
}

/// Runs a command of the REPL itself; true ends it.
fn command(printer: &Printer, line: &str) -> bool {
    match line {
        ":quit" | ":q" | ":exit" => return true,
        ":help" | ":h" => printer.line(HELP),
        other => printer.complain(
            &Fault::usage(format!("unknown command `{other}`")).hint(":help lists the commands"),
        ),
    }
    false
}

/// Whether the code only fails because it goes on.
fn is_unfinished(report: &Report) -> bool {
    report
        .error
        .as_ref()
        .is_some_and(|fault| fault.code == "syntax_error" && fault.message.contains("<eof>"))
}
