//! Long text on a terminal, shown by the program that people have chosen for reading it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::terminal;
use crate::settings::Environment;

/// What is used when nobody has chosen: quits when the text fits, keeps colours, leaves the text.
const USUAL: &str = "less -FRX";

/// Shows the text and waits until it was read; false when it has to be printed instead, because it
/// is short, nobody looks, or there is no such program.
pub(super) fn show(text: &str) -> bool {
    let Some(command) = chosen().filter(|_| is_long(text)) else { return false };
    let mut shell = Command::new("sh");
    shell.args(["-c", &command]).stdin(Stdio::piped());
    if Environment::Process.get("LESS").is_none() {
        shell.env("LESS", "FRX");
    }
    // Ctrl-C is the pager's while it runs.
    let event_loop = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let _held = event_loop.ok().and_then(|event_loop| {
        let kind = tokio::signal::unix::SignalKind::interrupt();
        let held = event_loop.block_on(async { tokio::signal::unix::signal(kind) }).ok()?;
        Some((held, event_loop))
    });
    let Ok(mut pager) = shell.spawn() else { return false };
    if let Some(mut pipe) = pager.stdin.take() {
        // Who has read enough closes it.
        let _ = pipe.write_all(text.as_bytes()).and_then(|()| pipe.write_all(b"\n"));
    }
    // A shell says 127 when there is no such command.
    pager.wait().is_ok_and(|status| status.code() != Some(127))
}

/// The command line of the pager; none where text is printed at once.
fn chosen() -> Option<String> {
    let variable = |name: &str| Environment::Process.get(name);
    if !terminal::on_stdout() || !terminal::draws() {
        return None;
    }
    let chosen = variable("KOSMO_PAGER").or_else(|| variable("PAGER"));
    let chosen = match chosen {
        Some(command) => command.into_string().ok()?,
        None => USUAL.to_owned(),
    };
    (!matches!(chosen.trim(), "" | "cat")).then_some(chosen)
}

/// Whether the text is higher than the terminal.
fn is_long(text: &str) -> bool {
    let width = terminal::width().unwrap_or(usize::MAX);
    let rows = text.lines().map(|line| line.chars().count().div_ceil(width).max(1)).sum::<usize>();
    terminal::height().is_some_and(|height| rows >= height)
}
