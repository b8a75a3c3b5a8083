//! Ctrl-C and SIGTERM. What is being done is told to stop and says what came of it; a second signal
//! ends the program at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::invocation::event_loop;
use super::output::Printer;
use crate::error::{Fault, Kind};

/// Exit status after Ctrl-C.
const INTERRUPTED: u8 = 130;
/// Exit status after SIGTERM.
const TERMINATED: u8 = 143;

/// The signals that ask the program to end. While one of these exists, they no longer kill it.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Listens from now on; needs an event loop.
    ///
    /// # Errors
    /// When the platform refuses.
    pub(super) fn listen() -> Result<Self, Fault> {
        let listen =
            |kind| signal(kind).map_err(|why| Fault::io("cannot listen for signals", &why));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// Waits for one and returns the exit status it stands for.
    pub(super) async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => INTERRUPTED,
            _ = self.terminate.recv() => TERMINATED,
        }
    }
}

/// Remembers which signal came first, for a thread that is busy.
#[derive(Debug, Clone, Default)]
pub(super) struct Caught(Arc<AtomicU8>);

impl Caught {
    /// The exit status of the signal that came, if one did.
    pub(super) fn status(&self) -> Option<u8> {
        match self.0.load(Ordering::SeqCst) {
            0 => None,
            status => Some(status),
        }
    }

    /// Forgets it, before the next line of a REPL.
    pub(super) fn clear(&self) {
        self.0.store(0, Ordering::SeqCst);
    }
}

/// Watches for signals on a thread of its own. The first one calls `stop`, which says whether there
/// was anything to stop; if not, and at every later signal, the program ends.
///
/// # Errors
/// When the platform gives no thread or refuses the signals.
pub(super) fn watch(
    printer: &Arc<Printer>,
    stop: impl Fn() -> bool + Send + 'static,
) -> Result<Caught, Fault> {
    let caught = Caught::default();
    let (seen, printer) = (caught.clone(), Arc::clone(printer));
    let event_loop = event_loop()?;
    let mut signals = event_loop.block_on(async { Signals::listen() })?;
    let listening = move || {
        loop {
            let status = event_loop.block_on(signals.next());
            let first = seen.0.compare_exchange(0, status, Ordering::SeqCst, Ordering::SeqCst);
            if first.is_err() || !stop() {
                end(&printer, status);
            }
        }
    };
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(listening)
        .map_err(|why| Fault::io("cannot start a thread", &why))?;
    Ok(caught)
}

fn end(printer: &Printer, status: u8) -> ! {
    if printer.manner().json {
        printer.fault(&interrupted(status));
    }
    printer.end(status)
}

/// The failure that a signal stands for.
pub(super) fn interrupted(status: u8) -> Fault {
    let name = if status == TERMINATED { "SIGTERM" } else { "Ctrl-C" };
    Fault::new(Kind::Interrupted, format!("interrupted by {name}"))
}
