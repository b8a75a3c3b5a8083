//! Standard output as a wire of messages, for a server that speaks over pipes. Nobody else may print
//! there then.

use std::io::{self, Write};

/// The wire, for whoever sends every message whole.
pub(in crate::cli) fn wire() -> impl Write + Send {
    io::stdout()
}
