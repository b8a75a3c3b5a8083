//! Typing that nobody sees: the terminal shows nothing but the end of the line while a value lasts.

use std::io::{self, IsTerminal as _};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// While it lives, the terminal at standard input does not show what is typed.
pub(in crate::cli) struct Hidden(Termios);

impl Hidden {
    /// None when standard input is no terminal.
    pub(in crate::cli) fn begin() -> Option<Self> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            return None;
        }
        let before = tcgetattr(&stdin).ok()?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        silent.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(&stdin, OptionalActions::Now, &silent).ok()?;
        Some(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // A terminal that is gone needs no mending.
        tcsetattr(io::stdin(), OptionalActions::Now, &self.0).ok();
    }
}
