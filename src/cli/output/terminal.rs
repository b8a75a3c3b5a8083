//! What is known of the terminal: whether there is one, how wide and high it is, whether it takes
//! colour, and whether anything may be drawn on it.

use std::io::{self, IsTerminal as _};
use std::sync::OnceLock;

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};

use crate::settings::Environment;

/// Whether standard output is one.
pub(in crate::cli) fn on_stdout() -> bool {
    static ON: OnceLock<bool> = OnceLock::new();
    *ON.get_or_init(|| io::stdout().is_terminal())
}

/// The columns of the terminal behind standard output, which `COLUMNS` may change; none where there
/// is no terminal, so that what programs read never depends on a width.
pub(in crate::cli) fn width() -> Option<usize> {
    size("COLUMNS", |size| size.ws_col)
}

/// The lines of the terminal behind standard output, which `LINES` may change.
pub(super) fn height() -> Option<usize> {
    size("LINES", |size| size.ws_row)
}

fn size(variable: &str, side: fn(&rustix::termios::Winsize) -> u16) -> Option<usize> {
    if !on_stdout() {
        return None;
    }
    let given = Environment::Process.get(variable);
    let given = given.and_then(|text| text.to_str()?.parse::<usize>().ok());
    let measured = || {
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
        Some(usize::from(side(&size)))
    };
    given.or_else(measured).filter(|cells| *cells > 0)
}

/// Whether a stream takes colour: `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `TERM` have a say.
pub(super) fn colors(stream: &impl RawStream) -> bool {
    AutoStream::choice(stream) != ColorChoice::Never
}

/// Whether anything may be drawn on standard error: not in CI and not where the cursor cannot move.
pub(super) fn draws() -> bool {
    let is = |name: &str| Environment::Process.get(name);
    io::stderr().is_terminal()
        && is("CI").is_none()
        && is("TERM").is_some_and(|terminal| terminal != "dumb")
}
