//! Asking the person at the terminal where policy says `ask`. Whether there is anybody to ask is
//! decided here; what follows from the answer is the engine's business.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::output::{Printer, pretty};
use crate::catalogue::Operation;
use crate::engine::Account;
use crate::engine::policy::Approve;

/// Asks on stderr and reads the answer from the terminal.
pub(super) struct Consent {
    printer: Arc<Printer>,
}

impl Consent {
    /// Asks through `printer`.
    pub(super) fn new(printer: Arc<Printer>) -> Self {
        Self { printer }
    }

    /// Whether somebody sits at the other end who may be asked.
    pub(super) fn possible(no_input: bool) -> bool {
        !no_input && io::stdin().is_terminal() && io::stderr().is_terminal()
    }
}

impl Approve for Consent {
    fn approve(&self, operation: &Operation, account: &Account, args: &Map<String, Value>) -> bool {
        let (name, effect) = (operation.full_name(), operation.effect.word());
        let args = pretty(&Value::Object(args.clone()));
        let account = &account.name;
        self.printer
            .prompt(&format!("{name} ({effect}, account {account})\n{args}\nGo ahead? [y/N] "));
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).is_ok()
            && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
    }
}
