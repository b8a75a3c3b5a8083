//! A signal as a wish to stop: the first one tells the courier, a second one ends the program.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::watch;

use crate::cli::output::Printer;
use crate::cli::signal::Signals;
use crate::engine::courier::Stop;
use crate::error::Fault;

/// What the signals have said so far.
pub(super) struct Stopper {
    tell: watch::Sender<bool>,
    status: Arc<AtomicU8>,
}

impl Stopper {
    /// Listens from now on; needs an event loop that runs as long as the work.
    ///
    /// # Errors
    /// When the platform refuses.
    pub(super) fn listen(printer: &Arc<Printer>) -> Result<Self, Fault> {
        let mut signals = Signals::listen()?;
        let (tell, _) = watch::channel(false);
        let status = Arc::new(AtomicU8::new(0));
        let (told, seen, printer) = (tell.clone(), Arc::clone(&status), Arc::clone(printer));
        tokio::spawn(async move {
            let first = signals.next().await;
            seen.store(first, Ordering::SeqCst);
            told.send_replace(true);
            printer.end(signals.next().await);
        });
        Ok(Self { tell, status })
    }

    /// What a courier waits for.
    pub(super) fn stop(&self) -> Stop {
        self.tell.subscribe()
    }

    /// The exit status of the signal that came, if one did.
    pub(super) fn status(&self) -> Option<u8> {
        Some(self.status.load(Ordering::SeqCst)).filter(|status| *status != 0)
    }
}
