//! Asking for an account's fields at a terminal, one after another; what is secret is typed unseen.

use std::io::{BufRead as _, stdin};

use crate::catalogue::Provider;
use crate::catalogue::operation::{Field, FieldKind};
use crate::cli::configure::{self, hidden::Hidden};
use crate::cli::connection::Place;
use crate::cli::invocation::Invocation;
use crate::error::Fault;
use crate::runtime::Runtime;

/// Asks, and writes down what was answered; what else wins over it is the answer.
///
/// # Errors
/// Usage for a value that cannot be right, or when nothing was typed at all.
pub(super) fn ask(
    invocation: &Invocation,
    runtime: &Runtime,
    provider: &Provider,
    place: &Place,
) -> Result<Vec<String>, Fault> {
    let printer = invocation.printer();
    printer.note(&format!(
        "Connecting {} as `{}`. Enter leaves a field as it is.",
        provider.title,
        place.id()
    ));
    let mut set = Vec::new();
    for field in provider.asked() {
        printer.prompt(&question(runtime, provider, place, field));
        let hidden = (field.kind == FieldKind::Secret).then(Hidden::begin).flatten();
        let mut line = String::new();
        let read = stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|why| Fault::io("cannot read standard input", &why))?;
        drop(hidden);
        let value = line.trim();
        if !value.is_empty() {
            set.push((field.name.clone(), value.to_owned()));
        }
        if read == 0 {
            break;
        }
    }
    if set.is_empty() {
        return Ok(Vec::new());
    }
    configure::keep(runtime, provider, &place.account, set, Vec::new())
}

/// The field, what it may be, and whether it has a value already.
fn question(runtime: &Runtime, provider: &Provider, place: &Place, field: &Field) -> String {
    let found = runtime.engine().accounts.find(provider, &place.account, field);
    let has = match (&found, field.kind) {
        (None, _) => String::new(),
        (Some(_), FieldKind::Secret) => " [set]".to_owned(),
        (Some(found), _) => format!(" [{}]", found.written.expose()),
    };
    let choices = match field.choices.as_slice() {
        [] => String::new(),
        choices => format!(" ({})", choices.join(", ")),
    };
    format!("{}{choices}{has}: ", field.title)
}
