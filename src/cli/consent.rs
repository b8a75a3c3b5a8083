//! Asking the person at the terminal before a call that policy asks about: what would be sent is
//! shown, and the answer may count for all such calls of this run. Nobody is asked where nobody may
//! answer: in a pipe, in CI, with `--no-input`; and with `--json` only on stderr.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use serde_json::Value;

use super::output::{Printer, pretty};
use crate::engine::consent::{Answer, Approve, Consent, Question};

const CHOICES: &str = "Go ahead? [y]es, [N]o, [a]lways in this run, as [c]url: ";

/// Asks on stderr and reads the answer from the terminal.
pub(super) struct Asking {
    printer: Arc<Printer>,
    /// What was agreed to for the rest of the run: function and account.
    always: Mutex<BTreeSet<(String, String)>>,
}

impl Asking {
    /// Asks through `printer`.
    pub(super) fn new(printer: Arc<Printer>) -> Self {
        Self { printer, always: Mutex::default() }
    }

    /// Whether somebody sits at the other end who may be asked.
    pub(super) fn possible(no_input: bool) -> bool {
        !no_input && io::stdin().is_terminal() && io::stderr().is_terminal()
    }
}

impl Approve for Asking {
    fn approve<'a>(&'a self, question: &'a Question<'a>) -> Answer<'a> {
        // Whoever sits at the terminal is all that this process waits for.
        Box::pin(async move { self.ask(question) })
    }
}

impl Asking {
    fn ask(&self, question: &Question<'_>) -> Consent {
        let key = (question.operation.full_name(), question.account.name.clone());
        // Held while asking: calls at the same time ask one after the other.
        let mut always = self.always.lock().unwrap_or_else(PoisonError::into_inner);
        if always.contains(&key) {
            return Consent::Given;
        }
        self.printer.prompt(&shown(question));
        loop {
            self.printer.prompt(CHOICES);
            let Some(answer) = line() else {
                self.printer.prompt("\n");
                return Consent::Interrupted;
            };
            match answer.trim().to_lowercase().as_str() {
                "y" | "yes" => return Consent::Given,
                "a" | "always" => {
                    always.insert(key);
                    return Consent::Given;
                }
                "c" | "curl" => self.printer.prompt(&format!("{}\n", question.curl)),
                "" | "n" | "no" => return Consent::Withheld,
                other => self.printer.prompt(&format!("`{other}` is none of the answers\n")),
            }
        }
    }
}

/// The call as a person can judge it: what, for whom, method, URL and body.
fn shown(question: &Question<'_>) -> String {
    let Question { operation, account, request, .. } = question;
    let word = |key: &str| request[key].as_str().unwrap_or_default().to_owned();
    let body = match &request["body"] {
        Value::Null => String::new(),
        Value::String(text) => format!("{text}\n"),
        body => format!("{}\n", pretty(body)),
    };
    format!(
        "{} ({}, account {})\n{} {}\n{body}",
        operation.full_name(),
        operation.effect.word(),
        account.name,
        word("method"),
        word("url")
    )
}

/// What was typed; none after Ctrl-C. The end of the input is an empty answer.
fn line() -> Option<String> {
    let stdin = io::stdin();
    let mut typed = Vec::new();
    while typed.last() != Some(&b'\n') {
        // A signal ends the wait here, while it would not end the reading.
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], None) {
            Ok(_) => {}
            Err(Errno::INTR) => return None,
            Err(_) => break,
        }
        let mut bytes = [0; 256];
        match rustix::io::read(&stdin, &mut bytes) {
            Ok(count @ 1..) => typed.extend_from_slice(&bytes[..count]),
            _ => break,
        }
    }
    Some(String::from_utf8_lossy(&typed).into_owned())
}

/// A question that is answered with yes or no; no answer is a no.
pub(super) fn yes(printer: &Printer, question: &str) -> bool {
    printer.prompt(&format!("{question} [y/N] "));
    let answer = line().unwrap_or_default();
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}
