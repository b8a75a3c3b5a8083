//! A list as JSON Lines: each item is printed as soon as its page is there, and forgotten.

use super::invocation::Invocation;
use super::progress::Progress;
use super::signal::{Signals, interrupted};
use crate::engine::{Call, Listing};
use crate::error::{Fault, SideEffect};

/// Prints a list item by item and returns the exit status. What has come before a failure is out;
/// the failure says how to go on.
///
/// # Errors
/// When there is no such function, it lists nothing, or the platform gives no event loop.
pub(super) fn run(invocation: &Invocation, call: Call) -> Result<u8, Fault> {
    let progress =
        Progress::start(invocation.printer(), &format!("listing {}", call.function), None);
    let mut listing = invocation.runtime()?.engine().pages(call)?;
    invocation.wait(async {
        let mut signals = Signals::listen()?;
        loop {
            let page = tokio::select! {
                page = listing.next() => page,
                status = signals.next() => {
                    let fault = interrupted(status).effect(SideEffect::None);
                    return Ok(stopped(invocation, &listing, &fault, status));
                }
            };
            let Some(page) = page else { break };
            progress.advance(page.items.len() as u64);
            let lines: Vec<String> = page.items.iter().map(ToString::to_string).collect();
            invocation.printer().lines(&lines.join("\n"));
            if let Err(fault) = page.run.result {
                let status = fault.exit();
                return Ok(stopped(invocation, &listing, &fault, status));
            }
            // Nobody reads it any more.
            if invocation.printer().lost() {
                break;
            }
        }
        progress.finish(&format!("{} items", listing.items()));
        Ok(0)
    })?
}

fn stopped(invocation: &Invocation, listing: &Listing<'_>, fault: &Fault, status: u8) -> u8 {
    let printer = invocation.printer();
    printer.complain(fault);
    if listing.items() > 0 {
        let cursor = listing.cursor().unwrap_or_default();
        printer.note(&format!("{} items are out; go on with --cursor {cursor}", listing.items()));
    }
    status
}
