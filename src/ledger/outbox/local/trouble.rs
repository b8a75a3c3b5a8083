//! What goes wrong with files and the registry, until it is known what to call it.

use std::io;
use std::path::Path;

use crate::error::{Fault, Kind};
use crate::ledger::explain;

/// A failure on the way.
#[derive(Debug)]
pub(super) enum Trouble {
    Disk(io::Error),
    Database(rusqlite::Error),
    Known(Fault),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Known(fault)
    }
}

impl Trouble {
    /// The failure in words, for an outbox in the folder `root` with its registry in `ledger`.
    pub(super) fn explain(self, root: &Path, ledger: &Path) -> Fault {
        match self {
            Self::Disk(error) => disk(root, &error),
            Self::Database(error) => explain(ledger, &error),
            Self::Known(fault) => fault,
        }
    }
}

/// A failure of the disk under an outbox.
pub(super) fn disk(root: &Path, error: &io::Error) -> Fault {
    let fault = Fault::io(format!("the outbox in {}", root.display()), error).code("outbox_failed");
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => fault.hint("make some room"),
        io::ErrorKind::PermissionDenied
        | io::ErrorKind::ReadOnlyFilesystem
        | io::ErrorKind::NotADirectory => fault.hint(
            "point KOSMO_HOME at a folder that can be written, or send with --delivery direct",
        ),
        _ => fault,
    }
}

/// There is no folder to keep an outbox in.
pub(super) fn homeless() -> Fault {
    Fault::new(
        Kind::Io,
        "there is no folder to keep an outbox in: neither KOSMO_HOME nor HOME is set",
    )
    .code("outbox_failed")
    .hint("set KOSMO_HOME to a folder that can be written, or send with --delivery direct")
}

/// Somebody else has the lane by now.
pub(super) fn lease_lost() -> Fault {
    let mut fault = Fault::new(Kind::Conflict, "another courier has taken over these events")
        .code("lease_lost")
        .hint("nothing is lost: what was sent may be sent again under the same ids");
    fault.extra.retryable = Some(true);
    fault
}
